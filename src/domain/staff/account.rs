//! Changes of staff accounts.

use super::role::Role;
use super::scope::RoleScopes;

/// A change of an account. Fields that are none stay unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The person's name.
    pub name: Option<String>,
    /// The complete list of roles after the change.
    pub roles: Option<Vec<Role>>,
    /// All limits of roles after the change.
    pub scopes: Option<RoleScopes>,
    /// Whether it is disabled.
    pub disabled: Option<bool>,
}

/// Normalises an e-mail address for comparison: trimmed and in lower case.
pub fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The roles without duplicates, in the order of [`Role`].
pub fn distinct_roles(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_unstable();
    roles.dedup();
    roles
}

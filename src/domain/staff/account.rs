//! Accounts of staff, and the rules for changing them.

use super::role::Role;

/// What to change of an account. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The person's name.
    pub name: Option<String>,
    /// All the roles from now on.
    pub roles: Option<Vec<Role>>,
    /// Whether it is disabled.
    pub disabled: Option<bool>,
}

/// How e-mail addresses are compared: without surrounding space, in lower case.
pub fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Each role once, in the order of [`Role`].
pub fn distinct_roles(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_unstable();
    roles.dedup();
    roles
}

//! The schemas of roles.

use serde::Deserialize;
use utoipa::ToSchema;

use super::described_as;
use crate::domain::staff::role;

described_as! {
    role::Role => Role;
}

/// A role. An account can have several roles; no role includes another, so an admin who also writes forms has both
/// `admin` and `author`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Manages accounts and reads the audit.
    Admin,
    /// Writes and publishes forms.
    Author,
    /// Opens and closes campaigns, and hands out invitations.
    Coordinator,
    /// Exports responses, reads statistics and clears remarks.
    Analyst,
}

//! The roles of staff.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A role. An account can have several roles; no role includes another, so an admin who also writes forms has both
/// `admin` and `author`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

impl Role {
    /// Every role.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The role's word, in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The role with this word.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

//! What staff may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person may do. An account can have several roles; none includes another, so an admin who
/// also writes forms has both `admin` and `author`.
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
    ToSchema,
    clap::ValueEnum,
)]
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

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Author, Self::Coordinator, Self::Analyst];

    /// Its word, in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Author => "author",
            Self::Coordinator => "coordinator",
            Self::Analyst => "analyst",
        }
    }

    /// The role with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

//! Who may answer: the access rule of a campaign, and what a response is let in by.

use strum::{EnumString, IntoStaticStr};

/// The access rule of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Access {
    /// Anybody may answer.
    Open,
    /// An invitation is sent along with the response.
    Code,
    /// An invitation is exchanged for a pass, which cannot be linked back to it, and the pass is sent along.
    Pass,
}

impl Access {
    /// Its word, in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The rule with this word.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

/// What a response is let in by, as keyed hashes that are looked up and forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Nothing is asked for.
    Open,
    /// The hash of an invitation.
    Invitation([u8; 32]),
    /// The hash of a pass whose signature is good.
    Pass([u8; 32]),
}

impl Credential {
    /// The rule that asks for this.
    pub const fn access(&self) -> Access {
        match self {
            Self::Open => Access::Open,
            Self::Invitation(_) => Access::Code,
            Self::Pass(_) => Access::Pass,
        }
    }
}

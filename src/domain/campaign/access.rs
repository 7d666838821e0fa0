//! Who may answer: the access rule of a campaign, and what a response is let in by.

/// The access rule of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody may answer.
    Open,
    /// An invitation is sent along with the response.
    Code,
    /// An invitation is exchanged for a pass, which cannot be linked back to it, and the pass is sent along.
    Pass,
}

impl Access {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Open, Self::Code, Self::Pass];

    /// Its word, in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Code => "code",
            Self::Pass => "pass",
        }
    }

    /// The rule with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.as_str() == word)
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

//! The access rule of a campaign, and the credentials that admit a response.

use crate::domain::ids::ResponseId;
use strum::{EnumString, IntoStaticStr};

/// The access rule of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Access {
    /// Anybody may answer.
    Open,
    /// Each response needs an invitation, which is sent along with it.
    Code,
    /// Each response needs a pass. A client exchanges an invitation for a pass, which cannot be linked back to the
    /// invitation.
    Pass,
}

impl Access {
    /// The rule's word, in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The rule with this word.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

/// The credential that admits a response. Invitations and passes are keyed hashes, which are looked up and then
/// dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// No credential is needed.
    Open,
    /// The hash of an invitation.
    Invitation([u8; 32]),
    /// The hash of a pass whose signature was verified.
    Pass([u8; 32]),
    /// A response that was withdrawn: its admission counts once more.
    Replacement(ResponseId),
}

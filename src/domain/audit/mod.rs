//! The audit: a hash chain of entries about who looked at what.
//!
//! The hash of an entry covers its content and the hash of the previous entry. The hash is keyed, so an attacker who
//! can change the table but does not have the server's key cannot repair the chain.

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr, VariantNames};

use super::ids::StaffId;
use super::server_key::ServerKey;

mod chain;
mod digest;
mod event;

pub use chain::{ChainError, ChainVerifier, Checkpoint, CheckpointMalformed};
pub use digest::ChainDigest;
pub use event::{
    Actor, AuditEvent, AuditedCampaigns, AuditedDiversity, AuditedExport, AuditedExportFilter,
    AuditedFile, AuditedRemarksFilter, AuditedScopes, AuditedSettings,
};

/// The recorded actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// Responses were exported.
    ResponsesExported,
    /// Statistics were read.
    StatisticsRead,
    /// A report was read.
    ReportRead,
    /// Remarks were listed for review.
    RemarksListed,
    /// A remark was cleared, withheld or shortened.
    RemarkReviewed,
    /// Remarks that waited were cleaned again, by better rules.
    RemarksRedacted,
    /// Cleared remarks were exported.
    RemarksExported,
    /// Invitations were made.
    InvitationsIssued,
    /// A batch of invitations was revoked.
    InvitationsRevoked,
    /// The settings of a campaign were changed.
    CampaignChanged,
    /// The responses of a campaign were deleted because its retention period ended.
    CampaignErased,
    /// A campaign was created.
    CampaignCreated,
    /// A version of a form was published.
    FormVersionPublished,
    /// A version of a form was retired.
    FormVersionRetired,
    /// An account was created.
    StaffCreated,
    /// An account was changed: its roles, whether it is disabled, or its password.
    StaffChanged,
    /// A log-in failed.
    LoginFailed,
    /// Log-ins were refused because there were too many.
    LoginsRefused,
    /// Somebody logged in by the provider.
    ProviderLogin,
    /// The provider named somebody, and the log-in was refused.
    ProviderLoginRefused,
    /// An API key was made.
    ApiKeyCreated,
    /// An API key was revoked.
    ApiKeyRevoked,
    /// New campaigns and the audit went over to another server key.
    ServerKeySwitched,
    /// A server key was removed.
    ServerKeyRemoved,
}

impl Action {
    /// The words of all actions.
    pub const WORDS: &[&str] = Self::VARIANTS;

    /// The action's word, in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The action with this word.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

/// An entry, as the chain hashes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Sequence number, from 1 on, without a gap.
    pub number: i64,
    /// When it was done, in whole microseconds.
    pub at: DateTime<Utc>,
    /// The account that did it; none when the server itself did it.
    pub staff_id: Option<StaffId>,
    /// The word of the action.
    pub action: &'a str,
    /// What the action was about, as JSON.
    pub details: &'a str,
}

impl Entry<'_> {
    /// The hash of this entry: HMAC-SHA-256 over the hash of the previous entry (empty for the first one) and over this
    /// entry.
    pub fn hash(&self, before: &[u8], key: &ServerKey) -> [u8; 32] {
        let staff = self.staff_id.map(|id| id.0.into_bytes());
        key.hash(&[
            b"audit",
            before,
            &self.number.to_be_bytes(),
            &self.at.timestamp_micros().to_be_bytes(),
            staff.as_ref().map_or(&[], |staff| staff.as_slice()),
            self.action.as_bytes(),
            self.details.as_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_entry_changes_its_hash() {
        let key = ServerKey::new([1; 32]);
        let entry = Entry {
            number: 1,
            at: DateTime::UNIX_EPOCH,
            staff_id: None,
            action: "remarks_listed",
            details: "{}",
        };
        let hashes = [
            entry.hash(b"", &key),
            entry.hash(b"before", &key),
            entry.hash(b"", &ServerKey::new([2; 32])),
            Entry {
                number: 2,
                ..entry.clone()
            }
            .hash(b"", &key),
            Entry {
                at: DateTime::UNIX_EPOCH + chrono::TimeDelta::microseconds(1),
                ..entry.clone()
            }
            .hash(b"", &key),
            Entry {
                staff_id: Some(StaffId(uuid::Uuid::nil())),
                ..entry.clone()
            }
            .hash(b"", &key),
            Entry {
                action: "remarks_exported",
                ..entry.clone()
            }
            .hash(b"", &key),
            Entry {
                details: "{\"rows\":1}",
                ..entry
            }
            .hash(b"", &key),
        ];
        let different: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
    }
}

//! The privacy statement on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::campaign::privacy_settings::PrivacySettings;
use crate::domain::campaign::statement::{STORED, STORED_APART};
use crate::domain::form::Text;

/// What a campaign promises to those who answer, made from its settings as they are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!(example()))]
pub struct PrivacyStatementView {
    /// What is stored of a response.
    pub stored: Vec<&'static str>,
    /// What is stored of a remark, which is free text, in a place of its own.
    pub stored_apart: Vec<&'static str>,
    /// What is stored nowhere.
    pub not_stored: Vec<&'static str>,
    /// Who could tell which invitation a response came with: `no_invitations`, `server_that_records` or `nobody`.
    #[schema(example = "nobody")]
    pub linkable_to_invitation_by: &'static str,
    /// How many responses are released together at least, in mixed order.
    pub release_size: i32,
    /// How many records of an export share their background answers at least.
    pub k: i32,
    /// Until when a response can be withdrawn by its receipt.
    pub withdrawal_until: DateTime<Utc>,
    /// When all responses are deleted.
    pub retained_until: DateTime<Utc>,
    /// All of it in words.
    pub sentences: Vec<SentenceView>,
}

/// A sentence for people.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentenceView {
    /// Its stable word.
    #[schema(example = "retention")]
    pub code: &'static str,
    /// What it says, in English and Korean.
    pub text: Text,
}

impl From<PrivacySettings> for PrivacyStatementView {
    fn from(settings: PrivacySettings) -> Self {
        let retained_until = settings.retained_until;
        let sentences = settings.sentences().into_iter();
        Self {
            stored: STORED.to_vec(),
            stored_apart: STORED_APART.to_vec(),
            not_stored: settings.not_stored(),
            linkable_to_invitation_by: settings.linkable_by().as_str(),
            release_size: settings.release_size,
            k: settings.k,
            withdrawal_until: settings.withdrawal_until(),
            retained_until,
            sentences: sentences
                .map(|sentence| SentenceView {
                    code: sentence.code,
                    text: sentence.text,
                })
                .collect(),
        }
    }
}

fn example() -> PrivacyStatementView {
    let day = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    PrivacyStatementView::from(PrivacySettings {
        access: crate::domain::campaign::access::Access::Pass,
        release_size: 10,
        k: 5,
        freezes_at: Some(day(1_806_537_600)),
        retained_until: day(1_961_884_800),
    })
}

//! The privacy statement of a campaign in replies.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
use crate::domain::campaign::privacy_settings::PrivacySettings;
use crate::domain::campaign::statement::{STORED, STORED_APART};
use crate::domain::form::Text;

/// The privacy statement of a campaign: its promises to respondents, generated from its present settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!(example()))]
pub struct PrivacyStatementView {
    /// The parts of a response that are stored.
    pub stored: Vec<&'static str>,
    /// The parts of a remark (free text) that are stored, separately from the response.
    pub stored_apart: Vec<&'static str>,
    /// Data that are stored nowhere.
    pub not_stored: Vec<&'static str>,
    /// Who could link a response to its invitation: `no_invitations`, `server_that_records` or `nobody`.
    #[schema(example = "nobody")]
    pub linkable_to_invitation_by: &'static str,
    /// The minimum number of responses that are released together, in shuffled order.
    pub release_size: i32,
    /// The minimum number of records of an export that share their background answers; 1 where exports are not masked.
    pub k: i32,
    /// Until when a response can be withdrawn with its receipt.
    pub withdrawal_until: DateTime<Utc>,
    /// When all responses are deleted.
    pub retained_until: DateTime<Utc>,
    /// The keys of background questions whose answers are in no file of single responses.
    pub left_out: Vec<String>,
    /// The statement in sentences.
    pub sentences: Vec<SentenceView>,
}

/// A sentence for people.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentenceView {
    /// Stable code of the sentence.
    #[schema(example = "retention")]
    pub code: &'static str,
    /// The sentence, in English and Korean.
    pub text: Text,
}

impl From<&PrivacySettings> for PrivacyStatementView {
    fn from(settings: &PrivacySettings) -> Self {
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
            left_out: settings.left_out.keys().into_iter().collect(),
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
    PrivacyStatementView::from(&PrivacySettings {
        access: crate::domain::campaign::access::Access::Pass,
        release_size: 10,
        k: 5,
        freezes_at: Some(day(1_806_537_600)),
        retained_until: day(1_961_884_800),
        grace_days: 14,
        insights_from: None,
        left_out: LeftOut::default(),
        masking_weights: MaskingWeights::default(),
    })
}

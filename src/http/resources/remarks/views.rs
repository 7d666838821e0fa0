//! Remarks in requests and replies.

use actix_web::http::header::EntityTag;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::app::remarks::{self, ListedRemark, RemarkError, RemarkPlace, RemarkTag};
use crate::domain::free_text::review::RemarkState;
use crate::http::extract::page::Cursor;
use crate::http::problem::Problem;

/// Which remarks to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemarksQuery {
    /// Only remarks of this campaign: its key.
    #[param(example = "world-cancer-day-2027")]
    pub(super) campaign: Option<String>,
    /// Only remarks to this question: its key.
    #[param(example = "remark_your_days")]
    pub(super) question: Option<String>,
    /// Only remarks to the form in this language, such as `ko`.
    pub(super) language: Option<String>,
    /// Only remarks that are pending, cleared or withheld; `all` for every remark. If
    /// missing: `pending`.
    #[serde(default)]
    #[param(value_type = Option<RemarkFilter>)]
    pub(super) state: RemarkFilter,
    /// The number of items of a page.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    #[param(value_type = Option<String>)]
    pub(super) cursor: Option<Cursor<RemarkPlace>>,
}

/// The filter of remarks by state.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemarkFilter {
    /// Those that nobody has reviewed.
    #[default]
    Pending,
    /// Those that may be exported.
    Cleared,
    /// Those that must not be exported.
    Withheld,
    /// Every remark.
    All,
}

impl RemarkFilter {
    /// The state; none for all of them.
    pub(super) fn state(self) -> Option<RemarkState> {
        match self {
            Self::Pending => Some(RemarkState::Pending),
            Self::Cleared => Some(RemarkState::Cleared),
            Self::Withheld => Some(RemarkState::Withheld),
            Self::All => None,
        }
    }
}

/// The state of a remark's review.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// The remark has not been reviewed.
    Pending,
    /// The remark may be exported.
    Cleared,
    /// The remark must not be exported.
    Withheld,
}

impl From<ReviewState> for RemarkState {
    fn from(state: ReviewState) -> Self {
        match state {
            ReviewState::Pending => Self::Pending,
            ReviewState::Cleared => Self::Cleared,
            ReviewState::Withheld => Self::Withheld,
        }
    }
}

impl From<RemarkState> for ReviewState {
    fn from(state: RemarkState) -> Self {
        match state {
            RemarkState::Pending => Self::Pending,
            RemarkState::Cleared => Self::Cleared,
            RemarkState::Withheld => Self::Withheld,
        }
    }
}

/// A free-text answer. Nothing in it links it to its response.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "8c0c7b1e-3d5a-4f0e-9b6a-2d1f6c1e7a90", "campaign": "world-cancer-day-2027",
    "form": "daily-life-after-treatment", "question": "anything_else", "language": "en",
    "text": "Nurse Ann Miller called me at [phone] and it helped.", "state": "pending",
    "etag": "\"q1Zx0m3bW5l2sP8u\"", "marks": [{"start": 0, "end": 16, "reason": "name"}], "doubt": 4,
}))]
pub struct RemarkView {
    /// The id of the remark, unrelated to the id of its response.
    pub id: Uuid,
    /// The key of the campaign.
    pub campaign: String,
    /// The key of the form.
    pub form: String,
    /// The key of the question.
    pub question: String,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The text. It was cleaned on arrival, with words such as `[phone]` for what was found, and may have been
    /// shortened since, with `[…]` for what was taken out.
    pub text: String,
    /// The state of its review.
    pub state: ReviewState,
    /// The tag of this state of the remark; send it as `If-Match` with a review.
    pub etag: String,
    /// Parts of the text that may identify somebody and were too unsure to be taken out, in their order. They are computed
    /// when the remark is read, and are not stored.
    pub marks: Vec<MarkView>,
    /// How doubtful the remark is by its marks; 0 without one. The queue begins with the most doubtful remarks.
    pub doubt: u32,
}

/// A part of a remark that a reviewer should look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkView {
    /// The place of its first character, counted from 0 in Unicode code points.
    pub start: usize,
    /// The place behind its last character.
    pub end: usize,
    /// What it may be: `name`, `place`, `workplace`, `occupation`, `event` (with a date), `number`. Later versions may add
    /// more.
    #[schema(example = "name")]
    pub reason: &'static str,
}

impl From<ListedRemark> for RemarkView {
    fn from(listed: ListedRemark) -> Self {
        let doubt = listed.doubt();
        let ListedRemark {
            remark,
            campaign,
            form,
            tag,
            marks,
        } = listed;
        let marks = marks.into_iter().map(|mark| MarkView {
            start: mark.start,
            end: mark.end,
            reason: mark.reason.as_str(),
        });
        Self {
            id: remark.id.0,
            campaign: campaign.to_string(),
            form: form.to_string(),
            question: remark.question,
            language: remark.language,
            text: remark.text,
            state: remark.state.into(),
            etag: entity_tag(tag).to_string(),
            marks: marks.collect(),
            doubt,
        }
    }
}

/// The tag of a remark's state, to compare with that of a client.
pub(super) fn entity_tag(tag: RemarkTag) -> EntityTag {
    EntityTag::new_strong(URL_SAFE_NO_PAD.encode(tag))
}

impl RemarksQuery {
    /// The filter, with the key of the campaign parsed.
    pub(super) fn into_query(self) -> Result<remarks::RemarksQuery, Problem> {
        let campaign = self.campaign.map(|key| key.parse()).transpose();
        Ok(remarks::RemarksQuery {
            campaign: campaign.map_err(|_| RemarkError::CampaignUnknown)?,
            question: self.question,
            language: self.language,
            state: self.state.state(),
        })
    }
}

/// The outcome of a review. A field that is missing stays unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = something))]
#[schema(example = json!({"state": "cleared"}))]
pub struct ReviewRemarkBody {
    /// Whether the remark may be exported.
    pub(super) state: Option<ReviewState>,
    /// The shortened text, such as `Nurse […] called me at [phone]`: the words that stay, in their order, with `[…]` (or `[...]`) where something was taken out.
    /// What is taken out is lost.
    pub(super) text: Option<String>,
}

fn something(body: &ReviewRemarkBody) -> Result<(), ValidationError> {
    if body.state.is_some() || body.text.is_some() {
        return Ok(());
    }
    Err(ValidationError::new("nothing_given").with_message("Give `state`, `text`, or both.".into()))
}

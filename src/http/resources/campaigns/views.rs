//! What campaigns look like on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::statement::PrivacyStatementView;
use crate::app::pass_keys::PassIssuerView;
use crate::domain::campaign::access::Access;
use crate::domain::form::{Text, is_language_tag};
use crate::http::app::AppState;
use crate::store::campaigns::{CampaignRow, Window};

/// Whether a campaign takes responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// It has not opened yet.
    Upcoming,
    /// It takes responses.
    Open,
    /// It is over.
    Closed,
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "key": "world-cancer-day-2027", "form": "daily-life-after-treatment", "state": "open",
    "title": {"ko": "세계 암의 날 2027", "en": "World Cancer Day 2027"}, "description": null,
    "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z", "closed_at": null,
    "access": "code", "release_size": 10, "k": 5, "freezes_at": "2027-04-01T00:00:00Z",
    "retained_until": "2032-03-02T00:00:00Z", "erased_at": null, "pass": null,
    "privacy": {
        "stored": ["id", "campaign", "form_version", "language", "week", "answers"],
        "stored_apart": ["id", "campaign", "question", "language", "text"],
        "not_stored": ["receipt", "time_of_day", "order_of_arrival", "network_address"],
        "linkable_to_invitation_by": "server_that_records", "release_size": 10, "k": 5,
        "withdrawal_until": "2027-04-01T00:00:00Z", "retained_until": "2032-03-02T00:00:00Z",
        "sentences": [{"code": "retention", "text": {"en": "All responses are deleted on 2032-03-02."}}],
    },
}))]
pub struct CampaignView {
    /// Its key.
    pub key: String,
    /// The key of the form that it collects responses to.
    pub form: String,
    /// Whether it takes responses now.
    pub state: CampaignState,
    /// What it is called.
    pub title: Text,
    /// What it is for.
    #[schema(required)]
    pub description: Option<Text>,
    /// From when it takes responses.
    pub opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    pub closes_at: DateTime<Utc>,
    /// When a coordinator closed it for good.
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who may answer.
    pub access: AccessRule,
    /// How many responses are released together at least, in a shuffled batch, until it closes.
    pub release_size: i32,
    /// How many records of an export share their background answers at least.
    pub k: i32,
    /// From when responses can no longer be withdrawn; null for as long as they are kept.
    #[schema(required)]
    pub freezes_at: Option<DateTime<Utc>>,
    /// When its responses and all that came with them are deleted.
    pub retained_until: DateTime<Utc>,
    /// When that was done.
    #[schema(required)]
    pub erased_at: Option<DateTime<Utc>>,
    /// Where access is `pass`: what a client needs to get a pass, which it can do long before it sends a response.
    #[schema(required)]
    pub pass: Option<PassIssuerView>,
    /// What it promises to those who answer.
    pub privacy: PrivacyStatementView,
}

/// Who may answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessRule {
    /// Anybody.
    #[default]
    Open,
    /// Who sends an invitation along with the response. A server that was changed to record it could link the two.
    Code,
    /// Who has exchanged an invitation for a pass, which cannot be linked back to it.
    Pass,
}

impl From<AccessRule> for Access {
    fn from(rule: AccessRule) -> Self {
        match rule {
            AccessRule::Open => Self::Open,
            AccessRule::Code => Self::Code,
            AccessRule::Pass => Self::Pass,
        }
    }
}

impl From<Access> for AccessRule {
    fn from(access: Access) -> Self {
        match access {
            Access::Open => Self::Open,
            Access::Code => Self::Code,
            Access::Pass => Self::Pass,
        }
    }
}

/// How far a campaign is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"released": 130, "waiting": 0, "rounded_to": 10}))]
pub struct CampaignProgressView {
    /// How many responses are released, rounded down: exports show these.
    pub released: i64,
    /// How many wait to be released, rounded down.
    pub waiting: i64,
    /// To what both are rounded: the campaign's release size, so that watching the numbers tells nothing of one person.
    pub rounded_to: i32,
}

impl CampaignView {
    /// Shows the key of its passes only if that is remembered already.
    pub(super) fn of(state: &AppState, (row, form): (CampaignRow, String)) -> Self {
        let now = state.now();
        let key = state.pass_keys.known(row.id);
        let pass = key.filter(|_| row.access() == Access::Pass);
        let text = |value| serde_json::from_value(value).unwrap_or_default();
        Self {
            form,
            state: match row.window(now) {
                Window::Upcoming => CampaignState::Upcoming,
                Window::Open => CampaignState::Open,
                Window::Closed => CampaignState::Closed,
            },
            access: row.access().into(),
            pass: pass.map(|key| key.view()),
            privacy: row.settings().into(),
            key: row.key,
            title: text(row.title),
            description: row.description.map(text),
            opens_at: row.opens_at,
            closes_at: row.closes_at,
            closed_at: row.closed_at,
            release_size: row.release_size,
            k: row.k,
            freezes_at: row.freezes_at,
            retained_until: row.retained_until,
            erased_at: row.erased_at,
        }
    }
}

/// A new campaign.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "key": "world-cancer-day-2027", "form": "daily-life-after-treatment",
    "title": {"ko": "세계 암의 날 2027", "en": "World Cancer Day 2027"},
    "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z",
}))]
pub struct CreateCampaignBody {
    /// Its address: lower-case words and digits joined by dashes.
    #[validate(length(min = 1, max = 60), custom(function = dashed_words))]
    #[schema(min_length = 1, max_length = 60, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub(super) key: String,
    /// The key of a published form.
    pub(super) form: String,
    /// What it is called, by language.
    #[validate(custom(function = real_text))]
    pub(super) title: Text,
    /// What it is for, by language.
    #[validate(custom(function = real_text))]
    pub(super) description: Option<Text>,
    /// From when it takes responses.
    pub(super) opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    pub(super) closes_at: DateTime<Utc>,
    /// Who may answer. Fixed once the first response is in.
    #[serde(default)]
    #[schema(inline, default = "open")]
    pub(super) access: AccessRule,
    /// Responses wait until there are this many, and are released together in a shuffled batch.
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000, default = 10)]
    pub(super) release_size: i32,
    /// How many records of an export share their background answers at least.
    #[serde(default = "five")]
    #[validate(range(min = 5, max = 1000))]
    #[schema(minimum = 5, maximum = 1000, default = 5)]
    pub(super) k: i32,
    /// From when responses can no longer be withdrawn; without it, they can be as long as they are kept.
    pub(super) freezes_at: Option<DateTime<Utc>>,
    /// When its responses are deleted; without it, five years after it closes.
    pub(super) retained_until: Option<DateTime<Utc>>,
}

fn ten() -> i32 {
    10
}

fn five() -> i32 {
    5
}

/// What to change. A field that is left out stays as it is.
///
/// Once the first response is in, the privacy settings are a promise: `access` is fixed, `release_size` and `k` may
/// only grow, `freezes_at` may only become later or null, and `retained_until` only earlier.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"closes_at": "2027-04-04T00:00:00Z"}))]
pub struct UpdateCampaignBody {
    /// What it is called, by language.
    #[validate(custom(function = real_text))]
    pub(super) title: Option<Text>,
    /// What it is for, by language.
    #[validate(custom(function = real_text))]
    pub(super) description: Option<Text>,
    /// From when it takes responses.
    pub(super) opens_at: Option<DateTime<Utc>>,
    /// Until when it takes responses.
    pub(super) closes_at: Option<DateTime<Utc>>,
    /// Who may answer.
    #[schema(inline)]
    pub(super) access: Option<AccessRule>,
    /// Responses wait until there are this many, and are released together in a shuffled batch.
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    pub(super) release_size: Option<i32>,
    /// How many records of an export share their background answers at least.
    #[validate(range(min = 5, max = 1000))]
    #[schema(minimum = 5, maximum = 1000)]
    pub(super) k: Option<i32>,
    /// From when responses can no longer be withdrawn; null for as long as they are kept.
    #[serde(default, deserialize_with = "even_null")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub(super) freezes_at: Option<Option<DateTime<Utc>>>,
    /// When its responses are deleted.
    pub(super) retained_until: Option<DateTime<Utc>>,
}

impl UpdateCampaignBody {
    /// Whether it changes more than what a closed campaign can still change, which is to delete sooner.
    pub(super) fn needs_open(&self) -> bool {
        let Self {
            title,
            description,
            opens_at,
            closes_at,
            access,
            release_size,
            k,
            freezes_at,
            retained_until: _,
        } = self;
        title.is_some()
            || description.is_some()
            || opens_at.or(*closes_at).is_some()
            || access.is_some()
            || release_size.or(*k).is_some()
            || freezes_at.is_some()
    }
}

/// Tells null, which takes a value away, from a field that is left out.
fn even_null<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

fn dashed_words(key: &str) -> Result<(), ValidationError> {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let message = "It is lower-case words and digits joined by single dashes.";
    if key.split('-').all(word) {
        return Ok(());
    }
    Err(ValidationError::new("key_malformed").with_message(message.into()))
}

fn real_text(text: &Text) -> Result<(), ValidationError> {
    let sound = |(tag, words): (&String, &String)| {
        is_language_tag(tag) && !words.trim().is_empty() && words.chars().count() <= 4000
    };
    if !text.0.is_empty() && text.0.len() <= 50 && text.0.iter().all(sound) {
        return Ok(());
    }
    let message = "It maps one BCP 47 tag or more to a text of 1 to 4000 characters.";
    Err(ValidationError::new("text_malformed").with_message(message.into()))
}

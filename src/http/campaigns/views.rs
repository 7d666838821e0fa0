//! What campaigns look like on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::form::{Text, is_language_tag};
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
    "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z", "closed_at": null, "release_size": 10,
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
    /// How many responses are released together at least, in a shuffled batch, until it closes.
    pub release_size: i32,
}

/// How far a campaign is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"released": 130, "waiting": 0, "waiting_rounded_to": 10}))]
pub struct CampaignProgressView {
    /// How many responses are released: exports and views show these.
    pub released: i64,
    /// How many wait to be released, rounded down.
    pub waiting: i64,
    /// To what it is rounded: the campaign's release size, so that watching the number tells nothing.
    pub waiting_rounded_to: i32,
}

impl CampaignView {
    pub(super) fn of((row, form): (CampaignRow, String), now: DateTime<Utc>) -> Self {
        let text = |value| serde_json::from_value(value).unwrap_or_default();
        Self {
            form,
            state: match row.window(now) {
                Window::Upcoming => CampaignState::Upcoming,
                Window::Open => CampaignState::Open,
                Window::Closed => CampaignState::Closed,
            },
            key: row.key,
            title: text(row.title),
            description: row.description.map(text),
            opens_at: row.opens_at,
            closes_at: row.closes_at,
            closed_at: row.closed_at,
            release_size: row.release_size,
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
    /// Responses wait until there are this many, and are released together in a shuffled batch.
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000, default = 10)]
    pub(super) release_size: i32,
}

fn ten() -> i32 {
    10
}

/// What to change. A field that is left out stays as it is.
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

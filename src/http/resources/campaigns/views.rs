//! Campaigns in requests and replies.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::statement::PrivacyStatementView;
use crate::app::App;
use crate::app::campaigns::{CampaignError, CampaignProgress, NewCampaign};
use crate::app::pass_keys::PassKey;
use crate::domain::admission::pass::to_base64url;
use crate::domain::admission::proof_of_work::Work;
use crate::domain::campaign::access::Access;
use crate::domain::campaign::masking::{LeftOut, MAX_WEIGHT, MaskingWeights};
use crate::domain::campaign::privacy_settings::{
    MAX_INSIGHTS_FROM, MAX_K, MIN_INSIGHTS_FROM, MIN_K, UNMASKED, is_k,
};
use crate::domain::campaign::{
    Campaign, CampaignChange, CampaignState as DomainState, MAX_GRACE_DAYS, Schedule,
};
use crate::domain::form::{Text, is_language_tag};
use crate::domain::ids::is_kebab_case;
use crate::http::problem::Problem;

/// The state of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// The campaign has not opened yet.
    Upcoming,
    /// The campaign takes responses.
    Open,
    /// The campaign is closed.
    Closed,
}

impl From<DomainState> for CampaignState {
    fn from(state: DomainState) -> Self {
        match state {
            DomainState::Upcoming => Self::Upcoming,
            DomainState::Open => Self::Open,
            DomainState::Closed => Self::Closed,
        }
    }
}

/// The data that a client needs to get a pass of a campaign. A client can get the pass long before it sends a response.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "issuer_name": "survey.example.org",
    "challenge": "AAIAEnN1cnZleS5leGFtcGxlLm9yZwAAEnN1cnZleS5leGFtcGxlLm9yZw==",
    "token_key": "MIIBUjA9BgkqhkiG9w0BAQowMKANMAsGCWCGSAFlAwQCAqEaMBgG…",
}))]
pub struct PassIssuerView {
    /// The host that issues and accepts the passes.
    pub issuer_name: String,
    /// The challenge: a `TokenChallenge` of RFC 9577 in base64url, the same for every client.
    pub challenge: String,
    /// The campaign's public key: DER of a SubjectPublicKeyInfo in base64url (RFC 9578, 6.5).
    pub token_key: String,
}

impl From<&PassKey> for PassIssuerView {
    fn from(key: &PassKey) -> Self {
        Self {
            issuer_name: key.issuer_name.clone(),
            challenge: to_base64url(key.challenge.as_bytes()),
            token_key: to_base64url(key.public.spki()),
        }
    }
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "key": "world-cancer-day-2027", "form": "daily-life-after-treatment", "state": "open",
    "title": {"ko": "세계 암의 날 2027", "en": "World Cancer Day 2027"}, "description": null,
    "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z", "closed_at": null,
    "access": "code", "release_size": 10, "k": 5, "freezes_at": "2027-04-01T00:00:00Z",
    "retained_until": "2032-03-02T00:00:00Z", "erased_at": null, "proof_of_work": null, "pass": null,
    "privacy": {
        "stored": ["id", "campaign", "form_version", "language", "week", "answers"],
        "stored_apart": ["id", "campaign", "question", "language", "text"],
        "not_stored": ["receipt", "time_of_day", "order_of_arrival", "network_address"],
        "linkable_to_invitation_by": "server_that_records", "release_size": 10, "k": 5,
        "withdrawal_until": "2027-04-01T00:00:00Z", "retained_until": "2032-03-02T00:00:00Z", "left_out": ["sex"],
        "sentences": [{"code": "retention", "text": {"en": "All responses are deleted on 2032-03-02."}}],
    },
    "grace_days": 14, "accepts_until": "2027-03-18T00:00:00Z", "form_version": null,
    "testing": false, "insights_from": null, "left_out": ["sex"],
    "masking_weights": {"age_band": 20},
}))]
pub struct CampaignView {
    /// The campaign's key.
    pub key: String,
    /// The key of its form.
    pub form: String,
    /// The present state.
    pub state: CampaignState,
    /// The title, by language.
    pub title: Text,
    /// The purpose, by language.
    #[schema(required)]
    pub description: Option<Text>,
    /// From when it takes responses.
    pub opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    pub closes_at: DateTime<Utc>,
    /// When a coordinator closed it for good.
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
    /// The access rule.
    pub access: AccessRule,
    /// The minimum number of responses that are released together, in a shuffled batch, until the campaign closes.
    pub release_size: i32,
    /// The minimum number of records of an export that share their background answers; 1 where exports are not masked.
    pub k: i32,
    /// From when responses can no longer be withdrawn; null if they always can.
    #[schema(required)]
    pub freezes_at: Option<DateTime<Utc>>,
    /// When its responses are deleted, with all data that came with them.
    pub retained_until: DateTime<Utc>,
    /// When they were deleted; null before that.
    #[schema(required)]
    pub erased_at: Option<DateTime<Utc>>,
    /// The number of leading zero bits that the proof of work of a response needs; null if none is needed. It can change
    /// at any time.
    #[schema(required, minimum = 8, maximum = 24)]
    pub proof_of_work: Option<u8>,
    /// The data that a client needs to get a pass; only with access `pass`. A client can get the pass long before it
    /// sends a response.
    #[schema(required)]
    pub pass: Option<PassIssuerView>,
    /// The privacy statement: its promises to respondents.
    pub privacy: PrivacyStatementView,
    /// For how many days after its end it takes responses that were filled in before.
    pub grace_days: i32,
    /// The end of this grace. Between the end of the campaign and this time, its state is `closed`: people who want to
    /// begin are told that it is over, but what they filled in before is sent, and accepted.
    pub accepts_until: DateTime<Utc>,
    /// The number of the only version of the form that it takes; null if it follows the newest.
    #[schema(required)]
    pub form_version: Option<i32>,
    /// Whether it takes responses as tests now. They are marked by `test` in the replies, and are in no figure and no
    /// export. All are deleted when the campaign opens.
    pub testing: bool,
    /// From how many responses on its figures are for everybody while it is open, roughly; null for after its end only.
    #[schema(required)]
    pub insights_from: Option<i32>,
    /// The keys of background questions whose answers are in no file of single responses, as nothing is that would tell them.
    /// Figures have them.
    pub left_out: Vec<String>,
    /// How much a masked cell costs, from 1 to 100: by the key of a background question or the name of a metadata column. What is not
    /// there costs as usual.
    pub masking_weights: BTreeMap<String, u8>,
}

/// The access rule of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessRule {
    /// No invitation is needed.
    #[default]
    Open,
    /// Each response needs an invitation, which is sent along with it. A server that was modified to record requests
    /// could link the two.
    Code,
    /// Each response needs a pass. A client exchanges an invitation for a pass, which cannot be linked back to the
    /// invitation.
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

/// The progress of a campaign, in rounded counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"released": 130, "waiting": 0, "rounded_to": 10}))]
pub struct CampaignProgressView {
    /// The number of released responses, rounded down. Exports contain these.
    pub released: i64,
    /// The number of responses that wait to be released, rounded down.
    pub waiting: i64,
    /// The unit to which both numbers are rounded, so that watching them reveals nothing about one person: the smallest
    /// of 10, 20, 40, 80 and so on that is not below the campaign's release size.
    pub rounded_to: i32,
}

impl From<CampaignProgress> for CampaignProgressView {
    fn from(progress: CampaignProgress) -> Self {
        Self {
            released: progress.released.count,
            waiting: progress.waiting.count,
            rounded_to: progress.released.base,
        }
    }
}

impl CampaignView {
    /// The present state of a campaign. Its pass key must be in memory; every use case that returns a campaign loads
    /// it.
    pub(super) fn of(app: &App, campaign: Campaign) -> Self {
        let proof_of_work = campaign.needed_work().map(Work::bits);
        let pass = app.pass_keys.known(campaign.id);
        let pass = pass.filter(|_| campaign.settings.access == Access::Pass);
        let accepts_until = campaign.accepts_until();
        let (state, testing) = (campaign.state(app.now()), campaign.is_testing(app.now()));
        let settings = campaign.settings;
        Self {
            state: state.into(),
            accepts_until,
            grace_days: settings.grace_days,
            form_version: campaign.form_version,
            testing,
            insights_from: settings.insights_from,
            left_out: settings.left_out.keys().into_iter().collect(),
            masking_weights: settings.masking_weights.0.clone(),
            form: campaign.form.to_string(),
            key: campaign.key.to_string(),
            title: campaign.title,
            description: campaign.description,
            opens_at: campaign.schedule.opens_at,
            closes_at: campaign.schedule.closes_at,
            closed_at: campaign.closed_at,
            access: settings.access.into(),
            release_size: settings.release_size,
            k: settings.k,
            freezes_at: settings.freezes_at,
            retained_until: settings.retained_until,
            erased_at: campaign.erased_at,
            proof_of_work,
            pass: pass.map(|key| PassIssuerView::from(&*key)),
            privacy: (&settings).into(),
        }
    }
}

/// A new campaign.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "key": "spring-2027", "form": "daily-life-after-treatment",
    "title": {"ko": "2027년 봄", "en": "Spring 2027"},
    "opens_at": "2027-03-20T00:00:00Z", "closes_at": "2027-06-20T00:00:00Z", "access": "code",
}))]
pub struct CreateCampaignBody {
    /// The key, which becomes the campaign's address: lower-case words and digits joined by dashes.
    #[validate(length(min = 1, max = 60), custom(function = dashed_words))]
    #[schema(min_length = 1, max_length = 60, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    key: String,
    /// The key of a published form.
    form: String,
    /// The title, by language.
    #[validate(custom(function = real_text))]
    title: Text,
    /// The purpose, by language.
    #[validate(custom(function = real_text))]
    description: Option<Text>,
    /// From when it takes responses.
    opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    closes_at: DateTime<Utc>,
    /// The access rule. It is fixed once the first response has arrived. If missing: `open`.
    #[serde(default)]
    access: AccessRule,
    /// The minimum number of responses that are released together. Responses wait until there are this many, and are
    /// then released in a shuffled batch. If missing: 10.
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    release_size: i32,
    /// The minimum number of records of an export that share their background answers, from 5 on. If missing: 5. With 1, which
    /// cannot be chosen any more once the first response has arrived, exports are not masked: for a study with consent and an
    /// agreement on the data. The privacy statement says so.
    #[serde(default = "five")]
    #[validate(custom(function = real_k))]
    #[schema(minimum = 1, maximum = 1000)]
    k: i32,
    /// From when responses can no longer be withdrawn; if missing, they always can.
    freezes_at: Option<DateTime<Utc>>,
    /// When the responses are deleted; if missing, five years after the campaign closes.
    retained_until: Option<DateTime<Utc>>,
    /// For how many days after its end it takes responses that were filled in before, by people who were offline. What
    /// waits to be released waits until then. If missing: 14.
    #[serde(default = "fortnight")]
    #[validate(range(min = 0, max = MAX_GRACE_DAYS))]
    #[schema(minimum = 0, maximum = 90)]
    grace_days: i32,
    /// The number of the only version of the form that it takes; if missing or null, it follows the newest.
    form_version: Option<i32>,
    /// Whether it takes responses as tests until it opens. If missing: false.
    #[serde(default)]
    testing: bool,
    /// The number of leading zero bits that the proof of work of a response needs; if missing, none is needed. Only access
    /// `open` asks for it. It may change at any time.
    #[validate(range(min = 8, max = 24))]
    #[schema(minimum = 8, maximum = 24)]
    proof_of_work: Option<u8>,
    /// From how many responses on the figures of the campaign are for everybody while it is open; if missing, only after
    /// its end. The number is compared with a published count, which is inexact on purpose.
    #[validate(range(min = MIN_INSIGHTS_FROM, max = MAX_INSIGHTS_FROM))]
    #[schema(minimum = 10, maximum = 1_000_000)]
    insights_from: Option<i32>,
    /// The keys of background questions whose answers are to be in no file of single responses. Their columns are masked, as
    /// is all that would tell them, and the other answers are masked less. Figures have them. It is fixed once the first response
    /// has arrived. If missing: none.
    #[serde(default)]
    left_out: Vec<String>,
    /// How much a masked cell costs, from 1 to 100: by the key of a background question, or `week`, `language` or `form_version`.
    /// Files of single responses keep more of what weighs more. What is not named costs as usual: a background question 8,
    /// `form_version` 3, `week` and `language` 1. It is fixed once the first response has arrived.
    #[serde(default)]
    #[validate(custom(function = weights))]
    masking_weights: BTreeMap<String, i32>,
}

fn fortnight() -> i32 {
    14
}

fn ten() -> i32 {
    10
}

fn five() -> i32 {
    5
}

/// A change of a campaign. A field that is missing stays unchanged. `null` takes away `description`, `freezes_at`,
/// `form_version`, `proof_of_work` and `insights_from`, and is refused elsewhere.
///
/// Once the first response has arrived, the privacy settings are a promise: `access` is fixed, `release_size`, `k` and
/// `grace_days` may only grow, `insights_from` may only grow or become null, `freezes_at` may only become later or null, and
/// `retained_until` only earlier, and `left_out` and `masking_weights` are
/// fixed.
/// `opens_at` can then no longer move from the past into the future, and `form_version` only become null.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"closes_at": "2027-07-20T00:00:00Z"}))]
pub struct UpdateCampaignBody {
    /// The title, by language.
    #[serde(default, deserialize_with = "never_null")]
    #[validate(custom(function = real_text))]
    title: Option<Text>,
    /// The purpose, by language; null to take it away.
    #[serde(default, deserialize_with = "even_null")]
    #[validate(custom(function = real_text))]
    #[schema(value_type = Option<Text>)]
    description: Option<Option<Text>>,
    /// From when it takes responses.
    #[serde(default, deserialize_with = "never_null")]
    opens_at: Option<DateTime<Utc>>,
    /// Until when it takes responses.
    #[serde(default, deserialize_with = "never_null")]
    closes_at: Option<DateTime<Utc>>,
    /// The access rule.
    #[serde(default, deserialize_with = "never_null")]
    access: Option<AccessRule>,
    /// The minimum number of responses that are released together. Responses wait until there are this many, and are
    /// then released in a shuffled batch.
    #[serde(default, deserialize_with = "never_null")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    release_size: Option<i32>,
    /// The minimum number of records of an export that share their background answers, from 5 on; 1 for exports that are not
    /// masked.
    #[serde(default, deserialize_with = "never_null")]
    #[validate(custom(function = real_k))]
    #[schema(minimum = 1, maximum = 1000)]
    k: Option<i32>,
    /// From when responses can no longer be withdrawn; null if they always can.
    #[serde(default, deserialize_with = "even_null")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    freezes_at: Option<Option<DateTime<Utc>>>,
    /// When the responses are deleted.
    #[serde(default, deserialize_with = "never_null")]
    retained_until: Option<DateTime<Utc>>,
    /// For how many days after its end it takes responses that were filled in before.
    #[serde(default, deserialize_with = "never_null")]
    #[validate(range(min = 0, max = MAX_GRACE_DAYS))]
    #[schema(value_type = i32, minimum = 0, maximum = 90, required = false)]
    grace_days: Option<i32>,
    /// The number of the only version of the form that it takes; null if it follows the newest.
    #[serde(default, deserialize_with = "even_null")]
    #[schema(value_type = Option<i32>)]
    form_version: Option<Option<i32>>,
    /// Whether it takes responses as tests until it opens. With false, all tests are deleted.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = bool, required = false)]
    testing: Option<bool>,
    /// The number of leading zero bits that the proof of work of a response needs; null if none is needed.
    #[serde(default, deserialize_with = "even_null")]
    #[validate(range(min = 8, max = 24))]
    #[schema(value_type = Option<u8>, minimum = 8, maximum = 24)]
    proof_of_work: Option<Option<u8>>,
    /// From how many responses on the figures of the campaign are for everybody while it is open; null for after its end
    /// only.
    #[serde(default, deserialize_with = "even_null")]
    #[validate(range(min = MIN_INSIGHTS_FROM, max = MAX_INSIGHTS_FROM))]
    #[schema(value_type = Option<i32>, minimum = 10, maximum = 1_000_000)]
    insights_from: Option<Option<i32>>,
    /// The keys of background questions whose answers are to be in no file of single responses.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = Vec<String>, required = false)]
    left_out: Option<Vec<String>>,
    /// How much a masked cell costs, from 1 to 100: by the key of a background question, or `week`, `language` or `form_version`.
    /// What is not named costs as usual.
    #[serde(default, deserialize_with = "never_null")]
    #[validate(custom(function = weights))]
    #[schema(value_type = BTreeMap<String, i32>, required = false)]
    masking_weights: Option<BTreeMap<String, i32>>,
}

/// How to close a campaign.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grace_days": 14}))]
pub struct CloseCampaignBody {
    /// For how many days it still takes responses that were filled in before. If missing: the `grace_days` of the
    /// campaign. Once the first response has arrived, it may not be fewer.
    #[validate(range(min = 0, max = MAX_GRACE_DAYS))]
    #[schema(minimum = 0, maximum = 90)]
    pub(super) grace_days: Option<i32>,
}

impl CreateCampaignBody {
    /// The campaign to create. The body was validated.
    pub(super) fn into_new(self) -> Result<NewCampaign, Problem> {
        let form = self.form.parse();
        Ok(NewCampaign {
            key: self
                .key
                .parse()
                .map_err(|_| Problem::internal("a validated key is malformed"))?,
            form: form.map_err(|_| CampaignError::FormUnknown)?,
            title: self.title,
            description: self.description,
            schedule: Schedule {
                opens_at: self.opens_at,
                closes_at: self.closes_at,
            },
            access: self.access.into(),
            release_size: self.release_size,
            k: self.k,
            freezes_at: self.freezes_at,
            retained_until: self.retained_until,
            grace_days: self.grace_days,
            form_version: self.form_version,
            testing: self.testing,
            proof_of_work: self.proof_of_work.and_then(Work::of_bits),
            insights_from: self.insights_from,
            left_out: LeftOut::of_keys(self.left_out),
            masking_weights: chosen(self.masking_weights),
        })
    }
}

impl From<UpdateCampaignBody> for CampaignChange {
    fn from(body: UpdateCampaignBody) -> Self {
        Self {
            title: body.title,
            description: body.description,
            opens_at: body.opens_at,
            closes_at: body.closes_at,
            access: body.access.map(Access::from),
            release_size: body.release_size,
            k: body.k,
            freezes_at: body.freezes_at,
            retained_until: body.retained_until,
            grace_days: body.grace_days,
            form_version: body.form_version,
            testing: body.testing,
            proof_of_work: body.proof_of_work.map(|bits| bits.and_then(Work::of_bits)),
            insights_from: body.insights_from,
            left_out: body.left_out.map(LeftOut::of_keys),
            masking_weights: body.masking_weights.map(chosen),
        }
    }
}

/// Refuses null, which would be taken for a missing field.
fn never_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Distinguishes null, which removes a value, from a missing field.
fn even_null<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

fn weights(weights: &BTreeMap<String, i32>) -> Result<(), ValidationError> {
    if weights
        .values()
        .all(|it| (1..=i32::from(MAX_WEIGHT)).contains(it))
    {
        return Ok(());
    }
    let message = format!("Each weight is a whole number from 1 to {MAX_WEIGHT}.");
    Err(ValidationError::new("range").with_message(message.into()))
}

/// The weights of a validated body.
fn chosen(weights: BTreeMap<String, i32>) -> MaskingWeights {
    let weights = weights.into_iter();
    let weights = weights.filter_map(|(key, weight)| Some((key, u8::try_from(weight).ok()?)));
    MaskingWeights(weights.collect())
}

fn real_k(k: i32) -> Result<(), ValidationError> {
    if is_k(k) {
        return Ok(());
    }
    let message = format!(
        "It is {MIN_K} to {MAX_K}, or {UNMASKED} for exports that are not masked, which the privacy statement then says."
    );
    Err(ValidationError::new("range").with_message(message.into()))
}

fn dashed_words(key: &str) -> Result<(), ValidationError> {
    let message = "It is lower-case words and digits joined by single dashes.";
    if is_kebab_case(key) {
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

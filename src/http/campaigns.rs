//! Campaigns: what is open, for everybody; opening and closing, for coordinators.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpResponse, get, patch, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::{Validate, ValidationError};

use super::auth::{Coordinator, Staff};
use super::extract::{Body, Query, State};
use super::page::{Page, PageQuery};
use super::problem::{Code, FieldError, Problem};
use crate::domain::form::{Text, is_language_tag};
use crate::random;
use crate::store::campaigns::{
    self, CampaignChange, CampaignRow, Window, change_campaign, find_campaign,
};
use crate::store::forms::{find_form, newest_version};
use crate::store::release::count_responses;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_campaigns)
        .service(get_campaign)
        .service(get_campaign_progress)
        .service(create_campaign)
        .service(update_campaign)
        .service(close_campaign);
}

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
    fn of((row, form): (CampaignRow, String), now: DateTime<Utc>) -> Self {
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
    key: String,
    /// The key of a published form.
    form: String,
    /// What it is called, by language.
    #[validate(custom(function = real_text))]
    title: Text,
    /// What it is for, by language.
    #[validate(custom(function = real_text))]
    description: Option<Text>,
    /// From when it takes responses.
    opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    closes_at: DateTime<Utc>,
    /// Responses wait until there are this many, and are released together in a shuffled batch.
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000, default = 10)]
    release_size: i32,
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
    title: Option<Text>,
    /// What it is for, by language.
    #[validate(custom(function = real_text))]
    description: Option<Text>,
    /// From when it takes responses.
    opens_at: Option<DateTime<Utc>>,
    /// Until when it takes responses.
    closes_at: Option<DateTime<Utc>>,
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

/// Which campaigns to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignsQuery {
    /// Only those that are upcoming, open or closed; `all` for every one.
    #[serde(default)]
    #[param(inline, default = "open")]
    state: ListedState,
    /// How many items to give.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Where to go on: the `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The states by which campaigns are listed.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ListedState {
    #[default]
    Open,
    Upcoming,
    Closed,
    All,
}

/// List campaigns
///
/// Those that take responses now, unless `state` asks for others.
#[utoipa::path(
    tag = "campaigns",
    params(CampaignsQuery),
    responses((status = 200, description = "A page of campaigns, by key.", body = Page<CampaignView>, example = json!({
        "items": [{
            "key": "world-cancer-day-2027", "form": "daily-life-after-treatment", "state": "open",
            "title": {"ko": "세계 암의 날 2027", "en": "World Cancer Day 2027"}, "description": null,
            "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z", "closed_at": null, "release_size": 10,
        }],
        "next_cursor": null,
    }))),
)]
#[get("/v1/campaigns")]
async fn list_campaigns(
    state: State,
    Query(query): Query<CampaignsQuery>,
) -> Result<HttpResponse, Problem> {
    let window = match query.state {
        ListedState::Open => Some(Window::Open),
        ListedState::Upcoming => Some(Window::Upcoming),
        ListedState::Closed => Some(Window::Closed),
        ListedState::All => None,
    };
    let page = PageQuery::new(query.limit, query.cursor);
    let (after, rows, now) = (page.after::<String>()?, page.rows()?, state.now());
    let mut conn = state.connection().await?;
    let rows = campaigns::list_campaigns(&mut conn, window, now, after.as_deref(), rows).await?;
    let page = page.page(
        rows,
        |(row, _)| row.key.clone(),
        |row| CampaignView::of(row, now),
    )?;
    Ok(HttpResponse::Ok().json(page))
}

/// Get a campaign
///
/// Also one that has not opened yet or is over, so that a client can say so.
#[utoipa::path(
    tag = "campaigns",
    params(("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027")),
    responses((status = 200, description = "The campaign.", body = CampaignView)),
    extensions(("x-problems" = json!(["campaign_unknown"]))),
)]
#[get("/v1/campaigns/{campaign}")]
async fn get_campaign(state: State, campaign: Path<String>) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let found = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    Ok(HttpResponse::Ok().json(CampaignView::of(found, state.now())))
}

/// Count the responses of a campaign
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    params(("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027")),
    responses((status = 200, description = "The counts.", body = CampaignProgressView)),
    extensions(("x-problems" = json!(["campaign_unknown"]))),
)]
#[get("/v1/campaigns/{campaign}/progress")]
async fn get_campaign_progress(
    _coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let (row, _) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let (released, waiting) = count_responses(&mut conn, row.id).await?;
    Ok(HttpResponse::Ok().json(CampaignProgressView {
        released,
        waiting: waiting - waiting % i64::from(row.release_size),
        waiting_rounded_to: row.release_size,
    }))
}

/// Create a campaign
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    request_body = CreateCampaignBody,
    responses((status = 201, description = "The campaign.", body = CampaignView, headers(
        ("Location" = String, description = "Where the campaign is."),
    ))),
    extensions(("x-problems" = json!(["campaign_exists"]))),
)]
#[post("/v1/campaigns")]
async fn create_campaign(
    _coordinator: Staff<Coordinator>,
    state: State,
    body: Body<CreateCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    window_is_sound(body.opens_at, body.closes_at)?;
    let mut conn = state.connection().await?;
    let form = find_form(&mut conn, &body.form).await?;
    let published = match &form {
        Some(form) => newest_version(&mut conn, form.id).await?.is_some(),
        None => false,
    };
    let form = form.filter(|_| published).ok_or_else(|| {
        let error = FieldError::new(
            "/form",
            "form_unknown",
            "There is no published form with this key.",
        );
        Problem::fields(Code::BodyInvalid, vec![error])
    })?;
    let row = CampaignRow {
        id: random::uuid()?,
        key: body.key,
        form_id: form.id,
        title: json(&body.title)?,
        description: body.description.as_ref().map(json).transpose()?,
        opens_at: body.opens_at,
        closes_at: body.closes_at,
        closed_at: None,
        created_at: state.now(),
        release_size: body.release_size,
    };
    if !campaigns::create_campaign(&mut conn, &row).await? {
        return Err(Code::CampaignExists.into());
    }
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/campaigns/{}", row.key)))
        .json(CampaignView::of((row, form.key), state.now())))
}

/// Change a campaign
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    params(("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027")),
    request_body = UpdateCampaignBody,
    responses((status = 200, description = "The campaign as it is now.", body = CampaignView)),
    extensions(("x-problems" = json!(["campaign_unknown", "campaign_closed"]))),
)]
#[patch("/v1/campaigns/{campaign}")]
async fn update_campaign(
    _coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
    body: Body<UpdateCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let mut conn = state.connection().await?;
    let (row, form) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let (opens_at, closes_at) = (
        body.opens_at.unwrap_or(row.opens_at),
        body.closes_at.unwrap_or(row.closes_at),
    );
    window_is_sound(opens_at, closes_at)?;
    let change = CampaignChange {
        title: body.title.as_ref().map(json).transpose()?,
        description: body.description.as_ref().map(json).transpose()?.map(Some),
        // Both, so that two changes at once cannot leave the window the wrong way round.
        opens_at: Some(opens_at),
        closes_at: Some(closes_at),
        closed_at: None,
    };
    let row = change_campaign(&mut conn, row.id, &change)
        .await?
        .ok_or(Code::CampaignClosed)?;
    Ok(HttpResponse::Ok().json(CampaignView::of((row, form), state.now())))
}

/// Close a campaign for good
///
/// Closing one that is closed already changes nothing.
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    params(("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027")),
    responses((status = 200, description = "The campaign as it is now.", body = CampaignView)),
    extensions(("x-problems" = json!(["campaign_unknown"]))),
)]
#[post("/v1/campaigns/{campaign}/close")]
async fn close_campaign(
    _coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let (row, form) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let change = CampaignChange {
        closed_at: Some(state.now()),
        ..CampaignChange::default()
    };
    let row = change_campaign(&mut conn, row.id, &change)
        .await?
        .unwrap_or(row);
    Ok(HttpResponse::Ok().json(CampaignView::of((row, form), state.now())))
}

fn window_is_sound(opens_at: DateTime<Utc>, closes_at: DateTime<Utc>) -> Result<(), Problem> {
    if opens_at < closes_at {
        return Ok(());
    }
    let error = FieldError::new(
        "/closes_at",
        "window_reversed",
        "It must be later than opens_at.",
    );
    Err(Problem::fields(Code::BodyInvalid, vec![error]))
}

fn json(text: &Text) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(text).map_err(|_| Problem::internal("a text cannot be written"))
}

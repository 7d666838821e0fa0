//! Campaigns: what is open, for everybody; opening and closing, for coordinators.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpResponse, get, patch, post};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::form::Text;
use crate::http::auth::{Coordinator, Staff};
use crate::http::extract::{Body, Query, State};
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{Code, FieldError, Problem};
use crate::random;
use crate::store::campaigns::{
    self, CampaignChange, CampaignRow, Window, change_campaign, find_campaign,
};
use crate::store::forms::{find_form, newest_version};
use crate::store::release::count_responses;

mod views;

pub use views::{
    CampaignProgressView, CampaignState, CampaignView, CreateCampaignBody, UpdateCampaignBody,
};

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
    let (opens_at, closes_at) = sound_window(body.opens_at, body.closes_at)?;
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
        opens_at,
        closes_at,
        closed_at: None,
        created_at: state.now(),
        release_size: body.release_size,
        access: "open".to_owned(),
        k: 5,
        freezes_at: None,
        retained_until: closes_at + FIVE_YEARS,
        erased_at: None,
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
    let (opens_at, closes_at) = sound_window(opens_at, closes_at)?;
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

/// How long responses are kept after the end of their campaign, unless it says otherwise.
const FIVE_YEARS: TimeDelta = TimeDelta::days(5 * 365);

/// The window as Postgres keeps it, in whole microseconds: two times can differ by less.
fn sound_window(
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), Problem> {
    let fault = |pointer: &str, code: &str, detail: &str| {
        let error = FieldError::new(pointer, code, detail);
        Err(Problem::fields(Code::BodyInvalid, vec![error]))
    };
    let kept = |time: DateTime<Utc>| {
        let kept = DateTime::from_timestamp_micros(time.timestamp_micros());
        kept.filter(|time| (1970..=9999).contains(&time.year()))
    };
    match (kept(opens_at), kept(closes_at)) {
        (Some(opens_at), Some(closes_at)) if opens_at < closes_at => Ok((opens_at, closes_at)),
        (Some(_), Some(_)) => fault(
            "/closes_at",
            "window_reversed",
            "It must be later than opens_at.",
        ),
        (None, _) => fault("/opens_at", "time_out_of_range", OUT_OF_RANGE),
        (_, None) => fault("/closes_at", "time_out_of_range", OUT_OF_RANGE),
    }
}

const OUT_OF_RANGE: &str = "The year must be from 1970 to 9999.";

fn json(text: &Text) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(text).map_err(|_| Problem::internal("a text cannot be written"))
}

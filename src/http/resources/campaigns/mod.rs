//! Campaigns: what is open, for everybody; opening and closing, for coordinators.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use diesel_async::AsyncConnection;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::pass_keys::provide_pass_key;
use crate::domain::audit::Action;
use crate::domain::campaign::access::Access;
use crate::domain::form::Text;
use crate::http::app::AppState;
use crate::http::auth::{Coordinator, Staff};
use crate::http::extract::page::{Page, PageQuery};
use crate::http::extract::{Body, Query, State};
use crate::http::problem::{Code, FieldError, Problem};
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::audit::append_entry;
use crate::store::campaigns::{self, CampaignRow, Window, close_campaign as close, find_campaign};
use crate::store::forms::{find_form, newest_version};
use crate::store::passes::destroy_pass_key;
use crate::store::responses::release::count_responses;

mod statement;
mod times;
mod update;
mod views;

use times::Times;
use update::settings;

pub use statement::{PrivacyStatementView, SentenceView};
pub use views::{
    AccessRule, CampaignProgressView, CampaignState, CampaignView, CreateCampaignBody,
    UpdateCampaignBody,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_campaigns)
        .service(get_campaign)
        .service(get_campaign_progress)
        .service(create_campaign)
        .service(update::update_campaign)
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
            "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z", "closed_at": null,
            "access": "open", "release_size": 10, "k": 5, "freezes_at": null,
            "retained_until": "2032-03-02T00:00:00Z", "erased_at": null, "pass": null,
            "privacy": {
                "stored": ["id", "campaign", "form_version", "language", "week", "answers"],
                "stored_apart": ["id", "campaign", "question", "language", "text"],
                "not_stored": ["receipt", "time_of_day", "order_of_arrival", "network_address"],
                "linkable_to_invitation_by": "no_invitations", "release_size": 10, "k": 5,
                "withdrawal_until": "2032-03-02T00:00:00Z", "retained_until": "2032-03-02T00:00:00Z",
                "sentences": [{"code": "retention", "text": {"en": "All responses are deleted on 2032-03-02."}}],
            },
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
    for (row, _) in rows.iter().filter(|(row, _)| row.access() == Access::Pass) {
        state.pass_keys.find(&mut conn, row.id).await?;
    }
    let page = page.page(
        rows,
        |(row, _)| row.key.clone(),
        |row| CampaignView::of(&state, row),
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
    Ok(HttpResponse::Ok().json(view(&state, &mut conn, found).await?))
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
    let rounded = |count: i64| count - count % i64::from(row.release_size);
    Ok(HttpResponse::Ok().json(CampaignProgressView {
        released: rounded(released),
        waiting: rounded(waiting),
        rounded_to: row.release_size,
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
    extensions(("x-problems" = json!(["campaign_exists", "too_many_pass_campaigns"]))),
)]
#[post("/v1/campaigns")]
async fn create_campaign(
    _coordinator: Staff<Coordinator>,
    state: State,
    body: Body<CreateCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let retained_until = body.retained_until;
    let times = Times {
        opens_at: body.opens_at,
        closes_at: body.closes_at,
        freezes_at: body.freezes_at,
        retained_until: retained_until.unwrap_or_else(|| Times::usual_retention(body.closes_at)),
    };
    let times = times.sound()?;
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
        title: to_json(&body.title)?,
        description: body.description.as_ref().map(to_json).transpose()?,
        opens_at: times.opens_at,
        closes_at: times.closes_at,
        closed_at: None,
        created_at: state.now(),
        release_size: body.release_size,
        access: Access::from(body.access).as_str().to_owned(),
        k: body.k,
        freezes_at: times.freezes_at,
        retained_until: times.retained_until,
        erased_at: None,
    };
    conn.transaction(async |conn| {
        if !campaigns::create_campaign(conn, &row).await? {
            return Err(Problem::from(Code::CampaignExists));
        }
        provide_pass_key(&state, conn, &row).await
    })
    .await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/campaigns/{}", row.key)))
        .json(view(&state, &mut conn, (row, form.key)).await?))
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
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let (row, form) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let closed = conn.transaction(async |conn| {
        let closed = close(conn, row.id, state.now()).await?;
        destroy_pass_key(conn, row.id).await?;
        if let Some(closed) = &closed {
            let details = json!({"campaign": closed.key, "before": settings(&row), "after": settings(closed)});
            let (now, staff, action) = (state.now(), Some(coordinator.id), Action::CampaignChanged);
            append_entry(conn, &state.keys.server, now, staff, action, &details).await?;
        }
        Ok::<_, Problem>(closed)
    });
    let row = closed.await?.unwrap_or(row);
    Ok(HttpResponse::Ok().json(view(&state, &mut conn, (row, form)).await?))
}

/// The campaign as it is shown now.
async fn view(
    state: &AppState,
    conn: &mut AsyncPgConnection,
    found: (CampaignRow, String),
) -> Result<CampaignView, Problem> {
    if found.0.access() == Access::Pass {
        // Remembered, so that the view finds it.
        state.pass_keys.find(conn, found.0.id).await?;
    }
    Ok(CampaignView::of(state, found))
}

fn to_json(text: &Text) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(text).map_err(|_| Problem::internal("a text cannot be written"))
}

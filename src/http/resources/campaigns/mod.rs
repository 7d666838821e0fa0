//! Campaigns. For everybody: which are open. For coordinators: opening and closing them.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, patch, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::app::campaigns;
use crate::domain::campaign::{Campaign, CampaignState as DomainState};
use crate::http::auth::{Coordinator, Staff, StaffOrKey};
use crate::http::extract::page::{Cursor, Page, PageQuery};
use crate::http::extract::path::CampaignPath;
use crate::http::extract::{Body, Query};
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::list;
use crate::http::state::State;

mod statement;
mod views;

pub use statement::{PrivacyStatementView, SentenceView};
pub use views::{
    AccessRule, CampaignProgressView, CampaignState, CampaignView, CloseCampaignBody,
    CreateCampaignBody, PassIssuerView, UpdateCampaignBody,
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
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignsQuery {
    /// Only campaigns that are upcoming, open or closed; `all` for every campaign. If missing: `open`.
    #[serde(default)]
    #[param(value_type = Option<CampaignFilter>)]
    state: CampaignFilter,
    /// The number of items of a page.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<String>>,
}

/// The filter of campaigns by state.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignFilter {
    /// Those that take responses.
    #[default]
    Open,
    /// Those that have not opened yet.
    Upcoming,
    /// Those that are closed.
    Closed,
    /// Every campaign.
    All,
}

impl From<CampaignFilter> for Option<DomainState> {
    fn from(listed: CampaignFilter) -> Self {
        match listed {
            CampaignFilter::Open => Some(DomainState::Open),
            CampaignFilter::Upcoming => Some(DomainState::Upcoming),
            CampaignFilter::Closed => Some(DomainState::Closed),
            CampaignFilter::All => None,
        }
    }
}

/// List campaigns
///
/// Lists the campaigns that take responses now, unless `state` asks for others.
#[utoipa::path(
    tag = "campaigns",
    params(CampaignsQuery),
    responses((status = 200, description = "A page of campaigns, by key.", body = Page<CampaignView>, example = json!({
        "items": [{
            "key": "world-cancer-day-2027", "form": "daily-life-after-treatment", "state": "open",
            "title": {"ko": "세계 암의 날 2027", "en": "World Cancer Day 2027"}, "description": null,
            "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z", "closed_at": null,
            "access": "open", "release_size": 10, "k": 5, "freezes_at": null,
            "retained_until": "2032-03-02T00:00:00Z", "erased_at": null, "proof_of_work": null, "pass": null,
            "privacy": {
                "stored": ["id", "campaign", "form_version", "language", "week", "answers"],
                "stored_apart": ["id", "campaign", "question", "language", "text"],
                "not_stored": ["receipt", "time_of_day", "order_of_arrival", "network_address"],
                "linkable_to_invitation_by": "no_invitations", "release_size": 10, "k": 5,
                "withdrawal_until": "2032-03-02T00:00:00Z", "retained_until": "2032-03-02T00:00:00Z", "left_out": [],
                "sentences": [{"code": "retention", "text": {"en": "All responses are deleted on 2032-03-02."}}],
            },
            "grace_days": 14, "accepts_until": "2027-03-18T00:00:00Z", "form_version": null, "testing": false, "insights_from": null,
            "left_out": [], "masking_weights": {},
        }],
        "next_cursor": null,
    }))),
)]
#[get("/v1/campaigns", wrap = "from_fn(compress)")]
async fn list_campaigns(
    state: State,
    query: Query<CampaignsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let page = PageQuery::new(query.limit, query.cursor);
    let (after, rows) = (page.after().map(String::as_str), page.rows());
    let found = campaigns::list(&state.app, query.state.into(), after, rows).await?;
    let page = page.page(
        found,
        |campaign| campaign.key.to_string(),
        |campaign| CampaignView::of(&state.app, campaign),
    );
    let mut response = HttpResponse::Ok();
    // The state of a campaign changes with the clock, so a copy is asked about each time.
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    list::reply(&request, response, &page, page.next_cursor.as_deref())
}

/// Get a campaign
///
/// Campaigns that are upcoming or closed are included, so that a client can tell their state.
#[utoipa::path(
    tag = "campaigns",
    params(CampaignPath),
    responses((status = 200, description = "The campaign.", body = CampaignView)),
    extensions(("x-problems" = json!(["campaign_unknown"]))),
)]
#[get("/v1/campaigns/{campaign}", wrap = "from_fn(compress)")]
async fn get_campaign(state: State, campaign: CampaignPath) -> Result<HttpResponse, Problem> {
    let found = campaigns::find(&state.app, &campaign.key()?).await?;
    Ok(reply(HttpResponse::Ok(), &state, found))
}

/// Count the responses of a campaign
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"]), ("api_key" = ["coordinator"])),
    params(CampaignPath),
    responses((status = 200, description = "The counts.", body = CampaignProgressView)),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_unknown"]))),
)]
#[get("/v1/campaigns/{campaign}/progress")]
async fn get_campaign_progress(
    coordinator: StaffOrKey<Coordinator>,
    state: State,
    campaign: CampaignPath,
) -> Result<HttpResponse, Problem> {
    let (caller, key) = (coordinator.caller(), campaign.key()?);
    let progress = campaigns::progress(&state.app, caller, &key).await?;
    Ok(HttpResponse::Ok().json(CampaignProgressView::from(progress)))
}

/// Create a campaign
///
/// The campaign's form must be in your scope.
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    request_body = CreateCampaignBody,
    responses((status = 201, description = "The campaign.", body = CampaignView, headers(
        ("Location" = String, description = "Where the campaign is."),
    ))),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_exists", "too_many_pass_campaigns"]))),
)]
#[post("/v1/campaigns")]
async fn create_campaign(
    coordinator: Staff<Coordinator>,
    state: State,
    body: Body<CreateCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let new = body.read().await?.into_new()?;
    let created = campaigns::create(&state.app, &coordinator.caller(), new).await?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/v1/campaigns/{}", created.key)));
    Ok(reply(response, &state, created))
}

/// Change a campaign
///
/// A closed campaign can only be told to delete its responses sooner. A campaign whose window has ended can be reopened
/// until `accepts_until`, and afterwards only if it never received a response: all waiting responses, however few, are
/// released then. With access `pass` it can never be reopened, since the key of its passes is destroyed at its end.
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "spring-2027"),
    ),
    request_body = UpdateCampaignBody,
    responses((status = 200, description = "The campaign as it is now.", body = CampaignView)),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_unknown", "campaign_closed", "settings_promised", "too_many_pass_campaigns"]))),
)]
#[patch("/v1/campaigns/{campaign}")]
async fn update_campaign(
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: CampaignPath,
    body: Body<UpdateCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let change = body.read().await?.into();
    let (caller, key) = (coordinator.caller(), campaign.key()?);
    let changed = campaigns::change(&state.app, &caller, &key, &change).await?;
    Ok(reply(HttpResponse::Ok(), &state, changed))
}

/// Close a campaign for good
///
/// From now on the campaign is `closed`, and nobody is asked to fill it in. What was filled in before is accepted until
/// `accepts_until`. Closing it again changes nothing. A body is not needed.
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "spring-2027"),
    ),
    request_body = Option<CloseCampaignBody>,
    responses((status = 200, description = "The campaign as it is now.", body = CampaignView)),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_unknown", "campaign_closed", "settings_promised"]))),
)]
#[post("/v1/campaigns/{campaign}/close")]
async fn close_campaign(
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: CampaignPath,
    body: Body<CloseCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let grace_days = body.read_or_default().await?.grace_days;
    let (caller, key) = (coordinator.caller(), campaign.key()?);
    let closed = campaigns::close(&state.app, &caller, &key, grace_days).await?;
    Ok(reply(HttpResponse::Ok(), &state, closed))
}

fn reply(mut response: HttpResponseBuilder, state: &State, campaign: Campaign) -> HttpResponse {
    response.json(CampaignView::of(&state.app, campaign))
}

//! Insights: figures of a form and of a campaign, for everybody.

mod views;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, CacheControl, CacheDirective};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use self::views::InsightsView;
use crate::app::statistics::{InsightsRefused, Publishing, insights};
use crate::http::extract::Query;
use crate::http::extract::language::{Languages, negotiate};
use crate::http::extract::path::{CampaignPath, FormPath};
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::entity_tag;
use crate::http::state::State;

/// For how many seconds copies may be used: figures change in batches.
const MAX_AGE: u32 = 300;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(get_form_insights)
        .service(get_campaign_insights);
}

/// About whom, and in which language.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InsightsQuery {
    /// Answers to background questions, separated by commas: at most three, each to another question. `people_like_you`
    /// has the people who gave each of them.
    #[param(example = "cancer_type:breast,age_band:age_50_59")]
    like: Option<String>,
    /// The language of the texts; by `Accept-Language` if missing, and else the first of the form.
    #[param(example = "en")]
    language: Option<String>,
}

/// Get figures about a form for everybody
///
/// How scores lie and what people find hardest: all who answered, and people like you by cancer, age or any other
/// background question. No account is needed. A campaign is counted when it is over, or when it has as many responses as
/// its `insights_from` says.
///
/// The figures are those of the statistics: under the cell key method, and nothing is said of groups with a published count
/// of less than 10. Such a group looks like one with nobody in it, and so does a campaign. A higher score is taken to mean
/// more difficulty.
#[utoipa::path(
    tag = "insights",
    params(
        FormPath,
        InsightsQuery,
        ("Accept-Language" = Option<String>, Header, description = "The languages that the person reads (RFC 9110), if the query names none.", example = "ko, en;q=0.8"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the copy that the client has."),
    ),
    responses(
        (status = 200, description = "The figures.", body = InsightsView, headers(
            ("ETag" = String, description = "Changes with the figures."),
            ("Content-Language" = String, description = "The language of the texts."),
        )),
        (status = 304, description = "The client has these figures."),
    ),
    extensions(("x-problems" = json!(["form_unknown", "language_not_offered"]))),
)]
#[get("/v1/insights/{form}", wrap = "from_fn(compress)")]
async fn get_form_insights(
    state: State,
    request: HttpRequest,
    form: FormPath,
    query: Query<InsightsQuery>,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let publishing = Publishing::of_form(&state.app, &form).await?;
    reply(&state, &request, &publishing, &query).await
}

/// Get figures about a campaign for everybody
///
/// As for a form, of one campaign. While the campaign goes on and has no `insights_from`, or fewer responses, there are no
/// figures, as if nobody had answered.
#[utoipa::path(
    tag = "insights",
    params(
        CampaignPath,
        InsightsQuery,
        ("Accept-Language" = Option<String>, Header, description = "The languages that the person reads (RFC 9110), if the query names none.", example = "ko, en;q=0.8"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the copy that the client has."),
    ),
    responses(
        (status = 200, description = "The figures.", body = InsightsView, headers(
            ("ETag" = String, description = "Changes with the figures."),
            ("Content-Language" = String, description = "The language of the texts."),
        )),
        (status = 304, description = "The client has these figures."),
    ),
    extensions(("x-problems" = json!(["campaign_unknown", "language_not_offered"]))),
)]
#[get("/v1/campaigns/{campaign}/insights", wrap = "from_fn(compress)")]
async fn get_campaign_insights(
    state: State,
    request: HttpRequest,
    campaign: CampaignPath,
    query: Query<InsightsQuery>,
) -> Result<HttpResponse, Problem> {
    let (query, key) = (query.read()?, campaign.key()?);
    let publishing = Publishing::of_campaign(&state.app, &key).await?;
    reply(&state, &request, &publishing, &query).await
}

async fn reply(
    state: &State,
    request: &HttpRequest,
    publishing: &Publishing,
    query: &InsightsQuery,
) -> Result<HttpResponse, Problem> {
    let offered = publishing.languages();
    let first = offered.first().map_or("", String::as_str);
    let language = match negotiate(request, query.language.as_deref(), offered)? {
        Languages::One(language) => language,
        Languages::All => first,
    };
    let found = insights(&state.app, publishing, language).await?;
    let like = query.like.iter().flat_map(|like| like.split(','));
    let like: Vec<String> = like.map(|it| it.trim().to_owned()).collect();
    let alike = found.people_like(&like).map_err(InsightsRefused::Unfit)?;
    let body = serde_json::to_vec(&InsightsView::new(&found, &alike));
    let body = body.map_err(|_| Problem::internal("insights cannot be written"))?;
    let tag = entity_tag::weak(&body);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::VARY, "accept-language"))
        .insert_header((header::CONTENT_LANGUAGE, language.to_owned()))
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header(CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(MAX_AGE),
        ]));
    if entity_tag::is_known(request, &tag) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.content_type("application/json").body(body))
}

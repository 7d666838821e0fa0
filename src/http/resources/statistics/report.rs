//! The report of a form: as JSON, and as a page. For analysts.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::views::{
    ChangeView, DimensionView, GroupView, MeasureView, ProtectionView, changes_of, groups_of,
};
use crate::app::statistics::{self, ReportRequest};
use crate::domain::statistics::{Dimension, Report, ReportItem, Statistics};
use crate::formats::report::{STYLE, report_html};
use crate::http::auth::{Analyst, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::headers_only::HeadersOnly;
use crate::http::extract::media_type::preferred;
use crate::http::extract::path::FormPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::{entity_tag, without_body};
use crate::http::state::State;

/// Allows the style of the page, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Which report.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Only responses of these campaigns: keys, separated by commas.
    #[param(example = "world-cancer-day-2027")]
    campaign: Option<String>,
    /// Language of the texts: one of those of the newest version; the default is the first of these.
    #[param(example = "en")]
    language: Option<String>,
}

/// All figures of a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportView {
    /// The key of the form.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// Its title.
    #[schema(example = "Daily life after cancer treatment")]
    pub title: String,
    /// The language of the texts.
    #[schema(example = "en")]
    pub language: String,
    /// The keys of the campaigns, in the order in which they open.
    #[schema(example = json!(["world-cancer-day-2027"]))]
    pub campaigns: Vec<String>,
    /// Every question and score, in the order of an export.
    pub items: Vec<ReportItemView>,
    /// How the figures are protected.
    pub protection: ProtectionView,
}

/// All figures of a question or a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportItemView {
    /// The question or score.
    pub measure: MeasureView,
    /// Of all responses.
    pub overall: Vec<GroupView>,
    /// By campaign, if there are several, and by each background question.
    pub by: Vec<BreakdownView>,
    /// How it changed from one campaign to the next.
    pub changes: Vec<ChangeView>,
}

/// The figures broken down by one dimension.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakdownView {
    /// The dimension.
    pub dimension: DimensionView,
    /// Its groups. One that is not listed has a published count of 0 everywhere.
    #[schema(example = json!([{
        "by": {"cancer_type": "stomach"}, "responses": 212, "answered": 190,
        "missing": {"hidden": 0, "not_asked": 0, "blank": 22, "declined": 0},
        "mean": {"value": 41.7, "lower": 38.2, "upper": 45.1}, "categories": [],
    }]))]
    pub groups: Vec<GroupView>,
}

/// Get the report of a form
///
/// Every question and every score: overall, by each background question, and by campaign, with the change from one
/// campaign to the next. The figures are those of `GET /v1/forms/{form}/statistics`, protected in the same way. With
/// `Accept: text/html` the reply is a page with charts, to be read on a screen and printed on A4; it has no script and
/// loads nothing. The report is recorded in the audit, once a day for each account.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ReportQuery,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the copy that the client has."),
    ),
    responses(
        (
            status = 200,
            description = "The report. Generated clients take one media type a reply, so the others stand in `x-other-media-types`.",
            body = ReportView,
            headers(("ETag" = String, description = "Changes with the figures.")),
        ),
        (status = 304, description = "The client has this report."),
    ),
    extensions(("x-other-media-types" = json!(["text/html"])), ("x-problems" = json!(["out_of_scope", "form_unknown", "language_not_offered", "figures_held"]))),
)]
#[get("/v1/forms/{form}/report", wrap = "from_fn(compress)")]
pub(super) async fn get_report(
    analyst: StaffOrKey<Analyst>,
    state: State,
    request: HttpRequest,
    form: FormPath,
    query: Query<ReportQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let (caller, asked) = (analyst.caller(), query.request());
    let as_page = preferred(&request, &["application/json", "text/html"]) == "text/html";
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::VARY, "accept"))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    let media_type = match as_page {
        true => "text/html; charset=utf-8",
        false => "application/json",
    };
    if as_page {
        response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()));
    }
    if headers_only.0 {
        statistics::check_report(&state.app, caller, &form, &asked).await?;
        return Ok(without_body(response.content_type(media_type)));
    }
    let report = statistics::report(&state.app, caller, &form, asked).await?;
    let unwritten = || Problem::internal("a report cannot be written");
    let body = match as_page {
        true => report_html(&report).map_err(|_| unwritten())?.into_bytes(),
        false => serde_json::to_vec(&ReportView::from(&report)).map_err(|_| unwritten())?,
    };
    let tag = entity_tag::weak(&body);
    response.insert_header((header::ETAG, tag.to_string()));
    if entity_tag::is_known(&request, &tag) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.content_type(media_type).body(body))
}

impl ReportQuery {
    fn request(&self) -> ReportRequest {
        let keys = self.campaign.as_deref().map(super::query::list);
        ReportRequest {
            campaigns: keys,
            language: self.language.clone(),
        }
    }
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        Self {
            form: report.form.clone(),
            title: report.title.clone(),
            language: report.language.clone(),
            campaigns: report.campaigns.clone(),
            items: report.items.iter().map(Into::into).collect(),
            protection: ProtectionView::default(),
        }
    }
}

impl From<&ReportItem<Statistics>> for ReportItemView {
    fn from(item: &ReportItem<Statistics>) -> Self {
        let breakdowns = item.by_campaign.iter().chain(&item.by);
        let breakdown = |statistics: &Statistics| {
            let dimension: &Dimension = statistics.by.first()?;
            Some(BreakdownView {
                dimension: dimension.into(),
                groups: groups_of(statistics),
            })
        };
        Self {
            measure: (&item.overall.measure).into(),
            overall: groups_of(&item.overall),
            by: breakdowns.filter_map(breakdown).collect(),
            changes: item
                .by_campaign
                .as_ref()
                .map(changes_of)
                .unwrap_or_default(),
        }
    }
}

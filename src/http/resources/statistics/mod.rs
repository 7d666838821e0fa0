//! Statistics of a form, and its report. For analysts.

mod query;
mod report;
mod views;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use self::query::StatisticsQuery;
use self::views::StatisticsView;
use crate::app::statistics;
use crate::formats::statistics::{statistics_csv, statistics_parquet};
use crate::http::auth::{Analyst, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::headers_only::HeadersOnly;
use crate::http::extract::media_type::preferred;
use crate::http::extract::path::FormPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::{entity_tag, without_body};
use crate::http::state::State;

const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const PARQUET: &str = "application/vnd.apache.parquet";

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_statistics).service(report::get_report);
}

/// Get figures about a question or a score
///
/// Counts, shares and means over all released responses that the caller reaches, broken down by up to three dimensions. So
/// "the mean eating score by cancer and age" is one request: `of=score_eating&by=cancer_type,age_band`.
///
/// Every count has noise under the cell key method: the same responses always give the same figure, whoever asks and
/// however, and one response more or less gives fresh noise. A count of less than 10 is given as 0, so a 0 may be nobody, or
/// a few. Shares and means are made of figures with noise; their intervals of 95 % include it. A share is given where both of
/// its counts are, and a mean where the number of answers is. A group that is not listed has a count of 0 everywhere.
/// Counts are not made to add up.
///
/// Groups of a multiple choice overlap: a response is in the group of each option that was chosen. A ranking is counted by
/// the option that was put first. With `campaign` among the dimensions, `changes` compares each campaign with the one
/// before.
///
/// What is withdrawn leaves the figures within 14 days, together with the other changes of that time if there are any, so
/// that figures of two days seldom differ by one person alone. Until then, tables by campaign, version and at most one background question can be asked for, and those that were
/// asked for shortly before; others are refused with `figures_held`.
///
/// With `Accept: text/csv` the reply is a table with a row a group, and with `Accept: application/vnd.apache.parquet` the
/// same table as a Parquet file with typed columns. The query is recorded in the audit, once a day for
/// each account.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        StatisticsQuery,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the copy that the client has."),
    ),
    responses(
        (
            status = 200,
            description = "The figures. Generated clients take one media type a reply, so the others stand in `x-other-media-types`.",
            body = StatisticsView,
            headers(("ETag" = String, description = "Changes with the figures.")),
        ),
        (status = 304, description = "The client has these figures."),
    ),
    extensions(
        ("x-other-media-types" = json!(["text/csv", "application/vnd.apache.parquet"])),
        ("x-problems" = json!(["out_of_scope", "form_unknown", "language_not_offered", "figures_held", "too_many_requests"])),
    ),
)]
#[get("/v1/forms/{form}/statistics", wrap = "from_fn(compress)")]
async fn get_statistics(
    analyst: StaffOrKey<Analyst>,
    state: State,
    request: HttpRequest,
    form: FormPath,
    query: Query<StatisticsQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let (caller, asked) = (analyst.caller(), query.request());
    let wanted = preferred(&request, &[JSON, CSV, PARQUET]);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::VARY, "accept"))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    let media_type = match wanted {
        CSV => "text/csv; charset=utf-8; header=present",
        other => other,
    };
    if headers_only.0 {
        statistics::check_statistics(&state.app, caller, &form, asked).await?;
        return Ok(without_body(response.content_type(media_type)));
    }
    let figures = statistics::statistics(&state.app, caller, &form, asked).await?;
    let unwritten = || Problem::internal("statistics cannot be written");
    let body = match wanted {
        CSV => statistics_csv(&figures, query.csv()).map_err(|_| unwritten())?,
        PARQUET => statistics_parquet(&figures).map_err(|_| unwritten())?,
        _ => serde_json::to_vec(&StatisticsView::new(form.to_string(), &figures))
            .map_err(|_| unwritten())?,
    };
    let tag = entity_tag::weak(&body);
    response.insert_header((header::ETAG, tag.to_string()));
    if entity_tag::is_known(&request, &tag) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.content_type(media_type).body(body))
}

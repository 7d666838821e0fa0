//! The export of a form's remarks.

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, get};

use super::query::RemarksCsvQuery;
use super::{ExportFile, csv_attachment};
use crate::app::exports;
use crate::http::auth::{Analyst, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::headers_only::HeadersOnly;
use crate::http::extract::path::FormPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::without_body;
use crate::http::state::State;

/// Export the remarks to a form
///
/// Exports cleared remarks only, as shortened by reviewers. Their order is random each time, and nothing in the file
/// links a remark to a response: no id, no week, no version. The export is recorded in the audit before its first byte
/// is sent.
///
/// The file is streamed. A transfer that breaks off is incomplete and must be repeated.
#[utoipa::path(
    tag = "remarks",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        RemarksCsvQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = inline(ExportFile),
        headers(("Content-Disposition" = String, description = "A name for the file.")),
        example = json!("campaign,question,language,text\r\nworld-cancer-day-2027,remark_your_days,en,Nurse […] called me at [phone] and it helped.\r\n"),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/remarks.csv", wrap = "from_fn(compress)")]
pub(super) async fn export_remarks(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<RemarksCsvQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let caller = analyst.caller();
    if headers_only.0 {
        exports::check_remarks(&state.app, caller, &form, query.campaigns()).await?;
        return Ok(without_body(&mut csv_attachment(&form, "remarks")));
    }
    let (campaigns, options) = (query.campaigns(), query.csv());
    let download = exports::remarks(&state.app, caller, &form, campaigns, options).await?;
    Ok(csv_attachment(&form, "remarks").streaming(download))
}

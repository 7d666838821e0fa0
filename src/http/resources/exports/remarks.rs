//! The export of a form's remarks.

use actix_web::middleware::Compress;
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use serde_json::json;

use super::attachment;
use super::query::RemarksCsvQuery;
use crate::app::export::remarks::RemarksExport;
use crate::app::export::{Limits, start};
use crate::domain::audit::Action;
use crate::http::auth::{Analyst, Staff};
use crate::http::extract::Query;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::random;
use crate::store::audit::append_entry;
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::forms::{find_form, newest_version};
use crate::store::responses::stream::campaigns_of;

/// Export the remarks to a form
///
/// Only those that were cleared, as far as reviewers left them. They stand in an order that is random each time, and
/// nothing in the file leads to a response: no id, no week, no version. The export is recorded in the audit before its first
/// byte is sent.
///
/// The file is streamed. A transfer that breaks off is not whole and must be fetched again.
#[utoipa::path(
    tag = "remarks",
    security(("staff" = ["analyst"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        RemarksCsvQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = String,
        headers(("Content-Disposition" = String, description = "A name for the file.")),
        example = json!("campaign,question,language,text\r\nworld-cancer-day-2027,remark_your_days,en,Nurse […] called me at [phone] and it helped.\r\n"),
    )),
    extensions(("x-problems" = json!(["form_unknown", "bad_request"]))),
)]
#[get("/v1/forms/{form}/remarks.csv", wrap = "Compress::default()")]
pub(super) async fn export_remarks(
    analyst: Staff<Analyst>,
    state: State,
    form: Path<String>,
    query: Query<RemarksCsvQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let mut conn = state.export_connection().await?;
    let row = find_form(&mut conn, &form)
        .await?
        .ok_or(Code::FormUnknown)?;
    if newest_version(&mut conn, row.id).await?.is_none() {
        return Err(Problem::new(Code::FormUnknown).detail("No version of it is published yet."));
    }
    let campaigns = query.campaigns(campaigns_of(&mut conn, row.id).await?)?;
    let export = RemarksExport {
        campaigns: campaigns
            .iter()
            .map(|campaign| (campaign.id, campaign.key.clone()))
            .collect(),
        salt: random::bytes()?,
        options: query.csv(),
    };
    let started = start(ExclusiveConnection::new(conn), export, Limits::default()).await?;
    let details = json!({
        "form": *form,
        "filter": {"campaigns": campaigns.iter().map(|campaign| &campaign.key).collect::<Vec<_>>()},
        "rows": started.report(),
    });
    let (key, now, who) = (&state.keys.server, state.now(), Some(analyst.id));
    let mut conn = state.connection().await?;
    append_entry(&mut conn, key, now, who, Action::RemarksExported, &details).await?;
    drop(conn);
    Ok(attachment(&form, "remarks").streaming(started.download().await?))
}

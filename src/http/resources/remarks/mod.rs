//! Remarks: free text, which a person reads before it goes anywhere. For analysts.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpResponse, get, patch};
use diesel_async::AsyncConnection;
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::domain::audit::Action;
use crate::domain::free_text::review::{RemarkState, ShortenFault, shorten};
use crate::http::auth::{Analyst, Staff};
use crate::http::extract::page::{Page, PageQuery};
use crate::http::extract::precondition::Precondition;
use crate::http::extract::{Body, Query, State};
use crate::http::problem::{Code, FieldError, Problem};
use crate::store::AsyncPgConnection;
use crate::store::audit::append_entry;
use crate::store::campaigns::find_campaign;
use crate::store::remarks::{self, RemarkRow, RemarksFilter, lock_remark};

mod views;

use views::tag;
pub use views::{RemarkView, RemarksQuery, ReviewRemarkBody, ReviewState};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_remarks).service(review_remark);
}

/// List remarks
///
/// Those that nobody has read yet, unless `state` asks for others. Each page is recorded in the audit before it is sent:
/// who asked for it, by which filter, and how many remarks it has. Remarks of responses that wait to be released are not
/// listed.
#[utoipa::path(
    tag = "remarks",
    security(("staff" = ["analyst"])),
    params(RemarksQuery),
    responses((
        status = 200,
        description = "A page of remarks, in an order that tells nothing.",
        body = Page<RemarkView>,
        example = json!({
            "items": [{
                "id": "8c0c7b1e-3d5a-4f0e-9b6a-2d1f6c1e7a90", "campaign": "world-cancer-day-2027",
                "form": "daily-life-after-treatment", "question": "anything_else", "language": "en",
                "text": "Nurse Ann Miller called me at [phone] and it helped.", "state": "pending",
                "etag": "\"q1Zx0m3bW5l2sP8u\"",
            }],
            "next_cursor": null,
        }),
    )),
)]
#[get("/v1/remarks")]
async fn list_remarks(
    analyst: Staff<Analyst>,
    state: State,
    Query(query): Query<RemarksQuery>,
) -> Result<HttpResponse, Problem> {
    let seen = query.seen();
    let page = PageQuery::new(query.limit, query.cursor.clone());
    let (after, limit) = (page.after::<Uuid>()?, page.rows()?);
    let (now, key) = (state.now(), &state.keys.server);
    let mut conn = state.connection().await?;
    let filter = filter(&mut conn, query).await?;
    let rows = conn
        .transaction(async |conn| {
            let rows = remarks::list_remarks(conn, &filter, after, limit).await?;
            // The one row more only tells that there is another page.
            let shown = i64::try_from(rows.len()).unwrap_or(limit).min(limit - 1);
            let mut details = seen;
            if let Value::Object(details) = &mut details {
                details.insert("remarks".to_owned(), json!(shown));
            }
            let action = Action::RemarksListed;
            append_entry(conn, key, now, Some(analyst.id), action, &details).await?;
            Ok::<_, Problem>(rows)
        })
        .await?;
    let view = |row| RemarkView::of(row, key);
    let page = page.page(rows, |(row, ..)| row.id, view)?;
    Ok(HttpResponse::Ok().json(page))
}

/// Review a remark
///
/// Clears it, so that it is exported; withholds it; or edits it down. Editing can only take words out, with `[…]` in
/// their place, and is permanent: the text before is gone. `If-Match` with the remark's `etag` sees to it that nobody clears what
/// another has just changed.
#[utoipa::path(
    tag = "remarks",
    security(("staff" = ["analyst"])),
    params(
        ("remark" = Uuid, Path, description = "The remark's id."),
        ("If-Match" = String, Header, description = "The `etag` of the remark as it was read."),
    ),
    request_body = ReviewRemarkBody,
    responses((status = 200, description = "The remark as it is now.", body = RemarkView, headers(
        ("ETag" = String, description = "Names this state of the remark."),
    ))),
    extensions(("x-problems" = json!(["remark_unknown", "precondition_required", "precondition_failed"]))),
)]
#[patch("/v1/remarks/{remark}")]
async fn review_remark(
    analyst: Staff<Analyst>,
    precondition: Precondition,
    state: State,
    remark: Path<Uuid>,
    body: Body<ReviewRemarkBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let (now, key) = (state.now(), &state.keys.server);
    let mut conn = state.connection().await?;
    let reviewed = conn
        .transaction(async |conn| {
            let found = lock_remark(conn, *remark).await?;
            let (row, campaign, form) = found.ok_or(Code::RemarkUnknown)?;
            precondition.admit(Some(&tag(&row, key)))?;
            let (new_state, text) = outcome(&row, &body)?;
            let details = json!({
                "remark": row.id, "campaign": &campaign, "state": new_state.as_str(), "edited": text != row.text,
            });
            let row = remarks::review_remark(conn, row.id, new_state, &text).await?;
            let action = Action::RemarkReviewed;
            append_entry(conn, key, now, Some(analyst.id), action, &details).await?;
            Ok::<_, Problem>((row, campaign, form))
        })
        .await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag(&reviewed.0, key).to_string()));
    Ok(response.json(RemarkView::of(reviewed, key)))
}

/// State and text of a remark after its review.
fn outcome(row: &RemarkRow, body: &ReviewRemarkBody) -> Result<(RemarkState, String), Problem> {
    let text = match &body.text {
        Some(text) => shorten(&row.text, text).map_err(Problem::from)?,
        None => row.text.clone(),
    };
    let state = match body.state {
        Some(state) => Some(state.into()),
        None => RemarkState::parse(&row.state),
    };
    let state = state.ok_or_else(|| Problem::internal("a remark has an unknown state"))?;
    Ok((state, text))
}

impl From<ShortenFault> for Problem {
    fn from(fault: ShortenFault) -> Self {
        let error = FieldError::new("/text", "not_edited_down", fault.to_string());
        Self::fields(Code::BodyInvalid, vec![error])
    }
}

async fn filter(
    conn: &mut AsyncPgConnection,
    query: RemarksQuery,
) -> Result<RemarksFilter, Problem> {
    let campaign = match &query.campaign {
        Some(key) => {
            let found = find_campaign(conn, key).await?;
            let unknown = || {
                Problem::new(Code::QueryInvalid)
                    .detail("`campaign` names a campaign that does not exist.")
            };
            Some(found.ok_or_else(unknown)?.0.id)
        }
        None => None,
    };
    Ok(RemarksFilter {
        campaign,
        state: query.state.state(),
        question: query.question,
        language: query.language,
    })
}

impl RemarksQuery {
    /// The filter as the audit keeps it.
    fn seen(&self) -> Value {
        let state = self.state.state().map_or("all", RemarkState::as_str);
        let mut seen = json!({"state": state});
        let asked = [
            ("campaign", &self.campaign),
            ("question", &self.question),
            ("language", &self.language),
        ];
        for (name, value) in asked {
            if let (Value::Object(seen), Some(value)) = (&mut seen, value) {
                seen.insert(name.to_owned(), json!(value));
            }
        }
        seen
    }
}

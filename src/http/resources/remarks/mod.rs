//! Remarks: free text that a person reviews before it can be exported. For analysts.

use actix_web::http::header::{self, ContentType};
use actix_web::middleware::from_fn;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get, patch};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::app::remarks::{self, Review};
use crate::domain::ids::RemarkId;
use crate::http::auth::{Analyst, Staff};
use crate::http::extract::headers_only::HeadersOnly;
use crate::http::extract::page::{Page, PageQuery};
use crate::http::extract::precondition::Precondition;
use crate::http::extract::{Body, Query};
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::{list, without_body};
use crate::http::state::State;

mod views;

use views::entity_tag;
pub use views::{RemarkFilter, RemarkView, RemarksQuery, ReviewRemarkBody, ReviewState};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_remarks).service(review_remark);
}

/// List remarks
///
/// Lists remarks that are not reviewed yet, unless `state` asks for others. `marks` says which parts of a text may identify
/// somebody, such as a surname with a title, and the queue begins with the remarks that have most of them. Each page is recorded in the audit before
/// it is sent: the account, the filter, and the number of remarks. Remarks of responses that wait to be released are
/// not listed, and neither are those of campaigns that are out of your scope.
#[utoipa::path(
    tag = "remarks",
    security(("staff" = ["analyst"])),
    params(RemarksQuery),
    responses((
        status = 200,
        description = "A page of remarks, in an order that reveals nothing about their responses.",
        body = Page<RemarkView>,
        example = json!({
            "items": [{
                "id": "8c0c7b1e-3d5a-4f0e-9b6a-2d1f6c1e7a90", "campaign": "world-cancer-day-2027",
                "form": "daily-life-after-treatment", "question": "anything_else", "language": "en",
                "text": "Nurse Ann Miller called me at [phone] and it helped.", "state": "pending",
                "etag": "\"q1Zx0m3bW5l2sP8u\"", "marks": [{"start": 0, "end": 16, "reason": "name"}], "doubt": 4,
            }],
            "next_cursor": null,
        }),
    )),
    extensions(("x-problems" = json!(["out_of_scope"]))),
)]
#[get("/v1/remarks", wrap = "from_fn(compress)")]
async fn list_remarks(
    analyst: Staff<Analyst>,
    state: State,
    query: Query<RemarksQuery>,
    headers_only: HeadersOnly,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let page = PageQuery::new(query.limit, query.cursor.clone());
    let (caller, query) = (analyst.caller(), query.into_query()?);
    if headers_only.0 {
        // Nothing is shown, so there is nothing to record; what the list would be is not told either.
        remarks::check(&state.app, &caller, &query).await?;
        return Ok(without_body(
            HttpResponse::Ok().content_type(ContentType::json()),
        ));
    }
    let (after, rows) = (page.after().copied(), page.rows());
    let listed = remarks::list(&state.app, &caller, query, after, rows).await?;
    let page = page.page(
        listed,
        |listed| (listed.doubt(), listed.remark.id),
        RemarkView::from,
    );
    list::reply(
        &request,
        HttpResponse::Ok(),
        &page,
        page.next_cursor.as_deref(),
    )
}

/// Review a remark
///
/// A review clears a remark for export, withholds it, or shortens it. Shortening can only take words out, with `[…]` in
/// their place, and is permanent: the previous text is lost. `If-Match` with the remark's `etag` prevents a reviewer
/// from clearing a text that somebody else has just changed.
#[utoipa::path(
    tag = "remarks",
    security(("staff" = ["analyst"])),
    params(
        ("remark" = Uuid, Path, description = "The remark's id, from the list of remarks."),
        ("If-Match" = String, Header, description = "The `etag` of the remark as it was read. `*` reviews it whatever it is now.", example = "*"),
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
    let review = Review {
        state: body.state.map(Into::into),
        text: body.text,
    };
    let (caller, id) = (analyst.caller(), RemarkId(*remark));
    let expected = |current| precondition.allows(Some(entity_tag(current)));
    let reviewed = remarks::review(&state.app, &caller, id, review, expected).await;
    let reviewed = precondition.explain(reviewed)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, entity_tag(reviewed.tag).to_string()));
    Ok(response.json(RemarkView::from(reviewed)))
}

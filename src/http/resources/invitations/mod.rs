//! Invitations: making them, listing and revoking their batches. For coordinators.

use actix_web::middleware::from_fn;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::app::invitations::{self, NewBatch};
use crate::domain::admission::invitation_link::{InvitationLink, LinkFault};
use crate::domain::ids::{CampaignKey, InvitationBatchId};
use crate::http::auth::{Coordinator, Staff};
use crate::http::extract::page::{PageParams, PageQuery};
use crate::http::extract::path::CampaignPath;
use crate::http::extract::{Body, Query};
use crate::http::middleware::compression::compress;
use crate::http::problem::{Code, FieldCode, Problem};
use crate::http::reply::list;
use crate::http::state::State;

mod sheet;
mod views;

pub use views::{
    CreateInvitationsBody, InvitationBatchView, InvitationBatchesView, InvitationFormat,
    InvitationsQuery, InvitationsView,
};

/// Which page of the batches. They go by the time when they were made.
type BatchesQuery = PageQuery<(DateTime<Utc>, InvitationBatchId)>;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_invitations)
        .service(list_invitation_batches)
        .service(revoke_invitations);
}

/// Make invitations
///
/// The reply is the only time that the invitations are shown, since only their keyed hashes are stored. If the transfer
/// breaks off, revoke the batch and make another one. The making is recorded in the audit.
#[utoipa::path(
    tag = "invitations",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "spring-2027"),
        InvitationsQuery,
    ),
    request_body = CreateInvitationsBody,
    responses((status = 201, description = "The invitations, as the query's `format` says.", content(
        (InvitationsView = "application/json"),
        (String = "text/csv", example = json!("number,invitation,link\r\n1,ABCD-EFGH-JKMN-PQE4,https://survey.clinic.example/#invitation=ABCD-EFGH-JKMN-PQE4\r\n")),
        (String = "text/html"),
    ), headers(
        ("Location" = String, description = "The batch; deleting it revokes its unused invitations."),
        ("Content-Disposition" = String, description = "A name for the file, where it is one."),
    ))),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_unknown", "campaign_closed", "access_without_invitations"]))),
)]
#[post("/v1/campaigns/{campaign}/invitations", wrap = "from_fn(compress)")]
async fn create_invitations(
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: CampaignPath,
    query: Query<InvitationsQuery>,
    body: Body<CreateInvitationsBody>,
) -> Result<HttpResponse, Problem> {
    let format = query.read()?.format;
    let body = body.read().await?;
    let link = body.link.as_deref().map(InvitationLink::parse);
    let link = link.transpose().map_err(link_refused)?;
    let sender = body.sender;
    let new = NewBatch {
        count: body.count,
        label: body.label,
        format: format.as_str(),
    };
    let (caller, key) = (coordinator.caller(), campaign.key()?);
    let issued = invitations::issue(&state.app, &caller, &key, new).await?;
    let own_page = || {
        let server = &state.public_url;
        (!server.is_empty()).then(|| InvitationLink::to_page(server, issued.campaign.key.as_str()))
    };
    let link = link.or_else(own_page);
    sheet::reply(format, issued, sender, link)
}

/// List the batches of invitations
///
/// The reply includes the totals of the campaign. Used invitations are counted for the whole campaign and rounded down,
/// so that the number does not reveal whether one person has responded.
#[utoipa::path(
    tag = "invitations",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "spring-2027"),
        PageParams,
    ),
    responses((status = 200, description = "A page of the batches, and the totals.", body = InvitationBatchesView)),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_unknown"]))),
)]
#[get("/v1/campaigns/{campaign}/invitations", wrap = "from_fn(compress)")]
async fn list_invitation_batches(
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: CampaignPath,
    query: Query<BatchesQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = query.read()?;
    let (after, rows) = (page.after().copied(), page.rows());
    let (caller, key) = (coordinator.caller(), campaign.key()?);
    let list = invitations::list(&state.app, &caller, &key, after, rows).await?;
    let page = page.page(
        list.batches,
        |row| (row.created_at, row.id),
        InvitationBatchView::from,
    );
    let view = InvitationBatchesView {
        issued: list.issued,
        redeemed: list.redeemed.count,
        redeemed_rounded_to: list.redeemed.base,
        items: page.items,
        next_cursor: page.next_cursor,
    };
    let next = view.next_cursor.as_deref();
    list::reply(&request, HttpResponse::Ok(), &view, next)
}

/// Revoke a batch of invitations
///
/// The unused invitations of the batch are deleted, and are unknown from then on; their number is not shown. Responses
/// that came with used invitations stay. Revoking a batch again changes nothing.
#[utoipa::path(
    tag = "invitations",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "spring-2027"),
        ("batch" = Uuid, Path, description = "The id of the batch, from the list of batches."),
    ),
    responses((status = 204, description = "The unused invitations of the batch are revoked.")),
    extensions(("x-problems" = json!(["out_of_scope", "campaign_unknown", "batch_unknown"]))),
)]
#[delete("/v1/campaigns/{campaign}/invitations/{batch}")]
async fn revoke_invitations(
    coordinator: Staff<Coordinator>,
    state: State,
    path: Path<(String, Uuid)>,
) -> Result<HttpResponse, Problem> {
    let (campaign, batch) = path.into_inner();
    let key: CampaignKey = campaign.parse().map_err(|_| Code::CampaignUnknown)?;
    let (caller, batch) = (coordinator.caller(), InvitationBatchId(batch));
    invitations::revoke(&state.app, &caller, &key, batch).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn link_refused(fault: LinkFault) -> Problem {
    Problem::field("/link", FieldCode::of(fault.code()), fault.to_string())
}

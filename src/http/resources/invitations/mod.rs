//! Invitations: making them, listing their batches, taking them back. For coordinators.

use actix_web::middleware::Compress;
use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Datelike, Utc};
use diesel_async::AsyncConnection;
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::invitation_link::{InvitationLink, LinkFault};
use crate::domain::audit::Action;
use crate::domain::campaign::access::Access;
use crate::formats::invitation_sheet::InvitationSheet;
use crate::http::app::AppState;
use crate::http::auth::{Coordinator, Staff};
use crate::http::extract::page::PageQuery;
use crate::http::extract::{Body, Query, State};
use crate::http::problem::{Code, FieldError, Problem};
use crate::random::{self, NoEntropy};
use crate::store::audit::append_entry;
use crate::store::campaigns::{CampaignRow, Window, find_campaign};
use crate::store::invitations::{
    InvitationBatchRow, Revocation, count_invitations, insert_batch, list_batches, revoke_batch,
};

mod handout;
mod views;

pub use views::{
    CreateInvitationsBody, InvitationBatchView, InvitationBatchesView, InvitationsFormat,
    InvitationsQuery, InvitationsView,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_invitations)
        .service(list_invitation_batches)
        .service(revoke_invitations);
}

/// Make invitations
///
/// They are shown this once, since only keyed hashes of them are kept. Should the transfer break off, revoke the batch
/// and make another. That they were made stands in the audit.
#[utoipa::path(
    tag = "invitations",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        InvitationsQuery,
    ),
    request_body = CreateInvitationsBody,
    responses((status = 201, description = "The invitations, as the query's `format` says.", content(
        (InvitationsView = "application/json"),
        (String = "text/csv", example = json!("number,invitation,link\r\n1,ABCD-EFGH-JKMN-PQE4,https://survey.clinic.example/#invitation=ABCD-EFGH-JKMN-PQE4\r\n")),
        (String = "text/html"),
    ), headers(
        ("Location" = String, description = "The batch; deleting it revokes what is left of it."),
        ("Content-Disposition" = String, description = "A name for the file, where it is one."),
    ))),
    extensions(("x-problems" = json!(["campaign_unknown", "campaign_closed", "access_without_invitations"]))),
)]
#[post("/v1/campaigns/{campaign}/invitations", wrap = "Compress::default()")]
async fn create_invitations(
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
    Query(query): Query<InvitationsQuery>,
    body: Body<CreateInvitationsBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let link = body.link.as_deref().map(InvitationLink::parse);
    let link = link.transpose().map_err(link_refused)?;
    let mut conn = state.connection().await?;
    let (campaign, _) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let now = state.now();
    takes_invitations(&campaign, now)?;
    let invitations = draw(body.count)?;
    let batch = InvitationBatchRow {
        id: random::uuid()?,
        campaign_id: campaign.id,
        label: body.label,
        issued: body.count,
        created_at: now,
        revoked_at: None,
    };
    let hashes = hashes(&state, &batch, &invitations);
    let details = json!({
        "campaign": campaign.key, "batch": batch.id, "count": body.count, "format": query.format.as_str(),
    });
    conn.transaction(async |conn| {
        insert_batch(conn, &batch, &hashes).await?;
        let (key, action) = (&state.keys.server, Action::InvitationsIssued);
        append_entry(conn, key, now, Some(coordinator.id), action, &details).await
    })
    .await?;
    drop(conn);
    handout::answer(
        query.format,
        &campaign,
        batch,
        body.link,
        InvitationSheet { invitations, link },
    )
}

/// List the batches of invitations
///
/// With the totals of the campaign. Used invitations are counted for the campaign as a whole, and rounded down, so
/// that the number tells of nobody whether they have answered.
#[utoipa::path(
    tag = "invitations",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        PageQuery,
    ),
    responses((status = 200, description = "A page of the batches, and the totals.", body = InvitationBatchesView)),
    extensions(("x-problems" = json!(["campaign_unknown"]))),
)]
#[get("/v1/campaigns/{campaign}/invitations")]
async fn list_invitation_batches(
    _coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let after =
        query.after_one(|(at, _): &(DateTime<Utc>, Uuid)| (1970..=9999).contains(&at.year()))?;
    let rows = query.rows()?;
    let mut conn = state.connection().await?;
    let (campaign, _) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let totals = count_invitations(&mut conn, campaign.id).await?;
    let rows = list_batches(&mut conn, campaign.id, after, rows).await?;
    let page = query.page(
        rows,
        |row| (row.created_at, row.id),
        InvitationBatchView::from,
    )?;
    let rounded_to = campaign.release_size.max(MIN_ROUNDING);
    Ok(HttpResponse::Ok().json(InvitationBatchesView {
        issued: totals.issued,
        redeemed: rounded_down(totals.redeemed, rounded_to),
        redeemed_rounded_to: rounded_to,
        items: page.items,
        next_cursor: page.next_cursor,
    }))
}

/// Revoke a batch of invitations
///
/// Those that were not used yet are deleted, and so unknown from then on; how many these were is not told. Responses
/// that came with one of the others stay. Revoking a batch again changes nothing.
#[utoipa::path(
    tag = "invitations",
    security(("staff" = ["coordinator"])),
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        ("batch" = Uuid, Path, description = "The id of the batch.", example = "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a"),
    ),
    responses((status = 204, description = "None of them can be used any more.")),
    extensions(("x-problems" = json!(["campaign_unknown", "batch_unknown"]))),
)]
#[delete("/v1/campaigns/{campaign}/invitations/{batch}")]
async fn revoke_invitations(
    coordinator: Staff<Coordinator>,
    state: State,
    path: Path<(String, Uuid)>,
) -> Result<HttpResponse, Problem> {
    let (campaign, batch) = path.into_inner();
    let mut conn = state.connection().await?;
    let (campaign, _) = find_campaign(&mut conn, &campaign)
        .await?
        .ok_or(Code::CampaignUnknown)?;
    let now = state.now();
    let details = json!({"campaign": campaign.key, "batch": batch});
    conn.transaction(async |conn| {
        match revoke_batch(conn, campaign.id, batch, now).await? {
            Revocation::Unknown => return Err(Problem::from(Code::BatchUnknown)),
            Revocation::Already => return Ok(()),
            Revocation::Done => {}
        }
        let (key, action) = (&state.keys.server, Action::InvitationsRevoked);
        append_entry(conn, key, now, Some(coordinator.id), action, &details).await?;
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The least number to which counts of used invitations are rounded, also where responses are released one by one.
const MIN_ROUNDING: i32 = 10;

/// First to the least, then to this. Otherwise one count, rounded to one number after the other, as the release size is
/// changed, would come out exactly.
fn rounded_down(redeemed: i64, to: i32) -> i64 {
    [MIN_ROUNDING, to]
        .into_iter()
        .fold(redeemed, |count, to| count - count % i64::from(to))
}

/// Whether invitations to this campaign make sense now.
fn takes_invitations(campaign: &CampaignRow, now: DateTime<Utc>) -> Result<(), Problem> {
    if campaign.window(now) == Window::Closed {
        return Err(Code::CampaignClosed.into());
    }
    if campaign.access() == Access::Open {
        return Err(Code::AccessWithoutInvitations.into());
    }
    Ok(())
}

fn draw(count: i32) -> Result<Vec<Invitation>, NoEntropy> {
    (0..count)
        .map(|_| random::bytes().map(Invitation::from_random))
        .collect()
}

fn hashes(
    state: &AppState,
    batch: &InvitationBatchRow,
    invitations: &[Invitation],
) -> Vec<Vec<u8>> {
    let hash = |it| {
        state
            .keys
            .server
            .invitation_hash(batch.campaign_id, it)
            .to_vec()
    };
    invitations.iter().map(hash).collect()
}

fn link_refused(fault: LinkFault) -> Problem {
    let error = FieldError::new("/link", fault.code(), fault.to_string());
    Problem::fields(Code::BodyInvalid, vec![error])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sequence_of_release_sizes_tells_a_count_more_closely_than_to_tens() {
        let seen = |redeemed| -> Vec<i64> {
            (MIN_ROUNDING..=1000)
                .map(|to| rounded_down(redeemed, to))
                .collect()
        };
        for tens in (0..300).step_by(10) {
            assert!((tens..tens + 10).all(|redeemed| seen(redeemed) == seen(tens)));
        }
        assert_eq!((rounded_down(59, 10), rounded_down(60, 25)), (50, 50));
    }
}

//! Withdrawal: a response is deleted with its remarks. A tombstone stays, so that a late retry does not store the
//! response again.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::delta::Delta;
use super::find::is_withdrawn;
use crate::domain::ids::{CampaignId, RemarkId, ResponseId};
use crate::store::schema::{arrivals, remarks, responses, tombstones, waiting_remarks};

/// The result of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawal {
    /// The response was deleted. The change is none when the response was not released yet.
    Done(Option<Delta>),
    /// The response was withdrawn before.
    Already,
    /// There is no response with this id.
    Unknown,
}

/// Deletes a response with its remarks, released or not, and leaves a tombstone.
pub async fn withdraw_response(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
    remark_ids: &[RemarkId],
) -> QueryResult<Withdrawal> {
    conn.transaction(async |conn| {
        // If the response is being released at this moment, the first statement waits for the release and then finds
        // nothing, and the second one finds the released response.
        let arrival: Option<CampaignId> = diesel::delete(arrivals::table.find(id))
            .returning(arrivals::campaign_id)
            .get_result(conn)
            .await
            .optional()?;
        let (campaign_id, delta) = match arrival {
            Some(campaign_id) => (campaign_id, None),
            None => match delete_released(conn, id, remark_ids).await? {
                Some(campaign_id) => (campaign_id, Some(Delta::Withdrawn { campaign_id })),
                None if is_withdrawn(conn, id).await? => return Ok(Withdrawal::Already),
                None => return Ok(Withdrawal::Unknown),
            },
        };
        diesel::insert_into(tombstones::table)
            .values((
                tombstones::id.eq(id),
                tombstones::campaign_id.eq(campaign_id),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        Ok(Withdrawal::Done(delta))
    })
    .await
}

async fn delete_released(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
    remark_ids: &[RemarkId],
) -> QueryResult<Option<CampaignId>> {
    let deleted: Option<CampaignId> = diesel::delete(responses::table.find(id))
        .returning(responses::campaign_id)
        .get_result(conn)
        .await
        .optional()?;
    if deleted.is_some() {
        // In the order in which remarks move: one that is being released is waited for here, and found below.
        diesel::delete(waiting_remarks::table.filter(waiting_remarks::id.eq_any(remark_ids)))
            .execute(conn)
            .await?;
        diesel::delete(remarks::table.filter(remarks::id.eq_any(remark_ids)))
            .execute(conn)
            .await?;
    }
    Ok(deleted)
}

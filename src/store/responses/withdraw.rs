//! Withdrawal: a response is deleted with its remarks, and leaves a tombstone, so that a late retry does not bring it
//! back.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::delta::{Delta, ReleasedRecord};
use super::find::is_withdrawn;
use crate::domain::ids::{CampaignId, FormVersionId, RemarkId, ResponseId};
use crate::store::schema::{arrivals, remarks, responses, tombstones};

/// What became of a wish to withdraw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is gone now. The change is none where it was not released yet.
    Done(Option<Delta>),
    /// It was gone already.
    Already,
    /// There never was such a response.
    Unknown,
}

/// Deletes a response with its remarks, wherever it is, and leaves a tombstone.
pub async fn withdraw_response(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
    remark_ids: &[RemarkId],
) -> QueryResult<Withdrawal> {
    conn.transaction(async |conn| {
        // Should it be released meanwhile, the first statement waits for that and then finds nothing,
        // and the second one finds it.
        let arrival: Option<CampaignId> = diesel::delete(arrivals::table.find(id))
            .returning(arrivals::campaign_id)
            .get_result(conn)
            .await
            .optional()?;
        let (campaign_id, delta) = match arrival {
            Some(campaign_id) => (campaign_id, None),
            None => match delete_released(conn, id, remark_ids).await? {
                Some((campaign_id, delta)) => (campaign_id, Some(delta)),
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
) -> QueryResult<Option<(CampaignId, Delta)>> {
    let deleted: Option<(CampaignId, FormVersionId, Vec<u8>)> =
        diesel::delete(responses::table.find(id))
            .returning((
                responses::campaign_id,
                responses::form_version_id,
                responses::record,
            ))
            .get_result(conn)
            .await
            .optional()?;
    let Some((campaign_id, form_version_id, record)) = deleted else {
        return Ok(None);
    };
    diesel::delete(remarks::table.filter(remarks::id.eq_any(remark_ids)))
        .execute(conn)
        .await?;
    let record = ReleasedRecord {
        form_version_id,
        record,
    };
    let delta = Delta::Withdrawn {
        campaign_id,
        record,
    };
    Ok(Some((campaign_id, delta)))
}

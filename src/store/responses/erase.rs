//! Erasure: when the retention period of a campaign has ended, all data of its responses are deleted. The campaign
//! itself stays, with its settings and the date of the erasure.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::delta::Delta;
use crate::domain::ids::{CampaignId, CampaignKey};
use crate::store::schema::{
    arrivals, campaigns, invitation_batches, invitations, pass_keys, remarks, responses,
    spent_passes, test_responses, tombstones, waiting_remarks,
};

const VACUUM: &str = "VACUUM responses, arrivals, waiting_remarks, remarks, tombstones, invitations, invitation_batches, \
                      spent_passes, pass_keys, test_responses";

/// How much data of a campaign would be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoredCounts {
    /// Released responses.
    pub responses: usize,
    /// Responses that wait to be released.
    pub arrivals: usize,
    /// Free-text answers.
    pub remarks: usize,
    /// Ids of withdrawn responses.
    pub tombstones: usize,
    /// Invitations.
    pub invitations: usize,
    /// Spent passes.
    pub passes: usize,
}

/// A campaign whose retention period has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueCampaign {
    /// The id.
    pub id: CampaignId,
    /// The key.
    pub key: CampaignKey,
    /// The end of its retention period.
    pub retained_until: DateTime<Utc>,
    /// What would be deleted.
    pub counts: StoredCounts,
}

impl DueCampaign {
    /// The change that its erasure makes to the released responses.
    pub fn delta(&self) -> Delta {
        Delta::Erased {
            campaign_id: self.id,
        }
    }
}

/// The campaigns whose retention period has ended, by key, with the amount of data of each.
pub async fn due_campaigns(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Vec<DueCampaign>> {
    let found: Vec<(CampaignId, CampaignKey, DateTime<Utc>)> = campaigns::table
        .filter(campaigns::retained_until.le(now))
        .filter(campaigns::erased_at.is_null())
        .order(campaigns::key)
        .select((campaigns::id, campaigns::key, campaigns::retained_until))
        .load(conn)
        .await?;
    let mut due = Vec::with_capacity(found.len());
    for (id, key, retained_until) in found {
        let counts = count_stored(conn, id).await?;
        due.push(DueCampaign {
            id,
            key,
            retained_until,
            counts,
        });
    }
    Ok(due)
}

/// Deletes the data of a campaign whose retention period has ended, and returns what was deleted; none when another
/// server did it first. Call it in a transaction, and [`vacuum`] afterwards.
pub async fn erase_campaign(
    conn: &mut AsyncPgConnection,
    id: CampaignId,
    now: DateTime<Utc>,
) -> QueryResult<Option<DueCampaign>> {
    // The lock on the campaign keeps new responses out from here on.
    let locked = campaigns::table
        .find(id)
        .filter(campaigns::retained_until.le(now))
        .filter(campaigns::erased_at.is_null())
        .select((campaigns::key, campaigns::retained_until))
        .for_update();
    let locked: Option<(CampaignKey, DateTime<Utc>)> = locked.first(conn).await.optional()?;
    let Some((key, retained_until)) = locked else {
        return Ok(None);
    };
    let counts = delete_stored(conn, id).await?;
    diesel::update(campaigns::table.find(id))
        .set((
            campaigns::erased_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(conn)
        .await?;
    Ok(Some(DueCampaign {
        id,
        key,
        retained_until,
        counts,
    }))
}

/// Vacuums the tables, so that deleted rows leave the data files now. Otherwise they would stay there until autovacuum
/// runs.
pub async fn vacuum(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    conn.batch_execute(VACUUM).await
}

macro_rules! count {
    ($conn:expr, $table:ident, $id:expr) => {{
        let count: i64 = $table::table
            .filter($table::campaign_id.eq($id))
            .count()
            .get_result($conn)
            .await?;
        usize::try_from(count).unwrap_or_default()
    }};
}

macro_rules! delete {
    ($conn:expr, $table:ident, $id:expr) => {
        diesel::delete($table::table.filter($table::campaign_id.eq($id)))
            .execute($conn)
            .await?
    };
}

async fn count_stored(conn: &mut AsyncPgConnection, id: CampaignId) -> QueryResult<StoredCounts> {
    Ok(StoredCounts {
        responses: count!(conn, responses, id),
        arrivals: count!(conn, arrivals, id),
        remarks: count!(conn, waiting_remarks, id) + count!(conn, remarks, id),
        tombstones: count!(conn, tombstones, id),
        invitations: count!(conn, invitations, id),
        passes: count!(conn, spent_passes, id),
    })
}

async fn delete_stored(conn: &mut AsyncPgConnection, id: CampaignId) -> QueryResult<StoredCounts> {
    let counts = StoredCounts {
        // In the order in which responses move between the tables.
        arrivals: delete!(conn, arrivals, id),
        responses: delete!(conn, responses, id),
        remarks: delete!(conn, waiting_remarks, id) + delete!(conn, remarks, id),
        tombstones: delete!(conn, tombstones, id),
        invitations: delete!(conn, invitations, id),
        passes: delete!(conn, spent_passes, id),
    };
    delete!(conn, test_responses, id);
    delete!(conn, invitation_batches, id);
    delete!(conn, pass_keys, id);
    Ok(counts)
}

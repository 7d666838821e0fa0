//! Release: arrivals move into `responses` in shuffled batches, and their remarks later into `remarks`.
//!
//! A batch holds at least the campaign's `release_size` arrivals, or all that are left when the campaign has ended and its
//! grace is over. A batch is one transaction, and is written in the order of the ids. Ids are derived from receipts by a keyed hash, so
//! this order is a shuffle independent of the order of arrival. Within a batch, neither the position in the table nor
//! the transaction number reveals which response came first.
//!
//! Remarks of a batch move into `waiting_remarks`. From there they are released question by question, in transactions of
//! their own, when enough of them wait: each came with another response, so a remark leads to one of at least as many
//! responses. What waits when a campaign has ended and its arrivals are released is released as well.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::delta::{Delta, ReleasedRecord};
use crate::domain::campaign::privacy_settings::REMARK_BATCHES;
use crate::domain::ids::CampaignId;

/// The maximum number of arrivals in one transaction.
const MAX_BATCH: i32 = 10_000;

/// A campaign with arrivals that can be released.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct RipeCampaign {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: CampaignId,
    /// The minimum number of arrivals of a batch; one when the campaign takes no more responses.
    #[diesel(sql_type = Integer)]
    pub min_batch: i32,
}

/// The campaigns with arrivals that can be released at this time.
pub async fn ripe_campaigns(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Vec<RipeCampaign>> {
    // `least` passes over a null. A campaign with arrivals has opened, so its grace counts, see
    // `Campaign::accepts_until`.
    diesel::sql_query(
        "SELECT c.id, CASE WHEN c.ended THEN 1 ELSE c.release_size END AS min_batch \
         FROM (SELECT id, release_size, \
           least(closed_at, closes_at) + grace_days * interval '24 hours' <= $1 AS ended FROM campaigns) c \
         JOIN (SELECT campaign_id, count(*) AS waiting FROM arrivals GROUP BY campaign_id) a ON a.campaign_id = c.id \
         WHERE a.waiting >= c.release_size OR c.ended",
    )
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await
}

/// Releases one batch of a campaign; none when too few arrivals wait, or another server is releasing this campaign.
pub async fn release_batch(
    conn: &mut AsyncPgConnection,
    campaign: RipeCampaign,
) -> QueryResult<Option<Delta>> {
    let released = conn.transaction(async |conn| {
        if !lock(conn, campaign.id).await?
            || count_waiting(conn, campaign.id).await? < i64::from(campaign.min_batch)
        {
            return Ok(None);
        }
        let records = move_batch(conn, campaign.id).await?;
        // Some may have been withdrawn since they were counted; then the rest keeps waiting.
        if i32::try_from(records.len()).is_ok_and(|moved| moved < campaign.min_batch) {
            return Err(diesel::result::Error::RollbackTransaction);
        }
        Ok(Some(Delta::Released {
            campaign_id: campaign.id,
            records,
        }))
    });
    match released.await {
        Err(diesel::result::Error::RollbackTransaction) => Ok(None),
        other => other,
    }
}

/// Only one server releases a campaign at a time: two could split a batch into two that are too small.
async fn lock(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Lock {
        #[diesel(sql_type = Bool)]
        taken: bool,
    }
    let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 7301)) AS taken";
    let lock: Lock = diesel::sql_query(lock)
        .bind::<SqlUuid, _>(campaign)
        .get_result(conn)
        .await?;
    Ok(lock.taken)
}

async fn count_waiting(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let waiting = "SELECT count(*) AS count FROM arrivals WHERE campaign_id = $1";
    let waiting: Count = diesel::sql_query(waiting)
        .bind::<SqlUuid, _>(campaign)
        .get_result(conn)
        .await?;
    Ok(waiting.count)
}

/// Moves up to [`MAX_BATCH`] arrivals. Raw SQL: the query builder has no data-modifying WITH.
async fn move_batch(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<Vec<ReleasedRecord>> {
    diesel::sql_query(
        "WITH batch AS (SELECT id FROM arrivals WHERE campaign_id = $1 ORDER BY id LIMIT $2), \
           moved AS (DELETE FROM arrivals a USING batch WHERE a.id = batch.id RETURNING a.*), \
           released AS (INSERT INTO responses (id, campaign_id, form_version_id, language, week, record) \
             SELECT id, campaign_id, form_version_id, language, week, record FROM moved ORDER BY id \
             RETURNING id, form_version_id, record), \
           remarked AS (INSERT INTO waiting_remarks (id, campaign_id, question, language, text) \
             SELECT (remark->>'id')::uuid, campaign_id, remark->>'question', language, remark->>'text' \
             FROM moved, jsonb_array_elements(moved.remarks) AS remark ORDER BY 1) \
         SELECT id, form_version_id, record FROM released",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Integer, _>(MAX_BATCH)
    .load(conn)
    .await
}

/// Remarks of a campaign to one question that can be released.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct RipeRemarks {
    #[diesel(sql_type = SqlUuid)]
    campaign_id: CampaignId,
    #[diesel(sql_type = Text)]
    question: String,
    /// How many there have to be; one when the campaign takes no more responses.
    #[diesel(sql_type = Integer)]
    needed: i32,
}

/// The remarks that can be released at this time.
pub async fn ripe_remarks(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Vec<RipeRemarks>> {
    diesel::sql_query(
        "SELECT w.campaign_id, w.question, CASE WHEN c.ended THEN 1 ELSE c.needed END AS needed \
         FROM (SELECT campaign_id, question, count(*) AS waiting FROM waiting_remarks GROUP BY 1, 2) w \
         JOIN (SELECT id, CASE WHEN release_size > 1 THEN release_size * $2 ELSE 1 END AS needed, \
           least(closed_at, closes_at) + grace_days * interval '24 hours' <= $1 \
             AND NOT EXISTS (SELECT FROM arrivals WHERE campaign_id = campaigns.id) AS ended FROM campaigns) c \
         ON c.id = w.campaign_id WHERE w.waiting >= c.needed OR c.ended",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Integer, _>(REMARK_BATCHES)
    .load(conn)
    .await
}

/// Releases remarks in the order of their ids, which is a shuffle, and returns how many. None when too few wait, or another
/// server is releasing this campaign.
pub async fn release_remarks(
    conn: &mut AsyncPgConnection,
    ripe: &RipeRemarks,
) -> QueryResult<usize> {
    let released = conn.transaction(async |conn| {
        if !lock(conn, ripe.campaign_id).await? {
            return Ok(0);
        }
        let moved = diesel::sql_query(
            "WITH moved AS (DELETE FROM waiting_remarks WHERE campaign_id = $1 AND question = $2 RETURNING *) \
             INSERT INTO remarks (id, campaign_id, question, language, text) \
             SELECT id, campaign_id, question, language, text FROM moved ORDER BY id",
        )
        .bind::<SqlUuid, _>(ripe.campaign_id)
        .bind::<Text, _>(&ripe.question)
        .execute(conn)
        .await?;
        // Some may have been withdrawn since they were counted; then the rest keeps waiting.
        match i32::try_from(moved).is_ok_and(|moved| moved < ripe.needed) {
            true => Err(diesel::result::Error::RollbackTransaction),
            false => Ok(moved),
        }
    });
    match released.await {
        Err(diesel::result::Error::RollbackTransaction) => Ok(0),
        other => other,
    }
}

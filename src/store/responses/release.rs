//! Release: arrivals move into `responses`, and their remarks into `remarks`, in shuffled batches.
//!
//! A batch holds at least the campaign's `release_size` arrivals, or all that are left when the campaign has
//! closed. It is one transaction, and it is written in the order of the ids. Ids are derived from receipts by a
//! keyed hash, so their order is a shuffle that has nothing to do with the order of arrival. Within a batch,
//! neither place in the table nor transaction number tells who came when, or which remark came with whom.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::store::passes::destroy_ended_pass_keys;
use crate::store::pool::Pool;

/// The most arrivals in one transaction.
const LARGEST_RELEASE: i32 = 10_000;
/// How often it is looked for what is ripe when nobody asks: for campaigns that end by the clock, and for
/// arrivals that another server took in.
const PAUSE: Duration = Duration::from_secs(5);

/// The least time between two looks.
const REST: Duration = Duration::from_millis(300);

/// The background task that releases what is ripe, and destroys the private keys of campaigns that ended by the
/// clock. It ends with its last handle.
#[derive(Clone)]
pub struct Releaser {
    wake: Arc<Notify>,
    _alive: Arc<watch::Sender<()>>,
}

impl Releaser {
    /// Starts the task on the current runtime. Any number of servers may run one.
    pub fn start(pool: &Pool, clock: &SharedClock) -> Self {
        let wake = Arc::new(Notify::new());
        let (alive, ended) = watch::channel(());
        tokio::spawn(run(pool.clone(), clock.clone(), wake.clone(), ended));
        Self {
            wake,
            _alive: Arc::new(alive),
        }
    }

    /// Has it look at once.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

async fn run(pool: Pool, clock: SharedClock, wake: Arc<Notify>, mut ended: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
            _ = ended.changed() => return,
        }
        // A database that is away now is asked again after the pause; nothing is lost meanwhile.
        let Ok(mut conn) = pool.get().await else {
            continue;
        };
        if release_ripe(&mut conn, clock.now()).await.is_err() {
            tracing::warn!("arrivals could not be released; trying again soon");
        }
        if destroy_ended_pass_keys(&mut conn, clock.now())
            .await
            .is_err()
        {
            tracing::warn!(
                "keys of campaigns that ended could not be destroyed; trying again soon"
            );
        }
        // Under load this makes the batches larger, which costs less and hides more.
        tokio::time::sleep(REST).await;
    }
}

#[derive(QueryableByName)]
struct Ripe {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    closed: bool,
    #[diesel(sql_type = Integer)]
    release_size: i32,
}

/// Releases all that is ripe at this time, campaign by campaign; gives how many arrivals were moved.
pub async fn release_ripe(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<u64> {
    let ripe: Vec<Ripe> = diesel::sql_query(
        "SELECT c.id, (c.closed_at IS NOT NULL OR c.closes_at <= $1) AS closed, c.release_size \
         FROM campaigns c JOIN (SELECT campaign_id, count(*) AS waiting FROM arrivals GROUP BY campaign_id) a \
           ON a.campaign_id = c.id \
         WHERE a.waiting >= c.release_size OR c.closed_at IS NOT NULL OR c.closes_at <= $1",
    )
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await?;
    let mut moved = 0;
    for campaign in ripe {
        let least = if campaign.closed {
            1
        } else {
            campaign.release_size
        };
        loop {
            let batch = release_batch(conn, campaign.id, least).await?;
            moved += batch;
            if batch == 0 {
                break;
            }
        }
    }
    Ok(moved)
}

/// Releases one batch of a campaign if at least `least` arrivals wait; gives how many it moved.
async fn release_batch(
    conn: &mut AsyncPgConnection,
    campaign: Uuid,
    least: i32,
) -> QueryResult<u64> {
    #[derive(QueryableByName)]
    struct Lock {
        #[diesel(sql_type = Bool)]
        taken: bool,
    }
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    conn.transaction(async |conn| {
        // One server at a time: otherwise two could share a batch out into two that are too small.
        let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 7301)) AS taken";
        let lock: Lock = diesel::sql_query(lock).bind::<SqlUuid, _>(campaign).get_result(conn).await?;
        let waiting = "SELECT count(*) AS count FROM arrivals WHERE campaign_id = $1";
        let waiting: Count =
            diesel::sql_query(waiting).bind::<SqlUuid, _>(campaign).get_result(conn).await?;
        if !lock.taken || waiting.count < i64::from(least) {
            return Ok(0);
        }
        // By hand: the query builder has no data-modifying WITH.
        let moved: Count = diesel::sql_query(
            "WITH batch AS (SELECT id FROM arrivals WHERE campaign_id = $1 ORDER BY id LIMIT $2), \
               moved AS (DELETE FROM arrivals a USING batch WHERE a.id = batch.id RETURNING a.*), \
               released AS (INSERT INTO responses (id, campaign_id, form_version_id, language, week, record) \
                 SELECT id, campaign_id, form_version_id, language, week, record FROM moved ORDER BY id \
                 RETURNING 1), \
               remarked AS (INSERT INTO remarks (id, campaign_id, question, language, text) \
                 SELECT (remark->>'id')::uuid, campaign_id, remark->>'question', language, remark->>'text' \
                 FROM moved, jsonb_array_elements(moved.remarks) AS remark ORDER BY 1) \
             SELECT count(*) AS count FROM released",
        )
        .bind::<SqlUuid, _>(campaign)
        .bind::<Integer, _>(LARGEST_RELEASE)
        .get_result(conn)
        .await?;
        // Some may have been withdrawn since they were counted; then the rest waits on.
        if moved.count < i64::from(least) {
            return Err(diesel::result::Error::RollbackTransaction);
        }
        Ok(u64::try_from(moved.count).unwrap_or_default())
    })
    .await
    .or_else(|error| match error {
        diesel::result::Error::RollbackTransaction => Ok(0),
        other => Err(other),
    })
}

/// How many responses of a campaign are released, and how many wait.
pub async fn count_responses(
    conn: &mut AsyncPgConnection,
    campaign: Uuid,
) -> QueryResult<(i64, i64)> {
    use crate::store::schema::{arrivals, responses};
    let released = responses::table
        .filter(responses::campaign_id.eq(campaign))
        .count();
    let waiting = arrivals::table
        .filter(arrivals::campaign_id.eq(campaign))
        .count();
    Ok((
        released.get_result(conn).await?,
        waiting.get_result(conn).await?,
    ))
}

//! Retention: when the time of a campaign is up, everything that came with responses is deleted. The campaign
//! itself stays, with its settings and the date.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::json;
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::domain::audit::Action;
use crate::domain::server_key::ServerKey;
use crate::store::audit::append_entry;
use crate::store::pool::Pool;
use crate::store::schema::{
    arrivals, campaigns, invitation_batches, invitations, pass_keys, remarks, responses,
    spent_passes, tombstones,
};

/// How often a server looks for campaigns whose time is up.
const PAUSE: Duration = Duration::from_secs(60);

const TIDY_UP: &str = "VACUUM responses, arrivals, remarks, tombstones, invitations, invitation_batches, \
                       spent_passes, pass_keys";

/// How much of a campaign there is to delete.
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

/// A campaign whose time is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueCampaign {
    /// Its id.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// Since when its responses should be gone.
    pub retained_until: DateTime<Utc>,
    /// What is there.
    pub counts: StoredCounts,
}

/// The campaigns whose time is up, and what there is of each.
pub async fn due_campaigns(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Vec<DueCampaign>> {
    let mut due = Vec::new();
    for (id, key, retained_until) in find_due(conn, now).await? {
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

/// Deletes what there is of every campaign whose time is up, and gives what that was. Any number of servers may do so
/// at once.
pub async fn erase_due(
    conn: &mut AsyncPgConnection,
    key: &ServerKey,
    now: DateTime<Utc>,
) -> QueryResult<Vec<DueCampaign>> {
    let mut erased = Vec::new();
    for (id, _, _) in find_due(conn, now).await? {
        erased.extend(erase(conn, key, id, now).await?);
    }
    if !erased.is_empty() {
        // Otherwise the rows would lie in the data files until something else makes Postgres tidy up.
        conn.batch_execute(TIDY_UP).await?;
    }
    Ok(erased)
}

async fn find_due(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Uuid, String, DateTime<Utc>)>> {
    campaigns::table
        .filter(campaigns::retained_until.le(now))
        .filter(campaigns::erased_at.is_null())
        .order(campaigns::key)
        .select((campaigns::id, campaigns::key, campaigns::retained_until))
        .load(conn)
        .await
}

/// Deletes one campaign's counts in one transaction, with its line in the audit; none when somebody else did.
async fn erase(
    conn: &mut AsyncPgConnection,
    key: &ServerKey,
    id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<DueCampaign>> {
    conn.transaction(async |conn| {
        // Nothing new is stored in it from here on.
        let locked = campaigns::table
            .find(id)
            .filter(campaigns::retained_until.le(now))
            .filter(campaigns::erased_at.is_null())
            .select((campaigns::key, campaigns::retained_until))
            .for_update();
        let locked: Option<(String, DateTime<Utc>)> = locked.first(conn).await.optional()?;
        let Some((campaign, retained_until)) = locked else {
            return Ok(None);
        };
        let counts = delete_stored(conn, id).await?;
        diesel::update(campaigns::table.find(id))
            .set(campaigns::erased_at.eq(now))
            .execute(conn)
            .await?;
        // How many were withdrawn, or invited, is not for the audit.
        let details = json!({
            "campaign": campaign, "retained_until": retained_until,
            "responses": counts.responses + counts.arrivals, "remarks": counts.remarks,
        });
        append_entry(conn, key, now, None, Action::CampaignErased, &details).await?;
        Ok(Some(DueCampaign {
            id,
            key: campaign,
            retained_until,
            counts,
        }))
    })
    .await
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

async fn count_stored(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<StoredCounts> {
    Ok(StoredCounts {
        responses: count!(conn, responses, id),
        arrivals: count!(conn, arrivals, id),
        remarks: count!(conn, remarks, id),
        tombstones: count!(conn, tombstones, id),
        invitations: count!(conn, invitations, id),
        passes: count!(conn, spent_passes, id),
    })
}

async fn delete_stored(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<StoredCounts> {
    let counts = StoredCounts {
        // In the direction in which responses move.
        arrivals: delete!(conn, arrivals, id),
        responses: delete!(conn, responses, id),
        remarks: delete!(conn, remarks, id),
        tombstones: delete!(conn, tombstones, id),
        invitations: delete!(conn, invitations, id),
        passes: delete!(conn, spent_passes, id),
    };
    delete!(conn, invitation_batches, id);
    delete!(conn, pass_keys, id);
    Ok(counts)
}

/// The background task that deletes what is due. It ends with its handle.
pub struct Retention {
    _alive: watch::Sender<()>,
}

impl Retention {
    /// Starts the task on the current runtime; it looks at once, and then every minute. The pool must be the one of
    /// exports: to delete a large campaign takes longer than a request may.
    pub fn start(pool: &Pool, clock: &SharedClock, key: &ServerKey) -> Self {
        let (alive, ended) = watch::channel(());
        tokio::spawn(run(pool.clone(), clock.clone(), key.clone(), ended));
        Self { _alive: alive }
    }
}

async fn run(pool: Pool, clock: SharedClock, key: ServerKey, mut ended: watch::Receiver<()>) {
    loop {
        // A database that is away now is asked again after the pause.
        if let Ok(mut conn) = pool.get().await {
            match erase_due(&mut conn, &key, clock.now()).await {
                Ok(erased) => {
                    for campaign in erased {
                        tracing::info!(
                            campaign = campaign.key,
                            "its time is up: its responses are deleted"
                        );
                    }
                }
                Err(_) => tracing::warn!("what is due could not be deleted; trying again soon"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = ended.changed() => return,
        }
    }
}

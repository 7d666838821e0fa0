//! A standby that answers what reads a lot: files of responses, figures and reports.
//!
//! Nobody reads less there than was committed when they asked. The standby is read once it has replayed all of that, and the
//! primary is where that takes too long. So a response that was withdrawn is in no file begun afterwards.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::RunQueryDsl;

use super::connect::with_cause;
use super::exclusive_connection::ExclusiveConnection;
use super::pool::{Connection, Pool};

/// For how long a standby that did not answer is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(10);
/// The pause between two looks at how far the standby is.
const PAUSE: Duration = Duration::from_millis(20);

/// A standby of the database.
pub struct Replica {
    pool: Pool,
    /// How long a reader waits for it to catch up.
    patience: Duration,
    /// When it last did not answer.
    silent_since: Mutex<Option<Instant>>,
}

/// Why the standby is not read.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("it does not answer: {0}")]
    Silent(String),
    #[error("it is behind by more than {0:?}")]
    Behind(Duration),
    #[error("it is a copy of another database")]
    Foreign,
    #[error("it is no standby, or one no longer")]
    NoStandby,
}

impl Unread {
    /// Its name in the metrics.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Silent(_) => "silent",
            Self::Behind(_) => "behind",
            Self::Foreign | Self::NoStandby => "unfit",
        }
    }
}

/// How far the primary is.
#[derive(QueryableByName)]
struct Primary {
    #[diesel(sql_type = Text)]
    written: String,
    #[diesel(sql_type = BigInt)]
    system: i64,
}

/// How far the standby is.
#[derive(QueryableByName)]
struct Standby {
    #[diesel(sql_type = Bool)]
    standby: bool,
    #[diesel(sql_type = Bool)]
    caught_up: bool,
    #[diesel(sql_type = BigInt)]
    system: i64,
}

impl Replica {
    /// A standby behind this pool. Readers wait so long for it to catch up.
    pub fn new(pool: Pool, patience: Duration) -> Self {
        Self {
            pool,
            patience,
            silent_since: Mutex::default(),
        }
    }

    /// The connections to it.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// A connection to the standby, once it has everything that is committed on the primary; none where that takes too long.
    pub async fn caught_up(&self, primary: &Pool) -> Option<Connection> {
        let silent_since = *self
            .silent_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if silent_since.is_some_and(|since| since.elapsed() < LEFT_ALONE) {
            count("left_alone");
            return None;
        }
        // Whoever asks the primary anyway learns of its failure.
        let primary = position(primary).await?;
        let waited = Instant::now();
        // A standby may hang as well as be away.
        let catching_up = tokio::time::timeout(self.patience * 2, self.catch_up(&primary));
        let found = catching_up
            .await
            .unwrap_or(Err(Unread::Silent("it hangs".to_owned())));
        metrics::histogram!("aftercare_replica_wait_seconds").record(waited.elapsed());
        let silent = matches!(found, Err(Unread::Silent(_))).then(Instant::now);
        *self
            .silent_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = silent;
        found
            .inspect(|_| count("read"))
            .inspect_err(|reason| {
                count(reason.outcome());
                tracing::warn!(%reason, "the standby is not read, the primary is");
            })
            .ok()
    }

    async fn catch_up(&self, primary: &Primary) -> Result<Connection, Unread> {
        let conn = self.pool.get().await;
        let conn = conn.map_err(|error| Unread::Silent(with_cause(&error)))?;
        let mut conn = ExclusiveConnection::new(conn);
        let until = Instant::now() + self.patience;
        loop {
            let standby = look(&mut conn, &primary.written).await?;
            if standby.system != primary.system {
                return Err(Unread::Foreign);
            }
            if !standby.standby {
                return Err(Unread::NoStandby);
            }
            if standby.caught_up {
                return conn.into_inner().ok_or(Unread::Silent(String::new()));
            }
            if Instant::now() >= until {
                conn.give_back();
                return Err(Unread::Behind(self.patience));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("aftercare_replica_reads_total", "outcome" => outcome).increment(1);
}

async fn position(primary: &Pool) -> Option<Primary> {
    let mut conn = primary.get().await.ok()?;
    let position = "SELECT pg_current_wal_lsn()::text AS written, system_identifier AS system FROM pg_control_system()";
    let found = diesel::sql_query(position).get_result(&mut conn).await;
    found.ok()
}

async fn look(conn: &mut ExclusiveConnection, written: &str) -> Result<Standby, Unread> {
    let silent = |error: &diesel::result::Error| Unread::Silent(error.to_string());
    let conn = conn.connection().ok_or(Unread::Silent(String::new()))?;
    let position = "SELECT pg_is_in_recovery() AS standby, system_identifier AS system, \
                    coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) AS caught_up FROM pg_control_system()";
    let query = diesel::sql_query(position).bind::<Text, _>(written);
    query.get_result(conn).await.map_err(|error| silent(&error))
}

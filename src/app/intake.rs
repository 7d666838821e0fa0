//! The intake: responses that arrive at the same time are stored in one transaction.
//!
//! Every response is acknowledged only when its transaction is on disk. Under load that is one wait for
//! the disk for many responses instead of one each; a response that comes alone waits for nobody.

use diesel_async::AsyncPgConnection;
use tokio::sync::{mpsc, oneshot};

use crate::store::pool::Pool;
use crate::store::responses::insert::{Arrival, Stored, store_arrivals};
use crate::store::responses::release::Releaser;

/// The most responses in one transaction.
const LARGEST_BATCH: usize = 256;
/// How many responses may wait; whoever comes then waits for a place.
const WAITING: usize = 1024;
/// Batches under way at once: while one waits for the disk, the next is gathered and sent.
const WORKERS: usize = 3;

/// Why a response was not stored. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// No connection to the database.
    #[error("the pool gave no connection")]
    NoConnection,
    /// The database refused.
    #[error("the database failed")]
    Query(#[from] diesel::result::Error),
    /// The server is going down.
    #[error("the intake has stopped")]
    Stopped,
}

type Reply = Result<Stored, IntakeError>;
type Job = (Arrival, oneshot::Sender<Reply>);

/// The way into the table of arrivals.
#[derive(Clone)]
pub struct Intake {
    jobs: mpsc::Sender<Job>,
}

impl Intake {
    /// Starts the workers on the current runtime. They end when the last handle is dropped.
    pub fn start(pool: &Pool, releaser: &Releaser) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let waiting = std::sync::Arc::new(tokio::sync::Mutex::new(waiting));
        for _ in 0..WORKERS {
            tokio::spawn(work(pool.clone(), waiting.clone(), releaser.clone()));
        }
        Self { jobs }
    }

    /// Stores a response, and comes back when it is on disk.
    ///
    /// # Errors
    ///
    /// When it was not stored, or when that is not certain; sending it again is safe.
    pub async fn store(&self, arrival: Arrival) -> Reply {
        let (reply, outcome) = oneshot::channel();
        self.jobs
            .send((arrival, reply))
            .await
            .map_err(|_| IntakeError::Stopped)?;
        outcome.await.map_err(|_| IntakeError::Stopped)?
    }
}

async fn work(
    pool: Pool,
    waiting: std::sync::Arc<tokio::sync::Mutex<mpsc::Receiver<Job>>>,
    releaser: Releaser,
) {
    let mut batch = Vec::with_capacity(LARGEST_BATCH);
    // The lock is given back with the batch, so the next worker gathers while this one stores.
    while waiting
        .lock()
        .await
        .recv_many(&mut batch, LARGEST_BATCH)
        .await
        > 0
    {
        let (arrivals, replies): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let outcomes = store(&pool, &arrivals).await;
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A client that has hung up will ask again with its receipt.
            let _ = reply.send(outcome);
        }
        releaser.wake();
    }
}

async fn store(pool: &Pool, batch: &[Arrival]) -> Vec<Reply> {
    let Ok(mut conn) = pool.get().await else {
        return batch
            .iter()
            .map(|_| Err(IntakeError::NoConnection))
            .collect();
    };
    match store_arrivals(&mut conn, batch).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if batch.len() == 1 => vec![Err(error.into())],
        // One that cannot be stored must not keep the others out.
        Err(_) => {
            drop(conn);
            one_by_one(pool, batch).await
        }
    }
}

async fn one_by_one(pool: &Pool, batch: &[Arrival]) -> Vec<Reply> {
    let mut replies = Vec::with_capacity(batch.len());
    let mut connected = true;
    for arrival in batch {
        // Each may break its connection; but where none can be had, the rest need not wait for one.
        let conn = if connected {
            pool.get().await.ok()
        } else {
            None
        };
        connected = conn.is_some();
        replies.push(match conn {
            Some(mut conn) => store_one(&mut conn, arrival).await,
            None => Err(IntakeError::NoConnection),
        });
    }
    replies
}

async fn store_one(conn: &mut AsyncPgConnection, arrival: &Arrival) -> Reply {
    let outcomes = store_arrivals(conn, std::slice::from_ref(arrival)).await?;
    outcomes.into_iter().next().ok_or(IntakeError::Stopped)
}

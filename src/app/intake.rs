//! The intake: responses that arrive at the same time are stored in one transaction.
//!
//! Every response is acknowledged only when its transaction is on disk. Under load that is one wait for
//! the disk for many responses instead of one each; a response that comes alone waits for nobody.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::Failure;
use super::tasks::Tasks;
use crate::store::AsyncPgConnection;
use crate::store::pool::Pool;
use crate::store::responses::arrival::Arrival;
use crate::store::responses::insert::{Stored, store_arrivals};

/// The most responses in one transaction.
const MAX_BATCH: usize = 256;
/// How many responses may wait; whoever comes then waits for a place.
const WAITING: usize = 1024;
/// Batches under way at once: while one waits for the disk, the next is gathered and sent.
const WORKERS: usize = 3;

type Reply = Result<Stored, Failure>;
type Job = (Arrival, oneshot::Sender<Reply>);

/// The way into the table of arrivals.
#[derive(Clone)]
pub struct Intake {
    jobs: mpsc::Sender<Job>,
}

impl Intake {
    /// Starts the workers on the current runtime. They end with the tasks, or when the last handle is dropped.
    pub fn start(pool: &Pool, tasks: &Tasks) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..WORKERS {
            tasks.spawn(work(pool.clone(), waiting.clone(), tasks.clone()));
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
            .map_err(|_| Failure::Stopping)?;
        outcome.await.map_err(|_| Failure::Stopping)?
    }
}

async fn work(pool: Pool, waiting: Arc<Mutex<mpsc::Receiver<Job>>>, tasks: Tasks) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while gather(&waiting, &mut batch, &tasks).await > 0 {
        let (arrivals, replies): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let outcomes = store(&pool, &arrivals).await;
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A client that has hung up will ask again with its receipt.
            let _ = reply.send(outcome);
        }
        tasks.arrived();
    }
}

/// Takes what waits; nothing when the tasks are to stop. The lock is given back with the batch, so the next worker
/// gathers while this one stores.
async fn gather(
    waiting: &Mutex<mpsc::Receiver<Job>>,
    batch: &mut Vec<Job>,
    tasks: &Tasks,
) -> usize {
    let gathered = async { waiting.lock().await.recv_many(batch, MAX_BATCH).await };
    tokio::select! {
        biased;
        count = gathered => count,
        () = tasks.stopping() => 0,
    }
}

async fn store(pool: &Pool, batch: &[Arrival]) -> Vec<Reply> {
    let mut conn = match pool.get().await {
        Ok(conn) => conn,
        Err(error) => {
            let mut replies = vec![Err(error.into())];
            replies.resize_with(batch.len(), || Err(Failure::Unavailable));
            return replies;
        }
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
            None => Err(Failure::Unavailable),
        });
    }
    replies
}

async fn store_one(conn: &mut AsyncPgConnection, arrival: &Arrival) -> Reply {
    let outcomes = store_arrivals(conn, std::slice::from_ref(arrival)).await?;
    outcomes
        .into_iter()
        .next()
        .ok_or(Failure::Internal("the outcome of a response is missing"))
}

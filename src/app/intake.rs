//! The intake: responses that arrive at the same time are stored in one transaction.
//!
//! A response is acknowledged only when its transaction is on disk. Under load, many responses share one wait for the
//! disk. A response that arrives alone is stored at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::Failure;
use super::tasks::Tasks;
use super::writes::Writes;
use crate::store::AsyncPgConnection;
use crate::store::pool::Pool;
use crate::store::responses::arrival::Arrival;
use crate::store::responses::insert::{Stored, store_arrivals};

/// The maximum number of responses in one transaction.
const MAX_BATCH: usize = 256;
/// The capacity of the queue. Further responses wait for a place in it.
const WAITING: usize = 1024;
/// The most batches in flight.
const WORKERS: usize = 3;
/// How long a batch is alone in flight. Meanwhile the next one grows, so that more responses share the work of a transaction.
/// One that takes longer waits for something, such as a change of its campaign, and lets the next one go.
const TURN: Duration = Duration::from_millis(25);

/// How long a response waits for its place and for the disk. It may be stored all the same after that, which the client
/// finds out by sending it again.
const PATIENCE: Duration = Duration::from_secs(15);

type Reply = Result<Stored, Failure>;
type Job = (Arrival, oneshot::Sender<Reply>);

/// Queues responses for insertion into the table of arrivals.
#[derive(Clone)]
pub struct Intake {
    jobs: mpsc::Sender<Job>,
}

impl Intake {
    /// Starts the workers on the current runtime. The workers end with the background tasks, or when the last handle is
    /// dropped.
    pub fn start(pool: &Pool, tasks: &Tasks, writes: &Arc<Writes>) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..WORKERS {
            let writes = Arc::clone(writes);
            tasks.spawn(work(pool.clone(), waiting.clone(), tasks.clone(), writes));
        }
        Self { jobs }
    }

    /// Stores a response, and returns when it is on disk.
    ///
    /// # Errors
    ///
    /// When the response was not stored, or when this is uncertain. Sending it again is safe.
    pub async fn store(&self, arrival: Arrival) -> Reply {
        match timeout(PATIENCE, self.wait_for(arrival)).await {
            Ok(reply) => reply,
            Err(_) => Err(Failure::Unavailable),
        }
    }

    /// How many responses wait in the queue.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    async fn wait_for(&self, arrival: Arrival) -> Reply {
        let (reply, outcome) = oneshot::channel();
        self.jobs
            .send((arrival, reply))
            .await
            .map_err(|_| Failure::Stopping)?;
        outcome.await.map_err(|_| Failure::Stopping)?
    }
}

async fn work(
    pool: Pool,
    waiting: Arc<Mutex<mpsc::Receiver<Job>>>,
    tasks: Tasks,
    writes: Arc<Writes>,
) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while let Some(turn) = gather(&waiting, &mut batch, &tasks).await {
        let (arrivals, replies): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let begun = Instant::now();
        let mut storing = std::pin::pin!(store(&pool, &arrivals));
        let stored = timeout(TURN, &mut storing).await;
        drop(turn);
        let outcomes = match stored {
            Ok(outcomes) => outcomes,
            Err(_) => storing.await,
        };
        metrics::histogram!("aftercare_intake_commit_seconds").record(begun.elapsed());
        metrics::histogram!("aftercare_intake_batch_responses").record(arrivals.len() as f64);
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            match &outcome {
                Ok(_) => writes.succeeded(),
                Err(Failure::Query(error)) => writes.failed(error),
                Err(_) => {}
            }
            // The receiver is gone when the client has disconnected; its retry finds the response by the receipt.
            let _ = reply.send(outcome);
        }
        tasks.arrived();
    }
}

/// The turn of a worker: nobody else gathers as long as it is held.
type Turn<'a> = MutexGuard<'a, mpsc::Receiver<Job>>;

/// Takes the waiting responses, and the turn; none when the tasks are to stop.
async fn gather<'a>(
    waiting: &'a Mutex<mpsc::Receiver<Job>>,
    batch: &mut Vec<Job>,
    tasks: &Tasks,
) -> Option<Turn<'a>> {
    let gathered = async {
        let mut turn = waiting.lock().await;
        let count = turn.recv_many(batch, MAX_BATCH).await;
        (count > 0).then_some(turn)
    };
    tokio::select! {
        biased;
        turn = gathered => turn,
        () = tasks.stopping() => None,
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
        // One response that cannot be stored must not block the others of its batch.
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
        // Each response may break its connection. But when no connection can be had, the rest need not wait for one.
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

//! Single flight: concurrent requests for the same key share one query.
//!
//! Results are not cached. A query that has started takes in no further request, so its result is never older than the
//! request; requests that come meanwhile share the next query. Existing crates (`async_singleflight`, `moka`) hand out
//! the result of a query that has already started, which may be older than the request.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::tasks::Tasks;
use crate::store::pool::Pool;
use crate::store::{AsyncPgConnection, QueryError};

/// The maximum number of look-ups that are gathered at once; further ones wait for the next time.
const MAX_BATCH: usize = 1024;
/// The number of workers: while one waits for the database, another gathers.
const WORKERS: usize = 2;

/// The query for one key.
pub type Query<K, V> =
    for<'a> fn(&'a mut AsyncPgConnection, &'a K) -> BoxFuture<'a, Result<V, QueryError>>;

type Lookup<K, V> = (K, oneshot::Sender<V>);
type Waiting<K, V> = Arc<Mutex<mpsc::Receiver<Lookup<K, V>>>>;

/// Shared queries of one kind.
pub struct SingleFlight<K, V> {
    lookups: mpsc::Sender<Lookup<K, V>>,
}

impl<K, V> SingleFlight<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    /// Starts the workers on the current runtime. The workers end with the background tasks, or when this is dropped.
    pub fn start(pool: &Pool, tasks: &Tasks, query: Query<K, V>) -> Self {
        let (lookups, waiting) = mpsc::channel(MAX_BATCH);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..WORKERS {
            tasks.spawn(work(pool.clone(), waiting.clone(), tasks.clone(), query));
        }
        Self { lookups }
    }

    /// The result of the query for this key.
    ///
    /// None when the query failed. Many requests share the failure, so the reason is not passed on; a caller that needs
    /// it queries alone.
    pub async fn find(&self, key: K) -> Option<V> {
        let (reply, result) = oneshot::channel();
        self.lookups.send((key, reply)).await.ok()?;
        result.await.ok()
    }
}

async fn work<K, V>(pool: Pool, waiting: Waiting<K, V>, tasks: Tasks, query: Query<K, V>)
where
    K: Eq + Hash + Send + Sync,
    V: Clone + Send,
{
    let mut lookups = Vec::new();
    loop {
        let gathered = async {
            waiting
                .lock()
                .await
                .recv_many(&mut lookups, MAX_BATCH)
                .await
        };
        let count = tokio::select! {
            biased;
            count = gathered => count,
            () = tasks.stopping() => 0,
        };
        if count == 0 {
            return;
        }
        let mut by_key: HashMap<K, Vec<oneshot::Sender<V>>> = HashMap::new();
        for (key, reply) in lookups.drain(..) {
            by_key.entry(key).or_default().push(reply);
        }
        for (key, replies) in by_key {
            let Ok(mut conn) = pool.get().await else {
                break;
            };
            if let Ok(found) = query(&mut conn, &key).await {
                for reply in replies {
                    // The receiver is gone when the client has disconnected.
                    let _ = reply.send(found.clone());
                }
            }
        }
    }
}

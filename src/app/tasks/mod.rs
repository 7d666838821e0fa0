//! The background tasks. At shutdown, the server tells them to stop and waits for them.

pub mod release;
pub mod retention;
pub mod tallies;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The maximum time to wait for tasks at shutdown. An unresponsive database must not keep the server from stopping.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The background tasks of an application.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    arrived: Arc<Notify>,
    /// When nothing was left that was due to be released.
    released: Arc<Mutex<Option<Instant>>>,
}

impl Tasks {
    /// Spawns a task. The task must end soon after [`Self::stopping`] resolves.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// Resolves when the tasks are to stop.
    pub async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    /// Signals that responses have arrived, so that a batch may be ready to be released.
    pub fn arrived(&self) {
        self.arrived.notify_one();
    }

    /// Notes that nothing is left that is due to be released.
    fn note_released(&self) {
        if let Ok(mut released) = self.released.lock() {
            *released = Some(Instant::now());
        }
    }

    /// For how long arrivals that are due may have waited; nothing where no release runs. Arrivals have no time of
    /// their own, on purpose, so their age cannot be asked for.
    pub fn release_lag(&self) -> Duration {
        let released = self.released.lock().map_or(None, |released| *released);
        released.map_or(Duration::ZERO, |released| released.elapsed())
    }

    /// Tells all tasks to stop.
    pub fn cancel(&self) {
        self.stopping.cancel();
    }

    /// Tells all tasks to stop, and waits until they have ended.
    pub async fn stop(&self) {
        self.cancel();
        self.tracker.close();
        if tokio::time::timeout(STOP_TIMEOUT, self.tracker.wait())
            .await
            .is_err()
        {
            tracing::warn!("background tasks did not stop in time");
        }
    }
}

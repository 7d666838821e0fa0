//! What goes on in the background. Tasks are told to stop and awaited when the server ends.

pub mod release;
pub mod retention;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the end waits for tasks. A database that does not answer must not keep the server from stopping.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The background tasks of an application.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    arrived: Arc<Notify>,
}

impl Tasks {
    /// Runs a task until it ends by itself, which it must do soon after [`Self::stopping`].
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// Resolves when the tasks are to stop.
    pub async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    /// Says that responses have arrived, so that a batch may be ready to be released.
    pub fn arrived(&self) {
        self.arrived.notify_one();
    }

    /// Tells all tasks to stop.
    pub fn cancel(&self) {
        self.stopping.cancel();
    }

    /// Tells all tasks to stop, and waits until they have.
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

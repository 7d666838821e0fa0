//! The background tasks. At shutdown, the server tells them to stop and waits for them.

pub mod release;
pub mod retention;

use std::sync::Arc;
use std::time::Duration;

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

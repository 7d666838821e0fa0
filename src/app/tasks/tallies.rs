//! Counts the responses of campaigns anew where it is time that figures follow withdrawals, or where there are no tallies:
//! those of a database from before there were any.

use std::time::Duration;

use crate::app::{App, Failure, tallies};

/// How often a server looks for such campaigns.
const PERIOD: Duration = Duration::from_secs(60);

/// Starts the task. It runs at once, and then every minute.
pub fn start(app: &App) {
    let (weak, tasks) = (app.weak(), app.tasks.clone());
    let task = async move {
        loop {
            let Some(app) = weak.upgrade() else { return };
            match tallies::renew(&app).await {
                Ok(0) | Err(Failure::NoConnection(_)) => {}
                Ok(campaigns) => {
                    tracing::info!(campaigns, "responses were counted anew for figures")
                }
                Err(_) => tracing::warn!("tallies could not be built; trying again soon"),
            }
            drop(app);
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                () = tasks.stopping() => return,
            }
        }
    };
    app.tasks.spawn(task);
}

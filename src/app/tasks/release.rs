//! Releases arrivals in shuffled batches, deletes the tests of campaigns that have opened, and destroys the private keys of campaigns whose window has ended.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::app::tallies::count_change;
use crate::app::{App, Failure};
use crate::store::AsyncPgConnection;
use crate::store::passes::destroy_ended_pass_keys;
use crate::store::responses::release::{
    release_batch, release_remarks, ripe_campaigns, ripe_remarks,
};
use crate::store::responses::trial::end_tests;

/// How often the task runs when no response arrives: for campaigns whose window ends, and for arrivals that another
/// server took in.
const PERIOD: Duration = Duration::from_secs(5);

/// The minimum time between two runs. Under load this makes the batches larger, which costs less and mixes more
/// responses.
const MIN_PAUSE: Duration = Duration::from_millis(300);

/// Starts the task.
pub fn start(app: &App) {
    let (weak, tasks) = (app.weak(), app.tasks.clone());
    // From now on it counts how long nothing is released.
    tasks.note_released();
    let task = async move {
        loop {
            tokio::select! {
                () = tasks.arrived.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
                () = tasks.stopping() => return,
            }
            let Some(app) = weak.upgrade() else { return };
            // A database that is away is asked again after the pause; nothing is lost meanwhile.
            match release_ripe(&app).await {
                Ok(_) => app.tasks.note_released(),
                Err(Failure::NoConnection(_)) => {}
                Err(_) => tracing::warn!("arrivals could not be released; trying again soon"),
            }
            match end_opened_tests(&app).await {
                Ok(()) | Err(Failure::NoConnection(_)) => {}
                Err(_) => tracing::warn!("tests of opened campaigns could not be deleted yet"),
            }
            match destroy_keys(&app).await {
                Ok(()) | Err(Failure::NoConnection(_)) => {}
                Err(_) => tracing::warn!("keys of ended campaigns could not be destroyed yet"),
            }
            drop(app);
            tokio::time::sleep(MIN_PAUSE).await;
        }
    };
    app.tasks.spawn(task);
}

/// Releases all arrivals that are due now, campaign by campaign; returns how many were moved.
///
/// # Errors
///
/// When the database fails. Arrivals moved before that stay moved.
pub async fn release_ripe(app: &App) -> Result<usize, Failure> {
    release_on(app, &mut *app.connection().await?, app.now()).await
}

/// Releases all arrivals that are due at this time, on this connection, and then remarks. Each batch is counted in the
/// transaction that moves it.
///
/// # Errors
///
/// When the database fails. What can be moved is moved nonetheless.
pub async fn release_on(
    app: &App,
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> Result<usize, Failure> {
    let (mut moved, mut failed) = (0, None);
    for campaign in ripe_campaigns(conn, now).await? {
        loop {
            let released = app.transact_on(conn, async |tx| {
                let Some(batch) = release_batch(tx, campaign).await? else {
                    return Ok::<_, Failure>(0);
                };
                count_change(app, tx, &batch).await?;
                Ok(batch.count())
            });
            match released.await {
                Ok(0) => break,
                Ok(count) => moved += count,
                // One campaign that has to wait must not keep the others waiting.
                Err(failure) => {
                    failed = Some(failure);
                    break;
                }
            }
        }
    }
    for ripe in ripe_remarks(conn, now).await? {
        release_remarks(conn, &ripe).await?;
    }
    failed.map_or(Ok(moved), Err)
}

async fn end_opened_tests(app: &App) -> Result<(), Failure> {
    let mut conn = app.connection().await?;
    Ok(end_tests(&mut conn, app.now()).await?)
}

async fn destroy_keys(app: &App) -> Result<(), Failure> {
    let mut conn = app.connection().await?;
    destroy_ended_pass_keys(&mut conn, app.now()).await?;
    Ok(())
}

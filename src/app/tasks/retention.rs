//! Retention: deletes the responses of campaigns whose retention period has ended.

use std::time::Duration;

use crate::app::tallies::count_change;
use crate::app::{App, Failure};
use crate::domain::audit::{Actor, AuditEvent};
use crate::store::responses::erase::{DueCampaign, due_campaigns, erase_campaign, vacuum};

/// How often a server looks for campaigns whose retention period has ended.
const PERIOD: Duration = Duration::from_secs(60);

/// Starts the task. It runs at once, and then every minute.
pub fn start(app: &App) {
    let (weak, tasks) = (app.weak(), app.tasks.clone());
    let task = async move {
        loop {
            let Some(app) = weak.upgrade() else { return };
            match erase_due(&app, Actor::Server).await {
                Ok(erased) => {
                    for campaign in erased {
                        let campaign = campaign.key.as_str();
                        tracing::info!(
                            campaign,
                            "the responses of this campaign were deleted: its retention period has ended"
                        );
                    }
                }
                Err(Failure::NoConnection(_)) => {}
                Err(_) => tracing::warn!(
                    "campaigns due for deletion could not be erased; trying again soon"
                ),
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

/// The campaigns whose retention period has ended, with the amount of data of each.
///
/// # Errors
///
/// When the database fails.
pub async fn due(app: &App) -> Result<Vec<DueCampaign>, Failure> {
    let mut conn = app.pools.exports.get().await?;
    Ok(due_campaigns(&mut conn, app.now()).await?)
}

/// Deletes the data of every campaign whose retention period has ended, each in one transaction with its entry in the
/// audit, and returns the amounts deleted. Several servers may do so at once. Deleting a large campaign takes longer
/// than the time limits of requests allow, so it uses a connection for exports.
///
/// # Errors
///
/// When the database fails. Campaigns erased before that stay erased.
pub async fn erase_due(app: &App, actor: Actor) -> Result<Vec<DueCampaign>, Failure> {
    let mut conn = app.pools.exports.get().await?;
    let mut erased = Vec::new();
    for campaign in due_campaigns(&mut conn, app.now()).await? {
        let done = app.transact_on(&mut conn, async |tx| {
            let now = tx.now();
            let Some(done) = erase_campaign(tx, campaign.id, now).await? else {
                return Ok(None);
            };
            count_change(app, tx, &done.delta()).await?;
            tx.record(
                actor,
                AuditEvent::CampaignErased {
                    campaign: done.key.to_string(),
                    retained_until: done.retained_until,
                    responses: done.counts.responses + done.counts.arrivals,
                    remarks: done.counts.remarks,
                },
            );
            Ok::<_, Failure>(Some(done))
        });
        erased.extend(done.await?);
    }
    if !erased.is_empty() {
        vacuum(&mut conn).await?;
    }
    Ok(erased)
}

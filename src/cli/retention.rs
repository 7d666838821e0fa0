//! `aftercare retention`: erase the campaigns that are due, or list them.

use clap::Args;

use super::application::application;
use super::{print, say};
use crate::app::tasks::retention;
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Actor;
use crate::postgres::database::Database;
use crate::store::pool::Target;
use crate::store::responses::erase::DueCampaign;

/// Delete the responses of campaigns whose retention period has ended, as running servers do every minute.
#[derive(Debug, Args)]
pub struct Retention {
    /// Only show what would be deleted
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

impl Retention {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.erase(database.target()).await;
        database.stop().await;
        result
    }

    async fn erase(&self, target: &Target) -> anyhow::Result<()> {
        let app = application(&self.database, &self.key, target).await?;
        let campaigns = if self.dry_run {
            retention::due(&app).await?
        } else {
            retention::erase_due(&app, Actor::Operator).await?
        };
        let verb = if self.dry_run {
            "would be deleted"
        } else {
            "deleted"
        };
        if campaigns.is_empty() {
            say("no campaign has reached the end of its retention period");
        }
        for campaign in &campaigns {
            print(&line(campaign, verb))?;
        }
        Ok(())
    }
}

fn line(campaign: &DueCampaign, verb: &str) -> String {
    let counts = &campaign.counts;
    format!(
        "{} (kept until {}): {verb}: {} responses, {} arrivals, {} remarks, {} tombstones, {} invitations, {} spent passes",
        campaign.key,
        campaign.retained_until.format("%Y-%m-%d %H:%M UTC"),
        counts.responses,
        counts.arrivals,
        counts.remarks,
        counts.tombstones,
        counts.invitations,
        counts.passes,
    )
}

//! `aftercare retention`: delete what is due now, or show what would be.

use std::sync::Arc;

use clap::Args;

use super::{print, say};
use crate::clock::{Clock, SystemClock};
use crate::config::{DatabaseConfig, KeyConfig};
use crate::keys::Keys;
use crate::postgres::database::Database;
use crate::store::pool::{Purpose, Target};
use crate::store::responses::erase::{DueCampaign, due_campaigns, erase_due};

/// Delete the responses of campaigns whose time is up, as running servers do every minute.
#[derive(Debug, Args)]
pub struct Retention {
    /// Only show what would be deleted
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    keys: KeyConfig,
}

impl Retention {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.erase(database.target()).await;
        database.stop().await;
        result
    }

    async fn erase(&self, target: &Target) -> anyhow::Result<()> {
        let clock = Arc::new(SystemClock);
        let mut conn = target.connect(Purpose::Maintenance).await?;
        let campaigns = if self.dry_run {
            due_campaigns(&mut conn, clock.now()).await?
        } else {
            let keys = Keys::load(&self.keys, &self.database.data_dir()?)?;
            super::serve::check_key(&mut conn, &keys).await?;
            erase_due(&mut conn, &keys.server, clock.now()).await?
        };
        let verb = if self.dry_run {
            "would be deleted"
        } else {
            "deleted"
        };
        if campaigns.is_empty() {
            say("no campaign has reached the end of its time");
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

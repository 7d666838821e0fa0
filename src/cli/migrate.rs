//! `aftercare migrate`: update the schema of the database to this version of the program.

use clap::Args;

use super::{print, say};
use crate::config::DatabaseConfig;
use crate::postgres::database::Database;
use crate::store::migrations;
use crate::store::pool::{Purpose, Target};

/// Bring the database up to this version of the program.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    database: DatabaseConfig,
    /// Only tell what would run
    #[arg(long, conflicts_with = "revert")]
    dry_run: bool,
    /// Undo the newest migration; what is only in its tables is lost
    #[arg(long)]
    revert: bool,
}

impl Migrate {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.migrate(database.target()).await;
        database.stop().await;
        result
    }

    async fn migrate(&self, target: &Target) -> anyhow::Result<()> {
        if self.revert {
            let version = migrations::revert_last(target).await?;
            print(&format!("undid {version}"))?;
            return Ok(());
        }
        let names = if self.dry_run {
            let mut conn = target.connect(Purpose::Maintenance).await?;
            migrations::migration_status(&mut conn).await?.pending
        } else {
            migrations::run(target).await?
        };
        let verb = if self.dry_run { "would run" } else { "ran" };
        for name in &names {
            print(&format!("{verb} {name}"))?;
        }
        if names.is_empty() {
            print("the database is up to date")?;
        }
        Ok(())
    }
}

//! `aftercare backup`: back the database up into a new folder.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::serve::Signals;
use super::{print, say};
use crate::backup;
use crate::clock::{Clock, SystemClock};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::keys::server_key_file;
use crate::postgres::database::Database;
use crate::postgres::embedded;
use crate::store::pool::Target;

/// Back the database up.
#[derive(Debug, Args)]
pub struct BackupCommand {
    /// The folder to make; in a folder that is there already, one named after the time is made
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

impl BackupCommand {
    /// Runs the command. A signal ends it without leaving anything behind.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut signals = Signals::listen()?;
        let data_dir = self.database.data_dir()?;
        if self.database.url()?.is_none() && !embedded::has_cluster(&data_dir) {
            bail!(
                "there is no database in {}: name its data folder with --data-dir, or another database with DATABASE_URL",
                data_dir.display()
            );
        }
        let database = Database::join(&self.database, &mut say).await?;
        let result = tokio::select! {
            result = self.back_up(database.target(), &data_dir) => result,
            () = signals.next() => Err(anyhow::anyhow!("interrupted; no backup was made")),
        };
        database.stop().await;
        result
    }

    async fn back_up(&self, target: &Target, data_dir: &Path) -> anyhow::Result<()> {
        let now = SystemClock.now();
        if self.out.join(backup::MANIFEST).exists() {
            bail!(
                "{} is a backup itself: name the folder in which it is, or another one",
                self.out.display()
            );
        }
        let place = match self.out.is_dir() {
            true => {
                let name = now.format("aftercare-%Y%m%dT%H%M%SZ").to_string();
                // There may be one of the same second.
                let others = (2..100).map(|number| format!("{name}-{number}"));
                let mut names = [name.clone()].into_iter().chain(others);
                let free = names.find(|name| !self.out.join(name).exists());
                self.out.join(free.unwrap_or(name))
            }
            false => self.out.clone(),
        };
        let place = std::path::absolute(place)?;
        let made = backup::make(target, &place, now, &mut say).await?;
        let rows: u64 = made.manifest.rows.values().sum();
        say(&format!("backed up {rows} rows, and read the files back"));
        say(&format!(
            "the keys are not in it. Keep {} apart from every backup: without it nobody can read or withdraw a response, \
             and whoever has both can tell which response belongs to a receipt",
            server_key_file(&self.key, data_dir).display()
        ));
        print(&place.display().to_string())?;
        Ok(())
    }
}

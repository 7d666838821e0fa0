//! `aftercare audit`: verify the hash chain of the audit.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::application::{MIGRATED, explained};
use super::{print, say};
use crate::app::audit::verify;
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Checkpoint;
use crate::domain::server_key::{KeyMisfit, ServerKey};
use crate::keys::read_server_keys;
use crate::postgres::database::Database;
use crate::store::AsyncPgConnection;
use crate::store::pool::Purpose;
use crate::store::server_keys::list_keys;

/// Check the audit.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check every entry and every link of the chain, and print its head, to be noted elsewhere
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Verify {
    /// A head that was noted before: check that the chain still goes through it
    #[arg(long, value_name = "NUMBER:HASH")]
    head: Option<Checkpoint>,
    #[command(flatten)]
    key: ServerKeyConfig,
    #[command(flatten)]
    database: DatabaseConfig,
}

impl Audit {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let Action::Verify(verify) = self.action;
        let keys = read_server_keys(&verify.key, &verify.database.data_dir()?)?;
        let database = Database::join(&verify.database, &mut say).await?;
        let result = verify.verify(&keys, &database).await;
        database.stop().await;
        result
    }
}

impl Verify {
    async fn verify(self, keys: &[ServerKey], database: &Database) -> anyhow::Result<()> {
        let mut conn = database.target().connect(Purpose::Maintenance).await?;
        let known = list_keys(&mut conn).await.context(MIGRATED)?;
        let held: Vec<_> = keys.iter().map(ServerKey::fingerprint).collect();
        if let Err(misfit) = KeyMisfit::check(&known, &held) {
            bail!(explained(&misfit));
        }
        let noted = self.head.is_some();
        let head = check_chain(&mut conn, self.head, keys).await?;
        let noted = if noted {
            ", and goes through the head that was noted"
        } else {
            ""
        };
        say(&format!(
            "the audit is whole: {} entries{noted}; its head, to be noted elsewhere:",
            head.number
        ));
        print(&head.to_string())?;
        Ok(())
    }
}

/// Verifies the whole chain, with a progress bar.
async fn check_chain(
    conn: &mut AsyncPgConnection,
    noted: Option<Checkpoint>,
    keys: &[ServerKey],
) -> anyhow::Result<Checkpoint> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    bar.set_message("checking the audit");
    let head = verify(conn, keys, noted, |checked, all| {
        bar.set_length(all);
        bar.set_position(checked);
    })
    .await?;
    bar.finish_and_clear();
    Ok(head)
}

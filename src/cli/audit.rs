//! `aftercare audit`: verify the hash chain of the audit.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::{print, say};
use crate::app::audit::verify;
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Checkpoint;
use crate::domain::server_key::ServerKey;
use crate::keys::read_server_key;
use crate::postgres::database::Database;
use crate::store::AsyncPgConnection;
use crate::store::pool::Purpose;
use crate::store::server_keys::find_fingerprint;

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
        let key = read_server_key(&verify.key, &verify.database.data_dir()?)?;
        let database = Database::join(&verify.database, &mut say).await?;
        let result = verify.verify(&key, &database).await;
        database.stop().await;
        result
    }
}

impl Verify {
    async fn verify(self, key: &ServerKey, database: &Database) -> anyhow::Result<()> {
        let mut conn = database.target().connect(Purpose::Maintenance).await?;
        let kept = find_fingerprint(&mut conn, "server").await;
        let kept =
            kept.context("the database is not ready for this; did you run `aftercare migrate`?")?;
        if kept.is_some_and(|kept| kept != key.fingerprint()) {
            bail!(
                "this database belongs to another server key; the chain can only be verified with that key"
            );
        }
        let noted = self.head.is_some();
        let head = check_chain(&mut conn, self.head, key).await?;
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
    key: &ServerKey,
) -> anyhow::Result<Checkpoint> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    bar.set_message("checking the audit");
    let head = verify(conn, key, noted, |checked, all| {
        bar.set_length(all);
        bar.set_position(checked);
    })
    .await?;
    bar.finish_and_clear();
    Ok(head)
}

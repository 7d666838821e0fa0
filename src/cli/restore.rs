//! `aftercare restore`: restore a backup into an empty database, or try whether it could be restored.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::Args;

use super::serve::Signals;
use super::{print, say};
use crate::backup::{self, Backup};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::server_key::ServerKey;
use crate::keys::{KeyError, read_server_key, server_key_file};
use crate::postgres::database::Database;
use crate::random;
use crate::store::pool::Target;

/// Restore a backup.
#[derive(Debug, Args)]
pub struct RestoreCommand {
    /// The folder that `aftercare backup` made
    from: PathBuf,
    /// Only try it: restore into a throw-away Postgres, read all of it, and remove it again
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

impl RestoreCommand {
    /// Runs the command. A signal ends it, and stops a Postgres that it started.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut signals = Signals::listen()?;
        let backup = Backup::open(&self.from)?;
        let key = self.server_key(&backup)?;
        let scratch = match self.check {
            true => Some(Scratch::new()?),
            false => None,
        };
        let database = match &scratch {
            Some(scratch) => Database::throw_away(&scratch.0, &mut say)?,
            None => Database::join(&self.database, &mut say).await?,
        };
        let result = tokio::select! {
            result = self.restore(&backup, database.target(), key.as_ref()) => result,
            () = signals.next() => Err(anyhow!("interrupted")),
        };
        database.stop().await;
        drop(scratch);
        result
    }

    async fn restore(
        &self,
        backup: &Backup,
        target: &Target,
        key: Option<&ServerKey>,
    ) -> anyhow::Result<()> {
        backup::restore(backup, target, &mut say).await?;
        say("Reading every version, every record and every entry of the audit.");
        let verified = backup::verify(target, key).await?;
        let manifest = &backup.manifest;
        print(&format!(
            "made\t{} by aftercare {}",
            manifest.made_at.format("%Y-%m-%dT%H:%M:%SZ"),
            manifest.made_by
        ))?;
        for (table, rows) in &manifest.rows {
            print(&format!("rows\t{table}\t{rows}"))?;
        }
        print(&format!("versions\t{} readable", verified.versions))?;
        print(&format!("responses\t{} readable", verified.responses))?;
        match verified.audit {
            Some(head) => print(&format!("audit\twhole, head {head}"))?,
            None => print("audit\tnot checked: the server key is not here")?,
        }
        let done = match self.check {
            true => "the backup can be restored; nothing was left behind",
            false => "restored; nobody has the right to change the audit",
        };
        say(done);
        if key.is_none() && manifest.server_key.is_some() {
            let file = server_key_file(&self.key, &self.database.data_dir()?);
            say(&format!(
                "the server key is not at {}: put it there before you start the server, or no response can be read or withdrawn",
                file.display()
            ));
        }
        Ok(())
    }

    /// The server key, if it is in place; an error if it is another one than that of the backup.
    fn server_key(&self, backup: &Backup) -> anyhow::Result<Option<ServerKey>> {
        let data_dir = self.database.data_dir()?;
        let key = match read_server_key(&self.key, &data_dir) {
            Ok(key) => key,
            Err(KeyError::Unreadable(_, error)) if error.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let expected = backup.manifest.server_key.as_deref();
        if expected.is_some_and(|expected| expected != hex::encode(key.fingerprint())) {
            bail!(
                "{} is not the server key of this backup: put the right one there, or move this one away",
                server_key_file(&self.key, &data_dir).display()
            );
        }
        Ok(Some(key))
    }
}

/// A folder for a throw-away Postgres, removed with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let name = format!("aftercare-check-{}", random::uuid()?.simple());
        // The embedded Postgres makes it, so that the user that it runs as can enter it.
        Ok(Self(std::env::temp_dir().join(name)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != ErrorKind::NotFound
    {
        say(&format!("{} cannot be removed: {error}", folder.display()));
    }
}

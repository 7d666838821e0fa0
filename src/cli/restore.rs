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
use crate::keys::{KeyError, read_server_keys, server_key_file};
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
        let keys = self.server_keys(&backup)?;
        let scratch = match self.check {
            true => Some(Scratch::new()?),
            false => None,
        };
        let database = match &scratch {
            Some(scratch) => Database::throw_away(&scratch.0, &mut say)?,
            None => Database::join(&self.database, &mut say).await?,
        };
        let result = tokio::select! {
            result = self.restore(&backup, database.target(), keys.as_deref()) => result,
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
        keys: Option<&[ServerKey]>,
    ) -> anyhow::Result<()> {
        backup::restore(backup, target, &mut say).await?;
        say("Reading every version, every record and every entry of the audit.");
        let verified = backup::verify(target, keys).await?;
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
        if keys.is_none() && manifest.server_key.is_some() {
            let file = server_key_file(&self.key, &self.database.data_dir()?);
            say(&format!(
                "the server key is not at {}: put it there before you start the server, or no response can be read or withdrawn",
                file.display()
            ));
        }
        Ok(())
    }

    /// The server keys, if they are in place; an error if one of the backup is not among them.
    fn server_keys(&self, backup: &Backup) -> anyhow::Result<Option<Vec<ServerKey>>> {
        let data_dir = self.database.data_dir()?;
        let keys = match read_server_keys(&self.key, &data_dir) {
            Ok(keys) => keys,
            Err(KeyError::Unreadable(_, error)) if error.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let here: Vec<String> = keys
            .iter()
            .map(|key| hex::encode(key.fingerprint().0))
            .collect();
        if !backup
            .manifest
            .server_keys()
            .all(|needed| here.contains(needed))
        {
            bail!(
                "{} is not the server key of this backup, or lacks one of them: put the right file there, or move this one away",
                server_key_file(&self.key, &data_dir).display()
            );
        }
        Ok(Some(keys))
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

//! `aftercare server-key`: go over to another server key, from which ids are derived.

use anyhow::bail;
use clap::{Args, Subcommand};

use super::application::application;
use super::{print, say};
use crate::app::App;
use crate::app::server_keys::{self, RotationRefused};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::server_key::KeyState;
use crate::keys::{ServerKeyFile, server_key_file};
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Go over to another server key.
#[derive(Debug, Args)]
pub struct ServerKey {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the keys: what each is for, how many campaigns are under it, and until when it is needed for them
    List,
    /// Step 1: add the next key, under which nothing is yet
    Place,
    /// Step 2: let new campaigns and the audit be under the next key; earlier campaigns stay under theirs
    Switch,
    /// Step 3: remove a former key, once the data of all its campaigns are erased; or a next one
    Remove {
        /// Id of the key, as the list shows it
        key: String,
    },
}

impl ServerKey {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.act(database.target()).await;
        database.stop().await;
        result
    }

    async fn act(self, target: &Target) -> anyhow::Result<()> {
        let app = application(&self.database, &self.key, target).await?;
        let path = server_key_file(&self.key, &self.database.data_dir()?);
        let mut file = ServerKeyFile::read(&path)?;
        let copy = format!(
            "copy {} to all servers of this database and restart them one after the other",
            path.display()
        );
        let next_step = match self.action {
            Action::List => None,
            Action::Place => {
                let keys = server_keys::list(&app).await?;
                if let Some((next, _)) = keys.iter().find(|(it, _)| it.state == KeyState::Next) {
                    bail!(
                        "there is a next key already: go over to it with `switch`, or take it away with `remove {}`",
                        next.fingerprint.id()
                    );
                }
                file.place()?;
                server_keys::place(&app, &file.fingerprints()).await?;
                Some(format!(
                    "{copy}, keep it apart from the backups, then `switch`"
                ))
            }
            Action::Switch => {
                server_keys::switch(&app).await.map_err(explained)?;
                Some(
                    "new campaigns are under the next key from now on; earlier ones stay under theirs, which all servers \
                     need until `remove` lets it go"
                        .to_owned(),
                )
            }
            Action::Remove { key } => {
                let removed = server_keys::remove(&app, &key).await.map_err(explained)?;
                file.remove(removed.fingerprint)?;
                Some(copy)
            }
        };
        list(&app).await?;
        if let Some(next_step) = next_step {
            say(&next_step);
        }
        Ok(())
    }
}

async fn list(app: &App) -> anyhow::Result<()> {
    for (key, used) in server_keys::list(app).await? {
        let until = match used.until {
            Some(until) => format!("until {}", until.format("%Y-%m-%d")),
            None => "-".to_owned(),
        };
        let (id, state, campaigns) = (key.fingerprint.id(), key.state, used.campaigns);
        print(&format!("{id}\t{state}\t{campaigns} campaigns\t{until}"))?;
    }
    Ok(())
}

fn explained(refused: RotationRefused) -> anyhow::Error {
    match refused {
        RotationRefused::NoNext => anyhow::anyhow!("there is no next key: add it with `place`"),
        RotationRefused::NextAbsent => anyhow::anyhow!(
            "the next key is not in the key file of this command: copy the file from the machine on which it was placed"
        ),
        RotationRefused::Unknown => {
            anyhow::anyhow!("the database knows no such key: `list` shows their ids")
        }
        RotationRefused::Current => {
            anyhow::anyhow!(
                "new campaigns are under this key: place another one and `switch` first"
            )
        }
        RotationRefused::Needed(campaigns) => anyhow::anyhow!(
            "the key is needed until the data of these campaigns are erased: {}.\n\
             Without it nobody could read or withdraw their responses, a retry would be stored twice, and their exports \
             would suppress other cells than before.",
            campaigns
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ),
        RotationRefused::Failure(failure) => failure.into(),
    }
}

//! `aftercare signing-key`: rotate the key that signs access tokens.

use std::path::Path;

use clap::{Args, Subcommand};

use super::{print, say};
use crate::config::{DataDirConfig, SigningKeyConfig};
use crate::keys::{SigningKeyFile, signing_key_file};

/// Rotate the key that signs access tokens.
#[derive(Debug, Args)]
pub struct SigningKey {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    key: SigningKeyConfig,
    #[command(flatten)]
    data_dir: DataDirConfig,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Action {
    /// List the keys: the one that signs, and the one that is accepted as well
    List,
    /// Step 1: add the next key, which is accepted but does not sign yet
    Place,
    /// Step 2: let the next key sign; the former one is still accepted
    Switch,
    /// Step 3: remove the former key
    Remove,
}

impl SigningKey {
    /// Changes the file and lists what it holds now. A server reads it when it starts.
    pub fn run(self) -> anyhow::Result<()> {
        let path = signing_key_file(&self.key, &self.data_dir.data_dir()?);
        let mut file = SigningKeyFile::read(&path)?;
        match self.action {
            Action::List => {}
            Action::Place => file.place()?,
            Action::Switch => file.switch()?,
            Action::Remove => file.remove()?,
        }
        for (id, does) in file.ids()?.iter().zip(["signs", "accepted"]) {
            print(&format!("{id}\t{does}"))?;
        }
        if let Some(next) = self.action.next_step(&path) {
            say(&next);
        }
        Ok(())
    }
}

impl Action {
    fn next_step(self, path: &Path) -> Option<String> {
        let then = match self {
            Self::List => return None,
            Self::Place => "wait an hour if other services check access tokens, then `switch`",
            Self::Switch => "wait 15 minutes, then `remove`",
            Self::Remove => "the rotation is complete",
        };
        Some(format!(
            "copy {} to all servers of this database and restart them one after the other; {then}",
            path.display()
        ))
    }
}

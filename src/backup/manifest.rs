//! The manifest: what the backup holds, and whether it is still whole.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::file_mark::{FileMark, mark};
use super::{DUMP, MANIFEST, ROWS};

/// The format of backups that this program writes and reads.
const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the backup.
    format: u32,
    /// The version of the program that made it.
    pub made_by: String,
    /// When its snapshot was taken.
    pub made_at: DateTime<Utc>,
    /// The major version of Postgres.
    pub postgres: u32,
    /// The migrations of its schema, oldest first.
    pub migrations: Vec<String>,
    /// The fingerprint of the server key that belongs to it, in hexadecimal: an HMAC of a fixed label, from which the key
    /// cannot be computed. None before the first start of a server.
    pub server_key: Option<String>,
    /// Those of the former server keys that its earlier campaigns are under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_server_keys: Vec<String>,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// The other files of the folder.
    pub files: BTreeMap<String, FileMark>,
}

/// Why a folder cannot be restored from.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is no manifest.
    #[error("{0} is no backup: its manifest.json cannot be read ({1})")]
    NoBackup(PathBuf, io::Error),
    /// The manifest is malformed.
    #[error("{0} cannot be read as a manifest ({1}): take another backup")]
    Malformed(PathBuf, serde_json::Error),
    /// A newer program made it.
    #[error(
        "the backup has format {0}, and this program reads format {FORMAT}: restore it with aftercare {1}"
    )]
    Format(u32, String),
    /// A file cannot be read.
    #[error("{0} cannot be read ({1}): take another backup")]
    Unreadable(PathBuf, io::Error),
    /// A file is another one.
    #[error("{0} is damaged: it is not as the manifest says (SHA-256); take another backup")]
    Damaged(PathBuf),
}

impl Manifest {
    /// The manifest of a backup that is made now.
    pub(super) fn new(made_at: DateTime<Utc>, postgres: u32, migrations: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            postgres,
            migrations,
            server_key: None,
            former_server_keys: Vec::new(),
            rows: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// The fingerprints of all server keys that are needed with it.
    pub fn server_keys(&self) -> impl Iterator<Item = &String> {
        self.server_key.iter().chain(&self.former_server_keys)
    }
}

/// A backup on disk.
#[derive(Debug)]
pub struct Backup {
    folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

impl Backup {
    /// Reads the manifest.
    pub fn open(folder: &Path) -> Result<Self, ManifestError> {
        /// What every format has.
        #[derive(Deserialize)]
        struct Any {
            format: u32,
            made_by: String,
        }
        // Programs of Postgres run in another folder.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let path = folder.join(MANIFEST);
        let text =
            fs::read(&path).map_err(|error| ManifestError::NoBackup(folder.clone(), error))?;
        let malformed = |error| ManifestError::Malformed(path.clone(), error);
        let any: Any = serde_json::from_slice(&text).map_err(malformed)?;
        if any.format != FORMAT {
            return Err(ManifestError::Format(any.format, any.made_by));
        }
        let manifest = serde_json::from_slice(&text).map_err(malformed)?;
        Ok(Self { folder, manifest })
    }

    /// Reads every file and compares it with the manifest.
    pub fn check_files(&self) -> Result<(), ManifestError> {
        for (name, expected) in &self.manifest.files {
            let path = self.folder.join(name);
            let found =
                mark(&path).map_err(|error| ManifestError::Unreadable(path.clone(), error))?;
            if found != *expected {
                return Err(ManifestError::Damaged(path));
            }
        }
        Ok(())
    }

    /// What `pg_dump` wrote.
    pub(super) fn dump(&self) -> PathBuf {
        self.folder.join(DUMP)
    }

    /// The files with rows, each with the name of its table.
    pub(super) fn row_files(&self) -> impl Iterator<Item = (&str, PathBuf)> {
        let names = self.manifest.files.keys();
        names.filter_map(|name| Some((name.strip_suffix(ROWS)?, self.folder.join(name))))
    }
}

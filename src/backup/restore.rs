//! Restoring a backup into an empty database.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::stream;

use super::manifest::{Backup, ManifestError};
use crate::postgres::dump::{self, DumpError, Section};
use crate::store::audit_rights::{self, AuditRights};
use crate::store::backup::{BackupError, Restoration, is_filled_last};
use crate::store::migrations::{self, MigrationError};
use crate::store::pool::{DatabaseError, Purpose, Target};

/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;

/// Why a backup was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup itself.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is something in the database.
    #[error(
        "the database is not empty (it has {0}): restore into a new database, or with another data folder"
    )]
    NotEmpty(String),
    /// A newer program made the backup.
    #[error(
        "the backup is of a newer version of the program ({0}), whose migrations this one does not know: restore it with that version"
    )]
    Newer(String),
    /// There are other numbers of rows than there should be.
    #[error(
        "the table {table} has {found} rows, and had {expected} when the backup was made: drop this database, and restore another backup"
    )]
    Rows {
        /// The table.
        table: String,
        /// How many there are.
        found: u64,
        /// How many there were.
        expected: u64,
    },
    /// The role may not do what is needed.
    #[error("the audit could be changed by others, and this role may not prevent it: {0}")]
    AuditOpen(String),
    /// Postgres did not do it.
    #[error(transparent)]
    Database(#[from] BackupError),
    /// `pg_restore` did not do it.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The schema was not brought up to date.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The connection.
    #[error(transparent)]
    Unreachable(#[from] DatabaseError),
    /// The rights on the audit could not be looked at.
    #[error("the rights on the audit cannot be set: {0}")]
    Rights(crate::store::QueryError),
}

/// Restores a backup into an empty database, and brings it up to the schema of this program. What is made belongs to the
/// role that connects. Nobody has the right to change the audit afterwards, whatever role it is.
///
/// # Errors
///
/// When the backup is damaged or too new, the database is not empty, or Postgres refuses. A database in which a restore
/// failed has no migrations, so no server starts on it.
pub async fn restore(
    backup: &Backup,
    target: &Target,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<(), RestoreError> {
    progress("Checking the files of the backup.");
    backup.check_files()?;
    let unknown = migrations::unknown_among(&backup.manifest.migrations);
    if !unknown.is_empty() {
        return Err(RestoreError::Newer(backup.manifest.made_by.clone()));
    }
    let restoration = Restoration::begin(target).await?;
    let found = restoration.found().await?;
    if !found.is_empty() {
        return Err(RestoreError::NotEmpty(found.join(", ")));
    }

    progress("Restoring the tables.");
    let (file, major) = (backup.dump(), backup.manifest.postgres);
    dump::restore(target, Section::PreData, major, &file).await?;
    dump::restore(target, Section::Data, major, &file).await?;
    fill(backup, &restoration, false).await?;
    progress("Restoring indexes, constraints and triggers.");
    dump::restore(target, Section::PostData, major, &file).await?;
    let mut conn = target.connect(Purpose::Maintenance).await?;
    match audit_rights::hold(&mut conn).await {
        Ok(AuditRights::Held | AuditRights::Mended(_)) => {}
        Ok(AuditRights::Open(mend)) => return Err(RestoreError::AuditOpen(mend)),
        Err(error) => return Err(RestoreError::Rights(error)),
    }
    check_rows(backup, &restoration).await?;
    fill(backup, &restoration, true).await?;

    for name in migrations::run(target).await? {
        progress(&format!("Ran the migration {name}."));
    }
    Ok(restoration.analyze().await?)
}

/// Fills the tables whose rows are in files of their own.
async fn fill(backup: &Backup, restoration: &Restoration, last: bool) -> Result<(), RestoreError> {
    for (table, path) in backup.row_files() {
        if is_filled_last(table) != last {
            continue;
        }
        let pieces = pieces_of(&path).map_err(|error| unreadable(&path, error))?;
        let pieces = pieces.map(|piece| piece.map_err(|error| unreadable(&path, error)));
        restoration.copy_in(table, stream::iter(pieces)).await?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: io::Error) -> RestoreError {
    ManifestError::Unreadable(path.to_owned(), error).into()
}

fn pieces_of(path: &Path) -> io::Result<impl Iterator<Item = io::Result<Bytes>>> {
    let mut file = GzDecoder::new(File::open(path)?);
    Ok(std::iter::from_fn(move || {
        let mut piece = Vec::with_capacity(PIECE);
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        match read {
            Ok(0) => None,
            Ok(_) => Some(Ok(piece.into())),
            Err(error) => Some(Err(error)),
        }
    }))
}

async fn check_rows(backup: &Backup, restoration: &Restoration) -> Result<(), RestoreError> {
    let found = restoration.rows().await?;
    for (table, &expected) in &backup.manifest.rows {
        if is_filled_last(table) {
            continue;
        }
        let found = found.get(table).copied().unwrap_or_default();
        if found != expected {
            return Err(RestoreError::Rows {
                table: table.clone(),
                found,
                expected,
            });
        }
    }
    Ok(())
}

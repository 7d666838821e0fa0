//! Making a backup.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, TryStreamExt};

use super::folder::Draft;
use super::manifest::Manifest;
use super::{DUMP, MANIFEST, ROWS};
use crate::postgres::dump::{Dump, DumpError, dump};
use crate::store::backup::{BackupError, Snapshot};
use crate::store::pool::Target;

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// There are no tables of Aftercare.
    #[error("this database has no tables of Aftercare, so there is nothing to back up")]
    NothingThere,
    /// The place is taken or cannot be written.
    #[error("the backup cannot be written to {0}: {1}")]
    Unwritable(PathBuf, io::Error),
    /// Postgres did not do it.
    #[error(transparent)]
    Database(#[from] BackupError),
    /// `pg_dump` did not do it.
    #[error(transparent)]
    Dump(#[from] DumpError),
}

/// A backup that was made.
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
}

/// Backs the database up into a new folder at `place`. Responses may come meanwhile: the backup is of the state at its
/// beginning. Without an error all of it is on disk; with one, nothing is at `place`.
///
/// # Errors
///
/// When the database does not answer, `pg_dump` is missing, or the folder cannot be written.
pub async fn make(
    target: &Target,
    place: &Path,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Made, MakeError> {
    let snapshot = Snapshot::take(target).await?;
    let snapshot = snapshot.ok_or(MakeError::NothingThere)?;
    let unwritable = |error| MakeError::Unwritable(place.to_owned(), error);
    let draft = Draft::beside(place).map_err(unwritable)?;
    let copied = snapshot.copied().await?;

    progress("Dumping the database.");
    let (path, _) = draft.create(DUMP).map_err(unwritable)?;
    let without = copied
        .iter()
        .map(|table| format!("{}.{table}", snapshot.schema));
    let without: Vec<String> = without.collect();
    let what = Dump {
        snapshot: &snapshot.name,
        major: snapshot.major,
        without_rows_of: &without,
    };
    dump(target, &what, &path).await?;

    progress(
        "Copying the tables that grow with each response, in the order of their keyed hashes.",
    );
    let mut names = vec![DUMP.to_owned()];
    for table in copied {
        let name = format!("{table}{ROWS}");
        let (_, file) = draft.create(&name).map_err(unwritable)?;
        write_rows(BufWriter::new(file), snapshot.copy_out(table).await?)
            .await?
            .map_err(unwritable)?;
        names.push(name);
    }

    progress("Writing all of it to disk.");
    let mut manifest = Manifest::new(now, snapshot.major, snapshot.migrations.clone());
    manifest.server_key = snapshot.server_key.as_deref().map(hex::encode);
    manifest.former_server_keys = snapshot
        .former_server_keys
        .iter()
        .map(hex::encode)
        .collect();
    manifest.rows = snapshot.rows().await?;
    for name in names {
        let mark = draft.settle(&name).map_err(unwritable)?;
        manifest.files.insert(name, mark);
    }
    write_manifest(&draft, &manifest).map_err(unwritable)?;
    draft.finish(place).map_err(unwritable)?;
    Ok(Made { manifest })
}

async fn write_rows(
    file: impl Write,
    rows: impl Stream<Item = Result<Bytes, BackupError>>,
) -> Result<io::Result<()>, BackupError> {
    let mut file = GzEncoder::new(file, Compression::default());
    let mut rows = pin!(rows);
    while let Some(piece) = rows.try_next().await? {
        if let Err(error) = file.write_all(&piece) {
            return Ok(Err(error));
        }
    }
    Ok(file.finish().and_then(|mut file| file.flush()))
}

fn write_manifest(draft: &Draft, manifest: &Manifest) -> io::Result<()> {
    let (_, mut file) = draft.create(MANIFEST)?;
    serde_json::to_writer_pretty(&mut file, manifest)?;
    file.write_all(b"\n")?;
    draft.settle(MANIFEST).map(drop)
}

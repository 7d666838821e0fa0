//! Key files: reading one, making one that is missing, replacing one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::KeyError;
use crate::postgres::embedded::create_data_folder;
use crate::random;

/// The bits of a mode that let others than the owner read.
const READABLE_BY_OTHERS: u32 = 0o044;

/// The text of a key file, wiped from memory when it is dropped.
pub(super) type KeyText = Zeroizing<String>;

/// Reads a key file.
pub(super) fn read(path: &Path) -> Result<KeyText, KeyError> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| KeyError::Unreadable(path.to_owned(), error))?;
    Ok(Zeroizing::new(text))
}

/// The same; `None` when there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<KeyText>, KeyError> {
    match read(path) {
        Err(KeyError::Unreadable(_, error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// Warns when others than the owner can read a key file. Whoever reads the server key and the database can tell which
/// response belongs to a receipt.
pub(super) fn warn_of_readers(path: &Path) {
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.mode());
    if mode & READABLE_BY_OTHERS != 0 {
        let path = path.display();
        let mode = format!("{:03o}", mode & 0o777);
        tracing::warn!(
            mode,
            "others than its owner can read this key file: chmod 600 {path}"
        );
    }
}

/// Keeps a new key, and never overwrites one: when another process was faster, its key stays. Tells whether the file is
/// ours. It is written under a temporary name and then linked, so that nobody reads half a key.
pub(super) fn make(path: &Path, text: &str) -> Result<bool, KeyError> {
    let unwritable = |error| KeyError::Unwritable(path.to_owned(), error);
    create_folder_of(path).map_err(unwritable)?;
    let draft = draft_of(path)?;
    write(&draft, text, None).map_err(unwritable)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(unwritable)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unwritable(error)),
    }
}

/// Replaces a key file in one step, which a server that starts meanwhile sees either before or after. The owner stays.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), KeyError> {
    let unwritable = |error| KeyError::Unwritable(path.to_owned(), error);
    let owner = fs::metadata(path).map_err(unwritable)?;
    let draft = draft_of(path)?;
    write(&draft, text, Some((owner.uid(), owner.gid())))
        .and_then(|()| fs::rename(&draft, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&draft);
        })
        .map_err(unwritable)
}

fn draft_of(path: &Path) -> Result<PathBuf, KeyError> {
    let suffix: [u8; 8] = random::bytes()?;
    Ok(path.with_extension(format!("new-{}", URL_SAFE_NO_PAD.encode(suffix))))
}

fn create_folder_of(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    if let Some(parent) = folder.parent() {
        create_data_folder(parent).map_err(io::Error::other)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn write(path: &Path, text: &str, owner: Option<(u32, u32)>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    if let Some((uid, gid)) = owner {
        fchown(&file, Some(uid), Some(gid))?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

//! The data folder: its rights, its lock, and the URL of its Postgres.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::account;
use super::error::EmbeddedError;

/// The most time to wait for the lock, so that a server that is stopping does not make its successor fail.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Creates the data folder where it is missing, and gives its absolute path without links.
///
/// Use it wherever something is to be kept there, so that the first to come makes it with the right mode:
/// only for its owner; or, when root makes it, to be entered but not listed, since Postgres, which runs as another
/// user, must get through to its own folder. Files in it must therefore be readable by their owner only.
/// The mode of a folder that exists is left alone.
///
/// # Errors
///
/// [`EmbeddedError::Io`] when it cannot be made or read.
pub fn create_data_folder(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let path = std::path::absolute(data_dir).map_err(EmbeddedError::io("find", data_dir))?;
    if !path.is_dir() {
        let missing: Vec<&Path> = path
            .ancestors()
            .skip(1)
            .take_while(|folder| !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            create_folder(folder, 0o755)?;
        }
        create_folder(&path, own_mode())?;
    }
    path.canonicalize()
        .map_err(EmbeddedError::io("find", &path))
}

/// The part of the data folder for Postgres.
pub(super) fn home(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

/// The cluster (PGDATA).
pub(super) fn cluster(data_dir: &Path) -> PathBuf {
    home(data_dir).join("cluster")
}

/// Whether the data folder has a cluster. A command that only reads must not make an empty one.
#[must_use]
pub fn has_cluster(data_dir: &Path) -> bool {
    cluster(data_dir).join("PG_VERSION").exists()
}

/// The log of Postgres.
pub(super) fn server_log(data_dir: &Path) -> PathBuf {
    home(data_dir).join("server.log")
}

pub(super) fn create_home(home: &Path) -> Result<(), EmbeddedError> {
    if home.is_dir() {
        Ok(())
    } else {
        create_folder(home, own_mode())
    }
}

/// Creates one folder with exactly this mode, independent of the umask. An existing folder is left alone.
fn create_folder(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        result => result.map_err(EmbeddedError::io("create the folder", path))?,
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(EmbeddedError::io("set the rights of", path))
}

fn own_mode() -> u32 {
    if account::effective_uid() == account::ROOT {
        0o711
    } else {
        0o700
    }
}

/// Takes the lock of the data folder. The operating system releases it when the process ends for any reason.
pub(super) fn take_lock(data_dir: &Path) -> Result<File, EmbeddedError> {
    let path = data_dir.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(EmbeddedError::io("open", &path))?;
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(source)) => {
                return Err(EmbeddedError::io("lock", &path)(source));
            }
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(EmbeddedError::InUse {
                    data_dir: data_dir.to_path_buf(),
                    pid: holder(&mut file),
                });
            }
        }
    }
    // The pid is for the message to a second server.
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(EmbeddedError::io("write", &path))?;
    Ok(file)
}

fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// The URL of the embedded Postgres of a server that runs on this folder, or `None` if no server does.
///
/// For commands that run beside the server: they cannot start the cluster a second time, but can use it.
#[must_use]
pub fn url_of_running(data_dir: &Path) -> Option<String> {
    let lock = File::open(data_dir.join("lock")).ok()?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let url = fs::read_to_string(url_file(data_dir)).ok()?;
            Some(url.trim_end().to_owned())
        }
        // No server holds the folder: a URL file is from a server that was killed.
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn url_file(data_dir: &Path) -> PathBuf {
    home(data_dir).join("url")
}

/// Writes the URL for commands and scripts. The file is replaced by a rename, so that a partial one is never read.
pub(super) fn write_url(data_dir: &Path, url: &str) -> Result<(), EmbeddedError> {
    let path = url_file(data_dir);
    let aside = path.with_extension("new");
    let _ = fs::remove_file(&aside);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .and_then(|mut file| writeln!(file, "{url}"))
        .and_then(|()| fs::rename(&aside, &path))
        .map_err(EmbeddedError::io("write", &path))
}

pub(super) fn remove_url(data_dir: &Path) {
    let _ = fs::remove_file(url_file(data_dir));
}

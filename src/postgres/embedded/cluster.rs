//! The cluster on disk: its version, its creation, and a leftover Postgres on it.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use super::account::Account;
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::process::{is_postgres_of, last_lines};
use super::settings::{DATABASE, ROLE};

/// Locales in order of preference. `C.UTF-8` has case mappings beyond ASCII, but not every system has it.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// The major version of the cluster, or `None` if there is no cluster yet.
pub(super) fn major_version(cluster: &Path) -> Result<Option<u32>, EmbeddedError> {
    let not_a_cluster = || EmbeddedError::NotACluster {
        cluster: cluster.to_path_buf(),
    };
    match fs::read_to_string(cluster.join("PG_VERSION")) {
        // It is `9.6` before version 10.
        Ok(text) => text
            .trim()
            .split('.')
            .next()
            .and_then(|major| major.parse().ok())
            .map(Some)
            .ok_or_else(not_a_cluster),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::remove_dir(cluster) {
            // An empty folder may be replaced.
            Ok(()) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(not_a_cluster()),
        },
        Err(error) => Err(EmbeddedError::io("read the version of", cluster)(error)),
    }
}

/// Creates the cluster and the database in it.
///
/// It is created under another name and renamed when complete, so a kill leaves no partial cluster.
pub(super) fn create(
    cluster: &Path,
    binaries: &Binaries,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let aside = PathBuf::from(format!("{}.new.{}", cluster.display(), std::process::id()));
    LOCALES
        .iter()
        .map(|locale| initdb(&aside, locale, binaries, account, durable))
        .find(|created| !created.as_ref().is_err_and(is_unknown_locale))
        .unwrap_or(Ok(()))
        .and_then(|()| create_database(&aside, binaries, account))
        .and_then(|()| {
            fs::rename(&aside, cluster).map_err(EmbeddedError::io(
                "put the new database in place as",
                cluster,
            ))
        })
        .inspect_err(|_| remove_unfinished(cluster))?;
    sync_folder_of(cluster)
}

fn is_unknown_locale(error: &EmbeddedError) -> bool {
    matches!(error, EmbeddedError::CreationFailed { output, .. } if output.contains("invalid locale"))
}

/// Creates the folder and a cluster in it. The folder is removed after an error.
fn initdb(
    folder: &Path,
    locale: &str,
    binaries: &Binaries,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .map_err(EmbeddedError::io("create the folder", folder))?;
    account.chown(folder)?;
    run_initdb(folder, locale, binaries, account, durable).inspect_err(|_| {
        let _ = fs::remove_dir_all(folder);
    })
}

fn run_initdb(
    folder: &Path,
    locale: &str,
    binaries: &Binaries,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let program = binaries.program("initdb");
    let mut command = account.command(&program);
    command
        .arg("--pgdata")
        .arg(folder)
        .args([
            "--username",
            ROLE,
            "--encoding",
            "UTF8",
            "--locale",
            locale,
            "--lc-messages",
            "C",
        ])
        // The rights of the socket's folder are the only access control; there is no network.
        .args([
            "--auth-local",
            "trust",
            "--auth-host",
            "reject",
            "--data-checksums",
        ]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(EmbeddedError::program(&program))?;
    succeeded("initdb", &output)
}

/// Uses single-user mode: `createdb` is not part of every server package, and needs a running server.
fn create_database(
    folder: &Path,
    binaries: &Binaries,
    account: &Account,
) -> Result<(), EmbeddedError> {
    let program = binaries.program("postgres");
    let output = account
        .command(&program)
        .args([
            "--single",
            "-c",
            "exit_on_error=on",
            "-c",
            "log_min_messages=log",
            "-D",
        ])
        .arg(folder)
        .arg("postgres")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            if let Some(mut stdin) = child.stdin.take() {
                // A failure to write shows in the exit status.
                let _ = writeln!(stdin, "CREATE DATABASE {DATABASE};");
            }
            child.wait_with_output()
        })
        .map_err(EmbeddedError::program(&program))?;
    succeeded("postgres --single", &output)
}

fn succeeded(program: &'static str, output: &Output) -> Result<(), EmbeddedError> {
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let output_text = last_lines(&String::from_utf8_lossy(&said));
    Err(EmbeddedError::CreationFailed {
        program,
        status: output.status,
        output: output_text,
    })
}

/// Removes the remains of an interrupted creation. Errors are ignored: after a kill, `initdb` may still write there,
/// and the next start removes the rest.
pub(super) fn remove_unfinished(cluster: &Path) {
    let Some(parent) = cluster.parent() else {
        return;
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("cluster.new.")
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Writes the folder around a renamed path to disk, without which the rename is not durable.
fn sync_folder_of(path: &Path) -> Result<(), EmbeddedError> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(EmbeddedError::io("write to disk", parent))
}

/// The process of a Postgres that still runs on the cluster.
///
/// The pid in `postmaster.pid` is not enough: after a crash it may have been reused by another process,
/// which is common in containers.
pub(super) fn leftover(cluster: &Path) -> Option<u32> {
    let pid = pid_in_file(cluster)?;
    is_postgres_of(pid, cluster).then_some(pid)
}

fn pid_in_file(cluster: &Path) -> Option<u32> {
    let text = fs::read(cluster.join("postmaster.pid")).ok()?;
    let first = text.split(|byte| *byte == b'\n').next()?;
    // A negative number means single-user mode.
    String::from_utf8_lossy(first)
        .trim()
        .trim_start_matches('-')
        .parse()
        .ok()
}

/// Removes the pid file of a dead Postgres (see [`leftover`]; we hold the lock of the data folder).
///
/// Postgres does so itself, unless the pid has been reused. It is safe: Postgres detects processes of the dead
/// Postgres that still run by the shared memory of the cluster.
/// One that came in the meantime is not stale: somebody else's Postgres would stop if its file were taken away.
pub(super) fn remove_stale_pid_file(cluster: &Path) -> Result<(), EmbeddedError> {
    let file = cluster.join("postmaster.pid");
    if !file.exists() || leftover(cluster).is_some() {
        return Ok(());
    }
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", &file)(error))
        }
        _ => Ok(()),
    }
}

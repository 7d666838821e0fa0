//! The cluster on disk: what made it, how it is made, and whether a Postgres is left over on it.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use super::account::{Account, tool};
use super::binaries::Binaries;
use super::{DATABASE, EmbeddedError, ROLE};

/// The first is the better one: it knows upper and lower case beyond ASCII. Not every system has it.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// The major version that made the cluster, or `None` when there is no cluster yet.
pub(super) fn major_version(cluster: &Path) -> Result<Option<u32>, EmbeddedError> {
    let not_a_cluster = || EmbeddedError::NotACluster {
        cluster: cluster.to_path_buf(),
    };
    match fs::read_to_string(cluster.join("PG_VERSION")) {
        // Before version 10 it reads `9.6`.
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

/// Makes the cluster and the database in it.
///
/// It is made aside and renamed when it is complete. So a kill in the middle leaves nothing that looks like a cluster.
pub(super) fn create(
    cluster: &Path,
    binaries: &Binaries,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let aside = PathBuf::from(format!("{}.new.{}", cluster.display(), std::process::id()));
    let made = LOCALES
        .iter()
        .map(|locale| {
            DirBuilder::new().mode(0o700).create(&aside).map_err(EmbeddedError::io("create the folder", &aside))?;
            account.give(&aside)?;
            initdb(&aside, locale, binaries, account, durable).inspect_err(|_| {
                let _ = fs::remove_dir_all(&aside);
            })
        })
        .find(|made| !matches!(made, Err(EmbeddedError::CreationFailed { output, .. }) if output.contains("invalid locale")))
        .unwrap_or(Ok(()));
    made.and_then(|()| create_database(&aside, binaries, account))
        .and_then(|()| {
            fs::rename(&aside, cluster).map_err(EmbeddedError::io(
                "put the new database in place as",
                cluster,
            ))
        })
        .inspect_err(|_| remove_unfinished(cluster))?;
    sync_folder_of(cluster)
}

fn initdb(
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
        // Whoever gets into the folder of the socket is let in. There is no other way in.
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

/// In single-user mode: `createdb` is not part of every server package, and nothing has to listen for it.
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
                // A failure to write shows in how the program ends.
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
    let output_text = super::postmaster::last_lines(&String::from_utf8_lossy(&said));
    Err(EmbeddedError::CreationFailed {
        program,
        status: output.status,
        output: output_text,
    })
}

/// Removes what an interrupted making left. As well as it goes: when the server was killed, its `initdb` may still
/// be writing there. The next start removes the rest.
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

/// A rename is on disk only when the folder around it is.
fn sync_folder_of(path: &Path) -> Result<(), EmbeddedError> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(EmbeddedError::io("write to disk", parent))
}

/// The process of a Postgres that still runs on the cluster.
///
/// The number in `postmaster.pid` alone proves nothing: after a crash it may by now belong to any other process,
/// and in containers it often does.
pub(super) fn leftover(cluster: &Path) -> Option<u32> {
    let pid = pid_in_file(cluster)?;
    is_postgres_of(pid, cluster).then_some(pid)
}

fn pid_in_file(cluster: &Path) -> Option<u32> {
    let text = fs::read(cluster.join("postmaster.pid")).ok()?;
    let first = text.split(|byte| *byte == b'\n').next()?;
    // A negative number stands for single-user mode.
    String::from_utf8_lossy(first)
        .trim()
        .trim_start_matches('-')
        .parse()
        .ok()
}

/// Whether the process is a Postgres on this cluster. A dead one that nobody has waited for is not.
pub(super) fn is_postgres_of(pid: u32, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let folder = cluster.as_os_str().as_bytes();
    // Postgres stands in the folder of its cluster before it writes the pid file.
    match fs::read_link(process.join("cwd")) {
        Ok(current) => current == cluster,
        // In a container even root may not ask that about the process of another user. Its command line is open.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            fs::read(process.join("cmdline")).is_ok_and(|line| {
                line.split(|byte| *byte == 0)
                    .any(|argument| argument == folder)
            })
        }
        Err(_) if Path::new("/proc/self").exists() => false,
        // Systems without /proc, such as macOS.
        Err(_) => tool("ps")
            .args(["-ww", "-o", "stat=,command=", "-p", &pid.to_string()])
            .output()
            .is_ok_and(|output| {
                let line = String::from_utf8_lossy(&output.stdout).into_owned();
                !line.starts_with('Z')
                    && line.contains("postgres")
                    && line.contains(&*cluster.to_string_lossy())
            }),
    }
}

/// Removes the pid file of a Postgres that is dead (see [`leftover`]; we hold the lock of the data folder).
///
/// Postgres does so itself, unless the number belongs to another process by now. It is safe: processes of the dead
/// Postgres that are not gone yet are noticed by Postgres through the shared memory of the cluster all the same.
pub(super) fn remove_stale_pid_file(cluster: &Path) -> Result<(), EmbeddedError> {
    let file = cluster.join("postmaster.pid");
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", &file)(error))
        }
        _ => Ok(()),
    }
}

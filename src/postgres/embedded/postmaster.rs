//! The running Postgres: start, wait, take over, stop.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::process::{is_postgres_of, last_lines};
use super::settings;
use super::socket::{Readiness, SocketFolder, probe};

/// The interval between two checks of a process.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The time without an answer after which progress is reported.
const SLOW_START: Duration = Duration::from_secs(5);
/// "Fast shutdown" of Postgres: it rolls back open transactions, closes all connections and exits.
const FAST_STOP: Signal = Signal::INT;
/// The most time for it. Postgres writes everything in memory to disk.
const FAST_STOP_TIMEOUT: Duration = Duration::from_mins(1);
/// "Immediate shutdown" of Postgres: it exits without cleaning up, and recovers at the next start.
const IMMEDIATE_STOP: Signal = Signal::QUIT;
/// The most time for it.
const IMMEDIATE_STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// The time that a leftover Postgres has to answer before it is replaced.
const TAKE_OVER_TIMEOUT: Duration = Duration::from_secs(30);
/// The size in bytes from which on the log is rotated at the next start.
const MAX_LOG_SIZE: u64 = 10 * 1024 * 1024;

/// The parameters of a start.
pub(super) struct StartJob<'a> {
    pub(super) binaries: &'a Binaries,
    pub(super) account: &'a Account,
    pub(super) cluster: &'a Path,
    pub(super) socket: &'a SocketFolder,
    pub(super) arguments: &'a [OsString],
    pub(super) log: &'a Path,
    pub(super) ready_within: Duration,
}

/// The main process of a running Postgres.
#[derive(Debug)]
pub(super) enum Postmaster {
    /// Started by this process.
    Child(Child),
    /// Started by an earlier server and taken over.
    Adopted(u32),
}

impl Postmaster {
    fn pid(&self) -> u32 {
        match self {
            Self::Child(child) => child.id(),
            Self::Adopted(pid) => *pid,
        }
    }

    fn runs(&mut self, cluster: &Path) -> bool {
        match self {
            Self::Child(child) => matches!(child.try_wait(), Ok(None)),
            Self::Adopted(pid) => is_postgres_of(*pid, cluster),
        }
    }

    /// Stops it and waits: with a fast shutdown, then, if it hangs, with an immediate one. The latter costs a recovery
    /// at the next start, but no data.
    pub(super) fn stop(&mut self, cluster: &Path) -> Result<(), EmbeddedError> {
        let doubt = || EmbeddedError::DoesNotStop { pid: self.pid() };
        let process = i32::try_from(self.pid())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(doubt)?;
        for (signal, timeout) in [
            (FAST_STOP, FAST_STOP_TIMEOUT),
            (IMMEDIATE_STOP, IMMEDIATE_STOP_TIMEOUT),
        ] {
            if !self.runs(cluster) {
                return Ok(());
            }
            // It may have exited already, which the loop below detects.
            let _ = kill_process(process, signal);
            let until = Instant::now() + timeout;
            while self.runs(cluster) && Instant::now() < until {
                std::thread::sleep(POLL_INTERVAL);
            }
        }
        if self.runs(cluster) {
            Err(EmbeddedError::DoesNotStop { pid: self.pid() })
        } else {
            Ok(())
        }
    }
}

/// Starts Postgres and waits until it accepts a session.
pub(super) fn start(
    job: &StartJob<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Postmaster, EmbeddedError> {
    rotate_log(job.log);
    let (log, log_start) = open_log(job.log).map_err(EmbeddedError::io("open", job.log))?;
    let errors = log
        .try_clone()
        .map_err(EmbeddedError::io("open", job.log))?;

    let program = job.binaries.program("postgres");
    let child = job
        .account
        .command(&program)
        .args(job.arguments)
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(EmbeddedError::program(&program))?;
    let mut postmaster = Postmaster::Child(child);

    let waited = wait_until_ready(&mut postmaster, job, log_start, progress);
    if waited.is_err() {
        postmaster.stop(job.cluster)?;
    }
    waited.map(|()| postmaster)
}

fn wait_until_ready(
    postmaster: &mut Postmaster,
    job: &StartJob<'_>,
    log_start: u64,
    progress: &mut dyn FnMut(&str),
) -> Result<(), EmbeddedError> {
    let begin = Instant::now();
    let mut slow_reported = false;
    loop {
        if let Postmaster::Child(child) = postmaster
            && let Ok(Some(status)) = child.try_wait()
        {
            let tail = tail(job.log, log_start);
            return Err(EmbeddedError::Exited {
                status,
                log: job.log.to_path_buf(),
                tail,
            });
        }
        match probe(job.socket.path()) {
            Readiness::Ready => return Ok(()),
            Readiness::Refused(reason) => {
                return Err(EmbeddedError::Refused {
                    cluster: job.cluster.to_path_buf(),
                    reason,
                });
            }
            Readiness::NotYet => {}
        }
        let waited = begin.elapsed();
        if waited > job.ready_within {
            let tail = tail(job.log, log_start);
            return Err(EmbeddedError::NotReady {
                waited,
                log: job.log.to_path_buf(),
                tail,
            });
        }
        if waited > SLOW_START && !slow_reported {
            slow_reported = true;
            progress(
                "Postgres is not ready yet. After a crash it first recovers, which can take a while.",
            );
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// Takes over a Postgres that an earlier server left behind, if it runs with our settings and answers.
pub(super) fn take_over(
    pid: u32,
    job: &StartJob<'_>,
    progress: &mut dyn FnMut(&str),
) -> Option<Postmaster> {
    let opts = fs::read(job.cluster.join("postmaster.opts")).unwrap_or_default();
    if !settings::match_opts(job.arguments, &opts) {
        return None;
    }
    progress("Taking over the Postgres that an earlier server left behind.");
    let until = Instant::now() + TAKE_OVER_TIMEOUT;
    while is_postgres_of(pid, job.cluster) && Instant::now() < until {
        match probe(job.socket.path()) {
            Readiness::Ready => return Some(Postmaster::Adopted(pid)),
            Readiness::Refused(_) => return None,
            Readiness::NotYet => std::thread::sleep(POLL_INTERVAL),
        }
    }
    None
}

/// Opens the log for Postgres, so that its user needs no rights to the file.
/// Also gives the offset where the part of this start begins.
fn open_log(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// Renames a large log. One old log is kept, which bounds the space on the disk.
fn rotate_log(path: &Path) {
    if fs::metadata(path).is_ok_and(|log| log.len() > MAX_LOG_SIZE) {
        let _ = fs::rename(path, path.with_extension("log.old"));
    }
}

fn tail(log: &Path, start: u64) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(start))?;
        file.take(MAX_LOG_SIZE).read_to_end(&mut text)
    });
    match read {
        Ok(0) => "(nothing)".to_owned(),
        Ok(_) => last_lines(&String::from_utf8_lossy(&text)),
        Err(error) => format!("({error})"),
    }
}

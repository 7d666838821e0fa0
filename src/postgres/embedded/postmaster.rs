//! The running Postgres: start, wait, take over, stop.

use std::ffi::OsString;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::binaries::Binaries;
use super::cancellation::Cancellation;
use super::error::EmbeddedError;
use super::process::is_postgres_of;
use super::socket::{Readiness, SocketFolder, probe};
use super::{server_log, settings};

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

/// The parameters of a start.
pub(super) struct StartJob<'a> {
    pub(super) binaries: &'a Binaries,
    pub(super) account: &'a Account,
    pub(super) cluster: &'a Path,
    pub(super) socket: &'a SocketFolder,
    pub(super) arguments: &'a [OsString],
    pub(super) log: &'a Path,
    pub(super) ready_within: Duration,
    pub(super) cancellation: &'a Cancellation,
}

/// A running Postgres.
#[derive(Debug)]
pub(super) struct Postmaster {
    process: Process,
    /// Where the part of the log begins that it wrote.
    log_start: u64,
}

/// The main process.
#[derive(Debug)]
enum Process {
    /// Started by this process.
    Child(Child),
    /// Started by an earlier server and taken over.
    Adopted(u32),
}

impl Postmaster {
    /// One that an earlier server left behind.
    pub(super) fn adopted(pid: u32, log: &Path) -> Self {
        Self {
            process: Process::Adopted(pid),
            log_start: server_log::length(log),
        }
    }

    fn pid(&self) -> u32 {
        match &self.process {
            Process::Child(child) => child.id(),
            Process::Adopted(pid) => *pid,
        }
    }

    /// How it ended; `None` while it runs.
    pub(super) fn end(&mut self, cluster: &Path) -> Option<String> {
        match &mut self.process {
            Process::Child(child) => match child.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => Some(status.to_string()),
                Err(error) => Some(error.to_string()),
            },
            // Only a parent gets to know the status.
            Process::Adopted(pid) if !is_postgres_of(*pid, cluster) => {
                Some("it is gone".to_owned())
            }
            Process::Adopted(_) => None,
        }
    }

    /// The last lines of the log that it wrote, without those that may hold a statement or a value.
    pub(super) fn last_words(&self, log: &Path) -> String {
        server_log::end(log, self.log_start)
    }

    fn runs(&mut self, cluster: &Path) -> bool {
        self.end(cluster).is_none()
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
    let opened = server_log::open(job.log);
    let (log, log_start) = opened.map_err(EmbeddedError::io("open", job.log))?;
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
    let mut postmaster = Postmaster {
        process: Process::Child(child),
        log_start,
    };

    let waited = wait_until_ready(&mut postmaster, job, progress);
    if waited.is_err() {
        postmaster.stop(job.cluster)?;
    }
    waited.map(|()| postmaster)
}

fn wait_until_ready(
    postmaster: &mut Postmaster,
    job: &StartJob<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<(), EmbeddedError> {
    let begin = Instant::now();
    let mut slow_reported = false;
    loop {
        if let Process::Child(child) = &mut postmaster.process
            && let Ok(Some(status)) = child.try_wait()
        {
            let tail = postmaster.last_words(job.log);
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
            let tail = postmaster.last_words(job.log);
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
        job.cancellation.pause(POLL_INTERVAL)?;
    }
}

/// Takes over a Postgres that an earlier server left behind, if it runs with our settings and answers.
pub(super) fn take_over(
    pid: u32,
    opts: &[u8],
    job: &StartJob<'_>,
    progress: &mut dyn FnMut(&str),
) -> Option<Postmaster> {
    if !settings::match_opts(job.arguments, opts) {
        return None;
    }
    progress("Taking over the Postgres that an earlier server left behind.");
    let until = Instant::now() + TAKE_OVER_TIMEOUT;
    while is_postgres_of(pid, job.cluster) && Instant::now() < until {
        match probe(job.socket.path()) {
            Readiness::Ready => return Some(Postmaster::adopted(pid, job.log)),
            Readiness::Refused(_) => return None,
            Readiness::NotYet => job.cancellation.pause(POLL_INTERVAL).ok()?,
        }
    }
    None
}

//! The running Postgres: how it is started, waited for, taken over and stopped.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::EmbeddedError;
use super::account::Account;
use super::binaries::Binaries;
use super::cluster::is_postgres_of;
use super::settings;
use super::socket::{Knock, SocketFolder, knock};

/// How often to look whether something has happened.
const TICK: Duration = Duration::from_millis(20);
/// After so long without an answer, say that it takes long.
const LONG: Duration = Duration::from_secs(5);
/// Tells Postgres to roll back what is open, to close all connections and to go.
const FAST_STOP: Signal = Signal::INT;
/// How long that may take. It writes everything that is in memory to disk.
const CLEAN: Duration = Duration::from_mins(1);
/// Tells Postgres to drop everything and go.
const IMMEDIATE_STOP: Signal = Signal::QUIT;
/// How long that may take.
const HARD: Duration = Duration::from_secs(15);
/// How long a Postgres that is left over gets to answer before it is replaced.
const TAKE_OVER: Duration = Duration::from_secs(30);
/// From this size on the log is put aside at the next start.
const LARGE_LOG: u64 = 10 * 1024 * 1024;
/// How much of a log goes into an error.
const TAIL_LINES: usize = 15;

/// What a start needs to know.
pub(super) struct Job<'a> {
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

    /// Stops it and waits: cleanly first, then, when it hangs, at once. The latter costs a recovery at the next start,
    /// but no data.
    pub(super) fn stop(&mut self, cluster: &Path) -> Result<(), EmbeddedError> {
        let doubt = || EmbeddedError::DoesNotStop { pid: self.pid() };
        let process = i32::try_from(self.pid())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(doubt)?;
        for (signal, patience) in [(FAST_STOP, CLEAN), (IMMEDIATE_STOP, HARD)] {
            if !self.runs(cluster) {
                return Ok(());
            }
            // It may have gone this very moment. Whether it has is seen below.
            let _ = kill_process(process, signal);
            let until = Instant::now() + patience;
            while self.runs(cluster) && Instant::now() < until {
                std::thread::sleep(TICK);
            }
        }
        if self.runs(cluster) {
            Err(EmbeddedError::DoesNotStop { pid: self.pid() })
        } else {
            Ok(())
        }
    }
}

/// Starts Postgres and waits until it lets us in.
pub(super) fn start(job: &Job<'_>, say: &mut dyn FnMut(&str)) -> Result<Postmaster, EmbeddedError> {
    put_large_log_aside(job.log);
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

    let waited = wait_until_ready(&mut postmaster, job, log_start, say);
    if waited.is_err() {
        postmaster.stop(job.cluster)?;
    }
    waited.map(|()| postmaster)
}

fn wait_until_ready(
    postmaster: &mut Postmaster,
    job: &Job<'_>,
    log_start: u64,
    say: &mut dyn FnMut(&str),
) -> Result<(), EmbeddedError> {
    let begin = Instant::now();
    let mut said = false;
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
        match knock(job.socket.path()) {
            Knock::Open => return Ok(()),
            Knock::Refused(reason) => {
                return Err(EmbeddedError::Refused {
                    cluster: job.cluster.to_path_buf(),
                    reason,
                });
            }
            Knock::NotYet => {}
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
        if waited > LONG && !said {
            said = true;
            say(
                "Postgres is not ready yet. After a crash it first recovers, which can take a while.",
            );
        }
        std::thread::sleep(TICK);
    }
}

/// Takes over a Postgres that an earlier server left behind, if it runs with our settings and answers.
pub(super) fn take_over(pid: u32, job: &Job<'_>, say: &mut dyn FnMut(&str)) -> Option<Postmaster> {
    let opts = fs::read(job.cluster.join("postmaster.opts")).unwrap_or_default();
    if !settings::are_those_of(job.arguments, &opts) {
        return None;
    }
    say("Taking over the Postgres that an earlier server left behind.");
    let until = Instant::now() + TAKE_OVER;
    while is_postgres_of(pid, job.cluster) && Instant::now() < until {
        match knock(job.socket.path()) {
            Knock::Open => return Some(Postmaster::Adopted(pid)),
            Knock::Refused(_) => return None,
            Knock::NotYet => std::thread::sleep(TICK),
        }
    }
    None
}

/// The log is opened by us and handed over open, so that the user of Postgres needs no right to it.
/// Also tells where this start's part of it begins.
fn open_log(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// One old log is kept, so that a server that runs for years does not fill the disk.
fn put_large_log_aside(path: &Path) {
    if fs::metadata(path).is_ok_and(|log| log.len() > LARGE_LOG) {
        let _ = fs::rename(path, path.with_extension("log.old"));
    }
}

fn tail(log: &Path, start: u64) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(start))?;
        file.take(LARGE_LOG).read_to_end(&mut text)
    });
    match read {
        Ok(0) => "(nothing)".to_owned(),
        Ok(_) => last_lines(&String::from_utf8_lossy(&text)),
        Err(error) => format!("({error})"),
    }
}

/// The end of what a program said.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines
        .get(lines.len().saturating_sub(TAIL_LINES)..)
        .unwrap_or_default()
        .join("\n")
}

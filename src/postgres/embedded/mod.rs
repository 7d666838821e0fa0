//! The Postgres that the server starts by itself when it is given no `DATABASE_URL`.
//!
//! A first start so needs one command and no set-up. It is a full, durable Postgres from the installed binaries.
//! It listens only on a unix socket, in a folder that no other user may enter.
//! This module knows nothing of tables or of what is stored.
//!
//! The data folder holds:
//!
//! ```text
//! lock                  held by the one server that uses the folder; released when the process ends
//! postgres/cluster/     the cluster (PGDATA)
//! postgres/socket/      the unix socket, unless the path is too long for one
//! postgres/server.log   the log of Postgres: never a statement, a parameter or a value of a row
//! postgres/url          its URL, while the server runs
//! ```
//!
//! All functions block. Async callers use `spawn_blocking`.
//!
//! | file | content |
//! | --- | --- |
//! | `account` | the user that Postgres runs as, since Postgres refuses root |
//! | `binaries` | the installed server programs |
//! | `cluster` | the cluster on disk: its version, its creation, a leftover Postgres on it |
//! | `folder` | the data folder, its rights and its lock |
//! | `postmaster` | the running process: start, wait, stop |
//! | `process` | running programs, and whether a process is our Postgres |
//! | `settings` | the command line of Postgres |
//! | `socket` | the folder of the socket, the URL, and a probe whether sessions are accepted |

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod postmaster;
mod process;
mod settings;
mod socket;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::EmbeddedError;
pub use folder::{create_data_folder, url_of_running};

use account::Account;
use postmaster::Postmaster;
use socket::SocketFolder;

/// The most attempts of a start while processes of an earlier server are still there.
const MAX_START_ATTEMPTS: u32 = 40;
/// The pause between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// Settings of the embedded Postgres.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether committed data survives a power failure (`fsync` and related settings). Off only in tests.
    pub durable: bool,
    /// The folder of the Postgres programs. They are searched for if it is absent.
    pub binaries: Option<PathBuf>,
    /// The most time for a start, including the recovery after a crash.
    pub ready_within: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durable: true,
            binaries: None,
            ready_within: Duration::from_mins(10),
        }
    }
}

/// A running Postgres that belongs to this process.
///
/// [`stop`](Self::stop) stops it and reports errors; dropping it stops it and logs them. When the process is killed,
/// Postgres keeps running, and the next [`start`](Self::start) on the same folder takes it over.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    url: String,
    data_dir: PathBuf,
    socket: SocketFolder,
    version: String,
    postmaster: Option<Postmaster>,
    /// Dropped last, so that the folder is released after Postgres has stopped.
    _lock: File,
}

impl EmbeddedPostgres {
    /// Starts the cluster in `data_dir/postgres`, or takes it over if Postgres still runs on it.
    /// Creates the folder, the cluster and the database if they are missing.
    ///
    /// `progress` is called before each slow step with one short sentence.
    ///
    /// # Errors
    ///
    /// Every [`EmbeddedError`] names the cause and a remedy. Postgres does not run after an error,
    /// unless the error says so.
    pub fn start(
        data_dir: &Path,
        options: &Options,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, EmbeddedError> {
        let data_dir = create_data_folder(data_dir)?;
        let lock = folder::take_lock(&data_dir)?;
        let home = folder::home(&data_dir);
        let pgdata = home.join("cluster");

        let account = Account::choose(&pgdata)?;
        folder::create_home(&home)?;
        account.check_access(&home)?;

        cluster::remove_unfinished(&pgdata);
        let existing = cluster::major_version(&pgdata)?;
        let binaries = binaries::find(options.binaries.as_deref(), existing, &pgdata)?;
        if existing.is_none() {
            progress(&format!(
                "Creating a database with Postgres {}.",
                binaries.version
            ));
            cluster::create(&pgdata, &binaries, &account, options.durable)?;
        } else {
            account.chown_cluster(&pgdata)?;
        }

        let socket = SocketFolder::prepare(&home, &account)?;
        let arguments = settings::arguments(&pgdata, socket.path(), options.durable);
        let job = postmaster::StartJob {
            binaries: &binaries,
            account: &account,
            cluster: &pgdata,
            socket: &socket,
            arguments: &arguments,
            log: &home.join("server.log"),
            ready_within: options.ready_within,
        };
        let postmaster = take_over_or_start(&job, progress)?;

        // From here on an error drops the value, which stops Postgres.
        let url = socket::url(socket.path());
        let running = Self {
            url,
            data_dir,
            socket,
            version: binaries.version,
            postmaster: Some(postmaster),
            _lock: lock,
        };
        folder::write_url(&running.data_dir, &running.url)?;
        Ok(running)
    }

    /// Its URL: `postgres://aftercare@%2Ffolder%2Fof%2Fthe%2Fsocket/aftercare`.
    /// Both `tokio-postgres` and `psql` understand it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The version of the Postgres programs in use, such as `15.19`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Stops Postgres and waits until it is gone. Open transactions are rolled back, connections are closed.
    ///
    /// # Errors
    ///
    /// If Postgres still runs after an immediate shutdown.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<(), EmbeddedError> {
        let Some(mut postmaster) = self.postmaster.take() else {
            return Ok(());
        };
        folder::remove_url(&self.data_dir);
        let cluster = folder::home(&self.data_dir).join("cluster");
        postmaster.stop(&cluster)?;
        self.socket.remove_if_temporary();
        Ok(())
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::error!(%error, "could not stop the embedded Postgres");
        }
    }
}

/// Takes over a Postgres that still runs on the cluster, or starts one.
///
/// After a kill, processes of the earlier Postgres may exit late, or one that was being started may appear late.
/// Both make a start fail at once, so it is repeated.
fn take_over_or_start(
    job: &postmaster::StartJob<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Postmaster, EmbeddedError> {
    let mut attempt = 1;
    loop {
        if let Some(pid) = cluster::leftover(job.cluster) {
            if let Some(taken) = postmaster::take_over(pid, job, progress) {
                return Ok(taken);
            }
            progress("Stopping a Postgres that an earlier server left behind.");
            Postmaster::Adopted(pid).stop(job.cluster)?;
        }
        cluster::remove_stale_pid_file(job.cluster)?;
        job.socket.remove_stale_files();

        progress(&format!("Starting Postgres {}.", job.binaries.version));
        match postmaster::start(job, progress) {
            Err(error) if attempt < MAX_START_ATTEMPTS && error.is_caused_by_leftover() => {
                attempt += 1;
                std::thread::sleep(RETRY_INTERVAL);
            }
            done => return done,
        }
    }
}

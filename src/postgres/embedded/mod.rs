//! The Postgres that the server starts by itself when it is given no `DATABASE_URL`.
//!
//! It exists so that a first start needs one command and no set-up. It is a real, durable Postgres, made from the
//! installed binaries, and it can be reached only over a unix socket in a folder that nobody else may enter.
//! It knows nothing of tables or of what is stored.
//!
//! What lies in the data folder:
//!
//! ```text
//! lock                  held by the one server that uses the folder; a kill frees it
//! postgres/cluster/     the cluster (PGDATA)
//! postgres/socket/      the unix socket, unless the path is too long for one
//! postgres/server.log   what Postgres says: never a statement, a parameter or a value of a row
//! postgres/url          where it is to be found, while the server runs
//! ```
//!
//! Everything here blocks. Async callers use `spawn_blocking`.
//!
//! | file | noun |
//! | --- | --- |
//! | `account` | the user that Postgres runs as, since Postgres refuses root |
//! | `binaries` | the installed server programs |
//! | `cluster` | the cluster on disk: its version, its making, a Postgres left over on it |
//! | `folder` | the data folder, its rights and its lock |
//! | `postmaster` | the running process: start, wait, stop |
//! | `settings` | what Postgres is told on its command line |
//! | `socket` | where the socket lies, the URL, and a knock at the door |

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod postmaster;
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

/// The role that owns everything in the cluster. It needs no password: the folder of the socket guards the door.
const ROLE: &str = "aftercare";
/// The database that the URL names.
const DATABASE: &str = "aftercare";
/// How often a start is tried when a leftover of an earlier server gets in the way.
const ATTEMPTS: u32 = 40;
/// The pause between such attempts.
const PAUSE: Duration = Duration::from_millis(250);

/// How the embedded Postgres is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether what was committed survives a power cut (`fsync` and its kin). Turn it off only in tests.
    pub durable: bool,
    /// The folder of the Postgres programs. Without it they are searched for.
    pub binaries: Option<PathBuf>,
    /// How long a start may take. It is generous by default, for it includes the recovery after a crash.
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
/// It is stopped by [`stop`](Self::stop), or as well as possible when it is dropped. When the process is killed,
/// Postgres goes on, and the next [`start`](Self::start) on the same folder takes it over.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    url: String,
    data_dir: PathBuf,
    socket: SocketFolder,
    version: String,
    postmaster: Option<Postmaster>,
    /// Dropped last: only a stopped Postgres gives the folder free.
    _lock: File,
}

impl EmbeddedPostgres {
    /// Starts the cluster in `data_dir/postgres`, or takes it over where Postgres still runs on it.
    /// Makes the folder, the cluster and the database when they are missing.
    ///
    /// `say` is told each slow step in one short sentence, before the step.
    ///
    /// # Errors
    ///
    /// Every [`EmbeddedError`] says what is wrong and how to mend it. Nothing is left running after an error,
    /// unless the error says so.
    pub fn start(
        data_dir: &Path,
        options: &Options,
        say: &mut dyn FnMut(&str),
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
            say(&format!(
                "Creating a database with Postgres {}.",
                binaries.version
            ));
            cluster::create(&pgdata, &binaries, &account, options.durable)?;
        } else {
            account.own(&pgdata)?;
        }

        let socket = SocketFolder::prepare(&home, &account)?;
        let arguments = settings::arguments(&pgdata, socket.path(), options.durable);
        let job = postmaster::Job {
            binaries: &binaries,
            account: &account,
            cluster: &pgdata,
            socket: &socket,
            arguments: &arguments,
            log: &home.join("server.log"),
            ready_within: options.ready_within,
        };
        let postmaster = run(&job, say)?;

        // From here on a failure drops the value, which stops Postgres.
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

    /// Where it is to be found: `postgres://aftercare@%2Ffolder%2Fof%2Fthe%2Fsocket/aftercare`.
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
    /// When Postgres does not go even after it was told to drop everything.
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
        self.socket.tidy();
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

/// Takes over what still runs on the cluster, or starts it anew.
///
/// After a kill, processes of the earlier Postgres may take a moment to go, or one that was only just being started
/// may show up late. Both make a start fail at once, so it is tried again for a while.
fn run(job: &postmaster::Job<'_>, say: &mut dyn FnMut(&str)) -> Result<Postmaster, EmbeddedError> {
    let mut attempt = 1;
    loop {
        if let Some(pid) = cluster::leftover(job.cluster) {
            if let Some(taken) = postmaster::take_over(pid, job, say) {
                return Ok(taken);
            }
            say("Stopping a Postgres that an earlier server left behind.");
            Postmaster::Adopted(pid).stop(job.cluster)?;
        }
        cluster::remove_stale_pid_file(job.cluster)?;
        job.socket.sweep();

        say(&format!("Starting Postgres {}.", job.binaries.version));
        match postmaster::start(job, say) {
            Err(error) if attempt < ATTEMPTS && error.is_a_leftover_in_the_way() => {
                attempt += 1;
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

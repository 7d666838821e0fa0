//! The value that stands for a running Postgres.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::cancellation::Cancellation;
use super::error::EmbeddedError;
use super::folder::create_data_folder;
use super::launch::{Site, launch};
use super::options::Options;
use super::postmaster::Postmaster;
use super::socket::SocketFolder;
use super::{binaries, cluster, folder, socket};

/// Why a Postgres that was running does not work any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It ended, in this way.
    Ended(String),
    /// It runs, but its socket was removed.
    SocketGone,
}

/// A running Postgres that belongs to this process.
///
/// [`stop`](Self::stop) stops it and reports errors; dropping it stops it and logs them. When the process is killed,
/// Postgres keeps running, and the next [`start`](Self::start) on the same folder takes it over.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    url: String,
    data_dir: PathBuf,
    options: Options,
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
        let pgdata = folder::cluster(&data_dir);

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
        }
        let site = Site {
            data_dir: &data_dir,
            options,
            cancellation: &Cancellation::never(),
        };
        let (postmaster, socket) = launch(&site, &binaries, &account, progress)?;

        // From here on an error drops the value, which stops Postgres.
        let url = socket::url(socket.path());
        let running = Self {
            url,
            data_dir,
            options: options.clone(),
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

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Why it does not work; `None` while all seems well. It is not asked anything, so this takes no time.
    pub(super) fn trouble(&mut self) -> Option<Trouble> {
        let cluster = folder::cluster(&self.data_dir);
        let Some(postmaster) = &mut self.postmaster else {
            return Some(Trouble::Ended("it was stopped".to_owned()));
        };
        match postmaster.end(&cluster) {
            Some(how) => Some(Trouble::Ended(how)),
            None => self.socket.is_gone().then_some(Trouble::SocketGone),
        }
    }

    /// The last lines that Postgres wrote to its log, without those that may hold a statement or a value.
    pub(super) fn last_words(&self) -> String {
        let log = folder::server_log(&self.data_dir);
        match &self.postmaster {
            Some(postmaster) => postmaster.last_words(&log),
            None => String::new(),
        }
    }

    /// Starts it again, on the cluster that it ran on. The URL stays the same.
    ///
    /// A cluster that is missing is an error. Making a new one would hide that all responses are gone.
    pub(super) fn start_again(&mut self, cancellation: &Cancellation) -> Result<(), EmbeddedError> {
        let pgdata = folder::cluster(&self.data_dir);
        if let Some(postmaster) = &mut self.postmaster {
            postmaster.stop(&pgdata)?;
            self.postmaster = None;
        }
        if !pgdata.join("PG_VERSION").exists() {
            return Err(EmbeddedError::ClusterGone { cluster: pgdata });
        }
        let account = Account::choose(&pgdata)?;
        let needed = cluster::major_version(&pgdata)?;
        let binaries = binaries::find(self.options.binaries.as_deref(), needed, &pgdata)?;
        let site = Site {
            data_dir: &self.data_dir,
            options: &self.options,
            cancellation,
        };
        let (postmaster, socket) = launch(&site, &binaries, &account, &mut |_| {})?;
        self.postmaster = Some(postmaster);
        self.socket = socket;
        self.version = binaries.version;
        Ok(())
    }

    pub(super) fn shut_down(&mut self) -> Result<(), EmbeddedError> {
        folder::remove_url(&self.data_dir);
        let Some(mut postmaster) = self.postmaster.take() else {
            return Ok(());
        };
        postmaster.stop(&folder::cluster(&self.data_dir))?;
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

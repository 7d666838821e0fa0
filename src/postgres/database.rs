//! Which Postgres: the one of `DATABASE_URL`, or an embedded one in the data folder.

use std::path::{Path, PathBuf};

use super::embedded;
use super::embedded::{EmbeddedError, EmbeddedPostgres, Options, Supervisor};
use crate::config::{DatabaseConfig, NoDataDir, SecretError};
use crate::store::pool::{DatabaseError, Target};

/// The database of the program while it runs.
pub struct Database {
    target: Target,
    /// The embedded one. It is started again when it ends by itself, and stopped at the end.
    embedded: Option<Supervisor>,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is malformed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The file with the URL cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There is no data folder.
    #[error(transparent)]
    NoDataDir(#[from] NoDataDir),
    /// The embedded one does not start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
}

impl Database {
    /// For servers: the database of the URL, or the embedded one, which must not run yet.
    /// `progress` is called before each slow step.
    pub async fn open(
        config: &DatabaseConfig,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        match config.url()? {
            Some(url) => Self::external(Target::new(&url, config.ca_file().as_deref())?),
            None => Self::start(config.data_dir()?, &Options::default(), progress),
        }
    }

    /// For trying something out: a new embedded one, which need not survive a power failure.
    pub fn throw_away(
        data_dir: &Path,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        let options = Options {
            durable: false,
            ..Options::default()
        };
        Self::start(data_dir.to_owned(), &options, progress)
    }

    /// For commands that may run beside a server: like [`open`](Self::open), but an embedded one that a server
    /// runs already is used and left running.
    pub async fn join(
        config: &DatabaseConfig,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        if config.url()?.is_none()
            && let Some(url) = embedded::url_of_running(&config.data_dir()?)
        {
            return Self::external(url.parse()?);
        }
        Self::open(config, progress).await
    }

    fn external(target: Target) -> Result<Self, OpenError> {
        Ok(Self {
            target,
            embedded: None,
        })
    }

    /// Blocks its thread; the runtime has others.
    fn start(
        data_dir: PathBuf,
        options: &Options,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        let postgres = tokio::task::block_in_place(|| {
            EmbeddedPostgres::start(&data_dir, options, &mut |line| progress(line))
        })?;
        Ok(Self {
            target: postgres.url().parse()?,
            embedded: Some(Supervisor::watch(postgres)),
        })
    }

    /// How to connect to it.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Stops the embedded one; an external one is left alone.
    pub async fn stop(self) {
        let Some(embedded) = self.embedded else {
            return;
        };
        let stopped = tokio::task::spawn_blocking(move || embedded.stop()).await;
        if let Ok(Err(error)) = stopped {
            tracing::error!(%error, "the embedded Postgres does not stop");
        }
    }
}

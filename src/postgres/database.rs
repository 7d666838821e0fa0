//! Which Postgres: the one that `DATABASE_URL` names, or one of our own in the data folder.

use std::path::PathBuf;

use super::embedded;
use super::embedded::{EmbeddedError, EmbeddedPostgres, Options};
use crate::config::{DatabaseConfig, NoDataDir};
use crate::store::pool::{DatabaseError, Target};

/// A database that is there for the time of the program.
pub struct Database {
    target: Target,
    /// Ours, and to be stopped on the way out.
    own: Option<EmbeddedPostgres>,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is wrong.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// There is no folder for it.
    #[error(transparent)]
    NoDataDir(#[from] NoDataDir),
    /// Our own does not start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
}

impl Database {
    /// For servers: the database that is named, or our own, which must not run yet.
    /// `say` is told each slow step.
    pub async fn open(
        config: &DatabaseConfig,
        say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        match config.url() {
            Some(url) => Self::external(url),
            None => Self::start(config.data_dir()?, say),
        }
    }

    /// For commands that may run beside a server: like [`open`](Self::open), but where a server runs
    /// our own already, it is used and left running.
    pub async fn join(
        config: &DatabaseConfig,
        say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        if config.url().is_none()
            && let Some(url) = embedded::url_of_running(&config.data_dir()?)
        {
            return Self::external(&url);
        }
        Self::open(config, say).await
    }

    fn external(url: &str) -> Result<Self, OpenError> {
        Ok(Self {
            target: url.parse()?,
            own: None,
        })
    }

    /// Blocks its thread: the program's runtime has others.
    fn start(data_dir: PathBuf, say: &mut (dyn FnMut(&str) + Send)) -> Result<Self, OpenError> {
        let own = tokio::task::block_in_place(|| {
            EmbeddedPostgres::start(&data_dir, &Options::default(), &mut |line| say(line))
        })?;
        Ok(Self {
            target: own.url().parse()?,
            own: Some(own),
        })
    }

    /// How to reach it.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Stops our own; leaves anybody else's alone.
    pub async fn stop(self) {
        let Some(own) = self.own else { return };
        let stopped = tokio::task::spawn_blocking(move || own.stop()).await;
        if let Ok(Err(error)) = stopped {
            tracing::error!(%error, "the embedded Postgres does not stop");
        }
    }
}

//! Which Postgres: the one that `DATABASE_URL` names, or one of our own.

use crate::config::{DatabaseConfig, NoDataDir};

use super::pool::{DatabaseError, Target};

/// A database that is there for the time of the program.
pub enum Database {
    /// Somebody else runs it.
    External(Target),
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
    /// Nothing is named.
    #[error("no database is named: set DATABASE_URL to postgres://user:password@host:5432/name")]
    Unnamed,
}

impl Database {
    /// Finds the database, or starts our own. `say` gets lines for the person who started us.
    pub async fn open(
        config: &DatabaseConfig,
        _say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, OpenError> {
        match config.url() {
            Some(url) => Ok(Self::External(url.parse()?)),
            None => Err(OpenError::Unnamed),
        }
    }

    /// How to reach it.
    pub fn target(&self) -> &Target {
        match self {
            Self::External(target) => target,
        }
    }

    /// Stops our own; leaves anybody else's alone.
    pub async fn stop(self) {}
}

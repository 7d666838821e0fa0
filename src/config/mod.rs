//! Typed settings from flags and environment. Each subcommand flattens the groups that it uses, so that its `--help`
//! lists no setting that it ignores.
//!
//! An empty value counts as unset, since compose files pass empty variables on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

mod http;
mod limits;
mod log_in;
mod proxies;
mod secret;

pub use http::{HttpConfig, HttpConfigError, TlsFiles};
pub use limits::{Allowance, LimitConfig, LimitConfigError};
pub use log_in::{LogInConfig, LogInConfigError, OidcConfig, Switch};
pub use proxies::{ProxyConfig, ProxyConfigError, TrustedProxies};
pub use secret::{SecretError, secret};

/// The settings of `serve`.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// The database and the data folder.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// The server's keys.
    #[command(flatten)]
    pub keys: KeyConfig,
    /// The HTTP interface.
    #[command(flatten)]
    pub http: HttpConfig,
    /// The rate limits.
    #[command(flatten)]
    pub limits: LimitConfig,
    /// How staff log in.
    #[command(flatten)]
    pub log_in: LogInConfig,
}

/// The settings of the log.
#[derive(Debug, Clone, Args)]
pub struct LogConfig {
    /// What to log: a level, or a filter such as `info,aftercare::store=debug`
    #[arg(
        long = "log",
        env = "AFTERCARE_LOG",
        default_value = "info",
        global = true,
        value_name = "FILTER"
    )]
    pub filter: String,
    /// Lines for people, or JSON for machines
    #[arg(
        long = "log-format",
        env = "AFTERCARE_LOG_FORMAT",
        default_value = "human",
        global = true,
        value_name = "FORMAT"
    )]
    pub format: LogFormat,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for a terminal.
    Human,
    /// One JSON object for each line.
    Json,
}

/// The data folder.
#[derive(Debug, Clone, Default, Args)]
pub struct DataDirConfig {
    /// Folder for the keys and, without a database URL, for the embedded Postgres
    /// [default: /var/lib/aftercare for root, else ~/.local/share/aftercare]
    #[arg(long, env = "AFTERCARE_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

/// The database, the data folder, and the sizes of the connection pools.
#[derive(Debug, Clone, Args)]
pub struct DatabaseConfig {
    /// The data folder.
    #[command(flatten)]
    data_dir: DataDirConfig,
    /// A Postgres to use (14 or newer); without it the server runs one of its own
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "postgres://…"
    )]
    database_url: Option<String>,
    /// The CA of the database, in PEM; with sslmode=verify-full in the URL [default: the CAs of this machine]
    #[arg(long, env = "AFTERCARE_DATABASE_CA_FILE", value_name = "FILE")]
    database_ca_file: Option<PathBuf>,
    /// A file that holds the database URL, as containers hand secrets over
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    database_url_file: Option<PathBuf>,
    /// A standby of that Postgres, from which files, figures and reports are read once it has caught up
    #[arg(
        long,
        env = "AFTERCARE_REPLICA_URL",
        hide_env_values = true,
        value_name = "postgres://…"
    )]
    replica_url: Option<String>,
    /// A file that holds the URL of the standby
    #[arg(long, env = "AFTERCARE_REPLICA_URL_FILE", value_name = "FILE")]
    replica_url_file: Option<PathBuf>,
    /// How long a reader waits for the standby to catch up, before the primary is read
    #[arg(
        long,
        env = "AFTERCARE_REPLICA_WAIT",
        default_value_t = 5,
        value_name = "SECONDS"
    )]
    pub replica_wait: u64,
    /// Most connections for ordinary requests
    #[arg(
        long,
        env = "AFTERCARE_POOL_SIZE",
        default_value_t = 16,
        value_name = "COUNT"
    )]
    pub pool_size: usize,
    /// Most connections for exports, kept apart so that slow downloads do not block ordinary requests
    #[arg(
        long,
        env = "AFTERCARE_EXPORT_POOL_SIZE",
        default_value_t = 4,
        value_name = "COUNT"
    )]
    pub export_pool_size: usize,
    /// Most bytes in the data folder that hold exports, encrypted, until slow clients have taken them
    #[arg(
        long,
        env = "AFTERCARE_EXPORT_SPOOL",
        default_value_t = EXPORT_SPOOL,
        value_name = "BYTES"
    )]
    pub export_spool: usize,
}

/// About four million rows.
const EXPORT_SPOOL: usize = 1024 * 1024 * 1024;

/// There is no default folder for the data.
#[derive(Debug, thiserror::Error)]
#[error("there is no HOME to keep data under: name a folder with --data-dir or AFTERCARE_DATA_DIR")]
pub struct NoDataDir;

impl DatabaseConfig {
    /// Settings for a given database and folder, with the default pool sizes.
    pub fn new(database_url: impl Into<String>, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: DataDirConfig {
                data_dir: Some(data_dir.into()),
            },
            database_url: Some(database_url.into()),
            database_ca_file: None,
            database_url_file: None,
            replica_url: None,
            replica_url_file: None,
            replica_wait: 5,
            pool_size: 16,
            export_pool_size: 4,
            export_spool: EXPORT_SPOOL,
        }
    }

    /// A copy of the settings with these pool sizes.
    pub fn with_pool_sizes(self, pool_size: usize, export_pool_size: usize) -> Self {
        Self {
            pool_size,
            export_pool_size,
            ..self
        }
    }

    /// A copy of the settings with this standby, and this many seconds for it to catch up.
    pub fn with_replica(self, url: impl Into<String>, wait: u64) -> Self {
        Self {
            replica_url: Some(url.into()),
            replica_wait: wait,
            ..self
        }
    }

    /// The standby, if one is configured.
    pub fn replica_url(&self) -> Result<Option<String>, SecretError> {
        secret(
            "AFTERCARE_REPLICA_URL",
            self.replica_url.as_deref(),
            self.replica_url_file.as_deref(),
        )
    }

    /// The external database, if one is configured.
    pub fn url(&self) -> Result<Option<String>, SecretError> {
        secret(
            "DATABASE_URL",
            self.database_url.as_deref(),
            self.database_url_file.as_deref(),
        )
    }

    /// The file with the CA of the database, if one is configured.
    pub fn ca_file(&self) -> Option<PathBuf> {
        unless_empty(&self.database_ca_file)
    }

    /// The data folder: the configured one, or the default of this user.
    pub fn data_dir(&self) -> Result<PathBuf, NoDataDir> {
        self.data_dir.data_dir()
    }
}

impl DataDirConfig {
    /// The data folder: the configured one, or the default of this user.
    pub fn data_dir(&self) -> Result<PathBuf, NoDataDir> {
        let named = |path: &PathBuf| !path.as_os_str().is_empty();
        if let Some(path) = self.data_dir.clone().filter(named) {
            return Ok(path);
        }
        if rustix::process::geteuid().is_root() {
            return Ok(PathBuf::from("/var/lib/aftercare"));
        }
        let from_env = |name| std::env::var_os(name).map(PathBuf::from).filter(named);
        from_env("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| from_env("HOME").map(|home| home.join(".local/share")))
            .map(|base| base.join("aftercare"))
            .ok_or(NoDataDir)
    }
}

/// Key files. A key that is not configured is generated on the first start, in the data folder.
#[derive(Debug, Clone, Default, Args)]
pub struct KeyConfig {
    /// The signing key.
    #[command(flatten)]
    pub signing: SigningKeyConfig,
    /// The server key.
    #[command(flatten)]
    pub server: ServerKeyConfig,
}

/// The signing key, for commands that need no other key.
#[derive(Debug, Clone, Default, Args)]
pub struct SigningKeyConfig {
    /// Ed25519 key that signs access tokens (PKCS #8 PEM); a second one after it is accepted as well
    /// [default: made in the data folder]
    #[arg(long, env = "AFTERCARE_SIGNING_KEY_FILE", value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
}

/// The server key, for commands that need no other key.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerKeyConfig {
    /// 32 random bytes in base64, from which ids are derived; several, each on a line, while they are rotated
    /// [default: made in the data folder]
    #[arg(long, env = "AFTERCARE_SERVER_KEY_FILE", value_name = "FILE")]
    server_key_file: Option<PathBuf>,
}

impl SigningKeyConfig {
    /// The file of the signing key, if one is configured.
    pub fn signing_key_file(&self) -> Option<PathBuf> {
        unless_empty(&self.signing_key_file)
    }
}

impl ServerKeyConfig {
    /// The file of the server key, if one is configured.
    pub fn server_key_file(&self) -> Option<PathBuf> {
        unless_empty(&self.server_key_file)
    }
}

fn unless_empty(path: &Option<PathBuf>) -> Option<PathBuf> {
    path.clone().filter(|path| !path.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_url_counts_as_unset() {
        assert!(DatabaseConfig::new("", "/tmp").url().unwrap().is_none());
    }
}

//! Connections to Postgres, and the two pools that hold them.
//!
//! Connections are created and driven on the main runtime of the program, not on the short-lived runtimes of the HTTP
//! workers: a worker that stops must not break connections that others use.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Hook, HookError, Metrics, QueueMode, Timeouts};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_util::task::AbortOnDropHandle;

use super::connect::{HOST_TIMEOUT, Patience, connect, with_cause};
use super::stalls::Stalls;
use crate::config::DatabaseConfig;

/// A pool of connections.
pub type Pool = diesel_async::pooled_connection::deadpool::Pool<AsyncPgConnection>;
/// A connection borrowed from a pool.
pub type Connection = diesel_async::pooled_connection::deadpool::Object<AsyncPgConnection>;
/// Why a pool gave no connection.
pub type PoolError = diesel_async::pooled_connection::deadpool::PoolError;

/// How long the statements take that set a new connection up.
const SETUP_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a request waits for a connection that others use.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no connection to the database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The URL cannot be parsed.
    #[error(
        "DATABASE_URL cannot be read: {0}; write it as postgres://user:password@host:5432/name"
    )]
    Url(String),
    /// The URL asks for TLS, which this build does not support.
    #[error(
        "DATABASE_URL demands TLS (sslmode=require or stricter), which this program does not speak yet; \
         use a unix socket, a private network or a local TLS proxy, and sslmode=disable"
    )]
    Tls,
    /// The server cannot be reached, or refused the connection.
    #[error("the database does not answer ({place}): {reason}")]
    Unreachable {
        /// Host, port, user and name, without the password.
        place: String,
        /// The message of the driver or of the server.
        reason: String,
    },
    /// The pool cannot be built.
    #[error("the connection pool cannot be built: {0}")]
    Pool(#[from] deadpool::managed::BuildError),
}

/// The purpose of a connection, which sets its time limits in Postgres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Ordinary requests: short time limits.
    Requests,
    /// Exports and statistics: long time limits.
    Exports,
    /// Migrations and the command line: no time limits.
    Maintenance,
}

impl Purpose {
    fn application_name(self) -> &'static str {
        match self {
            Self::Requests => "aftercare",
            Self::Exports => "aftercare-export",
            Self::Maintenance => "aftercare-maintenance",
        }
    }

    /// Sent as statements, not as start-up options, which connection poolers reject.
    fn limits(self) -> &'static str {
        match self {
            Self::Requests => {
                "SET statement_timeout = '10s'; SET lock_timeout = '5s'; \
                 SET idle_in_transaction_session_timeout = '30s'"
            }
            Self::Exports => {
                "SET statement_timeout = '30min'; SET lock_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '10min'"
            }
            Self::Maintenance => {
                "SET statement_timeout = 0; SET lock_timeout = 0; \
                 SET idle_in_transaction_session_timeout = 0"
            }
        }
    }

    /// How long Postgres may owe an answer before the connection is given up: a little longer than Postgres would let a
    /// statement run, so that it is Postgres who ends it where it can.
    fn patience(self) -> Duration {
        match self {
            Self::Requests => Duration::from_secs(12),
            // An export reads as it goes, and its statements answer soon.
            Self::Exports => Duration::from_secs(120),
            // A migration may take hours.
            Self::Maintenance => Duration::from_secs(24 * 3600),
        }
    }
}

/// The parsed address of a database.
#[derive(Clone)]
pub struct Target {
    config: Config,
}

impl FromStr for Target {
    type Err = DatabaseError;

    fn from_str(url: &str) -> Result<Self, DatabaseError> {
        if url.contains("sslmode=verify") {
            return Err(DatabaseError::Tls);
        }
        let mut config = Config::from_str(url).map_err(|e| DatabaseError::Url(with_cause(&e)))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(DatabaseError::Tls);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host("localhost");
        }
        Ok(Self { config })
    }
}

impl Target {
    /// Host, port, user and name of the database, without the password.
    pub fn place(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let user = self.config.get_user().unwrap_or("?");
        let name = self.config.get_dbname().unwrap_or(user);
        format!("host {host}, port {port}, user {user}, database {name}")
    }

    /// Opens a connection outside the pools, driven by the current runtime.
    pub async fn connect(&self, purpose: Purpose) -> Result<AsyncPgConnection, DatabaseError> {
        establish(self.config.clone(), purpose, Arc::default())
            .await
            .map_err(|error| DatabaseError::Unreachable {
                place: self.place(),
                reason: with_cause(&error),
            })
    }
}

/// The pools of the server.
#[derive(Clone)]
pub struct Pools {
    /// For ordinary requests.
    pub requests: Pool,
    /// For exports, separate so that slow downloads cannot take the connections of ordinary requests.
    pub exports: Pool,
}

impl Pools {
    /// Builds the pools without connecting. Call it on the multi-thread runtime of the program, which then drives the
    /// connections.
    pub fn new(target: &Target, config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        Ok(Self {
            requests: pool(target, Purpose::Requests, config.pool_size)?,
            exports: pool(target, Purpose::Exports, config.export_pool_size)?,
        })
    }

    /// Pools for a command of the CLI: few connections, without time limits.
    pub fn for_commands(target: &Target) -> Result<Self, DatabaseError> {
        Ok(Self {
            requests: pool(target, Purpose::Maintenance, 2)?,
            exports: pool(target, Purpose::Maintenance, 1)?,
        })
    }

    /// Closes both pools. Connections in use are closed when they are given back.
    pub fn close(&self) {
        self.requests.close();
        self.exports.close();
    }
}

fn pool(target: &Target, purpose: Purpose, size: usize) -> Result<Pool, DatabaseError> {
    let handle = Handle::current();
    let config = target.config.clone();
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    let stalls = Arc::new(Stalls::default());
    let mut manager = ManagerConfig::<AsyncPgConnection>::default();
    // The driver notices closed connections and open transactions without a query, so the pool sends no ping.
    manager.recycling_method = RecyclingMethod::Fast;
    let noted = Arc::clone(&stalls);
    manager.custom_setup = Box::new(move |_| {
        let establishing = establish(config.clone(), purpose, Arc::clone(&noted));
        // It ends when the pool no longer waits for it.
        let task = AbortOnDropHandle::new(handle.spawn(establishing));
        async move {
            task.await
                .unwrap_or_else(|_| Err(ConnectionError::BadConnection("cancelled".to_owned())))
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(String::new(), manager);
    let is_of_a_hung_server = move |metrics: &Metrics| stalls.since(metrics.created);
    let pool = Pool::builder(manager)
        .max_size(size.max(1))
        .runtime(Runtime::Tokio1)
        // LIFO: the connection used last has the warmest caches.
        .queue_mode(QueueMode::Lifo)
        .pre_recycle(Hook::sync_fn(move |_, metrics| {
            match is_of_a_hung_server(metrics) {
                true => Err(HookError::message("the server left a query unanswered")),
                false => Ok(()),
            }
        }))
        .timeouts(Timeouts {
            wait: Some(WAIT_TIMEOUT),
            create: Some(HOST_TIMEOUT * u32::try_from(hosts).unwrap_or(1) + SETUP_TIMEOUT),
            recycle: Some(SETUP_TIMEOUT),
        })
        .build()?;
    Ok(pool)
}

async fn establish(
    mut config: Config,
    purpose: Purpose,
    stalls: Arc<Stalls>,
) -> ConnectionResult<AsyncPgConnection> {
    config.application_name(purpose.application_name());
    let patience = Patience {
        limit: purpose.patience(),
        stalls,
    };
    let client = connect(&config, &patience)
        .await
        .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
    let mut connection = AsyncPgConnection::try_from(client).await?;
    connection
        .batch_execute(purpose.limits())
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_demands_tls_is_refused_with_the_mend() {
        for mode in ["require", "verify-full", "verify-ca"] {
            let url = format!("postgres://a@db.example/aftercare?sslmode={mode}");
            let error = url.parse::<Target>().err().unwrap();
            assert!(matches!(error, DatabaseError::Tls), "{error}");
        }
    }

    #[test]
    fn the_password_is_never_shown() {
        let target: Target = "postgres://ann:hunter22@db.example:6432/aftercare"
            .parse()
            .unwrap();
        assert_eq!(
            target.place(),
            "host db.example, port 6432, user ann, database aftercare"
        );
        let error = "postgres://ann:hunter22@db.example:port/x"
            .parse::<Target>()
            .err()
            .unwrap();
        assert!(!error.to_string().contains("hunter22"), "{error}");
    }
}

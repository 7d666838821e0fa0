//! Connections to Postgres, and a pool that holds them.
//!
//! Connections are created and driven on the main runtime of the program, not on the short-lived runtimes of the HTTP
//! workers: a worker that stops must not break connections that others use.

use std::path::Path;
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
use tokio_postgres::Client;
use tokio_postgres::config::{Config, Host};
use tokio_util::task::AbortOnDropHandle;

use super::connect::{ConnectError, Connector, HOST_TIMEOUT, with_cause};
use super::patient_stream::Patience;
use super::stalls::Stalls;
use super::tls::{Tls, TlsError};

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
    /// There can be no TLS as the URL asks for it.
    #[error(transparent)]
    Tls(#[from] TlsError),
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

/// The parsed address of a database, with the certificates for it.
#[derive(Clone)]
pub struct Target {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

impl FromStr for Target {
    type Err = DatabaseError;

    fn from_str(url: &str) -> Result<Self, DatabaseError> {
        Self::new(url, None)
    }
}

impl Target {
    /// Parses an address. `ca_file` holds the CA of the database, if the address names none.
    pub fn new(url: &str, ca_file: Option<&Path>) -> Result<Self, DatabaseError> {
        let (url, parameters) = Tls::take_out(url)?;
        let mut config = Config::from_str(&url).map_err(|e| DatabaseError::Url(with_cause(&e)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host("localhost");
        }
        let tls = Tls::new(&config, parameters, ca_file)?;
        Ok(Self { config, tls })
    }

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
        establish(self.clone(), purpose, Arc::default())
            .await
            .map_err(|error| DatabaseError::Unreachable {
                place: self.place(),
                reason: with_cause(&error),
            })
    }

    /// Opens a connection of the driver itself, for what diesel has no words for.
    pub(super) async fn client(&self, purpose: Purpose) -> Result<Client, DatabaseError> {
        let unreachable = |reason| DatabaseError::Unreachable {
            place: self.place(),
            reason,
        };
        let client = connect(self.clone(), purpose, Arc::default()).await;
        let client = client.map_err(|error| unreachable(error.to_string()))?;
        let set_up = client.batch_execute(purpose.limits()).await;
        set_up.map_err(|error| unreachable(with_cause(&error)))?;
        Ok(client)
    }
}

/// A pool, without connecting. Call it on the multi-thread runtime of the program, which then drives the connections.
pub(super) fn pool(target: &Target, purpose: Purpose, size: usize) -> Result<Pool, DatabaseError> {
    let handle = Handle::current();
    let target = target.clone();
    let config = &target.config;
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    let stalls = Arc::new(Stalls::default());
    let mut manager = ManagerConfig::<AsyncPgConnection>::default();
    // The driver notices closed connections and open transactions without a query, so the pool sends no ping.
    manager.recycling_method = RecyclingMethod::Fast;
    let noted = Arc::clone(&stalls);
    manager.custom_setup = Box::new(move |_| {
        let establishing = establish(target.clone(), purpose, Arc::clone(&noted));
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

async fn connect(
    target: Target,
    purpose: Purpose,
    stalls: Arc<Stalls>,
) -> Result<Client, ConnectError> {
    let Target { mut config, tls } = target;
    config.application_name(purpose.application_name());
    let patience = Patience {
        limit: purpose.patience(),
        stalls,
    };
    let connector = Connector {
        config,
        tls,
        patience,
    };
    connector.connect().await
}

async fn establish(
    target: Target,
    purpose: Purpose,
    stalls: Arc<Stalls>,
) -> ConnectionResult<AsyncPgConnection> {
    let client = connect(target, purpose, stalls).await;
    let client = client.map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
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

    fn refused(url: &str) -> String {
        let error = url.parse::<Target>().err().unwrap();
        assert!(matches!(error, DatabaseError::Tls(_)), "{error}");
        error.to_string()
    }

    #[test]
    fn tls_that_would_protect_less_than_it_says_is_refused() {
        let ca = "sslrootcert=/etc/ca.pem";
        for mode in ["disable", "prefer"] {
            let error = refused(&format!("postgres://db/a?sslmode={mode}&{ca}"));
            assert!(error.contains("sslmode=verify-full"), "{error}");
        }
        assert!(refused(&format!("postgres://db/a?{ca}")).contains("sslmode=prefer"));
        for weak in [
            "sslmode=verify-ca",
            "sslmode=verify-ca&sslrootcert=system",
            "sslmode=require&sslrootcert=system",
        ] {
            let error = refused(&format!("postgres://db/a?{weak}"));
            assert!(error.contains("public CA"), "{error}");
        }
        assert!(refused("postgres://db/a?sslnegotiation=direct").contains("sslmode=require"));
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let error = refused("postgres://db/a?sslmode=verify-full&sslrootcert=/nonexistent.pem");
        assert!(error.contains("/nonexistent.pem"), "{error}");
        let error = refused("postgres://db/a?sslmode=verify-full&sslrootcert=/dev/null");
        assert!(error.contains("BEGIN CERTIFICATE"), "{error}");
        let error = refused("postgres://db/a?sslmode=require&sslcert=/dev/null");
        assert!(error.contains("sslkey"), "{error}");
        let error = Target::new("postgres://db/a", Some(Path::new("/etc/ca.pem"))).err();
        let error = error.unwrap().to_string();
        assert!(error.contains("AFTERCARE_DATABASE_CA_FILE"), "{error}");
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

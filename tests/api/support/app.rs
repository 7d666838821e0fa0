//! An app of its own for each test: its own database, port, keys and clock.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use aftercare::app::export::Spool;
use aftercare::app::limits::LimitRates;
use aftercare::app::{App, LogIn};
use aftercare::clock::Clock;
use aftercare::config::{DatabaseConfig, HttpConfig};
use aftercare::domain::ids::{SessionId, StaffId};
use aftercare::domain::server_key::{ServerKey, ServerKeys};
use aftercare::domain::staff::role::Role;
use aftercare::domain::staff::session_policy::SESSION_LIFETIME;
use aftercare::http::app::api;
use aftercare::http::auth::token;
use aftercare::http::server;
use aftercare::http::state::HttpState;
use aftercare::keys::Keys;
use aftercare::store::pool::Target;
use aftercare::store::pools::Pools;
use aftercare::store::sessions::NewSession;
use aftercare::store::staff::{self, NewStaff};
use aftercare::store::{AsyncPgConnection, sessions};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Client;
use super::logs;
use super::postgres::TestDatabase;

/// A running app.
pub struct TestApp {
    pub database: TestDatabase,
    pub state: Data<HttpState>,
    pub clock: TestClock,
    pub address: SocketAddr,
    handle: ServerHandle,
}

/// A member of staff who is logged in.
pub struct LoggedIn {
    pub id: Uuid,
    pub email: String,
    pub session_id: Uuid,
    pub access_token: String,
    pub client: Client,
}

/// The clock of the machine, moved by hand.
#[derive(Clone, Default)]
pub struct TestClock(Arc<Mutex<TimeDelta>>);

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.0.lock().unwrap()
    }
}

/// How an app is started.
struct Setup {
    target: Target,
    http: HttpConfig,
    rates: LimitRates,
    keys: Keys,
    replica: Option<String>,
    log_in: LogIn,
}

impl Setup {
    fn on(database: &TestDatabase) -> Self {
        Self {
            target: database.target(),
            http: HttpConfig::default(),
            rates: LimitRates::OFF,
            keys: Keys::ephemeral().unwrap(),
            replica: None,
            log_in: LogIn::default(),
        }
    }
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(HttpConfig::default()).await
    }

    pub async fn start_with(http: HttpConfig) -> Self {
        Self::start_on(TestDatabase::create().await, http).await
    }

    pub async fn start_on(database: TestDatabase, http: HttpConfig) -> Self {
        let target = database.target();
        Self::start_at(database, target, http).await
    }

    /// With limits by network and on exports. Elsewhere there are none, since all clients of a test have one address.
    pub async fn start_limited(rates: LimitRates) -> Self {
        let database = TestDatabase::create().await;
        let http = HttpConfig::default().with_trusted_proxies("127.0.0.1", "x-client");
        let setup = Setup::on(&database);
        Self::start_as(
            database,
            Setup {
                http,
                rates,
                ..setup
            },
        )
        .await
    }

    /// With these ways to log in. The header `x-client` says from where somebody comes.
    pub async fn start_with_log_in(log_in: LogIn) -> Self {
        let database = TestDatabase::create().await;
        let http = HttpConfig::default().with_trusted_proxies("127.0.0.1", "x-client");
        let setup = Setup::on(&database);
        Self::start_as(
            database,
            Setup {
                http,
                log_in,
                ..setup
            },
        )
        .await
    }

    /// With another way to its database.
    pub async fn start_at(database: TestDatabase, target: Target, http: HttpConfig) -> Self {
        let setup = Setup::on(&database);
        Self::start_as(
            database,
            Setup {
                target,
                http,
                ..setup
            },
        )
        .await
    }

    /// With this server key, by which the database was written.
    pub async fn start_with_server_key(database: TestDatabase, key: [u8; 32]) -> Self {
        let mut setup = Setup::on(&database);
        setup.keys.server = ServerKeys::only(ServerKey::new(key));
        Self::start_as(database, setup).await
    }

    /// With a standby of the database, for which readers wait at most a second.
    pub async fn start_beside(database: TestDatabase, replica: &str) -> Self {
        let replica = Some(replica.to_owned());
        let setup = Setup::on(&database);
        Self::start_as(database, Setup { replica, ..setup }).await
    }

    async fn start_as(database: TestDatabase, setup: Setup) -> Self {
        let Setup {
            target,
            mut http,
            rates,
            keys,
            replica,
            log_in,
        } = setup;
        logs::watch();
        http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        http.workers = Some(1);
        let config = DatabaseConfig::new(database.url(), "/nonexistent").with_pool_sizes(4, 2);
        let mut pools = Pools::new(&target, &config).unwrap();
        if let Some(replica) = replica {
            let config = config.clone().with_replica(&replica, 1);
            pools = pools
                .with_replica(&replica.parse().unwrap(), &config)
                .unwrap();
        }
        let clock = TestClock::default();
        let host = http.public_host().unwrap();
        let spool = Spool::new(std::env::temp_dir(), config.export_spool);
        let shared = Arc::new(clock.clone());
        let app = App::limited(pools, keys, spool, shared, host, rates, log_in);
        app.start_tasks();
        let state = Data::new(HttpState::new(app, http, api()).unwrap());
        let bound = server::bind(state.clone()).unwrap();
        let (address, handle) = (bound.address, bound.handle());
        tokio::spawn(bound.server);
        Self {
            database,
            state,
            clock,
            address,
            handle,
        }
    }

    /// A client without a token.
    pub fn client(&self) -> Client {
        Client::new(self.address, Arc::clone(&self.state.api))
    }

    /// A new account with this role, logged in.
    pub async fn with_staff(&self, role: Role) -> LoggedIn {
        self.with_roles(&[role]).await
    }

    /// A new account with these roles, logged in. Without hashing a password, which takes its time.
    pub async fn with_roles(&self, roles: &[Role]) -> LoggedIn {
        self.with_scopes(roles, json!({})).await
    }

    /// A new account whose roles are limited like this, logged in.
    pub async fn with_scopes(&self, roles: &[Role], scopes: Value) -> LoggedIn {
        let id = aftercare::random::uuid().unwrap();
        let email = format!("{}@clinic.example", id.simple());
        logs::register_secret(&email);
        let mut conn = self.database.connect().await;
        let new = NewStaff {
            id: StaffId(id),
            email: email.clone(),
            name: format!("Test {}", roles[0].as_str()),
            password_hash: "no password fits this".to_owned(),
            roles: roles.to_vec(),
            scopes: serde_json::from_value(scopes).unwrap(),
            created_at: self.clock.now(),
        };
        staff::insert(&mut conn, &new).await.unwrap().unwrap();
        let session_id = aftercare::random::uuid().unwrap();
        let (session, staff) = (SessionId(session_id), StaffId(id));
        let new = NewSession {
            id: session,
            staff_id: staff,
            token_hash: aftercare::random::bytes().unwrap(),
            lifetime: SESSION_LIFETIME,
        };
        sessions::open(&mut conn, new, self.clock.now())
            .await
            .unwrap();
        let key = &self.state.app.keys.signing;
        let access_token = token::issue(key, staff, session, self.clock.now()).unwrap();
        logs::register_secret(&access_token);
        LoggedIn {
            id,
            email,
            session_id,
            client: self.client().with_token(&access_token),
            access_token,
        }
    }

    /// A new account with a password that works, not logged in.
    pub async fn with_password(&self, email: &str, password: &str, roles: &[Role]) -> Uuid {
        logs::register_secret(password);
        logs::register_secret(email);
        let new = NewStaff {
            id: StaffId(aftercare::random::uuid().unwrap()),
            email: email.to_owned(),
            name: "Test".to_owned(),
            password_hash: self
                .state
                .app
                .passwords
                .hash(password.to_owned())
                .await
                .unwrap(),
            roles: roles.to_vec(),
            scopes: Default::default(),
            created_at: self.clock.now(),
        };
        let mut conn = self.database.connect().await;
        staff::insert(&mut conn, &new).await.unwrap().unwrap().id.0
    }

    /// A connection beside those of the app.
    pub async fn connect(&self) -> AsyncPgConnection {
        self.database.connect().await
    }

    /// Asks the server to stop; gives the task that waits for its end.
    pub fn stop(&self, graceful: bool) -> tokio::task::JoinHandle<()> {
        tokio::spawn(self.handle.stop(graceful))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        self.state.app.pools.close();
        if !std::thread::panicking() {
            logs::assert_nothing_leaked();
        }
    }
}

//! The use cases, callable without HTTP: one module a noun.
//!
//! The steps of a use case: find → check permission → act → record → return the result. A use case owns its
//! transaction, its audit entries and the time. HTTP, the command line and the demonstration call the same functions.
//! Nothing here knows actix or SQL.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`forms`] | drafts, publishing, retiring, comparing |
//! | [`campaigns`] | creating, changing, closing, counting |
//! | [`responses`] [`own_response`] [`own_summary`] | sending a response; reading one's own, correcting and withdrawing it; what it says |
//! | `trials` | responses as tests, before a campaign opens |
//! | [`invitations`] [`passes`] | making and revoking invitations, exchanging one for a pass |
//! | [`remarks`] | listing and reviewing free text |
//! | [`staff`] [`sessions`] [`provider_log_in`] [`api_keys`] | accounts, logging in and out, the keys of scheduled jobs |
//! | [`audit`] | listing and verifying the audit |
//! | [`server_keys`] | going over to another server key |
//! | [`exports`] [`export`] | responses, remarks and codebook as files; how these are made, row by row |
//! | [`statistics`] [`tallies`] | protected figures, and the counts from which they come |
//! | [`tasks`] | what goes on in the background: release, retention, building of tallies |
//! | [`form_catalog`] [`pass_keys`] | what is kept in memory since it never changes |
//! | `named_version` | the campaign and the version that a response names |
//! | [`intake`] [`single_flight`] | many requests in one transaction, in one query |
//! | [`health`] [`writes`] | whether the server can work |
//! | [`own_account`] | one's own password and sessions |
//! | [`password`] [`guessability`] [`login_limits`] | hashing passwords, refusing bad ones, slowing down guesses |
//! | [`limits`] [`limiter`] [`daily_slots`] | rate limits by network, and what they count in |

pub mod api_keys;
pub mod audit;
mod caller;
pub mod campaigns;
pub mod daily_slots;
pub mod export;
pub mod exports;
mod failure;
pub mod form_catalog;
pub mod forms;
pub mod gauges;
pub mod guessability;
pub mod health;
pub mod intake;
pub mod invitations;
pub mod limiter;
pub mod limits;
pub mod login_limits;
pub mod masking;
mod named_version;
pub mod own_account;
pub mod own_response;
pub mod own_summary;
pub mod pass_keys;
pub mod passes;
pub mod password;
pub mod provider_log_in;
pub mod redaction;
pub mod remarks;
pub mod responses;
pub mod server_keys;
pub mod sessions;
pub mod single_flight;
pub mod staff;
pub mod statistics;
pub mod tallies;
pub mod tasks;
mod transaction;
mod trials;
pub mod writes;

use std::ops::Deref;
use std::sync::{Arc, Weak};

use chrono::{DateTime, Utc};

use crate::clock::SharedClock;
use crate::domain::campaign::Campaign;
use crate::domain::free_text;
use crate::domain::server_key::{KeyNumber, ServerKey};
use crate::keys::Keys;
use crate::oidc::Provider;
use crate::store::Pools;
use crate::store::pool::Connection;

pub use caller::Caller;
pub use failure::Failure;
use failure::{failures, out_of_reach};
pub use transaction::Transaction;

use export::{PlanCache, Spool};
use form_catalog::FormCatalog;
use intake::Intake;
use limits::{LimitRates, Limits};
use login_limits::LoginLimits;
use named_version::NamedVersions;
use pass_keys::PassKeys;
use password::Passwords;
use statistics::{InsightsCache, StatisticsCache};
use tasks::Tasks;
use writes::Writes;

/// How people log in.
pub struct LogIn {
    /// Whether accounts with a password may.
    pub by_password: bool,
    /// The provider by which people may as well.
    pub provider: Option<Provider>,
}

impl Default for LogIn {
    /// By password alone.
    fn default() -> Self {
        Self {
            by_password: true,
            provider: None,
        }
    }
}

/// What the use cases share. Clones are handles to the same application.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
    clock: SharedClock,
}

/// The shared parts of the application.
pub struct Shared {
    /// Connections to the database.
    pub pools: Pools,
    /// The server's keys.
    pub keys: Keys,
    /// Cache of published versions of forms.
    pub forms: FormCatalog,
    /// Cache of the keys that verify passes.
    pub pass_keys: PassKeys,
    /// The host name under which clients know this server; passes are issued in its name.
    pub public_host: String,
    /// Hashes and verifies passwords.
    pub passwords: Passwords,
    /// Limits log-in attempts.
    pub logins: LoginLimits,
    /// How people log in.
    pub log_in: LogIn,
    /// Limits what comes from a network, and exports.
    pub limits: Limits,
    /// Stores responses in batches.
    pub intake: Intake,
    /// Where exports wait for slow clients.
    pub spool: Spool,
    /// Masked tables of campaigns, for further exports.
    pub plans: Arc<PlanCache>,
    /// Statistics that were computed.
    pub statistics: StatisticsCache,
    /// Figures for everybody that were computed.
    pub insights: InsightsCache,
    /// Whether the database takes writes.
    pub writes: Arc<Writes>,
    /// The background tasks.
    pub tasks: Tasks,
    /// The campaigns and versions that responses name.
    named_versions: NamedVersions,
}

impl Drop for Shared {
    /// Tasks hold no strong handle of the application, so they end when the last handle is dropped.
    fn drop(&mut self) {
        self.tasks.cancel();
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl App {
    /// Builds the application. Call it on the main runtime of the program. The tasks for release and retention run only
    /// after [`Self::start_tasks`]. There are no limits but those on log-ins.
    pub fn new(
        pools: Pools,
        keys: Keys,
        spool: Spool,
        clock: SharedClock,
        public_host: String,
    ) -> Self {
        let (rates, log_in) = (LimitRates::OFF, LogIn::default());
        Self::limited(pools, keys, spool, clock, public_host, rates, log_in)
    }

    /// Builds the application as [`Self::new`] does, with these limits and ways to log in.
    pub fn limited(
        pools: Pools,
        keys: Keys,
        spool: Spool,
        clock: SharedClock,
        public_host: String,
        rates: LimitRates,
        log_in: LogIn,
    ) -> Self {
        let tasks = Tasks::default();
        let writes = Arc::new(Writes::default());
        let shared = Shared {
            intake: Intake::start(&pools.requests, &tasks, &writes),
            writes,
            named_versions: NamedVersions::start(&pools.requests, &tasks),
            forms: FormCatalog::default(),
            pass_keys: PassKeys::default(),
            passwords: Passwords::default(),
            logins: LoginLimits::default(),
            log_in,
            limits: Limits::new(rates),
            public_host,
            pools,
            keys,
            spool,
            plans: Arc::default(),
            statistics: StatisticsCache::default(),
            insights: InsightsCache::default(),
            tasks,
        };
        Self {
            shared: Arc::new(shared),
            clock,
        }
    }

    /// Starts the tasks for release, retention and tallies. Several servers may run them at once.
    pub fn start_tasks(&self) {
        // Compiling the patterns takes a tenth of a second or more, which the first response should not wait for.
        tokio::task::spawn_blocking(free_text::prepare);
        tasks::release::start(self);
        tasks::retention::start(self);
        tasks::tallies::start(self);
    }

    /// Stops the background tasks, waits until they have ended, and closes the pools.
    pub async fn stop(&self) {
        self.tasks.stop().await;
        self.pools.close();
    }

    /// The same application with another clock. The demonstration uses it to send responses dated to earlier weeks.
    #[must_use]
    pub fn by_clock(&self, clock: SharedClock) -> Self {
        Self {
            shared: self.shared.clone(),
            clock,
        }
    }

    /// A weak handle, for the application's own tasks.
    fn weak(&self) -> WeakApp {
        WeakApp {
            shared: Arc::downgrade(&self.shared),
            clock: self.clock.clone(),
        }
    }

    /// The current time in whole microseconds, the precision of Postgres.
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// The server key that a campaign is under.
    ///
    /// # Errors
    ///
    /// When this server does not hold it. To use another one would store a response twice.
    pub fn key_of(&self, campaign: &Campaign) -> Result<&ServerKey, Failure> {
        campaign
            .key_among(&self.keys.server)
            .ok_or(Failure::KeyAbsent)
    }

    /// The server key of this number.
    ///
    /// # Errors
    ///
    /// When this server does not hold it.
    pub fn server_key(&self, number: KeyNumber) -> Result<&ServerKey, Failure> {
        self.keys.server.get(number).ok_or(Failure::KeyAbsent)
    }

    /// A connection for an ordinary request.
    ///
    /// # Errors
    ///
    /// When the database does not answer, or all connections are in use for too long.
    pub async fn connection(&self) -> Result<Connection, Failure> {
        Ok(self.pools.requests.get().await?)
    }
}

/// A weak handle of the application.
struct WeakApp {
    shared: Weak<Shared>,
    clock: SharedClock,
}

impl WeakApp {
    fn upgrade(&self) -> Option<App> {
        Some(App {
            shared: self.shared.upgrade()?,
            clock: self.clock.clone(),
        })
    }
}

//! `aftercare serve`: serve the API until asked to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::application::{check_schema, hold_audit_rights, settle};
use super::log_in::log_in;
use super::{print, say};
use crate::app::App;
use crate::app::export::Spool;
use crate::app::limiter::Rate;
use crate::app::limits::LimitRates;
use crate::clock::SystemClock;
use crate::config::{Allowance, Config, DatabaseConfig, LimitConfig, LimitConfigError};
use crate::http::app::api;
use crate::http::metrics_token::MetricsToken;
use crate::http::page::SCRIPT_PATH;
use crate::http::server::{self, Bound};
use crate::http::state::{HttpState, State};
use crate::keys::KeysAtStart;
use crate::postgres::database::Database;
use crate::store::migrations;
use crate::store::pool::{Purpose, Target};
use crate::store::pools::Pools;
use crate::telemetry::{Metrics, UPKEEP};

/// Serve the API.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    config: Config,
    /// Run pending migrations first
    #[arg(long)]
    migrate: bool,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT; a second signal stops without waiting.
    pub async fn run(self) -> anyhow::Result<()> {
        let signals = Signals::listen()?;
        let database = Database::open(&self.config.database, &mut say).await?;
        let result = self.serve(database.target(), signals).await;
        database.stop().await;
        result
    }

    async fn serve(&self, target: &Target, signals: Signals) -> anyhow::Result<()> {
        let state = prepare(&self.config, target, self.migrate).await?;
        serve_until_stopped(&self.config, state, signals, |url| {
            Ok(print(&format!("listening on {url}"))?)
        })
        .await
    }
}

/// Serves until SIGTERM or SIGINT. `ready` is called with the address once it is bound.
pub async fn serve_until_stopped(
    config: &Config,
    state: State,
    mut signals: Signals,
    ready: impl FnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let metrics = bind_metrics(config, &state)?;
    let api = server::bind(state.clone())?;
    if state.trusted_proxies.is_none() && !api.address.ip().is_loopback() {
        tracing::warn!(
            "listening beyond this machine, and no proxy is trusted to name its clients. If there is a proxy in front, all \
             its clients count as one for rate limits, and a few wrong log-ins lock everybody out: list the proxy's \
             address in AFTERCARE_TRUSTED_PROXIES"
        );
    }
    if SCRIPT_PATH.is_none() {
        tracing::warn!(
            "this binary has no script for the respondent's page: it serves everybody the pages for browsers without \
             scripts, on which campaigns with passes or proof of work cannot be answered. Run script/web and build again"
        );
    }
    ready(&api.url())?;
    let metrics = metrics.map(|bound| (bound.handle(), tokio::spawn(bound.server)));

    let handle = api.handle();
    let mut serving = tokio::spawn(api.server);
    tokio::select! {
        ended = &mut serving => ended.context("the server broke off")??,
        () = signals.next() => {
            tracing::info!("stopping; accepted requests are completed first");
            // The graceful stop ends with the last request, or when its time limit has passed.
            let polite = handle.stop(true);
            tokio::select! {
                () = polite => {}
                () = signals.next() => handle.stop(false).await,
            }
            serving.await.context("the server broke off")??;
        }
    }
    if let Some((handle, task)) = metrics {
        handle.stop(false).await;
        task.abort();
    }
    state.app.stop().await;
    Ok(())
}

fn bind_metrics(config: &Config, state: &State) -> anyhow::Result<Option<Bound>> {
    let Some(address) = config.http.metrics_listen()? else {
        return Ok(None);
    };
    let token = metrics_token(config, address)?;
    let metrics = Metrics::install()?;
    tokio::spawn(metrics.clone().keep_up(UPKEEP));
    let bound = server::bind_metrics(address, token, metrics, state.clone())?;
    tracing::info!("metrics on http://{}/metrics", bound.address);
    Ok(Some(bound))
}

/// The token that opens the metrics; none is needed where only this machine reaches them.
fn metrics_token(config: &Config, address: SocketAddr) -> anyhow::Result<Option<MetricsToken>> {
    let Some(file) = &config.http.metrics_token_file else {
        anyhow::ensure!(
            address.ip().is_loopback(),
            "others can reach the metrics on {address}: serve them on 127.0.0.1, or name a file with a token in AFTERCARE_METRICS_TOKEN_FILE"
        );
        return Ok(None);
    };
    let text = std::fs::read_to_string(file).with_context(|| {
        format!(
            "AFTERCARE_METRICS_TOKEN_FILE: {} cannot be read",
            file.display()
        )
    })?;
    let token = MetricsToken::new(&text).with_context(|| {
        format!(
            "AFTERCARE_METRICS_TOKEN_FILE: {} has no token of 16 letters or more",
            file.display()
        )
    })?;
    Ok(Some(token))
}

/// Prepares everything that must be valid before the first request: settings, schema, keys.
pub async fn prepare(config: &Config, target: &Target, migrate: bool) -> anyhow::Result<State> {
    let log_in = log_in(&config.log_in, &config.http)?;
    if migrate {
        for name in migrations::run(target).await? {
            tracing::info!(name, "migrated");
        }
    }
    let mut conn = target.connect(Purpose::Maintenance).await?;
    check_schema(&mut conn).await?;
    hold_audit_rights(&mut conn).await?;
    let host = config.http.public_host()?;
    let keys = KeysAtStart::read(&config.keys, &config.database.data_dir()?)?;
    let keys = settle(&mut conn, keys).await?;
    let pools = pools(target, &config.database)?;
    let rates = rates(&config.limits)?;
    let database = &config.database;
    let spool = Spool::new(database.data_dir()?, database.export_spool);
    let clock = Arc::new(SystemClock);
    let app = App::limited(pools, keys, spool, clock, host, rates, log_in);
    app.start_tasks();
    Ok(Data::new(HttpState::new(app, config.http.clone(), api())?))
}

/// The pools, with the standby if there is one.
fn pools(target: &Target, config: &DatabaseConfig) -> anyhow::Result<Pools> {
    let pools = Pools::new(target, config)?;
    let Some(url) = config.replica_url()? else {
        return Ok(pools);
    };
    anyhow::ensure!(
        config.url()?.is_some(),
        "AFTERCARE_REPLICA_URL is set without DATABASE_URL: the server's own Postgres has no standby"
    );
    let replica =
        Target::new(&url, config.ca_file().as_deref()).context("AFTERCARE_REPLICA_URL")?;
    tracing::info!(
        "files, figures and reports are read from the standby: {}",
        replica.place()
    );
    Ok(pools.with_replica(&replica, config)?)
}

/// The rates of the limits, as they are set.
fn rates(config: &LimitConfig) -> Result<LimitRates, LimitConfigError> {
    let rate = |(at_once, then_one_in): Allowance| Rate {
        at_once,
        then_one_in,
    };
    Ok(LimitRates {
        open_responses: config.open_responses()?.map(rate),
        credentials: config.credentials()?.map(rate),
        receipts: config.receipts()?.map(rate),
        exports: config.exports()?.map(rate),
        statistics: config.statistics()?.map(rate),
    })
}

/// The signals that ask the server to stop. They are caught from before the database is started, so that
/// one that comes meanwhile does not leave an embedded Postgres behind: it is obeyed once the start is over.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches the signals from now on.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        // One keypress sends both signals to the whole process group; they count as one.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

//! Logs and metrics. Neither contains personal data.
//!
//! Other crates log warnings and errors only, whatever the filter says: at debug level, the database driver prints
//! bound parameters, which here are answers, and HTTP crates print headers.

use std::panic::PanicHookInfo;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{LogConfig, LogFormat};
use crate::store::Pools;

/// Logs or metrics cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be parsed.
    #[error("AFTERCARE_LOG: {0}; write it as `info` or `info,aftercare::store=debug`")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logging was set up before.
    #[error("logging was set up twice")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
    /// The recorder of metrics cannot be set up.
    #[error("metrics cannot be set up: {0}")]
    Metrics(String),
}

/// Starts logging to standard error.
pub fn init_logs(config: &LogConfig) -> Result<(), TelemetryError> {
    subscriber(config, std::io::stderr)?.try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The subscriber that writes the log; tests pass a writer of their own.
pub fn subscriber<W>(
    config: &LogConfig,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + 'static, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(&config.filter)?;
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    let layer = match config.format {
        LogFormat::Human => layer.with_target(false).with_ansi(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    Ok(Registry::default().with(
        layer
            .with_filter(filter)
            .with_filter(filter_fn(is_harmless)),
    ))
}

fn is_harmless(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let ours = target == "aftercare" || target.starts_with("aftercare::");
    ours || *metadata.level() <= Level::WARN
}

/// The message of a panic may quote data, so only the source location is logged.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, "a task panicked");
}

/// The recorder of metrics.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Installs the recorder. Call it once in a process.
    pub fn install() -> Result<Self, TelemetryError> {
        let failed = |error: &dyn std::fmt::Display| TelemetryError::Metrics(error.to_string());
        let buckets = [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ];
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &buckets)
            .map_err(|error| failed(&error))?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|error| failed(&error))?;
        metrics::describe_histogram!(
            "aftercare_http_request_seconds",
            metrics::Unit::Seconds,
            "Time to answer a request, by method, route pattern and status."
        );
        metrics::describe_gauge!(
            "aftercare_database_connections",
            "Connections by pool and state: open, idle, or waited for."
        );
        metrics::describe_counter!(
            "aftercare_postgres_restarts_total",
            "Starts of the embedded Postgres after it ended by itself, by outcome: started or failed."
        );
        // Alerts on a growing counter need its first value, which is 0.
        for outcome in ["started", "failed"] {
            metrics::counter!("aftercare_postgres_restarts_total", "outcome" => outcome)
                .increment(0);
        }
        Ok(Self { handle })
    }

    /// The metrics in the text format of Prometheus.
    pub fn render(&self, pools: &Pools) -> String {
        for (name, pool) in [("requests", &pools.requests), ("exports", &pools.exports)] {
            let status = pool.status();
            let states = [
                ("open", status.size),
                ("idle", status.available),
                ("waited_for", status.waiting),
            ];
            for (state, count) in states {
                let labels = [("pool", name), ("state", state)];
                metrics::gauge!("aftercare_database_connections", &labels).set(count as f64);
            }
        }
        self.handle.run_upkeep();
        self.handle.render()
    }
}

/// The maximum time for a metrics request to send its headers.
pub const METRICS_TIMEOUT: Duration = Duration::from_secs(5);

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

/// How often samples are added up while nobody asks for the metrics.
pub const UPKEEP: Duration = Duration::from_secs(5);

/// The bounds of the buckets of histograms, by how the name of the metric begins or ends.
fn buckets() -> [(Matcher, &'static [f64]); 3] {
    [
        (
            Matcher::Prefix("aftercare_export".to_owned()),
            &[
                0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0,
            ],
        ),
        (
            Matcher::Suffix("_seconds".to_owned()),
            &[
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            ],
        ),
        (
            Matcher::Suffix("_responses".to_owned()),
            &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0],
        ),
    ]
}

impl Metrics {
    /// Installs the recorder. Call it once in a process.
    pub fn install() -> Result<Self, TelemetryError> {
        let failed = |error: &dyn std::fmt::Display| TelemetryError::Metrics(error.to_string());
        let mut builder = PrometheusBuilder::new();
        for (matcher, bounds) in buckets() {
            builder = builder
                .set_buckets_for_metric(matcher, bounds)
                .map_err(|error| failed(&error))?;
        }
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|error| failed(&error))?;
        describe();
        // Alerts on a growing counter need its first value, which is 0.
        for outcome in ["started", "failed"] {
            metrics::counter!("aftercare_postgres_restarts_total", "outcome" => outcome)
                .increment(0);
        }
        Ok(Self { handle })
    }

    /// Adds up the samples again and again. Without it each sample waits in memory until somebody asks for the metrics,
    /// which may be never.
    pub async fn keep_up(self, period: Duration) {
        loop {
            tokio::time::sleep(period).await;
            self.handle.run_upkeep();
        }
    }

    /// The metrics in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

/// Says what each metric means.
fn describe() {
    use metrics::Unit::{Bytes, Count, Seconds};
    use metrics::{describe_gauge as gauge, describe_histogram as histogram};
    histogram!(
        "aftercare_http_request_seconds",
        Seconds,
        "Time to answer a request, by method, route pattern and status."
    );
    gauge!(
        "aftercare_http_connections",
        Count,
        "Open connections of clients."
    );
    gauge!(
        "aftercare_database_connections",
        Count,
        "Connections by pool and state: open, idle, waited for, or the most there may be."
    );
    gauge!(
        "aftercare_intake_waiting_responses",
        Count,
        "Responses that wait for their transaction."
    );
    histogram!(
        "aftercare_intake_batch_responses",
        Count,
        "Responses that were stored in one transaction."
    );
    histogram!(
        "aftercare_intake_commit_seconds",
        Seconds,
        "Time to store a batch of responses, until it is on disk."
    );
    gauge!(
        "aftercare_release_lag_seconds",
        Seconds,
        "Time since this server last saw that nothing was due to be released: no arrival that is due waits longer."
    );
    histogram!(
        "aftercare_export_masking_seconds",
        Seconds,
        "Time to plan and measure the suppression of an export, before its first row is written."
    );
    histogram!(
        "aftercare_export_seconds",
        Seconds,
        "Time that an export held its connection to the database."
    );
    metrics::describe_counter!(
        "aftercare_postgres_restarts_total",
        "Starts of the embedded Postgres after it ended by itself, by outcome: started or failed."
    );
    metrics::describe_counter!(
        "aftercare_replica_reads_total",
        "Exports and figures for which the standby was asked, by outcome: read, behind, silent, left_alone or unfit."
    );
    histogram!(
        "aftercare_replica_wait_seconds",
        Seconds,
        "Time until the standby had caught up, or was given up."
    );
    gauge!(
        "aftercare_spool_free_bytes",
        Bytes,
        "Room on disk for exports whose clients are slow."
    );
}

/// The maximum time for a metrics request to send its headers.
pub const METRICS_TIMEOUT: Duration = Duration::from_secs(5);

//! What the log and the metrics hold, and what they do not.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aftercare::config::{LogConfig, LogFormat};
use aftercare::domain::staff::role::Role;
use aftercare::http::metrics_token::MetricsToken;
use aftercare::http::server;
use aftercare::telemetry;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::collection::{Collection, new_receipt};
use crate::support::logs;

/// What an operator needs.
const METRICS: [&str; 12] = [
    "aftercare_http_request_seconds_bucket{method=\"GET\",route=\"/v1/forms/{form}/responses.csv\",status=\"200\",le=\"",
    "aftercare_http_connections ",
    "aftercare_database_connections{pool=\"requests\",state=\"most\"} 4",
    "aftercare_database_connections{pool=\"exports\",state=\"idle\"} ",
    "aftercare_database_connections{pool=\"exports\",state=\"waited_for\"} 0",
    "aftercare_intake_waiting_responses 0",
    "aftercare_intake_batch_responses_count 6",
    "aftercare_intake_commit_seconds_count 6",
    "aftercare_release_lag_seconds ",
    "aftercare_export_masking_seconds_count 1",
    "aftercare_export_seconds_count 1",
    "aftercare_spool_free_bytes 1073741824",
];

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log_of(filter: &str, work: impl FnOnce()) -> String {
    let config = LogConfig {
        filter: filter.to_owned(),
        format: LogFormat::Json,
    };
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let subscriber = telemetry::subscriber(&config, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, work);
    let bytes = buffer.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn other_crates_never_log_below_warnings_whatever_the_filter_says() {
    for filter in [
        "trace",
        "tokio_postgres=trace",
        "tokio_postgres::query=debug,info",
        "actix_http=trace",
    ] {
        let log = log_of(filter, || {
            tracing::debug!(target: "tokio_postgres::query", "executing with parameters: secret answer");
            tracing::info!(target: "actix_http::h1", "headers: secret answer");
            tracing::info!(target: "aftercarelike", "secret answer");
            tracing::trace!(target: "diesel", "secret answer");
        });
        assert_eq!(log, "", "{filter}");
    }
    let log = log_of("trace", || tracing::warn!(target: "actix_http", "trouble"));
    assert!(log.contains("trouble"));
}

#[test]
fn a_filter_chooses_among_our_own_lines() {
    let log = log_of("warn,aftercare::store=debug", || {
        tracing::debug!(target: "aftercare::store", "shown");
        tracing::info!(target: "aftercare::http", "hidden");
    });
    assert!(log.contains("shown") && !log.contains("hidden"), "{log}");
    let line: Value = serde_json::from_str(log.trim()).unwrap();
    assert_eq!(line["level"], "DEBUG");
}

#[test]
fn a_filter_that_cannot_be_read_is_an_error_with_the_mend() {
    let config = LogConfig {
        filter: "aftercare=loud".to_owned(),
        format: LogFormat::Human,
    };
    let error = telemetry::subscriber(&config, std::io::stderr)
        .err()
        .unwrap();
    assert!(error.to_string().contains("AFTERCARE_LOG"), "{error}");
}

#[tokio::test]
async fn a_day_of_use_leaves_nothing_personal_in_the_log() {
    let before = logs::lines();
    logs::register_secret("marker-in-a-query");
    logs::register_secret("marker-in-a-path");
    logs::register_secret("marker-in-a-header");
    logs::register_secret("marker-in-a-body");
    logs::register_secret("marker in a name");
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    admin
        .get("/v1/staff?limit=marker-in-a-query")
        .send()
        .await
        .expect(400);
    admin
        .get("/v1/staff/marker-in-a-path")
        .send()
        .await
        .expect(404);
    admin.get("/marker-in-a-path").send().await.expect(404);
    admin
        .get("/v1/staff")
        .header("receipt", "marker-in-a-header")
        .send()
        .await
        .expect(200);
    admin
        .post("/v1/staff")
        .json(&json!({"marker-in-a-body": "marker-in-a-body"}))
        .send()
        .await
        .expect(422);
    let new = json!({"email": "someone@clinic.example", "name": "marker in a name", "roles": ["admin"], "password": "marker-in-a-body"});
    admin.post("/v1/staff").json(&new).send().await.expect(201);
    admin.post("/v1/staff").json(&new).send().await.expect(409);
    logs::assert_nothing_leaked();
    assert!(
        logs::lines() > before + 5,
        "nothing was logged, so nothing was shown"
    );
}

#[tokio::test]
async fn a_request_is_logged_by_its_pattern() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    admin
        .get("/v1/staff/4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a")
        .send()
        .await
        .expect(404);
    assert!(logs::has_answered("GET", "/v1/staff/{id}", 404));
    admin.get("/somewhere/else").send().await.expect(404);
    assert!(logs::has_answered("GET", "unmatched", 404));
}

/// The memory of this process, in kilobytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let words = line.unwrap().split_whitespace().nth(1);
    words.unwrap().parse().unwrap()
}

/// Runs another test of this file alone, in a process of its own.
fn alone(test: &str) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .status()
        .unwrap();
    assert!(done.success(), "{test} failed");
}

#[test]
fn metrics_that_nobody_reads_take_no_more_memory() {
    alone("telemetry::two_million_samples_that_nobody_reads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "measures the whole process, so another test runs it alone"]
async fn two_million_samples_that_nobody_reads() {
    let metrics = telemetry::Metrics::install().unwrap();
    tokio::spawn(metrics.clone().keep_up(Duration::from_millis(20)));
    let before = resident();
    for _ in 0..40 {
        for _ in 0..50_000 {
            metrics::histogram!("aftercare_http_request_seconds").record(0.01);
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let grown = resident().saturating_sub(before);
    // Kept as they are, they would take 32 MB.
    assert!(grown < 10_000, "memory has grown by {grown} kB");
    let scraped = metrics.render();
    let mut lines = scraped.lines();
    let count = lines.find_map(|line| line.strip_prefix("aftercare_http_request_seconds_count "));
    let count: u64 = count.unwrap().parse().unwrap();
    // The library loses those that come in the moment of adding up: more of them where the machine is busy.
    assert!((1_980_000..=2_000_000).contains(&count), "{count}");
}

#[test]
fn metrics_say_what_operators_need() {
    alone("telemetry::a_scrape_has_every_metric");
}

#[tokio::test]
#[ignore = "installs the recorder, which a process has once, so another test runs it alone"]
async fn a_scrape_has_every_metric() {
    let metrics = telemetry::Metrics::install().unwrap();
    let collection = Collection::start().await;
    let app = &collection.app;
    let token = MetricsToken::new("a token that nobody guesses\n");
    let address = "127.0.0.1:0".parse().unwrap();
    let bound = server::bind_metrics(address, token, metrics, app.state.clone()).unwrap();
    let url = format!("http://{}/metrics", bound.address);
    let handle = bound.handle();
    tokio::spawn(bound.server);
    for _ in 0..6 {
        let answers = json!({"group": "a", "alone": true, "meals": "much", "help_from": ["family"], "distress": 6,
            "sleep_hours": 7, "weight": 61.5, "exact": 4, "family_role": false, "after": "some"});
        let sent = collection.send(&new_receipt(), &answers).await;
        sent.expect(201);
    }
    collection.release().await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let path = format!("/v1/forms/{}/responses.csv", collection.form);
    analyst.get(&path).send().await.expect(200);

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = |token: &'static str| http.get(&url).bearer_auth(token).send();
    assert_eq!(http.get(&url).send().await.unwrap().status(), 401);
    assert_eq!(
        get("another token that is wrong").await.unwrap().status(),
        401
    );
    let scraped = get("a token that nobody guesses").await.unwrap();
    assert_eq!(scraped.status(), 200);
    let scraped = scraped.text().await.unwrap();
    for metric in METRICS {
        assert!(scraped.contains(metric), "{metric} is missing:\n{scraped}");
    }
    handle.stop(false).await;
}

#[tokio::test]
async fn a_reply_has_the_id_that_the_log_has() {
    let app = TestApp::start().await;
    let client = app.client();
    let good = client.get("/v1/forms").send().await.expect(200);
    let other = client.get("/v1/forms").send().await.expect(200);
    assert_ne!(good.header("request-id"), other.header("request-id"));
    let fault = client.get("/v1/forms/none-such").send().await.expect(404);
    let id = fault.header("request-id");
    assert_eq!(fault.json()["instance"], format!("urn:uuid:{id}"));
    let unknown = client.get("/nowhere").send().await.expect(404);
    let instance = format!("urn:uuid:{}", unknown.header("request-id"));
    assert_eq!(unknown.json()["instance"], instance);
    assert!(logs::has_request(id), "the log does not have it");
}

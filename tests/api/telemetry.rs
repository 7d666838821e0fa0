//! What the log and the metrics hold, and what they do not.

use std::sync::{Arc, Mutex};

use aftercare::config::{LogConfig, LogFormat};
use aftercare::domain::staff::role::Role;
use aftercare::telemetry;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::logs;

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

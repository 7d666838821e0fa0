//! Files, figures and reports are read from a standby, and lack nothing.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, OWN, new_receipt};
use crate::support::gate::Gate;
use crate::support::postgres::{Cluster, TestDatabase};

/// A line of the log names who asks, and holds each statement.
const LOGGED: &str = "-c listen_addresses='' -c fsync=off -c max_connections=60 -c log_statement=all -c log_line_prefix='%a: '";
const FILE: &str = "/v1/forms/every-kind/responses.ndjson";

/// A collection on a primary with a standby.
struct Pair {
    /// Dropped before its database is.
    collection: Collection,
    receipts: Vec<String>,
    primary: Cluster,
    standby: Cluster,
    /// Between the server and the standby.
    gate: Gate,
}

impl Pair {
    async fn start() -> Self {
        let primary = Cluster::make();
        primary.start(LOGGED);
        let database = TestDatabase::create_in(&primary).await;
        let standby = Cluster::standby_of(&primary);
        standby.start(LOGGED);
        let url = format!("{}/{}", standby.base_url(), database.name);
        let gate = Gate::to(&url).await;
        let url = Gate::url(&[&gate]);
        let app = TestApp::start_beside(database, &url).await;
        let collection = Collection::start_on(app, EVERY_KIND).await;
        let mut receipts = Vec::new();
        for _ in 0..12 {
            let receipt = new_receipt();
            let answers = json!({"group": "c", "meals": "none", "distress": 0});
            collection.send(&receipt, &answers).await.expect(201);
            receipts.push(receipt);
        }
        collection.release().await;
        Self {
            collection,
            receipts,
            primary,
            standby,
            gate,
        }
    }

    /// How many rows a file has.
    async fn rows(&self) -> usize {
        let file = self.collection.staff.client.get(FILE).send().await;
        file.expect(200).text().lines().count()
    }

    /// How often responses were read for exports and figures.
    fn reads(cluster: &Cluster) -> usize {
        let log = std::fs::read_to_string(cluster.folder.join("log")).unwrap();
        let lines = log
            .lines()
            .filter(|line| line.starts_with("aftercare-export: "));
        lines
            .filter(|line| line.contains("responses\".\"record\""))
            .count()
    }

    /// Statements on the standby.
    async fn at_the_standby(&self, sql: &str) {
        let url = format!("{}/postgres", self.standby.base_url());
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    }
}

#[tokio::test]
async fn files_figures_and_reports_are_read_from_the_standby() {
    let pair = Pair::start().await;
    assert_eq!(pair.rows().await, 12);
    let client = &pair.collection.staff.client;
    let by_pass = "/v1/forms/every-kind/statistics?of=meals&from_week=1990-W01";
    client.get(by_pass).send().await.expect(200);
    assert!(Pair::reads(&pair.standby) >= 2);
    assert_eq!(Pair::reads(&pair.primary), 0);
}

#[tokio::test]
async fn a_withdrawn_response_is_in_no_file_while_the_standby_lags() {
    let pair = Pair::start().await;
    assert_eq!(pair.rows().await, 12);
    pair.at_the_standby("SELECT pg_wal_replay_pause()").await;
    let call = pair.collection.app.client().delete(OWN);
    let call = call.header("receipt", &pair.receipts[0]);
    call.send().await.expect(204);
    let read = Pair::reads(&pair.standby);
    assert_eq!(pair.rows().await, 11, "from the primary");
    assert_eq!(Pair::reads(&pair.standby), read);
    pair.at_the_standby("SELECT pg_wal_replay_resume()").await;
    let primary = Pair::reads(&pair.primary);
    assert_eq!(pair.rows().await, 11, "from the standby again");
    assert_eq!(Pair::reads(&pair.primary), primary);
}

#[tokio::test]
async fn without_its_standby_the_server_reads_the_primary() {
    let pair = Pair::start().await;
    assert_eq!(pair.rows().await, 12);
    pair.standby.stop();
    for _ in 0..3 {
        let begun = Instant::now();
        assert_eq!(pair.rows().await, 12);
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
    assert!(Pair::reads(&pair.primary) >= 1);
}

#[tokio::test]
async fn a_standby_that_hangs_is_given_up_and_then_left_alone() {
    let pair = Pair::start().await;
    assert_eq!(pair.rows().await, 12);
    pair.gate.shut();
    let begun = Instant::now();
    assert_eq!(pair.rows().await, 12);
    assert!(begun.elapsed() < Duration::from_secs(5));
    let begun = Instant::now();
    assert_eq!(pair.rows().await, 12);
    assert!(begun.elapsed() < Duration::from_secs(1), "it is left alone");
}

#[tokio::test]
async fn a_standby_that_was_promoted_is_read_no_longer() {
    let pair = Pair::start().await;
    assert_eq!(pair.rows().await, 12);
    pair.at_the_standby("SELECT pg_promote()").await;
    let answers = json!({"group": "c", "meals": "none", "distress": 0});
    let sent = pair.collection.send(&new_receipt(), &answers).await;
    sent.expect(201);
    pair.collection.release().await;
    assert_eq!(pair.rows().await, 13);
}

#[tokio::test]
async fn a_copy_of_another_database_is_never_read() {
    let primary = Cluster::make();
    primary.start(LOGGED);
    let database = TestDatabase::create_in(&primary).await;
    let other = TestDatabase::create().await;
    let app = TestApp::start_beside(database, &other.url()).await;
    let collection = Collection::start_on(app, EVERY_KIND).await;
    for _ in 0..6 {
        let answers = json!({"group": "c", "meals": "none", "distress": 0});
        collection.send(&new_receipt(), &answers).await.expect(201);
    }
    collection.release().await;
    let file = collection.staff.client.get(FILE).send().await.expect(200);
    assert_eq!(file.text().lines().count(), 6);
    assert!(Pair::reads(&primary) >= 1);
}

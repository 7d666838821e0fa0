//! A database that hangs: it keeps its connections open and answers nothing. Every request ends all the same, and all is
//! well again when the database is, or when another host takes over.

use std::time::{Duration, Instant};

use aftercare::config::HttpConfig;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::collection::{EVERY_KIND, definition, publish};
use crate::support::gate::Gate;
use crate::support::postgres::TestDatabase;

/// The longest that any request may take: a connection to wait for, another to make, and the patience of a query.
const BOUND: Duration = Duration::from_secs(20);

async fn behind(gates: &[&Gate], database: TestDatabase) -> TestApp {
    let target = Gate::url(gates).parse().unwrap();
    TestApp::start_at(database, target, HttpConfig::default()).await
}

/// Publishes a form and opens a campaign, so that there is something to ask for.
async fn open_campaign(app: &TestApp) {
    let staff = app.with_roles(Role::ALL).await;
    publish(&staff.client, &definition(EVERY_KIND)).await;
    let campaign = json!({
        "key": "test-campaign", "form": "every-kind", "title": {"en": "Test"},
        "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2036-01-01T00:00:00Z",
    });
    let campaign = staff.client.post("/v1/campaigns").json(&campaign);
    campaign.send().await.expect(201);
}

fn response() -> Value {
    json!({"form_version": 1, "language": "en", "answers": {
        "group": "b", "alone": true, "meals": "much", "help_from": ["family"], "distress": 8, "sleep_hours": 6,
        "weight": 61.25, "family_role": false, "exact": 4, "after": "some",
    }})
}

#[tokio::test]
async fn requests_to_a_hung_database_end_and_readiness_tells_at_once() {
    let database = TestDatabase::create().await;
    let gate = Gate::to(&database.url()).await;
    let app = behind(&[&gate], database).await;
    open_campaign(&app).await;
    app.client().get("/health/ready").send().await.expect(200);

    gate.shut();
    let started = Instant::now();
    let sending = (0..12).map(|number| {
        let receipt = format!("hung-receipt-{number:02}-aaaaaaaa");
        let client = app.client();
        async move {
            let call = client.post("/v1/campaigns/test-campaign/responses");
            let call = call.header("receipt", &receipt).json(&response());
            call.expecting_failure().send().await
        }
    });
    let sending = futures_util::future::join_all(sending);
    let asking = async {
        let started = Instant::now();
        let ready = app
            .client()
            .get("/health/ready")
            .expecting_failure()
            .send()
            .await;
        (ready, started.elapsed())
    };
    let (answers, (ready, asked)) = tokio::join!(sending, asking);
    ready.expect_problem(Code::DatabaseUnavailable);
    assert!(asked < Duration::from_secs(2), "readiness took {asked:?}");
    for answer in answers {
        assert!(!answer.header("retry-after").is_empty());
        answer.expect_problem(Code::DatabaseUnavailable);
    }
    assert!(started.elapsed() < BOUND, "{:?}", started.elapsed());
    app.client().get("/health/live").send().await.expect(200);

    // It heals alone: new connections are made.
    gate.reopen();
    app.client().get("/health/ready").send().await.expect(200);
    let call = app.client().post("/v1/campaigns/test-campaign/responses");
    let call = call.header("receipt", "hung-receipt-00-aaaaaaaa");
    let again = call.json(&response()).send().await;
    assert!([200, 201].contains(&again.status.as_u16()), "{again:?}");
}

#[tokio::test]
async fn a_host_that_swallows_everything_does_not_hide_the_next_one() {
    let database = TestDatabase::create().await;
    let (hung, sound) = (
        Gate::to(&database.url()).await,
        Gate::to(&database.url()).await,
    );
    hung.shut();
    let app = behind(&[&hung, &sound], database).await;
    let started = Instant::now();
    open_campaign(&app).await;
    assert!(started.elapsed() < BOUND, "{:?}", started.elapsed());
}

#[tokio::test]
async fn when_a_host_hangs_its_connections_are_given_up_for_the_next_one() {
    let database = TestDatabase::create().await;
    let (first, second) = (
        Gate::to(&database.url()).await,
        Gate::to(&database.url()).await,
    );
    let app = behind(&[&first, &second], database).await;
    open_campaign(&app).await;
    // Several connections to the first host are in the pool.
    let asking = (0..8).map(|_| app.client().get("/v1/campaigns").send());
    for answer in futures_util::future::join_all(asking).await {
        answer.expect(200);
    }
    first.shut();
    let started = Instant::now();
    let failed = app
        .client()
        .get("/v1/campaigns")
        .expecting_failure()
        .send()
        .await;
    failed.expect_problem(Code::DatabaseUnavailable);
    assert!(started.elapsed() < BOUND, "{:?}", started.elapsed());
    // One query was left unanswered: no other connection to that host is tried.
    let started = Instant::now();
    for _ in 0..4 {
        app.client().get("/v1/campaigns").send().await.expect(200);
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

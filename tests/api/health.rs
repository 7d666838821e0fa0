//! Health.

use aftercare::config::HttpConfig;
use aftercare::http::problem::Code;

use crate::support::TestApp;
use crate::support::postgres::TestDatabase;

#[tokio::test]
async fn a_server_with_its_database_is_live_and_ready() {
    let app = TestApp::start().await;
    let live = app.client().get("/health/live").send().await.expect(200);
    assert_eq!(live.json()["status"], "live");
    let ready = app.client().get("/health/ready").send().await.expect(200);
    assert_eq!(ready.json()["status"], "ready");
}

#[tokio::test]
async fn a_server_whose_database_lacks_migrations_is_live_but_not_ready() {
    let app = TestApp::start_on(TestDatabase::create_empty().await, HttpConfig::default()).await;
    app.client().get("/health/live").send().await.expect(200);
    let ready = app
        .client()
        .get("/health/ready")
        .expecting_failure()
        .send()
        .await;
    ready.expect_problem(Code::NotReady);
}

//! Stopping: what was accepted is finished.

use std::time::Duration;

use aftercare::domain::staff::role::Role;
use diesel_async::SimpleAsyncConnection;
use tokio::net::TcpStream;

use crate::support::TestApp;

#[tokio::test]
async fn a_request_that_was_accepted_is_finished_and_new_ones_are_not_taken() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let mut conn = app.connect().await;
    conn.batch_execute("BEGIN; LOCK TABLE staff").await.unwrap();
    // It waits for the lock on the table, in the middle of its work.
    let waiting = tokio::spawn(admin.get("/v1/staff").send());
    tokio::time::sleep(Duration::from_millis(300)).await;

    let stopping = app.stop(true);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!stopping.is_finished(), "it did not wait");
    assert!(!waiting.is_finished());
    conn.batch_execute("COMMIT").await.unwrap();
    waiting.await.unwrap().expect(200);
    tokio::time::timeout(Duration::from_secs(10), stopping)
        .await
        .unwrap()
        .unwrap();
    assert!(TcpStream::connect(app.address).await.is_err());
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let app = TestApp::start().await;
    // The client keeps its connection open for the next request.
    let client = app.client();
    client.get("/health/live").send().await.expect(200);
    let stopping = tokio::time::timeout(Duration::from_secs(10), app.stop(true));
    stopping.await.unwrap().unwrap();
}

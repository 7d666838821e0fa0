//! A database whose disk is full.

use aftercare::http::problem::Code;
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::support::collection::{Collection, new_receipt};

/// What Postgres says when a table cannot grow.
const FULL: &str = "
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = '53100',
            MESSAGE = 'could not extend file \"base/16384/16421\": No space left on device';
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON arrivals FOR EACH ROW EXECUTE FUNCTION full_disk();";

fn answers() -> Value {
    json!({"group": "a", "alone": true, "meals": "much", "help_from": ["family"], "distress": 6, "sleep_hours": 7,
        "weight": 61.5, "exact": 4, "family_role": false, "after": "some"})
}

#[tokio::test]
async fn a_full_disk_is_a_503_that_readiness_tells_of_and_that_heals() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let mut conn = collection.app.connect().await;
    conn.batch_execute(FULL).await.unwrap();

    let receipt = new_receipt();
    let call = collection.response(&receipt, &answers());
    let refused = call.expecting_failure().send().await;
    assert!(!refused.header("retry-after").is_empty());
    refused.expect_problem(Code::DatabaseUnavailable);
    let ready = client.get("/health/ready").expecting_failure().send().await;
    assert!(!ready.header("retry-after").is_empty());
    let detail = ready.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("the disk is full"), "{detail}");
    ready.expect_problem(Code::NotReady);
    // Reading goes on.
    client.get("/v1/campaigns").send().await.expect(200);
    client.get("/health/live").send().await.expect(200);

    conn.batch_execute("DROP TRIGGER full_disk ON arrivals")
        .await
        .unwrap();
    collection.send(&receipt, &answers()).await.expect(201);
    client.get("/health/ready").send().await.expect(200);
}

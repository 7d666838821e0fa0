//! Arrivals wait, and are released in shuffled batches.

use aftercare::app::tasks::release::release_on;
use aftercare::http::problem::Code;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::collection::{Collection, new_receipt};

const COUNTS: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM arrivals), (SELECT count(*) FROM responses), \
                      (SELECT count(*) FROM waiting_remarks), (SELECT count(*) FROM remarks))";

fn answers() -> Value {
    json!({"group": "a", "meals": "some", "distress": 3, "exact": 1, "story": "A remark."})
}

fn own(campaign: &str) -> String {
    format!("/v1/campaigns/{campaign}/responses/own")
}

impl Collection {
    async fn send_to(&self, campaign: &str, receipt: &str) -> u16 {
        let body = json!({"form_version": 1, "language": "en", "answers": answers()});
        let call = self
            .app
            .client()
            .post(&format!("/v1/campaigns/{campaign}/responses"));
        call.header("receipt", receipt)
            .json(&body)
            .send()
            .await
            .status
            .as_u16()
    }

    async fn fill(&self, campaign: &str, count: usize) -> Vec<String> {
        let receipts: Vec<String> = (0..count).map(|_| new_receipt()).collect();
        for receipt in &receipts {
            assert_eq!(self.send_to(campaign, receipt).await, 201);
        }
        receipts
    }
}

#[tokio::test]
async fn nothing_is_released_before_the_batch_is_full() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 10)
        .await;
    collection.fill("batched", 9).await;
    assert_eq!(collection.release().await, 0);
    assert_eq!(collection.sql::<String>(COUNTS).await, "9 0 0 0");
    collection.fill("batched", 1).await;
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 10 10 0");
}

#[tokio::test]
async fn a_campaign_that_ends_releases_what_waits() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("closed", -1, 30, 10)
        .await;
    collection.open_with_release_size("ended", -1, 2, 10).await;
    collection.fill("closed", 3).await;
    collection.fill("ended", 2).await;
    collection
        .staff
        .client
        .post("/v1/campaigns/closed/close")
        .send()
        .await
        .expect(200);
    assert_eq!(collection.sql::<String>(COUNTS).await, "2 3 0 3");
    collection.app.clock.advance(TimeDelta::days(3));
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 5 0 5");
}

#[tokio::test]
async fn the_server_releases_by_itself() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 4)
        .await;
    collection.fill("batched", 4).await;
    for _ in 0..100 {
        if collection.sql_now::<String>(COUNTS).await == "0 4 4 0" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{}", collection.sql_now::<String>(COUNTS).await);
}

#[tokio::test]
async fn a_receipt_works_wherever_the_response_is() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 3)
        .await;
    let receipts = collection.fill("batched", 2).await;
    let client = collection.app.client();
    let get = |receipt: &str| {
        client
            .get(&own("batched"))
            .header("receipt", receipt)
            .send()
    };
    let delete = |receipt: &str| {
        client
            .delete(&own("batched"))
            .header("receipt", receipt)
            .send()
    };
    let waiting = get(&receipts[0]).await.expect(200).json();
    assert_eq!(waiting["answers"]["story"], "A remark.");
    assert_eq!(collection.send_to("batched", &receipts[0]).await, 200);
    delete(&receipts[1]).await.expect(204);
    assert_eq!(collection.sql::<String>(COUNTS).await, "1 0 0 0");
    collection.fill("batched", 2).await;
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 3 3 0");
    assert_eq!(
        get(&receipts[0]).await.expect(200).json(),
        waiting,
        "the same after the move"
    );
    assert_eq!(collection.send_to("batched", &receipts[0]).await, 200);
    get(&receipts[1])
        .await
        .expect_problem(Code::ResponseWithdrawn);
    assert_eq!(collection.send_to("batched", &receipts[1]).await, 410);
    delete(&receipts[0]).await.expect(204);
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 2 2 0");
}

#[tokio::test]
async fn neither_place_nor_transaction_tells_the_order_or_joins_a_remark_to_its_response() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 40)
        .await;
    collection.fill("batched", 40).await;
    collection.release().await;
    for table in ["responses", "waiting_remarks"] {
        let by_place = format!(
            "SELECT array_agg(id ORDER BY ctid) = array_agg(id ORDER BY id) AND count(DISTINCT xmin::text) = 1 \
             FROM {table}"
        );
        assert!(
            collection.sql::<bool>(&by_place).await,
            "{table}: one transaction, in the order of the hashes"
        );
    }
    let left =
        "SELECT pg_relation_size('arrivals') IS NOT NULL AND NOT EXISTS (SELECT FROM arrivals)";
    assert!(collection.sql::<bool>(left).await);
}

#[tokio::test]
async fn any_number_of_servers_move_each_arrival_once_and_in_full_batches() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 7)
        .await;
    let sends = (0..150).map(|_| {
        let receipt = new_receipt();
        let collection = &collection;
        async move { collection.send_to("batched", &receipt).await }
    });
    let releases = (0..6).map(|_| async {
        for _ in 0..20 {
            let mut conn = collection.app.connect().await;
            release_on(
                &collection.app.state.app,
                &mut conn,
                collection.app.state.app.now(),
            )
            .await
            .unwrap();
        }
    });
    let (statuses, _) = tokio::join!(join_all(sends), join_all(releases));
    assert!(statuses.iter().all(|status| *status == 201));
    collection.release().await;
    let total = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses)";
    assert_eq!(collection.sql::<i64>(total).await, 150);
    let least = "SELECT min(size) FROM (SELECT count(*) AS size FROM responses GROUP BY xmin::text) batches";
    let least = collection.sql::<i64>(least).await;
    assert!(least >= 7, "a batch of {least}");
}

#[tokio::test]
async fn retries_and_withdrawals_during_a_release_find_the_response_or_its_tombstone() {
    let collection = Collection::start().await;
    for _ in 0..12 {
        let receipt = new_receipt();
        assert_eq!(collection.send_to("test-campaign", &receipt).await, 201);
        let client = collection.app.client();
        let withdrawal = client
            .delete(&own("test-campaign"))
            .header("receipt", &receipt)
            .send();
        let retries = (0..3).map(|_| collection.send_to("test-campaign", &receipt));
        let (retries, withdrawn, _) =
            tokio::join!(join_all(retries), withdrawal, collection.release());
        withdrawn.expect(204);
        assert!(
            retries.iter().all(|status| matches!(status, 200 | 410)),
            "{retries:?}"
        );
    }
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 0 0 0");
}

#[tokio::test]
async fn the_number_that_waits_is_rounded_so_that_watching_it_tells_nothing() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 5)
        .await;
    let progress = async || {
        let view = collection
            .staff
            .client
            .get("/v1/campaigns/batched/progress")
            .send()
            .await
            .expect(200)
            .json();
        (
            view["released"].as_i64().unwrap(),
            view["waiting"].as_i64().unwrap(),
        )
    };
    collection.fill("batched", 4).await;
    assert_eq!(progress().await, (0, 0));
    collection.fill("batched", 2).await;
    collection.release().await;
    assert_eq!(
        progress().await,
        (0, 0),
        "six are released, and that is below ten"
    );
}

#[tokio::test]
async fn whoever_raises_the_release_size_step_by_step_learns_nothing_beyond_the_first_count() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 1)
        .await;
    collection.fill("batched", 57).await;
    collection.release().await;
    let coordinator = &collection.staff.client;
    let mut seen = Vec::new();
    for size in [1, 7, 10, 11, 19, 23, 29, 31, 53, 57, 58, 100, 1000] {
        let patch = coordinator.patch("/v1/campaigns/batched");
        let body = json!({"release_size": size});
        patch.json(&body).send().await.expect(200);
        let progress = coordinator.get("/v1/campaigns/batched/progress");
        let view = progress.send().await.expect(200).json();
        let (released, base) = (&view["released"], &view["rounded_to"]);
        seen.push((released.as_i64().unwrap(), base.as_i64().unwrap()));
    }
    let (first, _) = seen[0];
    assert_eq!(first, 50);
    for (released, base) in seen {
        assert_eq!(released, first - first % base, "it follows from the first");
    }
}

#[tokio::test]
async fn remarks_are_released_later_than_their_responses_and_mixed_over_several_batches() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 5)
        .await;
    let mut receipts = collection.fill("batched", 5).await;
    collection.release().await;
    receipts.extend(collection.fill("batched", 5).await);
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 10 10 0");
    let listed = async || {
        let call = collection.staff.client.get("/v1/remarks?campaign=batched");
        let page = call.send().await.expect(200).json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(listed().await, 0);
    receipts.extend(collection.fill("batched", 5).await);
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 15 0 15");
    assert_eq!(listed().await, 15);
    // They were written at once, in the order of their ids, in a transaction in which no response was released.
    let tells_nothing = "SELECT count(DISTINCT xmin::text) = 1 AND array_agg(id ORDER BY ctid) = array_agg(id ORDER BY id) \
                         AND NOT bool_or(xmin::text IN (SELECT xmin::text FROM responses)) FROM remarks";
    assert!(collection.sql::<bool>(tells_nothing).await);
    let batches = "SELECT count(DISTINCT xmin::text) FROM responses";
    assert!(collection.sql::<i64>(batches).await > 1);
    // The receipt still finds them.
    for receipt in &receipts {
        assert_eq!(collection.send_to("batched", receipt).await, 200);
    }
}

#[tokio::test]
async fn a_remark_that_waits_is_read_compared_withdrawn_and_erased_by_its_receipt() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 3)
        .await;
    let receipts = collection.fill("batched", 3).await;
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 3 3 0");
    let client = collection.app.client();
    let call = client.get(&own("batched")).header("receipt", &receipts[0]);
    let read = call.send().await.expect(200).json();
    assert_eq!(read["answers"]["story"], "A remark.");
    assert_eq!(collection.send_to("batched", &receipts[0]).await, 200);
    let mut other = answers();
    other["story"] = json!("Another remark.");
    let body = json!({"form_version": 1, "language": "en", "answers": other});
    let call = client.post("/v1/campaigns/batched/responses");
    let call = call.header("receipt", &receipts[0]).json(&body);
    call.send().await.expect_problem(Code::ReceiptUsed);
    let call = client
        .delete(&own("batched"))
        .header("receipt", &receipts[0]);
    call.send().await.expect(204);
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 2 2 0");
    // Two that are left do not lead to a batch: they wait until the campaign ends.
    collection.fill("batched", 3).await;
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 5 5 0");
    let close = collection.staff.client.post("/v1/campaigns/batched/close");
    close.send().await.expect(200);
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 5 0 5");
}

#[tokio::test]
async fn withdrawals_while_remarks_are_released_leave_none_behind() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 2)
        .await;
    for _ in 0..8 {
        let receipts = collection.fill("batched", 6).await;
        let client = collection.app.client();
        let withdrawals = receipts.iter().map(|receipt| {
            let call = client.delete(&own("batched")).header("receipt", receipt);
            call.send()
        });
        let (withdrawn, _, _) = tokio::join!(
            join_all(withdrawals),
            collection.release(),
            collection.release()
        );
        for reply in withdrawn {
            reply.expect(204);
        }
    }
    assert_eq!(collection.sql::<String>(COUNTS).await, "0 0 0 0");
}

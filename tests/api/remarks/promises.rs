//! What review must not break: replays and withdrawal.

use aftercare::http::problem::Code;
use futures_util::future::join;
use serde_json::{Value, json};

use super::{answers, find, list, review};
use crate::support::collection::{Collection, OWN, new_receipt};

const STORY: &str = "Nurse Ann Miller was kind to me.";

/// Every outcome of a review.
fn reviews() -> [Value; 6] {
    [
        json!({"state": "cleared"}),
        json!({"state": "withheld"}),
        json!({"state": "pending"}),
        json!({"state": "cleared", "text": "Nurse […] was kind to me."}),
        json!({"state": "withheld", "text": "[…]"}),
        json!({"state": "pending", "text": "[…] kind […]"}),
    ]
}

/// A collection with one response, one of whose remarks was reviewed.
async fn reviewed(body: &Value) -> (Collection, String) {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    let sent = collection.send(&receipt, &answers(STORY, "Soon.")).await;
    sent.expect(201);
    collection.sql::<i64>("SELECT count(*) FROM remarks").await;
    let client = &collection.staff.client;
    let remark = find(client, STORY).await;
    review(client, &remark, body).await.expect(200);
    (collection, receipt)
}

#[tokio::test]
async fn a_withdrawn_response_takes_its_remarks_along_in_every_state() {
    for body in reviews() {
        let (collection, receipt) = reviewed(&body).await;
        let client = &collection.staff.client;
        assert_eq!(list(client, "state=all").await.len(), 2);
        let read = list(client, "state=all").await;
        let withdraw = collection
            .app
            .client()
            .delete(OWN)
            .header("receipt", &receipt);
        withdraw.send().await.expect(204);
        assert!(list(client, "state=all").await.is_empty(), "{body}");
        assert_eq!(
            collection.sql::<i64>("SELECT count(*) FROM remarks").await,
            0
        );
        let late = review(client, &read[0], &json!({"state": "cleared"})).await;
        late.expect_problem(Code::RemarkUnknown);
    }
}

#[tokio::test]
async fn a_retry_after_a_review_is_still_a_replay_and_other_words_are_not() {
    for body in reviews() {
        let (collection, receipt) = reviewed(&body).await;
        let retry = collection.send(&receipt, &answers(STORY, "Soon.")).await;
        assert_eq!(retry.status, 200, "{body}");
        // Of a remark that was taken out altogether nothing is left to compare with.
        let other = if body["text"] == "[…]" {
            STORY
        } else {
            "Other words."
        };
        for other in [answers(other, "Later."), answers(other, "Soon?")] {
            let answer = collection.send(&receipt, &other).await;
            answer.expect_problem(Code::ReceiptUsed);
        }
        assert_eq!(list(&collection.staff.client, "state=all").await.len(), 2);
    }
}

#[tokio::test]
async fn a_review_and_a_withdrawal_at_once_leave_nothing_behind() {
    for _ in 0..5 {
        let (collection, receipt) = reviewed(&json!({"state": "pending"})).await;
        let client = &collection.staff.client;
        let remark = find(client, STORY).await;
        let withdraw = collection
            .app
            .client()
            .delete(OWN)
            .header("receipt", &receipt);
        let clear = json!({"state": "cleared", "text": "[…] kind […]"});
        let (withdrawn, reviewed) = join(withdraw.send(), review(client, &remark, &clear)).await;
        withdrawn.expect(204);
        assert!([200, 404].contains(&reviewed.status.as_u16()));
        assert_eq!(
            collection.sql::<i64>("SELECT count(*) FROM remarks").await,
            0
        );
    }
}

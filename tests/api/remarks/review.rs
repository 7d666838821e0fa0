//! Clearing, withholding and editing remarks down.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use futures_util::future::join_all;
use serde_json::json;

use super::{answers, audited, collection_with, find, list, review};
use crate::support::collection::{Collection, new_receipt};

const STORY: &str = "Nurse Ann Miller was kind to me.";
const EDITED: &str = "Nurse […] was kind to me.";

async fn collection() -> Collection {
    let collection = Collection::start().await;
    let sent = collection
        .send(&new_receipt(), &answers(STORY, "Soon."))
        .await;
    sent.expect(201);
    collection.sql::<i64>("SELECT count(*) FROM remarks").await;
    collection
}

#[tokio::test]
async fn a_remark_is_cleared_withheld_and_taken_up_again() {
    let collection = collection().await;
    let client = &collection.staff.client;
    let mut remark = find(client, STORY).await;
    for state in ["cleared", "withheld", "pending"] {
        let answer = review(client, &remark, &json!({"state": state}))
            .await
            .expect(200);
        let after = answer.json();
        assert_eq!(
            (&after["state"], &after["text"]),
            (&json!(state), &json!(STORY))
        );
        assert_eq!(answer.header("etag"), after["etag"].as_str().unwrap());
        assert_ne!(after["etag"], remark["etag"]);
        assert_eq!(find(client, STORY).await, after);
        remark = after;
    }
}

#[tokio::test]
async fn a_remark_is_edited_down_for_good() {
    let collection = collection().await;
    let client = &collection.staff.client;
    let remark = find(client, STORY).await;
    let body = json!({"text": "Nurse [...] was  kind to me.", "state": "cleared"});
    let after = review(client, &remark, &body).await.expect(200).json();
    assert_eq!(
        (&after["text"], &after["state"]),
        (&json!(EDITED), &json!("cleared"))
    );
    let further = json!({"text": "[…] was kind to me."});
    let after = review(client, &after, &further).await.expect(200).json();
    assert_eq!(
        (&after["text"], &after["state"]),
        (&json!("[…] was kind to me."), &json!("cleared"))
    );
    let back = review(client, &after, &json!({"text": EDITED})).await;
    back.expect_problem(Code::BodyInvalid);
    let gone = "SELECT count(*) FROM remarks WHERE text LIKE '%Miller%'";
    assert_eq!(collection.sql::<i64>(gone).await, 0);
}

#[tokio::test]
async fn nothing_can_be_put_into_a_remark() {
    let collection = collection().await;
    let client = &collection.staff.client;
    let remark = find(client, STORY).await;
    for text in [
        "Nurse Ann Miller was not kind to me.",
        "Nurse was kind to me.",
        "was kind […] Nurse […]",
        "",
        "  ",
    ] {
        let body = json!({"text": text, "state": "cleared"});
        let answer = review(client, &remark, &body).await;
        assert_eq!(answer.pointers(), ["/text"], "{text}");
        answer.expect_problem(Code::BodyInvalid);
    }
    let nothing = review(client, &remark, &json!({})).await;
    assert_eq!(nothing.pointers(), [""]);
    for body in [
        json!({"state": "open"}),
        json!({"campaign": "other"}),
        json!({"question": "x", "state": "cleared"}),
    ] {
        review(client, &remark, &body)
            .await
            .expect_problem(Code::BodyInvalid);
    }
    assert_eq!(find(client, STORY).await, remark);
    assert!(audited(&collection, "remark_reviewed").await.is_empty());
}

#[tokio::test]
async fn a_review_needs_the_tag_of_what_was_read() {
    let collection = collection().await;
    let client = &collection.staff.client;
    let remark = find(client, STORY).await;
    let path = format!("/v1/remarks/{}", remark["id"].as_str().unwrap());
    let clear = json!({"state": "cleared"});
    client
        .patch(&path)
        .json(&clear)
        .send()
        .await
        .expect_problem(Code::PreconditionRequired);
    let edited = review(client, &remark, &json!({"text": EDITED}))
        .await
        .expect(200)
        .json();
    let late = review(client, &remark, &clear).await;
    late.expect_problem(Code::PreconditionFailed);
    assert_eq!(find(client, EDITED).await, edited);
    // The tag of another remark in the same state does not do.
    let mut other = find(client, "Soon.").await;
    other["id"] = edited["id"].clone();
    review(client, &other, &clear)
        .await
        .expect_problem(Code::PreconditionFailed);
}

#[tokio::test]
async fn of_many_reviews_at_once_one_counts() {
    let collection = collection().await;
    let client = &collection.staff.client;
    let remark = find(client, STORY).await;
    let body = |number: usize| match number % 2 {
        0 => json!({"state": "cleared"}),
        _ => json!({"state": "withheld", "text": EDITED}),
    };
    let bodies: Vec<_> = (0..10).map(body).collect();
    let answers = join_all(bodies.iter().map(|body| review(client, &remark, body))).await;
    let succeeded = answers.iter().filter(|answer| answer.status == 200).count();
    let failed = answers.iter().filter(|answer| answer.status == 412).count();
    assert_eq!((succeeded, failed), (1, 9));
    assert_eq!(audited(&collection, "remark_reviewed").await.len(), 1);
}

#[tokio::test]
async fn a_review_is_in_the_audit_without_the_text() {
    let collection = collection().await;
    let client = &collection.staff.client;
    let remark = find(client, STORY).await;
    let body = json!({"state": "cleared", "text": EDITED});
    let after = review(client, &remark, &body).await.expect(200).json();
    review(client, &after, &json!({"state": "withheld"}))
        .await
        .expect(200);
    let entry = |state: &str, edited: bool| {
        let details = json!({"remark": remark["id"], "campaign": "test-campaign", "state": state, "edited": edited});
        (details, json!(collection.staff.id))
    };
    let expected = [entry("withheld", false), entry("cleared", true)];
    assert_eq!(audited(&collection, "remark_reviewed").await, expected);
    let texts = "SELECT count(*) FROM audit_entries WHERE details ~ 'Miller|Nurse|was kind'";
    assert_eq!(collection.sql::<i64>(texts).await, 0);
}

#[tokio::test]
async fn only_analysts_review_and_only_what_there_is() {
    let collection = collection_with(1).await;
    let remark = list(&collection.staff.client, "").await.remove(0);
    for role in [Role::Admin, Role::Author, Role::Coordinator] {
        let other = collection.app.with_staff(role).await.client;
        let answer = review(&other, &remark, &json!({"state": "cleared"})).await;
        answer.expect_problem(Code::Forbidden);
    }
    let mut unknown = remark.clone();
    unknown["id"] = json!("4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a");
    let answer = review(
        &collection.staff.client,
        &unknown,
        &json!({"state": "cleared"}),
    )
    .await;
    answer.expect_problem(Code::RemarkUnknown);
}

//! Remarks: free text, which a person reads before it goes anywhere.
//!
//! | module | holds |
//! | --- | --- |
//! | `list` | reading them, and what that leaves behind |
//! | `review` | clearing, withholding, editing down |
//! | `promises` | what review must not break: replays, withdrawal |
//! | `redaction` | what is taken out on the way in, and of what still waits |
//! | `export` | the file of those that were cleared |

mod export;
mod list;
mod promises;
mod redaction;
mod review;

use aftercare::domain::staff::role::Role;
use serde_json::{Value, json};

use crate::support::client::{Answer, Client};
use crate::support::collection::{Collection, new_receipt};

/// Answers with these two remarks.
fn answers(story: &str, urgent: &str) -> Value {
    json!({"group": "a", "meals": "some", "distress": 3, "exact": 5, "story": story, "urgent": urgent})
}

/// A collection with so many responses, each with two remarks, all released.
async fn collection_with(count: u32) -> Collection {
    let collection = Collection::start().await;
    for number in 0..count {
        let (story, urgent) = (format!("Story {number}."), format!("Urgent {number}."));
        let sent = collection
            .send(&new_receipt(), &answers(&story, &urgent))
            .await;
        sent.expect(201);
    }
    let stored = "SELECT count(*) FROM remarks";
    assert_eq!(collection.sql::<i64>(stored).await, 2 * i64::from(count));
    collection
}

/// The remarks that a query gives, through all its pages.
async fn list(client: &Client, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/remarks?{query}{cursor}");
        let page = client.get(&path).send().await.expect(200).json();
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// The remark with this text.
async fn find(client: &Client, text: &str) -> Value {
    let all = list(client, "state=all").await;
    all.into_iter()
        .find(|remark| remark["text"] == text)
        .unwrap()
}

/// Reviews a remark as it was read.
async fn review(client: &Client, remark: &Value, body: &Value) -> Answer {
    let path = format!("/v1/remarks/{}", remark["id"].as_str().unwrap());
    let call = client
        .patch(&path)
        .header("if-match", remark["etag"].as_str().unwrap());
    call.json(body).send().await
}

/// The details of the entries of one action in the audit, the newest first, with who did it.
async fn audited(collection: &Collection, action: &str) -> Vec<(Value, Value)> {
    let admin = collection.app.with_staff(Role::Admin).await.client;
    let path = format!("/v1/audit?limit=200&action={action}");
    let page = admin.get(&path).send().await.expect(200).json();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| (item["details"].clone(), item["staff"]["id"].clone()))
        .collect()
}

//! Campaigns: opening, changing and closing them.

use aftercare::http::problem::Code;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::collection::{Collection, new_receipt};

fn answers() -> Value {
    json!({"group": "c", "meals": "none", "distress": 0})
}

#[tokio::test]
async fn everybody_sees_what_is_open_and_can_ask_for_the_rest() {
    let collection = Collection::start().await;
    collection.open("upcoming", 5, 10).await;
    collection.open("over", -10, -5).await;
    let client = collection.app.client();
    let keys = async |query: &str| -> Vec<String> {
        let listed = client
            .get(&format!("/v1/campaigns{query}"))
            .send()
            .await
            .expect(200)
            .json();
        let items = listed["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|campaign| campaign["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys("").await, ["test-campaign"]);
    assert_eq!(keys("?state=upcoming").await, ["upcoming"]);
    assert_eq!(keys("?state=closed").await, ["over"]);
    assert_eq!(keys("?state=all&limit=2").await, ["over", "test-campaign"]);
    client
        .get("/v1/campaigns?state=odd")
        .send()
        .await
        .expect_problem(Code::QueryInvalid);
    for (key, state) in [
        ("upcoming", "upcoming"),
        ("over", "closed"),
        ("test-campaign", "open"),
    ] {
        let campaign = client
            .get(&format!("/v1/campaigns/{key}"))
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&campaign["state"], &campaign["form"]),
            (&json!(state), &json!("every-kind"))
        );
    }
    client
        .get("/v1/campaigns/nothing")
        .send()
        .await
        .expect_problem(Code::CampaignUnknown);
}

#[tokio::test]
async fn a_response_outside_the_window_is_refused_with_its_own_code() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let body = json!({"form_version": 1, "language": "en", "answers": answers()});
    for (key, from, to, code) in [
        ("upcoming", 5, 10, Code::CampaignNotOpenYet),
        ("over", -10, -5, Code::CampaignClosed),
    ] {
        collection.open(key, from, to).await;
        let call = client
            .post(&format!("/v1/campaigns/{key}/responses"))
            .header("receipt", &new_receipt());
        call.json(&body).send().await.expect_problem(code);
    }
}

#[tokio::test]
async fn a_closed_campaign_takes_nothing_new_but_answers_a_retry() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    let first = collection.send(&receipt, &answers()).await.expect(201);
    let close = || {
        collection
            .staff
            .client
            .post("/v1/campaigns/test-campaign/close")
            .send()
    };
    let closed = close().await.expect(200).json();
    assert_eq!(closed["state"], "closed");
    assert_eq!(
        close().await.expect(200).json(),
        closed,
        "a second time changes nothing"
    );
    collection
        .send(&new_receipt(), &answers())
        .await
        .expect_problem(Code::CampaignClosed);
    let retry = collection.send(&receipt, &answers()).await.expect(200);
    assert_eq!(retry.json(), first.json());
    let other = json!({"group": "c", "meals": "some", "distress": 0});
    collection
        .send(&receipt, &other)
        .await
        .expect_problem(Code::ReceiptUsed);
    let patch = collection.staff.client.patch("/v1/campaigns/test-campaign");
    patch
        .json(&json!({"title": {"en": "New"}}))
        .send()
        .await
        .expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn a_campaign_is_changed_field_by_field() {
    let collection = Collection::start().await;
    let before = collection
        .app
        .client()
        .get("/v1/campaigns/test-campaign")
        .send()
        .await
        .json();
    let patch = |body: Value| {
        collection
            .staff
            .client
            .patch("/v1/campaigns/test-campaign")
            .json(&body)
            .send()
    };
    let titled = patch(json!({"title": {"ko": "새 제목"}}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&titled["title"], &titled["closes_at"]),
        (&json!({"ko": "새 제목"}), &before["closes_at"])
    );
    let ended = patch(json!({"closes_at": Utc::now() - TimeDelta::hours(1)}))
        .await
        .expect(200)
        .json();
    assert_eq!(ended["state"], "closed");
    let reversed = patch(json!({"closes_at": Utc::now() - TimeDelta::days(400)})).await;
    assert_eq!(
        reversed.expect_problem(Code::BodyInvalid).pointers(),
        ["/closes_at"]
    );
}

#[tokio::test]
async fn a_campaign_that_makes_no_sense_is_refused_with_the_field() {
    let collection = Collection::start().await;
    let sound = json!({
        "key": "second", "form": "every-kind", "title": {"en": "Second"},
        "opens_at": "2027-02-04T00:00:00Z", "closes_at": "2027-03-04T00:00:00Z",
    });
    for (field, value) in [
        ("key", json!("Second Campaign")),
        ("key", json!("-")),
        ("key", json!("x".repeat(61))),
        ("form", json!("nothing")),
        ("title", json!({})),
        ("title", json!({"en": " "})),
        ("title", json!({"not a tag": "x"})),
        ("description", json!({"en": "x".repeat(4001)})),
        ("opens_at", json!("tomorrow")),
        ("closes_at", json!("2027-02-04T00:00:00Z")),
        ("access", json!("secret")),
        ("colour", json!("green")),
        ("k", json!(4)),
        ("k", json!(1001)),
        ("release_size", json!(0)),
        ("freezes_at", json!("2027-02-03T00:00:00Z")),
        ("retained_until", json!("2027-03-03T00:00:00Z")),
    ] {
        let mut body = sound.clone();
        body[field] = value;
        let refused = collection
            .staff
            .client
            .post("/v1/campaigns")
            .json(&body)
            .send()
            .await;
        assert_eq!(
            refused.expect_problem(Code::BodyInvalid).pointers(),
            [format!("/{field}")],
            "{body}"
        );
    }
    collection
        .staff
        .client
        .post("/v1/campaigns")
        .json(&sound)
        .send()
        .await
        .expect(201);
    let again = collection
        .staff
        .client
        .post("/v1/campaigns")
        .json(&sound)
        .send()
        .await;
    again.expect_problem(Code::CampaignExists);
}

#[tokio::test]
async fn a_window_that_the_database_cannot_tell_or_hold_is_refused_with_the_field() {
    let collection = Collection::start().await;
    let client = &collection.staff.client;
    for (opens_at, closes_at) in [
        // Postgres keeps microseconds, so these two are the same to it.
        (
            "2027-01-01T00:00:00.0000001Z",
            "2027-01-01T00:00:00.0000002Z",
        ),
        // A leap second reaches into the next day.
        ("2016-12-31T23:59:60.9Z", "2017-01-01T00:00:00.1Z"),
        ("-262143-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2027-01-01T00:00:00Z", "+262142-12-31T23:59:59Z"),
        ("2027-01-01T00:00:00Z", "+10000-01-01T00:00:00Z"),
    ] {
        let body = json!({
            "key": "odd", "form": collection.form, "title": {"en": "Odd"},
            "opens_at": opens_at, "closes_at": closes_at,
        });
        let created = client.post("/v1/campaigns").json(&body).send().await;
        created.expect_problem(Code::BodyInvalid);
        let window = json!({"opens_at": opens_at, "closes_at": closes_at});
        let changed = client.patch("/v1/campaigns/test-campaign").json(&window);
        changed.send().await.expect_problem(Code::BodyInvalid);
    }
}

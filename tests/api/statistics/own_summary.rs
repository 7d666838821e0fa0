//! The personal summary, for the holder of a receipt.

use aftercare::app::limiter::Rate;
use aftercare::app::limits::LimitRates;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use super::{figures, fill};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::collection::{
    Collection, EVERY_KIND, OWN, SHIPPED, definition, draft, new_receipt, publish_draft,
};

const SUMMARY: &str = "/v1/campaigns/test-campaign/responses/own/summary";

/// The form of every kind, with advice.
fn advised() -> String {
    let mut form = definition(EVERY_KIND);
    let text = |en: &str, ko: &str| json!({"en": en, "ko": ko});
    form["advice"] = json!([
        {"key": "of_meals", "show_when": {"question": "meals", "is": "much"}, "text": text("Ask about meals.", "식사에 대해 물어보세요.")},
        {"key": "of_band", "show_when": {"score": "difficulty", "band": "great"}, "text": text("Tell your team.", "의료진에게 말씀하세요.")},
        {"key": "of_little", "show_when": {"score": "difficulty", "band": "little"}, "text": text("All is well.", "괜찮습니다.")},
    ]);
    form.to_string()
}

fn answers() -> Value {
    json!({"group": "b", "meals": "much", "distress": 8, "exact": 1})
}

async fn read(collection: &Collection, receipt: &str, accept: &str) -> Answer {
    let call = collection.app.client().get(SUMMARY);
    let call = call.header("receipt", receipt).header("accept", accept);
    call.send().await
}

async fn summary(collection: &Collection, receipt: &str) -> Value {
    let read = read(collection, receipt, "*/*").await.expect(200);
    assert_eq!(read.header("cache-control"), "no-store");
    assert!(read.header("vary").starts_with("accept"));
    assert_eq!(read.header("content-type"), "application/json");
    read.json()
}

#[tokio::test]
async fn a_summary_says_what_the_form_makes_of_the_answers() {
    let collection = Collection::start_with(&advised()).await;
    let receipt = new_receipt();
    collection.send(&receipt, &answers()).await.expect(201);
    let found = summary(&collection, &receipt).await;
    for (field, expected) in [
        ("campaign", json!("test-campaign")),
        ("form", json!("every-kind")),
        ("title", json!("Every kind")),
        ("form_version", json!(1)),
        ("language", json!("en")),
        ("heaviest", json!(["difficulty", "load"])),
        ("notices", json!([{"key": "help", "text": "Help is here."}])),
        (
            "advice",
            json!([
                {"key": "of_band", "text": "Tell your team."}, {"key": "of_meals", "text": "Ask about meals."},
            ]),
        ),
        (
            "people_like_you",
            json!({
                "question": "group", "code": "b", "label": "B", "held_back": true,
                "text": "How people like you answered is not shown: so far there are too few of them, or nothing is published yet.",
            }),
        ),
    ] {
        assert_eq!(found[field], expected, "{field}");
    }
    assert!(found.get("test").is_none());
    assert!(
        found["note"]
            .as_str()
            .unwrap()
            .contains("does not diagnose")
    );
    // meals 2/2 → 100, distress 8/10 → 80.
    assert_eq!(
        found["areas"][0],
        json!({
            "key": "difficulty", "title": "Difficulty (higher = more)", "value": 90.0, "lowest": 0.0, "highest": 100.0,
            "high_is": "worse", "band": "great", "band_label": "Great", "answered": 2, "shown": 2, "people_like_you": null,
        })
    );
}

#[tokio::test]
async fn people_like_the_writer_have_the_figures_of_the_insights_and_nobody_looks_like_few() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 120, 41).await;
    let receipt = new_receipt();
    collection.send(&receipt, &answers()).await.expect(201);
    collection.release().await;
    // While the campaign goes on, nobody sees figures of it.
    let open = summary(&collection, &receipt).await;
    assert_eq!(open["people_like_you"]["held_back"], true);
    assert_eq!(open["areas"][0]["people_like_you"], Value::Null);
    let close = collection
        .staff
        .client
        .post("/v1/campaigns/test-campaign/close");
    close.send().await.expect(200);
    let audited = "SELECT count(*) FROM audit_entries";
    let audit_before: i64 = collection.sql(audited).await;
    let found = summary(&collection, &receipt).await;
    let path = "/v1/campaigns/test-campaign/insights?like=group:b";
    let insights = collection
        .app
        .client()
        .get(path)
        .send()
        .await
        .expect(200)
        .json();
    let table = figures(&collection, "of=score_difficulty&by=group").await;
    let groups = table["groups"].as_array().unwrap().iter();
    let mut alike = groups.filter(|group| group["by"]["group"] == "b");
    let expected = &alike.next().unwrap()["mean"];
    let peers = &found["areas"][0]["people_like_you"];
    assert!(expected["value"].is_f64());
    for (ours, theirs) in [("mean", "value"), ("lower", "lower"), ("upper", "upper")] {
        assert_eq!(peers[ours], expected[theirs], "{ours}");
    }
    assert!(insights.to_string().contains(&peers["mean"].to_string()));
    assert_eq!(found["people_like_you"]["held_back"], false);
    let text = found["people_like_you"]["text"].as_str().unwrap();
    assert!(text.contains("“B”"));
    // Reading it is recorded nowhere, since that would tell what the person answered: the one entry is of the analyst.
    assert_eq!(collection.sql::<i64>(audited).await, audit_before + 1);
}

#[tokio::test]
async fn of_few_people_like_the_writer_a_summary_tells_as_little_as_of_none() {
    let mut told = Vec::new();
    for others in [0, 3] {
        let collection = Collection::start().await;
        let receipt = new_receipt();
        collection.send(&receipt, &answers()).await.expect(201);
        for _ in 0..others {
            collection
                .send(&new_receipt(), &answers())
                .await
                .expect(201);
        }
        collection.release().await;
        let close = collection
            .staff
            .client
            .post("/v1/campaigns/test-campaign/close");
        close.send().await.expect(200);
        told.push(summary(&collection, &receipt).await);
    }
    assert_eq!(told[0]["people_like_you"]["held_back"], true);
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn people_who_answered_another_coding_are_not_like_the_writer() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 120, 42).await;
    let receipt = new_receipt();
    collection.send(&receipt, &answers()).await.expect(201);
    collection.release().await;
    let close = collection
        .staff
        .client
        .post("/v1/campaigns/test-campaign/close");
    close.send().await.expect(200);
    let before = summary(&collection, &receipt).await;
    assert!(before["areas"][0]["people_like_you"].is_object());
    assert!(before["areas"][1]["people_like_you"].is_object());
    // The score is put together in another way from now on, and another is not.
    let mut second = definition(EVERY_KIND);
    second["scores"][0]["at_least_answered"] = json!(1.0);
    draft(&collection.staff.client, &second).await.expect(200);
    let consent = json!({"consent_to_recoding": ["score_difficulty"]});
    let published = publish_draft(&collection.staff.client, "every-kind", &consent).await;
    published.expect(201);
    let after = summary(&collection, &receipt).await;
    assert_eq!(after["areas"][0]["people_like_you"], Value::Null);
    assert_eq!(after["areas"][1], before["areas"][1]);
}

#[tokio::test]
async fn a_summary_is_there_for_what_waits_and_for_tests_and_gone_for_what_was_withdrawn() {
    let collection = Collection::start().await;
    collection.open_with_release_size("slow", -1, 30, 100).await;
    let client = collection.app.client();
    let receipt = new_receipt();
    let body = json!({"form_version": 1, "language": "ko", "answers": answers()});
    let at = "/v1/campaigns/slow/responses";
    let call = client.post(at).json(&body).header("receipt", &receipt);
    call.send().await.expect(201);
    let waiting: i64 = collection.sql_now("SELECT count(*) FROM arrivals").await;
    assert_eq!(waiting, 1);
    let of_slow = format!("{at}/own/summary");
    let get = || client.get(&of_slow).header("receipt", &receipt);
    let found = get().send().await.expect(200).json();
    assert_eq!(found["areas"][0]["band_label"], "많이");
    let own = client.delete(&format!("{at}/own"));
    own.header("receipt", &receipt).send().await.expect(204);
    get().send().await.expect_problem(Code::ResponseWithdrawn);

    let none = read(&collection, &new_receipt(), "*/*").await;
    none.expect_problem(Code::ResponseUnknown);
    let missing = client.get(SUMMARY).send().await;
    missing.expect_problem(Code::ReceiptMissing);
    let malformed = client.get(SUMMARY).header("receipt", "short").send().await;
    malformed.expect_problem(Code::ReceiptMalformed);
    let elsewhere = client.get("/v1/campaigns/none/responses/own/summary");
    let elsewhere = elsewhere.header("receipt", &receipt).send().await;
    elsewhere.expect_problem(Code::CampaignUnknown);
}

#[tokio::test]
async fn the_summary_as_a_page_needs_nothing_and_is_kept_nowhere() {
    let collection = Collection::start_with(SHIPPED).await;
    let receipt = new_receipt();
    let answers = json!({
        "cancer_type": "stomach", "time_since_treatment": "under_6_months", "eating_meals": "severe", "sleep_night": "none",
    });
    collection.send(&receipt, &answers).await.expect(201);
    let page = read(&collection, &receipt, "text/html,*/*;q=0.1")
        .await
        .expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    let text = page.text();
    for forbidden in [
        "<script", "http://", "https://", " style=", "src=", &receipt,
    ] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    assert!(text.contains("Eating (higher = more difficulty)") && text.contains("dietitian"));
    assert!(text.contains("does not diagnose anything"));
}

#[tokio::test]
async fn reading_summaries_counts_as_reading_by_receipt() {
    let rates = LimitRates {
        receipts: Some(Rate::new(3, 600)),
        ..LimitRates::OFF
    };
    let collection = Collection::start_on(TestApp::start_limited(rates).await, EVERY_KIND).await;
    let client = collection.app.client();
    let get = async |path: &str| {
        let call = client.get(path).header("receipt", &new_receipt());
        call.header("x-client", "192.0.2.1").send().await
    };
    for path in [SUMMARY, OWN, SUMMARY] {
        get(path).await.expect_problem(Code::ResponseUnknown);
    }
    let refused = get(SUMMARY).await.expect_problem(Code::TooManyRequests);
    assert!(
        refused
            .header("ratelimit")
            .starts_with("\"receipts\";r=0;t=")
    );
}

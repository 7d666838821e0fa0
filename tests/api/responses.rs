//! Sending responses, retrying, reading and withdrawing them.

use aftercare::http::problem::Code;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::collection::{Collection, OWN, RESPONSES, SHIPPED, new_receipt};
use crate::support::logs::register_secret;

/// Every kind of answer.
fn full() -> Value {
    json!({
        "group": "b", "alone": true, "meals": "much", "help_from": ["family", "friends"], "distress": 8,
        "sleep_hours": 100_000, "weight": 61.25, "family_role": false, "exact": 5, "after": "some",
        "story": "Long afternoons.", "urgent": null,
    })
}

fn least() -> Value {
    json!({"group": "c", "meals": "none", "distress": 0})
}

#[tokio::test]
async fn a_response_is_stored_and_answered_with_its_scores() {
    let collection = Collection::start().await;
    let stored = collection
        .send(&new_receipt(), &full())
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&stored["campaign"], &stored["form_version"]),
        (&json!("test-campaign"), &json!(1))
    );
    let scores = &stored["summary"]["scores"];
    // meals 2/2 → 100, distress 8/10 → 80, after 1/2 → 50.
    assert_eq!(
        (&scores[0]["key"], &scores[0]["value"]),
        (&json!("difficulty"), &json!(76.7))
    );
    assert_eq!(
        (&scores[0]["band"], &scores[0]["band_label"]),
        (&json!("great"), &json!({"en": "Great"}))
    );
    assert_eq!(stored["summary"]["notices"], json!(["help"]));
}

#[tokio::test]
async fn a_retry_gives_the_same_body_even_weeks_later() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    let first = collection.send(&receipt, &full()).await.expect(201);
    let again = collection.send(&receipt, &full()).await.expect(200);
    assert_eq!(again.body, first.body);
    collection.app.clock.advance(TimeDelta::days(14));
    let late = collection.send(&receipt, &full()).await.expect(200);
    assert_eq!(
        late.body, first.body,
        "the week is the one in which it came first"
    );
    assert_eq!(
        collection
            .sql::<i64>("SELECT count(*) FROM responses")
            .await,
        1
    );
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        1
    );
}

#[tokio::test]
async fn a_receipt_stands_for_one_set_of_answers() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    collection.send(&receipt, &full()).await.expect(201);
    for (question, answer) in [
        ("meals", json!("some")),
        ("alone", Value::Null),
        ("weight", json!(61.26)),
        ("story", json!("Other words.")),
        ("story", Value::Null),
        ("urgent", json!("now a remark")),
    ] {
        let mut other = full();
        other[question] = answer;
        collection
            .send(&receipt, &other)
            .await
            .expect_problem(Code::ReceiptUsed);
    }
    collection.send(&receipt, &full()).await.expect(200);
}

#[tokio::test]
async fn the_same_receipt_in_two_campaigns_stands_for_two_responses() {
    let collection = Collection::start().await;
    collection.open("second", -1, 1).await;
    let receipt = new_receipt();
    collection.send(&receipt, &full()).await.expect(201);
    let body = json!({"form_version": 1, "language": "ko", "answers": least()});
    let second = collection
        .app
        .client()
        .post("/v1/campaigns/second/responses")
        .header("receipt", &receipt);
    second.json(&body).send().await.expect(201);
}

#[tokio::test]
async fn many_clients_that_retry_at_once_store_each_response_once() {
    let collection = Collection::start().await;
    let receipts: Vec<String> = (0..20).map(|_| new_receipt()).collect();
    let tries = receipts
        .iter()
        .flat_map(|receipt| [receipt; 5])
        .map(|receipt| {
            let call = collection.response(receipt, &full());
            async move { call.send().await.status.as_u16() }
        });
    let mut statuses = join_all(tries).await;
    statuses.sort_unstable();
    let mut expected = vec![200; 80];
    expected.extend([201; 20]);
    assert_eq!(statuses, expected);
    assert_eq!(
        collection
            .sql::<i64>("SELECT count(*) FROM responses")
            .await,
        20
    );
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        20
    );
}

#[tokio::test]
async fn all_bad_answers_are_reported_at_once_and_nothing_is_stored() {
    let collection = Collection::start().await;
    let answers = json!({
        "group": "z", "meals": null, "distress": 11, "sleep_hours": "six", "help_from": ["nobody", "family"],
        "unknown": 1, "alone": true,
    });
    let refused = collection
        .send(&new_receipt(), &answers)
        .await
        .expect_problem(Code::AnswersInvalid);
    let found: Vec<_> = refused.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["pointer"].as_str().unwrap().to_owned(),
                error["code"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        ("/answers/unknown", "unknown_question"),
        ("/answers/group", "unknown_option"),
        ("/answers/help_from/0", "exclusive_option"),
        ("/answers/distress", "out_of_bounds"),
        ("/answers/sleep_hours", "wrong_type"),
    ];
    assert_eq!(
        found,
        expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()))
    );
    assert_eq!(
        collection
            .sql::<i64>("SELECT count(*) FROM responses")
            .await,
        0
    );
}

#[tokio::test]
async fn a_response_needs_one_good_receipt() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let body = json!({"form_version": 1, "language": "en", "answers": least()});
    client
        .post(RESPONSES)
        .json(&body)
        .send()
        .await
        .expect_problem(Code::ReceiptMissing);
    for bad in [
        "short",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "with spaces in it, and long enough",
        "x".repeat(129).as_str(),
    ] {
        let refused = client
            .post(RESPONSES)
            .header("receipt", bad)
            .json(&body)
            .send()
            .await;
        refused.expect_problem(Code::ReceiptMalformed);
    }
    let two = client
        .post(RESPONSES)
        .header("receipt", &new_receipt())
        .header("receipt", &new_receipt());
    two.json(&body)
        .send()
        .await
        .expect_problem(Code::ReceiptMalformed);
    client
        .get(OWN)
        .send()
        .await
        .expect_problem(Code::ReceiptMissing);
    client
        .delete(OWN)
        .send()
        .await
        .expect_problem(Code::ReceiptMissing);
}

#[tokio::test]
async fn a_response_names_an_existing_version_and_language() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let send = |version: Value, language: &str| {
        let body = json!({"form_version": version, "language": language, "answers": least()});
        client
            .post(RESPONSES)
            .header("receipt", &new_receipt())
            .json(&body)
            .send()
    };
    for version in [json!(2), json!(0), json!(-1)] {
        let refused = send(version, "en").await.expect_problem(Code::BodyInvalid);
        assert_eq!(refused.pointers(), ["/form_version"]);
    }
    assert_eq!(
        send(json!(1), "fr")
            .await
            .expect_problem(Code::BodyInvalid)
            .pointers(),
        ["/language"]
    );
    let unknown = client
        .post("/v1/campaigns/nothing/responses")
        .header("receipt", &new_receipt());
    let body = json!({"form_version": 1, "language": "en", "answers": least()});
    unknown
        .json(&body)
        .send()
        .await
        .expect_problem(Code::CampaignUnknown);
}

#[tokio::test]
async fn only_the_holder_of_the_receipt_reads_the_response() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    let mut answers = full();
    answers["story"] = json!("Write to ann@example.org, canary-of-the-story.");
    register_secret("canary-of-the-story");
    let stored = collection.send(&receipt, &answers).await.expect(201).json();
    let client = collection.app.client();
    let own = client
        .get(OWN)
        .header("receipt", &receipt)
        .send()
        .await
        .expect(200)
        .json();
    answers["story"] = json!("Write to [email], canary-of-the-story.");
    let mut expected = answers;
    // Declined free text leaves nothing behind, not even that it was declined.
    expected.as_object_mut().unwrap().remove("urgent");
    assert_eq!(own["answers"], expected);
    assert_eq!(
        (&own["summary"], &own["week"]),
        (&stored["summary"], &stored["week"])
    );
    client
        .get(OWN)
        .header("receipt", &new_receipt())
        .send()
        .await
        .expect_problem(Code::ResponseUnknown);
}

#[tokio::test]
async fn a_withdrawn_response_is_gone_with_its_remarks_and_stays_gone() {
    let collection = Collection::start().await;
    let (receipt, other) = (new_receipt(), new_receipt());
    collection.send(&receipt, &full()).await.expect(201);
    collection.send(&other, &full()).await.expect(201);
    let client = collection.app.client();
    client
        .delete(OWN)
        .header("receipt", &receipt)
        .send()
        .await
        .expect(204);
    client
        .get(OWN)
        .header("receipt", &receipt)
        .send()
        .await
        .expect_problem(Code::ResponseWithdrawn);
    client
        .delete(OWN)
        .header("receipt", &receipt)
        .send()
        .await
        .expect_problem(Code::ResponseWithdrawn);
    collection
        .send(&receipt, &full())
        .await
        .expect_problem(Code::ResponseWithdrawn);
    client
        .get(OWN)
        .header("receipt", &other)
        .send()
        .await
        .expect(200);
    let left = "SELECT concat_ws(' ', (SELECT count(*) FROM responses), (SELECT count(*) FROM remarks), \
                (SELECT count(*) FROM tombstones))";
    assert_eq!(collection.sql::<String>(left).await, "1 1 1");
    client
        .delete(OWN)
        .header("receipt", &new_receipt())
        .send()
        .await
        .expect_problem(Code::ResponseUnknown);
}

#[tokio::test]
async fn a_retry_and_a_withdrawal_at_once_never_leave_a_response_behind() {
    let collection = Collection::start().await;
    for _ in 0..15 {
        let receipt = new_receipt();
        collection.send(&receipt, &full()).await.expect(201);
        let client = collection.app.client();
        let retries = (0..4).map(|_| {
            let call = collection.response(&receipt, &full());
            async move { call.send().await }
        });
        let withdrawal = client.delete(OWN).header("receipt", &receipt).send();
        let (retries, withdrawn) = tokio::join!(join_all(retries), withdrawal);
        withdrawn.expect(204);
        assert!(
            retries
                .iter()
                .all(|retry| matches!(retry.status.as_u16(), 200 | 410)),
            "{retries:?}"
        );
    }
    let left =
        "SELECT concat_ws(' ', (SELECT count(*) FROM responses), (SELECT count(*) FROM remarks))";
    assert_eq!(collection.sql::<String>(left).await, "0 0");
}

#[tokio::test]
async fn the_sql_view_of_a_version_says_the_same_as_the_codec() {
    let collection = Collection::start().await;
    collection.send(&new_receipt(), &full()).await.expect(201);
    let row = collection
        .json_row("SELECT to_jsonb(v)::text FROM form_every_kind_v1 v")
        .await;
    assert!(row["week"].as_str().unwrap().contains("-W"), "{row}");
    let mut expected = full();
    for remark in ["story", "urgent"] {
        expected.as_object_mut().unwrap().remove(remark);
    }
    for (column, value) in [
        ("campaign", "test-campaign"),
        ("language", "en"),
        ("week", row["week"].as_str().unwrap()),
    ] {
        expected[column] = json!(value);
    }
    assert_eq!(row, expected);
}

#[tokio::test]
async fn made_up_responses_read_the_same_in_rust_and_in_sql() {
    use aftercare::domain::form::Form;
    use aftercare::sample::synthetic;
    use rand::SeedableRng;
    let collection = Collection::start_with(SHIPPED).await;
    let definition =
        serde_json::from_value(crate::support::collection::definition(SHIPPED)).unwrap();
    let form = Form::check(definition).unwrap();
    let mut rng = rand::rngs::StdRng::seed_from_u64(7);
    for _ in 0..40 {
        let answers = serde_json::to_value(synthetic(&form, "en", &mut rng)).unwrap();
        let receipt = new_receipt();
        collection.send(&receipt, &answers).await.expect(201);
        let own = collection
            .app
            .client()
            .get(OWN)
            .header("receipt", &receipt)
            .send()
            .await
            .expect(200)
            .json();
        let row = collection
            .json_row("SELECT to_jsonb(v)::text FROM form_daily_life_after_treatment_v1 v")
            .await;
        for question in form
            .questions()
            .iter()
            .filter(|question| !question.key.starts_with("remark_"))
        {
            let said = own["answers"].get(&question.key).unwrap_or(&Value::Null);
            assert_eq!(&row[&question.key], said, "{}", question.key);
        }
        let mut expected = answers;
        let expected_answers = expected.as_object_mut().unwrap();
        expected_answers.retain(|key, said| !(key.starts_with("remark_") && said.is_null()));
        assert_eq!(own["answers"], expected);
        collection
            .app
            .client()
            .delete(OWN)
            .header("receipt", &receipt)
            .send()
            .await
            .expect(204);
    }
}

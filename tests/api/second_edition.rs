//! What the second edition of the form language brought, from the definition over the database to the export.

use aftercare::domain::form::Form;
use aftercare::domain::response::Occasion;
use aftercare::domain::staff::role::Role;
use aftercare::domain::week::IsoWeek;
use aftercare::http::problem::Code;
use aftercare::sample::synthetic_in;
use chrono::{Datelike, Days, TimeDelta, Utc};
use rand::SeedableRng;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::collection::{Collection, OWN, definition, new_receipt, publish};

const SECOND_EDITION: &str = include_str!("../forms/second-edition.yaml");

async fn own(collection: &Collection, receipt: &str) -> Value {
    let call = collection.app.client().get(OWN).header("receipt", receipt);
    call.send().await.expect(200).json()
}

#[tokio::test]
async fn made_up_responses_of_the_second_edition_read_the_same_in_rust_and_in_sql() {
    let collection = Collection::start_with(SECOND_EDITION).await;
    let form = serde_json::from_value(definition(SECOND_EDITION)).unwrap();
    let form = Form::check(form).unwrap();
    let mut rng = rand::rngs::StdRng::seed_from_u64(11);
    let occasion = Occasion {
        week: IsoWeek::of(Utc::now().date_naive()),
        language: "en",
    };
    for _ in 0..25 {
        let answers = serde_json::to_value(synthetic_in(&form, occasion, &mut rng)).unwrap();
        let receipt = new_receipt();
        collection.send(&receipt, &answers).await.expect(201);
        let own = own(&collection, &receipt).await;
        let row = collection
            .json_row("SELECT to_jsonb(v)::text FROM form_second_edition_v1 v")
            .await;
        let recorded = form.questions().iter().filter(|it| it.kind.is_recorded());
        for question in recorded {
            let said = own["answers"].get(&question.key).unwrap_or(&Value::Null);
            assert_eq!(&row[&question.key], said, "{}", question.key);
        }
        for key in ["operated", "discharged", "born", "cancer", "wishes", "pain"] {
            let sent = answers.get(key).unwrap_or(&Value::Null);
            assert_eq!(&row[key], sent, "{key}");
        }
        let withdrawal = collection.app.client().delete(OWN);
        withdrawal
            .header("receipt", &receipt)
            .send()
            .await
            .expect(204);
    }
}

#[tokio::test]
async fn a_date_of_this_week_sent_again_in_the_next_is_a_replay_and_another_date_is_not() {
    let collection = Collection::start_with(SECOND_EDITION).await;
    let monday = IsoWeek::of(Utc::now().date_naive()).monday();
    let sunday = monday + Days::new(6);
    let receipt = new_receipt();
    let answers =
        json!({"read": true, "visit": sunday.to_string(), "operated": monday.to_string()});
    collection.send(&receipt, &answers).await.expect(201);
    let kept = own(&collection, &receipt).await;
    assert_eq!(kept["answers"]["visit"], json!(monday.to_string()));
    let month = format!("{}-{:02}", monday.year(), monday.month());
    assert_eq!(kept["answers"]["operated"], json!(month));
    collection.app.clock.advance(TimeDelta::days(8));
    collection.send(&receipt, &answers).await.expect(200);
    let other = json!({"read": true, "visit": "2024-01-01", "operated": monday.to_string()});
    let other = collection.send(&receipt, &other).await;
    other.expect_problem(Code::ReceiptUsed);
}

#[tokio::test]
async fn a_broken_constraint_is_a_problem_at_its_questions_in_the_authors_words() {
    let collection = Collection::start_with(SECOND_EDITION).await;
    let answers = json!({"read": true, "operated": "2024-05", "discharged": "2024-04"});
    let refused = collection.send(&new_receipt(), &answers).await;
    let problem = refused.expect(422).json();
    let detail = "The discharge is not before the operation.";
    for (at, pointer) in ["/answers/operated", "/answers/discharged"]
        .iter()
        .enumerate()
    {
        let error = &problem["errors"][at];
        assert_eq!(error["pointer"], json!(pointer), "{problem}");
        assert_eq!(error["code"], json!("constraint"));
        assert_eq!(error["detail"], json!(detail));
    }
}

#[tokio::test]
async fn a_text_beside_an_option_is_kept_with_the_remarks_and_comes_back_to_its_writer() {
    let collection = Collection::start_with(SECOND_EDITION).await;
    let receipt = new_receipt();
    let answers =
        json!({"read": true, "cancer": "other", "cancer_other": "thyroid, call 010-1234-5678"});
    collection.send(&receipt, &answers).await.expect(201);
    let kept = own(&collection, &receipt).await;
    let text = kept["answers"]["cancer_other"].as_str().unwrap();
    assert!(text.contains("thyroid") && !text.contains("1234"), "{text}");
    let remarks =
        "SELECT string_agg(question, ' ' ORDER BY question) FROM remarks WHERE text IS NOT NULL";
    assert_eq!(collection.sql::<String>(remarks).await, "cancer_other");
}

#[tokio::test]
async fn the_export_has_a_column_for_each_answer_of_the_second_edition() {
    let collection = Collection::start_with(SECOND_EDITION).await;
    let answers = json!({
        "source": "poster", "read": true, "operated": "2024-05-17", "visit": "2026-01-02", "born": "1960",
        "pain": 60, "nights": 10, "weight": 60.5, "help_from": ["family", "nurse"], "wishes": ["talk", "sleep"],
    });
    for _ in 0..6 {
        collection.send(&new_receipt(), &answers).await.expect(201);
    }
    collection.release().await;
    let call = collection
        .staff
        .client
        .get("/v1/forms/second-edition/responses.csv");
    let csv = call.send().await.expect(200).text();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    let column = |name: &str| header.iter().position(|it| it == name);
    for (name, value) in [
        ("source", "poster"),
        ("read", "1"),
        ("operated", "2024-05"),
        ("visit", "2026-01-02"),
        ("born", "1960"),
        ("pain", "60"),
        ("nights", "10"),
        ("weight", "60.5"),
        ("help_from__family", "1"),
        ("help_from__friends", "0"),
        ("wishes__talk", "1"),
        ("wishes__sleep", "2"),
        ("wishes__food", ""),
        ("order_of_all__a", ""),
    ] {
        let at = column(name).unwrap_or_else(|| panic!("{name} is no column"));
        assert_eq!(&rows[0][at], value, "{name}");
    }
    for absent in ["welcome", "cancer_other"] {
        assert_eq!(column(absent), None, "{absent}");
    }
}

/// As many questions and options as the pages promise, in two languages.
#[tokio::test]
async fn the_largest_form_is_published_and_a_larger_one_is_not() {
    let text = |words: &str| json!({"en": format!("{words} {}", "long ".repeat(60)), "ko": format!("{words} 긴 {}", "글 ".repeat(60))});
    let options: Vec<_> = (0..200)
        .map(|number| json!({"code": format!("option_{number}"), "value": number, "label": text("Option")}))
        .collect();
    let questions: Vec<_> = (0..500)
        .map(|number| {
            let kind = if number < 450 { "single_choice" } else { "multiple_choice" };
            json!({"key": format!("question_number_{number}"), "kind": kind, "scale": "all", "text": text("Question")})
        })
        .collect();
    let mut form = json!({
        "key": "largest", "languages": ["en", "ko"], "title": text("Largest"), "scales": {"all": options},
        "sections": [{"key": "only", "title": text("Only"), "questions": questions}],
    });
    let size = form.to_string().len();
    assert!(
        size > 256 * 1024,
        "{size} bytes are no more than any body may have"
    );
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    publish(&author, &form).await;
    let one = form["sections"][0]["questions"][0].clone();
    let questions = form["sections"][0]["questions"].as_array_mut().unwrap();
    questions.push(one);
    let option = form["scales"]["all"][0].clone();
    form["scales"]["all"].as_array_mut().unwrap().push(option);
    form["key"] = json!("too-large");
    author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect(201);
    let publish = author.post("/v1/forms/too-large/draft/publish");
    let refused = publish.json(&json!({})).send().await.expect(422).json();
    let codes: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    for code in ["too_many_questions", "option_count"] {
        assert!(codes.contains(&&json!(code)), "{codes:?}");
    }
}

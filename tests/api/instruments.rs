//! The structures of eight public instruments, published, answered by made-up people, scored by the published rules, and read back.

use aftercare::domain::form::{Source, Syntax};
use aftercare::http::problem::Code;
use serde_json::{Map, Value, json};

use crate::support::collection::{Collection, OWN, new_receipt};

/// A form, and people with what they answer and what should come of it. The published rule stands in the head of the latter.
macro_rules! instrument {
    ($name:literal) => {
        (
            include_str!(concat!("../forms/instruments/", $name, ".yaml")),
            include_str!(concat!("../forms/instruments/", $name, ".people.yaml")),
        )
    };
}

/// What a file holds that is no form.
fn read(text: &str) -> Value {
    Source::read(text, Syntax::Yaml).unwrap().value().clone()
}

/// Value and band of each score, by its key.
fn scores(summary: &Value) -> Value {
    let scores = summary["scores"].as_array().unwrap().iter();
    let scores = scores.map(|it| {
        let key = it["key"].as_str().unwrap().to_owned();
        (key, json!([it["value"].as_f64(), it["band"]]))
    });
    scores.collect::<Map<_, _>>().into()
}

/// The same as it is written, with every number as a decimal.
fn expected(person: &Value) -> Value {
    let scores = person["scores"].as_object().unwrap().iter();
    let scores = scores.map(|(key, it)| (key.clone(), json!([it[0].as_f64(), it[1]])));
    scores.collect::<Map<_, _>>().into()
}

async fn answered_by_people((form, text): (&str, &str)) {
    let collection = Collection::start_with(form).await;
    let file = read(text);
    let people = file["people"].as_array().unwrap();
    let mut stored = 0;
    for person in people {
        let (who, answers) = (&person["who"], &person["answers"]);
        let receipt = new_receipt();
        let answer = collection.send(&receipt, answers).await;
        if let Some(pointers) = person.get("refused") {
            assert_eq!(json!(answer.pointers()), *pointers, "{who}");
            answer.expect_problem(Code::AnswersInvalid);
            continue;
        }
        let summary = answer.expect(201).json()["summary"].clone();
        assert_eq!(scores(&summary), expected(person), "{who}");
        assert_eq!(summary["notices"], person["notices"], "{who}");
        let own = collection.app.client().get(OWN).header("receipt", &receipt);
        let own = own.send().await.expect(200).json();
        assert_eq!(own["answers"], *answers, "{who}");
        assert_eq!(own["summary"], summary, "{who}");
        stored += 1;
    }
    assert!(
        stored >= 5,
        "only {stored} people were let in, too few for an export"
    );
    // What is released is read, decoded and scored once more for the export.
    collection.release().await;
    let path = format!("/v1/forms/{}/responses.csv", collection.form);
    let csv = collection.staff.client.get(&path).send().await;
    let csv = csv.expect(200).text();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), stored);
    let written = people.iter().filter(|it| it.get("scores").is_some());
    let written: Vec<&Value> = written.collect();
    for key in written[0]["scores"].as_object().unwrap().keys() {
        let name = format!("score_{key}");
        let column = header.iter().position(|it| it == name).unwrap();
        let cell = |row: &csv::StringRecord| row[column].parse::<f64>().ok();
        let mut found: Vec<_> = rows.iter().map(cell).collect();
        // A score of a background question tells what disclosure control masks in that question.
        let masked = &file["masked"];
        let masked = masked.as_array().is_some_and(|it| it.contains(&json!(key)));
        let of = |person: &Value| person["scores"][key][0].as_f64().filter(|_| !masked);
        let mut said: Vec<_> = written.iter().map(|it| of(it)).collect();
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        said.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(found, said, "{name}");
    }
}

#[tokio::test]
async fn nine_items_with_severity_route_by_their_total_and_by_the_count_of_symptoms() {
    answered_by_people(instrument!("phq-9-like")).await;
}

#[tokio::test]
async fn seven_items_are_opened_by_the_score_of_the_first_two() {
    answered_by_people(instrument!("gad-7-like")).await;
}

#[tokio::test]
async fn five_dimensions_have_an_index_by_a_value_set_and_a_scale_beside_it() {
    answered_by_people(instrument!("eq-5d-5l-like")).await;
}

#[tokio::test]
async fn three_attributes_of_a_symptom_make_a_composite_grade() {
    answered_by_people(instrument!("pro-ctcae-like")).await;
}

#[tokio::test]
async fn social_needs_of_many_kinds_are_tallied_and_each_can_be_declined() {
    answered_by_people(instrument!("prapare-like")).await;
}

#[tokio::test]
async fn a_form_with_constraints_relevance_and_calculations_is_staged_by_means() {
    answered_by_people(instrument!("xlsform-like")).await;
}

#[tokio::test]
async fn an_array_a_ranking_and_a_text_beside_an_option_are_kept_and_scored() {
    answered_by_people(instrument!("limesurvey-like")).await;
}

#[tokio::test]
async fn a_checklist_with_none_of_these_a_table_and_expressions_is_counted() {
    answered_by_people(instrument!("surveyjs-like")).await;
}

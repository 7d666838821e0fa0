//! Forms as data dictionaries of REDCap, over HTTP and at the terminal.

use aftercare::domain::staff::role::Role;
use aftercare::formats::redcap::MEDIA_TYPE;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::cli::command;
use crate::support::TestApp;

/// A dictionary of somebody else, with rows that cannot be carried.
const DICTIONARY: &str = include_str!("../forms/dictionary.csv");

#[tokio::test]
async fn a_dictionary_becomes_a_draft_once_what_it_cannot_carry_may_be_left_out() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let send = |query: &str| {
        let call = author.post(&format!("/v1/forms{query}"));
        call.raw(MEDIA_TYPE, DICTIONARY).send()
    };
    let refused = send("?language=en").await;
    let pointers = refused.pointers();
    assert_eq!(pointers.len(), 10, "{pointers:?}");
    assert_eq!(pointers[0], "/dictionary/3/Identifier?");
    assert_eq!(refused.json()["errors"][0]["code"], json!("not_carried"));
    refused.expect_problem(Code::BodyInvalid);
    let created = send("?language=en&leave_out=true").await.expect(201);
    let draft = created.json();
    assert_eq!(draft["form"], json!("baseline"));
    assert_eq!(draft["faults"], json!([]));
    assert_eq!(draft["definition"]["languages"], json!(["en"]));
    let notes = draft["import_notes"].to_string();
    assert!(
        notes.contains("dictionary, row 3, column Identifier?") && notes.contains("(left out)"),
        "{notes}"
    );
    let publish = author.post("/v1/forms/baseline/draft/publish");
    publish.json(&json!({})).send().await.expect(201);
    let saved = author
        .put("/v1/forms/baseline/draft?leave_out=true")
        .header("if-none-match", "*")
        .raw(MEDIA_TYPE, DICTIONARY)
        .send()
        .await
        .expect(200);
    assert_eq!(saved.json()["definition"]["languages"], json!(["und"]));
}

#[tokio::test]
async fn csv_that_is_no_dictionary_and_a_language_that_is_none_are_refused() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let send = |query: &str, body: &'static str| {
        let call = author.post(&format!("/v1/forms{query}"));
        call.raw(MEDIA_TYPE, body).send()
    };
    let other = send("", "name,age\nx,5\n").await;
    let detail = other.json()["detail"].to_string();
    assert!(detail.contains("no data dictionary of REDCap"), "{detail}");
    other.expect_problem(Code::JsonMalformed);
    let unspoken = send("?language=English!", DICTIONARY).await;
    assert_eq!(
        unspoken.json()["errors"][0]["code"],
        json!("language_malformed")
    );
    unspoken.expect_problem(Code::QueryInvalid);
}

#[test]
fn the_terminal_writes_a_dictionary_names_what_is_not_in_it_and_reads_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (table, yaml) = (path("form.csv"), path("form.yaml"));
    let form = |arguments: &[&str]| {
        let output = command(&[&["form"], arguments].concat()).output().unwrap();
        let said = String::from_utf8(output.stderr.clone()).unwrap();
        (output.status.success(), said)
    };
    let instrument = "tests/forms/instruments/phq-9-like.yaml";
    let (good, said) = form(&["export", instrument, "--format", "redcap", "--out", &table]);
    assert!(good, "{said}");
    for expected in [
        "the title \"Mood in the last two weeks\" is not in it",
        "the score symptoms is left out: ",
        "bands and terms of the score total are not in it",
        "the notice dark_thoughts is a text at the end of the form there",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let written = std::fs::read_to_string(&table).unwrap();
    assert!(
        written
            .contains("\"round([p1] + [p2] + [p3] + [p4] + [p5] + [p6] + [p7] + [p8] + [p9], 0)\""),
        "{written}"
    );
    assert!(written.contains("[score_total] >= 1"), "{written}");
    let (good, said) = form(&["import", &table, "--language", "en", "--out", &yaml]);
    assert!(good, "{said}");
    let back: Value = serde_json::from_str(&std::fs::read_to_string(&yaml).unwrap()).unwrap();
    let total = &back["scores"][0];
    assert_eq!(
        (&total["key"], &total["method"]),
        (&json!("total"), &json!("sum"))
    );
    assert_eq!(total["of"].as_array().unwrap().len(), 9);
    assert_eq!(
        back["sections"][1]["questions"][0]["show_when"],
        json!({"score": "total", "at_least": 1.0})
    );
    let (good, said) = form(&["check", &yaml]);
    assert!(good, "{said}");
    let (good, said) = form(&[
        "export",
        instrument,
        "--format",
        "redcap",
        "--language",
        "ko",
        "--out",
        &table,
    ]);
    assert!(!good && said.contains("no language \"ko\""), "{said}");
}

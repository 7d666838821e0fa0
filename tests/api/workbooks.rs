//! Forms as XLSForm workbooks, over HTTP and at the terminal.

use aftercare::domain::form::{Form, FormDefinition};
use aftercare::domain::staff::role::Role;
use aftercare::formats::xlsform::{MEDIA_TYPE, write};
use aftercare::http::problem::Code;
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::cli::command;
use crate::support::TestApp;
use crate::support::collection::{EVERY_KIND, definition};

/// The shipped test form as a workbook.
fn every_kind() -> Vec<u8> {
    let form: FormDefinition = serde_json::from_value(definition(EVERY_KIND)).unwrap();
    write(&Form::check(form.as_written_today()).unwrap())
        .unwrap()
        .bytes
}

/// A workbook of somebody else, with something that cannot be carried.
fn foreign() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").unwrap();
    let rows = [
        ["type", "name", "label::English (en)", "constraint"],
        ["deviceid", "device", "", ""],
        ["integer", "Sleep", "How many hours?", ". >= 0 and . <= 24"],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_form_is_drafted_and_saved_as_a_workbook() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let created = author
        .post("/v1/forms")
        .raw(MEDIA_TYPE, every_kind())
        .send()
        .await
        .expect(201);
    assert_eq!(created.json()["faults"], json!([]));
    assert_eq!(created.json()["import_notes"], json!(null));
    let yaml = author
        .put("/v1/forms/every-kind/draft")
        .header("if-match", created.header("etag"))
        .raw("application/yaml", EVERY_KIND)
        .send()
        .await
        .expect(200);
    // The same form, so the same state.
    assert_eq!(yaml.header("etag"), created.header("etag"));
    let saved = author
        .put("/v1/forms/every-kind/draft")
        .header("if-match", "*")
        .raw(MEDIA_TYPE, every_kind())
        .send()
        .await
        .expect(200);
    assert_eq!(saved.header("etag"), created.header("etag"));
}

#[tokio::test]
async fn what_a_form_cannot_carry_is_refused_by_its_cell_until_it_may_be_left_out() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let refused = author
        .post("/v1/forms")
        .raw(MEDIA_TYPE, foreign())
        .send()
        .await;
    assert_eq!(refused.pointers(), ["/survey/2/type"]);
    assert_eq!(refused.json()["errors"][0]["code"], json!("not_carried"));
    refused.expect_problem(Code::BodyInvalid);
    let created = author
        .post("/v1/forms?leave_out=true")
        .raw(MEDIA_TYPE, foreign())
        .send()
        .await
        .expect(201);
    let draft = created.json();
    assert_eq!(draft["faults"], json!([]));
    assert_eq!(
        draft["definition"]["sections"][0]["questions"][0]["key"],
        json!("sleep")
    );
    let notes = draft["import_notes"].to_string();
    assert!(
        notes.contains("survey, row 2, column type") && notes.contains("(left out)"),
        "{notes}"
    );
}

#[tokio::test]
async fn a_body_that_is_no_workbook_or_unpacks_too_far_is_refused() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let none = author
        .post("/v1/forms")
        .raw(MEDIA_TYPE, EVERY_KIND)
        .send()
        .await;
    none.expect_problem(Code::JsonMalformed);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").unwrap();
    for row in 0..5_000 {
        sheet.write_string(row, 0, "x".repeat(30_000)).unwrap();
    }
    let bomb = workbook.save_to_buffer().unwrap();
    let large = author.post("/v1/forms").raw(MEDIA_TYPE, bomb).send().await;
    large.expect_problem(Code::BodyTooLarge);
}

#[test]
fn the_terminal_brings_a_form_out_and_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (workbook, yaml) = (path("form.xlsx"), path("form.yaml"));
    let shipped = "forms/daily-life-after-treatment.yaml";
    let form = |arguments: &[&str]| command(&[&["form"], arguments].concat()).output().unwrap();
    let out = form(&["export", shipped, "--out", &workbook]);
    assert!(out.status.success(), "{out:?}");
    let back = form(&["import", &workbook, "--out", &yaml]);
    assert!(back.status.success() && back.stderr.is_empty(), "{back:?}");
    let changes = form(&["changes", shipped, &yaml]);
    let said = String::from_utf8(changes.stdout).unwrap();
    assert!(said.contains("nothing changed"), "{said}");
}

#[test]
fn the_terminal_names_what_cannot_be_carried_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (workbook, yaml) = (
        folder.path().join("form.xlsx"),
        folder.path().join("form.yaml"),
    );
    std::fs::write(&workbook, foreign()).unwrap();
    let import = |more: &[&str]| {
        let files = [
            "form",
            "import",
            workbook.to_str().unwrap(),
            "--out",
            yaml.to_str().unwrap(),
        ];
        command(&[&files, more].concat()).output().unwrap()
    };
    let refused = import(&[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && !yaml.exists());
    assert!(
        said.contains("form.xlsx: survey, row 2, column type: \"deviceid\": identifying"),
        "{said}"
    );
    assert!(import(&["--leave-out"]).status.success());
    assert!(yaml.exists());
}

//! `aftercare form`: what an author sees at the terminal.

use std::process::Output;

use serde_json::json;

use crate::cli::{Place, command};
use crate::support::collection::{EVERY_KIND, definition};

/// A file of its own for each test.
fn file(name: &str, text: &str) -> String {
    let path = std::env::temp_dir().join(format!("aftercare-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn form(arguments: &[&str]) -> Output {
    command(&[&["form"], arguments].concat()).output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_sound_form_is_checked_without_a_database() {
    let output = form(&["check", "forms/daily-life-after-treatment.yaml"]);
    let (stdout, stderr) = said(&output);
    assert!(output.status.success(), "{stderr}");
    assert!(
        stdout.contains("daily-life-after-treatment is sound: 46 questions in 16 sections"),
        "{stdout}"
    );
}

#[test]
fn what_has_no_effect_is_noted_and_keeps_nobody_from_publishing() {
    let path = file("notes.yaml", EVERY_KIND);
    let (stdout, stderr) = said(&form(&["check", &path]));
    assert_eq!(stderr, "");
    let note = "note: /scores/1/to: \"to\" has no effect on a sum score, which takes the numbers as they stand";
    assert_eq!(
        stdout
            .lines()
            .filter(|line| line.starts_with("note"))
            .collect::<Vec<_>>(),
        [note]
    );
}

#[test]
fn every_fault_is_shown_with_file_line_and_field() {
    let path = file(
        "faults.yaml",
        &EVERY_KIND
            .replace("max: 10,", "max: -10,")
            .replace("is: 5}", "is: 9.5x}"),
    );
    let output = form(&["check", &path]);
    let (_, stderr) = said(&output);
    assert!(!output.status.success());
    let line = |text: &str| {
        1 + EVERY_KIND
            .lines()
            .position(|line| line.contains(text))
            .unwrap()
    };
    let distress = format!("{path}:{}:", line("key: distress,"));
    assert!(
        stderr.contains(&distress)
            && stderr.contains("/sections/1/questions/2/max: \"min\" must be less"),
        "{stderr}"
    );
    assert!(
        stderr.contains("/sections/2/questions/4/show_when/is"),
        "{stderr}"
    );
    assert!(
        stderr.contains("2 faults; the form is not fit to publish"),
        "{stderr}"
    );
}

#[test]
fn what_is_no_form_is_refused_at_its_line() {
    for (name, text, expected) in [
        (
            "broken.yaml",
            "key: a\nlanguages: [en\n",
            "broken.yaml:3:1: ",
        ),
        (
            "unknown.yaml",
            "key: a\nlangages: [en]\n",
            ":2:1: /langages: unknown field",
        ),
        ("broken.json", "{\"key\": \"a\",\n}", "broken.json:2:1: "),
        (
            "tab.yaml",
            "key: a\nlanguages: [en]\n\ttitle: {en: A}\n",
            "tab.yaml:3:",
        ),
    ] {
        let path = file(name, text);
        let output = form(&["check", &path]);
        let (_, stderr) = said(&output);
        assert!(
            !output.status.success() && stderr.contains(&path),
            "{stderr}"
        );
        assert!(stderr.contains(expected), "{stderr}");
    }
    let output = form(&["check", "/nonexistent.yaml"]);
    assert!(!output.status.success() && said(&output).1.contains("cannot be read"));
}

#[test]
fn the_changes_between_two_files_are_told_question_by_question() {
    let mut newer = definition(EVERY_KIND);
    newer["sections"][1]["questions"][3]["max"] = json!(24);
    newer["sections"][1]["questions"][0]["text"]["en"] = json!("How are meals?");
    let (old, new) = (
        file("old.yaml", EVERY_KIND),
        file("new.json", &newer.to_string()),
    );
    let output = form(&["changes", &old, &new]);
    let (stdout, _) = said(&output);
    assert!(output.status.success());
    let line = |key: &str| {
        stdout
            .lines()
            .find(|line| line.contains(key))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(line("sleep_hours").starts_with("RECODED"), "{stdout}");
    assert!(line("meals").starts_with("reworded"), "{stdout}");
    assert!(
        stdout.contains("10 questions are identical") && stdout.contains("not compatible"),
        "{stdout}"
    );
}

#[test]
fn files_from_before_there_were_editions_are_compared_by_the_rules_of_their_time() {
    let form = |method: &str, from: u8| {
        format!(
            "key: a\nlanguages: [en]\ntitle: {{en: A}}\nsections: [{{key: s, title: {{en: S}}, questions: [\
             {{key: b, kind: rating, min: 0, max: 10, text: {{en: B}}}}]}}]\n\
             scores: [{{key: t, title: {{en: T}}, of: [b], method: {method}, to: [0, 100], bands: [\
             {{from: 0, code: low, label: {{en: L}}}}, {{from: {from}, code: high, label: {{en: H}}}}]}}]\n"
        )
    };
    let old = file("old-mean.yaml", &form("mean", 50));
    // By the rules of today, no sum of one answer up to 10 reaches 30.
    let new = file("old-sum.yaml", &form("sum", 30));
    let output = self::form(&["changes", &old, &new]);
    let (stdout, stderr) = said(&output);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("those of the first edition"), "{stderr}");
    assert!(stdout.contains("RECODED        score     t"), "{stdout}");
    let named = file(
        "named-sum.yaml",
        &format!("edition: 2\n{}", std::fs::read_to_string(&new).unwrap()),
    );
    let output = self::form(&["changes", &old, &named]);
    assert!(!output.status.success() && said(&output).1.contains("no answers lead to this band"));
}

#[test]
fn two_forms_are_compared_with_a_note_that_they_are_two() {
    let other = EVERY_KIND.replace("key: every-kind", "key: other-kind");
    let (old, other) = (file("one.yaml", EVERY_KIND), file("other.yaml", &other));
    let (_, stderr) = said(&form(&["changes", &old, &other]));
    assert!(
        stderr.contains("note: these are two forms, every-kind and other-kind"),
        "{stderr}"
    );
    let (_, stderr) = said(&form(&["changes", &old, &old]));
    assert_eq!(stderr, "");
}

#[test]
fn another_method_and_labels_that_changed_places_are_told_of_files_as_they_came() {
    let path = |name: &str| format!("tests/forms/changes/{name}.yaml");
    let changes = |name: &str| {
        let (a, b) = (path(&format!("{name}-a")), path(&format!("{name}-b")));
        said(&form(&["changes", &a, &b]))
    };
    let (blind, stderr) = changes("007-changes-blind");
    // By the rules of today no sum of one answer up to 10 reaches the band at 30.
    assert!(stderr.contains("those of the first edition"), "{stderr}");
    for expected in [
        "RECODED        score     t",
        "notice    n",
        "changed        form      ",
        "not compatible",
    ] {
        assert!(blind.contains(expected), "{expected}: {blind}");
    }
    let (swapped, _) = changes("008-labels-swapped");
    assert!(
        swapped.contains("RECODED        question  b") && swapped.contains("not compatible"),
        "{swapped}"
    );
}

#[tokio::test]
async fn a_file_is_published_once_and_recoding_asks_for_consent() {
    let place = Place::started_before().await;
    let path = file("publish.yaml", EVERY_KIND);
    let first = place.run(&["form", "publish", &path]);
    assert_eq!(
        said(&first).0,
        "published every-kind version 1\n",
        "{}",
        said(&first).1
    );
    let again = place.run(&["form", "publish", &path]);
    assert!(again.status.success());
    assert_eq!(
        said(&again).0,
        "every-kind version 1 has exactly this content\n"
    );
    let mut newer = definition(EVERY_KIND);
    newer["sections"][1]["questions"][3]["max"] = json!(24);
    let path = file("publish.json", &newer.to_string());
    let refused = place.run(&["form", "publish", &path]);
    assert!(!refused.status.success() && said(&refused).1.contains("--consent-to-recoding"));
    let consented = place.run(&[
        "form",
        "publish",
        &path,
        "--consent-to-recoding",
        "sleep_hours",
    ]);
    assert_eq!(
        said(&consented).0,
        "published every-kind version 2\n",
        "{}",
        said(&consented).1
    );
}

#[tokio::test]
async fn publishing_into_a_database_that_is_not_ready_says_what_to_do() {
    let place = Place::empty().await;
    let path = file("early.yaml", EVERY_KIND);
    let output = place.run(&["form", "publish", &path]);
    assert!(
        !output.status.success() && said(&output).1.contains("aftercare migrate"),
        "{}",
        said(&output).1
    );
}

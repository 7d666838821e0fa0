//! The conformance vectors: what the domain makes of forms, answers and credentials, written down for every client.
//!
//! `openapi/conformance/README.md` says how they are read. They are made here and nowhere else:
//! `UPDATE_CONFORMANCE=1 cargo test --test conformance` writes them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod chance;
mod credentials;
mod edges;
mod forms;
mod people;
mod walks;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Small enough to be read by a test on a phone.
const MOST_BYTES: u64 = 500_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/conformance")
}

/// A file as it is committed: one case a line, so that a change shows as what it is.
fn written(about: &str, lists: &[(&str, Vec<Value>)]) -> String {
    let mut text = format!("{{\n\"about\": {}", json!(about));
    for (name, cases) in lists {
        let cases: Vec<String> = cases.iter().map(Value::to_string).collect();
        text += &format!(",\n\"{name}\": [\n{}\n]", cases.join(",\n"));
    }
    text + "\n}\n"
}

fn is_as_committed(name: &str, text: &str) {
    let file = folder().join(name);
    if std::env::var("UPDATE_CONFORMANCE").is_ok() {
        fs::create_dir_all(folder()).unwrap();
        fs::write(&file, text).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let differs = committed
        .lines()
        .zip(text.lines())
        .find(|(one, other)| one != other);
    assert!(
        committed == text,
        "{name} is not what the domain says any more. If that is meant, clients must change with it: \
         UPDATE_CONFORMANCE=1 cargo test --test conformance. The first difference: {differs:.400?}"
    );
}

#[test]
fn forms_and_walks_are_as_committed() {
    for (name, about, forms) in walks::files() {
        let forms: Vec<Value> = forms;
        let text = walks::written(about, &forms);
        is_as_committed(name, &text);
    }
}

#[test]
fn credentials_are_as_committed() {
    for (name, about, lists) in credentials::files() {
        is_as_committed(name, &written(about, &lists));
    }
}

#[test]
fn walks_hold_every_fault_kind_and_operator() {
    let forms: Vec<Value> = walks::files()
        .into_iter()
        .flat_map(|(_, _, forms)| forms)
        .collect();
    let all = json!(forms).to_string();
    for code in edges::fault_codes() {
        assert!(
            all.contains(&format!("\"code\":\"{code}\"")),
            "no walk has the fault {code}"
        );
    }
    for word in walks::WORDS {
        assert!(all.contains(&format!("\"{word}\":")), "no form has {word}");
    }
    for kind in walks::KINDS {
        assert!(
            all.contains(&format!("\"kind\":\"{kind}\"")),
            "no form has {kind}"
        );
    }
}

/// Every condition comes out both ways, so that a client that always shows, or never, is found out.
#[test]
fn every_question_with_a_condition_is_shown_in_one_walk_and_hidden_in_another() {
    for (name, _, forms) in walks::files() {
        for form in forms.iter().filter(|_| name != "walks-kinds.json") {
            let walks = form["walks"].as_array().unwrap();
            for key in walks::conditional(form) {
                let shown = walks.iter().filter(|walk| {
                    let shown = walk["shown"].as_array().unwrap();
                    shown.iter().any(|it| *it == json!(key))
                });
                let count = shown.count();
                assert!(
                    count > 0 && count < walks.len(),
                    "{name} {key}: {count} of {}",
                    walks.len()
                );
            }
        }
    }
}

#[test]
fn the_vectors_are_small() {
    let files = fs::read_dir(folder()).unwrap();
    let bytes: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}

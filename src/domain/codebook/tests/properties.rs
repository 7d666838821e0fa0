//! What holds for every history of changes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value as Json, json};

use super::super::{Column, Columns};
use super::{
    add, cells, check, entries, every_kind, form, numbered, occasion, question, remove,
    second_edition,
};
use crate::domain::form::{Answer, Value};
use crate::domain::form::{Form, Kind};
use crate::domain::response::validate;
use crate::sample::synthetic;

fn is_missing(cell: &str) -> bool {
    cell.starts_with("Missing")
}

/// A change that some author could make. One that does not fit the form as it is does nothing.
fn change(form: &mut Json, which: u8, size: u8) {
    let bound = i64::from(size) - 100;
    match which % 12 {
        0 => {
            let option = json!({"code": format!("o{size}"), "label": {"en": "O", "ko": "오"}});
            if let Some(question) = question(form, "help_from") {
                let options = question["options"].as_array_mut().unwrap();
                options.insert(usize::from(size) % (options.len() + 1), option);
            }
        }
        1 => {
            if let Some(question) = question(form, "help_from") {
                let options = question["options"].as_array_mut().unwrap();
                options.remove(usize::from(size) % options.len());
            }
        }
        2 => form["scales"]["difficulty"][1]["value"] = json!(bound),
        3 => {
            let scale = form["scales"]["difficulty"].as_array_mut().unwrap();
            scale.push(json!({"code": format!("s{size}"), "value": size, "label": {"en": "S", "ko": "에"}}));
        }
        4 => {
            if let Some(question) = question(form, "sleep_hours") {
                question["min"] = json!(bound);
            }
        }
        5 => remove(
            form,
            ["sleep_hours", "family_role", "after", "exact", "urgent"][usize::from(size) % 5],
        ),
        6 => add(
            form,
            json!({"key": "sleep_hours", "kind": "integer", "min": bound, "max": 200, "text": {"en": "S?", "ko": "잠?"}}),
        ),
        7 => {
            if let Some(question) = question(form, "weight") {
                question["decimals"] = json!(1 + size % 3);
            }
        }
        8 => form["scores"][0]["method"] = json!(["mean", "sum"][usize::from(size) % 2]),
        9 => form["scores"][0]["of"] = json!([["meals"], ["distress"]][usize::from(size) % 2]),
        10 => form["scales"]["difficulty"]
            .as_array_mut()
            .unwrap()
            .reverse(),
        _ => form["title"] = json!({"en": format!("Title {size}"), "ko": "제목"}),
    }
}

/// The forms of a life of changes.
fn life(changes: &[(u8, u8)]) -> Vec<Form> {
    life_of(every_kind(), changes)
}

/// The same of a form with the newer kinds, whose options come and go.
fn newer_life(changes: &[(u8, u8)]) -> Vec<Form> {
    let options: Vec<_> = changes
        .iter()
        .map(|(which, size)| (which % 2, *size))
        .collect();
    life_of(second_edition(), &options)
}

/// The forms of a life of changes that begins with this one.
pub(crate) fn life_of(start: Json, changes: &[(u8, u8)]) -> Vec<Form> {
    let mut forms = vec![form(&start)];
    let mut now = start;
    for (which, size) in changes {
        let mut next = now.clone();
        change(&mut next, *which, *size);
        if let Some(form) = check(&next) {
            forms.push(form);
            now = next;
        }
    }
    forms
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_name_never_changes_its_meaning(
        changes in prop::collection::vec((any::<u8>(), any::<u8>()), 1..12),
        seed: u64,
    ) {
        let forms = life(&changes);
        let all = numbered(&forms);
        let full = Columns::of(&all);
        let unique: BTreeSet<_> = full.names().collect();
        prop_assert_eq!(unique.len(), full.names().count());
        let mut rng = StdRng::seed_from_u64(seed);
        for (version, form) in &all {
            let then = Columns::of(&all[..usize::try_from(*version).unwrap()]);
            let raw = synthetic(form, "en", &mut rng);
            let valid = validate(form, &raw, occasion()).unwrap();
            let before = cells(&then, *version, valid.as_slice());
            let now = cells(&full, *version, valid.as_slice());
            // What was exported when the version was new is exported under the same names for ever …
            for (name, cell) in &before {
                prop_assert_eq!(Some(cell), now.get(name), "{}", name);
            }
            // … and what has come since is empty for it.
            for (name, cell) in &now {
                prop_assert!(before.contains_key(name) || cell == "Missing(NotAsked)", "{}: {}", name, cell);
            }
        }
    }

    #[test]
    fn every_answer_stands_in_its_columns_and_nowhere_else(
        changes in prop::collection::vec((any::<u8>(), any::<u8>()), 0..8),
        seed: u64,
        newer: bool,
    ) {
        let forms = if newer { newer_life(&changes) } else { life(&changes) };
        let all = numbered(&forms);
        let columns = Columns::of(&all);
        let mut rng = StdRng::seed_from_u64(seed);
        for (version, form) in &all {
            let raw = synthetic(form, "ko", &mut rng);
            let valid = validate(form, &raw, occasion()).unwrap();
            let found = cells(&columns, *version, valid.as_slice());
            for (question, answer) in form.questions().iter().zip(valid.as_slice()) {
                let of_question = |column: &&Column| column.question() == Some(&question.key);
                let filled: Vec<_> = columns.as_slice().iter().filter(of_question)
                    .filter(|column| !is_missing(&found[&column.name])).collect();
                let expected = match (answer, &question.kind) {
                    (Answer::Given(Value::Choices(_)), Kind::MultipleChoice(options)) => options.len(),
                    (Answer::Given(Value::Ranking(order)), _) => order.len(),
                    (_, kind) if !kind.is_recorded() => 0,
                    (Answer::Given(_), _) => 1,
                    _ => 0,
                };
                prop_assert_eq!(filled.len(), expected, "{}", question.key);
                if let Answer::Given(Value::Choices(chosen)) = answer {
                    let ones = filled.iter().filter(|column| found[&column.name] == "Chosen(true)").count();
                    prop_assert_eq!(ones, chosen.len());
                }
            }
        }
    }

    #[test]
    fn the_codebook_has_a_row_for_each_column_in_its_order(
        changes in prop::collection::vec((any::<u8>(), any::<u8>()), 0..8),
        newer: bool,
    ) {
        let forms = if newer { newer_life(&changes) } else { life(&changes) };
        let columns = Columns::of(&numbered(&forms));
        let entries = entries(&columns, "en");
        let described: Vec<_> = entries.iter().map(|entry| entry.column.as_str()).collect();
        prop_assert_eq!(described, columns.names().collect::<Vec<_>>());
        for entry in &entries {
            prop_assert!(!entry.text.is_empty() && !entry.versions.is_empty(), "{:?}", entry);
        }
    }
}

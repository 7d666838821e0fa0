//! What is masked with a masked answer, and that nothing of it can be told from the rest.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use crate::domain::codebook::tests::properties::life_of;
use crate::domain::codebook::tests::{
    add, every_kind, form, numbered, occasion, question, row, second_edition,
};
use crate::domain::codebook::{Columns, RowProjection};
use crate::domain::disclosure::k_anonymity::QiSet;
use crate::domain::disclosure::{QuasiIdentifiers, SecondarySuppression, Weights};
use crate::domain::form::{Answer, Form, Source, Syntax};
use crate::domain::response::{AnswerFault, RawAnswers, validate};
use crate::sample::synthetic;

pub(super) fn shipped() -> Json {
    let text = include_str!("../../../../forms/daily-life-after-treatment.yaml");
    let definition = Source::read(text, Syntax::Yaml).unwrap().definition();
    serde_json::to_value(definition.unwrap()).unwrap()
}

/// The columns that are masked in the responses to a version when the columns with these names are.
fn masked_with(forms: &[Form], version: i32, names: &[&str]) -> Vec<String> {
    let columns = Columns::of(&numbered(forms));
    let quasi = QuasiIdentifiers::of(&columns);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let named = columns
        .iter()
        .filter(|(_, column)| names.contains(&&*column.name));
    let masked = QiSet::of(named.map(|(index, _)| quasi.of_column(index).unwrap()));
    columns
        .names()
        .zip(secondary.of_version(version))
        .filter(|(_, suppressed_with)| suppressed_with.intersects(masked))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn what_routing_and_scores_make_of_an_answer_is_masked_with_it() {
    let forms = [form(&every_kind())];
    for (masked, expected) in [
        // Not the routing of anything, but the routing of the routing.
        (
            "alone",
            "alone help_from__family help_from__friends help_from__nobody family_role",
        ),
        (
            "group",
            "group family_role exact after score_difficulty score_load",
        ),
        ("week", "week"),
        ("form_version", "form_version"),
    ] {
        assert_eq!(masked_with(&forms, 1, &[masked]).join(" "), expected);
    }
    let shipped = [form(&shipped())];
    let with_sex = masked_with(&shipped, 1, &["sex"]).join(" ");
    let with_cancer = masked_with(&shipped, 1, &["cancer_type"]).join(" ");
    assert!(
        with_sex.starts_with("sex") && !with_sex.contains("distress"),
        "{with_sex}"
    );
    assert!(
        with_cancer.contains("stomach_after_meals breast_arm")
            || with_cancer.contains("stomach_weight")
    );
    assert!(
        with_cancer.contains("score_eating") && !with_cancer.contains("score_mood"),
        "{with_cancer}"
    );
}

/// Every kind of question, with scores over background answers, and a question that one of them shows.
fn with_scores(mut form: Json) -> Json {
    let title = json!({"en": "S", "ko": "S"});
    let more = json!([
        {"key": "lonely", "title": title, "of": [], "method": "count", "count_when": [{"question": "alone", "is": true}]},
        {"key": "both", "title": title, "of": ["distress"], "of_scores": ["lonely"], "method": "sum"},
        {"key": "who", "title": title, "of": ["alone"], "method": "sum", "hidden": "missing"},
    ]);
    let scores = form["scores"].as_array_mut().unwrap();
    scores.extend(more.as_array().unwrap().iter().cloned());
    let text = json!({"en": "D?", "ko": "D?"});
    let deep = json!({"key": "deep", "kind": "yes_no", "text": text, "show_when": {"score": "both", "at_least": 8}});
    let last = form["sections"].as_array_mut().unwrap().last_mut().unwrap();
    last["questions"].as_array_mut().unwrap().push(deep);
    form
}

#[test]
fn scores_of_scores_and_questions_that_they_show_are_masked_with_what_they_come_from() {
    let forms = [form(&with_scores(every_kind()))];
    assert_eq!(
        masked_with(&forms, 1, &["alone"]).join(" "),
        "alone help_from__family help_from__friends help_from__nobody family_role deep score_lonely score_both score_who"
    );
    let mut twice = with_scores(every_kind());
    twice["scores"][3]["plus"] = json!(1);
    let forms = [form(&with_scores(every_kind())), form(&twice)];
    let masked = masked_with(&forms, 1, &["form_version"]);
    assert!(
        masked.contains(&"deep".to_owned()),
        "another score shows it: {masked:?}"
    );
    assert!(!masked.contains(&"exact".to_owned()), "{masked:?}");
}

#[test]
fn a_masked_version_masks_all_in_which_versions_differ() {
    let one = every_kind();
    let mut two = one.clone();
    // Recoded, and with it the scores over it; wider; shown under another condition; new.
    two["scales"]["difficulty"][2]["value"] = json!(5);
    question(&mut two, "distress").unwrap()["max"] = json!(11);
    question(&mut two, "exact").unwrap()["show_when"] = json!({"question": "group", "is": "a"});
    add(
        &mut two,
        json!({"key": "walks", "kind": "yes_no", "background": true, "text": {"en": "W?", "ko": "산?"}}),
    );
    let forms = [form(&one), form(&two)];
    let masked = masked_with(&forms, 1, &["form_version"]);
    // `help_from` looks at `meals`, and the deeper questions at `distress`.
    let open = [
        "campaign",
        "language",
        "week",
        "group",
        "alone",
        "sleep_hours",
        "weight",
    ];
    let columns = Columns::of(&numbered(&forms));
    let left: Vec<_> = columns
        .names()
        .filter(|name| !masked.iter().any(|one| one == name))
        .collect();
    assert_eq!(left, open);
    assert_eq!(
        masked,
        masked_with(&forms, 2, &["form_version"]),
        "or it would tell the version"
    );
}

#[test]
fn each_coding_and_each_multiple_choice_is_one_quasi_identifier() {
    let mut one = every_kind();
    question(&mut one, "help_from").unwrap()["background"] = json!(true);
    let mut two = one.clone();
    question(&mut two, "group").unwrap()["options"][1]["value"] = json!(4);
    let forms = [form(&one), form(&two)];
    let columns = Columns::of(&numbered(&forms));
    let quasi = QuasiIdentifiers::of(&columns);
    let names: Vec<_> = columns.names().collect();
    let found: Vec<_> = quasi
        .columns()
        .iter()
        .map(|(column, quasi)| (*column.of(&names).unwrap(), *quasi))
        .collect();
    let expected = [
        ("campaign", 0),
        ("form_version", 1),
        ("language", 2),
        ("week", 3),
        ("group", 4),
        ("group@2", 5),
        ("alone", 6),
        ("help_from__family", 7),
        ("help_from__friends", 7),
        ("help_from__nobody", 7),
    ];
    assert_eq!(found, expected);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let weights = Weights::of_columns(&columns, &quasi, &secondary, &BTreeMap::new());
    let weights: Vec<u32> = (0..quasi.count()).map(|it| weights.of(it).1).collect();
    assert_eq!((weights[2], weights[3]), (1, 1));
    assert!(
        weights[3] < weights[0] && weights[0] < weights[4],
        "{weights:?}"
    );
    // In version 2 the deeper questions hang on the new coding.
    assert!(masked_with(&forms, 2, &["group@2"]).contains(&"after".to_owned()));
    assert_eq!(masked_with(&forms, 2, &["group"]), ["group"]);
}

#[test]
fn more_background_questions_than_can_be_masked_apart_are_masked_together() {
    let mut many = every_kind();
    for number in 0..80 {
        let key = format!("more{number}");
        add(
            &mut many,
            json!({"key": key, "kind": "yes_no", "background": true, "text": {"en": "?", "ko": "?"}}),
        );
    }
    let forms = [form(&many)];
    let columns = Columns::of(&numbered(&forms));
    let quasi = QuasiIdentifiers::of(&columns);
    assert_eq!(quasi.count(), 64);
    let last = masked_with(&forms, 1, &["more79"]);
    assert_eq!(
        (last.first().map(String::as_str), last.len()),
        (Some("more57"), 23)
    );
}

/// What would be answered to a version by somebody who says this where it fits, whatever has become of the routing.
pub(super) fn settled(form: &Form, said: RawAnswers) -> Vec<Answer> {
    let mut said = said;
    loop {
        match validate(form, &said, occasion()) {
            Ok(valid) => return valid.as_slice().to_vec(),
            Err(faults) => {
                for fault in faults {
                    let key = fault.pointer.as_str().split('/').nth(1).unwrap().to_owned();
                    match fault.kind {
                        AnswerFault::Hidden | AnswerFault::UnknownQuestion => said.0.remove(&key),
                        _ => said.0.insert(key, Json::Null),
                    };
                }
            }
        }
    }
}

/// The same person in this version, who says something else to the questions with these keys, and makes up what was not asked before.
pub(super) fn another(
    (before, answers): (&Form, &[Answer]),
    form: &Form,
    changed: &[String],
    rng: &mut StdRng,
) -> Vec<Answer> {
    let mut said = synthetic(form, "en", rng);
    for (question, answer) in before.questions().iter().zip(answers) {
        if changed.contains(&question.key) {
            if rng.random_bool(0.2) {
                said.0.remove(&question.key);
            }
        } else if *answer != Answer::Hidden {
            said.0.remove(&question.key);
        }
    }
    let same = RawAnswers::of(before, answers);
    said.0
        .extend(same.0.into_iter().filter(|(key, _)| !changed.contains(key)));
    settled(form, said)
}

/// The cells as the file shows them, with the reason where there is no answer: none where masked.
fn shown<'a>(
    columns: &Columns<'a>,
    secondary: &SecondarySuppression,
    (version, answers): (i32, &[Answer]),
    masked: QiSet,
) -> Vec<(String, Option<String>)> {
    let projection = RowProjection::of(columns, version);
    projection
        .cells(row(answers))
        .zip(secondary.of_version(version))
        .zip(columns.as_slice())
        .map(|((cell, suppressed_with), column)| {
            let cell = match cell {
                _ if suppressed_with.intersects(masked) => None,
                // A file may say why a cell is empty.
                cell => Some(format!("{cell:?}")),
            };
            (column.name.clone(), cell)
        })
        .collect()
}

/// Forms of a life of changes, with more background questions, some of which others hang on.
fn lives() -> impl Strategy<Value = Vec<Form>> {
    let every = (
        prop::collection::vec((any::<u8>(), any::<u8>()), 0..8),
        any::<u8>(),
    );
    let every = every.prop_map(|(changes, background)| {
        let mut start = every_kind();
        for (bit, key) in ["help_from", "distress", "weight", "exact"]
            .into_iter()
            .enumerate()
        {
            if background >> bit & 1 == 1 {
                question(&mut start, key).unwrap()["background"] = json!(true);
            }
        }
        life_of(start, &changes)
    });
    let second = Just(vec![form(&second_edition())]);
    let scored = prop::collection::vec((any::<u8>(), any::<u8>()), 0..6)
        .prop_map(|changes| life_of(with_scores(every_kind()), &changes));
    prop_oneof![4 => every, 3 => scored, 1 => Just(vec![form(&shipped())]), 2 => second]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whoever sees the row and knows the form cannot tell which of two answers was masked, nor which version: both rows
    /// are the same.
    #[test]
    fn nothing_that_is_shown_tells_what_is_masked(
        forms in lives(),
        seed: u64,
        mask: u64,
        versions: (prop::sample::Index, prop::sample::Index),
    ) {
        let all = numbered(&forms);
        let columns = Columns::of(&all);
        let quasi = QuasiIdentifiers::of(&columns);
        let secondary = SecondarySuppression::of(&columns, &quasi);
        let mut rng = StdRng::seed_from_u64(seed);
        let masked = QiSet::of((0..quasi.count()).filter(|place| mask >> place & 1 == 1));
        let (version, one) = *versions.0.get(&all);
        let (other_version, two) = if masked.contains(1) { *versions.1.get(&all) } else { (version, one) };
        let changed: Vec<String> = columns.iter()
            .filter(|(index, _)| quasi.set_of(*index).intersects(masked))
            .filter(|(_, column)| column.versions.contains(&version) && column.versions.contains(&other_version))
            .filter_map(|(_, column)| column.question().map(str::to_owned))
            .collect();
        let answers = settled(one, synthetic(one, "en", &mut rng));
        let others = another((one, &answers), two, &changed, &mut rng);
        let first = shown(&columns, &secondary, (version, &answers), masked);
        let second = shown(&columns, &secondary, (other_version, &others), masked);
        prop_assert_eq!(first, second, "masked {:?} of {:?}", masked, columns.names().collect::<Vec<_>>());
    }

    #[test]
    fn a_masked_column_is_masked_itself(forms in lives()) {
        let columns = Columns::of(&numbered(&forms));
        let quasi = QuasiIdentifiers::of(&columns);
        let secondary = SecondarySuppression::of(&columns, &quasi);
        for (version, _) in numbered(&forms) {
            for (column, place) in quasi.columns() {
                prop_assert!(column.of(secondary.of_version(version)).unwrap().contains(*place));
            }
        }
    }
}

/// Two dates that a constraint ties, and a comparison of two questions.
#[test]
fn what_is_compared_with_a_masked_answer_is_masked_with_it() {
    let mut one = second_edition();
    for key in ["eating", "walking"] {
        question(&mut one, key).unwrap()["background"] = json!(true);
    }
    let forms = [form(&one)];
    let columns = Columns::of(&numbered(&forms));
    let quasi = QuasiIdentifiers::of(&columns);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let masked_with = |name: &str| -> Vec<String> {
        let (index, _) = columns.iter().find(|(_, it)| it.name == name).unwrap();
        let set = secondary.ever(index);
        let all = (0..quasi.count()).filter(|place| set.contains(*place));
        all.flat_map(|place| quasi.codings(place).to_vec())
            .collect()
    };
    assert_eq!(masked_with("operated"), ["operated", "discharged"]);
    assert_eq!(masked_with("discharged"), ["operated", "discharged"]);
    assert_eq!(masked_with("washing"), ["eating", "walking"]);
    assert_eq!(masked_with("by_source"), ["source"]);
    assert_eq!(masked_with("born"), ["born"]);
}

/// Whether a masked version takes the cells of a column with it.
fn is_masked_with_the_version(forms: &[Form], name: &str) -> bool {
    let columns = Columns::of(&numbered(forms));
    let quasi = QuasiIdentifiers::of(&columns);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let (index, _) = columns.iter().find(|(_, it)| it.name == name).unwrap();
    let set = secondary.ever(index);
    let all = (0..quasi.count()).filter(|place| set.contains(*place));
    all.flat_map(|place| quasi.codings(place).to_vec())
        .any(|coding| coding == "form_version")
}

#[test]
fn a_partner_in_a_constraint_tells_the_version_of_the_question_that_changed() {
    let one = second_edition();
    let mut two = one.clone();
    question(&mut two, "discharged").unwrap()["earliest"] = json!("1950-01");
    assert!(!is_masked_with_the_version(
        &[form(&one), form(&one)],
        "operated"
    ));
    assert!(is_masked_with_the_version(
        &[form(&one), form(&two)],
        "operated"
    ));
}

#[test]
fn an_empty_list_tells_the_edition_in_which_it_was_an_answer() {
    let mut two = every_kind();
    question(&mut two, "help_from").unwrap()["required"] = json!(true);
    let mut one = two.clone();
    one.as_object_mut().unwrap().remove("edition");
    assert!(!is_masked_with_the_version(
        &[form(&two), form(&two)],
        "help_from__family"
    ));
    assert!(is_masked_with_the_version(
        &[form(&one), form(&two)],
        "help_from__family"
    ));
}

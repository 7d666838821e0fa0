//! Properties of the pipeline, over forms walked by made-up people.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use super::*;
use crate::domain::fault::Fault;
use crate::domain::form::{Answer, Form, Kind, Source, Syntax, Value};
use crate::domain::week::IsoWeek;
use crate::sample::synthetic_in;

mod personal;
mod second_edition;

/// A week with a Monday in one month and a Sunday in the next.
fn occasion() -> Occasion<'static> {
    Occasion {
        week: "2026-W49".parse::<IsoWeek>().unwrap(),
        language: "ko",
    }
}

fn validate(form: &Form, raw: &RawAnswers) -> Result<ValidAnswers, Vec<Fault<AnswerFault>>> {
    super::validate(form, raw, occasion())
}

fn synthetic(form: &Form, language: &str, rng: &mut StdRng) -> RawAnswers {
    synthetic_in(
        form,
        Occasion {
            language,
            ..occasion()
        },
        rng,
    )
}

fn form(text: &str) -> Form {
    Form::check(
        Source::read(text, Syntax::Yaml)
            .unwrap()
            .definition()
            .unwrap(),
    )
    .unwrap()
}

fn every_kind() -> Form {
    form(include_str!("../../../tests/forms/every-kind.yaml"))
}

fn shipped() -> Form {
    form(include_str!(
        "../../../forms/daily-life-after-treatment.yaml"
    ))
}

fn raw(answers: Json) -> RawAnswers {
    serde_json::from_value(answers).unwrap()
}

/// Pointers and codes of all faults.
fn faults(form: &Form, answers: Json) -> Vec<(String, &'static str)> {
    let faults = validate(form, &raw(answers)).expect_err("these answers are at fault");
    faults
        .into_iter()
        .map(|fault| (fault.pointer.to_string(), fault.kind.code()))
        .collect()
}

proptest! {
    #[test]
    fn a_response_made_by_walking_the_form_is_accepted_and_survives_its_record(seed: u64, which in 0..3) {
        let form = match which {
            0 => every_kind(),
            1 => second_edition::form(),
            _ => shipped(),
        };
        let mut rng = StdRng::seed_from_u64(seed);
        let answers = synthetic(&form, "ko", &mut rng);
        let valid = validate(&form, &answers).map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
        let record = form.layout().encode(form.questions(), valid.as_slice());
        prop_assert_eq!(record.len(), form.layout().length());
        let decoded = form.layout().decode(form.questions(), &record).unwrap();
        for ((question, said), read) in form.questions().iter().zip(valid.as_slice()).zip(&decoded) {
            if question.kind.is_recorded() {
                prop_assert_eq!(said, read, "{}", question.key);
            }
        }
        let with_texts: Vec<Answer> = valid.as_slice().to_vec();
        prop_assert_eq!(validate(&form, &RawAnswers::of(&form, &with_texts)), Ok(valid.clone()));
        prop_assert_eq!(Summary::of(&form, valid.as_slice(), "ko"), Summary::of(&form, &decoded, "ko"));
    }

    #[test]
    fn one_mutated_answer_is_refused_with_its_pointer(seed: u64) {
        let form = every_kind();
        let mut rng = StdRng::seed_from_u64(seed);
        let mut answers = synthetic(&form, "en", &mut rng);
        let answered: Vec<String> = answers.0.keys().cloned().collect();
        let key = answered[rng.random_range(0..answered.len())].clone();
        let wrong = match form.questions()[form.place(&key).unwrap()].kind {
            Kind::SingleChoice(_) => json!("no_such_option"),
            Kind::MultipleChoice(_) => json!("family"),
            Kind::Whole { max, .. } => json!(max + 1),
            Kind::Decimal { .. } => json!(1.234),
            Kind::YesNo => json!("true"),
            Kind::Text { max_length } => json!("x".repeat(max_length + 1)),
            ref other => panic!("{key} is {other:?}"),
        };
        answers.0.insert(key.clone(), wrong);
        let faults = validate(&form, &answers).expect_err("a wrong answer");
        let pointer = format!("/{key}");
        prop_assert!(faults.iter().any(|fault| fault.pointer.as_str() == pointer), "{faults:?}");
    }

    #[test]
    fn no_bytes_make_the_codec_panic(bytes: Vec<u8>) {
        let form = second_edition::form();
        let _ = form.layout().decode(form.questions(), &bytes);
    }

    #[test]
    fn no_answers_make_the_validation_panic(key in "[a-z_]{1,12}", text in ".*", number: f64, list: Vec<i64>) {
        let form = second_edition::form();
        let keys = form.questions().iter().map(|question| question.key.clone()).chain([key]);
        for key in keys {
            for said in [json!(text), json!(number), json!(list), json!({ &text: number })] {
                let _ = validate(&form, &raw(json!({ &key: said })));
            }
        }
    }
}

#[test]
fn the_least_response_is_accepted() {
    let answers = raw(json!({"group": "c", "meals": "none", "distress": 0}));
    let valid = validate(&every_kind(), &answers).unwrap();
    let hidden = valid
        .as_slice()
        .iter()
        .filter(|answer| **answer == Answer::Hidden)
        .count();
    assert_eq!(hidden, 6, "help_from and the whole section deeper");
}

#[test]
fn all_faults_are_reported_at_once() {
    let found = faults(
        &every_kind(),
        json!({
            "group": "z", "alone": 1, "meals": "some", "help_from": ["family", "family", "nobody", 3, "aunt"],
            "sleep_hours": 1.5, "weight": 300, "exact": 7, "unknown/question": 1, "story": "a\u{0}b"
        }),
    );
    let expected = [
        ("/unknown~1question", "unknown_question"),
        ("/group", "unknown_option"),
        ("/alone", "wrong_type"),
        ("/help_from/1", "option_twice"),
        ("/help_from/3", "wrong_type"),
        ("/help_from/2", "exclusive_option"),
        ("/distress", "required"),
        ("/sleep_hours", "wrong_type"),
        ("/weight", "out_of_bounds"),
        ("/exact", "hidden"),
        ("/story", "hidden"),
    ];
    assert_eq!(
        found,
        expected.map(|(pointer, code)| (pointer.to_owned(), code))
    );
}

#[test]
fn routing_refuses_hidden_answers_and_demands_shown_ones() {
    let form = every_kind();
    let hidden = faults(
        &form,
        json!({"group": "c", "meals": "none", "distress": 1, "exact": 1}),
    );
    assert_eq!(hidden, [("/exact".to_owned(), "hidden")]);
    let required = faults(
        &form,
        json!({"group": "a", "meals": "none", "distress": 1, "exact": 5}),
    );
    assert_eq!(required, [("/urgent".to_owned(), "required")]);
    let blank_text =
        json!({"group": "a", "meals": "none", "distress": 1, "exact": 5, "urgent": "  \n "});
    assert_eq!(
        faults(&form, blank_text),
        [("/urgent".to_owned(), "required")]
    );
    let declined = json!({"group": null, "meals": null, "distress": null});
    assert!(
        validate(&form, &raw(declined)).is_ok_and(|valid| valid.as_slice()[0] == Answer::Declined)
    );
}

#[test]
fn numbers_are_taken_as_written() {
    let form = every_kind();
    for (weight, scaled) in [
        (json!(0.1), 10),
        (json!(-0.5), -50),
        (json!(250.5), 25050),
        (json!(7), 700),
        (json!(2.675), 0),
    ] {
        let answers = raw(json!({"group": "c", "meals": "none", "distress": 9, "weight": weight}));
        match validate(&form, &answers) {
            Ok(valid) => assert_eq!(valid.as_slice()[6], Answer::Given(Value::Decimal(scaled))),
            Err(faults) => assert_eq!(faults[0].kind.code(), "too_precise", "{weight}"),
        }
    }
    for huge in [
        "1e300",
        "123456789012345678901234567890",
        "-9223372036854775808",
        "18446744073709551615",
    ] {
        let answers = format!(r#"{{"group":"c","meals":"none","distress":{huge}}}"#);
        assert!(validate(&form, &serde_json::from_str(&answers).unwrap()).is_err());
    }
}

#[test]
fn an_answer_given_twice_is_refused() {
    assert!(serde_json::from_str::<RawAnswers>(r#"{"a": 1, "a": 2}"#).is_err());
}

#[test]
fn scores_map_each_question_onto_the_range_and_ask_for_half() {
    let form = every_kind();
    let summary = |answers: Json| {
        let valid = validate(&form, &raw(answers)).unwrap();
        Summary::of(&form, valid.as_slice(), "en")
    };
    // meals 2 of 0..2 is 100, distress 5 of 0..10 is 50, after is hidden: (100 + 50) / 2.
    let all = summary(json!({"group": "c", "meals": "much", "distress": 5}));
    assert_eq!(
        (all.scores[0].value, all.scores[0].band.as_deref()),
        (Some(75.0), Some("great"))
    );
    assert_eq!((all.scores[0].answered, all.scores[0].shown), (2, 2));
    assert_eq!(
        all.scores[1].value,
        Some(2.0),
        "a sum over the one question shown"
    );
    assert!(all.notices.is_empty());
    // One of three answered is less than half; the sum asks for all.
    let few = summary(json!({"group": "a", "meals": null, "distress": 8, "weight": 1, "exact": 0}));
    assert_eq!(
        (
            few.scores[0].value,
            few.scores[0].band.as_ref(),
            few.scores[0].shown
        ),
        (None, None, 3)
    );
    assert_eq!(few.notices, ["help"]);
}

#[test]
fn the_layout_of_a_version_never_moves() {
    let form = every_kind();
    let layout = serde_json::to_value(form.layout()).unwrap();
    let widths: Vec<_> = layout["slots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["width"].as_u64().unwrap())
        .collect();
    // group alone meals help_from distress sleep_hours weight family_role exact after; story and urgent are remarks.
    assert_eq!(widths, [1, 1, 1, 2, 1, 3, 2, 1, 1, 1]);
    assert_eq!(layout["length"], 15);
    let answers = raw(json!({
        "group": "b", "meals": "much", "help_from": ["family", "friends"], "distress": 3, "sleep_hours": null, "weight": -0.5,
        "family_role": true, "exact": 0
    }));
    let valid = validate(&form, &answers).unwrap();
    let record = form.layout().encode(form.questions(), valid.as_slice());
    assert_eq!(
        record,
        [1, 1, 253, 2, 0, 0b11, 3, 0xff, 0xff, 0xfe, 0, 0, 1, 0, 253]
    );
    assert_eq!(form.digest().to_string().len(), 64);
}

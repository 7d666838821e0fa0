//! Each fault, made in an otherwise sound form.

use serde_json::{Value, json};

use crate::domain::form::{Form, FormDefinition, Source, Syntax};

const SOUND: &str = include_str!("../../../../tests/forms/every-kind.yaml");

mod coarser;
mod second_edition;

/// A form without faults.
pub(in crate::domain::form) fn sound() -> Value {
    let definition = Source::read(SOUND, Syntax::Yaml)
        .unwrap()
        .definition()
        .unwrap();
    serde_json::to_value(definition).unwrap()
}

/// Checks a form; the faults by pointer and code.
pub(in crate::domain::form) fn check(form: Value) -> Result<Form, Vec<(String, &'static str)>> {
    let definition: FormDefinition = serde_json::from_value(form).unwrap();
    Form::check(definition).map_err(|faults| {
        faults
            .into_iter()
            .map(|fault| (fault.pointer.to_string(), fault.kind.code()))
            .collect()
    })
}

/// Faults after replacing what stands at `pointer`.
fn faults_with(pointer: &str, value: Value) -> Vec<(String, &'static str)> {
    let mut form = sound();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match form.pointer_mut(parent).unwrap() {
        Value::Object(map) => {
            map.insert(key.to_owned(), value);
        }
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => panic!("{parent} holds {other}"),
    }
    check(form).expect_err(pointer)
}

#[test]
fn each_fault_is_found_where_it_stands() {
    let text = json!({"en": "x", "ko": "x"});
    let option = |code: &str| json!({"code": code, "label": text});
    let q = |place: usize, field: &str| format!("/sections/1/questions/{place}/{field}");
    let cases: Vec<(String, Value, &str, &str)> = vec![
        ("/key".into(), json!("Daily Life"), "/key", "key_malformed"),
        (
            "/key".into(),
            json!("a".repeat(41)),
            "/key",
            "key_malformed",
        ),
        (
            "/languages/1".into(),
            json!("korean!"),
            "/languages/1",
            "language_malformed",
        ),
        (
            "/languages/1".into(),
            json!("en"),
            "/languages/1",
            "language_twice",
        ),
        (
            "/title".into(),
            json!({"en": "x"}),
            "/title",
            "text_missing",
        ),
        (
            "/title".into(),
            json!({"en": "x", "ko": " "}),
            "/title/ko",
            "text_blank",
        ),
        (
            "/title".into(),
            json!({"en": "x", "ko": "x", "fr": "x"}),
            "/title/fr",
            "text_language_unknown",
        ),
        (
            "/description".into(),
            json!({"en": "x".repeat(4001), "ko": "x"}),
            "/description/en",
            "text_too_long",
        ),
        (
            "/sections/0/key".into(),
            json!("days"),
            "/sections/1/key",
            "key_taken",
        ),
        (
            q(0, "key"),
            json!("Meals"),
            "/sections/1/questions/0/key",
            "key_malformed",
        ),
        (
            q(4, "key"),
            json!("a__b"),
            "/sections/1/questions/4/key",
            "key_malformed",
        ),
        (
            q(3, "key"),
            json!("week"),
            "/sections/1/questions/3/key",
            "key_reserved",
        ),
        (
            q(3, "key"),
            json!("score_x"),
            "/sections/1/questions/3/key",
            "key_reserved",
        ),
        (
            q(0, "scale"),
            json!("pain"),
            "/sections/1/questions/0/scale",
            "scale_unknown",
        ),
        (
            q(0, "options"),
            json!([option("x"), option("y")]),
            "/sections/1/questions/0/scale",
            "scale_and_options",
        ),
        (
            q(0, "min"),
            json!(1),
            "/sections/1/questions/0/min",
            "field_not_for_kind",
        ),
        (
            "/scales/unused".into(),
            json!([option("x"), option("y")]),
            "/scales/unused",
            "scale_unused",
        ),
        (
            q(1, "options"),
            json!([option("family")]),
            "/sections/1/questions/1/options",
            "option_count",
        ),
        (
            q(1, "options"),
            json!([option("family"), option("family")]),
            "/sections/1/questions/1/options/1/code",
            "key_taken",
        ),
        (
            q(2, "max"),
            json!(-1),
            "/sections/1/questions/2/max",
            "bounds_reversed",
        ),
        (
            q(2, "max"),
            json!(10.5),
            "/sections/1/questions/2/max",
            "bound_malformed",
        ),
        (
            q(2, "max"),
            json!(200),
            "/sections/1/questions/2/max",
            "rating_too_long",
        ),
        (
            q(3, "max"),
            json!(1e12),
            "/sections/1/questions/3/max",
            "bound_malformed",
        ),
        (
            q(4, "decimals"),
            json!(9),
            "/sections/1/questions/4/decimals",
            "decimals_out_of_range",
        ),
        (
            q(4, "min"),
            json!(0.125),
            "/sections/1/questions/4/min",
            "bound_malformed",
        ),
        (
            q(3, "max"),
            Value::Null,
            "/sections/1/questions/3",
            "field_missing",
        ),
        (
            "/sections/2/questions/3/max_length".into(),
            json!(0),
            "/sections/2/questions/3/max_length",
            "max_length_out_of_range",
        ),
        (
            "/sections/2/questions/3/background".into(),
            json!(true),
            "/sections/2/questions/3/background",
            "text_as_background",
        ),
        (
            q(0, "concept"),
            json!({"system": "", "code": "d550"}),
            "/sections/1/questions/0/concept",
            "concept_malformed",
        ),
        (
            "/sections/2/questions".into(),
            json!([]),
            "/sections/2/questions",
            "empty",
        ),
        ("/sections".into(), json!([]), "/sections", "empty"),
        (
            q(0, "show_when"),
            json!({"question": "meals", "is": "none"}),
            "/sections/1/questions/0/show_when/question",
            "looks_at_itself",
        ),
        (
            q(0, "show_when"),
            json!({"question": "exact", "is": 1}),
            "/sections/1/questions/0/show_when/question",
            "looks_forward",
        ),
        (
            q(0, "show_when"),
            json!({"question": "nothing", "is": 1}),
            "/sections/1/questions/0/show_when/question",
            "question_unknown",
        ),
        (
            q(0, "show_when"),
            json!({"question": "group", "is": "z"}),
            "/sections/1/questions/0/show_when/is",
            "option_unknown",
        ),
        (
            q(0, "show_when"),
            json!({"question": "group", "at_least": 1}),
            "/sections/1/questions/0/show_when/at_least",
            "cannot_compare",
        ),
        (
            q(0, "show_when"),
            json!({"question": "group", "is": 1}),
            "/sections/1/questions/0/show_when/is",
            "cannot_compare",
        ),
        (
            q(0, "show_when"),
            json!({"question": "alone", "is": "yes"}),
            "/sections/1/questions/0/show_when/is",
            "cannot_compare",
        ),
        (
            q(2, "show_when"),
            json!({"question": "help_from", "is": "family"}),
            "/sections/1/questions/2/show_when/is",
            "cannot_compare",
        ),
        (
            q(2, "show_when"),
            json!({"question": "help_from", "includes": "z"}),
            "/sections/1/questions/2/show_when/includes",
            "option_unknown",
        ),
        (
            q(0, "show_when"),
            json!({"question": "group"}),
            "/sections/1/questions/0/show_when",
            "condition_malformed",
        ),
        (
            q(0, "show_when"),
            json!({"question": "group", "is": "a", "answered": true}),
            "/sections/1/questions/0/show_when",
            "condition_malformed",
        ),
        (
            q(0, "show_when"),
            json!({"any": [], "all": []}),
            "/sections/1/questions/0/show_when",
            "condition_malformed",
        ),
        (
            q(0, "show_when"),
            json!({"any": []}),
            "/sections/1/questions/0/show_when/any",
            "empty",
        ),
        (
            "/notices/0/show_when".into(),
            json!({"question": "story", "answered": true}),
            "/notices/0/show_when/answered",
            "cannot_compare",
        ),
        ("/scores/0/of".into(), json!([]), "/scores/0/of", "empty"),
        (
            "/scores/0/of/0".into(),
            json!("group"),
            "/scores/0/of/0",
            "score_not_numeric",
        ),
        (
            "/scores/0/of/0".into(),
            json!("distress"),
            "/scores/0/of/1",
            "score_question_twice",
        ),
        (
            "/scores/0/of/0".into(),
            json!("nothing"),
            "/scores/0/of/0",
            "question_unknown",
        ),
        (
            "/scores/0/to".into(),
            json!([100, 0]),
            "/scores/0/to",
            "score_range",
        ),
        (
            "/scores/0/at_least_answered".into(),
            json!(1.5),
            "/scores/0/at_least_answered",
            "score_share",
        ),
        (
            "/scores/0/bands/0/from".into(),
            json!(10),
            "/scores/0/bands/0/from",
            "band_missing",
        ),
        (
            "/scores/0/bands/1/from".into(),
            json!(101),
            "/scores/0/bands/1/from",
            "band_unreachable",
        ),
        (
            "/scores/0/bands/1/from".into(),
            json!(0),
            "/scores/0/bands/1/from",
            "band_order",
        ),
        (
            "/scores/1/key".into(),
            json!("difficulty"),
            "/scores/1/key",
            "key_taken",
        ),
    ];
    for (pointer, value, at, code) in cases {
        let found = faults_with(&pointer, value);
        assert!(
            found.contains(&(at.to_owned(), code)),
            "{pointer}: expected {code} at {at}, found {found:?}"
        );
    }
    assert!(check(sound()).is_ok());
}

#[test]
fn a_scale_with_an_excluding_option_cannot_serve_a_single_choice() {
    let found = faults_with("/scales/difficulty/0/exclusive", json!(true));
    assert!(
        found
            .iter()
            .all(|(_, code)| *code == "exclusive_not_for_kind")
            && !found.is_empty(),
        "{found:?}"
    );
}

#[test]
fn all_faults_come_at_once() {
    let mut form = sound();
    form["title"] = json!({});
    form["sections"][1]["questions"][2]["max"] = json!(-1);
    form["scores"][0]["of"] = json!(["nothing"]);
    let codes: Vec<_> = check(form)
        .unwrap_err()
        .into_iter()
        .map(|(_, code)| code)
        .collect();
    assert_eq!(
        codes,
        [
            "text_missing",
            "text_missing",
            "bounds_reversed",
            "question_unknown"
        ]
    );
}

#[test]
fn the_shipped_form_is_sound() {
    let text = include_str!("../../../../forms/daily-life-after-treatment.yaml");
    let definition = Source::read(text, Syntax::Yaml)
        .unwrap()
        .definition()
        .unwrap();
    let form = Form::check(definition.clone()).unwrap();
    assert!(form.questions().len() >= 40);
    let korean = definition.in_language("ko");
    assert!(
        Form::check(korean.clone()).is_ok(),
        "one language of it is a sound form too"
    );
    assert!(
        serde_json::to_string(&korean).unwrap().len()
            < serde_json::to_string(&definition).unwrap().len()
    );
}

#[test]
fn yaml_and_json_of_the_same_form_have_the_same_digest() {
    let json = serde_json::to_string_pretty(&sound()).unwrap();
    let from_json = Source::read(&json, Syntax::Json)
        .unwrap()
        .definition()
        .unwrap();
    let from_yaml = Source::read(SOUND, Syntax::Yaml)
        .unwrap()
        .definition()
        .unwrap();
    assert_eq!(
        Form::check(from_json).unwrap().digest(),
        Form::check(from_yaml).unwrap().digest()
    );
    let mut other = sound();
    other["title"]["en"] = json!("Every kind.");
    assert_ne!(
        check(other).unwrap().digest(),
        check(sound()).unwrap().digest()
    );
}

#[test]
fn bands_of_the_first_edition_are_checked_as_they_were() {
    for (place, from, code) in [
        (0, 10, "first_band"),
        (1, 101, "band_order"),
        (1, 0, "band_order"),
    ] {
        let mut form = sound();
        form["edition"] = json!(1);
        form["scores"][0]["bands"][place]["from"] = json!(from);
        let at = format!("/scores/0/bands/{place}/from");
        assert_eq!(check(form).unwrap_err(), [(at, code)]);
    }
}

#[test]
fn advice_is_checked_like_everything_else_with_its_place() {
    let advice = |show_when: Value, text: Value| {
        let mut form = sound();
        form["edition"] = json!(2);
        form["advice"] = json!([{"key": "ask", "show_when": show_when, "text": text}]);
        check(form).map(drop)
    };
    let both = json!({"en": "Ask.", "ko": "물어보세요."});
    let high = json!({"score": "difficulty", "band": "great"});
    assert_eq!(advice(high.clone(), both.clone()), Ok(()));
    for (show_when, text, pointer, code) in [
        (
            json!({"score": "none", "band": "great"}),
            both.clone(),
            "/advice/0/show_when/score",
            "score_unknown",
        ),
        (
            json!({"score": "difficulty", "band": "huge"}),
            both.clone(),
            "/advice/0/show_when/band",
            "band_unknown",
        ),
        (
            json!({"question": "none", "answered": true}),
            both.clone(),
            "/advice/0/show_when/question",
            "question_unknown",
        ),
        (
            json!({"any": []}),
            both.clone(),
            "/advice/0/show_when/any",
            "empty",
        ),
        (
            json!({"question": "story", "answered": true}),
            both,
            "/advice/0/show_when/answered",
            "cannot_compare",
        ),
        (
            high.clone(),
            json!({"en": "Ask."}),
            "/advice/0/text",
            "text_missing",
        ),
        (
            high.clone(),
            json!({"en": "Ask.", "ko": " "}),
            "/advice/0/text/ko",
            "text_blank",
        ),
        (
            high.clone(),
            json!({"en": "<b>Ask.</b>", "ko": "가"}),
            "/advice/0/text/en",
            "text_tag",
        ),
    ] {
        let found = advice(show_when, text).unwrap_err();
        assert_eq!(found, [(pointer.to_owned(), code)]);
    }
    let mut twice = sound();
    let one = json!({"key": "ask", "show_when": high, "text": {"en": "A", "ko": "가"}});
    twice["advice"] = json!([one, one]);
    assert_eq!(
        check(twice).unwrap_err(),
        [("/advice/1/key".to_owned(), "key_taken")]
    );
}

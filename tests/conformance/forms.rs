//! The forms of the vectors.

use aftercare::domain::form::{Form, FormDefinition, Source, Syntax};
use serde_json::{Value, json};

/// A form as somebody writes it.
pub fn of_yaml(text: &str) -> Form {
    let source = Source::read(text, Syntax::Yaml).unwrap();
    Form::check(source.definition().unwrap()).unwrap()
}

/// A form of these fields.
pub fn of_value(definition: Value) -> Form {
    let definition: FormDefinition = serde_json::from_value(definition).unwrap();
    Form::check(definition).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The same form in the first edition.
pub fn in_first_edition(text: &str) -> Form {
    let source = Source::read(text, Syntax::Yaml).unwrap();
    let mut definition = source.definition().unwrap();
    definition.edition = None;
    definition.key += "-first";
    Form::check(definition).unwrap()
}

/// A form of one question with no more than its particulars.
pub fn of_question(name: &str, fields: Value) -> Form {
    let text = json!({"en": "?"});
    let mut question = json!({"key": "it", "text": text});
    question
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let date = question["kind"] == "date";
    if date {
        question["background"] = json!(true);
    }
    of_value(json!({
        "key": name, "edition": 2, "languages": ["en"], "title": text,
        "sections": [{"key": "s", "title": text, "questions": [question]}],
    }))
}

/// Options with these codes.
pub fn options(codes: &[&str]) -> Value {
    let option = |code: &&str| json!({"code": code, "label": {"en": code}});
    codes.iter().map(option).collect()
}

/// The shipped form.
pub const SHIPPED: &str = include_str!("../../forms/daily-life-after-treatment.yaml");

macro_rules! instrument {
    ($name:literal) => {
        (
            include_str!(concat!("../forms/instruments/", $name, ".yaml")),
            include_str!(concat!("../forms/instruments/", $name, ".people.yaml")),
        )
    };
}

/// Structures of eight public instruments, each with people whose answers are written down.
pub const INSTRUMENTS: [(&str, &str); 8] = [
    instrument!("eq-5d-5l-like"),
    instrument!("gad-7-like"),
    instrument!("limesurvey-like"),
    instrument!("phq-9-like"),
    instrument!("prapare-like"),
    instrument!("pro-ctcae-like"),
    instrument!("surveyjs-like"),
    instrument!("xlsform-like"),
];

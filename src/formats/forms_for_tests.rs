//! Forms that the tests of several formats bring out and in again.

use serde_json::{Value, json};

use crate::domain::form::{Form, FormDefinition, Source, Syntax};

pub const SHIPPED: &str = include_str!("../../forms/daily-life-after-treatment.yaml");
pub const SECOND_EDITION: &str = include_str!("../../tests/forms/second-edition.yaml");
pub const EVERY_KIND: &str = include_str!("../../tests/forms/every-kind.yaml");

pub fn form_of(yaml: &str) -> Form {
    let source = Source::read(yaml, Syntax::Yaml).unwrap();
    Form::check(source.definition().unwrap()).unwrap()
}

fn text(words: &str) -> Value {
    json!({"en": words, "pt-BR": format!("{words} ção")})
}

/// A small form: for each question its kind, its words, whether it is required, and what its condition looks at.
pub fn generated(parts: &[(u8, String, bool, u8)]) -> Value {
    let mut questions: Vec<Value> = Vec::new();
    for (place, (kind, words, required, look)) in parts.iter().enumerate() {
        let key = format!("q{place}");
        let words = format!("W{words}");
        let options = json!([
            {"code": "a", "value": look, "label": text(&words)},
            {"code": "b", "value": -1, "label": text("B"), "exclusive": kind % 7 == 1},
        ]);
        let mut question = match kind % 7 {
            0 => json!({"kind": "single_choice", "options": options}),
            1 => json!({"kind": "multiple_choice", "options": options}),
            2 => {
                json!({"kind": "rating", "min": 0, "max": look % 50 + 1, "max_label": text(&words)})
            }
            3 => json!({"kind": "integer", "min": -5, "max": look}),
            4 => {
                json!({"kind": "decimal", "min": -0.25, "max": f64::from(*look) + 0.75, "decimals": 2})
            }
            5 => json!({"kind": "yes_no"}),
            _ => json!({"kind": "text", "max_length": 1 + u16::from(*look)}),
        };
        question["key"] = json!(key);
        question["text"] = text(&words);
        if *required {
            question["required"] = json!(true);
            question["hint"] = text(&words);
        }
        let at = usize::from(*look) % (place + 1);
        if at < place {
            let other = format!("q{at}");
            let test = match parts[at].0 % 7 {
                0 => {
                    json!({"any": [{"question": other, "is_one_of": ["a"]}, {"question": other, "at_least": 3}]})
                }
                1 => json!({"not": {"question": other, "includes": "b"}}),
                2 | 3 => {
                    json!({"all": [{"question": other, "is": 1}, {"question": other, "at_most": 4.0}]})
                }
                4 => json!({"question": other, "is_one_of": [0.5, 1]}),
                5 => json!({"question": other, "is": required}),
                _ => Value::Null,
            };
            if !test.is_null() {
                question["show_when"] = test;
            }
        }
        questions.push(question);
    }
    json!({
        "key": "generated", "languages": ["pt-BR", "en"], "title": text("Title"),
        "sections": [{"key": "all", "title": text("All"), "description": text(" spaced "), "questions": questions}],
    })
}

/// A form with levels of every kind of question that has some, two or three of them.
pub fn leveled() -> Form {
    let options = |codes: &[&str]| -> Value {
        let option = |code: &&str| json!({"code": code, "label": text(code)});
        codes.iter().map(option).collect()
    };
    let group = |code: &str, options: &[&str]| json!({"code": code, "label": text(code), "options": options});
    let band = |code: &str, from: f64| json!({"code": code, "label": text(code), "from": from});
    let question = |key: &str, kind: &str, more: Value| {
        let mut question = json!({"key": key, "kind": kind, "text": text(key), "background": true});
        question
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        question
    };
    let questions = json!([
        question(
            "place",
            "single_choice",
            json!({
                "options": options(&["p1", "p2", "p3", "p4"]),
                "coarser": [[group("p12", &["p1", "p2"])], [group("p123", &["p1", "p2", "p3"])]],
            })
        ),
        question(
            "had",
            "multiple_choice",
            json!({
                "options": options(&["h1", "h2", "h3", "h4"]),
                "coarser": [[group("h12", &["h1", "h2"]), group("h34", &["h3", "h4"])]],
            })
        ),
        question(
            "years",
            "integer",
            json!({
                "min": 0, "max": 40,
                "coarser": [[band("b0", 0.0), band("b10", 10.0), band("b20", 20.0)], [band("under20", 0.0), band("over20", 20.0)]],
            })
        ),
        question(
            "weight",
            "decimal",
            json!({
                "min": 30.5, "max": 250.0, "decimals": 1, "coarser": [[band("light", 30.5), band("heavy", 80.5)]],
            })
        ),
    ]);
    let definition: FormDefinition = serde_json::from_value(json!({
        "key": "leveled", "languages": ["en", "pt-BR"], "title": text("Levels"),
        "sections": [{"key": "all", "title": text("All"), "questions": questions}],
    }))
    .unwrap();
    Form::check(definition.as_written_today()).unwrap()
}

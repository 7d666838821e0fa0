//! The edges of each kind of question: answers that are just taken, and answers that are just not.

use aftercare::domain::form::Form;
use aftercare::domain::response::AnswerFault;
use serde_json::{Map, Value, json};
use strum::VariantNames;

use crate::forms::{of_question, of_value, options};

/// A form of one question, and answers to it.
pub type Edge = (Form, Vec<Value>);

/// The codes of all faults that an answer can have. Control characters are taken out rather than refused.
pub fn fault_codes() -> impl Iterator<Item = &'static &'static str> {
    let all = AnswerFault::VARIANTS.iter();
    all.filter(|code| **code != "control_character")
}

pub fn all() -> Vec<Edge> {
    let mut all = vec![
        single(),
        several(),
        several_required(),
        ranking(),
        ranking_all(),
    ];
    all.extend([
        rating(),
        integer(),
        decimal(),
        decimal_in_steps(),
        yes_no(),
        texts(),
        text_required(),
    ]);
    all.extend([statement(), acknowledged()]);
    all.extend(dates());
    all.push(unknown());
    all
}

fn single() -> Edge {
    let form = of_question(
        "single",
        json!({"kind": "single_choice", "required": true, "options": options(&["a", "b"])}),
    );
    (
        form,
        vec![
            json!("a"),
            json!("A"),
            json!(""),
            json!(["a"]),
            json!(0),
            json!(true),
            json!(null),
        ],
    )
}

fn several_options() -> Value {
    let mut options = options(&["a", "b", "c", "d", "none"]);
    options[4]["exclusive"] = json!(true);
    options
}

fn several() -> Edge {
    let fields =
        json!({"kind": "multiple_choice", "fewest": 2, "most": 3, "options": several_options()});
    let answers = json!([
        [], ["a"], ["b", "a"], ["a", "b", "c"], ["d", "c", "b", "a"], ["none"], ["none", "a"], ["a", "b", "none"],
        ["a", "a"], ["a", "a", "none"], ["a", "x"], ["x", 1, "a", "a"], ["a", "b", "c", "d", "none", "a", "x"], "a", {"a": true}, null, ""
    ]);
    (
        of_question("several", fields),
        answers.as_array().unwrap().clone(),
    )
}

fn several_required() -> Edge {
    let fields = json!({"kind": "multiple_choice", "required": true, "options": several_options()});
    let answers = json!([[], ["none"], ["a", "d"], null]);
    (
        of_question("several-required", fields),
        answers.as_array().unwrap().clone(),
    )
}

fn ranking() -> Edge {
    let fields = json!({"kind": "ranking", "fewest": 2, "most": 3, "options": options(&["a", "b", "c", "d"])});
    let answers = json!([
        [],
        ["a"],
        ["b", "a"],
        ["d", "a", "c"],
        ["d", "a", "c", "b"],
        ["a", "a"],
        ["a", "x"],
        "a",
        null
    ]);
    (
        of_question("ranking", fields),
        answers.as_array().unwrap().clone(),
    )
}

fn ranking_all() -> Edge {
    let fields = json!({"kind": "ranking", "options": options(&["a", "b", "c"])});
    let answers = json!([["c", "a", "b"], ["c", "a"], []]);
    (
        of_question("ranking-all", fields),
        answers.as_array().unwrap().clone(),
    )
}

fn rating() -> Edge {
    let form = of_question(
        "rating",
        json!({"kind": "rating", "min": -10, "max": 100, "step": 10}),
    );
    let answers = json!([
        -10,
        0,
        100,
        95,
        -11,
        101,
        110,
        5.5,
        20.0,
        "10",
        true,
        [10],
        1e300,
        null
    ]);
    (form, answers.as_array().unwrap().clone())
}

fn integer() -> Edge {
    let form = of_question(
        "integer",
        json!({"kind": "integer", "min": -3, "max": 1_000_000_000}),
    );
    let answers = json!([
        -3,
        -4,
        0,
        1_000_000_000,
        1_000_000_001,
        9_007_199_254_740_993_i64,
        0.5,
        1e-7,
        4e1,
        "",
        null
    ]);
    (form, answers.as_array().unwrap().clone())
}

fn decimal() -> Edge {
    let form = of_question(
        "decimal",
        json!({"kind": "decimal", "min": -0.5, "max": 250.05, "decimals": 2}),
    );
    let answers = json!([
        -0.5,
        -0.51,
        0,
        0.1,
        0.3,
        1.005,
        0.1 + 0.2,
        250.05,
        250.06,
        250,
        1e-7,
        999_999_999,
        1e9,
        -1e9,
        1e300,
        "1",
        null
    ]);
    (form, answers.as_array().unwrap().clone())
}

fn decimal_in_steps() -> Edge {
    let form = of_question(
        "decimal-in-steps",
        json!({"kind": "decimal", "min": 0.1, "max": 1.1, "decimals": 1, "step": 0.2}),
    );
    let answers = json!([0.1, 0.3, 0.7, 1.1, 0.2, 1, 1.3]);
    (form, answers.as_array().unwrap().clone())
}

fn yes_no() -> Edge {
    let form = of_question("yes-no", json!({"kind": "yes_no"}));
    (
        form,
        vec![
            json!(true),
            json!(false),
            json!(null),
            json!("yes"),
            json!(1),
            json!(""),
        ],
    )
}

/// What is counted, and what is left of it.
fn texts() -> Edge {
    let form = of_question("texts", json!({"kind": "text", "max_length": 5}));
    let answers = [
        "",
        " ",
        "\u{200b}",
        "12345",
        "123456",
        "a\u{308}bcde",
        "\u{1100}\u{1161}\u{11a8}\u{1102}\u{1161}",
        "🙂🙂🙂🙂🙂",
        "🙂🙂🙂🙂🙂🙂",
        "👩\u{200d}👩\u{200d}👦",
        "\u{ff11}\u{2461}",
        "ㅠㅠㅋㅋ",
        "a\u{7}b",
        "a\u{b}b\rc\r\nd",
        "x\u{feff}\u{ad}y",
        "1\u{fe0f}\u{20e3}",
        "می\u{200c}خو",
        "\u{fdfa}",
        "\u{fdfa}\u{fdfa}\u{fdfa}\u{fdfa}\u{fdfa}\u{fdfa}",
        "ﬁsh",
        "1\u{200d}2",
        "क\u{94d}\u{200d}ष",
        "\u{e0041}tag",
        "a\tb\nc",
        "½",
        "  a  ",
    ];
    let mut answers: Vec<Value> = answers.map(Value::from).to_vec();
    answers.extend([json!(5), json!(["a"]), json!(null)]);
    (form, answers)
}

fn text_required() -> Edge {
    let form = of_question(
        "text-required",
        json!({"kind": "text", "max_length": 5, "required": true}),
    );
    (form, vec![json!("\u{200b} "), json!("x"), json!(null)])
}

fn statement() -> Edge {
    let form = of_question("statement", json!({"kind": "statement"}));
    (form, vec![json!(true), json!("x"), json!(null), json!([])])
}

fn acknowledged() -> Edge {
    let form = of_question(
        "acknowledged",
        json!({"kind": "statement", "acknowledge": true, "required": true}),
    );
    (
        form,
        vec![json!(true), json!(false), json!("true"), json!(null)],
    )
}

/// The week of the walks is that of Monday, 23 November 2026.
fn dates() -> Vec<Edge> {
    let date = |name: &str, fields: Value, said: &[&str]| {
        let mut all = json!({"kind": "date"});
        all.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let answers = said.iter().copied().map(Value::from).collect();
        (of_question(name, all), answers)
    };
    let reason = "The day says which dose was given.";
    vec![
        date(
            "day",
            json!({"precision": "day", "reason": reason, "earliest": "-P1Y", "latest": "today"}),
            &[
                "2026-11-23",
                "2026-11-24",
                "2026-11-29",
                "2026-11-30",
                "2026-12-01",
                "2026-11-22",
                "2025-11-23",
                "2025-10-19",
                "2025-10-18",
                "2026-02-29",
                "2024-02-29",
                "2026-11",
                "2026-11-5",
                "2026-11-05T10:00",
                "2026-13-01",
                "",
                "x",
            ],
        ),
        date(
            "day-fixed",
            json!({"precision": "day", "reason": reason, "earliest": "2024-02-29", "latest": "2027-01-31"}),
            &[
                "2024-02-28",
                "2024-02-29",
                "2027-01-31",
                "2027-02-01",
                "1899-12-31",
                "2100-01-01",
            ],
        ),
        date(
            "month",
            json!({"earliest": "-P1Y6M", "latest": "P1M2W3D"}),
            &[
                "2026-11",
                "2026-11-30",
                "2025-05",
                "2025-04",
                "2025-03",
                "2027-01",
                "2027-02",
                "2026",
                "2026-00",
                "2026-11-31",
            ],
        ),
        date(
            "month-free",
            json!({}),
            &["1900-01", "1899-12", "2099-12", "2100-01"],
        ),
        date(
            "year",
            json!({"precision": "year", "latest": "today"}),
            &["2026", "2026-11-26", "2027", "1900", "1899", "+026", "26"],
        ),
    ]
}

/// Keys that the form does not have, of which the first hundred are named, in the order of their bytes.
fn unknown() -> Edge {
    (
        of_value(json!({
            "key": "unknown", "edition": 2, "languages": ["en"], "title": {"en": "?"},
            "sections": [{"key": "s", "title": {"en": "?"}, "questions": [{"key": "it", "kind": "yes_no", "text": {"en": "?"}}]}],
        })),
        Vec::new(),
    )
}

/// Walks through the form of [`unknown`].
pub fn unknown_answers() -> Vec<Map<String, Value>> {
    let of = |value: Value| value.as_object().unwrap().clone();
    let many = (0..103)
        .map(|number| (format!("k{number}"), json!(null)))
        .collect();
    vec![
        of(
            json!({"other": 1, "a/b~c": 2, "it": true, "Z": null, "": 1, "식사": 1, "😀": 1, "\u{ff61}": 1}),
        ),
        of(json!({"it": 7, "x": 7})),
        many,
    ]
}

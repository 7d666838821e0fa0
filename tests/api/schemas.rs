//! The schemas of the OpenAPI document against what the domain writes. The domain's types are described by mirrors in
//! `src/http/openapi/schemas/`, which must not drift from them.

use aftercare::domain::form::{Changes, Form, FormDefinition};
use aftercare::domain::response::{Occasion, RawAnswers, Summary, validate};
use aftercare::domain::staff::role::Role;
use aftercare::formats::csv::Formulas;
use serde_json::{Value, json};

use crate::support::collection::{EVERY_KIND, SHIPPED, definition};
use crate::support::document::{Document, Seen};

/// The conditions that the second edition brought.
fn newer_tests() -> Value {
    let test = |field: &str, value: Value| json!({"question": "a", field: value});
    json!([
        test("includes_any", json!(["one"])),
        test("includes_all", json!(["one"])),
        test("includes_none", json!(["one"])),
        test("count_at_least", json!(1)),
        test("count_at_most", json!(1)),
        test("more_than", json!(1)),
        test("less_than", json!(1)),
        test("is_question", json!("b")),
        test("at_least_question", json!("b")),
        test("at_most_question", json!("b")),
        test("more_than_question", json!("b")),
        test("less_than_question", json!("b")),
    ])
}

/// The questions and fields that the second edition brought.
fn newer_questions() -> Vec<Value> {
    let text = json!({"en": "Text"});
    let external = json!([{"system": "http://loinc.org", "code": "44250-9"}]);
    let rating = json!({
        "key": "n", "kind": "rating", "text": text, "min": 0, "max": 10,
                    "step": 1, "unit": {"ucum": "kg", "label": text}, "max_open": true, "slider": true, "default": 5,
                    "anchors": [{"at": 5, "label": text}], "matrix": "m", "external": external,
                    "coarser": [[{"code": "low", "label": text, "from": 0}, {"code": "named", "label": text, "options": ["a", "b"]}]],
    });
    let others = json!([
                {"key": "h", "kind": "date", "text": text, "precision": "day", "earliest": "-P5Y", "latest": "today", "reason": "R"},
                {"key": "i", "kind": "date", "text": text, "precision": "month"},
                {"key": "j", "kind": "date", "text": text, "precision": "year"},
                {"key": "k", "kind": "ranking", "text": text, "scale": "scale", "fewest": 1, "most": 2, "order": "random"},
                {"key": "l", "kind": "statement", "text": text, "acknowledge": true},
                {"key": "m", "kind": "multiple_choice", "text": text, "default": ["one"]},
    ]);
    let mut all = vec![rating];
    all.extend(others.as_array().unwrap().iter().cloned());
    all
}

/// A form in which every field is written.
fn everything() -> Value {
    let text = json!({"en": "Text"});
    let external = json!([{"system": "http://loinc.org", "code": "44250-9"}]);
    let test = |field: &str, value: Value| json!({"question": "a", field: value});
    let mut form = json!({
        "key": "everything", "languages": ["en"], "title": text, "description": text,
        "scales": {"scale": [{"code": "one", "value": 1, "label": text, "exclusive": true, "fixed": true, "external": external,
            "specify": {"key": "x", "max_length": 5, "text": text}}]},
        "sections": [{
            "key": "all", "title": text, "description": text, "show_when": test("answered", json!(true)),
            "questions": [
                {
                    "key": "a", "kind": "rating", "text": text, "hint": text, "background": true, "required": true,
                    "concept": {"system": "icf", "code": "d550"}, "min": 0, "max": 10,
                    "min_label": text, "max_label": text,
                    "show_when": {"all": [
                        test("is", json!("one")), test("is", json!(1.5)), test("is", json!(true)),
                        test("is_one_of", json!(["one"])), test("includes", json!("one")),
                        {"not": {"any": [test("at_least", json!(1)), test("at_most", json!(2))]}},
                        {"all": newer_tests()},
                    ]},
                },
                {"key": "b", "kind": "single_choice", "text": text, "scale": "scale"},
                {"key": "c", "kind": "multiple_choice", "text": text, "options": [{"code": "one", "label": text}]},
                {"key": "d", "kind": "decimal", "text": text, "min": 0.5, "max": 1.5, "decimals": 1},
                {"key": "e", "kind": "integer", "text": text, "min": 0, "max": 1},
                {"key": "f", "kind": "yes_no", "text": text},
                {"key": "g", "kind": "text", "text": text, "max_length": 10},
            ],
        }],
        "scores": [
            {
                "key": "s", "title": text, "of": ["a"], "method": "mean", "to": [0, 100], "at_least_answered": 0.5,
                "bands": [{"from": 0, "code": "low", "label": text}], "external": external,
            },
            {"key": "t", "title": text, "of": ["a"], "method": "sum", "of_scores": ["s"], "reversed": ["a"],
             "weights": {"a": 0.5}, "values": {"a": {"x": 1}}, "plus": 1, "at_least_items": 1, "hidden": "left_out",
             "round": {"decimals": 2, "rule": "half_up"}},
            {"key": "u", "title": text, "of": [], "method": "count", "hidden": "lowest", "round": {"decimals": 0, "rule": "half_even"},
             "count_when": [
                {"score": "t", "more_than": 1}, {"score": "t", "less_than": 1}, {"score": "t", "band": "b"}]},
            {"key": "v", "title": text, "of": ["a"], "method": "table", "hidden": "missing",
             "round": {"decimals": 0, "rule": "down"},
             "table": [{"at": [1, [2, 3], {"from": 4, "to": 5}, "any", "hidden"], "value": 2}]},
            {"key": "w", "title": text, "of": ["a"], "method": "raw_mean", "round": {"decimals": 0, "rule": "up"}},
            {"key": "x", "title": text, "of": ["a"], "method": "max"},
            {"key": "y", "title": text, "of": ["a"], "method": "min"},
        ],
        "notices": [{"key": "n", "text": text, "show_when": test("answered", json!(true))}],
    });
    form["parameters"] =
        json!([{"key": "p", "text": text, "values": [{"code": "one", "label": text}]}]);
    let always = test("answered", json!(true));
    form["constraints"] = json!([{"key": "c", "when": always, "require": always, "message": text}]);
    let questions = form["sections"][0]["questions"].as_array_mut().unwrap();
    questions.extend(newer_questions());
    form
}

#[test]
fn definitions_are_described_as_they_are_written() {
    let (document, mut seen) = (Document::read(), Seen::default());
    for form in [everything(), definition(EVERY_KIND), definition(SHIPPED)] {
        let form: FormDefinition = serde_json::from_value(form).unwrap();
        let written = serde_json::to_value(form).unwrap();
        document.check("FormDefinition", &written, &mut seen);
    }
    for name in [
        "FormDefinition",
        "SectionDefinition",
        "QuestionDefinition",
        "QuestionKind",
        "OptionDefinition",
        "ConditionDefinition",
        "Concept",
        "ScoreDefinition",
        "ScoreMethod",
        "BandDefinition",
        "HiddenRule",
        "RoundDefinition",
        "RoundingRule",
        "TableRowDefinition",
        "NoticeDefinition",
        "Unit",
        "Anchor",
        "ExternalCode",
        "Specify",
        "OptionOrder",
        "ParameterDefinition",
        "ConstraintDefinition",
        "DatePrecision",
    ] {
        document.is_covered(name, &seen);
    }
}

#[test]
fn changes_are_described_as_they_are_written() {
    let (document, mut seen) = (Document::read(), Seen::default());
    let form = |change: &dyn Fn(&mut Value)| {
        let mut form = definition(EVERY_KIND);
        change(&mut form);
        Form::check(serde_json::from_value(form).unwrap()).unwrap()
    };
    let old = form(&|_| {});
    let reworded = form(&|form| form["sections"][0]["questions"][0]["text"]["en"] = json!("New?"));
    let recoded = form(&|form| form["scales"]["difficulty"][2]["value"] = json!(9));
    let wider = form(&|form| {
        let more = json!({"code": "all", "value": 3, "label": {"en": "All", "ko": "다"}});
        form["scales"]["difficulty"]
            .as_array_mut()
            .unwrap()
            .push(more);
    });
    let shipped = Form::check(serde_json::from_value(definition(SHIPPED)).unwrap()).unwrap();
    for new in [&old, &reworded, &recoded, &wider, &shipped] {
        let changes = serde_json::to_value(Changes::between(&old, new)).unwrap();
        document.check("Changes", &changes, &mut seen);
    }
    for name in ["Changes", "QuestionChange", "Change"] {
        document.is_covered(name, &seen);
    }
}

#[test]
fn answers_summaries_roles_and_options_are_described_as_they_are_written() {
    let (document, mut seen) = (Document::read(), Seen::default());
    let shipped = Form::check(serde_json::from_value(definition(SHIPPED)).unwrap()).unwrap();
    let answers = json!({
        "cancer_type": "stomach", "time_since_treatment": "months_6_to_12", "treatments": ["surgery"], "sex": null, "distress": 9,
        "eating_meals": "severe", "stomach_after_meals": "severe",
    });
    document.check("RawAnswers", &answers, &mut seen);
    let raw: RawAnswers = serde_json::from_value(answers).unwrap();
    let occasion = Occasion {
        week: "2027-W05".parse().unwrap(),
        language: "en",
    };
    let answers = validate(&shipped, &raw, occasion).unwrap();
    let summary = Summary::of(&shipped, answers.as_slice(), "en");
    let summary = serde_json::to_value(summary).unwrap();
    document.check("Summary", &summary, &mut seen);
    for name in ["Summary", "ScoreSummary"] {
        document.is_covered(name, &seen);
    }
    for role in Role::ALL {
        document.check("Role", &serde_json::to_value(role).unwrap(), &mut seen);
    }
    document.is_covered("Role", &seen);
    for word in ["safe", "raw"] {
        let _: Formulas = serde_json::from_value(json!(word)).unwrap();
    }
}

#[test]
fn a_value_that_does_not_fit_is_noticed() {
    let (document, mut seen) = (Document::read(), Seen::default());
    let mut form = everything();
    form["sections"][0]["questions"][0]["shoe_size"] = json!(43);
    let schema = document.schema("FormDefinition");
    let fault = document.fault("FormDefinition", schema, &form, &mut seen);
    assert_eq!(
        fault.unwrap(),
        "QuestionDefinition has no property shoe_size"
    );
}

#[test]
fn a_value_of_another_type_and_a_missing_property_are_noticed() {
    let (document, mut seen) = (Document::read(), Seen::default());
    let schema = document.schema("OptionDefinition");
    for (option, expected) in [
        (
            json!({"code": 1, "label": {"en": "One"}}),
            "1 is no string in OptionDefinition",
        ),
        (json!({"code": "a", "label": []}), "[] is no object in Text"),
        (json!({"code": "a"}), "OptionDefinition lacks label"),
    ] {
        let fault = document.fault("OptionDefinition", schema, &option, &mut seen);
        assert_eq!(fault.as_deref(), Some(expected));
    }
}

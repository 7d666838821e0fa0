//! Scores: each method by itself, what a check says, and what holds for all of them.

mod analysis;
mod instruments;
mod properties;

use serde_json::{Map, Value, json};

use crate::domain::codebook::tests::occasion;
use crate::domain::fault::Fault;
use crate::domain::form::{
    Form, FormDefinition, FormFault, HiddenRule, ScoreValue, Source, Syntax,
};
use crate::domain::response::{RawAnswers, Summary, validate};

fn text(text: &str) -> Value {
    json!({"en": text})
}

/// A single choice with one option for each value, `c0` on.
fn choice(key: &str, values: &[Option<i32>]) -> Value {
    let option = |(place, value): (usize, &Option<i32>)| match value {
        Some(value) => json!({"code": format!("c{place}"), "value": value, "label": text("o")}),
        None => json!({"code": format!("c{place}"), "label": text("o")}),
    };
    let options: Vec<_> = values.iter().enumerate().map(option).collect();
    json!({"key": key, "kind": "single_choice", "text": text(key), "options": options})
}

fn steps(key: &str, low: i32, high: i32) -> Value {
    choice(key, &(low..=high).map(Some).collect::<Vec<_>>())
}

fn rating(key: &str, min: i64, max: i64) -> Value {
    json!({"key": key, "kind": "rating", "min": min, "max": max, "text": text(key)})
}

/// The definition with more fields, or others.
fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("fields")
    };
    base.as_object_mut().unwrap().extend(more);
    base
}

fn score(key: &str, of: &[&str], method: &str, more: Value) -> Value {
    let base = json!({"key": key, "title": text(key), "of": of, "method": method});
    with(base, more)
}

fn bands(from: &[f64]) -> Value {
    let band = |from: &f64| json!({"from": from, "code": format!("b{}", from.to_string().replace(['.', '-'], "x")), "label": text("b")});
    from.iter().map(band).collect()
}

fn definition(questions: &[Value], scores: &[Value]) -> Value {
    json!({
        "key": "scored", "edition": 2, "languages": ["en"], "title": text("Scored"),
        "sections": [{"key": "s", "title": text("s"), "questions": questions}],
        "scores": scores,
    })
}

fn try_check(definition: &Value) -> Result<Form, Vec<Fault<FormFault>>> {
    let definition: FormDefinition = serde_json::from_value(definition.clone()).unwrap();
    Form::check(definition)
}

fn form(questions: &[Value], scores: &[Value]) -> Form {
    try_check(&definition(questions, scores)).unwrap()
}

/// Faults by pointer, code and words.
fn faults(questions: &[Value], scores: &[Value]) -> Vec<(String, &'static str, String)> {
    let faults = try_check(&definition(questions, scores)).expect_err("a fault");
    let fault = |fault: Fault<FormFault>| {
        (
            fault.pointer.to_string(),
            fault.kind.code(),
            fault.kind.to_string(),
        )
    };
    faults.into_iter().map(fault).collect()
}

fn values(form: &Form, said: Value) -> Vec<ScoreValue> {
    let raw: RawAnswers = serde_json::from_value(said).unwrap();
    let valid = validate(form, &raw, occasion()).unwrap();
    form.answered(valid.as_slice()).every_score()
}

/// What the last score comes to.
fn last(form: &Form, said: Value) -> Option<f64> {
    values(form, said).last().unwrap().value
}

/// Answers to questions with these keys by the places of options; none is left blank.
fn places(keys: &[&str], places: &[Option<usize>]) -> Value {
    let mut said = Map::new();
    for (key, place) in keys.iter().zip(places) {
        if let Some(place) = place {
            said.insert((*key).to_owned(), json!(format!("c{place}")));
        }
    }
    Value::Object(said)
}

#[test]
fn a_sum_is_the_sum_of_the_numbers_as_they_stand() {
    let questions = [steps("a", 0, 2), steps("b", 0, 5)];
    let form = form(
        &questions,
        &[score(
            "raw",
            &["a", "b"],
            "sum",
            json!({"to": [0, 7], "at_least_answered": 1}),
        )],
    );
    assert_eq!(last(&form, json!({"a": "c2", "b": "c0"})), Some(2.0));
    assert_eq!(last(&form, json!({"a": "c0", "b": "c2"})), Some(2.0));
    assert_eq!(last(&form, json!({"a": "c2", "b": "c5"})), Some(7.0));
    assert_eq!(last(&form, json!({"a": "c2"})), None);
    assert_eq!(form.without_effect().len(), 1, "the range has no effect");
    assert_eq!(form.without_effect()[0].pointer.to_string(), "/scores/0/to");
}

#[test]
fn a_missing_item_takes_the_mean_position_of_the_others() {
    let questions = [rating("a", 0, 2), rating("b", 0, 5), rating("c", 1, 11)];
    let form = form(
        &questions,
        &[score(
            "s",
            &["a", "b", "c"],
            "sum",
            json!({"round": {"decimals": 2}}),
        )],
    );
    // 1 of 0 to 2 and 5 of 0 to 5 are at 0.75, so the third stands at 8.5.
    assert_eq!(last(&form, json!({"a": 1, "b": 5})), Some(14.5));
    assert_eq!(
        last(&form, json!({"a": 2, "b": 5})),
        Some(18.0),
        "never above its range"
    );
    assert_eq!(
        last(&form, json!({"c": 1})),
        None,
        "a third is less than a half"
    );
}

#[test]
fn means_are_mapped_or_taken_as_they_stand() {
    let questions = [steps("a", 0, 4), rating("b", 0, 10)];
    let form = form(
        &questions,
        &[
            score("mapped", &["a", "b"], "mean", json!({})),
            score("plain", &["a", "b"], "raw_mean", json!({})),
            score(
                "weighted",
                &["a", "b"],
                "raw_mean",
                json!({"weights": {"b": 2.5}, "round": {"decimals": 3}}),
            ),
            score(
                "turned",
                &["a", "b"],
                "mean",
                json!({"reversed": ["b"], "to": [-1, 1]}),
            ),
            score("highest", &["a", "b"], "max", json!({})),
            score("lowest", &["a", "b"], "min", json!({"plus": -0.5})),
        ],
    );
    let found = values(&form, json!({"a": "c2", "b": 7}));
    let found: Vec<_> = found.iter().map(|score| score.value.unwrap()).collect();
    assert_eq!(found, [60.0, 4.5, 5.571, -0.2, 7.0, 1.5]);
    // -0.4 / 2 exactly; a float would give -0.20000000000000007.
}

#[test]
fn weights_constants_and_own_values_are_added_up_exactly() {
    let questions = [
        steps("a", 0, 2),
        steps("b", 0, 2),
        json!({"key": "y", "kind": "yes_no", "text": text("y")}),
    ];
    let form = form(
        &questions,
        &[score(
            "s",
            &["a", "b", "y"],
            "sum",
            json!({
                "weights": {"a": 0.1, "b": 0.2, "y": -0.25}, "plus": 1, "at_least_answered": 1,
                "values": {"y": {"yes": 2, "no": -2}},
            }),
        )],
    );
    assert_eq!(
        last(&form, json!({"a": "c1", "b": "c1", "y": true})),
        Some(0.8)
    );
    assert_eq!(
        last(&form, json!({"a": "c1", "b": "c1", "y": false})),
        Some(1.8)
    );
    let (low, high) = form.scores().next().unwrap().1.reach();
    assert_eq!((low, high), (0.5, 2.1));
}

#[test]
fn yes_and_no_and_several_choices_are_items_and_can_be_counted() {
    let several = json!({"key": "m", "kind": "multiple_choice", "text": text("m"), "options": [
        {"code": "x", "label": text("x")}, {"code": "y", "label": text("y")},
        {"code": "none", "exclusive": true, "label": text("none")}]});
    let worth = json!({"key": "w", "kind": "multiple_choice", "text": text("w"), "options": [
        {"code": "x", "value": 3, "label": text("x")}, {"code": "y", "value": -1, "label": text("y")}]});
    let yes = json!({"key": "y", "kind": "yes_no", "text": text("y")});
    let form = form(
        &[several, worth, yes],
        &[
            score("count", &["m", "w", "y"], "count", json!({})),
            score("sum", &["m", "w", "y"], "sum", json!({})),
            score(
                "turned",
                &["m", "y"],
                "sum",
                json!({"reversed": ["m", "y"]}),
            ),
        ],
    );
    let all = |said: Value| -> Vec<Option<f64>> {
        values(&form, said)
            .iter()
            .map(|score| score.value)
            .collect()
    };
    let said = json!({"m": ["x", "y"], "w": ["x", "y"], "y": true});
    assert_eq!(all(said), [Some(5.0), Some(5.0), Some(0.0)]);
    let said = json!({"m": ["none"], "w": [], "y": false});
    assert_eq!(all(said), [Some(0.0), Some(0.0), Some(3.0)]);
    let reach: Vec<_> = form.scores().map(|(_, score)| score.reach()).collect();
    assert_eq!(reach, [(0.0, 5.0), (-1.0, 6.0), (0.0, 3.0)]);
}

#[test]
fn a_count_of_conditions_is_missing_where_nobody_knows() {
    let worst = json!([
        {"question": "a", "at_least": 2},
        {"any": [{"question": "b", "is": "c2"}, {"question": "c", "is": "c2"}]},
    ]);
    let questions = [steps("a", 0, 2), steps("b", 0, 2), steps("c", 0, 2)];
    let form = form(
        &questions,
        &[score(
            "n",
            &[],
            "count",
            json!({"count_when": worst, "at_least_answered": 1}),
        )],
    );
    assert_eq!(
        last(&form, json!({"a": "c2", "b": "c2"})),
        Some(2.0),
        "known whatever c is"
    );
    assert_eq!(last(&form, json!({"a": "c2", "b": "c1"})), None);
    assert_eq!(
        last(&form, json!({"a": "c1", "b": "c1", "c": "c0"})),
        Some(0.0)
    );
}

#[test]
fn seven_of_twenty_five_are_a_share_of_exactly_0_28() {
    let keys: Vec<String> = (0..25).map(|number| format!("q{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let questions: Vec<_> = keys.iter().map(|key| steps(key, 0, 4)).collect();
    let form = form(
        &questions,
        &[
            score("share", &keys, "mean", json!({"at_least_answered": 0.28})),
            score("count", &keys, "mean", json!({"at_least_items": 8})),
        ],
    );
    let answered = |count: usize| {
        let said: Vec<_> = (0..25)
            .map(|number| (number < count).then_some(2))
            .collect();
        values(&form, places(&keys, &said))
            .iter()
            .map(|score| score.value)
            .collect::<Vec<_>>()
    };
    assert_eq!(answered(6), [None, None]);
    assert_eq!(answered(7), [Some(50.0), None]);
    assert_eq!(answered(8), [Some(50.0), Some(50.0)]);
}

#[test]
fn a_hidden_item_is_left_out_or_lowest_or_missing() {
    let follow_up = with(
        steps("b", 1, 5),
        json!({"show_when": {"question": "a", "at_least": 2}}),
    );
    let questions = [steps("a", 1, 5), follow_up];
    let rule = |rule: &str, reversed: Value| {
        form(
            &questions,
            &[score(
                "s",
                &["a", "b"],
                "sum",
                json!({"hidden": rule, "at_least_answered": 1, "reversed": reversed}),
            )],
        )
    };
    let said = json!({"a": "c0"});
    assert_eq!(last(&rule("left_out", json!([])), said.clone()), Some(1.0));
    assert_eq!(last(&rule("lowest", json!([])), said.clone()), Some(2.0));
    assert_eq!(
        last(&rule("lowest", json!(["b"])), said.clone()),
        Some(2.0),
        "the lowest that it counts as"
    );
    assert_eq!(last(&rule("missing", json!([])), said), None);
}

#[test]
fn each_rounding_rule_is_followed() {
    let questions = [rating("a", 0, 10), rating("b", 0, 10)];
    let rounded = |decimals: u8, rule: &str| {
        let round = json!({"round": {"decimals": decimals, "rule": rule}});
        last(
            &form(&questions, &[score("s", &["a", "b"], "raw_mean", round)]),
            json!({"a": 2, "b": 3}),
        )
        .unwrap()
    };
    assert_eq!(
        [
            rounded(0, "half_up"),
            rounded(0, "half_even"),
            rounded(0, "down"),
            rounded(0, "up")
        ],
        [3.0, 2.0, 2.0, 3.0]
    );
    assert_eq!(rounded(2, "half_up"), 2.5);
}

#[test]
fn a_summary_has_a_score_where_hidden_questions_count() {
    let asked = json!({"key": "ask", "kind": "yes_no", "text": text("ask")});
    let hidden = with(
        steps("b", 0, 3),
        json!({"show_when": {"question": "ask", "is": true}}),
    );
    let scores = [
        score("lowest", &["b"], "sum", json!({"hidden": "lowest"})),
        score("out", &["b"], "sum", json!({})),
    ];
    let form = form(&[asked, hidden], &scores);
    let valid = validate(
        &form,
        &serde_json::from_value(json!({"ask": false})).unwrap(),
        occasion(),
    )
    .unwrap();
    let summary = Summary::of(&form, valid.as_slice(), "en");
    let found: Vec<_> = summary
        .scores
        .iter()
        .map(|score| (&*score.key, score.value))
        .collect();
    assert_eq!(found, [("lowest", Some(0.0))]);
}

#[test]
fn questions_sections_and_notices_follow_scores() {
    let shown_by = |test: Value| with(json!({"score": "s"}), test);
    let tests = [
        ("least", json!({"at_least": 4})),
        ("most", json!({"at_most": 3.9})),
        ("more", json!({"more_than": 3})),
        ("less", json!({"less_than": 4})),
        ("band", json!({"band": "b4"})),
        ("is", json!({"is": 4})),
        ("none", json!({"answered": false})),
    ];
    let mut later: Vec<Value> = Vec::new();
    for (key, test) in tests {
        later.push(with(
            rating(key, 0, 1),
            json!({"show_when": shown_by(test)}),
        ));
    }
    let mut form = definition(
        &[steps("a", 0, 3), steps("b", 0, 3)],
        &[score(
            "s",
            &["a", "b"],
            "sum",
            json!({"at_least_answered": 1, "bands": bands(&[0.0, 4.0])}),
        )],
    );
    form["sections"].as_array_mut().unwrap().push(json!({
        "key": "later", "title": text("l"), "questions": later,
        "show_when": {"not": {"score": "s", "is": 6}},
    }));
    form["notices"] =
        json!([{"key": "n", "show_when": {"score": "s", "at_least": 6}, "text": text("n")}]);
    let form = try_check(&form).unwrap();
    let shown = |said: Value| -> Vec<String> {
        let valid = validate(&form, &serde_json::from_value(said).unwrap(), occasion()).unwrap();
        let shown = form.questions().iter().zip(valid.as_slice()).skip(2);
        let shown = shown.filter(|(_, answer)| **answer != crate::domain::form::Answer::Hidden);
        shown.map(|(question, _)| question.key.clone()).collect()
    };
    assert_eq!(
        shown(json!({"a": "c1", "b": "c3"})),
        ["least", "more", "band", "is"]
    );
    assert_eq!(shown(json!({"a": "c1", "b": "c2"})), ["most", "less"]);
    assert_eq!(shown(json!({"a": "c1"})), ["none"]);
    assert_eq!(shown(json!({"a": "c3", "b": "c3"})), [] as [&str; 0]);
    let notices = |said: Value| {
        let valid = validate(&form, &serde_json::from_value(said).unwrap(), occasion()).unwrap();
        Summary::of(&form, valid.as_slice(), "en").notices
    };
    assert_eq!(notices(json!({"a": "c3", "b": "c3"})), ["n"]);
    assert!(notices(json!({"a": "c3", "b": "c2", "least": 1})).is_empty());
}

#[test]
fn the_inputs_that_came_out_wrong_come_out_right() {
    let read = |text: &str| {
        Source::read(text, Syntax::Yaml)
            .unwrap()
            .definition()
            .unwrap()
    };
    // A sum of 0 to 2 and 0 to 5, whichever of them has the 2.
    let unequal = include_str!("../../../../tests/forms/scores/unequal-items.yaml");
    let unequal = Form::check(read(unequal)).unwrap();
    for (a, b, sum) in [("c2", "c0", 2.0), ("c0", "c2", 2.0), ("c2", "c5", 7.0)] {
        assert_eq!(last(&unequal, json!({"a": a, "b": b})), Some(sum));
    }
    // Follow-ups that only those with the symptom see.
    let symptom = include_str!("../../../../tests/forms/scores/symptom-grades.yaml");
    let symptom = read(symptom);
    for (hidden, often, never) in [
        (None, Some(1.5), Some(0.0)),
        (Some(HiddenRule::Lowest), Some(1.0), Some(0.0)),
        (Some(HiddenRule::Missing), None, None),
    ] {
        let mut symptom = symptom.clone();
        symptom.scores[0].hidden = hidden;
        let symptom = Form::check(symptom).unwrap();
        let said = json!({"pain_frq": "c4", "pain_sev": "c0"});
        assert_eq!(last(&symptom, said), often, "{hidden:?}");
        assert_eq!(
            last(&symptom, json!({"pain_frq": "c0"})),
            never,
            "{hidden:?}"
        );
    }
    // Ten items of 1 to 5 in bands from 10 on, though `to` says 1 to 5.
    let ten = Form::check(read(include_str!(
        "../../../../tests/forms/scores/ten-items.yaml"
    )))
    .unwrap();
    let said: Map<String, Value> = (0..10)
        .map(|number| (format!("q{number}"), json!("c2")))
        .collect();
    let value = &values(&ten, Value::Object(said))[0];
    assert_eq!((value.value, value.band), (Some(20.0), Some(1)));
    // Three items of -3 or 3 in bands from -3 on: -9 has none.
    let negative = read(include_str!(
        "../../../../tests/forms/scores/negative-sum.yaml"
    ));
    let faults = Form::check(negative.clone()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].pointer.to_string(), "/scores/0/bands/0/from");
    assert_eq!(faults[0].kind, FormFault::BandMissing { value: -9.0 });
    let mut mended = negative;
    mended.scores[0].bands[0].from = -9.0;
    let mended = Form::check(mended).unwrap();
    let value = &values(&mended, json!({"a": "lo", "b": "lo", "c": "lo"}))[0];
    assert_eq!((value.value, value.band), (Some(-9.0), Some(0)));
}

//! The personal summary.

use super::*;
use crate::domain::form::HighIs;

/// A form with a scored area for each of these questions: none to much, 0 to 4. High scores of the last are better.
fn areas(advice: Json) -> Form {
    let text = |words: &str| json!({"en": words, "ko": format!("{words} 한국어")});
    let scores = ["a", "b", "c", "d", "good"].map(|key| {
        let mut score = json!({
            "key": key, "title": text(key), "of": [format!("q_{key}")], "method": "mean",
            "bands": [
                {"from": 0, "code": "low", "label": text("Low")},
                {"from": 50, "code": "high", "label": text("High")},
            ],
        });
        if key == "good" {
            score["high_is"] = json!("better");
        }
        score
    });
    let questions = ["a", "b", "c", "d", "good"].map(|key| {
        json!({"key": format!("q_{key}"), "kind": "rating", "min": 0, "max": 4, "text": text(key)})
    });
    let background = json!({
        "key": "group", "kind": "single_choice", "background": true, "text": text("Group?"),
        "options": [{"code": "x", "label": text("X")}, {"code": "y", "label": text("Y")}],
    });
    let definition = json!({
        "key": "areas", "edition": 2, "languages": ["en", "ko"], "title": text("Areas"),
        "sections": [{"key": "s", "title": text("S"), "questions": [background, questions[0], questions[1], questions[2], questions[3], questions[4]]}],
        "scores": scores, "advice": advice,
        "notices": [{"key": "n", "show_when": {"question": "q_a", "is": 4}, "text": text("Help")}],
    });
    Form::check(serde_json::from_value(definition).unwrap()).unwrap()
}

fn summary(form: &Form, answers: Json, language: &str) -> PersonalSummary {
    let valid = validate(form, &raw(answers)).unwrap();
    PersonalSummary::of(form, valid.as_slice(), language)
}

fn keys(summary: &PersonalSummary) -> Vec<&str> {
    let places = summary.heaviest.iter();
    places.map(|it| &*summary.areas[*it].key).collect()
}

#[test]
fn the_heaviest_areas_are_those_furthest_from_no_difficulty_and_never_light_ones() {
    let form = areas(json!([]));
    let found = summary(
        &form,
        json!({"q_a": 2, "q_b": 4, "q_c": 3, "q_d": 3, "q_good": 4}),
        "en",
    );
    assert_eq!(
        keys(&found),
        ["b", "c", "d"],
        "of those alike, the first of the form"
    );
    // A high score of this one is good, so a low one weighs.
    let found = summary(
        &form,
        json!({"q_a": 1, "q_b": 2, "q_c": 0, "q_good": 0}),
        "en",
    );
    assert_eq!(keys(&found), ["good", "b"]);
    assert_eq!(found.areas.last().unwrap().high_is, HighIs::Better);
    // Nothing weighs, and what nobody answered has no score.
    let found = summary(&form, json!({"q_a": 1, "q_good": 2}), "en");
    assert_eq!(keys(&found), [""; 0]);
    assert_eq!(found.areas[1].value, None);
}

#[test]
fn advice_is_given_by_band_and_by_condition_with_the_heaviest_areas_first() {
    let text = |words: &str| json!({"en": words, "ko": format!("{words} 한국어")});
    let form = areas(json!([
        {"key": "of_answer", "show_when": {"question": "q_a", "at_least": 1}, "text": text("Answer")},
        {"key": "of_band", "show_when": {"score": "b", "band": "high"}, "text": text("Band")},
        {"key": "of_score", "show_when": {"any": [{"score": "c", "at_least": 75}]}, "text": text("Score")},
        {"key": "of_good", "show_when": {"score": "good", "less_than": 50}, "text": text("Good")},
    ]));
    let answers = json!({"group": "y", "q_a": 4, "q_b": 2, "q_c": 3, "q_d": 0, "q_good": 4});
    let found = summary(&form, answers.clone(), "ko");
    let given: Vec<&str> = found.advice.iter().map(|it| &*it.key).collect();
    assert_eq!(given, ["of_score", "of_band", "of_answer"]);
    assert_eq!(found.advice[1].text, "Band 한국어");
    assert_eq!(found.notices[0].text, "Help 한국어");
    assert_eq!(found.areas[1].band_label.as_deref(), Some("High 한국어"));
    let like = found.likeness.unwrap();
    assert_eq!(
        (&*like.question, &*like.code, &*like.label),
        ("group", "y", "Y 한국어")
    );
    let mut declined = answers;
    declined["group"] = Json::Null;
    assert_eq!(summary(&form, declined, "en").likeness, None);
}

#[test]
fn every_area_of_the_shipped_form_has_advice_from_the_moderate_band_on() {
    let form = shipped();
    for (definition, _) in form.scores() {
        let of_it = form.definition().advice.iter();
        let of_it = of_it.filter(|it| it.show_when.score.as_deref() == Some(&*definition.key));
        let said: Vec<_> = of_it
            .map(|it| (it.show_when.at_least, it.show_when.less_than))
            .collect();
        let expected = match definition.high_is {
            HighIs::Worse => (Some(50.0), None),
            HighIs::Better => (None, Some(50.0)),
        };
        assert_eq!(said, [expected], "{}", definition.key);
    }
    // It tells nobody what they have.
    let said = serde_json::to_string(&form.definition().advice).unwrap();
    for word in ["diagnos", "you have ", "진단", "입니다만"] {
        assert!(!said.contains(word), "{word}");
    }
}

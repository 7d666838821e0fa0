//! What a change of a sound form does to the data.

use serde_json::{Value, json};

use proptest::prelude::*;

use super::{Change, Changes, ElementChange, recoded_without_consent};
use crate::domain::form::Form;
use crate::domain::form::check::tests::{check, sound};
use crate::domain::form::{Source, Syntax};

#[test]
fn changes_are_classed_by_what_they_do_to_the_data() {
    let old = check(sound()).unwrap();
    let q = |place: usize, field: &str| format!("/sections/1/questions/{place}/{field}");
    let text = json!({"en": "new", "ko": "new"});
    let change = |pointer: &str, value: Value, key: &str| {
        let mut form = sound();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        form.pointer_mut(parent).unwrap()[field] = value;
        let changes = Changes::between(&old, &check(form).unwrap());
        let others = changes.questions.iter().filter(|change| change.key != key);
        assert!(
            others
                .clone()
                .all(|change| change.change == Change::Identical),
            "{:?}",
            others.collect::<Vec<_>>()
        );
        let found = changes
            .questions
            .iter()
            .find(|change| change.key == key)
            .unwrap();
        assert_eq!(changes.compatible, found.change != Change::Recoded);
        assert_eq!(found.details.is_empty(), found.change == Change::Identical);
        found.change
    };
    let options = |codes: &[&str]| -> Value {
        codes
            .iter()
            .map(|code| json!({"code": code, "label": text}))
            .collect()
    };
    assert_eq!(
        change(&q(0, "text"), text.clone(), "meals"),
        Change::Reworded
    );
    assert_eq!(
        change(&q(0, "required"), json!(false), "meals"),
        Change::Reworded
    );
    assert_eq!(
        change(
            &q(1, "show_when"),
            json!({"question": "alone", "is": true}),
            "help_from"
        ),
        Change::Reworded
    );
    assert_eq!(
        change(
            &q(1, "options"),
            options(&["family", "friends", "nobody", "dog"]),
            "help_from"
        ),
        Change::Recoded,
        "nobody no longer excludes"
    );
    assert_eq!(
        change(&q(3, "max"), json!(200_000), "sleep_hours"),
        Change::OptionsAdded
    );
    assert_eq!(
        change(&q(3, "max"), json!(20), "sleep_hours"),
        Change::Recoded
    );
    assert_eq!(
        change(&q(4, "decimals"), json!(1), "weight"),
        Change::Recoded
    );
    let mut grown = sound();
    grown["scales"]["difficulty"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "complete", "value": 3, "label": text}));
    let grown = Changes::between(&old, &check(grown).unwrap());
    let added: Vec<_> = grown
        .questions
        .iter()
        .filter(|change| change.change == Change::OptionsAdded)
        .collect();
    assert_eq!(
        added
            .iter()
            .map(|change| change.key.as_str())
            .collect::<Vec<_>>(),
        ["meals", "after"]
    );
    let mut revalued = sound();
    revalued["scales"]["difficulty"][1]["value"] = json!(5);
    let revalued = Changes::between(&old, &check(revalued).unwrap());
    assert_eq!(revalued.recoded().collect::<Vec<_>>(), ["meals", "after"]);
    let mut fewer = sound();
    fewer["sections"][1]["questions"]
        .as_array_mut()
        .unwrap()
        .remove(3);
    let fewer = check(fewer).unwrap();
    assert_eq!(
        Changes::between(&old, &fewer)
            .questions
            .last()
            .unwrap()
            .change,
        Change::Removed
    );
    assert!(
        Changes::between(&fewer, &old)
            .questions
            .iter()
            .any(|c| c.key == "sleep_hours" && c.change == Change::Added)
    );
}

fn of<'a>(elements: &'a [ElementChange], key: &str) -> &'a ElementChange {
    elements.iter().find(|element| element.key == key).unwrap()
}

/// A form of the newest edition with a score and a notice.
fn scored() -> Value {
    json!({
        "key": "a", "edition": 2, "languages": ["en"], "title": {"en": "A"},
        "scales": {"how": [
            {"code": "good", "value": 0, "label": {"en": "Good"}},
            {"code": "fair", "value": 1, "label": {"en": "Fair"}},
            {"code": "bad", "value": 2, "label": {"en": "Bad"}},
        ]},
        "sections": [{"key": "s", "title": {"en": "S"}, "questions": [
            {"key": "x", "kind": "single_choice", "scale": "how", "text": {"en": "X"}},
            {"key": "y", "kind": "rating", "min": 0, "max": 10, "text": {"en": "Y"}},
        ]}],
        "scores": [{
            "key": "t", "title": {"en": "T"}, "of": ["x", "y"], "method": "mean",
            "bands": [
                {"from": 0.0, "code": "low", "label": {"en": "Low"}},
                {"from": 50.0, "code": "high", "label": {"en": "High"}},
            ],
        }],
        "notices": [{"key": "n", "show_when": {"question": "y", "at_least": 5.0}, "text": {"en": "Call 1"}}],
    })
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut form = scored();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    form.pointer_mut(parent).unwrap()[field] = value;
    form
}

/// The first edition of the same form.
fn first_edition(mut form: Value) -> Value {
    form.as_object_mut().unwrap().remove("edition");
    form
}

#[test]
fn a_score_that_is_reckoned_otherwise_is_recoded_and_asks_for_consent() {
    let old = check(scored()).unwrap();
    for (pointer, value) in [
        ("/scores/0/of", json!(["x"])),
        ("/scores/0/at_least_answered", json!(0.75)),
        ("/scores/0/bands/1/from", json!(30.0)),
        ("/scores/0/bands/1/code", json!("much")),
    ] {
        let new = check(changed(pointer, value)).unwrap();
        let changes = Changes::between(&old, &new);
        let score = of(&changes.scores, "t");
        assert_eq!(score.change, Change::Recoded, "{pointer}");
        assert_eq!(score.details.len(), 1, "{:?}", score.details);
        assert!(!changes.compatible);
        let earlier = [old.clone()];
        assert_eq!(recoded_without_consent(&earlier, &new, &[]), ["score_t"]);
        let consent = ["score_t".to_owned()];
        assert!(recoded_without_consent(&earlier, &new, &consent).is_empty());
    }
    for (pointer, value) in [
        ("/scores/0/of", json!(["y", "x"])),
        ("/scores/0/title", json!({"en": "Total"})),
        ("/scores/0/bands/1/label", json!({"en": "Very high"})),
    ] {
        let new = check(changed(pointer, value)).unwrap();
        let changes = Changes::between(&old, &new);
        assert_eq!(
            of(&changes.scores, "t").change,
            Change::Reworded,
            "{pointer}"
        );
        assert!(changes.compatible);
    }
}

#[test]
fn a_score_of_a_recoded_question_is_recoded_with_it_and_needs_no_consent_of_its_own() {
    let old = check(scored()).unwrap();
    let new = check(changed("/sections/0/questions/1/max", json!(8))).unwrap();
    let changes = Changes::between(&old, &new);
    assert_eq!(of(&changes.scores, "t").change, Change::Recoded);
    assert_eq!(recoded_without_consent(&[old], &new, &[]), ["y"]);
}

#[test]
fn labels_that_change_places_recode_the_question() {
    let old = check(scored()).unwrap();
    let mut swapped = scored();
    swapped["scales"]["how"][0]["label"] = json!({"en": "Bad"});
    swapped["scales"]["how"][2]["label"] = json!({"en": "Good"});
    let new = check(swapped.clone()).unwrap();
    assert_eq!(
        Changes::between(&old, &new).recoded().collect::<Vec<_>>(),
        ["x"]
    );
    // One label of another option is enough: the answers before and after cannot be told apart.
    let mut moved = scored();
    moved["scales"]["how"][0]["label"] = json!({"en": "Bad"});
    moved["scales"]["how"][2]["label"] = json!({"en": "Terrible"});
    let new = check(moved).unwrap();
    assert_eq!(
        Changes::between(&old, &new).recoded().collect::<Vec<_>>(),
        ["x"]
    );
    let old = check(first_edition(scored())).unwrap();
    let new = check(first_edition(swapped)).unwrap();
    let changes = Changes::between(&old, &new);
    assert_eq!(of(&changes.questions, "x").change, Change::Reworded);
}

#[test]
fn titles_sections_notices_orders_and_scales_are_told() {
    let old = check(scored()).unwrap();
    let told = |form: Value| Changes::between(&old, &check(form).unwrap());
    let title = told(changed("/title", json!({"en": "B"})));
    assert_eq!(title.form, ["the title reads differently"]);
    let section = told(changed("/sections/0/title", json!({"en": "B"})));
    assert_eq!(
        of(&section.sections, "s").details,
        ["the title reads differently"]
    );
    let notice = told(changed("/notices/0/show_when/at_least", json!(9.0)));
    assert_eq!(
        of(&notice.notices, "n").details,
        ["it is shown under another condition"]
    );
    let mut turned = scored();
    let questions = turned.pointer_mut("/sections/0/questions").unwrap();
    questions.as_array_mut().unwrap().reverse();
    assert_eq!(told(turned).form, ["the questions stand in another order"]);
    let scale = told(changed("/scales/how/0/label", json!({"en": "Fine"})));
    assert_eq!(scale.form, ["the scale \"how\" changed"]);
    let edition = told(first_edition(scored()));
    assert_eq!(
        edition.form,
        ["it is read by the rules of edition 1 instead of 2"]
    );
    assert!(edition.compatible, "both editions reckon a mean alike");
}

#[test]
fn a_column_of_the_first_edition_runs_on_over_other_bands_as_it_always_did() {
    let old = check(first_edition(scored())).unwrap();
    let new = check(first_edition(changed(
        "/scores/0/bands/1/from",
        json!(30.0),
    )))
    .unwrap();
    let changes = Changes::between(&old, &new);
    assert_eq!(of(&changes.scores, "t").change, Change::Reworded);
    assert!(changes.compatible);
}

/// Every value of a document with its pointer.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    found.push(pointer.to_owned());
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                places(value, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                places(value, &format!("{pointer}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// The form with one value changed a little or taken out, if it is still sound.
fn mutated(form: &Value, place: usize, how: u8) -> Option<Form> {
    let mut all = Vec::new();
    places(form, "", &mut all);
    let pointer = &all[place % all.len()];
    let mut form = form.clone();
    let (parent, field) = pointer.rsplit_once('/')?;
    let there = form.pointer_mut(pointer)?;
    match (&*there, how) {
        (Value::String(text), 0..2) => *there = json!(format!("{text}x")),
        (Value::Number(number), 0) => *there = json!(number.as_f64()? + 1.0),
        (Value::Number(number), 1) => *there = json!(number.as_i64()? - 1),
        (Value::Bool(flag), 0..2) => *there = json!(!flag),
        (Value::Array(_), 0..2) => there.as_array_mut()?.reverse(),
        _ => match form.pointer_mut(parent)? {
            Value::Object(fields) => drop(fields.remove(field)?),
            Value::Array(items) => drop(items.remove(field.parse().ok()?)),
            _ => return None,
        },
    }
    Form::check(serde_json::from_value(form).ok()?).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_changed_exactly_when_the_digests_agree(
        which in any::<bool>(),
        steps in prop::collection::vec((any::<usize>(), 0_u8..3), 1..4),
    ) {
        let start = if which { scored() } else { sound() };
        let old = check(start.clone()).unwrap();
        let mut form = start;
        let mut new = old.clone();
        for (place, how) in steps {
            if let Some(next) = mutated(&form, place, how) {
                form = serde_json::to_value(next.definition()).unwrap();
                new = next;
            }
        }
        let changes = Changes::between(&old, &new);
        prop_assert_eq!(changes.is_empty(), old.digest() == new.digest(), "{:?}", changes);
        let back = Changes::between(&new, &old);
        prop_assert_eq!(back.is_empty(), changes.is_empty());
        for element in changes.questions.iter().chain(&changes.scores).chain(&changes.sections) {
            prop_assert_eq!(element.details.is_empty(), element.change == Change::Identical);
        }
    }
}

#[test]
fn what_the_second_edition_brought_is_classed_by_what_it_does_to_the_data() {
    use Change::{OptionsAdded, Recoded, Reworded};
    let text = include_str!("../../../../tests/forms/second-edition.yaml");
    let definition = Source::read(text, Syntax::Yaml).unwrap().definition();
    let sound = serde_json::to_value(definition.unwrap()).unwrap();
    let old = check(sound.clone()).unwrap();
    let place = |key: &str| {
        let sections = sound["sections"].as_array().unwrap().iter().enumerate();
        let mut all = sections.flat_map(|(at, section)| {
            let questions = section["questions"].as_array().unwrap().iter().enumerate();
            questions.map(move |(number, it)| (at, number, it))
        });
        let found = all.find(|(.., it)| it["key"] == key);
        found.map(|(at, number, _)| (at, number)).unwrap()
    };
    let label = json!({"label": {"en": "x", "ko": "x"}});
    for (key, field, value, change) in [
        ("help_from", "most", json!(4), OptionsAdded),
        ("help_from", "most", json!(2), Recoded),
        ("help_from", "fewest", json!(3), Recoded),
        ("help_from", "fewest", json!(1), OptionsAdded),
        ("wishes", "most", json!(2), Recoded),
        ("wishes", "most", json!(4), OptionsAdded),
        ("pain", "step", json!(5), OptionsAdded),
        ("pain", "step", json!(50), Recoded),
        ("pain", "max_open", json!(true), Recoded),
        ("pain", "unit", label.clone(), Reworded),
        ("weight", "unit", json!({"ucum": "[lb_av]"}), Recoded),
        ("pain", "anchors", json!([]), Reworded),
        ("pain", "slider", json!(false), Reworded),
        ("eating", "default", json!("always"), Reworded),
        ("visit", "precision", json!("month"), Recoded),
        ("operated", "earliest", json!("-P6Y"), Reworded),
        ("read", "text", json!({"en": "x", "ko": "x"}), Reworded),
        (
            "by_any",
            "external",
            json!([{"system": "urn:x", "code": "1"}]),
            Reworded,
        ),
    ] {
        let mut form = sound.clone();
        let (section, number) = place(key);
        form["sections"][section]["questions"][number][field] = value.clone();
        let changes = Changes::between(&old, &check(form).unwrap());
        let found = changes.questions.iter().find(|it| it.key == key).unwrap();
        assert_eq!(
            found.change, change,
            "{key} {field} {value}: {:?}",
            found.details
        );
    }
    let mut more = sound.clone();
    let values = more["parameters"][0]["values"].as_array_mut().unwrap();
    values.push(json!({"code": "friend", "label": {"en": "x", "ko": "x"}}));
    let changes = Changes::between(&old, &check(more).unwrap());
    assert_eq!(
        (
            changes.questions[0].key.as_str(),
            changes.questions[0].change
        ),
        ("source", OptionsAdded)
    );
}

#[test]
fn advice_and_what_a_high_number_tells_are_words_so_the_versions_are_compatible() {
    let plain = check(scored()).unwrap();
    let mut advised = scored();
    let advice = |words: &str| json!([{"key": "v", "show_when": {"score": "t", "band": "high"}, "text": {"en": words}}]);
    advised["advice"] = advice("Ask");
    let new = check(advised.clone()).unwrap();
    let changes = Changes::between(&plain, &new);
    assert!(changes.compatible && !changes.is_empty());
    assert_eq!(of(&changes.advice, "v").change, Change::Added);
    assert_ne!(plain.digest(), new.digest());
    assert_eq!(plain.layout(), new.layout());
    advised["advice"] = advice("Tell");
    let other = check(advised.clone()).unwrap();
    let changes = Changes::between(&new, &other);
    assert!(changes.compatible && changes.form.is_empty());
    assert_eq!(of(&changes.advice, "v").change, Change::Reworded);
    assert_eq!(
        of(&changes.advice, "v").details,
        ["the text reads differently"]
    );
    advised["scores"][0]["high_is"] = json!("better");
    let changes = Changes::between(&other, &check(advised).unwrap());
    assert!(changes.compatible);
    assert_eq!(
        of(&changes.scores, "t").details,
        ["what a high number tells is said otherwise"]
    );
    // The first is what is said by saying nothing, so it has the same digest.
    let mut worse = scored();
    worse["scores"][0]["high_is"] = json!("worse");
    assert_eq!(check(worse).unwrap().digest(), plain.digest());
}

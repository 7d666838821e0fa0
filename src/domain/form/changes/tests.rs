//! What a change of a sound form does to the data.

use serde_json::{Value, json};

use super::{Change, Changes};
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
    assert_eq!(change("/title", text.clone(), "meals"), Change::Identical);
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

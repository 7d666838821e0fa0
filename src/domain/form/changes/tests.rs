//! What a change of a sound form does to the data.

use serde_json::{Value, json};

use super::{Change, Changes};
use crate::domain::form::check::tests::{check, sound};

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

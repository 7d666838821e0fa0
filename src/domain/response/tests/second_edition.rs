//! The kinds, bounds, conditions and constraints of the second edition.

use serde_json::{Value as Json, json};

use super::{Form, Occasion, RawAnswers, faults, occasion, raw, validate};
use crate::domain::form::{Answer, Value};

pub(super) fn form() -> Form {
    super::form(include_str!("../../../../tests/forms/second-edition.yaml"))
}

/// The answers of `form` as they are stored, by key; `null` for declined, absent for blank and hidden.
fn stored(form: &Form, occasion: Occasion<'_>, answers: Json) -> Json {
    let valid = super::super::validate(form, &raw(answers), occasion).unwrap();
    let record = form.layout().encode(form.questions(), valid.as_slice());
    let decoded = form.layout().decode(form.questions(), &record).unwrap();
    serde_json::to_value(RawAnswers::of(form, &decoded)).unwrap()
}

/// The answers with these instead.
fn with(answers: Json) -> Json {
    let mut all = json!({"read": true});
    for (key, said) in answers.as_object().unwrap() {
        all[key] = said.clone();
    }
    all
}

/// The faults of these answers; none where they are valid.
fn found(answers: Json) -> Vec<(String, &'static str)> {
    let form = form();
    match validate(&form, &raw(with(answers.clone()))) {
        Ok(_) => Vec::new(),
        Err(_) => faults(&form, with(answers)),
    }
}

#[test]
fn every_new_kind_is_stored_as_it_was_answered() {
    let answers = with(json!({
        "source": "poster", "operated": "2024-05", "discharged": "2024-06", "visit": "2026-11-02", "born": "1960",
        "cancer": "other", "eating": "never", "walking": "always", "washing": null, "pain": 90, "nights": 10,
        "weight": 60.5, "help_from": ["friends", "family", "nurse"], "wishes": ["talk", "sleep"], "order_of_all": ["b", "a"],
        "by_any": true, "by_all": false, "by_count": true, "by_more": false, "by_source": null, "by_read": true,
    }));
    let mut expected = answers.clone();
    expected["help_from"] = json!(["family", "friends", "nurse"]);
    assert_eq!(stored(&form(), occasion(), answers), expected);
}

#[test]
fn the_layout_of_the_second_edition_never_moves() {
    let form = form();
    let layout = serde_json::to_value(form.layout()).unwrap();
    let slots: Vec<_> = layout["slots"].as_array().unwrap().iter().collect();
    let slot = |slot: &Json| format!("{}:{}", slot["key"].as_str().unwrap(), slot["width"]);
    let slots: Vec<_> = slots.into_iter().take(18).map(slot).collect();
    assert_eq!(
        slots.join(" "),
        "source:1 read:1 operated:2 discharged:2 visit:3 born:1 cancer:1 eating:1 walking:1 washing:1 pain:1 nights:1 \
         weight:2 help_from:2 wishes:3 order_of_all:2 by_any:1 by_all:1"
    );
    let answers = with(
        json!({"operated": "1900-02", "born": "1901", "wishes": ["food"], "order_of_all": null, "visit": null,
        "discharged": null}),
    );
    let answers = {
        let mut answers = answers;
        answers["operated"] = json!("2024-01");
        answers
    };
    let valid = validate(&form, &raw(answers)).unwrap();
    let record = form.layout().encode(form.questions(), valid.as_slice());
    assert_eq!(
        record[..26],
        [
            1, 253, 1, 5, 208, 0xff, 0xfe, 0xff, 0xff, 0xfe, 1, 253, 253, 253, 255, 253, 253, 0xff,
            0xfd, 253, 0, 2, 252, 252, 254, 252
        ]
    );
}

#[test]
fn no_ranking_is_read_that_was_not_written() {
    let form = form();
    let valid = validate(&form, &raw(with(json!({"wishes": ["food", "sleep"]})))).unwrap();
    let good = form.layout().encode(form.questions(), valid.as_slice());
    let slot = form.layout().slots(form.questions());
    let at = slot
        .filter_map(|(question, slot)| Some((question.key.as_str(), slot?.offset)))
        .find(|(key, _)| *key == "wishes")
        .map(|(_, offset)| offset)
        .unwrap();
    assert!(form.layout().decode(form.questions(), &good).is_ok());
    for bytes in [
        [2, 2, 252],
        [2, 252, 0],
        [4, 252, 252],
        [252, 252, 252],
        [2, 253, 252],
    ] {
        let mut bad = good.clone();
        bad[at..at + 3].copy_from_slice(&bytes);
        assert!(
            form.layout().decode(form.questions(), &bad).is_err(),
            "{bytes:?}"
        );
    }
}

#[test]
fn each_bad_answer_has_a_fault_of_its_own() {
    for (answers, pointer, code) in [
        (json!({"welcome": true}), "/welcome", "takes_no_answer"),
        (json!({"read": false}), "/read", "wrong_type"),
        (json!({"operated": "2024"}), "/operated", "wrong_type"),
        (json!({"operated": 2024}), "/operated", "wrong_type"),
        (json!({"operated": "2021-09"}), "/operated", "out_of_bounds"),
        (json!({"operated": "2027-01"}), "/operated", "out_of_bounds"),
        (json!({"visit": "2019-12-31"}), "/visit", "out_of_bounds"),
        (json!({"visit": "2027-12-08"}), "/visit", "out_of_bounds"),
        (json!({"born": "2011"}), "/born", "out_of_bounds"),
        (json!({"pain": 55}), "/pain", "off_step"),
        (json!({"weight": 60.3}), "/weight", "off_step"),
        (
            json!({"help_from": ["family"]}),
            "/help_from",
            "too_few_options",
        ),
        (json!({"help_from": []}), "/help_from", "too_few_options"),
        (
            json!({"help_from": ["family", "friends", "nurse", "others"]}),
            "/help_from",
            "too_many_options",
        ),
        (json!({"wishes": []}), "/wishes", "too_few_options"),
        (
            json!({"wishes": ["sleep", "sleep"]}),
            "/wishes/1",
            "option_twice",
        ),
        (
            json!({"wishes": ["sleep", "work", "food", "talk"]}),
            "/wishes",
            "too_many_options",
        ),
        (
            json!({"order_of_all": ["a"]}),
            "/order_of_all",
            "too_few_options",
        ),
        (json!({"source": "radio"}), "/source", "unknown_option"),
        (
            json!({"cancer_other": "thyroid"}),
            "/cancer_other",
            "hidden",
        ),
        (
            json!({"cancer": "other", "cancer_other": "x".repeat(101)}),
            "/cancer_other",
            "too_long",
        ),
    ] {
        assert_eq!(
            found(answers.clone()),
            [(pointer.to_owned(), code)],
            "{answers}"
        );
    }
    for answers in [
        json!({"operated": "2021-11"}),
        json!({"operated": "2026-12-06"}),
        json!({"visit": "2027-12-07"}),
        json!({"help_from": ["nobody"]}),
        json!({"help_from": null}),
        json!({"cancer": "other", "cancer_other": "thyroid"}),
        json!({"weight": 200}),
        json!({"source": null}),
    ] {
        assert!(found(answers.clone()).is_empty(), "{answers}");
    }
    let unread = faults(&form(), json!({}));
    assert_eq!(unread, [("/read".to_owned(), "required")]);
}

#[test]
fn the_new_conditions_show_what_they_say() {
    for (answers, shown) in [
        (json!({"help_from": ["nurse", "friends"]}), "by_any by_read"),
        (
            json!({"help_from": ["family", "friends"]}),
            "by_any by_all by_none by_read",
        ),
        (
            json!({"help_from": ["family", "friends", "others"]}),
            "by_any by_all by_none by_count by_read",
        ),
        (json!({"help_from": null}), "by_read"),
        (json!({"wishes": ["sleep"]}), "by_few by_read"),
        (json!({"wishes": ["sleep", "work"]}), "by_read"),
        (json!({"pain": 50}), "by_read"),
        (json!({"pain": 60}), "by_more by_read"),
        (json!({"weight": 45.5}), "by_read"),
        (json!({"weight": 45}), "by_less by_read"),
        (json!({"source": "poster"}), "by_source by_read"),
        (json!({"read": null}), ""),
        (
            json!({"walking": "always", "eating": "sometimes"}),
            "washing by_read",
        ),
        (json!({"walking": "always", "eating": "always"}), "by_read"),
        (json!({"walking": "always"}), "by_read"),
        (json!({"cancer": "other"}), "cancer_other by_read"),
    ] {
        let form = form();
        let valid = validate(&form, &raw(with(answers.clone()))).unwrap();
        let routed =
            |key: &str| key.starts_with("by_") || ["washing", "cancer_other"].contains(&key);
        let all = form.questions().iter().zip(valid.as_slice());
        let all = all.filter(|(it, answer)| routed(&it.key) && **answer != Answer::Hidden);
        let all: Vec<_> = all.map(|(it, _)| it.key.as_str()).collect();
        assert_eq!(all.join(" "), shown, "{answers}");
    }
}

#[test]
fn a_broken_constraint_is_reported_in_the_language_of_the_response() {
    let form = form();
    let answers = with(json!({"operated": "2024-05", "discharged": "2024-04"}));
    let faults = validate(&form, &raw(answers)).unwrap_err();
    let said: Vec<_> = faults
        .iter()
        .map(|it| (it.pointer.as_str(), it.kind.code(), it.kind.to_string()))
        .collect();
    let message = "퇴원일은 수술일보다 빠를 수 없습니다.".to_owned();
    assert_eq!(
        said,
        [
            ("/operated", "constraint", message.clone()),
            ("/discharged", "constraint", message)
        ]
    );
    let blank = [
        ("/help_from".to_owned(), "constraint"),
        ("/wishes".to_owned(), "constraint"),
    ];
    assert_eq!(found(json!({"pain": 90})), blank);
    let other = [("/wishes".to_owned(), "constraint")];
    assert_eq!(
        found(json!({"pain": 90, "wishes": ["sleep", "work"]})),
        other
    );
    for good in [
        json!({"operated": "2024-05", "discharged": "2024-05"}),
        json!({"operated": "2024-05"}),
        json!({"operated": "2024-05", "discharged": null}),
        json!({"pain": 90, "wishes": ["talk"]}),
        json!({"pain": 90, "help_from": null}),
        json!({"pain": 80}),
    ] {
        assert!(found(good.clone()).is_empty(), "{good}");
    }
}

/// On every day of the week the answer "today" leaves the same record, so a record does not tell the day.
#[test]
fn a_record_does_not_tell_the_day_of_answering() {
    let form = form();
    let today = |days: u64| {
        let day = occasion().week.monday() + chrono::Days::new(days);
        let answers = json!({"operated": day.to_string(), "visit": day.to_string()});
        stored(&form, occasion(), with(answers))
    };
    let expected = with(json!({"operated": "2026-11", "visit": "2026-11-30"}));
    for days in 0..7 {
        assert_eq!(today(days), expected, "{days}");
    }
}

#[test]
fn an_option_beside_which_something_is_written_makes_a_remark() {
    let form = form();
    let place = form.place("cancer_other").unwrap();
    let answers = with(json!({"cancer": "other", "cancer_other": "thyroid"}));
    let valid = validate(&form, &raw(answers)).unwrap();
    let text = Answer::Given(Value::Text("thyroid".to_owned()));
    assert_eq!(valid.as_slice()[place], text);
    let record = form.layout().encode(form.questions(), valid.as_slice());
    let decoded = form.layout().decode(form.questions(), &record).unwrap();
    assert_eq!(decoded[place], Answer::Blank, "it is not in the record");
}

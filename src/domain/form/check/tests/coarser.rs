//! Each fault of levels, made in an otherwise sound form.

use serde_json::{Value, json};

use super::{check, sound};

fn text() -> Value {
    json!({"en": "x", "ko": "x"})
}

fn group(code: &str, options: &[&str]) -> Value {
    json!({"code": code, "label": text(), "options": options})
}

fn band(code: &str, from: f64) -> Value {
    let from = if from.fract() == 0.0 {
        json!(from as i64)
    } else {
        json!(from)
    };
    json!({"code": code, "label": text(), "from": from})
}

/// A form with a question more, whose levels are these; and where they stand.
fn with(kind: Value, coarser: Value) -> (Value, String) {
    let mut form = sound();
    let mut question =
        json!({"key": "more", "text": text(), "background": true, "coarser": coarser});
    question
        .as_object_mut()
        .unwrap()
        .extend(kind.as_object().unwrap().clone());
    let questions = form["sections"][1]["questions"].as_array_mut().unwrap();
    questions.push(question);
    let place = questions.len() - 1;
    (form, format!("/sections/1/questions/{place}"))
}

fn choice() -> Value {
    let option = |code: &str| json!({"code": code, "label": text()});
    let options = ["a", "b", "c", "d", "e"].map(option);
    json!({"kind": "single_choice", "options": options})
}

#[test]
fn levels_of_choices_and_numbers_are_taken() {
    let levels = json!([
        [group("ab", &["a", "b"]), group("cd", &["c", "d"])],
        [group("abcd", &["a", "b", "c", "d"])],
    ]);
    let (form, _) = with(choice(), levels.clone());
    let form = check(form).unwrap();
    let more = &form.questions()[form.place("more").unwrap()];
    let groups =
        |level: usize| -> Vec<_> { (0..5).map(|it| more.coarser[level].group(it)).collect() };
    assert_eq!(
        groups(0),
        [0, 0, 1, 1, 2].map(Some),
        "what no group names stays as it is"
    );
    assert_eq!(groups(1), [0, 0, 0, 0, 1].map(Some));
    let mut several = choice();
    several["kind"] = json!("multiple_choice");
    check(with(several, levels).0).unwrap();
    let decimal = json!({"kind": "decimal", "min": 0, "max": 10, "decimals": 1});
    let bands = json!([
        [band("low", 0.0), band("mid", 2.5), band("high", 7.0)],
        [band("less", 0.0), band("more_than", 7.0)]
    ]);
    let form = check(with(decimal, bands).0).unwrap();
    let more = &form.questions()[form.place("more").unwrap()];
    let bands = [0, 24, 25, 69, 70, 100].map(|it| more.coarser[0].band(it));
    assert_eq!(bands, [0, 0, 1, 1, 2, 2].map(Some));
    assert_eq!(more.coarser[0].band_ends(1, 100), Some((25, 69)));
    assert_eq!(more.coarser[1].band_ends(1, 100), Some((70, 100)));
}

#[test]
fn each_fault_of_levels_is_found_where_it_stands() {
    let integer = json!({"kind": "integer", "min": 0, "max": 120});
    let ab = || group("ab", &["a", "b"]);
    let cases: Vec<(Value, Value, &str, &str)> = vec![
        (
            choice(),
            json!([[group("ab", &["a", "z"])]]),
            "/coarser/0/0/options/1",
            "option_unknown",
        ),
        (
            choice(),
            json!([[ab(), group("bc", &["b", "c"])]]),
            "/coarser/0/1/options/0",
            "level_option",
        ),
        (
            choice(),
            json!([[group("only", &["a"])]]),
            "/coarser/0/0",
            "group_options",
        ),
        (
            choice(),
            json!([[ab()], [group("again", &["a", "b"])]]),
            "/coarser/1/0",
            "group_options",
        ),
        (
            choice(),
            json!([[ab()], [group("ac", &["a", "c"])]]),
            "/coarser/1",
            "level_not_nested",
        ),
        (choice(), json!([[]]), "/coarser/0", "level_groups"),
        (
            choice(),
            json!([[group("a", &["a", "b"])]]),
            "/coarser/0/0/code",
            "key_taken",
        ),
        (
            choice(),
            json!([[ab()], [group("ab", &["a", "b", "c"])]]),
            "/coarser/1/0/code",
            "key_taken",
        ),
        (
            choice(),
            json!([[group("A", &["a", "b"])]]),
            "/coarser/0/0/code",
            "key_malformed",
        ),
        (
            choice(),
            json!([[{"code": "ab", "label": {"en": "x"}, "options": ["a", "b"]}]]),
            "/coarser/0/0/label",
            "text_missing",
        ),
        (
            choice(),
            json!([[band("low", 0.0), band("high", 5.0)]]),
            "/coarser/0/0",
            "group_options",
        ),
        (
            integer.clone(),
            json!([[band("low", 0.0)]]),
            "/coarser/0",
            "level_groups",
        ),
        (
            integer.clone(),
            json!([[band("low", 1.0), band("high", 5.0)]]),
            "/coarser/0/0/from",
            "level_band",
        ),
        (
            integer.clone(),
            json!([[band("low", 0.0), band("high", 121.0)]]),
            "/coarser/0/1/from",
            "level_band",
        ),
        (
            integer.clone(),
            json!([[band("low", 0.0), band("high", 0.5)]]),
            "/coarser/0/1/from",
            "level_band",
        ),
        (
            integer.clone(),
            json!([
                [band("a", 0.0), band("b", 5.0), band("c", 9.0)],
                [band("d", 0.0), band("e", 6.0)]
            ]),
            "/coarser/1",
            "level_not_nested",
        ),
        (
            integer,
            json!([[ab(), group("cd", &["c", "d"])]]),
            "/coarser/0/0/from",
            "level_band",
        ),
        (
            json!({"kind": "yes_no"}),
            json!([[ab()]]),
            "/coarser",
            "field_not_for_kind",
        ),
    ];
    for (kind, coarser, at, code) in cases {
        let (form, question) = with(kind, coarser.clone());
        let faults = check(form).expect_err(&coarser.to_string());
        let expected = (format!("{question}{at}"), code);
        assert!(
            faults.contains(&expected),
            "{coarser}: {faults:?} and not {expected:?}"
        );
    }
    let (mut form, question) = with(choice(), json!([[ab()]]));
    form.pointer_mut(&question).unwrap()["background"] = json!(false);
    let faults = check(form.clone()).unwrap_err();
    assert_eq!(
        faults,
        [(format!("{question}/coarser"), "coarser_not_background")]
    );
    form.pointer_mut(&question).unwrap()["background"] = json!(true);
    form["edition"] = json!(1);
    let faults = check(form).unwrap_err();
    assert!(
        faults.contains(&(format!("{question}/coarser"), "needs_edition")),
        "{faults:?}"
    );
}

//! What a check says about a score before anybody answers.

use serde_json::{Value, json};

use super::{bands, choice, definition, faults, form, rating, score, steps, text, try_check, with};

/// Pointers and codes of the faults of a form with these scores over `a` (0 to 2), `b` (0 to 5) and `open`, a number.
fn codes(scores: &[Value]) -> Vec<(String, &'static str)> {
    let open =
        json!({"key": "open", "kind": "integer", "min": -5, "max": 900_000_000, "text": text("o")});
    let none = choice("none", &[None, None]);
    let found = faults(&[steps("a", 0, 2), steps("b", 0, 5), open, none], scores);
    found
        .into_iter()
        .map(|(pointer, code, _)| (pointer, code))
        .collect()
}

#[test]
fn each_fault_of_a_score_is_found_where_it_stands() {
    let at = |more: Value, pointer: &str, code: &'static str| {
        let method = more["method"].as_str().unwrap_or("sum").to_owned();
        let found = codes(&[score("s", &["a", "b"], &method, more)]);
        assert_eq!(found, [(format!("/scores/0{pointer}"), code)]);
    };
    at(json!({"of": ["a", "x"]}), "/of/1", "question_unknown");
    at(json!({"of": ["a", "a"]}), "/of/1", "score_question_twice");
    at(json!({"of": ["none"]}), "/of/0", "score_not_numeric");
    at(json!({"of": []}), "/of", "empty");
    at(json!({"of_scores": ["s"]}), "/of_scores/0", "looks_forward");
    at(json!({"of_scores": ["x"]}), "/of_scores/0", "score_unknown");
    at(
        json!({"reversed": ["x"]}),
        "/reversed/0",
        "score_item_unknown",
    );
    at(
        json!({"reversed": ["a", "a"]}),
        "/reversed/1",
        "score_question_twice",
    );
    at(
        json!({"weights": {"x": 1}}),
        "/weights/x",
        "score_item_unknown",
    );
    at(json!({"weights": {"a": 0}}), "/weights/a", "score_weight");
    at(
        json!({"method": "mean", "weights": {"a": -1}}),
        "/weights/a",
        "score_weight",
    );
    at(
        json!({"method": "max", "weights": {"a": 2}}),
        "/weights",
        "score_field_not_for_method",
    );
    at(
        json!({"weights": {"a": 0.000_000_1}}),
        "/weights/a",
        "score_number",
    );
    at(json!({"plus": 1e12}), "/plus", "score_number");
    at(
        json!({"method": "mean", "to": [0, 0.123_456_78]}),
        "/to/1",
        "score_number",
    );
    at(json!({"to": [5, 5]}), "/to", "score_range");
    at(
        json!({"at_least_answered": 1.5}),
        "/at_least_answered",
        "score_share",
    );
    at(
        json!({"at_least_items": 3}),
        "/at_least_items",
        "score_items",
    );
    at(
        json!({"at_least_items": 0}),
        "/at_least_items",
        "score_items",
    );
    at(
        json!({"round": {"decimals": 5}}),
        "/round/decimals",
        "score_decimals",
    );
    at(
        json!({"values": {"a": {"x": 1}}}),
        "/values/a/x",
        "option_unknown",
    );
    at(
        json!({"values": {"x": {"x": 1}}}),
        "/values/x",
        "score_item_unknown",
    );
    at(
        json!({"values": {"a": {"c0": 1, "c1": 1}}}),
        "/of/0",
        "score_not_numeric",
    );
    at(
        json!({"method": "count", "of": ["a"]}),
        "/of/0",
        "score_not_countable",
    );
    at(json!({"method": "table"}), "/table", "empty");
    at(
        json!({"count_when": [{"question": "a", "is": "c0"}]}),
        "/count_when",
        "score_field_not_for_method",
    );
    at(
        json!({"bands": bands(&[1.0])}),
        "/bands/0/from",
        "band_missing",
    );
    at(
        json!({"bands": bands(&[0.0, 8.0])}),
        "/bands/1/from",
        "band_unreachable",
    );
    at(
        json!({"bands": bands(&[-2.0, 0.0])}),
        "/bands/0/from",
        "band_unreachable",
    );
    at(
        json!({"bands": bands(&[0.0, 3.0, 2.0])}),
        "/bands/2/from",
        "band_order",
    );
}

fn codes_of_count(count_when: Value) -> Vec<(String, &'static str)> {
    codes(&[score("s", &[], "count", json!({"count_when": count_when}))])
}

#[test]
fn a_counted_condition_is_checked_like_any_other() {
    let found = codes_of_count(json!([{"question": "a", "is": "x"}, {"score": "s", "is": 1}]));
    let expected = [
        ("/scores/0/count_when/0/is".to_owned(), "option_unknown"),
        ("/scores/0/count_when/1/score".to_owned(), "looks_forward"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn numbers_that_cannot_be_counted_exactly_are_refused_and_never_overflow() {
    let far = |key: &str, min: i64, max: i64| json!({"key": key, "kind": "integer", "min": min, "max": max, "text": text(key)});
    let questions = [
        far("a", -999_999_937, 1_000_000_000),
        far("b", 0, 999_999_929),
        far("c", 1, 999_999_893),
    ];
    let found = faults(
        &questions,
        &[score("s", &["a", "b", "c"], "mean", json!({}))],
    );
    assert_eq!(found[0].1, "score_too_large");
    let sum = score(
        "s",
        &["a", "b", "c"],
        "sum",
        json!({"at_least_answered": 1, "weights": {"a": 0.000_001}}),
    );
    let form = form(&questions, &[sum]);
    let said = json!({"a": 1_000_000_000, "b": 999_999_929, "c": 999_999_893});
    assert_eq!(
        super::last(&form, said),
        Some(2_000_000_822.0 - 0.0),
        "1000 of the first"
    );
}

#[test]
fn fields_of_the_second_edition_are_none_of_the_first() {
    let scores = [score(
        "s",
        &["a"],
        "max",
        json!({"round": {"decimals": 0}, "hidden": "lowest"}),
    )];
    let mut old = definition(&[steps("a", 0, 2)], &scores);
    old["edition"] = json!(1);
    old["notices"] =
        json!([{"key": "n", "show_when": {"score": "s", "at_least": 1}, "text": text("n")}]);
    let faults = try_check(&old).unwrap_err();
    let found: Vec<_> = faults
        .iter()
        .map(|fault| (fault.pointer.to_string(), fault.kind.code()))
        .collect();
    let expected = [
        "/scores/0/method",
        "/scores/0/hidden",
        "/scores/0/round",
        "/notices/0/show_when/score",
    ];
    assert_eq!(
        found,
        expected.map(|pointer| (pointer.to_owned(), "needs_edition"))
    );
}

#[test]
fn the_least_number_that_can_come_is_known_with_routing_and_missing_items() {
    let hidden = |key: &str| {
        with(
            steps(key, 1, 5),
            json!({"show_when": {"question": "gate", "at_least": 1}}),
        )
    };
    let reach = |questions: &[Value], more: Value, of: &[&str]| {
        let form = form(questions, &[score("s", of, "sum", more)]);
        let (_, score) = form.scores().next().unwrap();
        score.reach()
    };
    let all = [steps("gate", 0, 1), hidden("a"), hidden("b")];
    assert_eq!(
        reach(&all, json!({}), &["a", "b"]),
        (1.0, 10.0),
        "one may stand alone for all that is known"
    );
    assert_eq!(reach(&all, json!({}), &["gate", "a"]), (0.0, 6.0));
    assert_eq!(
        reach(&all, json!({"hidden": "lowest"}), &["gate", "a"]),
        (1.0, 6.0)
    );
    // Too many to try one by one.
    let keys: Vec<String> = (0..12).map(|number| format!("q{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let many: Vec<Value> = keys.iter().map(|key| steps(key, 1, 5)).collect();
    assert_eq!(
        reach(&many, json!({"at_least_answered": 1}), &keys),
        (12.0, 60.0)
    );
    assert_eq!(
        reach(&many, json!({"weights": {"q0": -2}}), &keys),
        (1.0, 53.0)
    );
    let mut hideable: Vec<Value> = vec![steps("gate", 0, 1)];
    hideable.extend(keys.iter().map(|key| hidden(key)));
    assert_eq!(reach(&hideable, json!({}), &keys), (1.0, 60.0));
}

#[test]
fn a_band_between_the_numbers_that_can_come_is_unreachable() {
    let questions = [
        choice("a", &[Some(0), Some(10)]),
        choice("b", &[Some(0), Some(10)]),
    ];
    let bands = |at_least: f64| {
        let more = json!({"at_least_answered": at_least, "bands": bands(&[0.0, 1.0, 10.0])});
        try_check(&definition(
            &questions,
            &[score("s", &["a", "b"], "sum", more)],
        ))
        .is_ok()
    };
    assert!(!bands(1.0), "0, 10 and 20 are all that can come");
    assert!(!bands(0.5), "and with one of them missing as well");
}

fn grades(rows: Value, more: Value) -> Vec<(String, &'static str, String)> {
    let questions = [
        steps("often", 0, 2),
        with(
            steps("bad", 0, 2),
            json!({"show_when": {"question": "often", "at_least": 1}}),
        ),
    ];
    let grade = score(
        "grade",
        &["often", "bad"],
        "table",
        with(json!({"table": rows}), more),
    );
    match try_check(&definition(&questions, &[grade])) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .into_iter()
            .map(|fault| {
                (
                    fault.pointer.to_string(),
                    fault.kind.code(),
                    fault.kind.to_string(),
                )
            })
            .collect(),
    }
}

#[test]
fn a_table_covers_what_routing_lets_through_and_nothing_twice() {
    let whole = json!([
        {"at": [0, "hidden"], "value": 0},
        {"at": [{"from": 1, "to": 2}, [0, 1]], "value": 1},
        {"at": [[1, 2], 2], "value": 2},
    ]);
    assert_eq!(grades(whole.clone(), json!({})), []);
    let found = grades(whole.clone(), json!({"hidden": "lowest"}));
    assert_eq!(found[0].1, "table_row_missing");
    assert!(found[0].2.contains("(0, 0)"), "{}", found[0].2);
    let found = grades(
        json!([{"at": [0, "any"], "value": 0}, {"at": [1, "any"], "value": 0}]),
        json!({}),
    );
    assert_eq!(found[0].0, "/scores/0/table");
    assert!(found[0].2.contains("(2, 0)"), "{}", found[0].2);
    let mut twice = whole;
    twice[0]["at"] = json!([[0, 2], "any"]);
    let found = grades(twice, json!({}));
    assert_eq!(
        (&*found[0].0, found[0].1),
        ("/scores/0/table/1", "table_rows_overlap")
    );
    assert!(
        found[0].2.contains("/scores/0/table/0") && found[0].2.contains("(2, 0)"),
        "{}",
        found[0].2
    );
    let found = grades(json!([{"at": [0], "value": 0}]), json!({}));
    assert_eq!(
        (&*found[0].0, found[0].1),
        ("/scores/0/table/0/at", "table_row")
    );
    let found = grades(
        json!([{"at": [{"from": 2, "to": 1}, "any"], "value": 0}]),
        json!({}),
    );
    assert_eq!(found[0].1, "table_range");
}

#[test]
fn a_table_over_a_wide_number_is_checked_by_the_ends_of_its_rows() {
    let wide =
        json!({"key": "w", "kind": "integer", "min": 0, "max": 1_000_000, "text": text("w")});
    let rows = |last: i64| {
        let table = json!([{"at": [{"from": 0, "to": 499_999}], "value": 1}, {"at": [{"from": 500_000, "to": last}], "value": 2}]);
        try_check(&definition(
            std::slice::from_ref(&wide),
            &[score("s", &["w"], "table", json!({"table": table}))],
        ))
    };
    assert!(rows(1_000_000).is_ok());
    let faults = rows(999_999).unwrap_err();
    assert_eq!(
        faults[0].kind.to_string(),
        "answers can lead to (1000000), and no row fits that"
    );
}

#[test]
fn a_condition_on_a_score_looks_backwards_and_fits_its_kind() {
    let shown = |condition: Value| {
        let later = with(rating("later", 0, 1), json!({"show_when": condition}));
        let scores = [
            score("early", &["a"], "sum", json!({"bands": bands(&[0.0])})),
            score("late", &["later"], "sum", json!({"of_scores": ["early"]})),
        ];
        let faults = faults(&[steps("a", 0, 2), later], &scores);
        faults
            .into_iter()
            .map(|(pointer, code, _)| (pointer, code))
            .collect::<Vec<_>>()
    };
    let at = |field: &str| format!("/sections/0/questions/1/show_when{field}");
    assert_eq!(
        shown(json!({"score": "late", "at_least": 1})),
        [(at("/score"), "looks_forward")]
    );
    assert_eq!(
        shown(json!({"score": "x", "at_least": 1})),
        [(at("/score"), "score_unknown")]
    );
    assert_eq!(
        shown(json!({"score": "early", "band": "x"})),
        [(at("/band"), "band_unknown")]
    );
    assert_eq!(
        shown(json!({"score": "early", "is": "c0"})),
        [(at("/is"), "cannot_compare")]
    );
    assert_eq!(
        shown(json!({"score": "early"})),
        [(at(""), "condition_malformed")]
    );
    assert_eq!(
        shown(json!({"score": "early", "question": "a", "is": 1})),
        [(at(""), "condition_malformed")]
    );
}

#[test]
fn a_question_that_another_is_compared_with_counts_as_looked_at() {
    let later = with(
        rating("later", 0, 2),
        json!({"show_when": {"score": "wins", "at_least": 1}}),
    );
    let wins = json!({"count_when": [{"question": "a", "more_than_question": "later"}]});
    let faults_of = faults(
        &[rating("a", 0, 2), later],
        &[score("wins", &[], "count", wins)],
    );
    let found: Vec<_> = faults_of
        .iter()
        .map(|(at, code, _)| (at.as_str(), *code))
        .collect();
    assert_eq!(
        found,
        [("/sections/0/questions/1/show_when/score", "looks_forward")]
    );

    // Whether b is shown depends on an answer that is no part of the score, so the band from 3 on can be reached.
    let b = with(
        rating("b", 0, 2),
        json!({"show_when": {"question": "a", "more_than_question": "x"}}),
    );
    let questions = [rating("x", 0, 2), rating("a", 0, 2), b];
    let sum = score(
        "sum",
        &["a", "b"],
        "sum",
        json!({"bands": bands(&[0.0, 3.0])}),
    );
    form(&questions, &[sum]);
}

/// A check must not be a way to keep the server busy.
#[test]
fn the_largest_scores_are_checked_within_a_moment() {
    let keys: Vec<String> = (0..500).map(|number| format!("q{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let many: Vec<Value> = keys.iter().map(|key| steps(key, 0, 10)).collect();
    let sums = |number: usize| {
        let more = json!({"at_least_answered": 1, "weights": {"q0": 0.000_001, "q1": 0.007}});
        score(&format!("s{number}"), &keys, "sum", more)
    };
    let start = std::time::Instant::now();
    assert!(try_check(&definition(&many, &(0..200).map(sums).collect::<Vec<_>>())).is_ok());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    let found = faults(&many, &(0..201).map(sums).collect::<Vec<_>>());
    assert_eq!(found[0].1, "too_many_scores");
}

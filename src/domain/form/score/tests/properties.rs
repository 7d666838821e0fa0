//! What holds for every score.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{definition, rating, score, steps, try_check, values, with};
use crate::domain::form::Form;

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

/// Four items of different length, one of which hangs on another.
fn questions(lows: [i8; 4], lengths: [u8; 4]) -> Vec<Value> {
    let item = |place: usize| {
        let (low, high) = (
            i32::from(lows[place]),
            i32::from(lows[place]) + i32::from(lengths[place]),
        );
        if place.is_multiple_of(2) {
            steps(KEYS[place], low, high)
        } else {
            rating(KEYS[place], low.into(), high.into())
        }
    };
    let mut all: Vec<Value> = (0..4).map(item).collect();
    all[3] = with(
        all[3].clone(),
        json!({"show_when": {"question": "a", "at_least": lows[0] + 1}}),
    );
    all
}

fn one(questions: &[Value], method: &str, more: Value) -> Option<Form> {
    try_check(&definition(questions, &[score("s", &KEYS, method, more)])).ok()
}

/// Answers where the form takes them: a share of the way from the lowest to the highest, or none.
fn said(lows: [i8; 4], lengths: [u8; 4], ways: [Option<u8>; 4]) -> Value {
    let mut said = Map::new();
    for (place, way) in ways.into_iter().enumerate() {
        let Some(step) = way.map(|way| way % (lengths[place] + 1)) else {
            continue;
        };
        let answer = if place.is_multiple_of(2) {
            json!(format!("c{step}"))
        } else {
            json!(i32::from(lows[place]) + i32::from(step))
        };
        said.insert(KEYS[place].to_owned(), answer);
    }
    if ways[0].is_none_or(|way| way % (lengths[0] + 1) == 0) {
        said.remove("d");
    }
    Value::Object(said)
}

fn parts() -> impl Strategy<Value = ([i8; 4], [u8; 4], [Option<u8>; 4])> {
    let ways = prop::array::uniform4(prop::option::weighted(0.8, any::<u8>()));
    (
        prop::array::uniform4(-20_i8..20),
        prop::array::uniform4(1_u8..9),
        ways,
    )
}

proptest! {
    #[test]
    fn a_score_never_leaves_the_range_that_is_announced(
        (lows, lengths, ways) in parts(),
        method in prop::sample::select(vec!["mean", "sum", "raw_mean", "max", "min"]),
        hidden in prop::sample::select(vec!["left_out", "lowest", "missing"]),
        rule in prop::sample::select(vec!["half_up", "half_even", "down", "up"]),
        decimals in 0_u8..=4,
        weight in -30_i32..30,
        at_least in 0_u8..=4,
    ) {
        let weights = match method {
            "sum" => json!({"b": if weight == 0 { 1.0 } else { f64::from(weight) / 10.0 }}),
            "mean" | "raw_mean" => json!({"b": f64::from(weight.abs() + 1) / 10.0}),
            _ => json!({}),
        };
        let more = json!({
            "hidden": hidden, "round": {"decimals": decimals, "rule": rule}, "weights": weights, "reversed": ["c"],
            "at_least_answered": f64::from(at_least) / 4.0,
        });
        let form = one(&questions(lows, lengths), method, more).unwrap();
        let (low, high) = form.scores().next().unwrap().1.reach();
        if let Some(value) = values(&form, said(lows, lengths, ways))[0].value {
            prop_assert!((low..=high).contains(&value), "{value} of {low} to {high}");
        }
    }

    #[test]
    fn what_is_reversed_twice_is_as_it_was((lows, lengths, ways) in parts()) {
        let questions = questions(lows, lengths);
        let all = json!({"reversed": KEYS, "at_least_answered": 1});
        let plain = one(&questions, "mean", json!({"at_least_answered": 1, "to": [0, 1], "round": {"decimals": 4}}));
        let turned = one(&questions, "mean", with(all, json!({"to": [-1, 0], "round": {"decimals": 4}})));
        let said = said(lows, lengths, ways);
        let plain = values(&plain.unwrap(), said.clone())[0].units;
        // 1 − x, less 1: what was reversed, reversed once more by its sign.
        let turned = values(&turned.unwrap(), said)[0].units;
        prop_assert_eq!(plain, turned.map(|units| -units));
    }

    #[test]
    fn a_sum_with_nothing_missing_is_the_same_prorated_or_not((lows, lengths, ways) in parts()) {
        let questions = questions(lows, lengths);
        let said = said(lows, lengths, ways.map(|way| Some(way.unwrap_or(1))));
        let strict = one(&questions, "sum", json!({"at_least_answered": 1})).unwrap();
        let prorated = one(&questions, "sum", json!({"at_least_items": 1})).unwrap();
        let strict = values(&strict, said.clone())[0].value;
        prop_assert!(strict.is_some());
        prop_assert_eq!(strict, values(&prorated, said)[0].value);
    }

    #[test]
    fn prorating_equal_items_is_the_sum_times_their_number_over_the_answered(
        answers in prop::collection::vec(prop::option::of(0_u8..=4), 6)
    ) {
        let keys = ["k0", "k1", "k2", "k3", "k4", "k5"];
        let questions: Vec<Value> = keys.iter().map(|key| steps(key, 0, 4)).collect();
        let more = json!({"at_least_items": 1, "round": {"decimals": 4}});
        let form = try_check(&definition(&questions, &[score("s", &keys, "sum", more)])).unwrap();
        let places: Vec<_> = answers.iter().map(|answer| answer.map(usize::from)).collect();
        let found = values(&form, super::places(&keys, &places))[0].value;
        let given: Vec<u32> = answers.iter().flatten().map(|answer| u32::from(*answer)).collect();
        let expected = (!given.is_empty()).then(|| {
            let ratio = f64::from(given.iter().sum::<u32>() * 6) / given.len() as f64;
            (ratio * 1e4).round() / 1e4
        });
        prop_assert_eq!(found, expected);
    }
}

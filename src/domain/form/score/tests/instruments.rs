//! Public scoring rules of well-known instruments, over neutral items, by tables of published results.

use serde_json::{Value, json};

use super::{bands, choice, form, last, places, score, steps, values, with};

/// Lines of a table that is kept as a file: comments and blank lines left out.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
}

fn keys(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("q{number}")).collect()
}

/// RAND 36-Item Health Survey 1.0 scoring: recode each item to 0 to 100, then take the mean of those answered. The
/// half rule of the SF-36: at least half of the items of a scale must be answered.
#[test]
fn half_rule_of_the_rand_36() {
    let keys = keys(10);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    // Ten items of three steps, as physical functioning has them: 1, 2, 3 become 0, 50, 100.
    let questions: Vec<Value> = keys.iter().map(|key| steps(key, 1, 3)).collect();
    let form = form(&questions, &[score("scale", &keys, "mean", json!({}))]);
    let answered = |places_of: &[usize]| {
        let mut all: Vec<Option<usize>> = places_of.iter().map(|place| Some(*place)).collect();
        all.resize(10, None);
        last(&form, places(&keys, &all))
    };
    assert_eq!(answered(&[2, 2, 2, 2, 2, 2, 2, 2, 2, 2]), Some(100.0));
    assert_eq!(
        answered(&[0, 1, 2, 1, 0]),
        Some(40.0),
        "five of ten are enough"
    );
    assert_eq!(answered(&[0, 1, 2, 1]), None, "four are not");
}

/// Kroenke, Spitzer and Williams, J Gen Intern Med 2001;16:606–613: the sum of nine items from 0 to 3, severity from
/// 5, 10, 15 and 20 on.
#[test]
fn total_and_severity_of_nine_items() {
    let keys = keys(9);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let questions: Vec<Value> = keys.iter().map(|key| steps(key, 0, 3)).collect();
    let more = json!({"at_least_answered": 1, "round": {"decimals": 0}, "bands": bands(&[0.0, 5.0, 10.0, 15.0, 20.0])});
    let form = form(&questions, &[score("total", &keys, "sum", more)]);
    for (total, severity) in [
        (0, 0),
        (4, 0),
        (5, 1),
        (9, 1),
        (10, 2),
        (14, 2),
        (15, 3),
        (19, 3),
        (20, 4),
        (27, 4),
    ] {
        let said: Vec<_> = (0..9)
            .map(|item| Some((total / 9) + usize::from(item < total % 9)))
            .collect();
        let found = &values(&form, places(&keys, &said))[0];
        assert_eq!(
            (found.value, found.band),
            (Some(total as f64), Some(severity))
        );
    }
}

/// EORTC QLQ-C30 Scoring Manual (3rd edition, 2001): a raw score is the mean of the items; a symptom scale is
/// (RS − 1) / range × 100, a functional scale 1 minus that; half of the items must be answered.
#[test]
fn linear_transformation_of_the_eortc() {
    let questions = [
        steps("a", 1, 4),
        steps("b", 1, 4),
        steps("g", 1, 7),
        steps("h", 1, 7),
    ];
    let form = form(
        &questions,
        &[
            score("symptom", &["a", "b"], "mean", json!({})),
            score(
                "functional",
                &["a", "b"],
                "mean",
                json!({"reversed": ["a", "b"]}),
            ),
            score("global", &["g", "h"], "mean", json!({})),
        ],
    );
    let found = |said: Value| {
        values(&form, said)
            .iter()
            .map(|score| score.value)
            .collect::<Vec<_>>()
    };
    let some = |numbers: [f64; 3]| numbers.map(Some);
    // (1.5 − 1) / 3 × 100 = 16.67; 83.33; (5.5 − 1) / 6 × 100 = 75.
    assert_eq!(
        found(json!({"a": "c0", "b": "c1", "g": "c4", "h": "c5"})),
        some([16.7, 83.3, 75.0])
    );
    assert_eq!(
        found(json!({"a": "c3", "g": "c0"})),
        some([100.0, 0.0, 0.0])
    );
}

const DIMENSIONS: [&str; 5] = ["d1", "d2", "d3", "d4", "d5"];

/// Decrements of each dimension by level.
fn decrements(table: [[f64; 5]; 5], levels: usize) -> Value {
    let of = |decrements: [f64; 5]| -> Value {
        let level = |place: usize| (format!("c{place}"), json!(-decrements[place]));
        (0..levels)
            .map(level)
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let dimension = |(key, decrements): (&&str, [f64; 5])| ((*key).to_owned(), of(decrements));
    DIMENSIONS
        .iter()
        .zip(table)
        .map(dimension)
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Levels such as `21232` as answers.
fn profile(levels: &str) -> Value {
    let places_of: Vec<_> = levels
        .bytes()
        .map(|level| Some(usize::from(level - b'1')))
        .collect();
    places(&DIMENSIONS, &places_of)
}

/// Devlin and others, Health Economics 2018;27:7–22: an index of five dimensions with five levels.
#[test]
fn index_of_five_dimensions() {
    let table = [
        [0.0, 0.058, 0.076, 0.207, 0.274],
        [0.0, 0.050, 0.080, 0.164, 0.203],
        [0.0, 0.050, 0.063, 0.162, 0.184],
        [0.0, 0.063, 0.084, 0.276, 0.335],
        [0.0, 0.078, 0.104, 0.285, 0.289],
    ];
    let questions: Vec<Value> = DIMENSIONS.iter().map(|key| steps(key, 1, 5)).collect();
    let more = json!({"values": decrements(table, 5), "plus": 1, "at_least_answered": 1});
    let form = form(&questions, &[score("index", &DIMENSIONS, "sum", more)]);
    for (levels, index) in [
        ("11111", 1.0),
        ("21111", 0.942),
        ("12345", 0.322),
        ("55555", -0.285),
    ] {
        let found = last(&form, profile(levels)).unwrap();
        assert_eq!(format!("{found:.3}"), format!("{index:.3}"), "{levels}");
    }
    assert_eq!(last(&form, json!({"d1": "c0"})), None);
    assert_eq!(form.scores().next().unwrap().1.reach(), (-0.285, 1.0));
}

/// Dolan, Medical Care 1997;35:1095–1108: three levels, a constant for any problem at all, and another one (N3) where
/// any dimension is at its worst.
#[test]
fn index_with_terms_for_any_and_for_the_worst() {
    let table = [
        [0.0, 0.069, 0.314, 0.0, 0.0],
        [0.0, 0.104, 0.214, 0.0, 0.0],
        [0.0, 0.036, 0.094, 0.0, 0.0],
        [0.0, 0.123, 0.386, 0.0, 0.0],
        [0.0, 0.071, 0.236, 0.0, 0.0],
    ];
    let any = |level: u8| -> Value {
        let at_least = |key: &&str| json!({"question": key, "at_least": level});
        json!([{"any": DIMENSIONS.iter().map(at_least).collect::<Vec<_>>()}])
    };
    let questions: Vec<Value> = DIMENSIONS.iter().map(|key| steps(key, 1, 3)).collect();
    let form = form(
        &questions,
        &[
            score(
                "any_problem",
                &[],
                "count",
                json!({"count_when": any(2), "at_least_answered": 1}),
            ),
            score(
                "any_worst",
                &[],
                "count",
                json!({"count_when": any(3), "at_least_answered": 1}),
            ),
            score(
                "index",
                &DIMENSIONS,
                "sum",
                json!({
                    "of_scores": ["any_problem", "any_worst"], "weights": {"any_problem": -0.081, "any_worst": -0.269},
                    "values": decrements(table, 3), "plus": 1, "at_least_answered": 1,
                }),
            ),
        ],
    );
    for (levels, index) in [
        ("11111", 1.0),
        ("11112", 0.848),
        ("21232", 0.088),
        ("11223", 0.255),
        ("33333", -0.594),
    ] {
        assert_eq!(last(&form, profile(levels)), Some(index), "{levels}");
    }
}

/// PROMIS Anxiety short form 4a v1.0, HealthMeasures scoring manual: raw sums of four items from 1 to 5 become T-scores.
#[test]
fn raw_sums_become_t_scores_by_a_table() {
    let table = lines(include_str!(
        "../../../../../tests/forms/scores/raw-to-t.txt"
    ));
    let table: Vec<(i64, f64)> = table
        .map(|row| (row[0].parse().unwrap(), row[1].parse().unwrap()))
        .collect();
    let rows: Vec<Value> = table
        .iter()
        .map(|(raw, t)| json!({"at": [raw], "value": t}))
        .collect();
    let keys = ["q1", "q2", "q3", "q4"];
    let questions: Vec<Value> = keys.iter().map(|key| steps(key, 1, 5)).collect();
    // The manual prorates, and rounds the raw score up.
    let raw = json!({"round": {"decimals": 0, "rule": "up"}});
    let form = form(
        &questions,
        &[
            score("raw", &keys, "sum", raw),
            score(
                "t",
                &[],
                "table",
                json!({"of_scores": ["raw"], "table": rows, "bands": bands(&[0.0, 55.0, 60.0, 70.0])}),
            ),
        ],
    );
    for (raw, t) in table {
        let more = usize::try_from(raw - 4).unwrap();
        let said: Vec<_> = (0..4)
            .map(|item| Some(more / 4 + usize::from(item < more % 4)))
            .collect();
        assert_eq!(last(&form, places(&keys, &said)), Some(t), "{raw}");
    }
    // 2 + 3 + 3 of three answered is 8 × 4 / 3 = 10.67, so 11.
    assert_eq!(
        last(&form, json!({"q1": "c1", "q2": "c2", "q3": "c2"})),
        Some(61.4)
    );
    assert_eq!(last(&form, json!({"q1": "c1"})), None);
}

/// Basch and others, Clinical Trials 2021;18:104–114: one grade from how often, how bad and how much in the way.
#[test]
fn composite_grades_of_three_attributes() {
    let table = lines(include_str!(
        "../../../../../tests/forms/scores/composite-grades.txt"
    ));
    let table: Vec<Vec<i64>> = table
        .map(|row| row.iter().map(|number| number.parse().unwrap()).collect())
        .collect();
    let mut rows = vec![json!({"at": [0, "any", "any"], "value": 0})];
    for row in &table {
        for (bother, grade) in row[2..].iter().enumerate() {
            rows.push(json!({"at": [row[0], row[1], bother], "value": grade}));
        }
    }
    let keys = ["often", "bad", "bother"];
    let after = |key: &str| {
        with(
            steps(key, 0, 4),
            json!({"show_when": {"question": "often", "at_least": 1}}),
        )
    };
    let grade = score(
        "grade",
        &keys,
        "table",
        json!({"table": rows, "bands": bands(&[0.0, 1.0, 2.0, 3.0])}),
    );
    let form = form(
        &[steps("often", 0, 4), after("bad"), after("bother")],
        &[grade],
    );
    assert_eq!(table.len(), 20);
    for row in &table {
        for (bother, grade) in row[2..].iter().enumerate() {
            let place = |number: i64| Some(usize::try_from(number).unwrap());
            let said = places(&keys, &[place(row[0]), place(row[1]), Some(bother)]);
            assert_eq!(last(&form, said), Some(*grade as f64), "{row:?} {bother}");
        }
    }
    assert_eq!(
        last(&form, json!({"often": "c0"})),
        Some(0.0),
        "the follow-ups are hidden"
    );
    assert_eq!(last(&form, json!({"often": "c3", "bad": "c2"})), None);
    assert_eq!(form.scores().next().unwrap().1.decimals(), 0);
}

/// FACIT-Fatigue scoring guidelines (version 4): 13 items from 0 to 4, all but two reversed, times 13 over the number
/// answered, where more than half are.
#[test]
fn reversed_items_prorated_by_their_number() {
    let keys = keys(13);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let questions: Vec<Value> = keys.iter().map(|key| steps(key, 0, 4)).collect();
    let straight = ["q7", "q8"];
    let reversed: Vec<&&str> = keys.iter().filter(|key| !straight.contains(key)).collect();
    let more = json!({"reversed": reversed, "at_least_items": 7});
    let form = form(&questions, &[score("fatigue", &keys, "sum", more)]);
    let mut said: Vec<Option<usize>> = vec![Some(1); 13];
    assert_eq!(
        last(&form, places(&keys, &said)),
        Some(35.0),
        "11 × 3 + 2 × 1"
    );
    said[0] = None;
    said[6] = None;
    // Ten reversed and one straight: 31 × 13 / 11 = 36.636.
    assert_eq!(last(&form, places(&keys, &said)), Some(36.6));
    said.splice(7.., [None; 6]);
    assert_eq!(
        last(&form, places(&keys, &said)),
        None,
        "five are not enough"
    );
}

/// One item in two directions, and an item without a number for those whom it does not concern.
#[test]
fn an_item_counts_in_one_score_as_it_is_and_in_another_reversed() {
    let questions = [
        choice("a", &[Some(0), Some(1), Some(2), None]),
        steps("b", 0, 2),
    ];
    let form = form(
        &questions,
        &[
            score("up", &["a", "b"], "sum", json!({})),
            score("down", &["a", "b"], "sum", json!({"reversed": ["a"]})),
        ],
    );
    let found = |said: Value| {
        values(&form, said)
            .iter()
            .map(|score| score.value)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(json!({"a": "c2", "b": "c1"})), [Some(3.0), Some(1.0)]);
    assert_eq!(
        found(json!({"a": "c3", "b": "c1"})),
        [Some(2.0), Some(2.0)],
        "no number is a missing one"
    );
}

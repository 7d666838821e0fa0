//! Answers that are told coarser: what a file shows then, what nobody can tell from it, and how much is left.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use super::secondary_suppression::{another, settled, shipped};
use crate::domain::codebook::tests::{add, every_kind, form, numbered, occasion, question, row};
use crate::domain::codebook::{Cell, Columns, RowContent, RowProjection};
use crate::domain::disclosure::k_anonymity::{FrequencyTable, Suppressor};
use crate::domain::disclosure::{
    Coarse, KeyEncoder, Levels, QuasiIdentifiers, SecondarySuppression, ShownClass, Weights,
    left_out,
};
use crate::domain::form::{Answer, Form};
use crate::domain::period::PeriodKind;
use crate::domain::response::Occasion;
use crate::domain::week::IsoWeek;
use crate::sample::{People, synthetic};

/// A response: its week, its language and its answers.
pub(super) type Response = (NaiveDate, &'static str, Vec<Answer>);

/// The masked table of some responses to one form.
pub(super) struct Masked<'a> {
    pub(super) columns: Columns<'a>,
    pub(super) quasi: QuasiIdentifiers,
    secondary: SecondarySuppression,
    encoder: KeyEncoder,
    /// The class of each response.
    pub(super) classes: Vec<ShownClass>,
}

impl<'a> Masked<'a> {
    fn of(form: &'a Form, responses: &[Response], k: u32, with_levels: bool) -> Self {
        Self::leaving_out(form, responses, (k, with_levels), &[])
    }

    /// Without the answers to the questions with these keys.
    pub(super) fn leaving_out(
        form: &'a Form,
        responses: &[Response],
        (k, with_levels): (u32, bool),
        questions: &[&str],
    ) -> Self {
        Self::weighted(
            form,
            responses,
            (k, with_levels),
            questions,
            &BTreeMap::new(),
        )
    }

    /// The same with these weights.
    pub(super) fn weighted(
        form: &'a Form,
        responses: &[Response],
        (k, with_levels): (u32, bool),
        questions: &[&str],
        weights: &BTreeMap<String, u8>,
    ) -> Self {
        let columns = Columns::of(&[(1, form)]);
        let quasi = QuasiIdentifiers::of(&columns);
        let secondary = SecondarySuppression::of(&columns, &quasi);
        let levels = Levels::of(&columns, &quasi);
        let levels = if with_levels { levels } else { levels.none() };
        let questions = questions.iter().map(|key| (*key).to_owned()).collect();
        let left_out = left_out(&columns, &quasi, &secondary, &questions);
        let mut encoder = KeyEncoder::new(Arc::new(levels)).leaving_out(left_out);
        let mut table = FrequencyTable::new(quasi.count()).unwrap();
        let projection = RowProjection::of(&columns, 1);
        let key = |encoder: &mut KeyEncoder, response: &Response| -> Vec<u32> {
            let content = content(response);
            let cells = quasi.columns().iter();
            let cells: Vec<_> = cells
                .map(|(column, quasi)| (*column, *quasi, projection.cell(*column, &content)))
                .collect();
            encoder.codes(&cells).to_vec()
        };
        for response in responses {
            table.add(&key(&mut encoder, response)).unwrap();
        }
        encoder.seal(&mut table);
        let weights = Weights::of_columns(&columns, &quasi, &secondary, weights);
        let plan = table.generalise(k, &encoder.hierarchies(&weights)).unwrap();
        let mut suppressor = Suppressor::new(plan);
        let mut draws = StdRng::seed_from_u64(5);
        let mut classes = Vec::new();
        for response in responses {
            let codes = key(&mut encoder, response);
            let class = suppressor
                .suppress(&codes, || draws.random())
                .class
                .unwrap();
            classes.push(ShownClass::new(suppressor.shown(class), &encoder));
        }
        suppressor.finish().unwrap();
        Self {
            columns,
            quasi,
            secondary,
            encoder,
            classes,
        }
    }

    /// What the file shows of a response as one of this class.
    pub(super) fn shown(&self, class: &ShownClass, response: &Response) -> Vec<(String, String)> {
        let projection = RowProjection::of(&self.columns, 1);
        let cells = projection.cells(content(response));
        let with = self.secondary.of_version(1);
        let columns = self.columns.iter().zip(with).zip(cells);
        let known = (&self.quasi, &self.encoder);
        columns
            .map(|(((index, column), with), cell)| {
                let cell = class.cell(known, index, *with, cell);
                (column.name.clone(), format!("{cell:?}"))
            })
            .collect()
    }

    /// The share of the background questions that is lost.
    fn loss(&self) -> f64 {
        let background: Vec<usize> = (0..self.quasi.count()).skip(4).collect();
        let of_class = |class: &ShownClass| -> u32 {
            let lost = |quasi: &usize| match class.coarse(*quasi, &self.encoder) {
                Some(coarse) => self.encoder.levels().loss(*quasi, coarse),
                None => 1000 * u32::from(class.masked.contains(*quasi)),
            };
            background.iter().map(lost).sum()
        };
        let lost: u64 = self.classes.iter().map(|it| u64::from(of_class(it))).sum();
        lost as f64 / (1000 * background.len() * self.classes.len()) as f64
    }
}

fn content(response: &Response) -> RowContent<'_> {
    RowContent {
        week: response.0,
        language: response.1,
        ..row(&response.2)
    }
}

fn week(number: i64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2027, 1, 4).unwrap();
    IsoWeek::of(first).monday() + TimeDelta::weeks(number)
}

/// Every kind of question, with levels of each kind that has some, and questions that hang on some of them.
pub(super) fn leveled() -> Json {
    let mut form = every_kind();
    let text = json!({"en": "x", "ko": "x"});
    let option = |code: &str| json!({"code": code, "label": text});
    let (places, treatments) = (
        ["p1", "p2", "p3", "p4", "p5"].map(option),
        ["h1", "h2", "h3", "h4"].map(option),
    );
    let group =
        |code: &str, options: &[&str]| json!({"code": code, "label": text, "options": options});
    let band = |code: &str, from: i64| json!({"code": code, "label": text, "from": from});
    add(
        &mut form,
        json!({
            "key": "place", "kind": "single_choice", "background": true, "text": text,
            "options": places,
            "coarser": [[group("p12", &["p1", "p2"]), group("p34", &["p3", "p4"])], [group("p1234", &["p1", "p2", "p3", "p4"])]],
        }),
    );
    add(
        &mut form,
        json!({
            "key": "had", "kind": "multiple_choice", "background": true, "text": text,
            "options": treatments,
            "coarser": [[group("h12", &["h1", "h2"])], [group("h123", &["h1", "h2", "h3"])]],
        }),
    );
    add(
        &mut form,
        json!({
            "key": "years", "kind": "integer", "min": 0, "max": 40, "background": true, "text": text,
            "coarser": [[band("b0", 0), band("b10", 10), band("b20", 20)], [band("under20", 0), band("over20", 20)]],
        }),
    );
    for (key, condition) in [
        // Decided by `p12`, not by what is coarser.
        (
            "after_place",
            json!({"question": "place", "is_one_of": ["p1", "p2"]}),
        ),
        // Not decided by `h12`.
        ("after_had", json!({"question": "had", "includes": "h1"})),
        ("after_years", json!({"question": "years", "at_least": 10})),
    ] {
        add(
            &mut form,
            json!({"key": key, "kind": "yes_no", "text": text, "show_when": condition}),
        );
    }
    form
}

pub(super) fn responses(form: &Form, count: usize, rng: &mut StdRng) -> Vec<Response> {
    let response = |rng: &mut StdRng| {
        let language = if rng.random_bool(0.8) { "ko" } else { "en" };
        let answers = settled(form, synthetic(form, language, rng));
        (week(rng.random_range(0..20)), language, answers)
    };
    (0..count).map(|_| response(rng)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What is shown of the quasi-identifiers, and of all columns that hold them, is shared by `k` responses.
    #[test]
    fn every_row_shares_what_it_shows_of_the_person_with_k(seed: u64, count in 20_usize..160, k in 2_u32..9, which: bool) {
        let form = form(&if which { leveled() } else { shipped() });
        let mut rng = StdRng::seed_from_u64(seed);
        let responses = responses(&form, count, &mut rng);
        let masked = Masked::of(&form, &responses, k, true);
        let identifying: Vec<bool> = masked.columns.iter().map(|(index, _)| masked.quasi.of_column(index).is_some()).collect();
        let mut classes: BTreeMap<Vec<String>, u32> = BTreeMap::new();
        for (class, response) in masked.classes.iter().zip(&responses) {
            let shown = masked.shown(class, response).into_iter().zip(&identifying);
            let shown: Vec<String> = shown.filter(|(_, of)| **of).map(|((_, cell), _)| cell).collect();
            *classes.entry(shown).or_default() += 1;
        }
        prop_assert!(classes.values().all(|size| *size >= k), "{classes:?}");
    }

    /// Somebody with other answers, masked or of the same groups, and what routing makes of them, has the same row.
    #[test]
    fn nothing_that_is_shown_tells_which_answer_of_a_group_it_was(seed: u64, which: bool) {
        let form = form(&if which { leveled() } else { shipped() });
        let mut rng = StdRng::seed_from_u64(seed);
        let responses = responses(&form, 60, &mut rng);
        let masked = Masked::of(&form, &responses, 5, true);
        let projection = RowProjection::of(&masked.columns, 1);
        let levels = masked.encoder.levels();
        let path = |quasi: usize, response: &Response| -> Vec<Coarse> {
            let content = content(response);
            let cells = masked.quasi.columns().iter().filter(|(_, it)| *it == quasi);
            let cells: Vec<_> = cells.map(|(column, _)| (*column, projection.cell(*column, &content))).collect();
            levels.path(quasi, &cells)
        };
        for (class, response) in masked.classes.iter().zip(&responses) {
            let hidden = class.masked.union(class.coarser);
            let changed: Vec<String> = masked.columns.iter()
                .filter(|(index, _)| masked.quasi.set_of(*index).intersects(hidden))
                .filter_map(|(_, column)| column.question().map(str::to_owned))
                .collect();
            for _ in 0..12 {
                let answers = another((&form, &response.2), &form, &changed, &mut rng);
                let other = (response.0, response.1, answers);
                let same = class.coarser.iter().all(|quasi| {
                    class.coarse(quasi, &masked.encoder).is_some_and(|coarse| path(quasi, &other).contains(coarse))
                });
                if same {
                    prop_assert_eq!(masked.shown(class, response), masked.shown(class, &other));
                }
            }
        }
    }
}

#[test]
fn weeks_that_are_thinly_spread_come_out_as_months_quarters_or_years() {
    let form = form(&every_kind());
    let mut rng = StdRng::seed_from_u64(1);
    let one = settled(&form, synthetic(&form, "ko", &mut rng));
    let responses: Vec<Response> = (0..24)
        .map(|it| (week(it / 2), "ko", one.clone()))
        .collect();
    let masked = Masked::of(&form, &responses, 5, true);
    for (class, response) in masked.classes.iter().zip(&responses) {
        assert!(class.masked.is_empty());
        assert_eq!(
            class.coarser.count(),
            1,
            "{:?}",
            masked.shown(class, response)
        );
        let shown = class.coarse(3, &masked.encoder).unwrap();
        let Coarse::Period(kind, number) = shown else {
            panic!("{shown:?}");
        };
        assert_eq!(kind.number(response.0), *number);
        assert_ne!(*kind, PeriodKind::Year, "a month or a quarter is enough");
    }
    let flat = Masked::of(&form, &responses, 5, false);
    assert!(flat.classes.iter().all(|class| class.masked.contains(3)));
}

#[test]
fn a_group_stands_where_the_answer_would_and_typed_columns_stay_typed() {
    let form = form(&leveled());
    let columns = Columns::of(&numbered(std::slice::from_ref(&form)));
    let quasi = QuasiIdentifiers::of(&columns);
    let levels = Levels::of(&columns, &quasi);
    let cell = |name: &str, coarse: &Coarse| {
        let (index, _) = columns.iter().find(|(_, it)| it.name == name).unwrap();
        let place = quasi.of_column(index).unwrap();
        let cell = levels.cell(place, index, coarse);
        match cell {
            Cell::Group(group) => group.code.clone(),
            other => format!("{other:?}"),
        }
    };
    let masked = "Missing(Masked)";
    let p34 = Coarse::Group { level: 0, group: 1 };
    assert_eq!(cell("place", &p34), "p34");
    let b10 = Coarse::Group { level: 0, group: 1 };
    assert_eq!(
        (
            cell("years", &b10).as_str(),
            cell("years__band", &b10).as_str()
        ),
        (masked, "b10")
    );
    // Chosen of `h12`, not of `h3` and `h4`, which stay as they are.
    let h12 = Coarse::Groups {
        level: 0,
        touched: [0].into(),
    };
    let found = ["h1", "h2", "h3", "h4", "h12", "h123"].map(|it| cell(&format!("had__{it}"), &h12));
    assert_eq!(
        found,
        [
            masked,
            masked,
            "Chosen(false)",
            "Chosen(false)",
            "Chosen(true)",
            "Chosen(true)"
        ]
    );
    let h123 = Coarse::Groups {
        level: 1,
        touched: [0, 1].into(),
    };
    let found = ["h1", "h3", "h4", "h12", "h123"].map(|it| cell(&format!("had__{it}"), &h123));
    assert_eq!(
        found,
        [masked, masked, "Chosen(true)", masked, "Chosen(true)"]
    );
    let place = |key: &str| {
        quasi
            .of_column(columns.iter().find(|(_, it)| it.coding == key).unwrap().0)
            .unwrap()
    };
    let group = |level, group| Coarse::Group { level, group };
    assert!(levels.decides(place("place"), &group(0, 0)));
    assert!(!levels.decides(place("place"), &group(1, 0)));
    assert!(!levels.decides(place("had"), &h12));
    assert!(
        levels.decides(place("years"), &group(0, 1))
            && !levels.decides(place("years"), &group(1, 0))
    );
}

#[test]
fn the_groups_of_the_shipped_form_decide_what_is_asked_later() {
    let form = form(&shipped());
    let columns = Columns::of(&[(1, &form)]);
    let quasi = QuasiIdentifiers::of(&columns);
    let levels = Levels::of(&columns, &quasi);
    let mut rng = StdRng::seed_from_u64(3);
    let people = People::of(&form).unwrap();
    let projection = RowProjection::of(&columns, 1);
    let mut seen = 0;
    for _ in 0..500 {
        let response = (
            week(0),
            "ko",
            settled(&form, people.answers(&form, occasion(), &mut rng)),
        );
        let content = content(&response);
        for place in 4..quasi.count() {
            let cells = quasi.columns().iter().filter(|(_, it)| *it == place);
            let cells: Vec<_> = cells
                .map(|(column, _)| (*column, projection.cell(*column, &content)))
                .collect();
            for coarse in levels.path(place, &cells) {
                seen += 1;
                assert!(
                    levels.decides(place, &coarse),
                    "{:?} {coarse:?}",
                    quasi.codings(place)
                );
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

/// The loss of so many plausible people, with levels and without, in twelve weeks and two languages.
fn losses(count: usize) -> (f64, f64) {
    let form = form(&shipped());
    let people = People::of(&form).unwrap();
    let mut rng = StdRng::seed_from_u64(2027);
    let response = |rng: &mut StdRng| {
        let language = if rng.random_bool(0.9) { "ko" } else { "en" };
        let on = Occasion {
            language,
            ..occasion()
        };
        let answers = settled(&form, people.answers(&form, on, rng));
        (week(rng.random_range(0..12)), language, answers)
    };
    let responses: Vec<Response> = (0..count).map(|_| response(&mut rng)).collect();
    let loss = |with_levels| Masked::of(&form, &responses, 5, with_levels).loss();
    (loss(true), loss(false))
}

#[test]
#[allow(clippy::print_stdout, reason = "the figures are for the documentation")]
fn plausible_people_keep_most_of_their_background() {
    let (with, without) = losses(1_000);
    println!("1,000 people: loss {with:.3} with levels, {without:.3} without");
    assert!(with < without);
    assert!(with <= 0.25, "{with}");
}

#[test]
#[ignore = "it takes a while"]
#[allow(clippy::print_stdout, reason = "the figures are for the documentation")]
fn ten_thousand_plausible_people_keep_nearly_all_of_their_background() {
    let (with, without) = losses(10_000);
    println!("10,000 people: loss {with:.3} with levels, {without:.3} without");
    assert!(with <= 0.08, "{with}");
}

#[test]
fn an_answer_of_a_question_that_a_score_is_made_of_is_never_decided_by_a_group() {
    let mut scored = leveled();
    let title = json!({"en": "S", "ko": "S"});
    let options = question(&mut scored, "place").unwrap()["options"]
        .as_array_mut()
        .unwrap();
    for (value, option) in options.iter_mut().enumerate() {
        option["value"] = json!(value);
    }
    let more = json!({"key": "of_place", "title": title, "of": ["place"], "method": "sum"});
    scored["scores"].as_array_mut().unwrap().push(more);
    let form = form(&scored);
    let columns = Columns::of(&numbered(std::slice::from_ref(&form)));
    let quasi = QuasiIdentifiers::of(&columns);
    let levels = Levels::of(&columns, &quasi);
    let (index, _) = columns.iter().find(|(_, it)| it.coding == "place").unwrap();
    let place = quasi.of_column(index).unwrap();
    assert!(!levels.decides(place, &Coarse::Group { level: 0, group: 0 }));
}

#[test]
fn a_heavier_question_keeps_more_of_its_cells() {
    let form = form(&shipped());
    let people = People::of(&form).unwrap();
    let mut rng = StdRng::seed_from_u64(11);
    let response = |rng: &mut StdRng| {
        let answers = settled(&form, people.answers(&form, occasion(), rng));
        (week(rng.random_range(0..8)), "ko", answers)
    };
    let responses: Vec<Response> = (0..500).map(|_| response(&mut rng)).collect();
    // What is lost of a column in all rows, in thousandths of a cell.
    let lost = |name: &str, weights: &[(&str, u8)]| -> u64 {
        let weights = weights
            .iter()
            .map(|(name, weight)| ((*name).to_owned(), *weight));
        let masked = Masked::weighted(&form, &responses, (5, true), &[], &weights.collect());
        let column = masked.columns.iter().find(|(_, it)| it.coding == name);
        let quasi = masked.quasi.of_column(column.unwrap().0).unwrap();
        let of_class = |class: &ShownClass| match class.coarse(quasi, &masked.encoder) {
            Some(coarse) => masked.encoder.levels().loss(quasi, coarse),
            None => 1000 * u32::from(class.masked.contains(quasi)),
        };
        masked
            .classes
            .iter()
            .map(|it| u64::from(of_class(it)))
            .sum()
    };
    for name in ["age_band", "time_since_treatment", "week"] {
        let (light, usual, heavy) = (
            lost(name, &[(name, 1)]),
            lost(name, &[]),
            lost(name, &[(name, 100)]),
        );
        assert!(heavy < usual, "{name}: {heavy} of {usual}");
        assert!(usual <= light, "{name}: {usual} of {light}");
    }
    assert_eq!(
        lost("week", &[("age_band", 8), ("week", 1)]),
        lost("week", &[]),
        "the usual ones, said"
    );
}

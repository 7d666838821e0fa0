//! What a campaign leaves out is in no row, and nothing in any row tells it.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use super::levels::{Masked, Response, leveled, responses};
use super::secondary_suppression::{another, shipped};
use crate::domain::codebook::tests::{add, form, numbered};
use crate::domain::codebook::{Cell, Columns, Missing};
use crate::domain::disclosure::{QuasiIdentifiers, SecondarySuppression, left_out};

/// With a background question that hangs on another one, and one that hangs on that.
fn hanging() -> Json {
    let mut form = leveled();
    let text = json!({"en": "x", "ko": "x"});
    for (key, condition) in [
        ("of_group", json!({"question": "group", "is": "a"})),
        ("of_that", json!({"question": "of_group", "is": true})),
    ] {
        add(
            &mut form,
            json!({"key": key, "kind": "yes_no", "background": true, "text": text, "show_when": condition}),
        );
    }
    form
}

/// The whole file as it is shown.
fn file(masked: &Masked<'_>, responses: &[Response]) -> Vec<Vec<(String, String)>> {
    let rows = masked.classes.iter().zip(responses);
    rows.map(|(class, response)| masked.shown(class, response))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Somebody answers the questions that are left out otherwise, and what routing makes of that: not one cell of the file
    /// changes, neither in their row nor in another one.
    #[test]
    fn an_answer_that_is_left_out_changes_no_cell_of_the_file(seed: u64, which in 0_usize..5) {
        let (definition, questions): (_, &[&str]) = match which {
            0 => (hanging(), &["group"]),
            1 => (hanging(), &["group", "years"]),
            2 => (hanging(), &["alone", "had"]),
            3 => (shipped(), &["cancer_type"]),
            _ => (shipped(), &["sex", "treatments"]),
        };
        let form = form(&definition);
        let mut rng = StdRng::seed_from_u64(seed);
        let mut responses = responses(&form, 60, &mut rng);
        let before = Masked::leaving_out(&form, &responses, (5, true), questions);
        let before = file(&before, &responses);
        let masked = format!("{:?}", Cell::Missing(Missing::Masked));
        for (name, cell) in before.iter().flatten() {
            let coding = name.split("__").next().unwrap();
            prop_assert!(!questions.contains(&coding) || *cell == masked, "{} {}", name, cell);
        }
        let changed: Vec<String> = questions.iter().map(|key| (*key).to_owned()).collect();
        for _ in 0..4 {
            let somebody = rng.random_range(0..responses.len());
            let answers = another((&form, &responses[somebody].2), &form, &changed, &mut rng);
            responses[somebody].2 = answers;
            let after = Masked::leaving_out(&form, &responses, (5, true), questions);
            prop_assert!(before == file(&after, &responses));
        }
    }
}

#[test]
fn what_hangs_on_a_question_that_is_left_out_is_left_out_with_it() {
    let forms = [form(&hanging())];
    let columns = Columns::of(&numbered(&forms));
    let quasi = QuasiIdentifiers::of(&columns);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let names = |key: &str| -> Vec<String> {
        let all = left_out(&columns, &quasi, &secondary, &[key.to_owned()].into());
        all.iter()
            .flat_map(|one| quasi.codings(one).iter().cloned())
            .collect()
    };
    assert_eq!(names("group"), ["group", "of_group", "of_that"]);
    assert_eq!(names("of_group"), ["of_group", "of_that"]);
    assert_eq!(names("place"), ["place"]);
    assert_eq!(
        names("distress"),
        Vec::<String>::new(),
        "no background question"
    );
}

#[test]
fn without_a_question_more_is_left_of_the_others() {
    let form = form(&shipped());
    let mut rng = StdRng::seed_from_u64(7);
    let responses = responses(&form, 400, &mut rng);
    let masked_of_others = |questions: &[&str]| -> usize {
        let masked = Masked::leaving_out(&form, &responses, (5, true), questions);
        let sex = masked.columns.iter().find(|(_, it)| it.name == "sex");
        let sex = masked.quasi.of_column(sex.unwrap().0).unwrap();
        let others = masked
            .classes
            .iter()
            .map(|it| it.masked.without(sex).count());
        others.map(|it| it as usize).sum()
    };
    let (with, without) = (masked_of_others(&[]), masked_of_others(&["sex"]));
    assert!(without < with, "{without} of {with}");
}

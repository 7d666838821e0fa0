//! The second pass, codes by a dictionary, and the diversity of answers.

use super::support::{mixed, table};
use crate::domain::disclosure::k_anonymity::{
    Dictionary, FrequencyTable, QiSet, SnapshotMismatch, Suppressor,
};
use crate::domain::disclosure::{Diversity, Shown};

#[test]
fn every_record_of_a_split_combination_is_as_likely_to_be_suppressed() {
    let plan = table(&[(&[1, 1, 1], 10), (&[1, 1, 2], 1)]).suppress(3);
    let mut suppressed = [0_u32; 10];
    for key in 0..5_000 {
        let mut suppressor = Suppressor::new(plan.clone());
        for (row, suppressed) in suppressed.iter_mut().enumerate() {
            let draw = || mixed(key * 100 + row as u64);
            *suppressed += suppressor.suppress(&[1, 1, 1], draw).cells.count();
        }
        suppressor.suppress(&[1, 1, 2], || 0);
        assert_eq!(suppressor.finish(), Ok(()));
    }
    // Two of ten are suppressed, 1,000 times of 5,000, give or take 28.
    assert!(
        suppressed.iter().all(|count| (880..1_120).contains(count)),
        "{suppressed:?}"
    );
}

#[test]
fn the_draw_is_asked_for_only_where_records_are_treated_differently() {
    let mut suppressor = Suppressor::new(table(&[(&[1], 9), (&[2], 4)]).suppress(3));
    for _ in 0..9 {
        suppressor.suppress(&[1], || unreachable!("all nine are treated alike"));
    }
}

#[test]
fn records_that_changed_between_the_passes_are_noticed() {
    let mut suppressor = Suppressor::new(table(&[(&[1], 3), (&[2], 3)]).suppress(3));
    for _ in 0..4 {
        suppressor.suppress(&[1], || 0);
    }
    let unknown = suppressor.suppress(&[9], || 0);
    assert_eq!(unknown.cells, QiSet::all(1));
    assert_eq!(unknown.class, None);
    let drift = SnapshotMismatch {
        missing: 3,
        unexpected: 2,
    };
    assert_eq!(suppressor.finish(), Err(drift));
}

#[test]
fn a_dictionary_gives_the_same_codes_in_whatever_order_answers_come() {
    let answers: [&[u8]; 4] = [b"c", b"a", b"d", b"b"];
    let coded = |answers: &[&[u8]]| {
        let mut table = FrequencyTable::new(2).unwrap();
        let mut dictionary = Dictionary::default();
        for answer in answers {
            table.add(&[dictionary.code(answer), 7]).unwrap();
        }
        let sealed = dictionary.seal();
        let new = |column, code| sealed.get(code as usize).filter(|_| column == 0).copied();
        table.recode(new);
        let codes = [b"a", b"b", b"c", b"d"].map(|answer| dictionary.find(answer));
        assert_eq!(dictionary.find(b"e"), Dictionary::UNKNOWN);
        assert_eq!(table.combinations(), 4);
        codes
    };
    assert_eq!(coded(&answers), [0, 1, 2, 3]);
    let turned: Vec<&[u8]> = answers.iter().rev().copied().collect();
    assert_eq!(coded(&turned), [0, 1, 2, 3]);
}

#[test]
fn diversity_is_that_of_the_most_uniform_class() {
    let plan = table(&[(&[1], 3), (&[2], 4)]).suppress(3);
    let mut suppressor = Suppressor::new(plan);
    let mut diversity = Diversity::new(vec!["pain".to_owned(), "sleep".to_owned()]);
    let answers = [
        (1, [Some(1), Some(4)]),
        (1, [Some(1), None]),
        (1, [Some(1), Some(5)]),
        (2, [Some(1), Some(4)]),
        (2, [Some(2), Some(4)]),
        (2, [Some(3), Some(5)]),
        (2, [None, Some(4)]),
    ];
    for (code, answers) in answers {
        let class = suppressor.suppress(&[code], || 0).class.unwrap();
        let shown = answers.map(|answer| answer.map_or(Shown::Nothing, Shown::Answer));
        diversity.add(class, &shown);
    }
    let report = diversity.report();
    assert_eq!(
        (report[0].least_distinct, report[0].uniform_classes),
        (1, 1)
    );
    assert_eq!(
        (report[1].least_distinct, report[1].uniform_classes),
        (2, 0)
    );
    assert_eq!(report[1].question, "sleep");
}

#[test]
fn what_is_suppressed_says_nothing_and_counts_as_nothing() {
    let mut suppressor = Suppressor::new(table(&[(&[1], 3), (&[2], 3)]).suppress(3));
    let mut diversity = Diversity::new(vec!["pain".to_owned()]);
    for record in 0..3 {
        let class = suppressor.suppress(&[1], || 0).class.unwrap();
        diversity.add(class, &[Shown::Masked]);
        let class = suppressor.suppress(&[2], || 0).class.unwrap();
        diversity.add(class, &[Shown::Answer(record)]);
    }
    let report = diversity.report();
    assert_eq!(
        (report[0].least_distinct, report[0].uniform_classes),
        (3, 0)
    );
}

//! Agreement with the Python package `cell-key-perturbation` of the Office for National Statistics.

use std::collections::BTreeMap;

use super::super::{Cell, PerturbationTable, RecordKey};
use super::ptable::numbers;

const RECORDS: &str =
    include_str!("../../../../../tests/vectors/cell-key-perturbation/records.csv");
const TABLE: &str = include_str!("../../../../../tests/vectors/cell-key-perturbation/table.csv");
const COUNTS: &str = include_str!("../../../../../tests/vectors/cell-key-perturbation/counts.csv");

/// Suppressed there is 0 here.
fn count(cell: f64) -> u64 {
    if cell.is_nan() { 0 } else { cell as u64 }
}

/// Record keys there are from 0 to 255: the first eight bits of ours. Cell keys are their sums modulo 256 in both.
#[test]
fn cell_keys_and_counts_agree_with_the_example_of_the_package() {
    let mut cells: BTreeMap<[u64; 3], Cell> = BTreeMap::new();
    for row in numbers(RECORDS) {
        let [key, var1, var5, var8] = [0, 1, 2, 3].map(|at| row[at] as u64);
        let record = RecordKey::from_bits(key << 56);
        for place in [[var1, var5, var8], [var1, 0, 0]] {
            cells.entry(place).or_default().add(record);
        }
    }
    let table = PerturbationTable::rule_10_5();
    let expected = numbers(TABLE);
    assert_eq!(expected.len(), 205);
    for row in expected {
        let place = [0, 1, 2].map(|at| row[at] as u64);
        let cell = cells.get(&place).copied().unwrap_or_default();
        assert_eq!(cell.true_count(), row[3] as u64, "{place:?}");
        assert_eq!(cell.key().to_bits() >> 56, row[4] as u64, "{place:?}");
        assert_eq!(table.published(cell), count(row[5]), "{place:?}");
    }
}

#[test]
fn counts_of_any_size_agree_with_the_package_whatever_the_key() {
    let table = PerturbationTable::rule_10_5();
    let expected = numbers(COUNTS);
    assert_eq!(expected.len(), 60);
    for row in expected {
        for key in super::even_keys(4) {
            let cell = Cell::new(row[0] as u64, super::CellKey::from_bits(key));
            assert_eq!(table.published(cell), count(row[1]), "{}", row[0]);
        }
    }
    assert_eq!(table.likely_true_counts(0), (0, 9));
    assert_eq!(table.likely_true_counts(10), (10, 12));
    assert_eq!(table.likely_true_counts(1000), (998, 1002));
}

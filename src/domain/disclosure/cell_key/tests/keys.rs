//! Record keys, cell keys, and tallies.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::{Bounds, Cell, OtherBounds, RecordKey, Total};
use super::{Numbers, mean_and_variance, method};
use crate::domain::ids::ResponseId;
use crate::domain::server_key::ServerKey;

fn keys_of(server: u8, ids: std::ops::Range<u128>) -> Vec<u64> {
    let server = ServerKey::new([server; 32]);
    ids.map(|id| {
        let mut cell = Cell::default();
        cell.add(server.record_key(ResponseId(Uuid::from_u128(id))));
        cell.key().to_bits()
    })
    .collect()
}

#[test]
fn a_record_key_follows_from_the_id_and_the_server_key_alone() {
    assert_eq!(keys_of(1, 0..20), keys_of(1, 0..20));
    for (a, b) in keys_of(1, 0..20).iter().zip(keys_of(2, 0..20)) {
        assert_ne!(*a, b);
    }
    // HMAC-SHA-256 of "record key" and the id, each after its length, under 32 bytes of 1. Computed with Python's hmac.
    assert_eq!(keys_of(1, 5..6), [KNOWN]);
}

const KNOWN: u64 = 1326223618170872420;

#[test]
fn record_keys_are_as_good_as_uniform() {
    let keys = keys_of(1, 0..20_000);
    let fractions: Vec<f64> = keys.iter().map(|it| *it as f64 / 2_f64.powi(64)).collect();
    let (mean, variance) = mean_and_variance(&fractions);
    // Four standard errors.
    assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / 20_000_f64).sqrt());
    assert!((variance - 1.0 / 12.0).abs() < 4.0 * (1.0 / 180.0 / 20_000_f64).sqrt());
}

#[test]
fn keys_are_not_printed() {
    let record = RecordKey::from_bits(123_456);
    let mut cell = Cell::default();
    cell.add(record);
    assert!(!format!("{record:?} {cell:?}").contains("123456"));
}

#[test]
fn values_out_of_bounds_count_as_the_bound_and_bounds_leave_a_range() {
    assert!(Bounds::new(1.0, 1.0).is_err());
    assert!(Bounds::new(1.0, f64::NAN).is_err());
    assert!(Bounds::new(0.0, f64::INFINITY).is_err());
    let bounds = Bounds::new(-10.0, 10.0).unwrap();
    let mut total = Total::new(bounds);
    for (value, sum) in [(-11.0, 0), (11.0, 1_000_000_000), (0.0, 1_500_000_000)] {
        total.add(value, RecordKey::from_bits(0));
        assert_eq!(total.sums().0, sum);
    }
    let other = Total::new(Bounds::new(0.0, 10.0).unwrap());
    assert_eq!(total.merge(&other), Err(OtherBounds));
}

proptest! {
    /// The same responses give the same cell, in every order and in parts.
    #[test]
    fn the_same_responses_give_the_same_figures_in_whatever_order(
        records in prop::collection::vec((any::<u64>(), 0.0..=100.0), 20..60),
        cut in any::<prop::sample::Index>(),
        turn in any::<prop::sample::Index>(),
    ) {
        let bounds = Bounds::new(0.0, 100.0).unwrap();
        let total_of = |records: &[(u64, f64)]| {
            let mut total = Total::new(bounds);
            for (key, value) in records {
                total.add(*value, RecordKey::from_bits(*key));
            }
            total
        };
        let expected = total_of(&records);

        let (first, second) = records.split_at(cut.index(records.len()));
        let mut merged = total_of(second);
        merged.merge(&total_of(first)).unwrap();
        prop_assert_eq!(merged, expected);

        let mut turned = records.clone();
        turned.rotate_left(turn.index(records.len()));
        turned.reverse();
        let tally = total_of(&turned);
        prop_assert_eq!(tally, expected);

        let (sum, squares) = expected.sums();
        let stored = Total::of_tally(bounds, expected.cell(), sum, squares);
        let method = method();
        prop_assert_eq!(method.mean(&stored, "eating"), method.mean(&tally, "eating"));
        prop_assert_eq!(method.count(stored.cell()), method.count(tally.cell()));
    }

    /// No count is farther away than `D`, below 0, or from 1 to `js`, and 0 stays 0.
    #[test]
    fn every_published_count_is_allowed(n in prop_oneof![0..30_u64, any::<u64>()], key in any::<u64>()) {
        let cell = Cell::new(n, super::CellKey::from_bits(key));
        let count = method().count(cell);
        prop_assert!(count.value == 0 || count.value > 2);
        prop_assert!(count.value.abs_diff(n) <= 5);
        prop_assert!(n > 0 || count.value == 0);
        prop_assert!(count.lower <= count.upper);
        prop_assert_eq!(count, method().count(cell));
    }
}

#[test]
fn noise_for_sums_is_unrelated_to_that_of_counts_and_of_other_sums() {
    let table = method().table().clone();
    let mut numbers = Numbers(1);
    let noises: Vec<[f64; 4]> = (0..20_000)
        .map(|_| {
            let cell = numbers.cell(100);
            let sum = |measure, power| table.continuous_noise(cell.key().of_sum(measure, power));
            let count = table.published(cell) as f64 - 100.0;
            [count, sum("eating", 1), sum("eating", 2), sum("sleep", 1)]
        })
        .collect();
    for a in 0..4 {
        let of = |at: usize| noises.iter().map(|it| it[at]).collect::<Vec<_>>();
        let (mean, variance) = mean_and_variance(&of(a));
        assert!(mean.abs() < 4.0 * (3.1_f64 / 20_000.0).sqrt(), "{mean}");
        let expected = if a == 0 {
            3.0
        } else {
            table.continuous_variance()
        };
        assert!((variance - expected).abs() < 0.15, "{variance}");
        for b in 0..a {
            let products: f64 = noises.iter().map(|it| it[a] * it[b]).sum();
            let correlation = products / 20_000.0 / 3.0;
            assert!(
                correlation.abs() < 4.0 / 20_000_f64.sqrt(),
                "{a} {b}: {correlation}"
            );
        }
    }
}

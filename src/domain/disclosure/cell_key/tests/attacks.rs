//! What somebody tries who may ask for any figure as often as they like.

use super::super::{Bounds, Cell, CellKey, Parameters, PerturbationTable, RecordKey, Total};
use super::{Numbers, even_keys, mean_and_variance, method};

fn table() -> PerturbationTable {
    PerturbationTable::of_maximum_entropy(Parameters::DEFAULT).unwrap()
}

const V: f64 = Parameters::DEFAULT.variance;

#[test]
fn zeros_stay_and_counts_up_to_the_threshold_never_come_out() {
    let table = table();
    for n in 0..=40 {
        for key in even_keys(14).chain([0, u64::MAX]) {
            let published = table.published(Cell::new(n, CellKey::from_bits(key)));
            assert!(published == 0 || published > 2, "{n} became {published}");
            assert!(n > 0 || published == 0);
            assert!(published.abs_diff(n) <= 5);
        }
    }
}

/// A group in which the count of one option is that of the group, question after question, is a single response. So such
/// groups must not be seen at all.
#[test]
fn a_group_of_fewer_than_five_is_never_seen_whatever_is_asked_of_it() {
    let method = method();
    let mut shown = 0;
    for n in 1..=40 {
        for key in even_keys(12) {
            let cell = Cell::new(n, CellKey::from_bits(key));
            let count = method.count_from_floor(cell);
            assert!(count.value == 0 || count.value >= method.floor(), "{n}");
            assert!(count.value == 0 || n >= 5, "{n} became {}", count.value);
            assert!(n < 15 || count == method.count(cell));
            shown += u32::from(count.value > 0);
        }
    }
    assert!(shown > 0);
}

#[test]
fn counts_are_right_on_average() {
    let table = table();
    for n in [0, 1, 2, 3, 5, 8, 9, 100, 1_000_000] {
        let of_table: f64 = table.noises(n).map(|(v, p)| v as f64 * p).sum();
        assert!(of_table.abs() < 1e-7, "{n}: {of_table}");
        // And so does the look-up.
        let looked_up: Vec<f64> = even_keys(16)
            .map(|key| table.published(Cell::new(n, CellKey::from_bits(key))) as f64 - n as f64)
            .collect();
        let (mean, variance) = mean_and_variance(&looked_up);
        assert!(mean.abs() < 1e-3, "{n}: {mean}");
        assert!(n == 0 || (variance - V).abs() < 1e-2, "{n}: {variance}");
    }
}

#[test]
fn the_average_of_a_thousand_repeats_is_the_single_answer() {
    let mut numbers = Numbers(2);
    let records: Vec<RecordKey> = (0..200).map(|_| numbers.record()).collect();
    let method = method();
    let ask = |from: usize| {
        let mut total = Total::new(Bounds::new(0.0, 4.0).unwrap());
        for at in 0..records.len() {
            // The same responses, read in another order each time.
            let at = (at + from) % records.len();
            total.add((at % 5) as f64, records[at]);
        }
        (
            method.count(total.cell()),
            method.mean(&total, "eating").unwrap(),
        )
    };
    let single = ask(0);
    assert_ne!(single.1.value, 2.0, "there is noise");
    for from in 0..1000 {
        assert_eq!(ask(from), single);
    }
}

/// Whatever noise the first count has, the second one's is distributed as if it had never been asked for.
#[test]
fn one_response_more_gives_noise_that_is_independent_of_that_without_it() {
    let table = table();
    for n in [1, 2, 5, 8, 100] {
        for first in even_keys(5) {
            let first = Cell::new(n, CellKey::from_bits(first));
            let mut seen = std::collections::BTreeMap::new();
            for record in even_keys(14) {
                let mut second = first;
                second.add(RecordKey::from_bits(record));
                *seen.entry(table.published(second)).or_insert(0.0) += 2_f64.powi(-14);
            }
            for (noise, probability) in table.noises(n + 1) {
                let share = seen
                    .remove(&(n + 1).saturating_add_signed(noise))
                    .unwrap_or(0.0);
                assert!((share - probability).abs() < 2e-4, "{n}: {noise}");
            }
            assert!(seen.is_empty());
        }
    }
}

#[test]
fn the_difference_of_two_counts_has_the_noise_of_both() {
    let table = table();
    let mut numbers = Numbers(3);
    let differences: Vec<f64> = (0..50_000)
        .map(|_| {
            let without = numbers.cell(100);
            let mut with = without;
            with.add(numbers.record());
            table.published(with) as f64 - table.published(without) as f64
        })
        .collect();
    let (mean, variance) = mean_and_variance(&differences);
    assert!(
        (mean - 1.0).abs() < 4.0 * (2.0 * V / 50_000.0).sqrt(),
        "{mean}"
    );
    assert!((variance - 2.0 * V).abs() < 0.2, "{variance}");
}

/// What remains: two filters that hold the same responses give the same count, so a difference shows that they do not.
/// `docs/privacy.md` says so. No more than this comes out: how many they differ by stays open.
#[test]
fn unequal_counts_show_that_two_cells_differ_but_not_by_how_many() {
    let table = table();
    let mut numbers = Numbers(4);
    let mut equal = 0;
    let mut told = 0;
    const TRIES: u32 = 50_000;
    for at in 0..TRIES {
        let first = numbers.cell(100);
        let mut second = first;
        let more = 1 + at % 2;
        for _ in 0..more {
            second.add(numbers.record());
        }
        let difference = table.published(second) as f64 - table.published(first) as f64;
        equal += u32::from(more == 1 && difference == 0.0);
        // The best guess of one or two.
        let guess = if difference > 1.5 { 2 } else { 1 };
        told += u32::from(guess == more);
    }
    let (equal, told) = (
        f64::from(equal) / f64::from(TRIES / 2),
        f64::from(told) / f64::from(TRIES),
    );
    // 15 of 100, as the page says.
    assert!((equal - 0.149).abs() < 0.01, "{equal}");
    // A coin gives a half.
    assert!(told < 0.60, "{told}");
}

/// Somebody knows that a person is in one group and not in the other, which are the same otherwise, and compares their means.
#[test]
fn the_difference_of_two_means_hardly_tells_the_value_of_one_response() {
    let method = method();
    let mut numbers = Numbers(5);
    let bounds = Bounds::new(0.0, 100.0).unwrap();
    const TRIES: u32 = 5_000;
    let mut told = 0;
    for at in 0..TRIES {
        let mut without = Total::new(bounds);
        for _ in 0..60 {
            without.add(100.0 * numbers.fraction(), numbers.record());
        }
        let mut with = without;
        let high = at % 2 == 0;
        with.add(if high { 100.0 } else { 0.0 }, numbers.record());
        let sum = |total: &Total| {
            // Even with the true counts, which nobody gets.
            let mean = method.mean(total, "eating").unwrap();
            let base = mean.base as f64;
            (mean.value - 50.0) * base
        };
        let guess = sum(&with) - sum(&without) > 0.0;
        told += u32::from(guess == high);
    }
    let told = f64::from(told) / f64::from(TRIES);
    assert!(told < 0.62, "{told}");
}

/// The best that anybody can make of one sum, the true sum of all others known: the chance of a right guess between the two
/// bounds is a half and half the distance between the noise and the noise moved by the range.
#[test]
fn one_sum_tells_an_extreme_value_with_a_chance_of_at_most_62_percent() {
    let probabilities: Vec<f64> = table().noises(u64::MAX).map(|it| it.1).collect();
    let mut padded = vec![0.0];
    padded.extend(&probabilities);
    padded.push(0.0);
    let distance: f64 = padded
        .windows(2)
        .map(|it| (it[1] - it[0]).abs())
        .sum::<f64>()
        / 2.0;
    let chance = 0.5 + distance / 2.0;
    assert!((0.61..0.62).contains(&chance), "{chance}");
}

/// The remainder of a sum of whole numbers would be exact if noise were a multiple of one unit.
#[test]
fn sums_of_whole_numbers_lose_their_remainder() {
    let table = table();
    let mut numbers = Numbers(6);
    let remainders: Vec<f64> = (0..20_000)
        .map(|_| {
            table
                .continuous_noise(CellKey::from_bits(numbers.bits()))
                .rem_euclid(1.0)
        })
        .collect();
    let (mean, variance) = mean_and_variance(&remainders);
    assert!((mean - 0.5).abs() < 0.01, "{mean}");
    assert!((variance - 1.0 / 12.0).abs() < 0.005, "{variance}");
}

/// A total and all parts but one: what do they tell of that one?
#[test]
fn a_hidden_part_is_estimated_with_the_noise_of_everything_else_added_up() {
    let table = table();
    let mut numbers = Numbers(7);
    let mut additive = 0;
    let errors: Vec<f64> = (0..20_000)
        .map(|_| {
            let parts: Vec<Cell> = (0..10).map(|at| numbers.cell(20 + at)).collect();
            let mut total = Cell::default();
            parts.iter().for_each(|part| total.merge(*part));
            let published = |cell: &Cell| table.published(*cell) as f64;
            let others: f64 = parts[1..].iter().map(published).sum();
            let sum = others + published(&parts[0]);
            additive += u32::from(sum == published(&total));
            published(&total) - others - 20.0
        })
        .collect();
    let (mean, variance) = mean_and_variance(&errors);
    // The noise of nine parts and of the total.
    let expected = 10.0 * V;
    assert!(mean.abs() < 4.0 * (expected / 20_000.0).sqrt(), "{mean}");
    assert!((variance / expected - 1.0).abs() < 0.05, "{variance}");
    assert!(
        additive < 20_000 / 10,
        "sums agree with totals by chance: {additive}"
    );
}

/// What remains: every question splits a group anew, and each sum over its options is another estimate of the group's size.
/// `docs/privacy.md` says how far that leads.
#[test]
fn the_sums_over_many_questions_narrow_a_total_only_as_their_noise_averages_out() {
    let table = table();
    let mut numbers = Numbers(8);
    let errors: Vec<f64> = (0..2_000)
        .map(|_| {
            let sums: f64 = (0..40)
                .map(|_| {
                    let options = (0..5).map(|_| table.published(numbers.cell(40)));
                    options.sum::<u64>() as f64
                })
                .sum();
            sums / 40.0 - 200.0
        })
        .collect();
    let (mean, variance) = mean_and_variance(&errors);
    let expected = 5.0 * V / 40.0;
    assert!(mean.abs() < 4.0 * (expected / 2_000.0).sqrt(), "{mean}");
    assert!((variance / expected - 1.0).abs() < 0.15, "{variance}");
}

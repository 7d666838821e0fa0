//! Intervals, floors and changes.

use super::super::figures::ProtectedFigure;
use super::super::{Bounds, Cell, CellKeyMethod, Parameters, PerturbationTable, Total};
use super::ptable::parameters;
use super::{Numbers, method};

#[test]
fn the_interval_of_a_count_holds_the_true_one_with_at_least_95_percent_whatever_it_is() {
    for parameters in [
        Parameters::DEFAULT,
        parameters(2, 1.05, 1),
        parameters(8, 5.0, 0),
    ] {
        let table = PerturbationTable::of_maximum_entropy(parameters).unwrap();
        for n in (0..40_u64).chain([1000, u64::MAX - 20]) {
            let covered: f64 = table
                .noises(n)
                .filter(|(noise, _)| {
                    let published = n.saturating_add_signed(*noise);
                    let (lower, upper) = table.likely_true_counts(published);
                    (lower..=upper).contains(&n)
                })
                .map(|it| it.1)
                .sum();
            assert!(covered >= 0.95, "{n}: {covered}");
        }
    }
    let table = method().table().clone();
    assert_eq!(table.likely_true_counts(0), (0, 4));
    assert_eq!(table.likely_true_counts(100), (97, 103));
}

/// Wilson's interval for 40 of 100 is 0.3094 to 0.4980, and for 0 of 20 it is 0 to 0.1611 (Newcombe 1998).
#[test]
fn without_noise_the_interval_of_a_share_is_that_of_wilson() {
    let table = PerturbationTable::of_maximum_entropy(parameters(1, 1e-4, 0)).unwrap();
    for (part, base, lower, upper) in [(40, 100, 0.3094, 0.4980), (0, 20, 0.0, 0.1611)] {
        let share = ProtectedFigure::share(&table, part, base);
        assert!((share.lower - lower).abs() < 2e-4, "{share:?}");
        assert!((share.upper - upper).abs() < 2e-4, "{share:?}");
    }
}

#[test]
fn noise_makes_the_interval_of_a_share_wider_and_bounds_hold() {
    let noisy = method().table().clone();
    let quiet = PerturbationTable::of_maximum_entropy(parameters(1, 1e-4, 0)).unwrap();
    for base in [10, 11, 20, 100, 1000] {
        for part in (0..=base + 5).filter(|part| *part == 0 || *part > 2) {
            let [noisy, quiet] = [&noisy, &quiet].map(|it| ProtectedFigure::share(it, part, base));
            assert!(noisy.upper - noisy.lower >= quiet.upper - quiet.lower);
            for share in [noisy, quiet] {
                assert!(
                    0.0 <= share.lower && share.lower <= share.value,
                    "{share:?}"
                );
                assert!(
                    share.value <= share.upper && share.upper <= 1.0,
                    "{share:?}"
                );
            }
        }
    }
}

#[test]
fn figures_below_the_floor_do_not_come_out() {
    let method = method();
    let mut numbers = Numbers(9);
    let mut out = 0;
    for at in 0..4000 {
        let whole = numbers.cell(at % 20);
        let base = method.count(whole).value;
        let share = method.share(numbers.cell(at % 20 / 2), whole);
        let mut total = Total::new(Bounds::new(0.0, 1.0).unwrap());
        total = Total::of_tally(total.bounds(), whole, 0, 0);
        let mean = method.mean(&total, "eating");
        assert_eq!(share.is_some(), base >= 10);
        assert_eq!(mean.is_some(), base >= 10);
        assert!(share.is_none_or(|it| it.base == base) && mean.is_none_or(|it| it.base == base));
        if share.is_some() {
            assert!(whole.true_count() >= 5);
            out += 1;
        }
    }
    assert!(out > 1000);
    // A floor of 0 would divide by 0.
    let method = CellKeyMethod::new(Parameters::DEFAULT, 0).unwrap();
    assert_eq!(method.share(Cell::default(), Cell::default()), None);
}

#[test]
fn a_part_that_is_all_has_the_share_1() {
    let mut numbers = Numbers(10);
    for n in 20..200 {
        let cell = numbers.cell(n);
        assert_eq!(method().share(cell, cell).unwrap().value, 1.0);
    }
}

/// People are drawn, and then noise: how often does the interval hold the truth about all people?
#[test]
fn intervals_of_shares_hold_sampling_and_noise() {
    let method = method();
    let mut numbers = Numbers(11);
    for (n, p) in [
        (10, 0.5),
        (20, 0.3),
        (40, 0.1),
        (100, 0.5),
        (300, 0.02),
        (2000, 0.7),
    ] {
        let (mut held, mut tries) = (0, 0);
        for _ in 0..3000 {
            let (mut yes, mut no) = (0, 0);
            for _ in 0..n {
                if numbers.fraction() < p {
                    yes += 1
                } else {
                    no += 1
                }
            }
            let part = numbers.cell(yes);
            let mut whole = numbers.cell(no);
            whole.merge(part);
            if let Some(share) = method.share(part, whole) {
                tries += 1;
                held += i32::from(share.lower <= p && p <= share.upper);
            }
        }
        let held = f64::from(held) / f64::from(tries);
        assert!((0.935..0.9999).contains(&held), "{n} {p}: {held}");
    }
}

#[test]
fn intervals_of_means_hold_sampling_and_noise_and_are_not_too_wide() {
    let method = method();
    let mut numbers = Numbers(12);
    let bounds = Bounds::new(0.0, 100.0).unwrap();
    // The values are 100 u³ and 100 u: their means are 25 and 50.
    for (n, power, expected, widest) in [
        (20, 3, 25.0, 60.0),
        (50, 3, 25.0, 30.0),
        (200, 3, 25.0, 11.0),
        (1000, 1, 50.0, 4.5),
    ] {
        let (mut held, mut tries, mut width, mut sum) = (0, 0, 0.0, 0.0);
        for _ in 0..2000 {
            let mut total = Total::new(bounds);
            for _ in 0..n {
                total.add(100.0 * numbers.fraction().powi(power), numbers.record());
            }
            if let Some(mean) = method.mean(&total, "eating") {
                assert!(0.0 <= mean.lower && mean.lower <= mean.value);
                assert!(mean.value <= mean.upper && mean.upper <= 100.0);
                tries += 1;
                held += i32::from(mean.lower <= expected && expected <= mean.upper);
                width += mean.upper - mean.lower;
                sum += mean.value;
            }
        }
        let tries = f64::from(tries);
        let (held, width) = (f64::from(held) / tries, width / tries);
        assert!((0.935..0.999).contains(&held), "{n}: {held}");
        assert!(width < widest, "{n}: {width}");
        let off = sum / tries - expected;
        assert!(off.abs() < 1.0, "{n}: {off}");
    }
}

/// The mean of yes and no is their share, and has the same interval at large, up to the spread of noise over its unit.
#[test]
fn the_mean_of_yes_and_no_is_protected_as_their_share_is() {
    let mut numbers = Numbers(13);
    let mut total = Total::new(Bounds::new(0.0, 1.0).unwrap());
    let mut yes = Cell::default();
    for at in 0..3000 {
        let record = numbers.record();
        total.add(f64::from(at % 3 == 0), record);
        if at % 3 == 0 {
            yes.add(record);
        }
    }
    let share = method().share(yes, total.cell()).unwrap();
    let mean = method().mean(&total, "yes").unwrap();
    assert!((share.value - mean.value).abs() < 12.0 / 3000.0);
    let widths = [share, mean].map(|it| it.upper - it.lower);
    assert!((widths[0] / widths[1] - 1.0).abs() < 0.02, "{widths:?}");
}

#[test]
fn a_change_between_campaigns_has_an_interval_that_holds_it() {
    let table = PerturbationTable::of_maximum_entropy(parameters(1, 1e-4, 0)).unwrap();
    // Newcombe 1998, Statistics in Medicine 17, 873: 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339.
    let share = |part, base| ProtectedFigure::share(&table, part, base);
    let change = share(56, 70).change_from(&share(48, 80));
    assert!((change.value - 0.2).abs() < 1e-12);
    assert!((change.lower - 0.0524).abs() < 3e-4, "{change:?}");
    assert!((change.upper - 0.3339).abs() < 3e-4, "{change:?}");
}

/// The table of parameters in `docs/privacy.md`: per cent, and intervals.
#[test]
fn the_page_says_what_the_parameters_do() {
    let columns = [
        (parameters(2, 1.05, 1), 37, (98, 102), 51, (0, 2), 28, 69),
        (Parameters::DEFAULT, 23, (97, 103), 73, (0, 4), 37, 61),
        (parameters(8, 5.0, 2), 18, (96, 104), 75, (0, 5), 27, 59),
    ];
    let percent = |probability: f64| (100.0 * probability).round() as u32;
    for (parameters, stays, of_100, falls, of_0, of_3, guessed) in columns {
        let table = PerturbationTable::of_maximum_entropy(parameters).unwrap();
        let chance = |from: u64, to: u64| -> f64 {
            let noise = to.cast_signed() - from.cast_signed();
            let found = table.noises(from).find(|it| it.0 == noise);
            found.map_or(0.0, |it| it.1)
        };
        assert_eq!(percent(chance(1000, 1000)), stays);
        assert_eq!(table.likely_true_counts(100), of_100);
        assert_eq!(percent(chance(1, 0)), falls);
        assert_eq!(table.likely_true_counts(0), of_0);
        let all: f64 = (0..20).map(|from| chance(from, 3)).sum();
        assert_eq!(percent((chance(1, 3) + chance(2, 3)) / all), of_3);
        // Noise that rises to 0 and falls from there tells two neighbours apart by its greatest probability.
        assert_eq!(percent(0.5 + chance(1000, 1000) / 2.0), guessed);
    }
}

/// The cost, as `docs/privacy.md` states it.
#[test]
fn the_page_says_what_noise_costs() {
    let table = method().table().clone();
    let half_width = |it: ProtectedFigure| (it.upper - it.lower) / 2.0;
    for (n, share, mean) in [(100, 10.4, 6.2), (1000, 3.1, 1.6)] {
        let found = half_width(ProtectedFigure::share(&table, n / 2, n));
        assert!((100.0 * found - share).abs() < 0.1, "{found}");
        // Half of the values at 25 and half at 75: the standard deviation is 25.
        let bounds = Bounds::new(0.0, 100.0).unwrap();
        let mut widths = 0.0;
        for key in super::even_keys(10) {
            let cell = Cell::new(n, super::CellKey::from_bits(key));
            let (sum, squares) = (n.cast_signed() * 500_000_000, n.cast_signed() * 312_500_000);
            let total = Total::of_tally(bounds, cell, sum, squares);
            widths += half_width(ProtectedFigure::mean(&table, &total, "eating", n)) / 1024.0;
        }
        assert!((widths - mean).abs() < 0.1, "{widths}");
    }
}

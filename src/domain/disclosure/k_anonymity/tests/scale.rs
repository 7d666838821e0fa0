//! Many records, many combinations, many columns.

use std::time::Instant;

use super::support::mixed;
use crate::domain::disclosure::k_anonymity::{FrequencyTable, Suppressor};

/// Options of eight background columns, as a form about life after cancer has them.
const OPTIONS: [u64; 8] = [3, 8, 14, 5, 6, 4, 3, 9];

/// Skewed codes: the first options are the commonest.
fn combination(record: u64, options: &[u64]) -> Vec<u32> {
    let cell = |(column, options): (u64, &u64)| {
        let draw = mixed(record * 64 + column) % (options * options * options);
        let code = (1..*options)
            .find(|code| draw < code * code * code)
            .unwrap_or(*options);
        (options - code) as u32
    };
    (0..).zip(options).map(cell).collect()
}

fn measure(records: u64, options: &[u64], k: u32) -> f64 {
    measure_weighted(records, options, &vec![1; options.len()], k)
}

#[allow(clippy::print_stdout, reason = "the figures are what it is run for")]
fn measure_weighted(records: u64, options: &[u64], weights: &[u32], k: u32) -> f64 {
    let started = Instant::now();
    let mut table = FrequencyTable::new(options.len()).unwrap();
    for record in 0..records {
        table.add(&combination(record, options)).unwrap();
    }
    let (combinations, counted) = (table.combinations(), started.elapsed());
    let started = Instant::now();
    let plan = table.suppress_weighted(k, weights).unwrap();
    let planned = started.elapsed();
    let cost = plan.cost().clone();
    let started = Instant::now();
    let mut suppressor = Suppressor::new(plan);
    for record in 0..records {
        suppressor.suppress(&combination(record, options), || mixed(record));
    }
    assert_eq!(suppressor.finish(), Ok(()));
    assert!(cost.smallest_class >= u64::from(k));
    let plain = cost.rare_records * options.len() as u64;
    if weights.iter().all(|weight| *weight == 1) {
        assert!(cost.suppressed_cells <= plain);
    }
    let weighted: u64 = (weights.iter().zip(&cost.suppressed_by_column))
        .map(|(weight, cells)| u64::from(*weight) * cells)
        .sum();
    println!(
        "{records} records, {combinations} combinations, {} columns, k {k}: counted in {counted:?}, planned in {planned:?}, \
         suppressed in {:?}; {} records rare, {} affected; {} of {} cells suppressed ({} per rare record), {plain} without care; \
         weighted cost {weighted}",
        options.len(),
        started.elapsed(),
        cost.rare_records,
        cost.records_affected,
        cost.suppressed_cells,
        cost.cells,
        cost.suppressed_cells as f64 / cost.rare_records as f64,
    );
    cost.suppressed_cells as f64 / cost.rare_records as f64
}

#[test]
fn thousands_of_combinations_are_planned() {
    let cells_per_rare_record = measure(5_000, &OPTIONS, 5);
    assert!(cells_per_rare_record < 2.1, "{cells_per_rare_record}");
}

#[test]
fn many_columns_are_planned_with_a_selection_of_patterns() {
    measure(1_000, &[3; 24], 5);
    measure(300, &[9; 64], 5);
    measure(200, &[200; 12], 5);
    measure(200, &[200; 64], 5);
}

/// `cargo test --release --lib k_anonymity -- --ignored --nocapture` for the figures.
#[test]
#[ignore = "figures, not a check; wants an optimised build"]
fn a_million_records() {
    measure(1_000_000, &OPTIONS, 5);
    measure(1_000_000, &OPTIONS, 10);
    measure(1_000_000, &[3, 8, 14, 5, 6, 4, 3, 9, 2, 2], 5);
    measure(1_000_000, &[3, 8, 14, 5, 6, 4, 3, 9, 2, 2, 3, 3], 5);
    measure(1_000_000, &[3, 8, 14, 5, 3], 5);
    measure(200_000, &OPTIONS, 5);
    measure(2_000, &[3, 8, 14, 5, 6], 5);
}

/// Campaign, version, language and week, then the background of the shipped form: half of the records are unique.
/// `cargo test --release --lib k_anonymity -- --ignored --nocapture` for the figures.
#[test]
#[ignore = "figures, not a check; wants an optimised build"]
fn a_million_records_with_what_stands_in_front() {
    let options = [2, 2, 2, 26, 10, 8, 4, 7, 120, 3];
    let weights = [3, 6, 2, 1, 20, 4, 4, 4, 14, 4];
    for records in [1_000, 10_000, 100_000, 1_000_000] {
        measure_weighted(records, &options, &weights, 5);
    }
}

//! Agreement with the R package `ptable`.

use super::super::{NoTable, Parameters, PerturbationTable};

const D2: &str = include_str!("../../../../../tests/vectors/ptable/D2-V1.05-js1.csv");
const D5: &str = include_str!("../../../../../tests/vectors/ptable/D5-V3-js2.csv");
const OTHERS: &str = include_str!("../../../../../tests/vectors/ptable/other-parameters.csv");

const TOLERANCE: f64 = 1e-6;

pub(super) const fn parameters(largest_noise: u32, variance: f64, threshold: u32) -> Parameters {
    Parameters {
        largest_noise,
        variance,
        threshold,
    }
}

/// The lines of a CSV file after its header and notes, as numbers. Words are NaN.
pub(super) fn numbers(csv: &str) -> Vec<Vec<f64>> {
    csv.lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| {
            let cells = line.split(',');
            cells.map(|it| it.parse().unwrap_or(f64::NAN)).collect()
        })
        .collect()
}

/// Checks each probability, and that the table has no others.
fn agree(table: &PerturbationTable, expected: &[(u64, u64, f64)], name: &str) {
    let last = expected.iter().map(|row| row.0).max().unwrap();
    let mut outcomes = 0;
    for (count, published, probability) in expected {
        let noise = published.cast_signed() - count.cast_signed();
        let found = table.noises(*count).find(|it| it.0 == noise);
        let ours = found.map_or(0.0, |it| it.1);
        outcomes += usize::from(found.is_some());
        let off = (ours - probability).abs();
        assert!(
            off < TOLERANCE,
            "{name}: {count} → {published}: {ours} is not {probability}"
        );
    }
    let all: usize = (0..=last).map(|count| table.noises(count).count()).sum();
    assert_eq!(outcomes, all, "{name}");
    // The last row is that of all greater counts.
    for count in [last + 1, last + 1000, u64::MAX] {
        assert!(table.noises(count).eq(table.noises(last)), "{name}");
    }
}

fn check(csv: &str, name: &str, parameters: Parameters) {
    let rows = numbers(csv);
    let expected: Vec<_> = rows
        .iter()
        .map(|row| (row[0] as u64, row[1] as u64, row[2]))
        .collect();
    let table = PerturbationTable::of_maximum_entropy(parameters).unwrap();
    agree(&table, &expected, name);
    // The intervals of the cell key agree as well.
    let mut below = 0.0;
    for row in &rows {
        let noise = row[3] as i64;
        if row[4] == 0.0 {
            below = 0.0;
        }
        let ours = table
            .noises(row[0] as u64)
            .find(|it| it.0 == noise)
            .unwrap()
            .1;
        assert!((below - row[4]).abs() < TOLERANCE);
        below += ours;
        assert!((below - row[5]).abs() < TOLERANCE);
    }
}

#[test]
fn tables_agree_with_those_of_ptable() {
    check(D2, "D2", parameters(2, 1.05, 1));
    check(D5, "D5", Parameters::DEFAULT);
}

#[test]
fn tables_of_other_parameters_agree_with_the_solver_of_ptable() {
    let rows = numbers(OTHERS);
    let tables = rows.chunk_by(|a, b| a[..3] == b[..3]);
    let mut checked = 0;
    for of_table in tables {
        let [d, v, js] = of_table[0][..3] else {
            unreachable!()
        };
        let mut expected = vec![(0, 0, 1.0)];
        let rows = of_table.iter();
        expected.extend(rows.map(|row| (row[3] as u64, row[4] as u64, row[5])));
        let table =
            PerturbationTable::of_maximum_entropy(parameters(d as u32, v, js as u32)).unwrap();
        agree(&table, &expected, &format!("D={d}, V={v}, js={js}"));
        checked += 1;
    }
    assert_eq!(checked, 10);
}

#[test]
fn parameters_without_a_table_are_refused_with_the_reason() {
    let refused =
        |d, v, js| PerturbationTable::of_maximum_entropy(parameters(d, v, js)).unwrap_err();
    assert_eq!(refused(0, 1.0, 0), NoTable::LargestNoise);
    assert_eq!(refused(101, 1.0, 0), NoTable::LargestNoise);
    for v in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(5, v, 2), NoTable::Variance);
    }
    assert_eq!(refused(2, 1.9, 2), NoTable::ThresholdTooLarge);
    assert_eq!(refused(5, 1.99, 2), NoTable::VarianceTooSmall { least: 2 });
    assert_eq!(refused(9, 5.9, 4), NoTable::VarianceTooSmall { least: 6 });
    assert_eq!(refused(3, 4.01, 0), NoTable::VarianceTooLarge { most: 4.0 });
    // No outcome is rarer than 10⁻⁸, so rare outcomes alone vary more than this.
    assert!(matches!(refused(100, 0.005, 0), NoTable::NoSolution { .. }));
    let reason = refused(5, 1.99, 2).to_string();
    assert!(reason.contains("at least 2"), "{reason}");
}

/// Every combination either has a table that keeps its promises or a reason why not.
#[test]
fn every_table_meets_its_constraints() {
    let mut tables = 0;
    for d in 1..=12 {
        for js in 0..=4 {
            for quarter in 1..=60 {
                let v = f64::from(quarter) / 4.0;
                let Ok(table) = PerturbationTable::of_maximum_entropy(parameters(d, v, js)) else {
                    assert!(v < 6.0 || v > f64::from(d * (d + 1)) / 3.0 || d <= js);
                    continue;
                };
                tables += 1;
                meets_constraints(&table, d, v, js);
            }
        }
    }
    assert!(tables > 1500, "{tables}");
}

fn meets_constraints(table: &PerturbationTable, d: u32, v: f64, js: u32) {
    let name = format!("D={d}, V={v}, js={js}");
    let last = u64::from(d + js + 1);
    for count in 0..=last {
        let row: Vec<_> = table.noises(count).collect();
        let sum: f64 = row.iter().map(|it| it.1).sum();
        let mean: f64 = row.iter().map(|it| it.1 * it.0 as f64).sum();
        let variance: f64 = row.iter().map(|it| it.1 * (it.0 * it.0) as f64).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{name}: {count}");
        assert!(mean.abs() < 1e-7, "{name}: {count}: mean {mean}");
        assert!(variance < v + 1e-5, "{name}: {count}: variance {variance}");
        if count == last {
            assert!((variance - v).abs() < 1e-5, "{name}: variance {variance}");
        }
        for (noise, _) in row {
            assert!(noise.unsigned_abs() <= u64::from(d), "{name}");
            let published = count.cast_signed() + noise;
            assert!(published == 0 || published > i64::from(js), "{name}");
        }
    }
}

//! Cells that are shown as groups, checked without the code that plans them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::support::{counted, mixed, table_of};
use crate::domain::disclosure::k_anonymity::{Hierarchy, MASKED, SuppressionPlan, Suppressor};

/// Codes of groups begin here.
const GROUPS: u32 = 1000;

/// A tree over the codes 0 to 7: at each level, pairs of what stands below, as far as `depth` goes. Its groups, with the codes
/// that they hold, are listed beside it.
fn tree(depth: u32, masked: u32) -> (Hierarchy, BTreeMap<u32, Vec<u32>>) {
    let mut hierarchy = Hierarchy::flat(masked);
    let mut held: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let group = |level: u32, code: u32| GROUPS * level + (code >> level);
    for level in 1..=depth {
        for code in 0..8 {
            hierarchy.group(group(level, code), masked * level / (depth + 1));
            let below = if level == 1 {
                code
            } else {
                group(level - 1, code)
            };
            hierarchy.below(below, group(level, code));
            held.entry(group(level, code)).or_default().push(code);
        }
    }
    (hierarchy, held)
}

fn shown(plan: &SuppressionPlan, rows: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut suppressor = Suppressor::new(plan.clone());
    let shown: Vec<Vec<u32>> = (0..)
        .zip(rows)
        .map(|(number, row)| {
            let decided = suppressor.suppress(row, || mixed(number));
            suppressor.shown(decided.class.unwrap()).to_vec()
        })
        .collect();
    suppressor.finish().unwrap();
    shown
}

fn rows() -> impl Strategy<Value = (Vec<u32>, Vec<Vec<u32>>)> {
    (1_usize..6).prop_flat_map(|columns| {
        let cell = (0_u32..8, 0_u32..8).prop_map(|(one, other)| one.min(other));
        let row = prop::collection::vec(cell, columns);
        (
            prop::collection::vec(0_u32..4, columns),
            prop::collection::vec(row, 0..150),
        )
    })
}

proptest! {
    /// Whatever is shown holds the true value, and `k` records or more show the same.
    #[test]
    fn every_combination_that_is_shown_is_true_and_shared_by_k((depths, rows) in rows(), k in 1_u32..9) {
        prop_assume!(rows.len() >= k as usize);
        let trees: Vec<_> = depths.iter().map(|depth| tree(*depth, 100)).collect();
        let hierarchies: Vec<Hierarchy> = trees.iter().map(|(tree, _)| tree.clone()).collect();
        let plan = table_of(depths.len(), &rows).generalise(k, &hierarchies).unwrap();
        let shown = shown(&plan, &rows);
        for (row, shown) in rows.iter().zip(&shown) {
            for ((cell, shown), (_, held)) in row.iter().zip(shown).zip(&trees) {
                let holds = held.get(shown).is_some_and(|held| held.contains(cell));
                prop_assert!(*shown == MASKED || shown == cell || holds, "{cell} is shown as {shown}");
            }
        }
        prop_assert!(counted(&shown).values().all(|size| *size >= u64::from(k)));
        let cells = |wanted: &dyn Fn(u32) -> bool| shown.iter().flatten().filter(|it| wanted(**it)).count() as u64;
        let cost = plan.cost();
        prop_assert_eq!(cost.suppressed_cells, cells(&|it| it == MASKED));
        prop_assert_eq!(cost.coarser_cells, cells(&|it| (GROUPS..MASKED).contains(&it)));
        prop_assert_eq!(cost.coarser_by_column.iter().sum::<u64>(), cost.coarser_cells);
    }

    #[test]
    fn the_order_of_rows_does_not_matter((depths, mut rows) in rows(), k in 2_u32..9) {
        prop_assume!(rows.len() >= k as usize);
        let hierarchies: Vec<Hierarchy> = depths.iter().map(|depth| tree(*depth, 100).0).collect();
        let plan = |rows: &[Vec<u32>]| table_of(depths.len(), rows).generalise(k, &hierarchies).unwrap();
        let before = counted(&shown(&plan(&rows), &rows));
        rows.reverse();
        let after = counted(&shown(&plan(&rows), &rows));
        prop_assert_eq!(before, after);
    }
}

#[test]
fn a_group_is_shown_where_one_is_enough() {
    let rows: Vec<Vec<u32>> = (0..8).flat_map(|code| vec![vec![code]; 3]).collect();
    let (hierarchy, _) = tree(3, 100);
    let plan = table_of(1, &rows).generalise(5, &[hierarchy]).unwrap();
    assert_eq!(plan.cost().suppressed_cells, 0);
    assert_eq!(plan.cost().coarser_cells, 24);
    assert_eq!(plan.cost().classes, 4, "pairs, and nothing coarser");
}

/// The *Adult* set of the UCI repository with the hierarchies of ARX, in a folder that the environment names. It is not part of
/// the project.
#[test]
#[ignore = "it needs the data: AFTERCARE_ADULT=folder cargo test --lib adult -- --ignored --nocapture"]
#[allow(clippy::print_stdout, reason = "the figures are what it is run for")]
#[allow(
    clippy::disallowed_methods,
    reason = "the data are no setting of the server"
)]
fn the_adult_set_loses_little() {
    let folder = std::env::var("AFTERCARE_ADULT").unwrap();
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}.csv")).unwrap();
    let csv = read("adult");
    let mut lines = csv.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let records: Vec<Vec<&str>> = lines.collect();
    let scale = 10_000_u32;
    let (mut hierarchies, mut codes) = (Vec::new(), Vec::new());
    for (column, name) in names.iter().enumerate() {
        let mut values: Vec<&str> = records.iter().map(|record| record[column]).collect();
        values.sort_unstable();
        values.dedup();
        let file = read(&format!("adult_hierarchy_{name}"));
        let paths: BTreeMap<&str, Vec<&str>> = file
            .lines()
            .map(|line| line.split(';').collect::<Vec<_>>())
            .map(|path| (path[0], path[1..path.len() - 1].to_vec()))
            .collect();
        let mut leaves: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
        let groups = |value: &str| -> Vec<Vec<&str>> {
            let path = &paths[value];
            (0..path.len())
                .map(|level| path[level..].to_vec())
                .collect()
        };
        for value in &values {
            for group in groups(value) {
                *leaves.entry(group).or_default() += 1;
            }
        }
        let numbers: BTreeMap<&Vec<&str>, u32> = leaves.keys().zip(1_000_000..).collect();
        let mut hierarchy = Hierarchy::flat(scale);
        for (group, leaves) in &leaves {
            hierarchy.group(
                numbers[group],
                scale * (leaves - 1) / (values.len() as u32 - 1),
            );
        }
        for (code, value) in (0..).zip(&values) {
            let mut below = code;
            for group in groups(value) {
                hierarchy.below(below, numbers[&group]);
                below = numbers[&group];
            }
        }
        hierarchies.push(hierarchy);
        let of: BTreeMap<&str, u32> = values.into_iter().zip(0..).collect();
        codes.push(of);
    }
    let rows: Vec<Vec<u32>> = records
        .iter()
        .map(|record| {
            record
                .iter()
                .zip(&codes)
                .map(|(value, of)| of[value])
                .collect()
        })
        .collect();
    for (with, hierarchies) in [
        ("levels", hierarchies.clone()),
        ("no levels", vec![Hierarchy::flat(scale); names.len()]),
    ] {
        let table = table_of(names.len(), &rows);
        let begun = std::time::Instant::now();
        let plan = table.generalise(5, &hierarchies).unwrap();
        let took = begun.elapsed();
        let lost: u64 = plan
            .shares()
            .map(|(_, shown, records)| {
                let cells = shown.iter().zip(&hierarchies);
                records
                    * cells
                        .map(|(code, tree)| u64::from(tree.cost(*code)))
                        .sum::<u64>()
            })
            .sum();
        let cost = plan.cost();
        println!(
            "{} records with {with}: loss {:.4}, {:.2} % of cells starred, smallest class {}, {} classes, planned in {took:?}",
            rows.len(),
            lost as f64 / f64::from(scale) / cost.cells as f64,
            100.0 * cost.suppressed_cells as f64 / cost.cells as f64,
            cost.smallest_class,
            cost.classes,
        );
        assert!(cost.smallest_class >= 5);
    }
}

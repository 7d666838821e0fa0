//! Tables to test with.

use std::collections::BTreeMap;

use crate::domain::disclosure::k_anonymity::{FrequencyTable, QiSet, SuppressionPlan, Suppressor};

/// A table of these combinations, each with its count.
pub fn table(groups: &[(&[u32], u64)]) -> FrequencyTable {
    let columns = groups
        .first()
        .map_or(0, |(combination, _)| combination.len());
    let mut table = FrequencyTable::new(columns).unwrap();
    for (combination, count) in groups {
        table.add_many(combination, *count).unwrap();
    }
    table
}

/// A table of records.
pub fn table_of(columns: usize, rows: &[Vec<u32>]) -> FrequencyTable {
    let mut table = FrequencyTable::new(columns).unwrap();
    for row in rows {
        table.add(row).unwrap();
    }
    table
}

/// A good enough mix of bits to draw with.
pub fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The rows as the export shows them, `None` where suppressed.
pub fn export(plan: &SuppressionPlan, rows: &[Vec<u32>]) -> Vec<Vec<Option<u32>>> {
    let mut suppressor = Suppressor::new(plan.clone());
    let shown = (0..)
        .zip(rows)
        .map(|(number, row)| show(row, suppressor.suppress(row, || mixed(number)).cells))
        .collect();
    suppressor.finish().unwrap();
    shown
}

pub fn show(row: &[u32], cells: QiSet) -> Vec<Option<u32>> {
    row.iter()
        .enumerate()
        .map(|(column, code)| (!cells.contains(column)).then_some(*code))
        .collect()
}

/// How many rows there are of each kind.
pub fn counted<T: Ord + Clone>(rows: &[T]) -> BTreeMap<T, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.clone()).or_default() += 1;
    }
    counts
}

/// What it costs to suppress all varied cells of rare records, with the cells of others that must be suppressed along.
pub fn plain_cost(columns: usize, rows: &[Vec<u32>], k: u64) -> u64 {
    let sizes: Vec<u64> = counted(rows).into_values().collect();
    let rare: u64 = sizes.iter().filter(|size| **size < k).sum();
    let (surplus, smallest) = sizes
        .iter()
        .filter(|size| **size >= k)
        .fold((0, u64::MAX), |(sum, least), size| {
            (sum + size - k, least.min(*size))
        });
    let fill = match k.saturating_sub(rare) {
        _ if rare == 0 => 0,
        need if need <= surplus => need,
        _ => smallest,
    };
    (rare + fill) * columns as u64
}

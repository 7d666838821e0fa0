//! From the key combinations of a table to what is suppressed of each.

use std::cmp::Reverse;

use super::cover::cover;
use super::key::{Key, Packing};
use super::key_combination::{KeyCombination, Share};
use super::padding::{pad_each, pad_together};
use super::partition::Partition;
use super::qi_set::QiSet;
use super::suppression_patterns::patterns;

/// What to suppress of each combination, in their order. With fewer than `k` records it is everything.
pub(super) fn plan(combinations: &[KeyCombination], k: u64, weights: &[u32]) -> Vec<Share> {
    let packing = Packing::of(combinations, weights.len());
    let plan = match packing.words() {
        1 => cheapest::<1>(combinations, &packing, k, weights),
        2 => cheapest::<2>(combinations, &packing, k, weights),
        3..=4 => cheapest::<4>(combinations, &packing, k, weights),
        _ => cheapest::<32>(combinations, &packing, k, weights),
    };
    plan.unwrap_or_else(|| suppress_all(combinations, weights.len()))
}

/// The cheapest of three plans: the cover with its rest padded one by one, the cover with its rest padded together, and no
/// cover. There is none with fewer than `k` records.
fn cheapest<const W: usize>(
    combinations: &[KeyCombination],
    packing: &Packing,
    k: u64,
    weights: &[u32],
) -> Option<Vec<Share>> {
    let keys: Vec<(Key<W>, u64)> = combinations
        .iter()
        .map(|combination| (packing.key(&combination.codes), combination.count))
        .collect();
    let weights: Vec<u64> = weights
        .iter()
        .map(|weight| u64::from(*weight).max(1))
        .collect();
    let mut columns: Vec<usize> = packing.varied().collect();
    columns.sort_by_key(|column| Reverse(packing.distinct(*column)));
    let patterns = patterns(&columns, combinations.len());
    let (differing, patterns) = patterns.split_last().unwrap_or((&QiSet::NONE, &[]));
    let mut uncovered = Partition::new(&keys, k, &weights);
    let mut one_by_one = uncovered.clone();
    pad_together(&mut uncovered, *differing);
    cover(&mut one_by_one, packing, patterns);
    let mut together = one_by_one.clone();
    pad_each(&mut one_by_one, packing);
    pad_together(&mut together, *differing);
    [one_by_one, together, uncovered]
        .into_iter()
        .filter(Partition::is_complete)
        .min_by_key(Partition::cost)
        .map(Partition::into_shares)
}

/// Everything suppressed.
fn suppress_all(combinations: &[KeyCombination], columns: usize) -> Vec<Share> {
    let share = |(combination, found): (usize, &KeyCombination)| Share {
        combination,
        suppressed: QiSet::all(columns),
        count: found.count,
    };
    combinations.iter().enumerate().map(share).collect()
}

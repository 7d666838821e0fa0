//! From the key combinations of a table to what is shown of each.

use std::cmp::Reverse;

use super::cover::cover;
use super::generalised::{Generalised, Nodes, Part, of_suppressed, total_cost};
use super::hierarchy::{Hierarchy, MASKED};
use super::key::{Key, Packing};
use super::key_combination::{KeyCombination, Share};
use super::padding::{pad_each, pad_together};
use super::partition::Partition;
use super::qi_set::QiSet;
use super::suppression_patterns::patterns;
use super::top_down::divide;

/// The classes of the records, and the nodes that they show. With fewer than `k` records everything is suppressed.
pub(super) fn plan(
    combinations: &[KeyCombination],
    k: u64,
    hierarchies: &[Hierarchy],
) -> (Vec<Generalised>, Vec<Nodes>) {
    let columns: Vec<Nodes> = (0..)
        .zip(hierarchies)
        .map(|(column, hierarchy)| Nodes::of(combinations, column, hierarchy))
        .collect();
    let counts: Vec<u64> = combinations.iter().map(|it| it.count).collect();
    match counts.iter().sum::<u64>() {
        0 => return (Vec::new(), columns),
        records if records < k => return (suppress_all(combinations, columns.len()), columns),
        _ if k <= 1 => return (as_they_are(combinations, &columns), columns),
        _ => {}
    }
    let packing = Packing::of(combinations, columns.len());
    let weights: Vec<u64> = hierarchies
        .iter()
        .map(|hierarchy| u64::from(hierarchy.cost(MASKED)))
        .collect();
    let suppressed = match packing.words() {
        1 => cheapest::<1>(combinations, &packing, k, &weights),
        2 => cheapest::<2>(combinations, &packing, k, &weights),
        3..=4 => cheapest::<4>(combinations, &packing, k, &weights),
        _ => cheapest::<32>(combinations, &packing, k, &weights),
    };
    let suppressed = suppressed.map(|shares| of_suppressed(combinations, &shares, &columns));
    let divided = divide(&counts, k, &columns);
    let plans = suppressed.into_iter().chain([divided]);
    let best = plans.min_by_key(|classes| total_cost(classes, &columns));
    (best.unwrap_or_default(), columns)
}

/// Each combination in a class of its own, which shows all of it.
fn as_they_are(combinations: &[KeyCombination], columns: &[Nodes]) -> Vec<Generalised> {
    let class = |(combination, it): (u32, &KeyCombination)| Generalised {
        shown: columns.iter().map(|it| it.cell(combination)).collect(),
        parts: vec![Part {
            combination,
            count: it.count,
        }],
    };
    (0..).zip(combinations).map(class).collect()
}

/// The cheapest of three plans: the cover with its rest padded one by one, the cover with its rest padded together, and no
/// cover. There is none with fewer than `k` records.
fn cheapest<const W: usize>(
    combinations: &[KeyCombination],
    packing: &Packing,
    k: u64,
    weights: &[u64],
) -> Option<Vec<Share>> {
    let keys: Vec<(Key<W>, u64)> = combinations
        .iter()
        .map(|combination| (packing.key(&combination.codes), combination.count))
        .collect();
    let mut columns: Vec<usize> = packing.varied().collect();
    columns.sort_by_key(|column| Reverse(packing.distinct(*column)));
    let patterns = patterns(&columns, combinations.len());
    let (differing, patterns) = patterns.split_last().unwrap_or((&QiSet::NONE, &[]));
    let mut uncovered = Partition::new(&keys, k, weights);
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
fn suppress_all(combinations: &[KeyCombination], columns: usize) -> Vec<Generalised> {
    let part = |(combination, found): (u32, &KeyCombination)| Part {
        combination,
        count: found.count,
    };
    let class = Generalised {
        shown: vec![0; columns],
        parts: (0..).zip(combinations).map(part).collect(),
    };
    vec![class]
}

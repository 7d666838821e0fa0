//! The greedy cover: patterns by weight, until none settles any more of the pending key combinations.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::key::{Key, KeyMap, Packing};
use super::partition::{Lender, Partition};
use super::qi_set::QiSet;

/// A pattern that waits for its turn: the lightest first, then the one that settles most records, then the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    weight: Reverse<u64>,
    /// The records that it settled when they were last counted. Since then they have not become more.
    settles: u64,
    pattern: Reverse<usize>,
}

/// Makes classes under these patterns. Combinations that find no class stay pending.
///
/// Takes time in the patterns times the pending combinations, and more where many patterns have the same weight.
pub(super) fn cover<const W: usize>(
    partition: &mut Partition<W>,
    packing: &Packing,
    patterns: &[QiSet],
) {
    let first_turn = |(pattern, suppressed): (usize, &QiSet)| Turn {
        weight: Reverse(partition.weight(*suppressed)),
        settles: u64::MAX,
        pattern: Reverse(pattern),
    };
    let mut waiting: BinaryHeap<Turn> = patterns.iter().enumerate().map(first_turn).collect();
    while let Some(turn) = waiting.pop() {
        let Some(suppressed) = patterns.get(turn.pattern.0).copied() else {
            continue;
        };
        let visible = packing.visible(suppressed);
        let groups = groups(partition, &visible);
        let settled = groups.values().filter(|records| **records >= partition.k);
        let turn = Turn {
            settles: settled.sum(),
            ..turn
        };
        if waiting.peek().is_some_and(|next| *next > turn) {
            waiting.push(turn);
            continue;
        }
        let lenders = lenders(partition, turn.weight.0, &visible, &groups);
        if turn.settles > 0 || !lenders.is_empty() {
            settle(partition, (suppressed, visible), &groups, lenders);
        }
        if partition.pending.is_empty() {
            return;
        }
    }
}

/// The counts of pending records that are equal in the visible columns.
fn groups<const W: usize>(partition: &Partition<W>, visible: &Key<W>) -> KeyMap<W, u64> {
    let mut groups = KeyMap::default();
    for (key, count) in partition.pending() {
        *groups.entry(key.intersection(visible)).or_default() += count;
    }
    groups
}

/// Makes a class of each group that has `k` records, or can borrow those that it lacks at no cost.
fn settle<const W: usize>(
    partition: &mut Partition<W>,
    (suppressed, visible): (QiSet, Key<W>),
    groups: &KeyMap<W, u64>,
    mut lenders: KeyMap<W, Vec<Lender>>,
) {
    let mut classes: KeyMap<W, Option<usize>> = KeyMap::default();
    for combination in std::mem::take(&mut partition.pending) {
        let Some((key, count)) = partition.combination(combination) else {
            continue;
        };
        let key = key.intersection(&visible);
        let class = *classes.entry(key).or_insert_with(|| {
            let records = groups.get(&key).copied().unwrap_or_default();
            let missing = partition.k.saturating_sub(records);
            let lenders = lenders.remove(&key).unwrap_or_default();
            let loans = partition.borrow(missing, lenders)?;
            Some(partition.open(suppressed, key, loans))
        });
        match class {
            Some(class) => partition.place(combination, count, class),
            None => partition.pending.push(combination),
        }
    }
}

/// The members of classes of the same weight, by the group of fewer than `k` records in which they would fit. Their records
/// cost the same there.
fn lenders<const W: usize>(
    partition: &Partition<W>,
    weight: u64,
    visible: &Key<W>,
    groups: &KeyMap<W, u64>,
) -> KeyMap<W, Vec<Lender>> {
    // Patterns have their turn by weight, so that the classes are sorted by it.
    let first = partition
        .classes
        .partition_point(|class| class.weight < weight);
    let mut lenders: KeyMap<W, Vec<Lender>> = KeyMap::default();
    for (number, class) in partition.classes.iter().enumerate().skip(first) {
        if partition.surplus(class) == 0 {
            continue;
        }
        for (lender, member) in partition.lenders(number).zip(&class.members) {
            if let Some((key, _)) = partition.combination(member.combination) {
                let key = key.intersection(visible);
                if groups
                    .get(&key)
                    .is_some_and(|records| *records < partition.k)
                {
                    lenders.entry(key).or_default().push(lender);
                }
            }
        }
    }
    lenders
}

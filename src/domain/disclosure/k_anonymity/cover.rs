//! The greedy cover: the cheapest candidate first, until every record has a class.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::QiSet;
use super::candidate::{Candidates, Price};
use super::donors::Donors;
use super::frequency_table::KeyCombination;
use super::key::Packing;
use super::plan::{Plan, Share, mask_all};
use super::refine::refine;
use super::suppression_patterns::patterns;

/// The cheaper of two plans: the greedy cover, and the masking of all cells of the pending records.
/// There are at least `k` records.
pub(super) fn cheapest(groups: &[KeyCombination], k: u64, weights: &[u32]) -> Vec<Share> {
    let packing = Packing::of(groups, weights.len());
    match packing.words() {
        1 => plan::<1>(groups, &packing, k, weights),
        2 => plan::<2>(groups, &packing, k, weights),
        3..=4 => plan::<4>(groups, &packing, k, weights),
        _ => plan::<32>(groups, &packing, k, weights),
    }
}

fn plan<const W: usize>(
    groups: &[KeyCombination],
    packing: &Packing,
    k: u64,
    weights: &[u32],
) -> Vec<Share> {
    let mut columns: Vec<usize> = packing.varied().collect();
    columns.sort_by_key(|column| Reverse(packing.distinct(*column)));
    let mut plan: Plan<W> = Plan::new(groups, packing, k, weights);
    if !plan.pending.is_empty() {
        let mut plain = plan.clone();
        cover(&mut plain, packing, &[QiSet::of(columns.iter().copied())]);
        cover(&mut plan, packing, &patterns(&columns, groups.len()));
        refine(&mut plan, packing);
        if !plan.is_sound() || plain.cost() < plan.cost() {
            plan = plain;
        }
    }
    // Not known to happen. If the planning has a fault, it shall cost cells and not anonymity.
    if !plan.is_sound() {
        return mask_all(groups, weights.len());
    }
    plan.shares()
}

/// A mask that waits for its turn: first the cheapest, then the one that settles most records, then the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    price: Reverse<Price>,
    records: u64,
    pattern: Reverse<usize>,
}

impl Turn {
    /// Whether the other one should wait for it: being hardly dearer, or settling nine tenths as much, is good enough.
    fn is_clearly_before(&self, other: &Self) -> bool {
        if other.price.0.hardly_above(self.price.0) {
            self.price.0 <= other.price.0 && other.records < self.records / 10 * 9
        } else {
            true
        }
    }
}

/// Settles all pending records. The last pattern masks everything that differs, so that it always can.
fn cover<const W: usize>(plan: &mut Plan<W>, packing: &Packing, patterns: &[QiSet]) {
    let turn = |price: Price, records: u64, pattern: usize| Turn {
        price: Reverse(price),
        records,
        pattern: Reverse(pattern),
    };
    let dearest = patterns.last().map_or(0, |cells| plan.weight(*cells));
    let dearest = Price {
        cells: dearest,
        records: 1,
    };
    // Nothing is known of a mask yet but its weight, so it may settle everything.
    let mut waiting: BinaryHeap<Turn> = (0..)
        .zip(patterns)
        .map(|(pattern, cells)| {
            let cells = plan.weight(*cells);
            turn(Price { cells, records: 1 }, u64::MAX, pattern)
        })
        .collect();
    let mut donors = Donors::default();
    while !plan.pending.is_empty() {
        let Some(now) = waiting.pop() else {
            return;
        };
        let Reverse(pattern) = now.pattern;
        let Some(cells) = patterns.get(pattern).copied() else {
            continue;
        };
        if Some(&cells) == patterns.last() {
            donors.renew(plan);
        } else {
            donors.update(plan);
        }
        let found = Candidates::find(plan, packing, &donors, cells);
        let prices = found.prices();
        let Some((best, records)) = cheapest_of(&prices, &found) else {
            // None can be filled up now. Tried again when everything else is as dear.
            if now.price.0 < dearest {
                waiting.push(turn(dearest, 0, pattern));
            }
            continue;
        };
        let next = waiting.peek().copied();
        let here = turn(best, records, pattern);
        if next.is_some_and(|next| next.is_clearly_before(&here)) {
            waiting.push(here);
            continue;
        }
        let (chosen, left) = prices.split_at(prices.partition_point(|(price, _)| {
            price.hardly_above(best) || next.is_none_or(|next| *price < next.price.0)
        }));
        // Those that fail are priced anew in their turn.
        let (price, records) = cheapest_of(left, &found).unwrap_or((best, 0));
        let before = plan.pending.len();
        found.settle(plan, chosen.iter().map(|(_, place)| *place));
        // The first of them always succeeds; if it did not, this would never end.
        if plan.pending.len() < before {
            waiting.push(turn(price, records, pattern));
        }
    }
}

/// The least of ascending prices, and the records that it settles.
fn cheapest_of<const W: usize>(
    prices: &[(Price, usize)],
    found: &Candidates<W>,
) -> Option<(Price, u64)> {
    let (best, _) = *prices.first()?;
    let equal = prices.iter().take_while(|(price, _)| *price == best);
    let records = equal.map(|(_, place)| found.records(*place)).sum();
    Some((best, records))
}

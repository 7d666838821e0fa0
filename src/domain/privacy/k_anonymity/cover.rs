//! The greedy cover: the cheapest candidate first, until every record has a class.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::MaskedCells;
use super::candidate::{Candidate, Price, candidates};
use super::key::Packing;
use super::patterns::patterns;
use super::plan::{Plan, Share};
use super::relax::relax;
use super::table::Group;

/// The cheaper of two plans: the greedy cover, and the masking of all cells of the pending records.
/// There are at least `k` records.
pub(super) fn cheapest(groups: &[Group], k: u64, weights: &[u32]) -> Vec<Share> {
    let packing = Packing::of(groups, weights.len());
    match packing.words() {
        1 => plan::<1>(groups, &packing, k, weights),
        2 => plan::<2>(groups, &packing, k, weights),
        3..=4 => plan::<4>(groups, &packing, k, weights),
        _ => plan::<32>(groups, &packing, k, weights),
    }
}

fn plan<const W: usize>(
    groups: &[Group],
    packing: &Packing,
    k: u64,
    weights: &[u32],
) -> Vec<Share> {
    let mut columns: Vec<usize> = packing.varied().collect();
    columns.sort_by_key(|column| Reverse(packing.distinct(*column)));
    let mut plan: Plan<W> = Plan::new(groups, packing, k, weights);
    if !plan.pending.is_empty() {
        let mut plain = plan.clone();
        cover(
            &mut plain,
            packing,
            &[MaskedCells::of(columns.iter().copied())],
        );
        cover(&mut plan, packing, &patterns(&columns));
        relax(&mut plan, packing);
        if plain.cost() < plan.cost() {
            plan = plain;
        }
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

/// Settles all pending records. The last pattern masks everything that differs, so that it always can.
fn cover<const W: usize>(plan: &mut Plan<W>, packing: &Packing, patterns: &[MaskedCells]) {
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
    while !plan.pending.is_empty() {
        let Some(now) = waiting.pop() else {
            return;
        };
        let Reverse(pattern) = now.pattern;
        let Some(cells) = patterns.get(pattern).copied() else {
            continue;
        };
        let weight = plan.weight(cells);
        let mut priced: Vec<(Price, Candidate<W>)> = candidates(plan, packing, cells)
            .into_iter()
            .filter_map(|candidate| Some((candidate.price(weight)?, candidate)))
            .collect();
        let Some((best, records)) = cheapest_of(&priced) else {
            // None can be filled up now. Tried again when everything else is as dear.
            if now.price.0 < dearest {
                waiting.push(turn(dearest, 0, pattern));
            }
            continue;
        };
        let next = waiting.peek().copied();
        let here = turn(best, records, pattern);
        if next.is_some_and(|next| next > here) {
            waiting.push(here);
            continue;
        }
        priced.sort_by_key(|(price, _)| *price);
        let mut settled = BTreeSet::new();
        let mut left = Vec::new();
        for (price, candidate) in priced {
            if price > best && next.is_some_and(|next| price >= next.price.0) {
                left.push((price, candidate));
                continue;
            }
            let groups = candidate.groups().to_vec();
            if candidate.settle(plan, cells) {
                settled.extend(groups);
            }
        }
        plan.pending.retain(|group| !settled.contains(group));
        // Those that failed are priced anew in their turn.
        let (price, records) = cheapest_of(&left).unwrap_or((best, 0));
        waiting.push(turn(price, records, pattern));
    }
}

/// The least price, and the records that it settles.
fn cheapest_of<const W: usize>(priced: &[(Price, Candidate<W>)]) -> Option<(Price, u64)> {
    let best = priced.iter().map(|(price, _)| *price).min()?;
    let records = priced
        .iter()
        .filter(|(price, _)| *price == best)
        .map(|(_, candidate)| candidate.records)
        .sum();
    Some((best, records))
}

//! Classes that could be made with a given mask, and what they cost.

use std::cmp::Ordering;

use super::QiSet;
use super::donors::Donors;
use super::fill::Fill;
use super::key::{Key, KeyMap, Packing};
use super::plan::Plan;

/// What is added in masked cells for so many pending records settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    /// The weight of the cells masked; less than nothing when a class is taken in that masked more.
    pub cells: i64,
    /// At least one.
    pub records: u64,
}

/// Prices that differ by a sixteenth or less are treated alike.
const SLACK: i128 = 16;

impl Price {
    /// Whether it is lower than `other`, equal, or hardly higher.
    pub fn hardly_above(self, other: Self) -> bool {
        let (one, two) = self.crossed(other);
        one <= two || (one - two) * SLACK <= two
    }

    /// Two numbers that compare as the prices do.
    fn crossed(self, other: Self) -> (i128, i128) {
        let one = i128::from(self.cells) * i128::from(other.records);
        (one, i128::from(other.cells) * i128::from(self.records))
    }
}

impl Ord for Price {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, two) = self.crossed(*other);
        one.cmp(&two)
    }
}

impl PartialOrd for Price {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Price {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Price {}

/// The pending records that are equal under a mask.
#[derive(Debug)]
pub(super) struct Candidate<const W: usize> {
    /// What is left of them.
    pub key: Key<W>,
    /// How many.
    pub records: u64,
    /// How it gets to `k` records.
    pub fill: Fill,
}

/// All candidates with one mask.
#[derive(Debug)]
pub(super) struct Candidates<const W: usize> {
    cells: QiSet,
    visible: Key<W>,
    weight: i64,
    /// In the order of their first combinations.
    list: Vec<Candidate<W>>,
    places: KeyMap<Key<W>, usize>,
}

impl<const W: usize> Candidates<W> {
    /// Finds them, and how they could be filled up.
    ///
    /// Takes time in the pending combinations and, if any candidate is short, in the donors.
    pub fn find(plan: &Plan<W>, packing: &Packing, donors: &Donors<W>, cells: QiSet) -> Self {
        let mut found = Self {
            cells,
            visible: packing.visible(cells),
            weight: plan.weight(cells),
            list: Vec::new(),
            places: KeyMap::default(),
        };
        for group in &plan.pending {
            let Some((key, count)) = plan.groups.get(*group) else {
                continue;
            };
            let key = key.intersection(&found.visible);
            let place = *found.places.entry(key).or_insert(found.list.len());
            if let Some(candidate) = found.list.get_mut(place) {
                candidate.records += count;
            } else {
                found.list.push(Candidate {
                    key,
                    records: *count,
                    fill: Fill::Enough,
                });
            }
        }
        let mut short = false;
        for candidate in &mut found.list {
            if candidate.records < plan.k && plan.class(cells, candidate.key).is_none() {
                candidate.fill = Fill::short(plan.k - candidate.records);
                short = true;
            }
        }
        if short {
            donors.offer(plan, cells, &mut found);
        }
        found
    }

    /// The candidate that a combination belongs to.
    pub fn of(&mut self, key: &Key<W>) -> Option<&mut Candidate<W>> {
        let place = self.places.get(&key.intersection(&self.visible))?;
        self.list.get_mut(*place)
    }

    /// The prices of those that can be filled up, ascending, with their places.
    pub fn prices(&self) -> Vec<(Price, usize)> {
        let mut prices: Vec<(Price, usize)> = (0..)
            .zip(&self.list)
            .filter_map(|(place, candidate)| Some((self.price(candidate)?, place)))
            .collect();
        prices.sort_unstable();
        prices
    }

    /// The records of the candidate at this place.
    pub fn records(&self, place: usize) -> u64 {
        self.list
            .get(place)
            .map_or(0, |candidate| candidate.records)
    }

    fn price(&self, candidate: &Candidate<W>) -> Option<Price> {
        let own = self.weight * i64::try_from(candidate.records).ok()?;
        Some(Price {
            cells: own + candidate.fill.cost()?,
            records: candidate.records,
        })
    }

    /// Makes classes of the candidates at these places, one after the other. Those whose donors have given their records
    /// to another one before stay pending.
    pub fn settle(self, plan: &mut Plan<W>, chosen: impl Iterator<Item = usize>) {
        let mut settled = vec![false; self.list.len()];
        for place in chosen {
            if let (Some(candidate), Some(done)) = (self.list.get(place), settled.get_mut(place)) {
                *done = candidate.fill.settle(plan, self.cells, candidate.key);
            }
        }
        let mut pending = std::mem::take(&mut plan.pending);
        pending.retain(|group| {
            let Some((key, count)) = plan.groups.get(*group).copied() else {
                return false;
            };
            let key = key.intersection(&self.visible);
            let place = self.places.get(&key);
            let done = place.and_then(|place| settled.get(*place)) == Some(&true);
            if done {
                plan.place(*group, count, self.cells, key);
            }
            !done
        });
        plan.pending = pending;
    }
}

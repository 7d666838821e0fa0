//! Classes that could be made with a given mask, and what they cost.

use std::cmp::Ordering;

use super::MaskedCells;
use super::key::{Key, KeyMap, Packing};
use super::plan::{Class, Plan};

/// What is added in masked cells for so many pending records settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    /// The weight of the cells masked; less than nothing when a class is taken in that masked more.
    pub cells: i64,
    /// At least one.
    pub records: u64,
}

impl Ord for Price {
    fn cmp(&self, other: &Self) -> Ordering {
        let one = i128::from(self.cells) * i128::from(other.records);
        one.cmp(&(i128::from(other.cells) * i128::from(self.records)))
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
    /// Their combinations.
    groups: Vec<usize>,
    fill: Fill,
}

/// How a candidate gets to `k` records.
#[derive(Debug)]
enum Fill {
    /// It has them, or joins a class that stands.
    Enough,
    /// From others, as far as they can spare.
    Short {
        need: u64,
        /// Ascending by what they cost, no more than are needed.
        donors: Vec<Donor>,
        /// What they all cost.
        cost: i64,
        /// The cheapest whole class to take in instead, and what it costs.
        whole: Option<(i64, usize)>,
    },
}

/// Records of another class.
#[derive(Debug, Clone, Copy)]
struct Donor {
    part: usize,
    class: usize,
    /// What one of them costs more than it does now.
    extra: i64,
    count: u64,
}

/// All candidates with this mask, in the order of their first combinations.
///
/// Takes time in the pending combinations, and if any candidate is short in all the others too.
pub(super) fn candidates<const W: usize>(
    plan: &Plan<W>,
    packing: &Packing,
    cells: MaskedCells,
) -> Vec<Candidate<W>> {
    let visible: Key<W> = packing.visible(cells);
    let mut places: KeyMap<Key<W>, usize> = KeyMap::default();
    let mut found: Vec<Candidate<W>> = Vec::new();
    for group in &plan.pending {
        let Some((key, count)) = plan.groups.get(*group) else {
            continue;
        };
        let key = key.and(&visible);
        let place = *places.entry(key).or_insert(found.len());
        if place == found.len() {
            found.push(Candidate::new(key));
        }
        if let Some(candidate) = found.get_mut(place) {
            candidate.records += count;
            candidate.groups.push(*group);
        }
    }
    let mut short = false;
    for candidate in &mut found {
        if candidate.records < plan.k && plan.class(cells, candidate.key).is_none() {
            candidate.fill = Fill::short(plan.k - candidate.records);
            short = true;
        }
    }
    if short {
        let weight = plan.weight(cells);
        for (place, part) in plan.parts.iter().enumerate() {
            let surplus = plan.surplus(part.class);
            let count = part.count.min(surplus);
            let (Some((key, _)), Some(class)) =
                (plan.groups.get(part.group), plan.classes.get(part.class))
            else {
                continue;
            };
            let candidate = (count > 0)
                .then(|| places.get(&key.and(&visible)))
                .flatten()
                .and_then(|place| found.get_mut(*place));
            if let Some(candidate) = candidate {
                let donor = Donor {
                    part: place,
                    class: part.class,
                    extra: weight - class.weight,
                    count,
                };
                candidate.fill.offer(donor, surplus);
            }
        }
        for (place, class) in plan.classes.iter().enumerate() {
            if !(1..2 * plan.k).contains(&class.size) || !class.cells.within(cells) {
                continue;
            }
            let candidate = places.get(&class.key.and(&visible));
            if let Some(candidate) = candidate.and_then(|place| found.get_mut(*place)) {
                candidate.fill.offer_whole(place, class, weight);
            }
        }
    }
    found
}

impl Fill {
    fn short(need: u64) -> Self {
        Self::Short {
            need,
            donors: Vec::new(),
            cost: 0,
            whole: None,
        }
    }

    /// Takes a donor in if it is cheaper than the dearest, or more are needed. `surplus` is what its class can spare.
    fn offer(&mut self, donor: Donor, surplus: u64) {
        let Self::Short {
            need, donors, cost, ..
        } = self
        else {
            return;
        };
        let place = donors.partition_point(|other| other.extra <= donor.extra);
        let taken: u64 = donors.iter().take(place).map(|donor| donor.count).sum();
        if taken >= *need {
            return;
        }
        donors.insert(place, donor);
        // Donors of one class cost the same, so that those who come first may use up what it can spare.
        let (mut missing, mut sum, mut spared) = (*need, 0, 0);
        donors.retain_mut(|other| {
            let left = if other.class == donor.class {
                surplus.saturating_sub(spared)
            } else {
                u64::MAX
            };
            other.count = other.count.min(left).min(missing);
            if other.class == donor.class {
                spared += other.count;
            }
            missing -= other.count;
            sum += other.extra * i64::try_from(other.count).unwrap_or(i64::MAX);
            other.count > 0
        });
        *cost = sum;
    }

    /// Notes a whole class if it is the cheapest so far.
    fn offer_whole<const W: usize>(&mut self, place: usize, class: &Class<W>, weight: i64) {
        let Self::Short { whole, .. } = self else {
            return;
        };
        let size = i64::try_from(class.size).unwrap_or(i64::MAX);
        let offer = (size * (weight - class.weight), place);
        if whole.is_none_or(|best| offer < best) {
            *whole = Some(offer);
        }
    }
}

impl<const W: usize> Candidate<W> {
    fn new(key: Key<W>) -> Self {
        Self {
            key,
            records: 0,
            groups: Vec::new(),
            fill: Fill::Enough,
        }
    }

    /// What it costs when masking a record costs `weight`; nothing when it cannot be filled up.
    pub fn price(&self, weight: i64) -> Option<Price> {
        let own = weight * i64::try_from(self.records).ok()?;
        let fill = match &self.fill {
            Fill::Enough => 0,
            Fill::Short {
                need,
                donors,
                cost,
                whole,
            } => {
                let donated: u64 = donors.iter().map(|donor| donor.count).sum();
                let donated = (donated >= *need).then_some(*cost);
                let whole = whole.map(|(cost, _)| cost);
                donated.into_iter().chain(whole).min()?
            }
        };
        Some(Price {
            cells: own + fill,
            records: self.records,
        })
    }

    /// The combinations of its pending records.
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// Makes the class, or says that its donors have given their records to another one in the meantime.
    pub fn settle(self, plan: &mut Plan<W>, cells: MaskedCells) -> bool {
        if let Fill::Short {
            need,
            donors,
            cost,
            whole,
        } = &self.fill
        {
            let donated: u64 = donors.iter().map(|donor| donor.count).sum();
            let dearer = whole.is_some_and(|(whole, _)| whole < *cost);
            match whole {
                Some((_, class)) if donated < *need || dearer => {
                    plan.move_class(*class, cells, self.key);
                }
                _ => {
                    let able = donors.iter().all(|donor| {
                        let mates = donors.iter().filter(|other| other.class == donor.class);
                        mates.map(|mate| mate.count).sum::<u64>() <= plan.surplus(donor.class)
                    });
                    if !able {
                        return false;
                    }
                    for donor in donors {
                        plan.move_part(donor.part, donor.count, cells, self.key);
                    }
                }
            }
        }
        for group in self.groups {
            if let Some((_, count)) = plan.groups.get(group).copied() {
                plan.place(group, count, cells, self.key);
            }
        }
        true
    }
}

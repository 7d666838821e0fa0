//! How a candidate with too few records of its own gets to `k`.

use super::QiSet;
use super::key::Key;
use super::plan::{EquivalenceClass, Plan};

/// Where the missing records come from.
#[derive(Debug)]
pub(super) enum Fill {
    /// None are missing, or it joins a class that stands.
    Enough,
    /// From other classes.
    Short {
        /// How many.
        need: u64,
        /// Who can spare some: ascending by what they cost, no more than are needed.
        donors: Vec<Donor>,
        /// What they all cost.
        cost: i64,
        /// What the dearest of them costs, once they are enough.
        dearest: Option<i64>,
        /// The cheapest whole class to take in instead: what it costs, and its place.
        whole: Option<(i64, usize)>,
    },
}

/// Records of another class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Donor {
    /// Their part.
    pub part: usize,
    /// Their class.
    pub class: usize,
    /// What one of them costs more than it does now.
    pub extra: i64,
    /// How many.
    pub count: u64,
}

impl Fill {
    /// So many records are missing.
    pub fn short(need: u64) -> Self {
        Self::Short {
            need,
            donors: Vec::new(),
            cost: 0,
            dearest: None,
            whole: None,
        }
    }

    /// Whether it would take in a donor whose records cost so much more: cheaper than the dearest, or more are needed.
    pub fn wants(&self, extra: i64) -> bool {
        match self {
            Self::Enough => false,
            Self::Short { dearest, .. } => dearest.is_none_or(|dearest| extra < dearest),
        }
    }

    /// Takes a donor in if it [wants](Self::wants) it. `surplus` is what its class can spare.
    pub fn offer(&mut self, donor: Donor, surplus: u64) {
        if !self.wants(donor.extra) {
            return;
        }
        let Self::Short {
            need,
            donors,
            cost,
            dearest,
            ..
        } = self
        else {
            return;
        };
        let place = donors.partition_point(|other| other.extra <= donor.extra);
        donors.insert(place, donor);
        // Donors of one class cost the same, so that those who come first may use up what it can spare.
        let (mut missing, mut sum, mut spared) = (*need, 0, 0);
        donors.retain_mut(|other| {
            let mut left = missing;
            if other.class == donor.class {
                left = left.min(surplus.saturating_sub(spared));
            }
            other.count = other.count.min(left);
            if other.class == donor.class {
                spared += other.count;
            }
            missing -= other.count;
            sum += other.extra * i64::try_from(other.count).unwrap_or(i64::MAX);
            other.count > 0
        });
        *cost = sum;
        *dearest = donors
            .last()
            .filter(|_| missing == 0)
            .map(|last| last.extra);
    }

    /// Notes a whole class if it is the cheapest so far. `weight` is what masking a record will cost.
    pub fn offer_whole<const W: usize>(
        &mut self,
        place: usize,
        class: &EquivalenceClass<W>,
        weight: i64,
    ) {
        let Self::Short { whole, .. } = self else {
            return;
        };
        let size = i64::try_from(class.size).unwrap_or(i64::MAX);
        let offer = (size * (weight - class.weight), place);
        if whole.is_none_or(|best| offer < best) {
            *whole = Some(offer);
        }
    }

    /// What it costs; nothing when too few records can be had.
    pub fn cost(&self) -> Option<i64> {
        match self {
            Self::Enough => Some(0),
            Self::Short {
                cost,
                dearest,
                whole,
                ..
            } => {
                let donated = dearest.map(|_| *cost);
                let whole = whole.map(|(cost, _)| cost);
                donated.into_iter().chain(whole).min()
            }
        }
    }

    /// Moves the missing records in. Says no when others have been given them in the meantime.
    pub fn settle<const W: usize>(&self, plan: &mut Plan<W>, cells: QiSet, key: Key<W>) -> bool {
        let Self::Short {
            donors,
            cost,
            dearest,
            whole,
            ..
        } = self
        else {
            return true;
        };
        if let Some((whole, class)) = whole
            && (dearest.is_none() || whole < cost)
        {
            plan.move_class(*class, cells, key);
            return true;
        }
        let able = donors.iter().all(|donor| {
            let mates = donors.iter().filter(|other| other.class == donor.class);
            mates.map(|mate| mate.count).sum::<u64>() <= plan.surplus(donor.class)
        });
        if able {
            for donor in donors {
                plan.move_part(donor.part, donor.count, cells, key);
            }
        }
        able
    }
}

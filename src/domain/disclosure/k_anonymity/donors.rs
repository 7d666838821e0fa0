//! The list of classes that may have records to spare.

use super::QiSet;
use super::candidate::Candidates;
use super::fill::Donor;
use super::key::Key;
use super::plan::{Part, Plan};

/// Parts of classes with more than `k` records, and small classes, close together in memory.
///
/// It is drawn up anew when it has grown by an eighth; in between it may name classes that have nothing left, which
/// is looked up, and miss some that shrank.
#[derive(Debug, Default)]
pub(super) struct Donors<const W: usize> {
    /// Their combinations, what masking a record costs there, and their places in [`Plan::parts`].
    parts: Vec<(Key<W>, i64, usize)>,
    /// The rests, the masks and the places of classes with fewer than `2k` records.
    small: Vec<(Key<W>, QiSet, usize)>,
    parts_seen: usize,
    classes_seen: usize,
    stale_at: usize,
}

impl<const W: usize> Donors<W> {
    /// Adds what is new in the plan, or draws the list up anew.
    pub fn update(&mut self, plan: &Plan<W>) {
        if plan.parts.len() >= self.stale_at {
            self.renew(plan);
            return;
        }
        for (place, part) in plan.parts.iter().enumerate().skip(self.parts_seen) {
            self.list(plan, place, *part);
        }
        for (place, class) in plan.classes.iter().enumerate().skip(self.classes_seen) {
            self.small.push((class.key, class.cells, place));
        }
        self.parts_seen = plan.parts.len();
        self.classes_seen = plan.classes.len();
    }

    /// Draws the list up anew.
    pub fn renew(&mut self, plan: &Plan<W>) {
        self.parts.clear();
        self.small.clear();
        for (place, part) in plan.parts.iter().enumerate() {
            if part.count > 0 && plan.surplus(part.class) > 0 {
                self.list(plan, place, *part);
            }
        }
        for (place, class) in plan.classes.iter().enumerate() {
            if (1..2 * plan.k).contains(&class.size) {
                self.small.push((class.key, class.cells, place));
            }
        }
        self.parts_seen = plan.parts.len();
        self.classes_seen = plan.classes.len();
        self.stale_at = plan.parts.len() + self.parts.len() / 8 + 64;
    }

    fn list(&mut self, plan: &Plan<W>, place: usize, part: Part) {
        if let (Some((key, _)), Some(class)) =
            (plan.groups.get(part.group), plan.classes.get(part.class))
        {
            self.parts.push((*key, class.weight, place));
        }
    }

    /// Offers them all to the candidates that are short, by what is left of them under this mask.
    pub fn offer(&self, plan: &Plan<W>, cells: QiSet, short: &mut Candidates<W>) {
        let weight = plan.weight(cells);
        for (key, now, place) in &self.parts {
            let extra = weight - now;
            let Some(candidate) = short
                .of(key)
                .filter(|candidate| candidate.fill.wants(extra))
            else {
                continue;
            };
            let Some(part) = plan.parts.get(*place) else {
                continue;
            };
            let surplus = plan.surplus(part.class);
            let count = part.count.min(surplus);
            if count > 0 {
                let donor = Donor {
                    part: *place,
                    class: part.class,
                    extra,
                    count,
                };
                candidate.fill.offer(donor, surplus);
            }
        }
        for (key, masked, place) in &self.small {
            // Only then are all records of the class equal under this mask.
            if masked.is_subset(cells)
                && let Some(candidate) = short.of(key)
                && let Some(class) = plan.classes.get(*place)
                && (1..2 * plan.k).contains(&class.size)
            {
                candidate.fill.offer_whole(*place, class, weight);
            }
        }
    }
}

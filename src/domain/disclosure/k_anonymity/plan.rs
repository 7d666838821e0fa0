//! A plan while it is being made: which records are in which class.

use super::QiSet;
use super::frequency_table::KeyCombination;
use super::key::{Key, KeyMap, Packing};

/// Records of one combination that get the same mask: the result of planning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share {
    /// The place of the combination among the sorted ones.
    pub group: usize,
    /// What is masked.
    pub cells: QiSet,
    /// How many records, at least one.
    pub count: u64,
}

/// Everything masked, for a table with fewer than `k` records.
pub(super) fn mask_all(groups: &[KeyCombination], columns: usize) -> Vec<Share> {
    let cells = QiSet::all(columns);
    (0..)
        .zip(groups)
        .map(|(group, KeyCombination { count, .. })| Share {
            group,
            cells,
            count: *count,
        })
        .collect()
}

/// Records that are equal in the masked export. Between two steps it has none or at least `k`.
#[derive(Debug, Clone)]
pub(super) struct EquivalenceClass<const W: usize> {
    /// What is masked.
    pub cells: QiSet,
    /// The rest.
    pub key: Key<W>,
    /// Its records.
    pub size: u64,
    /// Where they come from: places in [`Plan::parts`], some of them used up.
    pub parts: Vec<usize>,
    /// What masking a record costs.
    pub weight: i64,
}

/// Records of one combination in one class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The place of the combination.
    pub group: usize,
    /// The place of the class.
    pub class: usize,
    /// How many; none once they have moved on.
    pub count: u64,
}

/// The classes so far, and the records that have none yet.
#[derive(Debug, Clone)]
pub(super) struct Plan<const W: usize> {
    /// The least records of a class.
    pub k: u64,
    /// Each combination with its records.
    pub groups: Vec<(Key<W>, u64)>,
    /// All classes that there ever were.
    pub classes: Vec<EquivalenceClass<W>>,
    /// All parts that there ever were.
    pub parts: Vec<Part>,
    /// The combinations that have no class yet, ascending.
    pub pending: Vec<usize>,
    weights: Vec<i64>,
    index: KeyMap<(QiSet, Key<W>), usize>,
}

impl<const W: usize> Plan<W> {
    /// The start: combinations with `k` records and more are classes, the others are pending.
    pub fn new(groups: &[KeyCombination], packing: &Packing, k: u64, weights: &[u32]) -> Self {
        let groups = groups
            .iter()
            .map(|group| (packing.key(&group.combination), group.count));
        let mut plan = Self {
            k,
            groups: groups.collect(),
            classes: Vec::new(),
            parts: Vec::new(),
            pending: Vec::new(),
            weights: weights
                .iter()
                .map(|weight| i64::from(*weight).max(1))
                .collect(),
            index: KeyMap::default(),
        };
        for group in 0..plan.groups.len() {
            let Some((key, count)) = plan.groups.get(group).copied() else {
                continue;
            };
            if count < k {
                plan.pending.push(group);
            } else {
                plan.place(group, count, QiSet::NONE, key);
            }
        }
        plan
    }

    /// What masking these cells of one record costs.
    pub fn weight(&self, cells: QiSet) -> i64 {
        cells
            .iter()
            .filter_map(|column| self.weights.get(column))
            .sum()
    }

    /// What the plan costs so far.
    pub fn cost(&self) -> i128 {
        self.classes
            .iter()
            .map(|class| i128::from(class.weight) * i128::from(class.size))
            .sum()
    }

    /// Whether every record has a class, and every class `k` records.
    pub fn is_sound(&self) -> bool {
        let kept = |class: &EquivalenceClass<W>| class.size == 0 || class.size >= self.k;
        self.pending.is_empty() && self.classes.iter().all(kept)
    }

    /// The class with this mask and this rest, if it has records.
    pub fn class(&self, cells: QiSet, key: Key<W>) -> Option<usize> {
        let place = *self.index.get(&(cells, key))?;
        self.classes
            .get(place)
            .filter(|class| class.size > 0)
            .map(|_| place)
    }

    /// The records that a class can spare.
    pub fn surplus(&self, class: usize) -> u64 {
        self.classes
            .get(class)
            .map_or(0, |class| class.size.saturating_sub(self.k))
    }

    /// Puts records of a combination into the class with this mask; `key` is the combination's rest under it.
    pub fn place(&mut self, group: usize, count: u64, cells: QiSet, key: Key<W>) {
        let weight = self.weight(cells);
        let place = *self.index.entry((cells, key)).or_insert_with(|| {
            self.classes.push(EquivalenceClass {
                cells,
                key,
                size: 0,
                parts: Vec::new(),
                weight,
            });
            self.classes.len() - 1
        });
        if let Some(class) = self.classes.get_mut(place) {
            class.size += count;
            class.parts.push(self.parts.len());
            self.parts.push(Part {
                group,
                class: place,
                count,
            });
        }
    }

    /// Moves so many records of a part, or all that it has, into the class with this mask.
    pub fn move_part(&mut self, part: usize, count: u64, cells: QiSet, key: Key<W>) {
        let Some(from) = self.parts.get_mut(part) else {
            return;
        };
        let count = count.min(from.count);
        from.count -= count;
        let Part { group, class, .. } = *from;
        if let Some(class) = self.classes.get_mut(class) {
            class.size -= count;
        }
        if count > 0 {
            self.place(group, count, cells, key);
        }
    }

    /// Moves all records of a class into the class with this mask.
    pub fn move_class(&mut self, class: usize, cells: QiSet, key: Key<W>) {
        let parts = self
            .classes
            .get_mut(class)
            .map(|class| std::mem::take(&mut class.parts));
        for part in parts.into_iter().flatten() {
            self.move_part(part, u64::MAX, cells, key);
        }
    }

    /// The result: parts with the same combination and the same mask together, in their order.
    pub fn shares(self) -> Vec<Share> {
        let mut shares: Vec<Share> = self
            .parts
            .iter()
            .filter(|part| part.count > 0)
            .filter_map(|part| {
                let cells = self.classes.get(part.class)?.cells;
                Some(Share {
                    group: part.group,
                    cells,
                    count: part.count,
                })
            })
            .collect();
        shares.sort_unstable();
        shares.dedup_by(|next, kept| {
            let same = (next.group, next.cells) == (kept.group, kept.cells);
            if same {
                kept.count += next.count;
            }
            same
        });
        shares
    }
}

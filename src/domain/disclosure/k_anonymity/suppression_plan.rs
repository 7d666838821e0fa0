//! The finished plan, and what it costs.

use std::collections::HashMap;

use super::generalised::Part;
use super::hierarchy::{Hierarchy, MASKED};
use super::key_combination::KeyCombination;
use super::qi_set::QiSet;

/// The number of an equivalence class in the suppressed export, from 0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub(crate) u32);

/// What to show of each key combination. Memory is that of the key combinations.
#[derive(Debug, Clone)]
pub struct SuppressionPlan {
    cost: Cost,
    k: u64,
    columns: usize,
    /// Where the shares of a combination are: the first, and how many.
    places: HashMap<Box<[u32]>, (usize, usize)>,
    shares: Vec<Planned>,
    /// What each class shows: the code of a cell or of a group, or [`MASKED`].
    classes: Vec<Box<[u32]>>,
}

/// Records of one key combination in one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    pub class: ClassId,
    pub count: u64,
}

/// What suppression takes away, in numbers that say nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Records in all.
    pub records: u64,
    /// Cells of quasi-identifiers in all: records times columns.
    pub cells: u64,
    /// Cells suppressed.
    pub suppressed_cells: u64,
    /// Records with a cell suppressed, or shown as a group.
    pub records_affected: u64,
    /// Cells suppressed in each column.
    pub suppressed_by_column: Vec<u64>,
    /// Cells shown as a group.
    pub coarser_cells: u64,
    /// Cells shown as a group in each column.
    pub coarser_by_column: Vec<u64>,
    /// Records of key combinations of fewer than `k` records: those that would be lost if they were left out.
    pub rare_records: u64,
    /// Equivalence classes in the suppressed export.
    pub classes: usize,
    /// Records of the smallest class; 0 without records.
    pub smallest_class: u64,
}

impl SuppressionPlan {
    pub(super) fn new(
        combinations: Vec<KeyCombination>,
        planned: impl Iterator<Item = (Box<[u32]>, Vec<Part>)>,
        hierarchies: &[Hierarchy],
        k: u64,
    ) -> Self {
        let columns = hierarchies.len();
        let counts = combinations.iter().map(|combination| combination.count);
        let records = counts.clone().sum();
        let mut cost = Cost {
            records,
            cells: records.saturating_mul(u64::try_from(columns).unwrap_or(u64::MAX)),
            suppressed_cells: 0,
            records_affected: 0,
            suppressed_by_column: vec![0; columns],
            coarser_cells: 0,
            coarser_by_column: vec![0; columns],
            rare_records: counts.filter(|count| *count < k).sum(),
            classes: 0,
            smallest_class: 0,
        };
        // Counted by what the export shows, apart from how the plan was made.
        let mut sizes: Vec<u64> = Vec::new();
        let mut numbers: HashMap<Box<[u32]>, u32> = HashMap::new();
        let mut classes: Vec<Box<[u32]>> = Vec::new();
        let mut shares: Vec<(u32, Planned)> = Vec::new();
        for (shown, parts) in planned {
            let next = u32::try_from(classes.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(shown.clone()).or_insert(next);
            if number == next {
                sizes.push(0);
                classes.push(shown.clone());
            }
            for Part { combination, count } in parts {
                cost.add(&shown, count, hierarchies);
                if let Some(size) = usize::try_from(number)
                    .ok()
                    .and_then(|it| sizes.get_mut(it))
                {
                    *size += count;
                }
                let class = ClassId(number);
                shares.push((combination, Planned { class, count }));
            }
        }
        shares.sort_unstable_by_key(|(combination, planned)| (*combination, planned.class));
        cost.classes = sizes.len();
        cost.smallest_class = sizes.into_iter().min().unwrap_or(0);
        let mut places = HashMap::with_capacity(combinations.len());
        let mut planned: Vec<Planned> = Vec::with_capacity(shares.len());
        let mut rest = shares.into_iter().peekable();
        for (number, combination) in (0_u32..).zip(combinations) {
            let first = planned.len();
            while let Some((_, share)) = rest.next_if(|(combination, _)| *combination == number) {
                match planned.get_mut(first..).and_then(<[_]>::last_mut) {
                    Some(last) if last.class == share.class => last.count += share.count,
                    _ => planned.push(share),
                }
            }
            places.insert(combination.codes, (first, planned.len() - first));
        }
        Self {
            cost,
            k,
            columns,
            places,
            shares: planned,
            classes,
        }
    }

    /// What it costs.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// Whether there are `k` records at all, or none. If not, everything is suppressed and the result is still not
    /// k-anonymous: the export should be refused.
    pub fn has_enough_records(&self) -> bool {
        self.cost.records == 0 || self.cost.records >= self.k
    }

    /// Columns of quasi-identifiers.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many records of each key combination show what, in no order.
    pub fn shares(&self) -> impl Iterator<Item = (&[u32], &[u32], u64)> {
        self.places
            .iter()
            .flat_map(|(combination, (first, count))| {
                let shares = self.shares.get(*first..first + count).unwrap_or_default();
                shares
                    .iter()
                    .map(|share| (&**combination, self.shown(share.class), share.count))
            })
    }

    /// What a class shows: in each column the code of the cell or of a group, or [`MASKED`].
    pub fn shown(&self, class: ClassId) -> &[u32] {
        let place = usize::try_from(class.0).ok();
        place
            .and_then(|it| self.classes.get(it))
            .map_or(&[], |it| it)
    }

    /// What all classes show, by their numbers.
    pub fn classes(&self) -> &[Box<[u32]>] {
        &self.classes
    }

    /// The columns that a class does not show.
    pub(super) fn masked(&self, class: ClassId) -> QiSet {
        let shown = self.shown(class).iter().enumerate();
        QiSet::of(shown.filter_map(|(column, code)| (*code == MASKED).then_some(column)))
    }

    /// The shares that are left of a combination.
    pub(super) fn shares_mut(&mut self, combination: &[u32]) -> &mut [Planned] {
        self.places
            .get(combination)
            .and_then(|(first, count)| self.shares.get_mut(*first..first + count))
            .unwrap_or_default()
    }

    /// The records that are left in all shares.
    pub(super) fn left(&self) -> u64 {
        self.shares.iter().map(|share| share.count).sum()
    }
}

impl Cost {
    fn add(&mut self, shown: &[u32], count: u64, hierarchies: &[Hierarchy]) {
        let mut affected = false;
        for (column, (code, hierarchy)) in shown.iter().zip(hierarchies).enumerate() {
            let (all, by_column) = match *code {
                MASKED => (&mut self.suppressed_cells, &mut self.suppressed_by_column),
                code if hierarchy.is_group(code) => {
                    (&mut self.coarser_cells, &mut self.coarser_by_column)
                }
                _ => continue,
            };
            affected = true;
            *all += count;
            if let Some(cells) = by_column.get_mut(column) {
                *cells += count;
            }
        }
        if affected {
            self.records_affected += count;
        }
    }
}

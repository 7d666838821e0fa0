//! The finished plan, and what it costs.

use std::collections::HashMap;

use super::frequency_table::KeyCombination;
use super::plan::Share;
use super::{QiSet, Suppressor};

/// The number of a class of equal records in the masked export, from 0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub(crate) u32);

/// Which cells to mask, for each combination of background answers.
#[derive(Debug, Clone)]
pub struct SuppressionPlan {
    cost: Cost,
    k: u64,
    columns: usize,
    /// Where the shares of a combination are: the first, and how many.
    places: HashMap<Box<[u32]>, (usize, usize)>,
    shares: Vec<Planned>,
}

/// Records of one combination that get the same mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    pub cells: QiSet,
    pub class: ClassId,
    pub count: u64,
}

/// What the masking takes away, in numbers that say nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Records in all.
    pub records: u64,
    /// Background cells in all: records times columns.
    pub cells: u64,
    /// Cells masked.
    pub masked_cells: u64,
    /// Records with a cell masked.
    pub records_affected: u64,
    /// Cells masked in each column.
    pub masked_by_column: Vec<u64>,
    /// Records whose combination fewer than `k` have: those that would be lost if they were left out.
    pub rare_records: u64,
    /// Classes of equal records in the masked export.
    pub classes: usize,
    /// Records of the smallest class; 0 without records.
    pub smallest_class: u64,
}

impl SuppressionPlan {
    pub(super) fn new(
        groups: Vec<KeyCombination>,
        shares: Vec<Share>,
        columns: usize,
        k: u64,
    ) -> Self {
        let records = groups.iter().map(|group| group.count).sum();
        let mut cost = Cost {
            records,
            cells: records.saturating_mul(u64::try_from(columns).unwrap_or(u64::MAX)),
            masked_cells: 0,
            records_affected: 0,
            masked_by_column: vec![0; columns],
            rare_records: groups
                .iter()
                .map(|group| group.count)
                .filter(|count| *count < k)
                .sum(),
            classes: 0,
            smallest_class: 0,
        };
        // Counted from the codes as the export shows them, apart from how the plan was made.
        let mut sizes: Vec<u64> = Vec::new();
        let mut classes: HashMap<(QiSet, Box<[u32]>), u32> = HashMap::new();
        let mut places = HashMap::with_capacity(groups.len());
        let mut planned = Vec::with_capacity(shares.len());
        let mut rest = shares.into_iter().peekable();
        for (number, group) in groups.into_iter().enumerate() {
            let first = planned.len();
            while let Some(share) = rest.next_if(|share| share.group == number) {
                let shown = shown(&group.combination, share.cells);
                let next = u32::try_from(classes.len()).unwrap_or(u32::MAX);
                let id = *classes.entry((share.cells, shown)).or_insert(next);
                if id == next {
                    sizes.push(0);
                }
                if let Some(size) = usize::try_from(id).ok().and_then(|id| sizes.get_mut(id)) {
                    *size += share.count;
                }
                cost.add(share);
                planned.push(Planned {
                    cells: share.cells,
                    class: ClassId(id),
                    count: share.count,
                });
            }
            places.insert(group.combination, (first, planned.len() - first));
        }
        cost.classes = sizes.len();
        cost.smallest_class = sizes.into_iter().min().unwrap_or(0);
        Self {
            cost,
            k,
            columns,
            places,
            shares: planned,
        }
    }

    /// What it costs.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// Whether there are `k` records at all, or none. If not, everything is masked and the result is still not
    /// k-anonymous: the export should be refused.
    pub fn has_enough_records(&self) -> bool {
        self.cost.records == 0 || self.cost.records >= self.k
    }

    /// Background columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many records of each combination get which cells masked, in no order.
    pub fn shares(&self) -> impl Iterator<Item = (&[u32], QiSet, u64)> {
        self.places
            .iter()
            .flat_map(|(combination, (first, count))| {
                let shares = self.shares.get(*first..first + count).unwrap_or_default();
                shares
                    .iter()
                    .map(|share| (&**combination, share.cells, share.count))
            })
    }

    /// Starts the second pass. Clone the plan first to go through the records twice.
    pub fn into_suppressor(self) -> Suppressor {
        Suppressor::new(self)
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
    fn add(&mut self, share: Share) {
        self.masked_cells += u64::from(share.cells.count()) * share.count;
        if !share.cells.is_empty() {
            self.records_affected += share.count;
        }
        for column in share.cells.iter() {
            if let Some(masked) = self.masked_by_column.get_mut(column) {
                *masked += share.count;
            }
        }
    }
}

/// The codes that are not masked, and 0 for those that are.
fn shown(combination: &[u32], cells: QiSet) -> Box<[u32]> {
    combination
        .iter()
        .enumerate()
        .map(|(column, code)| if cells.contains(column) { 0 } else { *code })
        .collect()
}

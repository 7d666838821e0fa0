//! The finished plan, and what it costs.

use std::collections::HashMap;

use super::key_combination::{KeyCombination, Share};
use super::qi_set::QiSet;

/// The number of an equivalence class in the suppressed export, from 0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub(crate) u32);

/// Which cells to suppress, for each key combination. Memory is that of the key combinations.
#[derive(Debug, Clone)]
pub struct SuppressionPlan {
    cost: Cost,
    k: u64,
    columns: usize,
    /// Where the shares of a combination are: the first, and how many.
    places: HashMap<Box<[u32]>, (usize, usize)>,
    shares: Vec<Planned>,
}

/// Records of one key combination that are suppressed in the same columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    pub suppressed: QiSet,
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
    /// Records with a cell suppressed.
    pub records_affected: u64,
    /// Cells suppressed in each column.
    pub suppressed_by_column: Vec<u64>,
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
        shares: Vec<Share>,
        columns: usize,
        k: u64,
    ) -> Self {
        let counts = combinations.iter().map(|combination| combination.count);
        let records = counts.clone().sum();
        let mut cost = Cost {
            records,
            cells: records.saturating_mul(u64::try_from(columns).unwrap_or(u64::MAX)),
            suppressed_cells: 0,
            records_affected: 0,
            suppressed_by_column: vec![0; columns],
            rare_records: counts.filter(|count| *count < k).sum(),
            classes: 0,
            smallest_class: 0,
        };
        // Counted from the codes as the export shows them, apart from how the plan was made.
        let mut sizes: Vec<u64> = Vec::new();
        let mut classes: HashMap<(QiSet, Box<[u32]>), u32> = HashMap::new();
        let mut places = HashMap::with_capacity(combinations.len());
        let mut planned = Vec::with_capacity(shares.len());
        let mut rest = shares.into_iter().peekable();
        for (number, combination) in combinations.into_iter().enumerate() {
            let first = planned.len();
            while let Some(share) = rest.next_if(|share| share.combination == number) {
                let shown = shown(&combination.codes, share.suppressed);
                let next = u32::try_from(classes.len()).unwrap_or(u32::MAX);
                let id = *classes.entry((share.suppressed, shown)).or_insert(next);
                if id == next {
                    sizes.push(0);
                }
                if let Some(size) = usize::try_from(id).ok().and_then(|id| sizes.get_mut(id)) {
                    *size += share.count;
                }
                cost.add(share);
                planned.push(Planned {
                    suppressed: share.suppressed,
                    class: ClassId(id),
                    count: share.count,
                });
            }
            places.insert(combination.codes, (first, planned.len() - first));
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

    /// Whether there are `k` records at all, or none. If not, everything is suppressed and the result is still not
    /// k-anonymous: the export should be refused.
    pub fn has_enough_records(&self) -> bool {
        self.cost.records == 0 || self.cost.records >= self.k
    }

    /// Columns of quasi-identifiers.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many records of each key combination are suppressed in which columns, in no order.
    pub fn shares(&self) -> impl Iterator<Item = (&[u32], QiSet, u64)> {
        self.places
            .iter()
            .flat_map(|(combination, (first, count))| {
                let shares = self.shares.get(*first..first + count).unwrap_or_default();
                shares
                    .iter()
                    .map(|share| (&**combination, share.suppressed, share.count))
            })
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
        self.suppressed_cells += u64::from(share.suppressed.count()) * share.count;
        if !share.suppressed.is_empty() {
            self.records_affected += share.count;
        }
        for column in share.suppressed.iter() {
            if let Some(cells) = self.suppressed_by_column.get_mut(column) {
                *cells += share.count;
            }
        }
    }
}

/// The codes that are not suppressed, and 0 for those that are.
fn shown(codes: &[u32], suppressed: QiSet) -> Box<[u32]> {
    let shown = |(column, code): (usize, &u32)| {
        if suppressed.contains(column) {
            0
        } else {
            *code
        }
    };
    codes.iter().enumerate().map(shown).collect()
}

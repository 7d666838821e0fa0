//! The key combinations of a table, numbered in their order, and the parts that a plan divides them into.

use super::qi_set::QiSet;

/// A distinct combination of values of all quasi-identifiers, with its count of records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyCombination {
    /// One code a column.
    pub codes: Box<[u32]>,
    /// Its records, at least one.
    pub count: u64,
}

/// Records of one key combination that are suppressed in the same columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share {
    /// The number of the key combination.
    pub combination: usize,
    /// The columns suppressed.
    pub suppressed: QiSet,
    /// How many records, at least one.
    pub count: u64,
}

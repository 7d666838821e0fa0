//! Sets of quasi-identifiers.

/// A set of columns of quasi-identifiers, counted from 0: mostly the cells of a record that are suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct QiSet(u64);

impl QiSet {
    /// No column.
    pub const NONE: Self = Self(0);

    /// These columns; those beyond the 64th are left out.
    pub fn of(columns: impl IntoIterator<Item = usize>) -> Self {
        columns.into_iter().fold(Self::NONE, Self::with)
    }

    /// The first so many columns.
    pub fn all(columns: usize) -> Self {
        Self::of(0..columns)
    }

    /// This column as well.
    #[must_use]
    pub fn with(self, column: usize) -> Self {
        Self(self.0 | bit(column))
    }

    /// Whether this column is in it.
    pub fn contains(self, column: usize) -> bool {
        self.0 & bit(column) != 0
    }

    /// Whether all its columns are in `other` too.
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The columns of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they have a column in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// How many columns.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The set without a column.
    #[must_use]
    pub fn without(self, column: usize) -> Self {
        Self(self.0 & !bit(column))
    }

    /// Whether it has no column.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its columns, ascending.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..64).filter(move |column| self.contains(*column))
    }
}

fn bit(column: usize) -> u64 {
    u32::try_from(column)
        .ok()
        .and_then(|column| 1_u64.checked_shl(column))
        .unwrap_or(0)
}

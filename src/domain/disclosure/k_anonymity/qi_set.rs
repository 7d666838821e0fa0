//! Which cells of a record are masked.

/// A set of background columns, counted from 0: the cells of a record that an export shows as masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct QiSet(u64);

impl QiSet {
    /// No cell.
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

    /// Whether this column is masked.
    pub fn contains(self, column: usize) -> bool {
        self.0 & bit(column) != 0
    }

    /// Whether every column masked here is masked in `other` too.
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The columns of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a column is masked in both.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// How many cells.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether no cell is masked.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The masked columns, ascending.
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

//! Quasi-identifiers: what somebody who knows a person may know of their row already.
//!
//! These are the answers to background questions and the metadata of the response: an acquaintance may also know in
//! which campaign, in which language and in which week somebody answered. An export suppresses them so that no
//! combination of them is rare (see [`super::k_anonymity`]).

use super::k_anonymity::{MAX_COLUMNS, QiSet};
use crate::domain::codebook::{ColumnIndex, Columns};

/// Which columns of an export belong to which quasi-identifier.
///
/// Each metadata column is one, and so is each coding of a background question. A multiple choice is a single one,
/// however many columns it has. When there are more codings than can be suppressed apart, the last ones are suppressed
/// together.
#[derive(Debug, Clone)]
pub struct QuasiIdentifiers {
    /// The columns that belong to one, ascending, each with its place.
    columns: Vec<(ColumnIndex, usize)>,
    /// The names of the codings that each stands for.
    codings: Vec<Vec<String>>,
}

impl QuasiIdentifiers {
    /// Those of these columns.
    pub fn of(columns: &Columns<'_>) -> Self {
        let mut all: Vec<Vec<String>> = Vec::new();
        let mut of_column = Vec::new();
        let identifying = columns.iter().filter(|(_, it)| it.is_quasi_identifier());
        for (index, column) in identifying {
            let last = all.last().and_then(|codings| codings.last());
            if last != Some(&column.coding) {
                if all.len() < MAX_COLUMNS {
                    all.push(Vec::new());
                }
                if let Some(last) = all.last_mut() {
                    last.push(column.coding.clone());
                }
            }
            of_column.push((index, all.len() - 1));
        }
        Self {
            columns: of_column,
            codings: all,
        }
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.codings.len()
    }

    /// The names of the codings that one of them stands for.
    pub fn codings(&self, quasi: usize) -> &[String] {
        self.codings.get(quasi).map_or(&[], Vec::as_slice)
    }

    /// The place of the quasi-identifier that a column belongs to.
    pub fn of_column(&self, column: ColumnIndex) -> Option<usize> {
        let place = self.columns.binary_search_by_key(&column, |(it, _)| *it);
        self.columns.get(place.ok()?).map(|(_, quasi)| *quasi)
    }

    /// The same as a set: empty for a column that identifies nobody.
    pub fn set_of(&self, column: ColumnIndex) -> QiSet {
        QiSet::of(self.of_column(column))
    }

    /// The columns that belong to one, ascending, each with its place.
    pub fn columns(&self) -> &[(ColumnIndex, usize)] {
        &self.columns
    }
}

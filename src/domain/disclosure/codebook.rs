//! The codebook of an export, with what each column is suppressed with.

use super::{QuasiIdentifiers, SecondarySuppression};
use crate::domain::codebook::{Columns, Entry};

/// The description of every column, in `language` where there is a text in it.
pub fn codebook(columns: &Columns<'_>, language: &str) -> Vec<Entry> {
    let quasi = QuasiIdentifiers::of(columns);
    let secondary = SecondarySuppression::of(columns, &quasi);
    let entry = |(index, column)| {
        let suppressed_with = secondary.ever(index).iter();
        let codings = suppressed_with.flat_map(|one| quasi.codings(one).iter().cloned());
        Some(Entry {
            masked_with: codings.collect(),
            ..Entry::of(columns, column, language)?
        })
    };
    columns.iter().filter_map(entry).collect()
}

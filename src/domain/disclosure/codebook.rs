//! The codebook of an export, with what each column is suppressed with.

use super::{QuasiIdentifiers, SecondarySuppression};
use crate::domain::codebook::{Column, Columns, Entry};

/// The description of every column, in `language` where there is a text in it.
pub fn codebook(columns: &Columns<'_>, language: &str) -> Vec<Entry> {
    let described = |column: &Column| Vec::from_iter(Entry::of(columns, column, language));
    describe(columns, described)
}

/// The description of every column as each version has it, ascending within a column.
pub fn codebook_by_version(columns: &Columns<'_>, language: &str) -> Vec<Entry> {
    let described = |column: &Column| {
        let versions = column.versions.iter();
        let entries = versions.map(|it| Entry::in_version(columns, column, *it, language));
        entries.flatten().collect()
    };
    describe(columns, described)
}

fn describe(columns: &Columns<'_>, described: impl Fn(&Column) -> Vec<Entry>) -> Vec<Entry> {
    let quasi = QuasiIdentifiers::of(columns);
    let secondary = SecondarySuppression::of(columns, &quasi);
    let mut entries = Vec::new();
    for (index, column) in columns.iter() {
        let suppressed_with = secondary.ever(index).iter();
        let codings = suppressed_with.flat_map(|one| quasi.codings(one).iter().cloned());
        let masked_with: Vec<String> = codings.collect();
        let of_column = described(column).into_iter().map(|entry| Entry {
            masked_with: masked_with.clone(),
            ..entry
        });
        entries.extend(of_column);
    }
    entries
}

//! What comes of reading a form in another format: the form, and what is to be said of the cells.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::domain::form::FormDefinition;
use crate::domain::pointer::Pointer;

/// Something about a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The sheet.
    pub sheet: &'static str,
    /// The row, from 1, as the spreadsheet numbers it.
    pub row: u32,
    /// The header of the column.
    pub column: String,
    /// What is to be said.
    pub what: String,
}

impl Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sheet,
            row,
            column,
            what,
        } = self;
        write!(f, "{sheet}, row {row}, column {column}: {what}")
    }
}

/// The most remarks of a kind.
const MAX_REMARKS: usize = 1_000;

/// Says one thing more. After the last that is listed comes that there is `more`.
pub fn push<T>(list: &mut Vec<T>, remark: T, more: impl FnOnce(&'static str) -> T) {
    match list.len() {
        0..MAX_REMARKS => list.push(remark),
        MAX_REMARKS => list.push(more("there is more to say, which is not listed")),
        _ => {}
    }
}

/// A form that was read of another format.
#[derive(Debug)]
pub struct Imported {
    /// The form. It is not checked yet.
    pub definition: FormDefinition,
    /// What was read otherwise than it stands.
    pub notes: Vec<Remark>,
    /// What is not in the definition.
    pub left_out: Vec<Remark>,
    /// Where each part of the definition stands.
    pub places: BTreeMap<Pointer, (&'static str, u32)>,
}

impl Imported {
    /// The sheet and row of the part of the definition at `pointer`, or of the nearest part around it.
    pub fn place(&self, pointer: &Pointer) -> Option<(&'static str, u32)> {
        let mut pointer = pointer.clone();
        loop {
            if let Some(place) = self.places.get(&pointer) {
                return Some(*place);
            }
            if pointer == Pointer::root() {
                return None;
            }
            pointer = pointer.parent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_REMARKS, push};

    #[test]
    fn after_the_last_remark_that_is_listed_comes_that_there_are_more() {
        let mut list = Vec::new();
        for number in 0..MAX_REMARKS + 10 {
            push(&mut list, number.to_string(), str::to_owned);
        }
        assert_eq!(list.len(), MAX_REMARKS + 1);
        assert_eq!(list[MAX_REMARKS - 1], (MAX_REMARKS - 1).to_string());
        assert_eq!(
            list[MAX_REMARKS],
            "there is more to say, which is not listed"
        );
    }
}

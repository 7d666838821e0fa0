//! The quasi-identifiers of a response as numbers, by which responses are counted.

use chrono::Datelike;

use super::QuasiIdentifiers;
use super::k_anonymity::{Dictionary, FrequencyTable};
use crate::domain::codebook::Cell;

/// Gives each combination of quasi-identifiers its codes: equal if and only if the file shows the same, suppression aside.
///
/// Whatever the reason why a cell is empty, the file shows the same nothing, so that all reasons have one code.
#[derive(Debug, Clone)]
pub struct KeyEncoder {
    dictionaries: Vec<Dictionary>,
    sealed: bool,
    /// For each quasi-identifier, the bytes of the present response's cells.
    keys: Vec<Vec<u8>>,
    codes: Vec<u32>,
}

impl KeyEncoder {
    /// For these quasi-identifiers.
    pub fn new(quasi: &QuasiIdentifiers) -> Self {
        Self {
            dictionaries: vec![Dictionary::default(); quasi.count()],
            sealed: false,
            keys: vec![Vec::new(); quasi.count()],
            codes: Vec::with_capacity(quasi.count()),
        }
    }

    /// The codes of a response: of its cells, each with the quasi-identifier that it belongs to.
    ///
    /// Until [`Self::seal`] is called a cell not seen before gets a new code; afterwards [`Dictionary::UNKNOWN`].
    pub fn codes<'a>(&mut self, cells: impl Iterator<Item = (usize, Cell<'a>)>) -> &[u32] {
        self.keys.iter_mut().for_each(Vec::clear);
        for (quasi, cell) in cells {
            if let Some(key) = self.keys.get_mut(quasi) {
                encode_key(cell, key);
            }
        }
        self.codes.clear();
        for (dictionary, key) in self.dictionaries.iter_mut().zip(&self.keys) {
            self.codes.push(if self.sealed {
                dictionary.find(key)
            } else {
                dictionary.code(key)
            });
        }
        &self.codes
    }

    /// Ends the first pass: codes follow from the cells alone from now on, in the table as well.
    pub fn seal(&mut self, table: &mut FrequencyTable) {
        self.sealed = true;
        let sealed: Vec<Vec<u32>> = self.dictionaries.iter_mut().map(Dictionary::seal).collect();
        table.recode(|column, code| {
            let code = usize::try_from(code).ok()?;
            sealed.get(column)?.get(code).copied()
        });
    }
}

/// Appends bytes that stand for what the file shows of a cell, and for nothing else, whatever comes after them.
pub fn encode_key(cell: Cell<'_>, key: &mut Vec<u8>) {
    match cell {
        Cell::Missing(_) => key.push(0),
        Cell::Choice(option) => text(1, &option.code, key),
        Cell::Chosen(flag) | Cell::YesNo(flag) => key.extend([2, u8::from(flag)]),
        Cell::Whole(number) => {
            key.push(3);
            key.extend(number.to_be_bytes());
        }
        Cell::Decimal(number) => {
            key.extend([4, number.decimals]);
            key.extend(number.scaled.to_be_bytes());
        }
        Cell::Score(number) => {
            key.push(5);
            key.extend(number.to_be_bytes());
        }
        Cell::Date(period) => {
            key.push(9);
            key.extend(period.number().to_be_bytes());
        }
        Cell::Campaign(campaign) => {
            key.push(6);
            key.extend(campaign.id.0.as_bytes());
        }
        Cell::Language(tag) => text(7, tag, key),
        Cell::Week(monday) => {
            key.push(8);
            key.extend(monday.num_days_from_ce().to_be_bytes());
        }
    }
}

/// No code and no language tag has a zero in it.
fn text(kind: u8, text: &str, key: &mut Vec<u8>) {
    key.push(kind);
    key.extend(text.as_bytes());
    key.push(0);
}

//! The quasi-identifiers of a response as numbers, by which responses are counted.

use super::QuasiIdentifiers;
use super::k_anonymity::{Dictionary, FrequencyTable};
use crate::domain::codebook::{Cell, MetadataColumn};

/// Gives each combination of quasi-identifiers its codes: equal if and only if the file shows the same, masking aside.
///
/// Whatever the reason why a cell is empty, the file shows the same nothing, so that all reasons have one code.
#[derive(Debug, Clone)]
pub struct KeyEncoder {
    dictionaries: Vec<Dictionary>,
    sealed: bool,
    /// For each of them, how the cells of the present response are spelt.
    spelt: Vec<Vec<u8>>,
    codes: Vec<u32>,
}

impl KeyEncoder {
    /// For these quasi-identifiers.
    pub fn new(quasi: &QuasiIdentifiers) -> Self {
        Self {
            dictionaries: vec![Dictionary::default(); quasi.count()],
            sealed: false,
            spelt: vec![Vec::new(); quasi.count()],
            codes: Vec::with_capacity(quasi.count()),
        }
    }

    /// The codes of a response: of the leading cells as any bytes that stand for them, and of its other cells, each with the
    /// quasi-identifier that it belongs to.
    ///
    /// Until [`Self::seal`] is called a code not seen before is a new one; afterwards it is [`Dictionary::UNKNOWN`].
    pub fn codes<'a>(
        &mut self,
        leading: [&[u8]; MetadataColumn::ALL.len()],
        cells: impl Iterator<Item = (usize, Cell<'a>)>,
    ) -> &[u32] {
        self.spelt.iter_mut().for_each(Vec::clear);
        for (spelt, cell) in self.spelt.iter_mut().zip(leading) {
            spelt.extend_from_slice(cell);
        }
        for (quasi, cell) in cells {
            if let Some(spelt) = self.spelt.get_mut(quasi) {
                encode_key(cell, spelt);
            }
        }
        self.codes.clear();
        for (dictionary, spelt) in self.dictionaries.iter_mut().zip(&self.spelt) {
            self.codes.push(if self.sealed {
                dictionary.find(spelt)
            } else {
                dictionary.code(spelt)
            });
        }
        &self.codes
    }

    /// Ends the first pass: codes follow from the answers alone from now on, in the table as well.
    pub fn seal(&mut self, table: &mut FrequencyTable) {
        self.sealed = true;
        let sealed: Vec<Vec<u32>> = self.dictionaries.iter_mut().map(Dictionary::seal).collect();
        table.recode(|column, code| {
            let code = usize::try_from(code).ok()?;
            sealed.get(column)?.get(code).copied()
        });
    }
}

/// Adds bytes that stand for what the file shows of a cell, and for nothing else, whatever comes after them.
pub fn encode_key(cell: Cell<'_>, spelt: &mut Vec<u8>) {
    match cell {
        Cell::Missing(_) => spelt.push(0),
        Cell::Choice(option) => {
            spelt.push(1);
            // No code has a zero in it.
            spelt.extend_from_slice(option.code.as_bytes());
            spelt.push(0);
        }
        Cell::Chosen(flag) | Cell::YesNo(flag) => spelt.extend([2, u8::from(flag)]),
        Cell::Whole(number) => {
            spelt.push(3);
            spelt.extend(number.to_be_bytes());
        }
        Cell::Decimal(number) => {
            spelt.extend([4, number.decimals]);
            spelt.extend(number.scaled.to_be_bytes());
        }
        Cell::Score(number) => {
            spelt.push(5);
            spelt.extend(number.to_be_bytes());
        }
    }
}

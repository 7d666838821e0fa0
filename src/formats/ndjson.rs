//! A table as NDJSON: a JSON object a line, with the columns as its members.
//!
//! Numbers are numbers, texts are texts, and what is missing is `null`, so that a member has one type in all lines. Why
//! something is missing stands in a member of its own, `_missing`, which no column can be called: `{"age": "MSK"}`. It is
//! left out where there is nothing to say.

use super::csv::RowFault;
use super::table::shape::MissingShown;
use super::table::{Field, Table, TableWriter, ValueType, WeekNames, WriteFault};

/// A piece of a file that is worth sending.
const CHUNK: usize = 64 * 1024;

/// The member that says why others are `null`.
pub const MISSING: &str = "_missing";

/// Writes a table as NDJSON.
#[derive(Default)]
pub struct NdjsonTable {
    columns: Vec<Member>,
    missing: MissingShown,
    weeks: WeekNames,
    /// The reasons of the row that is being written.
    reasons: Vec<u8>,
    text: String,
    written: Vec<u8>,
}

/// A column as the member of an object.
struct Member {
    /// `"meals":`
    name: Vec<u8>,
    /// Whether its values have several types, so that it holds texts.
    any: bool,
}

impl TableWriter for NdjsonTable {
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault> {
        self.missing = table.shape.missing;
        for column in &table.columns {
            let mut name = serde_json::to_vec(&column.name)?;
            name.push(b':');
            let any = column.value_type == ValueType::Any;
            self.columns.push(Member { name, any });
        }
        Ok(())
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault> {
        self.written.push(b'{');
        let mut columns = self.columns.iter();
        for (place, field) in fields.enumerate() {
            let column = columns.next().ok_or(RowFault)?;
            if place > 0 {
                self.written.push(b',');
            }
            self.written.extend_from_slice(&column.name);
            self.text.clear();
            match field {
                Field::Missing(missing) => {
                    self.written.extend_from_slice(b"null");
                    if let Some(flavour) = self.missing.shown(missing) {
                        let first = self.reasons.is_empty();
                        self.reasons.push(if first { b'{' } else { b',' });
                        self.reasons.extend_from_slice(&column.name);
                        serde_json::to_writer(&mut self.reasons, flavour)?;
                    }
                }
                Field::Empty => self.written.extend_from_slice(b"null"),
                Field::Flag(_) | Field::Whole(_) | Field::Decimal(_) | Field::Float(..)
                    if !column.any =>
                {
                    field.write_text(&mut self.weeks, &mut self.text);
                    self.written.extend_from_slice(self.text.as_bytes());
                }
                field => {
                    field.write_text(&mut self.weeks, &mut self.text);
                    serde_json::to_writer(&mut self.written, &self.text)?;
                }
            }
        }
        if columns.next().is_some() {
            return Err(RowFault.into());
        }
        if !self.reasons.is_empty() {
            self.written.extend_from_slice(b",\"");
            self.written.extend_from_slice(MISSING.as_bytes());
            self.written.extend_from_slice(b"\":");
            self.written.append(&mut self.reasons);
            self.written.push(b'}');
        }
        self.written.extend_from_slice(b"}\n");
        Ok(())
    }

    fn end(&mut self) -> Result<(), WriteFault> {
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.written.len() >= CHUNK
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.written)
    }
}

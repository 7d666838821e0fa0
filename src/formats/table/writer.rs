//! What a table is, and what a file format must do to write it.

use std::io;

use super::columns::TableColumn;
use super::field::Field;
use super::shape::Shape;
use crate::domain::codebook::Entry;
use crate::formats::csv::RowFault;

/// What a file says of itself beside its rows.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The key of the form.
    pub form: String,
    /// The title of the form.
    pub title: String,
    /// The language of texts and labels.
    pub language: String,
    /// What was chosen.
    pub shape: Shape,
    /// The columns, in their order.
    pub columns: Vec<TableColumn>,
    /// What the codebook says of each column of the wide layout that was chosen, whatever the layout is.
    pub codebook: Vec<Entry>,
    /// The same for each version, ascending within a column; empty for a format that does not list codes.
    pub codebook_by_version: Vec<Entry>,
}

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// A row does not fit the columns.
    #[error(transparent)]
    Row(#[from] RowFault),
    /// The format has no place for it. The words are of the format, and hold nothing that anybody answered.
    #[error("the file cannot be written: {0}")]
    Format(String),
}

impl From<io::Error> for WriteFault {
    fn from(error: io::Error) -> Self {
        Self::Format(error.kind().to_string())
    }
}

impl From<serde_json::Error> for WriteFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Format(format!("{:?}", error.classify()))
    }
}

/// A format: writes a table into bytes, which are taken from it piece by piece.
///
/// [`begin`](Self::begin) comes first and once, then a [`row`](Self::row) after the other, then [`end`](Self::end) once.
pub trait TableWriter: Send {
    /// Writes what stands before the rows.
    ///
    /// # Errors
    ///
    /// When the format has no place for such a table.
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault>;

    /// Writes a row: a field for each column.
    ///
    /// # Errors
    ///
    /// When there are more or fewer, or the format has no place for it.
    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault>;

    /// Writes what stands behind the rows.
    ///
    /// # Errors
    ///
    /// When the format cannot end here.
    fn end(&mut self) -> Result<(), WriteFault>;

    /// Whether enough is written to send it.
    fn is_full(&self) -> bool;

    /// What was written since the last time.
    fn take(&mut self) -> Vec<u8>;
}

//! A table of responses, whatever file it is written into: its columns, its cells, and what a file format must do.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`shape`] | what a caller chooses: layout, how choices are written, how missing values are |
//! | [`columns`] | the columns with their types, and how a cell of the codebook becomes one of the table |
//! | [`layout`] | a response as one row ([`Wide`](layout::Wide)) or as a row an answer ([`Long`](layout::Long)) |
//!
//! A format implements [`TableWriter`]. It knows neither forms nor disclosure control: cells come suppressed.

pub mod columns;
pub mod layout;
pub mod shape;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use chrono::NaiveDate;

pub use self::columns::{Category, TableColumn, ValueType};
pub use self::layout::Layout;
pub use self::shape::Shape;

use super::csv::RowFault;
use crate::domain::codebook::{Entry, Fixed, Missing};
use crate::domain::form::Period;
use crate::domain::week::IsoWeek;

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
    /// The same for each version, ascending within a column.
    pub codebook_by_version: Vec<Entry>,
}

/// One cell of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// Words of somebody: a label, a key, a language.
    Text(&'a str),
    /// A code or a name of ours: lower-case letters, digits, `_` and `@`, or a null flavour.
    Code(&'a str),
    /// 0 or 1.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A decimal number.
    Decimal(Fixed),
    /// A number too large for [`Fixed`], with its digits after the point.
    Float(f64, u8),
    /// The ISO week of this Monday.
    Week(NaiveDate),
    /// A day, a month or a year.
    Date(Period),
    /// Nothing, for this reason.
    Missing(Missing),
    /// Nothing, and nothing is missing.
    Empty,
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

/// The names of weeks, which are few where rows are many.
#[derive(Debug, Default)]
pub struct WeekNames(HashMap<NaiveDate, String>);

impl WeekNames {
    /// The name of the week of this Monday: `2027-W05`.
    pub fn name(&mut self, monday: NaiveDate) -> &str {
        let name = self.0.entry(monday);
        name.or_insert_with(|| IsoWeek::of(monday).to_string())
    }
}

impl Field<'_> {
    /// Writes it as text, as a CSV file has it; nothing for what is missing. For formats whose columns hold text.
    pub fn write_text(&self, weeks: &mut WeekNames, text: &mut String) {
        // A string takes everything.
        let _ = match *self {
            Self::Text(words) | Self::Code(words) => text.write_str(words),
            Self::Flag(flag) => text.write_str(if flag { "1" } else { "0" }),
            Self::Whole(number) => write!(text, "{number}"),
            Self::Decimal(number) => write!(text, "{number}"),
            Self::Float(number, decimals) => {
                write!(text, "{number:.digits$}", digits = decimals.into())
            }
            Self::Week(monday) => text.write_str(weeks.name(monday)),
            Self::Date(period) => write!(text, "{period}"),
            Self::Missing(_) | Self::Empty => Ok(()),
        };
    }

    /// The number, for formats whose numbers are floating.
    #[allow(
        clippy::cast_precision_loss,
        reason = "numbers of a form are far below 2^53"
    )]
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Flag(flag) => Some(f64::from(u8::from(flag))),
            Self::Whole(number) => Some(number as f64),
            Self::Decimal(fixed) => {
                Some(fixed.scaled as f64 / 10_f64.powi(i32::from(fixed.decimals)))
            }
            Self::Float(number, _) => Some(number),
            _ => None,
        }
    }
}

//! The wide export: a row a response, a cell a column.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::csv::{CsvWriter, RowFault};
use crate::domain::codebook::{Cell, Columns, Fixed, Missing};
use crate::domain::week::IsoWeek;

/// Writes rows of cells.
#[derive(Debug, Default)]
pub struct Wide {
    /// Weeks are few and rows are many.
    weeks: HashMap<NaiveDate, String>,
}

impl Wide {
    /// Writes the names of the columns.
    ///
    /// # Errors
    ///
    /// When the names are not the first row.
    pub fn header(columns: &Columns<'_>, csv: &mut CsvWriter) -> Result<(), RowFault> {
        columns.names().for_each(|name| csv.text(name));
        csv.end_row()
    }

    /// Writes a row: codes for choices, and nothing where something is missing. A suppressed cell always says so: an
    /// analyst must not take it for an answer that was never given.
    ///
    /// # Errors
    ///
    /// When it has another number of cells than the header.
    pub fn row<'a>(
        &mut self,
        cells: impl Iterator<Item = Cell<'a>>,
        csv: &mut CsvWriter,
    ) -> Result<(), RowFault> {
        for cell in cells {
            match cell {
                Cell::Campaign(campaign) => csv.text(campaign.key),
                Cell::Language(tag) => csv.text(tag),
                Cell::Week(monday) => {
                    let week = self.weeks.entry(monday);
                    csv.text(week.or_insert_with(|| IsoWeek::of(monday).to_string()));
                }
                Cell::Choice(option) => csv.code(&option.code),
                Cell::Chosen(flag) | Cell::YesNo(flag) => csv.code(if flag { "1" } else { "0" }),
                Cell::Date(period) => csv.code(&period.to_string()),
                Cell::Whole(number) => csv.whole(number),
                Cell::Decimal(number) => csv.decimal(number),
                Cell::Score(number) => score(number, csv),
                Cell::Missing(Missing::Masked) => csv.code(Missing::Masked.null_flavour()),
                Cell::Missing(_) => csv.blank(),
            }
        }
        csv.end_row()
    }
}

/// A score, which is rounded to one decimal already.
#[allow(
    clippy::cast_possible_truncation,
    reason = "it is a whole number below the bound"
)]
fn score(number: f64, csv: &mut CsvWriter) {
    let tenths = (number * 10.0).round();
    if tenths.abs() < 1e15 {
        csv.decimal(Fixed {
            scaled: tenths as i64,
            decimals: 1,
        });
    } else {
        csv.number(format_args!("{number:.1}"));
    }
}

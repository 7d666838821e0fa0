//! The wide export: a row a response.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::csv::{CsvWriter, RowFault};
use crate::app::export::read::Response;
use crate::domain::codebook::{Cell, Columns, Fixed, MetadataColumn, Missing};
use crate::domain::disclosure::k_anonymity::QiSet;
use crate::domain::form::RecordFault;
use crate::domain::week::IsoWeek;

/// A row that cannot be exported. The messages hold nothing that anybody answered.
#[derive(Debug, thiserror::Error)]
pub enum WideFault {
    /// The row is of a version or a campaign that the export was not asked for.
    #[error("a response is of an unknown version or campaign")]
    UnknownVersionOrCampaign,
    /// The record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordFault),
    /// The row does not fit the header.
    #[error(transparent)]
    Row(#[from] RowFault),
}

/// What turns responses into rows.
pub struct Wide<'a> {
    columns: &'a Columns<'a>,
    campaigns: &'a HashMap<Uuid, String>,
    /// Weeks are few and rows are many.
    weeks: HashMap<NaiveDate, String>,
}

impl<'a> Wide<'a> {
    /// An export of these columns. `campaigns` has the key of each campaign.
    pub fn new(columns: &'a Columns<'a>, campaigns: &'a HashMap<Uuid, String>) -> Self {
        Self {
            columns,
            campaigns,
            weeks: HashMap::new(),
        }
    }

    /// Writes the names of the columns.
    ///
    /// # Errors
    ///
    /// None, for the first row of a sheet.
    pub fn header(&self, sheet: &mut CsvWriter) -> Result<(), WideFault> {
        self.columns.names().for_each(|name| sheet.text(name));
        Ok(sheet.end_row()?)
    }

    /// Writes one response, with these quasi-identifiers masked and whatever gives them away.
    ///
    /// # Errors
    ///
    /// When it is of a campaign that the export was not asked for.
    pub fn row(
        &mut self,
        response: &Response<'_>,
        masked: QiSet,
        sheet: &mut CsvWriter,
    ) -> Result<(), WideFault> {
        let row = response.row();
        let campaign = self.campaigns.get(&row.campaign_id);
        let campaign = campaign.ok_or(WideFault::UnknownVersionOrCampaign)?;
        for (place, column) in MetadataColumn::ALL.into_iter().enumerate() {
            if response.is_masked(place, masked) {
                mask(sheet);
                continue;
            }
            match column {
                MetadataColumn::Campaign => sheet.text(campaign),
                MetadataColumn::FormVersion => sheet.whole(i64::from(response.version())),
                MetadataColumn::Language => sheet.text(&row.language),
                MetadataColumn::Week => sheet.text(
                    self.weeks
                        .entry(row.week)
                        .or_insert_with(|| IsoWeek::of(row.week).to_string()),
                ),
            }
        }
        for cell in response.cells(masked) {
            match cell {
                Some(cell) => write(cell, sheet),
                None => mask(sheet),
            }
        }
        Ok(sheet.end_row()?)
    }
}

/// A cell that is not shown. It always says so: an analyst must not take it for an answer that was never given.
fn mask(sheet: &mut CsvWriter) {
    sheet.code(Missing::Masked.null_flavour());
}

/// A cell with codes for values, and nothing where something is missing.
fn write(cell: Cell<'_>, sheet: &mut CsvWriter) {
    match cell {
        Cell::Choice(option) => sheet.code(&option.code),
        Cell::Chosen(flag) | Cell::YesNo(flag) => sheet.code(if flag { "1" } else { "0" }),
        Cell::Whole(number) => sheet.whole(number),
        Cell::Decimal(number) => sheet.decimal(number),
        Cell::Score(number) => score(number, sheet),
        Cell::Missing(Missing::Masked) => mask(sheet),
        Cell::Missing(_) => sheet.blank(),
    }
}

/// A score, which is rounded to one decimal already.
#[allow(
    clippy::cast_possible_truncation,
    reason = "it is a whole number below the bound"
)]
fn score(number: f64, sheet: &mut CsvWriter) {
    let tenths = (number * 10.0).round();
    if tenths.abs() < 1e15 {
        sheet.decimal(Fixed {
            scaled: tenths as i64,
            decimals: 1,
        });
    } else {
        sheet.number(format_args!("{number:.1}"));
    }
}

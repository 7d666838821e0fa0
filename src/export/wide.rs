//! The wide export: a row a response.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::csv::{RowFault, Sheet};
use crate::domain::codebook::{Cell, Columns, Fixed, Plan};
use crate::domain::form::Form;
use crate::domain::response::RecordFault;
use crate::domain::week::IsoWeek;
use crate::store::responses_export::ExportedRow;

/// A row that cannot be exported. The messages hold nothing that anybody answered.
#[derive(Debug, thiserror::Error)]
pub enum WideFault {
    /// The row is of a version or a campaign that the export was not asked for.
    #[error("a response is of an unknown version or campaign")]
    Stranger,
    /// The record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordFault),
    /// The row does not fit the header.
    #[error(transparent)]
    Row(#[from] RowFault),
}

/// Everything that turns responses into rows, worked out once.
pub struct Wide<'a> {
    columns: &'a Columns<'a>,
    versions: HashMap<Uuid, (i32, &'a Form, Plan<'a>)>,
    campaigns: &'a HashMap<Uuid, String>,
    /// Weeks are few and rows are many.
    weeks: HashMap<NaiveDate, String>,
}

impl<'a> Wide<'a> {
    /// An export of these columns. `versions` has the id and the number of each version, `campaigns` the key
    /// of each campaign.
    pub fn new(
        columns: &'a Columns<'a>,
        versions: impl IntoIterator<Item = (Uuid, i32)>,
        campaigns: &'a HashMap<Uuid, String>,
    ) -> Self {
        let form = |number| {
            let mut versions = columns.versions().iter();
            versions.find(|(version, _)| *version == number)
        };
        let versions = versions
            .into_iter()
            .filter_map(|(id, number)| Some((id, (number, form(number)?.1, columns.plan(number)))))
            .collect();
        Self {
            columns,
            versions,
            campaigns,
            weeks: HashMap::new(),
        }
    }

    /// Writes the names of the columns.
    ///
    /// # Errors
    ///
    /// None, for the first row of a sheet.
    pub fn header(&self, sheet: &mut Sheet) -> Result<(), WideFault> {
        self.columns.names().for_each(|name| sheet.text(name));
        Ok(sheet.end_row()?)
    }

    /// Writes one response.
    ///
    /// # Errors
    ///
    /// When its record cannot be read.
    pub fn row(&mut self, row: &ExportedRow, sheet: &mut Sheet) -> Result<(), WideFault> {
        let (number, form, plan) = self
            .versions
            .get(&row.form_version_id)
            .ok_or(WideFault::Stranger)?;
        let campaign = self
            .campaigns
            .get(&row.campaign_id)
            .ok_or(WideFault::Stranger)?;
        let week = self
            .weeks
            .entry(row.week)
            .or_insert_with(|| IsoWeek::of(row.week).to_string());
        let answers = form.layout().decode(form.questions(), &row.record)?;
        sheet.text(campaign);
        sheet.whole(i64::from(*number));
        sheet.text(&row.language);
        sheet.text(week);
        plan.cells(&answers).for_each(|cell| write(cell, sheet));
        Ok(sheet.end_row()?)
    }
}

/// A cell with codes for values, and nothing where something is missing.
fn write(cell: Cell<'_>, sheet: &mut Sheet) {
    match cell {
        Cell::Choice(option) => sheet.code(&option.code),
        Cell::Chosen(flag) | Cell::YesNo(flag) => sheet.code(if flag { "1" } else { "0" }),
        Cell::Whole(number) => sheet.whole(number),
        Cell::Decimal(number) => sheet.decimal(number),
        Cell::Score(number) => score(number, sheet),
        Cell::Missing(_) => sheet.blank(),
    }
}

/// A score, which is rounded to one decimal already.
#[allow(
    clippy::cast_possible_truncation,
    reason = "it is a whole number below the bound"
)]
fn score(number: f64, sheet: &mut Sheet) {
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

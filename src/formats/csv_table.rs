//! A table as a CSV file.

use super::csv::{CsvOptions, CsvWriter};
use super::table::shape::MissingShown;
use super::table::{Field, Table, TableWriter, WeekNames, WriteFault};

/// Writes a table as CSV. What is missing is an empty cell, or the word for the reason where that is shown.
pub struct CsvTable {
    csv: CsvWriter,
    missing: MissingShown,
    weeks: WeekNames,
}

impl CsvTable {
    /// An empty file.
    pub fn new(options: CsvOptions) -> Self {
        Self {
            csv: CsvWriter::new(options),
            missing: MissingShown::default(),
            weeks: WeekNames::default(),
        }
    }
}

impl TableWriter for CsvTable {
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault> {
        self.missing = table.shape.missing;
        let names = table.columns.iter();
        names.for_each(|column| self.csv.text(&column.name));
        Ok(self.csv.end_row()?)
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault> {
        let csv = &mut self.csv;
        for field in fields {
            match field {
                Field::Text(text) => csv.text(text),
                Field::Code(code) => csv.code(code),
                Field::Flag(flag) => csv.code(if flag { "1" } else { "0" }),
                Field::Whole(number) => csv.whole(number),
                Field::Decimal(number) => csv.decimal(number),
                Field::Float(number, decimals) => {
                    csv.number(format_args!("{number:.digits$}", digits = decimals.into()));
                }
                Field::Week(monday) => csv.text(self.weeks.name(monday)),
                Field::Period(kind, number) => csv.text(&kind.written(number)),
                Field::Date(period) => csv.code(&period.to_string()),
                Field::Missing(missing) => match self.missing.shown(missing) {
                    Some(flavour) => csv.code(flavour),
                    None => csv.blank(),
                },
                Field::Empty => csv.blank(),
            }
        }
        Ok(csv.end_row()?)
    }

    fn end(&mut self) -> Result<(), WriteFault> {
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.csv.is_full()
    }

    fn take(&mut self) -> Vec<u8> {
        self.csv.take()
    }
}

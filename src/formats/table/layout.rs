//! A response as one row, or as a row an answer.

use std::collections::HashMap;

use super::columns::{TableColumn, ValueType, Writing};
use super::field::Field;
use super::shape::{LayoutKind, MissingShown, Shape};
use super::writer::{Table, TableWriter, WriteFault};
use crate::domain::codebook::{Cell, Columns, Entry, MetadataColumn};

/// What makes rows of a table of the cells of a response.
#[derive(Debug)]
pub enum Layout {
    /// A row a response.
    Wide(Wide),
    /// A row an answer.
    Long(Long),
}

/// A row a response, a cell a column.
#[derive(Debug)]
pub struct Wide {
    /// By column: how its cells are written; none for one that was not chosen.
    columns: Vec<Option<Writing>>,
}

/// A row an answer.
///
/// `record` numbers the responses of the file, so that the answers of one can be put together. It says no more than the
/// place of a row in the wide layout, which is the same order.
#[derive(Debug)]
pub struct Long {
    columns: Vec<Option<LongColumn>>,
    missing: MissingShown,
    record: i64,
}

#[derive(Debug)]
struct LongColumn {
    name: String,
    writing: Writing,
    /// Whether it stands in each row of the response.
    repeated: bool,
}

/// The first column of the long layout.
pub const RECORD: &str = "record";

/// The last columns of the long layout, with their types and what they mean.
const LONG: [(&str, ValueType, &str); 4] = [
    (
        "column",
        ValueType::Text,
        "The column of the wide layout, by which the codebook describes it.",
    ),
    ("value", ValueType::Any, "What stands in that column."),
    (
        "number",
        ValueType::Number,
        "The number that the value is or stands for.",
    ),
    (
        "missing",
        ValueType::Text,
        "Why there is no value, as a null flavour of HL7.",
    ),
];

impl Layout {
    /// The layout of these columns, of which those are chosen that `chosen` names, and the table's own columns.
    ///
    /// `entries` describes each of the columns.
    pub fn of(
        columns: &Columns<'_>,
        entries: &[Entry],
        shape: Shape,
        chosen: impl Fn(&str) -> bool,
    ) -> (Self, Vec<TableColumn>) {
        let by_name: HashMap<&str, &Entry> = entries
            .iter()
            .map(|entry| (&*entry.column, entry))
            .collect();
        let described = columns.names().map(|name| {
            let entry = by_name.get(name).copied();
            entry.filter(|_| chosen(name))
        });
        let described: Vec<Option<&Entry>> = described.collect();
        let typed = |entry: &&Entry| TableColumn::of(entry, shape.values);
        let in_file = described.iter().flatten();
        match shape.layout {
            LayoutKind::Wide => {
                let writing =
                    |entry: &Option<&Entry>| entry.map(|it| Writing::of(it, shape.values));
                let columns = described.iter().map(writing).collect();
                (Self::Wide(Wide { columns }), in_file.map(typed).collect())
            }
            LayoutKind::Long => {
                let column = |entry: &Option<&Entry>| {
                    entry.map(|entry| LongColumn {
                        name: entry.column.clone(),
                        writing: Writing::of(entry, shape.values),
                        repeated: is_metadata(&entry.column),
                    })
                };
                let long = Long {
                    columns: described.iter().map(column).collect(),
                    missing: shape.missing,
                    record: 0,
                };
                let record = TableColumn::plain(
                    RECORD,
                    ValueType::Whole,
                    "The number of the response in this file.",
                );
                let repeated = in_file.filter(|entry| is_metadata(&entry.column));
                let last = LONG.map(|(name, kind, title)| TableColumn::plain(name, kind, title));
                let all = std::iter::once(record)
                    .chain(repeated.map(typed))
                    .chain(last);
                (Self::Long(long), all.collect())
            }
        }
    }

    /// Writes the cells of a response, one for each column of the codebook.
    ///
    /// # Errors
    ///
    /// What the format cannot write.
    pub fn write<'a>(
        &'a mut self,
        cells: impl Iterator<Item = Cell<'a>>,
        writer: &mut impl TableWriter,
    ) -> Result<(), WriteFault> {
        match self {
            Self::Wide(wide) => wide.write(cells, writer),
            Self::Long(long) => long.write(cells, writer),
        }
    }
}

fn is_metadata(column: &str) -> bool {
    MetadataColumn::ALL.iter().any(|it| it.name() == column)
}

impl Wide {
    fn write<'a>(
        &'a self,
        cells: impl Iterator<Item = Cell<'a>>,
        writer: &mut impl TableWriter,
    ) -> Result<(), WriteFault> {
        let chosen = self.columns.iter().zip(cells);
        writer.row(chosen.filter_map(|(writing, cell)| Some(writing.as_ref()?.field(cell))))
    }
}

impl Long {
    fn write<'a>(
        &'a mut self,
        cells: impl Iterator<Item = Cell<'a>>,
        writer: &mut impl TableWriter,
    ) -> Result<(), WriteFault> {
        self.record += 1;
        let mut repeated = vec![Field::Whole(self.record)];
        let chosen = self.columns.iter().zip(cells);
        for (column, cell) in chosen.filter_map(|(column, cell)| Some((column.as_ref()?, cell))) {
            let field = column.writing.field(cell);
            if column.repeated {
                // The metadata come first.
                repeated.push(field);
                continue;
            }
            let (value, missing) = match field {
                Field::Missing(missing) => match self.missing.shown(missing) {
                    Some(flavour) => (Field::Empty, Field::Code(flavour)),
                    None => continue,
                },
                field => (field, Field::Empty),
            };
            let own = [Field::Code(&column.name), value, number(cell), missing];
            writer.row(repeated.iter().copied().chain(own))?;
        }
        Ok(())
    }
}

/// The number that an answer is or stands for.
fn number(cell: Cell<'_>) -> Field<'_> {
    match cell {
        Cell::Choice(option) => option
            .value
            .map_or(Field::Empty, |it| Field::Whole(it.into())),
        Cell::Chosen(_) | Cell::YesNo(_) | Cell::Whole(_) | Cell::Decimal(_) | Cell::Score(..) => {
            super::columns::plain(cell)
        }
        Cell::Campaign(_)
        | Cell::Language(_)
        | Cell::Week(_)
        | Cell::Period(..)
        | Cell::Group(_)
        | Cell::Date(_)
        | Cell::Missing(_) => Field::Empty,
    }
}

impl Table {
    /// The table of these columns, and what makes its rows.
    pub fn of(columns: &Columns<'_>, about: Self, chosen: impl Fn(&str) -> bool) -> (Self, Layout) {
        let (layout, in_file) = Layout::of(columns, &about.codebook, about.shape, &chosen);
        let keep = |entries: Vec<Entry>| {
            entries
                .into_iter()
                .filter(|it| chosen(&it.column))
                .collect()
        };
        let table = Self {
            columns: in_file,
            codebook: keep(about.codebook),
            codebook_by_version: keep(about.codebook_by_version),
            ..about
        };
        (table, layout)
    }
}

//! The cells of a column in a group of rows.

use ::parquet::basic::{LogicalType, Type as PhysicalType};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use ::parquet::file::writer::SerializedColumnWriter;
use chrono::{Datelike, NaiveDate};
use rustc_hash::FxHashMap;

use crate::domain::form::DatePrecision;
use crate::formats::table::{Field, TableColumn, ValueType, WeekNames, WriteFault};

/// A column, with what stands in it in the present group.
pub(super) struct Column {
    pub name: String,
    pub cells: Cells,
    /// By row: whether there is a value.
    present: Vec<i16>,
}

/// The values, without those that are missing.
pub(super) enum Cells {
    Flags(Vec<bool>),
    Whole(Vec<i64>),
    Numbers(Vec<f64>),
    Days(Vec<i32>),
    Texts(Texts),
}

/// Texts, of which each is kept once.
#[derive(Default)]
pub(super) struct Texts {
    places: Vec<usize>,
    known: FxHashMap<String, usize>,
    different: Vec<ByteArray>,
}

/// How many values are handed over at once.
const BATCH: usize = 1024;

impl Column {
    /// The column of a table.
    pub(super) fn of(column: &TableColumn) -> Self {
        Self::new(&column.name, column.value_type)
    }

    /// A column of this type.
    pub(super) fn new(name: &str, value_type: ValueType) -> Self {
        let cells = match value_type {
            ValueType::Flag => Cells::Flags(Vec::new()),
            ValueType::Whole | ValueType::Date(DatePrecision::Year) => Cells::Whole(Vec::new()),
            ValueType::Decimal(_) | ValueType::Number => Cells::Numbers(Vec::new()),
            ValueType::Date(DatePrecision::Day) => Cells::Days(Vec::new()),
            ValueType::Text
            | ValueType::Any
            | ValueType::Week
            | ValueType::Date(DatePrecision::Month) => Cells::Texts(Texts::default()),
        };
        Self {
            name: name.to_owned(),
            cells,
            present: Vec::new(),
        }
    }

    /// Takes a cell; gives about how many bytes it takes.
    pub(super) fn push(
        &mut self,
        field: &Field<'_>,
        weeks: &mut WeekNames,
        text: &mut String,
    ) -> Result<usize, WriteFault> {
        let is_missing = matches!(field, Field::Missing(_) | Field::Empty);
        self.present.push(i16::from(!is_missing));
        let taken = match (&mut self.cells, *field) {
            _ if is_missing => 0,
            (Cells::Flags(flags), Field::Flag(flag)) => {
                flags.push(flag);
                size_of::<bool>()
            }
            (Cells::Whole(whole), Field::Whole(number)) => {
                whole.push(number);
                size_of::<i64>()
            }
            (Cells::Whole(whole), Field::Date(period)) => {
                let start = period.start().ok_or_else(misplaced)?;
                whole.push(start.year().into());
                size_of::<i64>()
            }
            (Cells::Numbers(numbers), field) => {
                numbers.push(field.number().ok_or_else(misplaced)?);
                size_of::<f64>()
            }
            (Cells::Days(days), Field::Date(period)) => {
                let start = period.start().ok_or_else(misplaced)?;
                days.push(since_1970(start));
                size_of::<i32>()
            }
            (Cells::Texts(texts), field) => {
                text.clear();
                field.write_text(weeks, text);
                texts.push(text)
            }
            _ => return Err(misplaced()),
        };
        Ok(size_of::<i16>() + taken)
    }

    /// Writes the group, and begins the next.
    pub(super) fn write(
        &mut self,
        writer: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), WriteFault> {
        let present = std::mem::take(&mut self.present);
        let levels = Some(present.as_slice());
        match &mut self.cells {
            Cells::Flags(values) => {
                let writer = writer.typed::<BoolType>();
                writer.write_batch(&std::mem::take(values), levels, None)?;
            }
            Cells::Whole(values) => {
                let writer = writer.typed::<Int64Type>();
                writer.write_batch(&std::mem::take(values), levels, None)?;
            }
            Cells::Numbers(values) => {
                let writer = writer.typed::<DoubleType>();
                writer.write_batch(&std::mem::take(values), levels, None)?;
            }
            Cells::Days(values) => {
                let writer = writer.typed::<Int32Type>();
                writer.write_batch(&std::mem::take(values), levels, None)?;
            }
            Cells::Texts(texts) => {
                let writer = writer.typed::<ByteArrayType>();
                let texts = std::mem::take(texts);
                let mut places = texts.places.iter();
                for present in present.chunks(BATCH) {
                    let count = present.iter().filter(|it| **it == 1).count();
                    let batch = places.by_ref().take(count);
                    let batch = batch.filter_map(|place| texts.different.get(*place).cloned());
                    let batch: Vec<ByteArray> = batch.collect();
                    writer.write_batch(&batch, Some(present), None)?;
                }
            }
        }
        Ok(())
    }
}

impl Cells {
    /// How the values are stored, and what they are.
    pub(super) const fn parquet_type(&self) -> (PhysicalType, Option<LogicalType>) {
        match self {
            Self::Flags(_) => (PhysicalType::BOOLEAN, None),
            Self::Whole(_) => (PhysicalType::INT64, None),
            Self::Numbers(_) => (PhysicalType::DOUBLE, None),
            Self::Days(_) => (PhysicalType::INT32, Some(LogicalType::Date)),
            Self::Texts(_) => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        }
    }
}

impl Texts {
    /// Takes a text; gives about how many bytes that takes.
    fn push(&mut self, text: &str) -> usize {
        /// What is kept with a text that was not known.
        const OVERHEAD: usize = 100;
        let known = self.known.get(text).copied();
        let place = known.unwrap_or_else(|| {
            let place = self.different.len();
            self.known.insert(text.to_owned(), place);
            self.different.push(ByteArray::from(text));
            place
        });
        self.places.push(place);
        let new = if known.is_none() {
            2 * text.len() + OVERHEAD
        } else {
            0
        };
        size_of::<usize>() + new
    }
}

/// A value that the column, by what the codebook says of it, cannot hold.
fn misplaced() -> WriteFault {
    WriteFault::Format("a value does not fit its column".to_owned())
}

fn since_1970(day: NaiveDate) -> i32 {
    /// The number of the first day of 1970, counted from the first of January of the year 1.
    const FIRST: i32 = 719_163;
    day.num_days_from_ce() - FIRST
}

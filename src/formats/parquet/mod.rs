//! A table as a Parquet file: typed columns, in groups of rows, the codebook beside them.
//!
//! | the table has | the file has |
//! | --- | --- |
//! | 0 or 1 | `BOOLEAN` |
//! | a whole number, a year | `INT64` |
//! | any other number | `DOUBLE` |
//! | a day | `DATE` |
//! | everything else | `STRING`, by a dictionary where it repeats |
//!
//! What is missing is null, and [`MISSING`] says why, as a JSON object: `{"age": "MSK"}`. What the columns mean stands under
//! [`CODEBOOK`] in the key-value metadata.
//!
//! A group of rows lies in memory until it is written column by column, so groups are bounded by what they take.

mod column;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;
use serde_json::{Value, json};

use self::column::Column;
use super::csv::{Formulas, RowFault};
use super::data_package::field as described;
use super::ndjson::MISSING;
use super::table::shape::MissingShown;
use super::table::{Field, Table, TableWriter, ValueType, WeekNames, WriteFault};

/// What the columns mean: a JSON object with the key of the form, its title, the language, and a Table Schema.
pub const CODEBOOK: &str = "codebook";

/// A piece of a file that is worth sending.
const CHUNK: usize = 64 * 1024;

/// About how many bytes a group of rows takes in memory.
const GROUP: usize = 16 * 1024 * 1024;

/// How many rows a group has at most.
const GROUP_ROWS: usize = 200_000;

/// Writes a table as a Parquet file.
#[derive(Default)]
pub struct ParquetTable {
    /// None before it begins.
    file: Option<SerializedFileWriter<Vec<u8>>>,
    columns: Vec<Column>,
    /// Why values are missing.
    reasons: Option<Column>,
    missing: MissingShown,
    weeks: WeekNames,
    text: String,
    /// The rows of the group, and about how many bytes they take.
    rows: usize,
    bytes: usize,
}

impl From<ParquetError> for WriteFault {
    /// The words of the error are left out, since they could quote a value.
    fn from(_: ParquetError) -> Self {
        Self::Format("Parquet refuses it".to_owned())
    }
}

impl ParquetTable {
    fn file(&mut self) -> Result<&mut SerializedFileWriter<Vec<u8>>, WriteFault> {
        let begun = self.file.as_mut();
        begun.ok_or_else(|| WriteFault::Format("the file has not begun".to_owned()))
    }

    fn write_group(&mut self) -> Result<(), WriteFault> {
        let (columns, reasons) = (&mut self.columns, &mut self.reasons);
        let Some(file) = self.file.as_mut().filter(|_| self.rows > 0) else {
            return Ok(());
        };
        let mut group = file.next_row_group()?;
        for column in columns.iter_mut().chain(reasons) {
            let mut writer = group
                .next_column()?
                .ok_or_else(|| WriteFault::Format("too few columns".to_owned()))?;
            column.write(&mut writer)?;
            writer.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl TableWriter for ParquetTable {
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault> {
        self.missing = table.shape.missing;
        self.columns = table.columns.iter().map(Column::of).collect();
        self.reasons = Some(Column::new(MISSING, ValueType::Text));
        let columns = self.columns.iter().map(|it| (it, None));
        let reasons = self.reasons.iter().map(|it| (it, Some(LogicalType::Json)));
        let codebook = KeyValue::new(CODEBOOK.to_owned(), codebook(table).to_string());
        let file = open("responses", columns.chain(reasons), vec![codebook])?;
        self.file = Some(file);
        Ok(())
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault> {
        let mut columns = self.columns.iter_mut();
        let mut reasons = serde_json::Map::new();
        for field in fields {
            let column = columns.next().ok_or(RowFault)?;
            if let Field::Missing(missing) = field
                && let Some(flavour) = self.missing.shown(missing)
            {
                reasons.insert(column.name.clone(), json!(flavour));
            }
            self.bytes += column.push(&field, &mut self.weeks, &mut self.text)?;
        }
        if columns.next().is_some() {
            return Err(RowFault.into());
        }
        if let Some(column) = &mut self.reasons {
            let text = serde_json::to_string(&reasons)?;
            let reasons = match reasons.is_empty() {
                true => Field::Empty,
                false => Field::Text(&text),
            };
            self.bytes += column.push(&reasons, &mut self.weeks, &mut self.text)?;
        }
        self.rows += 1;
        match self.bytes >= GROUP || self.rows >= GROUP_ROWS {
            true => self.write_group(),
            false => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), WriteFault> {
        self.write_group()?;
        self.file()?.finish()?;
        Ok(())
    }

    fn is_full(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.inner().len() >= CHUNK)
    }

    fn take(&mut self) -> Vec<u8> {
        let file = self.file.as_mut();
        file.map(|file| std::mem::take(file.inner_mut()))
            .unwrap_or_default()
    }
}

/// A file of these columns. Those with a type of their own say so beside the column.
fn open<'c>(
    name: &str,
    columns: impl Iterator<Item = (&'c Column, Option<LogicalType>)>,
    metadata: Vec<KeyValue>,
) -> Result<SerializedFileWriter<Vec<u8>>, WriteFault> {
    let fields = columns.map(|(column, logical)| {
        let (physical, own) = column.cells.parquet_type();
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical.or(own));
        field.build().map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder(name).with_fields(fields);
    let properties = WriterProperties::builder()
        .set_created_by("Aftercare".to_owned())
        .set_compression(Compression::SNAPPY)
        // What is kept for each page lies in memory until the end of the file.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata));
    let schema = Arc::new(schema.build()?);
    Ok(SerializedFileWriter::new(
        Vec::new(),
        schema,
        Arc::new(properties.build()),
    )?)
}

/// A whole table that fits into memory.
///
/// # Errors
///
/// When a row does not fit the columns.
pub fn small_table<'a>(
    name: &str,
    columns: &[(String, ValueType)],
    rows: impl Iterator<Item = Vec<Field<'a>>>,
) -> Result<Vec<u8>, WriteFault> {
    let columns = columns.iter();
    let mut table = ParquetTable {
        columns: columns.map(|(name, it)| Column::new(name, *it)).collect(),
        ..ParquetTable::default()
    };
    table.file = Some(open(
        name,
        table.columns.iter().map(|it| (it, None)),
        Vec::new(),
    )?);
    for row in rows {
        table.row(row.into_iter())?;
    }
    table.end()?;
    Ok(table.take())
}

/// What the columns mean, as the schema of a data package says it.
fn codebook(table: &Table) -> Value {
    let fields = table.columns.iter();
    let fields: Vec<_> = fields
        .map(|column| described(column, Formulas::Raw))
        .collect();
    json!({
        "form": table.form,
        "title": table.title,
        "language": table.language,
        "schema": {"fields": fields},
    })
}

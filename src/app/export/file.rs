//! How the file of an export is written: what was asked for, fitted to the form.

use super::download::ExportSink;
use super::error::ExportError;
use super::rows::MaskedRows;
use super::selection::RowFilter;
use super::write::write;
use crate::domain::codebook::Columns;
use crate::domain::disclosure::{codebook, codebook_by_version};
use crate::formats::csv_table::CsvTable;
use crate::formats::data_package::DataPackage;
use crate::formats::file_format::FileFormat;
use crate::formats::ndjson::NdjsonTable;
use crate::formats::parquet::ParquetTable;
use crate::formats::sav::SavTable;
use crate::formats::table::{Layout, Shape, Table};
use crate::formats::xlsx_table::XlsxTable;
use crate::store::AsyncPgConnection;

/// How a file of responses is written. None of it changes what is suppressed.
#[derive(Debug, Clone, Default)]
pub struct FileSpec {
    /// The kind of file.
    pub format: FileFormat,
    /// The layout, and how values look.
    pub shape: Shape,
    /// The names of the columns that it has; all, if none is given.
    pub columns: Option<Vec<String>>,
    /// The language of texts and labels.
    pub language: String,
    /// The key of the form.
    pub form: String,
    /// The title of the form.
    pub title: String,
}

impl FileSpec {
    /// The table over these columns, and what makes its rows.
    pub fn table(&self, columns: &Columns<'_>) -> (Table, Layout) {
        let about = Table {
            form: self.form.clone(),
            title: self.title.clone(),
            language: self.language.clone(),
            shape: self.shape,
            columns: Vec::new(),
            codebook: codebook(columns, &self.language),
            codebook_by_version: match self.format.lists_codes() {
                true => codebook_by_version(columns, &self.language),
                false => Vec::new(),
            },
        };
        let chosen = self.columns.as_ref();
        Table::of(columns, about, |name| {
            chosen.is_none_or(|chosen| chosen.iter().any(|it| it == name))
        })
    }

    /// Writes the rows; gives the number of responses.
    ///
    /// # Errors
    ///
    /// When they cannot be read or written, or the client hung up.
    pub async fn write<R>(
        &self,
        conn: &mut AsyncPgConnection,
        (columns, campaigns): (&Columns<'_>, &[MaskedRows<'_>]),
        filter: &RowFilter,
        sink: &mut ExportSink<R>,
    ) -> Result<u64, ExportError> {
        let (table, layout) = self.table(columns);
        let (rows, table) = ((campaigns, filter), (&table, layout));
        match self.format {
            FileFormat::Csv(options) => {
                write(conn, rows, table, CsvTable::new(options), sink).await
            }
            FileFormat::DataPackage(options) => {
                write(conn, rows, table, DataPackage::new(options), sink).await
            }
            FileFormat::Xlsx => write(conn, rows, table, XlsxTable::default(), sink).await,
            FileFormat::Parquet => write(conn, rows, table, ParquetTable::default(), sink).await,
            FileFormat::Sav => write(conn, rows, table, SavTable::default(), sink).await,
            FileFormat::Ndjson => write(conn, rows, table, NdjsonTable::default(), sink).await,
        }
    }
}

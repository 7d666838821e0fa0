//! The last pass: the rows of a file, written and sent.

use super::download::ExportSink;
use super::error::ExportError;
use super::rows::Rows;
use super::selection::Decision;
use crate::domain::codebook::Columns;
use crate::formats::csv::{CsvOptions, CsvWriter};
use crate::formats::wide::Wide;

/// Writes the rows; gives their number.
pub async fn write<R>(
    mut rows: Rows<'_>,
    columns: &Columns<'_>,
    options: CsvOptions,
    sink: &mut ExportSink<R>,
) -> Result<u64, ExportError> {
    let mut csv = CsvWriter::new(options);
    let mut wide = Wide::default();
    Wide::header(columns, &mut csv)?;
    let mut count = 0;
    while let Some(row) = rows.next().await? {
        if row.decision != Decision::Include {
            continue;
        }
        wide.row(row.cells(), &mut csv)?;
        count += 1;
        if csv.is_full() {
            sink.send(csv.take()).await?;
        }
    }
    sink.send(csv.take()).await?;
    Ok(count)
}

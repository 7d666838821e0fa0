//! The last pass: the rows of a file, written and sent.

use super::download::ExportSink;
use super::error::ExportError;
use super::rows::Rows;
use super::selection::Decision;
use crate::formats::table::{Layout, Table, TableWriter};

/// Writes the rows; gives the number of responses.
pub async fn write<R>(
    mut rows: Rows<'_>,
    table: &Table,
    mut layout: Layout,
    mut writer: impl TableWriter,
    sink: &mut ExportSink<R>,
) -> Result<u64, ExportError> {
    writer.begin(table)?;
    let mut count = 0;
    while let Some(row) = rows.next().await? {
        if row.decision != Decision::Include {
            continue;
        }
        layout.write(row.cells(), &mut writer)?;
        count += 1;
        if writer.is_full() {
            sink.send(writer.take()).await?;
        }
    }
    writer.end()?;
    sink.send(writer.take()).await?;
    Ok(count)
}

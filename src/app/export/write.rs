//! The last pass: the rows of a file, written and sent.

use super::download::ExportSink;
use super::error::ExportError;
use super::rows::MaskedRows;
use super::selection::{Decision, RowFilter};
use crate::formats::table::{Layout, Table, TableWriter};
use crate::store::AsyncPgConnection;

/// Writes the rows of all campaigns; gives the number of responses.
pub async fn write<R>(
    conn: &mut AsyncPgConnection,
    (campaigns, filter): (&[MaskedRows<'_>], &RowFilter),
    (table, mut layout): (&Table, Layout),
    mut writer: impl TableWriter,
    sink: &mut ExportSink<R>,
) -> Result<u64, ExportError> {
    writer.begin(table)?;
    let mut count = 0;
    for campaign in campaigns {
        let mut rows = campaign.open(conn, filter).await?;
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
    }
    writer.end()?;
    sink.send(writer.take()).await?;
    Ok(count)
}

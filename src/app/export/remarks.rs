//! The export of remarks: those that a person has cleared, in an order that is random each time.
//!
//! It is a file of its own, and has no column that leads to a response: neither week nor version.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;

use super::download::{ExportJob, ExportSink};
use super::error::ExportError;
use crate::domain::ids::CampaignId;
use crate::formats::csv::{CsvOptions, CsvWriter};
use crate::store::AsyncPgConnection;
use crate::store::remarks::{count_cleared, stream_cleared};
use crate::store::responses::stream::{begin_snapshot, end_snapshot};

/// The names of the columns.
pub const COLUMNS: [&str; 4] = ["campaign", "question", "language", "text"];

/// Everything that the export of a form's remarks needs to know.
pub struct RemarksExport {
    /// The campaigns whose remarks are exported, with their keys.
    pub campaigns: HashMap<CampaignId, String>,
    /// From which the order of the rows follows: random, and of use once.
    pub salt: [u8; 32],
    /// How they are written.
    pub options: CsvOptions,
}

impl ExportJob for RemarksExport {
    /// How many remarks there are.
    type Report = u64;

    async fn run(
        self,
        conn: &mut AsyncPgConnection,
        sink: &mut ExportSink<u64>,
    ) -> Result<u64, ExportError> {
        let campaigns: Vec<CampaignId> = self.campaigns.keys().copied().collect();
        begin_snapshot(conn).await?;
        let counted = count_cleared(conn, &campaigns).await?;
        sink.report(counted).await?;
        let count = self.write(conn, &campaigns, sink).await?;
        end_snapshot(conn).await?;
        // The audit has the number that was counted.
        if count == counted {
            Ok(count)
        } else {
            Err(ExportError::BrokenOff)
        }
    }
}

impl RemarksExport {
    async fn write(
        &self,
        conn: &mut AsyncPgConnection,
        campaigns: &[CampaignId],
        sink: &mut ExportSink<u64>,
    ) -> Result<u64, ExportError> {
        let mut csv = CsvWriter::new(self.options);
        COLUMNS.iter().for_each(|name| csv.text(name));
        csv.end_row()?;
        let mut rows = pin!(stream_cleared(conn, campaigns, &self.salt).await?);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            let campaign = self.campaigns.get(&row.campaign_id);
            csv.text(campaign.ok_or(ExportError::UnknownVersionOrCampaign)?);
            csv.text(&row.question);
            csv.text(&row.language);
            csv.text(&row.text);
            csv.end_row()?;
            count += 1;
            if csv.is_full() {
                sink.send(csv.take()).await?;
            }
        }
        sink.send(csv.take()).await?;
        Ok(count)
    }
}

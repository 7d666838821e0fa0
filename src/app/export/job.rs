//! The export of a form's responses.
//!
//! Three passes go through the rows, all within one snapshot of the database: the first counts, so that it is known
//! what to suppress; the second measures; the third writes. So what is suppressed is decided, and reported, before the
//! first row is written. Memory does not grow with the number of rows, but for the table of combinations of
//! quasi-identifiers.

use std::collections::HashMap;

use super::download::{ExportJob, ExportSink};
use super::error::ExportError;
use super::file::FileSpec;
use super::measure::{ReportBuilder, measure};
use super::plan::{count, plan};
use super::report::Report;
use super::rows::{ExportVersion, RowReader, Rows, Suppression};
use super::selection::RowFilter;
use crate::domain::codebook::Columns;
use crate::domain::disclosure::{
    KeyEncoder, QuasiIdentifiers, SecondarySuppression, Thresholds, TwoStageSuppressor,
    suppression_weights,
};
use crate::domain::ids::CampaignId;
use crate::domain::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::responses::stream::{Order, ResponsesFilter, begin_snapshot, end_snapshot};

/// Everything that the export of a form's responses needs to know.
pub struct ResponsesExport {
    /// The versions. All responses to them, of all campaigns, are suppressed together.
    pub versions: Vec<ExportVersion>,
    /// The campaigns, with their keys.
    pub campaigns: HashMap<CampaignId, String>,
    /// Which of the responses are in the file.
    pub row_filter: RowFilter,
    /// The least number of responses that share their quasi-identifiers, in every file of them.
    pub least_k: u32,
    /// The same in this file: so many or more.
    pub k: u32,
    /// The keys of the questions whose diversity is reported.
    pub sensitive: Vec<String>,
    /// The server keys of the campaigns. They decide which of several responses with the same answers are suppressed, for
    /// good: the choices of two keys together would show more than either.
    pub keys: HashMap<CampaignId, ServerKey>,
    /// Decides the order of the rows.
    pub order_key: ServerKey,
    /// How they are written.
    pub file: FileSpec,
}

impl ExportJob for ResponsesExport {
    type Report = Report;

    async fn run(
        self,
        conn: &mut AsyncPgConnection,
        sink: &mut ExportSink<Report>,
    ) -> Result<u64, ExportError> {
        let versions = self.versions.iter();
        let forms: Vec<_> = versions.map(|it| (it.number, &*it.form)).collect();
        let columns = Columns::of(&forms);
        let quasi = QuasiIdentifiers::of(&columns);
        let secondary = SecondarySuppression::of(&columns, &quasi);
        let (versions, campaigns) = (&self.versions, &self.campaigns);
        let reader = RowReader::new(&columns, &quasi, &secondary, versions, campaigns);
        let all = self.filter();

        begin_snapshot(conn).await?;
        let rows = Rows::open(conn, &all, Order::Any, &reader).await?;
        let counted = count(rows, &quasi).await?;
        let salt = self.salt(counted.digest, &columns);
        let order = Order::Shuffled(&salt);
        let weights = suppression_weights(&columns, &quasi, &secondary);
        let mut planned = plan(counted, self.thresholds(), weights).await?;

        let suppression = self.suppression(planned.suppressor.clone(), &mut planned.encoder);
        let rows = Rows::open(conn, &all, order, &reader).await?;
        let rows = rows.suppressed(suppression);
        let report = ReportBuilder::new(self.k, &columns, &quasi, &self.sensitive);
        sink.report(measure(rows, report).await?).await?;

        let suppression = self.suppression(planned.suppressor, &mut planned.encoder);
        let rows = Rows::open(conn, &all, order, &reader).await?;
        let rows = rows.suppressed(suppression);
        let count = self.file.write(rows, &columns, sink).await?;
        end_snapshot(conn).await?;
        Ok(count)
    }
}

impl ResponsesExport {
    fn filter(&self) -> ResponsesFilter {
        ResponsesFilter {
            versions: self.versions.iter().map(|version| version.id).collect(),
            campaigns: self.campaigns.keys().copied().collect(),
        }
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds {
            least: self.least_k,
            k: self.k,
        }
    }

    fn suppression<'a>(
        &'a self,
        suppressor: TwoStageSuppressor,
        encoder: &'a mut KeyEncoder,
    ) -> Suppression<'a> {
        Suppression {
            suppressor,
            encoder,
            keys: &self.keys,
            filter: &self.row_filter,
        }
    }

    /// From which the order of the rows follows: a keyed hash of the set of responses and of the columns.
    ///
    /// The same responses are in the same order in every file, and suppressed alike, so that two files say no more than
    /// one. With one response more or less the order is another one by chance.
    fn salt(&self, digest: u128, columns: &Columns<'_>) -> [u8; 32] {
        let names: Vec<&str> = columns.names().collect();
        let versions = self.versions.iter();
        let versions: Vec<u8> = versions.flat_map(|it| it.id.0.into_bytes()).collect();
        self.order_key.hash(&[
            b"export-order",
            &digest.to_be_bytes(),
            &self.least_k.to_be_bytes(),
            names.join(",").as_bytes(),
            &versions,
        ])
    }
}

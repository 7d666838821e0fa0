//! The export of a form's responses, campaign by campaign.
//!
//! Each campaign has a masked table of its own, which no other campaign changes. It is made in two passes over its
//! responses and kept (see [`super::plan`]); a third pass writes them. All passes are within one snapshot of the database.
//! So what is masked is decided, and reported, before the first row is written. Memory does not grow with the number of
//! rows, but for the table of combinations of quasi-identifiers while it is planned, and four bytes a response of the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cache::{PlanCache, PlanKey};
use super::download::{ExportJob, ExportSink};
use super::error::ExportError;
use super::file::FileSpec;
use super::masked_table::MaskedTable;
use super::measure::ReportBuilder;
use super::plan::{assign, count, plan};
use super::report::Report;
use super::rows::{MaskedRows, RowReader, Rows};
use super::selection::RowFilter;
use super::tables::{ExportVersion, Tables};
use crate::domain::campaign::privacy_settings::MIN_K;
use crate::domain::disclosure::Thresholds;
use crate::domain::ids::CampaignId;
use crate::domain::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::responses::stream::{Order, begin_snapshot, count_of, end_snapshot};
use crate::store::responses::tallies::states_of;

/// Everything that the export of a form's responses needs to know.
pub struct ResponsesExport {
    /// The versions.
    pub versions: Vec<ExportVersion>,
    /// The campaigns, in the order of the file.
    pub campaigns: Vec<CampaignTable>,
    /// Which of the responses are in the file.
    pub row_filter: RowFilter,
    /// The least number of responses that share their quasi-identifiers, if it is more than a campaign promises.
    pub k: Option<u32>,
    /// The keys of the questions whose diversity is reported.
    pub sensitive: Vec<String>,
    /// How they are written.
    pub file: FileSpec,
    /// Whether answers are told coarser before they are masked. Only what is measured may leave it out.
    pub with_levels: bool,
    /// Where masked tables are kept.
    pub plans: Arc<PlanCache>,
}

/// A campaign whose responses are masked together.
#[derive(Clone)]
pub struct CampaignTable {
    /// Its id.
    pub id: CampaignId,
    /// Its key.
    pub key: String,
    /// The least number of responses that share their quasi-identifiers, in every file of them.
    pub least_k: u32,
    /// The keys of background questions that none of its rows shows.
    pub left_out: BTreeSet<String>,
    /// How much a masked cell costs, by the key of the question or the name of the metadata column, where it is not as usual.
    pub weights: BTreeMap<String, u8>,
    /// Its server key; none when nothing of it is left. It decides which of several responses with the same answers are
    /// masked, for good: the choices of two keys together would show more than either. The order of the rows follows from it
    /// as well.
    pub server_key: Option<ServerKey>,
}

impl ExportJob for ResponsesExport {
    type Report = Report;

    async fn run(
        self,
        conn: &mut AsyncPgConnection,
        sink: &mut ExportSink<Report>,
    ) -> Result<u64, ExportError> {
        let tables = self.tables();
        begin_snapshot(conn).await?;
        let (masked, report) = self.masked(conn, &tables).await?;
        sink.report(report).await?;
        let count = self
            .file
            .write(conn, (&tables.columns, &masked), &self.row_filter, sink);
        let count = count.await?;
        end_snapshot(conn).await?;
        Ok(count)
    }
}

impl ResponsesExport {
    /// The figures alone, of the file that there would be.
    ///
    /// # Errors
    ///
    /// When there are too few responses, or the database fails.
    pub async fn figures(&self, conn: &mut AsyncPgConnection) -> Result<Report, ExportError> {
        let tables = self.tables();
        begin_snapshot(conn).await?;
        let (_, report) = self.masked(conn, &tables).await?;
        end_snapshot(conn).await?;
        Ok(report)
    }

    /// The least number of responses that are alike in the whole file.
    pub fn least_k(&self) -> u32 {
        let in_file = self.in_file().map(|campaign| self.thresholds(campaign).k);
        in_file.min().or(self.k).unwrap_or(MIN_K)
    }

    /// The campaigns that the file can have.
    pub fn in_file(&self) -> impl Iterator<Item = &CampaignTable> {
        self.campaigns
            .iter()
            .filter(|it| self.row_filter.has(it.id))
    }

    fn tables(&self) -> Tables<'_> {
        let tables = Tables::of(&self.versions);
        match self.with_levels {
            true => tables,
            false => Tables {
                levels: Arc::new(tables.levels.none()),
                ..tables
            },
        }
    }

    /// The masked tables of the campaigns of the file, and the figures. A campaign with some responses, but fewer than `k`, is
    /// left out.
    async fn masked<'a>(
        &'a self,
        conn: &mut AsyncPgConnection,
        tables: &'a Tables<'a>,
    ) -> Result<(Vec<MaskedRows<'a>>, Report), ExportError> {
        let mut report = ReportBuilder::new(self.least_k(), tables, &self.sensitive);
        let (mut masked, mut withheld) = (Vec::new(), 0);
        for campaign in self.in_file() {
            let Some(key) = &campaign.server_key else {
                continue;
            };
            let thresholds = self.thresholds(campaign);
            let table = match self.table(conn, tables, campaign, key, thresholds).await {
                Err(ExportError::TooFew) => {
                    withheld += count_of(conn, campaign.id).await?;
                    continue;
                }
                table => table?,
            };
            report.add(&table, &self.row_filter);
            let reader = self.reader(tables, campaign);
            masked.push(MaskedRows { reader, table });
        }
        if withheld > 0 && masked.iter().all(|it| it.table.records() == 0) {
            return Err(ExportError::TooFew);
        }
        report.withhold(withheld);
        if !self.sensitive.is_empty() {
            for campaign in &masked {
                let rows = campaign.open(conn, &self.row_filter).await?;
                report.diversity(rows).await?;
            }
        }
        Ok((masked, report.finish()))
    }

    /// What makes rows of the responses of a campaign.
    fn reader<'a>(&'a self, tables: &'a Tables<'a>, campaign: &'a CampaignTable) -> RowReader<'a> {
        RowReader::new(tables, &self.versions, (campaign.id, &campaign.key))
    }

    fn thresholds(&self, campaign: &CampaignTable) -> Thresholds {
        let least = campaign.least_k;
        let k = self.k.unwrap_or(least).max(least);
        Thresholds { least, k }
    }

    /// The masked table of a campaign: the one that is kept, or a new one.
    async fn table(
        &self,
        conn: &mut AsyncPgConnection,
        tables: &Tables<'_>,
        campaign: &CampaignTable,
        key: &ServerKey,
        thresholds: Thresholds,
    ) -> Result<Arc<MaskedTable>, ExportError> {
        // Within the snapshot, so what is kept for this revision was made of the same responses.
        let states = states_of(conn, &[campaign.id]).await?;
        let make = async {
            let reader = self.reader(tables, campaign);
            let rows = Rows::open(conn, Order::Any, &reader).await?;
            let left_out = tables.left_out(&campaign.left_out);
            let counted = count(rows, tables, left_out).await?;
            let digest = counted.digest;
            let salt = self.salt(campaign, key, digest, tables);
            let plan = plan(counted, thresholds, tables.weights(&campaign.weights)).await?;
            let rows = Rows::open(conn, Order::Shuffled(&salt), &reader).await?;
            assign(rows, plan, key, tables, (salt, digest)).await
        };
        match states.first() {
            // Nothing was ever released through the server, so nothing says when it changes.
            None => make.await.map(Arc::new),
            Some(state) => {
                let key = PlanKey {
                    campaign: campaign.id,
                    state: *state,
                    thresholds,
                    left_out: campaign.left_out.clone(),
                    weights: campaign.weights.clone(),
                    versions: self.versions.iter().map(|it| it.id).collect(),
                    with_levels: self.with_levels,
                };
                self.plans.get_or_make(key, make).await
            }
        }
    }

    /// From which the order of the rows follows: a keyed hash of the set of responses and of the columns.
    ///
    /// The same responses are in the same order in every file, and masked alike, so that two files say no more than
    /// one. With one response more or less the order is another one by chance.
    fn salt(
        &self,
        campaign: &CampaignTable,
        key: &ServerKey,
        digest: u128,
        tables: &Tables<'_>,
    ) -> [u8; 32] {
        let names: Vec<&str> = tables.columns.names().collect();
        let versions = self.versions.iter();
        let versions: Vec<u8> = versions.flat_map(|it| it.id.0.into_bytes()).collect();
        key.hash(&[
            b"export-order",
            campaign.id.0.as_bytes(),
            &digest.to_be_bytes(),
            &campaign.least_k.to_be_bytes(),
            names.join(",").as_bytes(),
            &versions,
        ])
    }
}

//! The rows of an export: responses decoded, suppressed and filtered. Every pass reads its rows here.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};

use super::error::ExportError;
use super::selection::{Decision, RowFilter, Shown};
use crate::domain::codebook::{
    CampaignLabel, Cell, ColumnIndex, Columns, MetadataColumn, Missing, RowContent, RowProjection,
};
use crate::domain::disclosure::k_anonymity::{ClassId, QiSet};
use crate::domain::disclosure::{
    KeyEncoder, QuasiIdentifiers, SecondarySuppression, TwoStageSuppressor,
};
use crate::domain::form::{Answer, Form};
use crate::domain::ids::{CampaignId, FormVersionId, ResponseId};
use crate::domain::server_key::ServerKey;
use crate::store::responses::stream::{ExportedRow, Order, ResponsesFilter, stream_responses};
use crate::store::{AsyncPgConnection, QueryError};

/// A version whose responses are exported.
#[derive(Debug, Clone)]
pub struct ExportVersion {
    /// Its id.
    pub id: FormVersionId,
    /// Its number.
    pub number: i32,
    /// Its form.
    pub form: Arc<Form>,
}

/// What makes rows of stored responses, worked out once for all passes.
pub struct RowReader<'a> {
    versions: HashMap<FormVersionId, VersionReader<'a>>,
    campaigns: HashMap<CampaignId, CampaignLabel<'a>>,
    quasi: &'a QuasiIdentifiers,
    /// The metadata, by which rows are chosen.
    metadata: [ColumnIndex; 4],
}

struct VersionReader<'a> {
    number: i32,
    form: &'a Form,
    projection: RowProjection<'a>,
    /// By column.
    suppressed_with: &'a [QiSet],
}

impl<'a> RowReader<'a> {
    /// Reads responses to these versions and of these campaigns, which come with their keys.
    pub fn new(
        columns: &Columns<'a>,
        quasi: &'a QuasiIdentifiers,
        secondary: &'a SecondarySuppression,
        versions: &'a [ExportVersion],
        campaigns: &'a HashMap<CampaignId, String>,
    ) -> Self {
        let version = |version: &'a ExportVersion| {
            let reader = VersionReader {
                number: version.number,
                form: &version.form,
                projection: RowProjection::of(columns, version.number),
                suppressed_with: secondary.of_version(version.number),
            };
            (version.id, reader)
        };
        let campaign = |(id, key): (&CampaignId, &'a String)| (*id, CampaignLabel { id: *id, key });
        Self {
            versions: versions.iter().map(version).collect(),
            campaigns: campaigns.iter().map(campaign).collect(),
            quasi,
            metadata: MetadataColumn::ALL.map(|column| columns.metadata(column)),
        }
    }

    fn read(&'a self, stored: ExportedRow) -> Result<Row<'a>, ExportError> {
        let version = self.versions.get(&stored.form_version_id);
        let version = version.ok_or(ExportError::UnknownVersionOrCampaign)?;
        let campaign = self.campaigns.get(&stored.campaign_id);
        let campaign = campaign.ok_or(ExportError::UnknownVersionOrCampaign)?;
        let form = version.form;
        Ok(Row {
            campaign,
            answers: form.layout().decode(form.questions(), &stored.record)?,
            stored,
            version,
            suppressed: QiSet::NONE,
            class: None,
            decision: Decision::Include,
        })
    }
}

/// A response as a row of the export.
pub struct Row<'a> {
    stored: ExportedRow,
    campaign: &'a CampaignLabel<'a>,
    answers: Vec<Answer>,
    version: &'a VersionReader<'a>,
    /// The quasi-identifiers that are suppressed.
    pub suppressed: QiSet,
    /// The class of rows that are alike; none before suppression.
    pub class: Option<ClassId>,
    /// Whether it is in the file.
    pub decision: Decision,
}

impl Row<'_> {
    /// The id of the response, which no file shows.
    pub fn id(&self) -> ResponseId {
        self.stored.id
    }

    /// The number of its version.
    pub fn version(&self) -> i32 {
        self.version.number
    }

    /// Its cells as the file shows them, one for each column.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let cells = self.version.projection.cells(self.content());
        cells
            .zip(self.version.suppressed_with)
            .map(|(cell, suppressed_with)| {
                if suppressed_with.intersects(self.suppressed) {
                    Cell::Missing(Missing::Masked)
                } else {
                    cell
                }
            })
    }

    /// One cell as the file shows it.
    pub fn cell(&self, column: ColumnIndex) -> Cell<'_> {
        if self.is_suppressed(column) {
            return Cell::Missing(Missing::Masked);
        }
        self.version.projection.cell(column, &self.content())
    }

    /// Whether the file shows nothing of this column.
    pub fn is_suppressed(&self, column: ColumnIndex) -> bool {
        let suppressed_with = column.of(self.version.suppressed_with);
        suppressed_with.is_none_or(|quasi| quasi.intersects(self.suppressed))
    }

    /// The codes of its quasi-identifiers, suppressed or not.
    pub fn key<'c>(&self, quasi: &QuasiIdentifiers, encoder: &'c mut KeyEncoder) -> &'c [u32] {
        let content = self.content();
        let cells = quasi.columns().iter().map(|(column, quasi)| {
            let cell = self.version.projection.cell(*column, &content);
            (*quasi, cell)
        });
        encoder.codes(cells)
    }

    fn content(&self) -> RowContent<'_> {
        RowContent {
            campaign: self.campaign,
            language: &self.stored.language,
            week: self.stored.week,
            answers: &self.answers,
        }
    }
}

/// What suppresses rows and chooses among them.
pub struct Suppression<'a> {
    /// Suppresses the cells of each row.
    pub suppressor: TwoStageSuppressor,
    /// Encodes the quasi-identifiers of each row; sealed.
    pub encoder: &'a mut KeyEncoder,
    /// Decide which of several rows with the same quasi-identifiers are treated alike: the keys of the campaigns.
    pub keys: &'a HashMap<CampaignId, ServerKey>,
    /// Chooses the rows of the file.
    pub filter: &'a RowFilter,
}

/// One pass over the rows.
pub struct Rows<'a> {
    reader: &'a RowReader<'a>,
    stored: BoxStream<'a, Result<ExportedRow, QueryError>>,
    suppression: Option<Suppression<'a>>,
}

impl<'a> Rows<'a> {
    /// All rows as they are stored.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn open(
        conn: &'a mut AsyncPgConnection,
        filter: &ResponsesFilter,
        order: Order<'_>,
        reader: &'a RowReader<'a>,
    ) -> Result<Self, ExportError> {
        Ok(Self {
            reader,
            stored: stream_responses(conn, filter, order).await?.boxed(),
            suppression: None,
        })
    }

    /// Rows as the file shows them, without those that are not in it. What is undetermined is still among them.
    #[must_use]
    pub fn suppressed(self, suppression: Suppression<'a>) -> Self {
        Self {
            suppression: Some(suppression),
            ..self
        }
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    ///
    /// When the database fails, when a row cannot be read, or when the rows were not those that the suppression was
    /// planned for. The last is known only at the end: until then the file must not look whole.
    pub async fn next(&mut self) -> Result<Option<Row<'a>>, ExportError> {
        while let Some(stored) = self.stored.try_next().await? {
            let mut row = self.reader.read(stored)?;
            if let Some(suppression) = &mut self.suppression {
                suppression.apply(&mut row, self.reader)?;
            }
            if row.decision != Decision::Exclude {
                return Ok(Some(row));
            }
        }
        if let Some(suppression) = self.suppression.take() {
            suppression.suppressor.finish()?;
        }
        Ok(None)
    }
}

impl Suppression<'_> {
    fn apply(&mut self, row: &mut Row<'_>, reader: &RowReader<'_>) -> Result<(), ExportError> {
        let server = self.keys.get(&row.campaign.id);
        let server = server.ok_or(ExportError::UnknownVersionOrCampaign)?;
        let key = row.key(reader.quasi, self.encoder);
        let decided = self.suppressor.suppress(key, server, row.id());
        row.suppressed = decided.cells;
        row.class = decided.class;
        let [campaign, version, language, week] = reader.metadata.map(|it| !row.is_suppressed(it));
        let decision = self.filter.decide(&Shown {
            campaign: campaign.then_some(row.campaign.id),
            version: version.then_some(row.version.number),
            language: language.then_some(&*row.stored.language),
            week: week.then_some(row.stored.week),
        });
        row.decision = match decision {
            Decision::Undetermined if !self.filter.reaches(row.campaign.id) => Decision::Exclude,
            decided => decided,
        };
        Ok(())
    }
}

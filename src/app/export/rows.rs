//! The rows of an export: responses decoded, suppressed and filtered. Every pass reads its rows here.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};

use super::error::ExportError;
use super::masked_table::{Class, MaskedTable};
use super::selection::{Decision, RowFilter, Shown};
use super::tables::{ExportVersion, Tables};
use crate::domain::codebook::{
    CampaignLabel, Cell, ColumnIndex, MetadataColumn, Missing, RowContent, RowProjection,
};
use crate::domain::disclosure::k_anonymity::{QiSet, SnapshotMismatch};
use crate::domain::disclosure::{Coarse, KeyEncoder, ShownClass};
use crate::domain::form::{Answer, Form};
use crate::domain::ids::{CampaignId, FormVersionId, ResponseId};
use crate::store::responses::stream::{ExportedRow, Order, ResponsesFilter, stream_responses};
use crate::store::{AsyncPgConnection, QueryError};

/// What makes rows of stored responses, worked out once for all passes.
pub struct RowReader<'a> {
    versions: HashMap<FormVersionId, VersionReader<'a>>,
    campaign: CampaignLabel<'a>,
    tables: &'a Tables<'a>,
}

struct VersionReader<'a> {
    number: i32,
    form: &'a Form,
    projection: RowProjection<'a>,
    /// By column.
    suppressed_with: &'a [QiSet],
}

impl<'a> RowReader<'a> {
    /// Reads responses to these versions and of this campaign, which comes with its key.
    pub fn new(
        tables: &'a Tables<'a>,
        versions: &'a [ExportVersion],
        (id, key): (CampaignId, &'a str),
    ) -> Self {
        let version = |version: &'a ExportVersion| {
            let reader = VersionReader {
                number: version.number,
                form: &version.form,
                projection: RowProjection::of(&tables.columns, version.number),
                suppressed_with: tables.secondary.of_version(version.number),
            };
            (version.id, reader)
        };
        Self {
            versions: versions.iter().map(version).collect(),
            campaign: CampaignLabel { id, key },
            tables,
        }
    }

    fn read(&'a self, stored: ExportedRow) -> Result<Row<'a>, ExportError> {
        let version = self.versions.get(&stored.form_version_id);
        let version = version.ok_or(ExportError::UnknownVersionOrCampaign)?;
        if stored.campaign_id != self.campaign.id {
            return Err(ExportError::UnknownVersionOrCampaign);
        }
        let form = version.form;
        Ok(Row {
            reader: self,
            answers: form.layout().decode(form.questions(), &stored.record)?,
            stored,
            version,
            masked: None,
            class: None,
            decision: Decision::Include,
        })
    }
}

/// A response as a row of the export.
pub struct Row<'a> {
    reader: &'a RowReader<'a>,
    stored: ExportedRow,
    answers: Vec<Answer>,
    version: &'a VersionReader<'a>,
    /// What it shows; all of it before suppression.
    masked: Option<(&'a Class, &'a KeyEncoder)>,
    /// The number of its class within its campaign; none before suppression.
    pub class: Option<u32>,
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
        let columns = self.reader.tables.columns.iter();
        cells
            .zip(columns)
            .map(|(cell, (index, _))| self.told(index, cell))
    }

    /// One cell as the file shows it.
    pub fn cell(&self, column: ColumnIndex) -> Cell<'_> {
        self.told(
            column,
            self.version.projection.cell(column, &self.content()),
        )
    }

    fn told<'r>(&'r self, column: ColumnIndex, cell: Cell<'r>) -> Cell<'r> {
        let Some((class, encoder)) = self.masked else {
            return cell;
        };
        match column.of(self.version.suppressed_with) {
            Some(with) => {
                let known = (&self.reader.tables.quasi, encoder);
                class.class.cell(known, column, *with, cell)
            }
            None => Cell::Missing(Missing::Masked),
        }
    }

    /// The codes of its quasi-identifiers, suppressed or not.
    pub fn key<'c>(&self, tables: &Tables<'_>, encoder: &'c mut KeyEncoder) -> &'c [u32] {
        let content = self.content();
        let cells = tables.quasi.columns().iter().map(|(column, quasi)| {
            let cell = self.version.projection.cell(*column, &content);
            (*column, *quasi, cell)
        });
        let cells: Vec<_> = cells.collect();
        encoder.codes(&cells)
    }

    /// What it shows of the metadata as one of this class.
    pub fn shown(&self, tables: &Tables<'_>, class: &ShownClass, encoder: &KeyEncoder) -> Shown {
        let place = |column| tables.quasi.of_column(tables.columns.metadata(column));
        let exact = |column| {
            let place = place(column);
            place.is_some_and(|it| !class.masked.contains(it) && !class.coarser.contains(it))
        };
        let week = place(MetadataColumn::Week).and_then(|it| class.coarse(it, encoder));
        Shown {
            version: exact(MetadataColumn::FormVersion).then_some(self.version.number),
            language: exact(MetadataColumn::Language).then(|| self.stored.language.clone()),
            weeks: match week {
                Some(Coarse::Period(kind, number)) => kind.weeks(*number),
                _ => exact(MetadataColumn::Week).then_some((self.stored.week, self.stored.week)),
            },
        }
    }

    fn content(&self) -> RowContent<'_> {
        RowContent {
            campaign: &self.reader.campaign,
            language: &self.stored.language,
            week: self.stored.week,
            answers: &self.answers,
        }
    }
}

/// The rows of a campaign in a file.
pub struct MaskedRows<'a> {
    /// Makes them.
    pub reader: RowReader<'a>,
    /// What they show.
    pub table: Arc<MaskedTable>,
}

impl MaskedRows<'_> {
    /// A pass over them, in the order of the file.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn open<'r>(
        &'r self,
        conn: &'r mut AsyncPgConnection,
        filter: &'r RowFilter,
    ) -> Result<Rows<'r>, ExportError> {
        let order = Order::Shuffled(&self.table.salt);
        let rows = Rows::open(conn, order, &self.reader).await?;
        Ok(rows.masked(&self.table, filter))
    }
}

/// One pass over the rows of a campaign.
pub struct Rows<'a> {
    reader: &'a RowReader<'a>,
    stored: BoxStream<'a, Result<ExportedRow, QueryError>>,
    masked: Option<(&'a MaskedTable, &'a RowFilter)>,
    place: usize,
    digest: u128,
}

impl<'a> Rows<'a> {
    /// All rows as they are stored.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn open(
        conn: &'a mut AsyncPgConnection,
        order: Order<'_>,
        reader: &'a RowReader<'a>,
    ) -> Result<Self, ExportError> {
        let filter = ResponsesFilter {
            versions: reader.versions.keys().copied().collect(),
            campaigns: vec![reader.campaign.id],
        };
        Ok(Self {
            reader,
            stored: stream_responses(conn, &filter, order).await?.boxed(),
            masked: None,
            place: 0,
            digest: 0,
        })
    }

    /// Rows as the file shows them, without those that are not in it. What is undetermined is still among them. They come in
    /// the order of the table.
    #[must_use]
    pub fn masked(self, table: &'a MaskedTable, filter: &'a RowFilter) -> Self {
        Self {
            masked: Some((table, filter)),
            ..self
        }
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    ///
    /// When the database fails, when a row cannot be read, or when the rows were not those that the table was
    /// made of. The last is known only at the end: until then the file must not look whole.
    pub async fn next(&mut self) -> Result<Option<Row<'a>>, ExportError> {
        while let Some(stored) = self.stored.try_next().await? {
            let mut row = self.reader.read(stored)?;
            if let Some((table, filter)) = self.masked {
                self.digest = self.digest.wrapping_add(row.id().0.as_u128());
                let class = table.class_at(self.place);
                let class = class.ok_or_else(|| self.mismatch(table))?;
                row.decision = filter.decide(&class.shown);
                row.masked = Some((class, &table.encoder));
                row.class = table.number_at(self.place);
                self.place += 1;
            }
            if row.decision != Decision::Exclude {
                return Ok(Some(row));
            }
        }
        match self.masked.take() {
            Some((table, _)) if self.place != table.records() || self.digest != table.digest => {
                Err(self.mismatch(table).into())
            }
            _ => Ok(None),
        }
    }

    fn mismatch(&self, table: &MaskedTable) -> SnapshotMismatch {
        let (found, expected) = (self.place as u64 + 1, table.records() as u64);
        SnapshotMismatch {
            missing: expected.saturating_sub(found),
            unexpected: found.saturating_sub(expected),
        }
    }
}

//! A stored response, read for an export.

use std::collections::HashMap;

use chrono::Datelike;
use uuid::Uuid;

use crate::domain::codebook::{Cell, Columns, MetadataColumn, RowProjection};
use crate::domain::disclosure::Shown;
use crate::domain::disclosure::k_anonymity::{Dictionary, QiSet};
use crate::domain::disclosure::{KeyEncoder, QuasiIdentifiers, SecondarySuppression, encode_key};
use crate::domain::form::Answer;
use crate::domain::form::Form;
use crate::formats::wide::WideFault;
use crate::store::responses::stream::ExportedRow;

/// Everything that reads responses, worked out once.
pub struct Reader<'a> {
    versions: HashMap<Uuid, Version<'a>>,
    /// Each background column, counted without the leading ones, with its quasi-identifier.
    background: Vec<(usize, usize)>,
}

/// A version of the form, as a reader needs it.
struct Version<'a> {
    number: i32,
    form: &'a Form,
    plan: RowProjection<'a>,
    secondary: &'a [QiSet],
}

/// A response that was read.
pub struct Response<'r> {
    row: &'r ExportedRow,
    version: &'r Version<'r>,
    background: &'r [(usize, usize)],
    answers: Vec<Answer>,
}

impl<'a> Reader<'a> {
    /// Reads responses to these versions: the id and the number of each.
    pub fn new(
        columns: &'a Columns<'a>,
        quasi: &QuasiIdentifiers,
        secondary: &'a SecondarySuppression,
        versions: impl IntoIterator<Item = (Uuid, i32)>,
    ) -> Self {
        let version = |(id, number): (Uuid, i32)| {
            let mut forms = columns.versions().iter();
            let (_, form) = forms.find(|(version, _)| *version == number)?;
            let version = Version {
                number,
                form,
                plan: columns.plan(number),
                secondary: secondary.of_version(number),
            };
            Some((id, version))
        };
        let leading = MetadataColumn::ALL.len();
        Self {
            versions: versions.into_iter().filter_map(version).collect(),
            background: quasi
                .columns()
                .filter_map(|(column, quasi)| Some((column.checked_sub(leading)?, quasi)))
                .collect(),
        }
    }

    /// Reads a response.
    ///
    /// # Errors
    ///
    /// When it is of a version that the export was not asked for, or when its record cannot be read.
    pub fn read<'r>(&'r self, row: &'r ExportedRow) -> Result<Response<'r>, WideFault> {
        let version = self.versions.get(&row.form_version_id);
        let version = version.ok_or(WideFault::UnknownVersionOrCampaign)?;
        let form = version.form;
        Ok(Response {
            row,
            version,
            background: &self.background,
            answers: form.layout().decode(form.questions(), &row.record)?,
        })
    }
}

impl Response<'_> {
    /// The row that it was read from.
    pub fn row(&self) -> &ExportedRow {
        self.row
    }

    /// The number of its version.
    pub fn version(&self) -> i32 {
        self.version.number
    }

    /// The codes of its quasi-identifiers.
    pub fn codes<'c>(&self, combinations: &'c mut KeyEncoder) -> &'c [u32] {
        let leading = [
            self.row.campaign_id.as_bytes().as_slice(),
            &self.version.number.to_be_bytes(),
            self.row.language.as_bytes(),
            &self.row.week.num_days_from_ce().to_be_bytes(),
        ];
        let cells = self.background.iter().map(|(column, quasi)| {
            let cell = self.version.plan.cell_of(*column, &self.answers);
            (*quasi, cell)
        });
        combinations.codes(leading, cells)
    }

    /// Whether a column must not be shown when these cells are masked; columns are counted with the leading ones.
    pub fn is_masked(&self, column: usize, masked: QiSet) -> bool {
        let suppressed_with = self.version.secondary.get(column).copied();
        suppressed_with.is_none_or(|cells| cells.intersects(masked))
    }

    /// The cells that are filled from the answers, and nothing for one that must not be shown.
    pub fn cells(&self, masked: QiSet) -> impl Iterator<Item = Option<Cell<'_>>> {
        let cells = (MetadataColumn::ALL.len()..).zip(self.version.plan.cells(&self.answers));
        cells.map(move |(column, cell)| (!self.is_masked(column, masked)).then_some(cell))
    }

    /// What is shown in these columns together; `dictionary` gives the codes.
    pub fn shown(&self, columns: &[usize], masked: QiSet, dictionary: &mut Dictionary) -> Shown {
        let leading = MetadataColumn::ALL.len();
        let cells = columns
            .iter()
            .filter(|column| !self.is_masked(**column, masked))
            .filter_map(|column| column.checked_sub(leading))
            .map(|column| self.version.plan.cell_of(column, &self.answers));
        let (mut spelt, mut empty, mut hidden) = (Vec::new(), true, true);
        for cell in cells {
            hidden = false;
            empty &= matches!(cell, Cell::Missing(_));
            encode_key(cell, &mut spelt);
        }
        match (hidden, empty) {
            (true, _) => Shown::Masked,
            (_, true) => Shown::Nothing,
            _ => Shown::Answer(dictionary.code(&spelt)),
        }
    }
}

//! The second pass: the figures of a file. Rows come in the order of the last pass, so that each is suppressed as it
//! will be there.

use std::collections::{BTreeSet, HashMap};

use super::error::ExportError;
use super::report::{MaskedColumn, MaskedRole, Report};
use super::rows::{Row, Rows};
use super::selection::Decision;
use crate::domain::codebook::{Cell, ColumnIndex, Columns, Missing};
use crate::domain::disclosure::k_anonymity::{ClassId, Dictionary, QiSet};
use crate::domain::disclosure::{Diversity, QuasiIdentifiers, Shown, encode_key};

/// Measures the rows of a file.
pub async fn measure(
    mut rows: Rows<'_>,
    mut report: ReportBuilder<'_>,
) -> Result<Report, ExportError> {
    while let Some(row) = rows.next().await? {
        report.add(&row);
    }
    Ok(report.finish())
}

/// Counts the rows of a file.
pub struct ReportBuilder<'a> {
    report: Report,
    columns: &'a Columns<'a>,
    quasi: &'a QuasiIdentifiers,
    classes: HashMap<ClassId, u64>,
    /// What the suppression of these quasi-identifiers takes in a row, by version.
    taken: HashMap<(i32, QiSet), SuppressedCells>,
    sensitive: Vec<SensitiveQuestion>,
    diversity: Diversity,
}

/// What is suppressed in each of some rows.
#[derive(Debug, Clone, Default)]
struct SuppressedCells {
    /// The rows.
    rows: u64,
    /// Cells of quasi-identifiers.
    own: u64,
    /// Cells of other columns.
    dependent: u64,
    /// The codings of both.
    codings: BTreeSet<String>,
}

/// A question whose diversity is reported.
struct SensitiveQuestion {
    /// Its columns: all codings and options.
    columns: Vec<ColumnIndex>,
    dictionary: Dictionary,
}

impl<'a> ReportBuilder<'a> {
    /// Nothing counted yet. `sensitive` has the keys of the questions whose diversity is reported.
    pub fn new(
        k: u32,
        columns: &'a Columns<'a>,
        quasi: &'a QuasiIdentifiers,
        sensitive: &[String],
    ) -> Self {
        let question = |key: &String| SensitiveQuestion {
            columns: columns
                .iter()
                .filter(|(_, column)| column.question() == Some(key))
                .map(|(index, _)| index)
                .collect(),
            dictionary: Dictionary::default(),
        };
        Self {
            report: Report {
                k,
                ..Report::default()
            },
            columns,
            quasi,
            classes: HashMap::new(),
            taken: HashMap::new(),
            sensitive: sensitive.iter().map(question).collect(),
            diversity: Diversity::new(sensitive.to_vec()),
        }
    }

    /// Counts a row, or that it is withheld.
    pub fn add(&mut self, row: &Row<'_>) {
        if row.decision == Decision::Undetermined {
            self.report.withheld_records += 1;
            return;
        }
        let taken = self.taken(row);
        taken.rows += 1;
        let (own, dependent) = (taken.own, taken.dependent);
        self.report.records += 1;
        self.report.cells += self.quasi.columns().len() as u64;
        self.report.masked_cells += own;
        self.report.dependent_cells += dependent;
        self.report.masked_records += u64::from(!row.suppressed.is_empty());
        if let Some(class) = row.class {
            *self.classes.entry(class).or_default() += 1;
            let questions = self.sensitive.iter_mut();
            let shown: Vec<_> = questions.map(|question| question.shown(row)).collect();
            self.diversity.add(class, &shown);
        }
    }

    fn taken(&mut self, row: &Row<'_>) -> &mut SuppressedCells {
        let (columns, quasi) = (self.columns, self.quasi);
        let taken = self.taken.entry((row.version(), row.suppressed));
        taken.or_insert_with(|| {
            let mut taken = SuppressedCells::default();
            for (index, column) in columns
                .iter()
                .filter(|(index, _)| row.is_suppressed(*index))
            {
                match quasi.of_column(index) {
                    Some(_) => taken.own += 1,
                    None => taken.dependent += 1,
                }
                taken.codings.insert(column.coding.clone());
            }
            taken
        })
    }

    /// What is suppressed of each column, in the order of the file.
    fn masked_columns(&self) -> Vec<MaskedColumn> {
        let mut columns: Vec<MaskedColumn> = Vec::new();
        for (index, column) in self.columns.iter() {
            let role = match (self.quasi.of_column(index), column.background) {
                (None, _) => MaskedRole::Dependent,
                (Some(_), true) => MaskedRole::Background,
                (Some(_), false) => MaskedRole::Metadata,
            };
            let among = self.taken.values();
            let among = among.filter(|taken| taken.codings.contains(&column.coding));
            let masked = among.map(|taken| taken.rows).sum();
            let is_next_option = columns
                .last()
                .is_some_and(|last| last.name == column.coding);
            if !is_next_option && (masked > 0 || role != MaskedRole::Dependent) {
                columns.push(MaskedColumn {
                    name: column.coding.clone(),
                    role,
                    masked,
                });
            }
        }
        columns
    }

    /// The figures.
    pub fn finish(self) -> Report {
        Report {
            columns: self.masked_columns(),
            smallest_class: self.classes.into_values().min().unwrap_or_default(),
            diversity: self.diversity.report(),
            ..self.report
        }
    }
}

impl SensitiveQuestion {
    /// What a row shows of the answer.
    fn shown(&mut self, row: &Row<'_>) -> Shown {
        let cells = self.columns.iter().map(|column| row.cell(*column));
        let (mut key, mut empty, mut suppressed) = (Vec::new(), true, true);
        for cell in cells.filter(|cell| *cell != Cell::Missing(Missing::Masked)) {
            suppressed = false;
            empty &= matches!(cell, Cell::Missing(_));
            encode_key(cell, &mut key);
        }
        match (suppressed, empty) {
            (true, _) => Shown::Masked,
            (_, true) => Shown::Nothing,
            _ => Shown::Answer(self.dictionary.code(&key)),
        }
    }
}

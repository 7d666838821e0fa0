//! The figures of a file, which follow from the masked tables of its campaigns.

use std::collections::BTreeMap;

use super::error::ExportError;
use super::masked_table::MaskedTable;
use super::report::{MaskedColumn, MaskedRole, Report};
use super::rows::{Row, Rows};
use super::selection::{Decision, RowFilter};
use super::tables::Tables;
use crate::domain::codebook::{Cell, Column, ColumnIndex, Missing};
use crate::domain::disclosure::k_anonymity::{ClassId, Dictionary};
use crate::domain::disclosure::{Diversity, KeyEncoder, Shown, ShownClass, encode_key};

/// Counts the rows of a file.
pub struct ReportBuilder<'a> {
    report: Report,
    tables: &'a Tables<'a>,
    /// By coding, in the order of the file: rows in which it is masked, rows in which it is told as a group, and what is lost
    /// of it in thousandths.
    codings: Vec<(MaskedColumn, usize)>,
    sensitive: Vec<SensitiveQuestion>,
    diversity: Diversity,
    /// Classes of the campaigns before this one.
    classes: u32,
}

/// A question whose diversity is reported.
struct SensitiveQuestion {
    /// Its columns: all codings and options.
    columns: Vec<ColumnIndex>,
    dictionary: Dictionary,
}

/// What is left of a column in responses of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    All,
    Group,
    Nothing,
}

impl<'a> ReportBuilder<'a> {
    /// Nothing counted yet. `sensitive` has the keys of the questions whose diversity is reported.
    pub fn new(k: u32, tables: &'a Tables<'a>, sensitive: &[String]) -> Self {
        let question = |key: &String| SensitiveQuestion {
            columns: tables
                .columns
                .iter()
                .filter(|(_, column)| column.question() == Some(key))
                .map(|(index, _)| index)
                .collect(),
            dictionary: Dictionary::default(),
        };
        let mut codings: Vec<(MaskedColumn, usize)> = Vec::new();
        for (index, column) in tables.columns.iter() {
            match codings.last_mut() {
                Some((last, columns)) if last.name == column.coding => *columns += 1,
                _ => codings.push((MaskedColumn::new(column, role(tables, index, column)), 1)),
            }
        }
        Self {
            report: Report {
                k,
                ..Report::default()
            },
            tables,
            codings,
            sensitive: sensitive.iter().map(question).collect(),
            diversity: Diversity::new(sensitive.to_vec()),
            classes: 0,
        }
    }

    /// Counts the rows of a campaign.
    pub fn add(&mut self, table: &MaskedTable, filter: &RowFilter) {
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        for ((number, version), rows) in &table.counts {
            let Some(class) = table.class(*number) else {
                continue;
            };
            match filter.decide(&class.shown) {
                Decision::Exclude => {}
                Decision::Undetermined => self.report.withheld_records += rows,
                Decision::Include => {
                    *sizes.entry(*number).or_default() += rows;
                    self.add_rows(&class.class, &table.encoder, *version, *rows);
                }
            }
        }
        let smallest = [self.report.smallest_class]
            .into_iter()
            .filter(|it| *it > 0);
        let smallest = smallest.chain(sizes.into_values()).min();
        self.report.smallest_class = smallest.unwrap_or_default();
    }

    /// Counts responses that are in no row since there are too few.
    pub fn withhold(&mut self, records: u64) {
        self.report.withheld_records += records;
    }

    fn add_rows(&mut self, class: &ShownClass, encoder: &KeyEncoder, version: i32, rows: u64) {
        let tables = self.tables;
        let report = &mut self.report;
        report.records += rows;
        report.cells += tables.quasi.columns().len() as u64 * rows;
        let mut any_masked = false;
        report.coarser_records += u64::from(!class.coarser.is_empty()) * rows;
        let with = tables.secondary.of_version(version);
        let mut columns = tables.columns.iter().zip(with);
        for (coding, count) in &mut self.codings {
            let (mut masked, mut grouped, mut lost) = (false, false, 0);
            let mut left_out = false;
            for ((index, column), with) in columns.by_ref().take(*count) {
                let own = tables.quasi.of_column(index);
                left_out |= own.is_some_and(|own| encoder.left_out().contains(own));
                // What a version does not have is not masked by a group of what it has.
                let any = match column.versions.contains(&version) {
                    true => Missing::Blank,
                    false => Missing::NotAsked,
                };
                let known = (&tables.quasi, encoder);
                let cell = class.cell(known, index, *with, Cell::Missing(any));
                let left = match (cell, own.is_some_and(|own| class.coarser.contains(own))) {
                    (Cell::Missing(Missing::Masked), _) => Left::Nothing,
                    (Cell::Group(_) | Cell::Period(..), true) => Left::Group,
                    _ => Left::All,
                };
                masked |= left == Left::Nothing;
                grouped |= left == Left::Group;
                match (left, own) {
                    (Left::Nothing, Some(own)) => {
                        report.masked_cells += rows;
                        report.left_out_cells += u64::from(encoder.left_out().contains(own)) * rows;
                        any_masked = true;
                    }
                    (Left::Nothing, None) => report.dependent_cells += rows,
                    (Left::Group, _) => report.coarser_cells += rows,
                    (Left::All, _) => {}
                }
                if let Some(coarse) = own.and_then(|own| class.coarse(own, encoder)) {
                    lost = own.map_or(0, |own| tables.levels.loss(own, coarse));
                    // That one of several options was chosen is a group as well.
                    grouped = true;
                } else if left == Left::Nothing {
                    lost = 1000;
                }
            }
            if grouped {
                coding.coarser += rows;
            } else if masked {
                coding.masked += rows;
            }
            coding.left_out += u64::from(left_out) * rows;
            coding.lost += u64::from(lost) * rows;
        }
        report.masked_records += u64::from(any_masked) * rows;
    }

    /// Counts the answers to sensitive questions in the rows of a campaign, which are those of the table.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn diversity(&mut self, mut rows: Rows<'_>) -> Result<(), ExportError> {
        let before = self.classes;
        while let Some(row) = rows.next().await? {
            let Some(class) = row.class.filter(|_| row.decision == Decision::Include) else {
                continue;
            };
            let class = before.saturating_add(class);
            self.classes = self.classes.max(class.saturating_add(1));
            let questions = self.sensitive.iter_mut();
            let shown: Vec<_> = questions.map(|question| question.shown(&row)).collect();
            self.diversity.add(ClassId(class), &shown);
        }
        Ok(())
    }

    /// The figures.
    pub fn finish(self) -> Report {
        let columns = self.codings.into_iter().map(|(column, _)| column);
        let told =
            |column: &MaskedColumn| column.masked > 0 || column.role != MaskedRole::Dependent;
        Report {
            columns: columns.filter(told).collect(),
            diversity: self.diversity.report(),
            ..self.report
        }
    }
}

fn role(tables: &Tables<'_>, index: ColumnIndex, column: &Column) -> MaskedRole {
    match (tables.quasi.of_column(index), column.background) {
        (None, _) => MaskedRole::Dependent,
        (Some(_), true) => MaskedRole::Background,
        (Some(_), false) => MaskedRole::Metadata,
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

//! What the masking of an export took away, in numbers that say nothing about anybody.

use std::collections::HashMap;

use super::read::Response;
use crate::domain::codebook::{Columns, MetadataColumn};
use crate::domain::disclosure::QuasiIdentifiers;
use crate::domain::disclosure::QuestionDiversity;
use crate::domain::disclosure::k_anonymity::{ClassId, QiSet};

/// The figures of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Each record shares its quasi-identifiers, as far as they are shown, with so many others, itself included.
    pub k: u32,
    /// Rows.
    pub records: u64,
    /// Cells of the columns that are quasi-identifiers.
    pub cells: u64,
    /// Those of them that are masked.
    pub masked_cells: u64,
    /// Rows with a masked cell.
    pub masked_records: u64,
    /// Cells of other columns that are masked, since they would give a masked one away.
    pub dependent_cells: u64,
    /// The least number of rows that are alike; 0 without rows.
    pub smallest_class: u64,
    /// Responses that are not among the rows since what would decide it is masked.
    pub withheld_records: u64,
    /// How different the answers to the questions asked for are among rows that are alike.
    pub diversity: Vec<QuestionDiversity>,
}

/// Counts the rows of a file before it is written.
pub struct ReportBuilder<'a> {
    report: Report,
    quasi: &'a QuasiIdentifiers,
    columns: usize,
    classes: HashMap<ClassId, u64>,
    /// How many cells of either sort a mask takes, by version.
    taken: HashMap<(i32, QiSet), (u64, u64)>,
}

impl<'a> ReportBuilder<'a> {
    /// Nothing counted yet.
    pub fn new(k: u32, columns: &Columns<'_>, quasi: &'a QuasiIdentifiers) -> Self {
        Self {
            report: Report {
                k,
                ..Report::default()
            },
            quasi,
            columns: MetadataColumn::ALL.len() + columns.as_slice().len(),
            classes: HashMap::new(),
            taken: HashMap::new(),
        }
    }

    /// Counts a row with these quasi-identifiers masked.
    pub fn add(&mut self, response: &Response<'_>, masked: QiSet, class: Option<ClassId>) {
        let key = (response.version(), masked);
        let (quasi, columns) = (self.quasi, self.columns);
        let (own, dependent) = *self.taken.entry(key).or_insert_with(|| {
            let hidden = (0..columns).filter(|column| response.is_masked(*column, masked));
            let (own, dependent): (Vec<_>, Vec<_>) =
                hidden.partition(|column| quasi.of_column(*column).is_some());
            (own.len() as u64, dependent.len() as u64)
        });
        self.report.records += 1;
        self.report.cells += self.quasi.columns().count() as u64;
        self.report.masked_cells += own;
        self.report.dependent_cells += dependent;
        self.report.masked_records += u64::from(!masked.is_empty());
        if let Some(class) = class {
            *self.classes.entry(class).or_default() += 1;
        }
    }

    /// Counts a response of which it cannot be told whether it belongs to the file.
    pub fn withhold(&mut self) {
        self.report.withheld_records += 1;
    }

    /// The figures.
    pub fn finish(self, diversity: Vec<QuestionDiversity>) -> Report {
        Report {
            smallest_class: self.classes.into_values().min().unwrap_or_default(),
            diversity,
            ..self.report
        }
    }
}

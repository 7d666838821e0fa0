//! What the suppression of an export took away, in numbers that say nothing about anybody.

use crate::domain::disclosure::QuestionDiversity;

/// The figures of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Each record shares its quasi-identifiers, as far as they are shown, with so many others, itself included.
    pub k: u32,
    /// Rows.
    pub records: u64,
    /// Cells of the columns that are quasi-identifiers.
    pub cells: u64,
    /// Those of them that are suppressed.
    pub masked_cells: u64,
    /// Rows with a suppressed cell.
    pub masked_records: u64,
    /// Cells of other columns that are suppressed, since they would give a suppressed one away.
    pub dependent_cells: u64,
    /// The least number of rows that are alike; 0 without rows.
    pub smallest_class: u64,
    /// Responses that are not among the rows since what would decide it is suppressed.
    pub withheld_records: u64,
    /// How different the answers to the questions asked for are among rows that are alike.
    pub diversity: Vec<QuestionDiversity>,
}

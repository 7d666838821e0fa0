//! What the suppression of an export took away, in numbers that say nothing about anybody.

use crate::domain::codebook::Column;
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
    /// Those of them of which the campaigns leave out the question.
    pub left_out_cells: u64,
    /// Rows with a suppressed cell.
    pub masked_records: u64,
    /// Cells of other columns that are suppressed, since they would give a suppressed one away.
    pub dependent_cells: u64,
    /// The least number of rows that are alike; 0 without rows.
    pub smallest_class: u64,
    /// Cells that are told as a group.
    pub coarser_cells: u64,
    /// Rows with such a cell, or with an answer to a multiple choice that is told in groups.
    pub coarser_records: u64,
    /// Responses that are not among the rows, since what would decide it is suppressed, or since their campaign has fewer than `k`.
    pub withheld_records: u64,
    /// How different the answers to the questions asked for are among rows that are alike.
    pub diversity: Vec<QuestionDiversity>,
    /// The columns that identify people, and those of the others of which cells are suppressed.
    pub columns: Vec<MaskedColumn>,
}

/// What is suppressed of a column, or of all columns of a multiple choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedColumn {
    /// Its name in the codebook, without the option.
    pub name: String,
    /// Why it is suppressed.
    pub role: MaskedRole,
    /// Rows in which it is suppressed.
    pub masked: u64,
    /// Those of them whose campaign leaves it out.
    pub left_out: u64,
    /// Rows in which it is told as a group.
    pub coarser: u64,
    /// What is lost of it in all rows, in thousandths of a cell: all of one that is suppressed, and of one that is told as a group
    /// the share of the other answers that it could be.
    pub lost: u64,
}

impl MaskedColumn {
    /// A column of which nothing is suppressed.
    pub fn new(column: &Column, role: MaskedRole) -> Self {
        Self {
            name: column.coding.clone(),
            role,
            masked: 0,
            left_out: 0,
            coarser: 0,
            lost: 0,
        }
    }
}

/// Why a column is suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskedRole {
    /// It is known of the response, as the week is.
    Metadata,
    /// It holds the answer to a background question.
    Background,
    /// It would give away what is suppressed in another one.
    Dependent,
}

impl Report {
    /// The share of the background that is lost, from 0 to 1: each row and each background question weighs the same. What is
    /// told as a group counts in part (normalised certainty penalty: Xu and others 2006).
    #[allow(clippy::cast_precision_loss, reason = "a share to show")]
    pub fn loss(&self) -> f64 {
        let background = self.columns.iter();
        let background = background.filter(|column| column.role == MaskedRole::Background);
        let (columns, lost) = background.fold((0_u64, 0_u64), |(columns, lost), column| {
            (columns + 1, lost + column.lost)
        });
        match columns * self.records {
            0 => 0.0,
            cells => lost as f64 / (cells as f64 * 1000.0),
        }
    }
}

//! Quasi-identifiers: what somebody who knows a person may know of their row already.
//!
//! These are the answers to background questions, and what stands in front of them: an acquaintance may also know in
//! which campaign, in which language and in which week somebody answered. An export masks them so that no
//! combination of them is rare (see [`crate::domain::disclosure::k_anonymity`]).

use super::SecondarySuppression;
use super::k_anonymity::{MAX_COLUMNS, QiSet};
use crate::domain::codebook::{Columns, MetadataColumn};

/// What masking one cell costs in the eyes of an analyst. Where there is a choice, the cheaper one is masked.
///
/// | what | weight | because |
/// | --- | --- | --- |
/// | week, language | 1 | they matter least to the questions that a form asks, and part people into the smallest groups |
/// | campaign | 3 | campaigns are compared, though more seldom than people |
/// | form version | 3 | whoever reads the codebook can do without |
/// | answer to a background question | 4 | it is what the responses are compared by |
/// | each column that must be masked with it | 1 | most of them are empty anyway: the questions of a rare cancer, for instance |
const fn weight_of(column: MetadataColumn) -> u32 {
    match column {
        MetadataColumn::Week | MetadataColumn::Language => 1,
        MetadataColumn::Campaign | MetadataColumn::FormVersion => 3,
    }
}

const BACKGROUND: u32 = 4;
const DEPENDENT: u32 = 1;

/// Which columns of an export belong to which quasi-identifier.
///
/// Each leading column is one, and so is each coding of a background question. A multiple choice is a single one,
/// however many columns it has. When there are more codings than can be masked apart, the last ones are masked together.
#[derive(Debug, Clone)]
pub struct QuasiIdentifiers {
    /// By column, the leading ones included.
    of_column: Vec<Option<usize>>,
    /// For each of them the codings that it stands for: the leading column, or the question with its version.
    names: Vec<Vec<String>>,
}

impl QuasiIdentifiers {
    /// Those of these columns.
    pub fn of(columns: &Columns<'_>) -> Self {
        let leading = MetadataColumn::ALL.map(|column| vec![column.name().to_owned()]);
        let mut names = leading.to_vec();
        let mut of_column: Vec<Option<usize>> = (0..names.len()).map(Some).collect();
        let mut before = None;
        for column in columns.as_slice() {
            if !column.background {
                of_column.push(None);
                continue;
            }
            if before.replace(column.coding) != Some(column.coding) {
                if names.len() < MAX_COLUMNS {
                    names.push(Vec::new());
                }
                if let Some(last) = names.last_mut() {
                    last.push(column.coding_name().to_owned());
                }
            }
            of_column.push(Some(names.len() - 1));
        }
        Self { of_column, names }
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The codings that one of them stands for, by the names of their columns without the options.
    pub fn names(&self, quasi: usize) -> &[String] {
        self.names.get(quasi).map_or(&[], Vec::as_slice)
    }

    /// The quasi-identifier that a column belongs to; columns are counted with the leading ones.
    pub fn of_column(&self, column: usize) -> Option<usize> {
        self.of_column.get(column).copied().flatten()
    }

    /// The same as a set: empty for a column that identifies nobody.
    pub fn set_of(&self, column: usize) -> QiSet {
        QiSet::of(self.of_column(column))
    }

    /// The columns that belong to one, with its place.
    pub fn columns(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let columns = self.of_column.iter().enumerate();
        columns.filter_map(|(column, quasi)| Some((column, (*quasi)?)))
    }

    /// What masking each of them costs.
    pub fn weights(&self, secondary: &SecondarySuppression) -> Vec<u32> {
        let own = MetadataColumn::ALL
            .into_iter()
            .map(weight_of)
            .chain(std::iter::repeat(BACKGROUND));
        (0..self.count())
            .zip(own)
            .map(|(quasi, own)| {
                let dependents = (0..self.of_column.len())
                    .filter(|column| self.of_column(*column) != Some(quasi))
                    .filter(|column| secondary.ever(*column).contains(quasi))
                    .count();
                own + DEPENDENT * u32::try_from(dependents).unwrap_or(u32::MAX >> 8)
            })
            .collect()
    }
}

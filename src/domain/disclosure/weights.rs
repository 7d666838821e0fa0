//! What the suppression of a cell costs an analyst. Where there is a choice, the cheaper one is suppressed.
//!
//! | what | weight | because |
//! | --- | --- | --- |
//! | week, language | 1 | they matter least to the questions that a form asks, and part people into the smallest groups |
//! | form version | 3 | whoever reads the codebook can do without |
//! | answer to a background question | 8 | it is what the responses are compared by |
//! | each column that must be suppressed with it | 1 | most of them are empty anyway: the questions of a rare cancer, for instance |

use super::{QuasiIdentifiers, SecondarySuppression};
use crate::domain::codebook::{ColumnKind, Columns, MetadataColumn};

const BACKGROUND: u32 = 8;
const DEPENDENT: u32 = 1;

const fn own_weight(kind: &ColumnKind) -> u32 {
    match kind {
        ColumnKind::Metadata(MetadataColumn::Week | MetadataColumn::Language) => 1,
        ColumnKind::Metadata(MetadataColumn::Campaign | MetadataColumn::FormVersion) => 3,
        _ => BACKGROUND,
    }
}

/// The weight of each quasi-identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    own: Vec<u32>,
    dependents: Vec<u32>,
}

impl Weights {
    /// Those of these columns.
    pub fn of_columns(
        columns: &Columns<'_>,
        quasi: &QuasiIdentifiers,
        secondary: &SecondarySuppression,
    ) -> Self {
        let mut own = vec![0; quasi.count()];
        let mut dependents = vec![0; quasi.count()];
        for (index, column) in columns.iter() {
            let of_column = quasi.of_column(index);
            if let Some(weight) = of_column.and_then(|quasi| own.get_mut(quasi)) {
                *weight = own_weight(&column.kind);
            }
            // What tells the same in groups does not count twice.
            if column.is_coarser() {
                continue;
            }
            let others = secondary.ever(index).iter();
            for other in others.filter(|other| Some(*other) != of_column) {
                if let Some(weight) = dependents.get_mut(other) {
                    *weight += DEPENDENT;
                }
            }
        }
        Self { own, dependents }
    }

    /// The weight of a quasi-identifier itself, and that with all that is suppressed with it.
    pub fn of(&self, quasi: usize) -> (u32, u32) {
        let weight = |list: &[u32]| list.get(quasi).copied().unwrap_or_default();
        let own = weight(&self.own);
        (own, own.saturating_add(weight(&self.dependents)))
    }
}

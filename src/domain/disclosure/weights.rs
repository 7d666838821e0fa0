//! What the suppression of a cell costs an analyst. Where there is a choice, the cheaper one is suppressed.
//!
//! | what | weight | because |
//! | --- | --- | --- |
//! | week, language | 1 | they matter least to the questions that a form asks, and part people into the smallest groups |
//! | form version | 3 | whoever reads the codebook can do without |
//! | answer to a background question | 8 | it is what the responses are compared by |
//! | each column that must be suppressed with it | 1 | most of them are empty anyway: the questions of a rare cancer, for instance |
//!
//! A campaign may promise others for its questions, its week, its language and its version.

use std::collections::BTreeMap;

use super::{QuasiIdentifiers, SecondarySuppression};
use crate::domain::codebook::{Column, ColumnKind, Columns, MetadataColumn};

const BACKGROUND: u32 = 8;
const DEPENDENT: u32 = 1;

/// The weight of a column itself, unless another one is chosen.
fn own_weight(column: &Column, chosen: &BTreeMap<String, u8>) -> u32 {
    let name = match &column.kind {
        ColumnKind::Metadata(metadata) => Some(metadata.name()),
        _ => column.question(),
    };
    if let Some(weight) = name.and_then(|name| chosen.get(name)) {
        return u32::from(*weight);
    }
    match &column.kind {
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
    /// Those of these columns, with those chosen by the key of a question or the name of a metadata column.
    pub fn of_columns(
        columns: &Columns<'_>,
        quasi: &QuasiIdentifiers,
        secondary: &SecondarySuppression,
        chosen: &BTreeMap<String, u8>,
    ) -> Self {
        let mut own = vec![0; quasi.count()];
        let mut dependents = vec![0; quasi.count()];
        for (index, column) in columns.iter() {
            let of_column = quasi.of_column(index);
            if let Some(weight) = of_column.and_then(|quasi| own.get_mut(quasi)) {
                *weight = own_weight(column, chosen);
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

//! What the answers to a question can add to a score.

use std::collections::BTreeMap;

use crate::domain::form::question::Kind;

/// The numbers that a question can have in a score.
#[derive(Debug, PartialEq)]
pub enum Possible {
    /// From the lowest to the highest.
    Range(Option<(f64, f64)>),
    /// Of a multiple choice: its options with their values.
    Options(BTreeMap<String, (Option<i32>, bool)>),
}

impl Possible {
    /// Those of a question of this kind.
    pub fn of(kind: &Kind) -> Self {
        match kind {
            Kind::MultipleChoice(choices) => Self::Options(
                choices
                    .iter()
                    .map(|choice| (choice.code.clone(), (choice.value, choice.exclusive)))
                    .collect(),
            ),
            other => Self::Range(other.range()),
        }
    }
}

//! What has no effect in a sound definition, although it looks as if it had. None of it keeps a form from being published.

use super::definition::{Edition, FormDefinition};
use super::score::{ScoreDefinition, ScoreMethod};
use crate::domain::fault::Fault;
use crate::domain::pointer::Pointer;

/// Something that has no effect although it looks as if it had.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WithoutEffect {
    /// Only a mean is mapped onto a range.
    #[error("\"to\" has no effect on a {0} score, which takes the numbers as they stand")]
    RangeUnused(&'static str),
}

pub(super) fn of(form: &FormDefinition) -> Vec<Fault<WithoutEffect>> {
    let pointer = |place| Pointer::root().child("scores").child(place).child("to");
    let unused = |score: &&ScoreDefinition| {
        #[allow(
            clippy::float_cmp,
            reason = "the very numbers that stand for nothing said"
        )]
        let given = score.to != [0.0, 100.0];
        form.edition() > Edition::First && score.method != ScoreMethod::Mean && given
    };
    let scores = form.scores.iter().enumerate();
    scores
        .filter(|(_, score)| unused(score))
        .map(|(place, score)| {
            Fault::at(
                pointer(place),
                WithoutEffect::RangeUnused(score.method.name()),
            )
        })
        .collect()
}

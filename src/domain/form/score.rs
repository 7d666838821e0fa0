//! Scores: several answers combined into one number, with a name for its range (band).
//!
//! The method is that of the usual health questionnaires (such as the RAND-36 scoring manual): each answer is mapped
//! linearly to a common range, and the mean of the answers is imputed for the missing ones if enough are given.
//! Questions hidden by routing do not count. Answers without a number ("don't know"), declined and blank ones count as
//! missing.

use super::answer::Answer;
use super::definition::{ScoreDefinition, ScoreMethod};
use super::question::Question;

/// A checked score: the places of its questions with the range of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Place of the question, its lowest and its highest number.
    pub(super) of: Vec<(usize, f64, f64)>,
}

/// What a score comes to for one response.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreValue {
    /// The score, rounded to one decimal; none when too few questions were answered.
    pub value: Option<f64>,
    /// The place of its band in the definition.
    pub band: Option<usize>,
    /// How many of its questions have an answer that counts.
    pub answered: usize,
    /// How many of its questions were shown.
    pub shown: usize,
}

impl Score {
    /// Computes the score over one answer for each of `questions`.
    #[allow(clippy::cast_precision_loss, reason = "counts of questions are small")]
    pub fn compute(
        &self,
        definition: &ScoreDefinition,
        questions: &[Question],
        answers: &[Answer],
    ) -> ScoreValue {
        let [bottom, top] = definition.to;
        let (mut shown, mut answered, mut sum) = (0_usize, 0_usize, 0.0);
        for (place, low, high) in &self.of {
            let (Some(question), Some(answer)) = (questions.get(*place), answers.get(*place))
            else {
                continue;
            };
            if matches!(answer, Answer::Hidden) {
                continue;
            }
            shown += 1;
            if let Some(number) = answer.value().and_then(|value| question.kind.number(value)) {
                answered += 1;
                sum += bottom + (number - low) / (high - low) * (top - bottom);
            }
        }
        let enough = answered > 0 && answered as f64 >= definition.at_least_answered * shown as f64;
        let value = enough.then(|| {
            let mean = sum / answered as f64;
            let whole = match definition.method {
                ScoreMethod::Mean => mean,
                ScoreMethod::Sum => mean * shown as f64,
            };
            (whole * 10.0).round() / 10.0
        });
        let band =
            value.and_then(|value| definition.bands.iter().rposition(|band| value >= band.from));
        ScoreValue {
            value,
            band,
            answered,
            shown,
        }
    }
}

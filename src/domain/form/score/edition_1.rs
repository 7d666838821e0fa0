//! Scores of the first edition, for the versions that were published under it. This code never changes.
//!
//! The method is that of the usual health questionnaires (such as the RAND-36 scoring manual): each answer is mapped
//! linearly to a common range, and the mean of the answers is imputed for the missing ones if enough are given.
//! Questions hidden by routing do not count. Answers without a number ("don't know"), declined and blank ones count as
//! missing.

use super::definition::{ScoreDefinition, ScoreMethod};
use super::{Answered, ScoreValue};
use crate::domain::form::answer::Answer;

/// A checked score: the places of its questions with the range of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Score {
    /// Place of the question, its lowest and its highest number.
    pub of: Vec<(usize, f64, f64)>,
    to: [f64; 2],
    at_least_answered: f64,
    sum: bool,
    bands: Vec<f64>,
}

impl Score {
    /// The score over these questions.
    pub fn new(definition: &ScoreDefinition, of: Vec<(usize, f64, f64)>) -> Self {
        Self {
            of,
            to: definition.to,
            at_least_answered: definition.at_least_answered,
            sum: definition.method == ScoreMethod::Sum,
            bands: definition.bands.iter().map(|band| band.from).collect(),
        }
    }

    /// The lowest and the highest score that there can be; a sum grows with the number of questions shown.
    #[allow(clippy::cast_precision_loss, reason = "counts of questions are small")]
    pub fn reach(&self) -> (f64, f64) {
        let [low, high] = self.to;
        if self.sum {
            let all = self.of.len() as f64;
            (low.min(low * all), high.max(high * all))
        } else {
            (low, high)
        }
    }

    /// Computes the score.
    #[allow(clippy::cast_precision_loss, reason = "counts of questions are small")]
    pub fn compute(&self, answered_form: &Answered<'_>) -> ScoreValue {
        let Answered {
            questions, answers, ..
        } = answered_form;
        let [bottom, top] = self.to;
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
        let enough = answered > 0 && answered as f64 >= self.at_least_answered * shown as f64;
        let value = enough.then(|| {
            let mean = sum / answered as f64;
            let whole = if self.sum { mean * shown as f64 } else { mean };
            (whole * 10.0).round() / 10.0
        });
        let band = value.and_then(|value| self.bands.iter().rposition(|from| value >= *from));
        ScoreValue {
            value,
            units: None,
            decimals: 1,
            band,
            answered,
            shown,
        }
    }
}

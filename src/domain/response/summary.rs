//! The summary that a respondent gets for a response: scores by area, and the notices that its answers call for.

use serde::{Deserialize, Serialize};

use crate::domain::form::routing::holds;
use crate::domain::form::{Answer, Answered, Form, Text};

/// The summary of one response. It depends on the stored record alone, so a replay returns an identical summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// One for each score of the form of which at least one question counts.
    pub scores: Vec<ScoreSummary>,
    /// Keys of the notices whose condition holds.
    pub notices: Vec<String>,
}

/// One score of one response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreSummary {
    /// The score's key.
    pub key: String,
    /// What is scored, in the language of the response.
    pub title: Text,
    /// The score, rounded as its definition says; null when too few questions were answered.
    pub value: Option<f64>,
    /// The code of the score's band.
    pub band: Option<String>,
    /// The label of the band, in the language of the response.
    pub band_label: Option<Text>,
    /// The number of questions with an answer that counts.
    pub answered: usize,
    /// The number of questions shown.
    pub shown: usize,
}

impl Summary {
    /// The summary of these answers, one for each question of the form, in one language.
    pub fn of(form: &Form, answers: &[Answer], language: &str) -> Self {
        let mut scores = Vec::new();
        let values = form.answered(answers).every_score();
        for ((definition, _), value) in form.scores().zip(&values) {
            if value.shown == 0 {
                continue;
            }
            let band = value.band.and_then(|place| definition.bands.get(place));
            scores.push(ScoreSummary {
                key: definition.key.clone(),
                title: definition.title.only(language),
                value: value.value,
                band: band.map(|band| band.code.clone()),
                band_label: band.map(|band| band.label.only(language)),
                answered: value.answered,
                shown: value.shown,
            });
        }
        let answered = Answered {
            known: &values,
            ..form.answered(answers)
        };
        let notices = form
            .notices()
            .filter(|(_, condition)| holds(condition, &answered))
            .map(|(notice, _)| notice.key.clone())
            .collect();
        Self { scores, notices }
    }
}

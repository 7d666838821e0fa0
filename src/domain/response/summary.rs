//! What a person gets back for a response: scores by area, and the notices that its answers call for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::routing::holds;
use crate::domain::form::{Answer, Form, Text};

/// The summary of one response. It depends on the stored record alone, so a replay gives the very same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// One for each score of the form of which at least one question was shown.
    pub scores: Vec<ScoreSummary>,
    /// Keys of the notices whose condition holds.
    #[schema(example = json!(["distress_help"]))]
    pub notices: Vec<String>,
}

/// One score of one response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScoreSummary {
    /// The score's key.
    #[schema(example = "eating")]
    pub key: String,
    /// What is scored, in the language of the response.
    pub title: Text,
    /// The score, to one decimal; null when too few questions were answered.
    #[schema(example = 41.7)]
    pub value: Option<f64>,
    /// The code of the band that it lies in.
    #[schema(example = "some")]
    pub band: Option<String>,
    /// What the band is called, in the language of the response.
    pub band_label: Option<Text>,
    /// How many questions have an answer that counts.
    #[schema(example = 3)]
    pub answered: usize,
    /// How many questions were shown.
    #[schema(example = 4)]
    pub shown: usize,
}

impl Summary {
    /// The summary of these answers, one for each question of the form, in one language.
    pub fn of(form: &Form, answers: &[Answer], language: &str) -> Self {
        let mut scores = Vec::new();
        for (definition, score) in form.scores() {
            let value = score.compute(definition, form.questions(), answers);
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
        let notices = form
            .notices()
            .filter(|(_, condition)| holds(condition, form.questions(), answers))
            .map(|(notice, _)| notice.key.clone())
            .collect();
        Self { scores, notices }
    }
}

//! The schemas of answers and their summary.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::described_as;
use super::form::Text;
use crate::domain::response;

described_as! {
    response::RawAnswers => RawAnswers;
    response::Summary => Summary;
    response::ScoreSummary => ScoreSummary;
}

/// Answers by question key. `null` declines a question; a missing key leaves it blank.
///
/// A code for `single_choice`, a list of codes for `multiple_choice`, a number for `rating`, `integer` and
/// `decimal`, `true` or `false` for `yes_no`, a string for `text`.
#[derive(Deserialize, ToSchema)]
#[schema(
    value_type = std::collections::BTreeMap<String, serde_json::Value>,
    example = json!({"cancer_type": "stomach", "eating_meals": "severe", "treatments": ["surgery"], "distress": 6, "sex": null})
)]
pub struct RawAnswers(pub BTreeMap<String, Value>);

/// The summary of one response. It depends on the stored record alone, so a replay returns an identical summary.
#[derive(Deserialize, ToSchema)]
pub struct Summary {
    /// One for each score of the form of which at least one question was shown.
    pub scores: Vec<ScoreSummary>,
    /// Keys of the notices whose condition holds.
    #[schema(example = json!(["distress_help"]))]
    pub notices: Vec<String>,
}

/// One score of one response.
#[derive(Deserialize, ToSchema)]
pub struct ScoreSummary {
    /// The score's key.
    #[schema(example = "eating")]
    pub key: String,
    /// What is scored, in the language of the response.
    pub title: Text,
    /// The score, to one decimal; null when too few questions were answered.
    #[schema(example = 41.7)]
    pub value: Option<f64>,
    /// The code of the score's band.
    #[schema(example = "some")]
    pub band: Option<String>,
    /// The label of the band, in the language of the response.
    pub band_label: Option<Text>,
    /// The number of questions with an answer that counts.
    #[schema(example = 3)]
    pub answered: usize,
    /// The number of questions shown.
    #[schema(example = 4)]
    pub shown: usize,
}

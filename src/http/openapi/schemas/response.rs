//! The schemas of answers and their summary.

use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::described_as;
use super::particulars::Text;
use crate::domain::response;

described_as! {
    response::RawAnswers => RawAnswers;
    response::Summary => Summary;
    response::ScoreSummary => ScoreSummary;
}

/// The answers.
pub struct RawAnswers;

impl ToSchema for RawAnswers {}

impl PartialSchema for RawAnswers {
    fn schema() -> RefOr<Schema> {
        let description = "Answers by question key. `null` declines a question; a missing key leaves it blank.\n\n\
            A code for `single_choice`, a list of codes for `multiple_choice`, a number for `rating`, `integer` and \
            `decimal`, `true` or `false` for `yes_no`, a string for `text`, a string such as `2026-11-26`, `2026-11` or `2026` \
            for `date`, a list of codes in their order for `ranking`, `true` for a `statement` to be acknowledged.";
        let example = json!({
            "cancer_type": "stomach", "time_since_treatment": "months_6_to_12", "treatments": ["surgery"], "sex": null,
            "eating_meals": "severe", "sleep_night": "mild", "distress": 5,
        });
        let answer = [
            Type::String,
            Type::Number,
            Type::Boolean,
            Type::Array,
            Type::Null,
        ];
        let code = ObjectBuilder::new().schema_type(Type::String);
        let answer = ArrayBuilder::new()
            .schema_type(SchemaType::Array(answer.to_vec()))
            .items(code);
        ObjectBuilder::new()
            .description(Some(description))
            .additional_properties(Some(answer))
            .examples([example])
            .build()
            .into()
    }
}

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
    #[schema(required, example = 41.7)]
    pub value: Option<f64>,
    /// The code of the score's band; null where the score is, or has no bands.
    #[schema(required, example = "some")]
    pub band: Option<String>,
    /// The label of the band, in the language of the response.
    #[schema(required)]
    pub band_label: Option<Text>,
    /// The number of questions with an answer that counts.
    #[schema(example = 3)]
    pub answered: usize,
    /// The number of questions shown.
    #[schema(example = 4)]
    pub shown: usize,
}

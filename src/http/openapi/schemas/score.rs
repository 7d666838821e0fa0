//! The schemas of scores in form definitions.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::condition::ConditionDefinition;
use super::described_as;
use super::particulars::{ExternalCode, Text};
use crate::domain::form;

described_as! {
    form::ScoreDefinition => ScoreDefinition;
    form::ScoreMethod => ScoreMethod;
    form::BandDefinition => BandDefinition;
    form::HiddenRule => HiddenRule;
    form::HighIs => HighIs;
    form::RoundDefinition => RoundDefinition;
    form::RoundingRule => RoundingRule;
    form::TableRowDefinition => TableRowDefinition;
    form::TableCell => TableCell;
}

/// A score over the answers to several questions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreDefinition {
    /// Name of the score, unique among the scores.
    #[schema(example = "eating")]
    pub key: String,
    /// The label of the score: what is scored, and what a high number means.
    pub title: Text,
    /// Keys of the questions that contribute to the score.
    #[schema(example = json!(["eating_meals", "appetite"]))]
    pub of: Vec<String>,
    /// How the answers are combined.
    pub method: ScoreMethod,
    /// Method `mean`: the range onto which the values of each question are mapped: minimum, maximum.
    #[serde(default = "zero_to_hundred")]
    #[schema(value_type = Vec<f64>, example = json!([0, 100]))]
    pub to: [f64; 2],
    /// The minimum share of the shown questions that must be answered for a score, 0 to 1.
    #[serde(default = "half")]
    pub at_least_answered: f64,
    /// Names for ranges of the score, in ascending order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandDefinition>,
    /// The score in other terminologies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<ExternalCode>,
    /// Keys of earlier scores that contribute like questions, each with its rounded value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_scores: Vec<String>,
    /// Keys of the questions and scores that are turned round: minimum + maximum − value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reversed: Vec<String>,
    /// Methods `mean`, `raw_mean`, `sum`: the factor of a question or score, by key; 1 by default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// Values of answers that apply in this score only: question, code, value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, BTreeMap<String, f64>>,
    /// A constant that is added before rounding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<f64>,
    /// Method `count`: conditions, each of which counts as one where it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub count_when: Vec<ConditionDefinition>,
    /// Method `table`: the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<TableRowDefinition>,
    /// The minimum number of answers for a score, instead of a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_items: Option<u32>,
    /// What a question counts as that routing hid; `left_out` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<HiddenRule>,
    /// How the score is rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundDefinition>,
    /// What a high value tells; `worse` by default. Only that decides which areas a personal summary calls the heaviest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_is: Option<HighIs>,
}

/// How a score combines its questions.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreMethod {
    /// The mean of the answers, each mapped onto the range `to`.
    Mean,
    /// The sum of the values as they stand. In edition 1: the mean of the mapped answers times the number of questions
    /// shown.
    Sum,
    /// The mean of the values as they stand.
    RawMean,
    /// The highest of the values.
    Max,
    /// The lowest of the values.
    Min,
    /// The number of options chosen, questions answered with yes, and conditions met.
    Count,
    /// The value of the row in a table that fits.
    Table,
}

/// What a high value of a score tells.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HighIs {
    /// More difficulty.
    Worse,
    /// Less difficulty, or a better experience.
    Better,
}

/// What a score makes of a question that routing hid.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HiddenRule {
    /// As if the score had no such question.
    LeftOut,
    /// Answered with its lowest value.
    Lowest,
    /// Not answered.
    Missing,
}

/// How a score is rounded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundDefinition {
    /// Digits after the point, 0 to 4.
    #[schema(maximum = 4, example = 1)]
    pub decimals: u8,
    /// The direction; `half_up` by default.
    #[serde(default = "half_up")]
    pub rule: RoundingRule,
}

/// The direction of rounding.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingRule {
    /// To the nearest; a half away from zero.
    HalfUp,
    /// To the nearest; a half to the even digit.
    HalfEven,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// A row of a score's table.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"at": [1, [0, 1], {"from": 2, "to": 4}, "any"], "value": 2}))]
pub struct TableRowDefinition {
    /// What the values must be, in the order of `of` and then `of_scores`.
    #[schema(value_type = Vec<TableCell>)]
    pub at: Vec<serde_json::Value>,
    /// The score of the row.
    pub value: f64,
}

/// What one value of a table's row must be.
pub struct TableCell;

impl ToSchema for TableCell {}

impl PartialSchema for TableCell {
    fn schema() -> RefOr<Schema> {
        let description = "What one value must be: a number; a list of numbers, one of which it is; `{\"from\": 1, \"to\": 4}`, both ends included; `\"any\"`, any number or hidden by routing; or `\"hidden\"`.";
        ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .description(Some(description))
            .build()
            .into()
    }
}

/// A named range of a score: from `from` up to the next band.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BandDefinition {
    /// The minimum score of the band.
    pub from: f64,
    /// Stable code of the band.
    #[schema(example = "some")]
    pub code: String,
    /// The label of the band.
    pub label: Text,
}

fn zero_to_hundred() -> [f64; 2] {
    [0.0, 100.0]
}

fn half_up() -> RoundingRule {
    RoundingRule::HalfUp
}

fn half() -> f64 {
    0.5
}

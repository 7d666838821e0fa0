//! The schemas of conditions in form definitions.

use serde::Deserialize;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::described_as;
use crate::domain::form;

described_as! {
    form::ConditionDefinition => ConditionDefinition;
    form::Scalar => Scalar;
}

/// A condition as written: either one of `any`, `all`, `not`, or a `question` or `score` with exactly one test.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"any": [{"question": "cancer_type", "is": "stomach"}, {"question": "appetite", "at_least": 2}]}))]
pub struct ConditionDefinition {
    /// At least one of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub any: Option<Vec<ConditionDefinition>>,
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub all: Option<Vec<ConditionDefinition>>,
    /// This does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub not: Option<Box<ConditionDefinition>>,
    /// Key of the question that the test refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The answer is this code, number, `true` or `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Scalar>)]
    pub is: Option<serde_json::Value>,
    /// The answer is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Scalar>>)]
    pub is_one_of: Option<Vec<serde_json::Value>>,
    /// Multiple choice: this option is among those chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub includes: Option<String>,
    /// The answer, or the value of the option chosen, is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The answer, or the value of the option chosen, is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Whether the question has an answer; a declined question has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<bool>,
    /// Multiple choice: one of these options, or more, is among those chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub includes_any: Option<Vec<String>>,
    /// Multiple choice: all of these options are among those chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub includes_all: Option<Vec<String>>,
    /// Multiple choice: none of these options is among those chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub includes_none: Option<Vec<String>>,
    /// Multiple choice: so many options are chosen, or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_at_least: Option<u8>,
    /// Multiple choice: so many options are chosen, or fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_at_most: Option<u8>,
    /// The answer, or the value of the option chosen, is more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than: Option<f64>,
    /// The answer, or the value of the option chosen, is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_than: Option<f64>,
    /// The answer equals that to the question with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_question: Option<String>,
    /// The answer is at least that to the question with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_question: Option<String>,
    /// The answer is at most that to the question with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_question: Option<String>,
    /// The answer is more than that to the question with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than_question: Option<String>,
    /// The answer is less than that to the question with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_than_question: Option<String>,
    /// Key of the score that the test refers to, instead of a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// The score lies in the band with this code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
}

/// A value that answers are compared with.
pub struct Scalar;

impl ToSchema for Scalar {}

impl PartialSchema for Scalar {
    fn schema() -> RefOr<Schema> {
        let description = "The value that an answer is compared with: an option's code, a number, or `true` and `false`.";
        let kinds = [Type::String, Type::Number, Type::Boolean];
        ObjectBuilder::new()
            .schema_type(SchemaType::Array(kinds.to_vec()))
            .description(Some(description))
            .build()
            .into()
    }
}

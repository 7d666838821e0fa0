//! Conditions: when a section, a question or a notice is shown.
//!
//! A test on a question that is hidden, declined or blank is false, so `not` of it is true.
//! "Answered, and other than" is an `all` of `answered` and `not`. `response::routing` evaluates conditions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A condition as written: either one of `any`, `all`, `not`, or a `question` with exactly one test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// Key of the question that is tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The answer is this code, number, `true` or `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Scalar>,
    /// The answer is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_one_of: Option<Vec<Scalar>>,
    /// Multiple choice: this option is among those chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub includes: Option<String>,
    /// The answer, or the value of the option chosen, is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The answer, or the value of the option chosen, is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Whether the question has an answer; declining is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<bool>,
}

/// What an answer is compared with: an option's code, a number, or `true` and `false`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// For yes and no.
    Bool(bool),
    /// For ratings, whole numbers and decimals.
    Number(f64),
    /// For choices.
    Code(String),
}

/// A checked condition: its questions are places in the form's list, its codes places in their options.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// At least one holds.
    Any(Vec<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The test holds for the answer to this question.
    Test(usize, Test),
}

/// A checked test of one answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The single answer is one of these options.
    Options(Vec<u8>),
    /// The answer's number is one of these.
    Numbers(Vec<f64>),
    /// Yes or no.
    YesNo(bool),
    /// The option is among those chosen.
    Includes(u8),
    /// The answer's number is at least this.
    AtLeast(f64),
    /// The answer's number is at most this.
    AtMost(f64),
    /// There is an answer, or there is none.
    Answered(bool),
}

//! Conditions: when a section, a question or a notice is shown.
//!
//! A test on a question that is hidden, declined or blank is false, so `not` of it is true.
//! "Answered, and other than" is an `all` of `answered` and `not`. [`super::routing`] evaluates conditions.

use serde::{Deserialize, Serialize};

/// A condition as written: either one of `any`, `all`, `not`, or a `question` or `score` with exactly one test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionDefinition {
    /// At least one of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<ConditionDefinition>>,
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<ConditionDefinition>>,
    /// This does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// Key of the score that is tested, instead of a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// The number is more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than: Option<f64>,
    /// The number is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_than: Option<f64>,
    /// The score lies in the band with this code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
}

/// What an answer is compared with: an option's code, a number, or `true` and `false`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The test holds for what the score at this place comes to.
    Score(usize, ScoreTest),
}

/// A checked test of a score.
#[derive(Debug, Clone, PartialEq)]
pub enum ScoreTest {
    /// It is this number.
    Is(f64),
    /// It is at least this.
    AtLeast(f64),
    /// It is at most this.
    AtMost(f64),
    /// It is more than this.
    MoreThan(f64),
    /// It is less than this.
    LessThan(f64),
    /// It lies in the band at this place.
    Band(usize),
    /// There is a number, or there is none.
    Given(bool),
}

/// What a condition looks at, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookedAt {
    /// The answer to a question.
    Question(usize),
    /// A score.
    Score(usize),
}

impl Condition {
    /// Everything that the condition looks at itself; a score looks at more in turn.
    pub fn looks_at(&self) -> Vec<LookedAt> {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().flat_map(Self::looks_at).collect(),
            Self::Not(part) => part.looks_at(),
            Self::Test(place, _) => vec![LookedAt::Question(*place)],
            Self::Score(place, _) => vec![LookedAt::Score(*place)],
        }
    }
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

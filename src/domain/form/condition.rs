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
    /// The answer, the value of the option chosen, or the score is more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than: Option<f64>,
    /// The answer, the value of the option chosen, or the score is less than this.
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
    /// Key of the score that is tested, instead of a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// The score lies in the band with this code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
}

impl ConditionDefinition {
    /// Gives other names to the questions and the scores that it looks at.
    pub fn rename(&mut self, question: &dyn Fn(&str) -> String, score: &dyn Fn(&str) -> String) {
        let lists = [&mut self.any, &mut self.all]
            .into_iter()
            .flatten()
            .flatten();
        for part in lists.chain(self.not.as_deref_mut()) {
            part.rename(question, score);
        }
        let questions = [
            &mut self.question,
            &mut self.is_question,
            &mut self.at_least_question,
            &mut self.at_most_question,
            &mut self.more_than_question,
            &mut self.less_than_question,
        ];
        for key in questions.into_iter().flatten() {
            *key = question(key);
        }
        if let Some(key) = &mut self.score {
            *key = score(key);
        }
    }
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
    /// Whether the condition looks at the score at this place itself.
    pub fn looks_at_score(&self, place: usize) -> bool {
        self.looks_at().contains(&LookedAt::Score(place))
    }

    /// Everything that the condition looks at itself; a score looks at more in turn.
    pub fn looks_at(&self) -> Vec<LookedAt> {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().flat_map(Self::looks_at).collect(),
            Self::Not(part) => part.looks_at(),
            Self::Test(place, Test::Compared(_, other)) => {
                vec![LookedAt::Question(*place), LookedAt::Question(*other)]
            }
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
    /// One of the options, or more, is among those chosen.
    IncludesAny(Vec<u8>),
    /// All of the options are among those chosen.
    IncludesAll(Vec<u8>),
    /// None of the options is among those chosen.
    IncludesNone(Vec<u8>),
    /// So many options are chosen, or more.
    CountAtLeast(u8),
    /// So many options are chosen, or fewer.
    CountAtMost(u8),
    /// The answer's number is more than this.
    MoreThan(f64),
    /// The answer's number is less than this.
    LessThan(f64),
    /// The answer stands like this to that of the question at this place.
    Compared(Comparison, usize),
}

/// How one answer stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They are equal.
    Equal,
    /// It is that or more.
    AtLeast,
    /// It is that or less.
    AtMost,
    /// It is more.
    MoreThan,
    /// It is less.
    LessThan,
}

impl Comparison {
    /// Whether `one` stands like this to `other`.
    #[allow(clippy::float_cmp, reason = "both are the nearest to a decimal")]
    pub fn holds(self, one: f64, other: f64) -> bool {
        match self {
            Self::Equal => one == other,
            Self::AtLeast => one >= other,
            Self::AtMost => one <= other,
            Self::MoreThan => one > other,
            Self::LessThan => one < other,
        }
    }
}

impl ConditionDefinition {
    /// The other question that the answer is compared with, by its key, and how.
    pub fn comparison(&self) -> Option<(Comparison, &'static str, &str)> {
        let comparisons = [
            (Comparison::Equal, "is_question", &self.is_question),
            (
                Comparison::AtLeast,
                "at_least_question",
                &self.at_least_question,
            ),
            (
                Comparison::AtMost,
                "at_most_question",
                &self.at_most_question,
            ),
            (
                Comparison::MoreThan,
                "more_than_question",
                &self.more_than_question,
            ),
            (
                Comparison::LessThan,
                "less_than_question",
                &self.less_than_question,
            ),
        ];
        comparisons
            .into_iter()
            .find_map(|(how, field, key)| Some((how, field, key.as_deref()?)))
    }
}

impl Condition {
    /// Calls `visit` with the place of every question that the condition looks at itself, not by way of a score.
    pub fn each_place(&self, visit: &mut impl FnMut(usize)) {
        for looked_at in self.looks_at() {
            if let LookedAt::Question(place) = looked_at {
                visit(place);
            }
        }
    }
}

//! What can be written about a score.
//!
//! The fields from `of_scores` on came with the second edition. Each is left out where it says nothing, so that a
//! definition of the first edition is written as it always was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::domain::form::condition::ConditionDefinition;
use crate::domain::form::particulars::ExternalCode;
use crate::domain::form::text::Text;

/// A score over the answers to several questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreDefinition {
    /// Name of the score, unique among the scores.
    pub key: String,
    /// What is scored, and what a high number means.
    pub title: Text,
    /// Keys of the questions that count.
    #[serde(default)]
    pub of: Vec<String>,
    /// How the answers are put together.
    pub method: ScoreMethod,
    /// The range onto which each question's lowest and highest value are mapped by `mean`: lowest, highest.
    #[serde(default = "zero_to_hundred")]
    pub to: [f64; 2],
    /// The share of the questions shown that must be answered for a score to be given, 0 to 1.
    #[serde(default = "half")]
    pub at_least_answered: f64,
    /// Names for ranges of the score, in ascending order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandDefinition>,
    /// Keys of earlier scores that count like questions, each with its rounded number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_scores: Vec<String>,
    /// Those of the questions and scores whose high numbers count as low ones: lowest + highest − number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reversed: Vec<String>,
    /// What the number of a question or score is multiplied by, by key; 1 where nothing is said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// Numbers for the answers to a question that hold in this score alone: question → code → number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, BTreeMap<String, f64>>,
    /// A constant that is added before rounding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<f64>,
    /// `count`: conditions, each of which counts as one where it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub count_when: Vec<ConditionDefinition>,
    /// `table`: the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<TableRowDefinition>,
    /// How many questions and scores must be answered, instead of a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_items: Option<u32>,
    /// What a question counts as that routing hid; left out where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<HiddenRule>,
    /// How the number is rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundDefinition>,
    /// The score in other terminologies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<ExternalCode>,
    /// Whether a high number tells of difficulty or of its absence.
    #[serde(default, skip_serializing_if = "HighIs::is_worse")]
    pub high_is: HighIs,
}

impl ScoreDefinition {
    /// The same with other names for its questions and its scores.
    #[must_use]
    pub fn renamed(
        &self,
        question: &dyn Fn(&str) -> String,
        score: &dyn Fn(&str) -> String,
    ) -> Self {
        let either = |key: &String| match self.of_scores.contains(key) {
            true => score(key),
            false => question(key),
        };
        let mut renamed = self.clone();
        renamed.of = self.of.iter().map(|key| question(key)).collect();
        renamed.of_scores = self.of_scores.iter().map(|key| score(key)).collect();
        renamed.reversed = self.reversed.iter().map(either).collect();
        let weights = self.weights.iter();
        renamed.weights = weights
            .map(|(key, weight)| (either(key), *weight))
            .collect();
        let values = self.values.iter();
        renamed.values = values
            .map(|(key, it)| (question(key), it.clone()))
            .collect();
        for condition in &mut renamed.count_when {
            condition.rename(question, score);
        }
        renamed
    }

    /// Whether it is the mean of the mapped answers, which every edition computes alike.
    pub fn is_mean(&self) -> bool {
        self.method == ScoreMethod::Mean
    }
}

/// How a score puts its questions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ScoreMethod {
    /// The mean of the answers, each mapped onto the range `to`.
    Mean,
    /// The sum of the numbers as they stand. In the first edition: the mean of the mapped answers times the number of
    /// questions shown.
    Sum,
    /// The mean of the numbers as they stand.
    RawMean,
    /// The highest of the numbers.
    Max,
    /// The lowest of the numbers.
    Min,
    /// How many options were chosen, questions answered with yes, and conditions met.
    Count,
    /// The value of the row in a table that fits the numbers.
    Table,
}

impl ScoreMethod {
    /// The method as it is written in a definition.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A named range of a score: from `from` up to the next band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandDefinition {
    /// The least score that belongs to it.
    pub from: f64,
    /// Stable code of the band.
    pub code: String,
    /// What a person reads.
    pub label: Text,
}

/// What a high number of a score tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HighIs {
    /// More difficulty.
    #[default]
    Worse,
    /// Less difficulty, or a better experience.
    Better,
}

impl HighIs {
    fn is_worse(&self) -> bool {
        *self == Self::Worse
    }
}

/// What a score makes of a question that routing hid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenRule {
    /// It is as if the score had no such question.
    #[default]
    LeftOut,
    /// It counts as answered with its lowest number.
    Lowest,
    /// It counts as not answered.
    Missing,
}

/// How a score is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundDefinition {
    /// Digits after the point, 0 to 4.
    pub decimals: u8,
    /// Which way.
    #[serde(default)]
    pub rule: RoundingRule,
}

/// Which way a number is rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RoundingRule {
    /// To the nearest; a half away from zero.
    #[default]
    HalfUp,
    /// To the nearest; a half to the even digit.
    HalfEven,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRowDefinition {
    /// What the numbers must be, in the order of `of` and then `of_scores`.
    pub at: Vec<TableCell>,
    /// What the score is then.
    pub value: f64,
}

/// What one number of a table's row must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TableCell {
    /// This number.
    Number(f64),
    /// One of these numbers.
    OneOf(Vec<f64>),
    /// A number within bounds.
    Range(TableRange),
    /// A word.
    Word(TableWord),
}

impl TableCell {
    /// The numbers that stand in it.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Number(number) => vec![*number],
            Self::OneOf(numbers) => numbers.clone(),
            Self::Range(range) => vec![range.from, range.to],
            Self::Word(_) => Vec::new(),
        }
    }
}

/// Two bounds, both included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRange {
    /// The least number.
    pub from: f64,
    /// The greatest number.
    pub to: f64,
}

/// A word that stands for numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableWord {
    /// Any number, or hidden by routing.
    Any,
    /// Hidden by routing.
    Hidden,
}

fn zero_to_hundred() -> [f64; 2] {
    [0.0, 100.0]
}

fn half() -> f64 {
    0.5
}

//! A checked question and its possible answers, in a form that is fast to evaluate.

use super::answer::Value;
use super::coarser::Level;
use super::condition::Condition;
use super::date::{DateBound, DatePrecision};
use super::definition::OptionDefinition;

/// A question of a checked form. Its texts stay in the definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its key.
    pub key: String,
    /// The place of its section in the form.
    pub section: usize,
    /// The possible answers.
    pub kind: Kind,
    /// Whether it describes the person.
    pub background: bool,
    /// Whether a person who is shown it must answer or decline.
    pub required: bool,
    /// The condition under which it is shown, in addition to that of its section.
    pub show_when: Option<Condition>,
    /// What narrows the possible answers further.
    pub limits: Limits,
    /// What an answer can be told as instead of itself, the finest first.
    pub coarser: Vec<Level>,
}

/// What narrows the possible answers within their kind. A record has room for the others, so it does not depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Choices: the fewest options of an answer.
    pub fewest: Option<u8>,
    /// Choices: the most options of an answer.
    pub most: Option<u8>,
    /// Numbers: what lies between one possible answer and the next, in units of the last decimal.
    pub step: Option<i64>,
}

/// The section of what stands in none: a value from the address.
pub const NO_SECTION: usize = usize::MAX;

/// The kind of a question, with its possible answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// One of these options.
    SingleChoice(Vec<Choice>),
    /// Any of these options.
    MultipleChoice(Vec<Choice>),
    /// A rating or a whole number between bounds, both included.
    Whole {
        /// The least answer.
        min: i64,
        /// The greatest answer.
        max: i64,
    },
    /// A number with a fixed count of decimals, counted in units of the last of them.
    Decimal {
        /// The least answer, times ten to the power of `decimals`.
        min: i64,
        /// The greatest answer, scaled alike.
        max: i64,
        /// Digits after the point.
        decimals: u8,
    },
    /// Yes or no.
    YesNo,
    /// Free text of at most this many characters.
    Text {
        /// The most characters.
        max_length: usize,
    },
    /// A day, a month or a year.
    Date {
        /// Which of them.
        precision: DatePrecision,
        /// The first one.
        earliest: Option<DateBound>,
        /// The last one.
        latest: Option<DateBound>,
    },
    /// These options in an order.
    Ranking {
        /// The options.
        choices: Vec<Choice>,
        /// How many of them can be put in order, the first ones.
        most: u8,
    },
    /// A text between the questions.
    Statement {
        /// Whether a person can say that they read it, which is all that they can say.
        acknowledge: bool,
    },
}

/// An option of a choice, without its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// The number it stands for.
    pub value: Option<i32>,
    /// Whether it excludes every other.
    pub exclusive: bool,
}

impl Choice {
    /// The option without its label.
    pub(super) fn of(option: &OptionDefinition) -> Self {
        Self {
            code: option.code.clone(),
            value: option.value,
            exclusive: option.exclusive,
        }
    }
}

impl Kind {
    /// The options of a choice; none for the other kinds.
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::SingleChoice(choices)
            | Self::MultipleChoice(choices)
            | Self::Ranking { choices, .. } => choices,
            _ => &[],
        }
    }

    /// Whether a record has a place for it. Free text is kept apart, and a statement has no answer.
    pub const fn is_recorded(&self) -> bool {
        !matches!(
            self,
            Self::Text { .. } | Self::Statement { acknowledge: false }
        )
    }

    /// The place of the option with this code.
    pub fn place(&self, code: &str) -> Option<u8> {
        self.choices()
            .iter()
            .position(|choice| choice.code == code)
            .and_then(|place| u8::try_from(place).ok())
    }

    /// The number of `value` in scores and comparisons, if it has one.
    #[allow(
        clippy::cast_precision_loss,
        reason = "bounds are checked to be exact in an f64"
    )]
    pub fn number(&self, value: &Value) -> Option<f64> {
        match (self, value) {
            (Self::SingleChoice(choices), Value::Choice(place)) => choices
                .get(usize::from(*place))
                .and_then(|choice| choice.value)
                .map(f64::from),
            (Self::Whole { .. }, Value::Whole(number)) => Some(*number as f64),
            (Self::Decimal { decimals, .. }, Value::Decimal(scaled)) => {
                Some(*scaled as f64 / 10f64.powi(i32::from(*decimals)))
            }
            _ => None,
        }
    }

    /// What two answers are compared by: the number of one that has one, or the place of a date among all dates.
    pub fn place_in_order(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Date(period) => Some(f64::from(period.number())),
            _ => self.number(value),
        }
    }

    /// Whether an answer to this kind of question is before or after one to the `other` kind.
    pub fn is_ordered_with(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Date { precision, .. },
                Self::Date {
                    precision: with, ..
                },
            ) => precision == with,
            _ => self.range().is_some() && other.range().is_some(),
        }
    }

    /// The lowest and the highest number of an answer; none if there are not two different ones.
    pub fn range(&self) -> Option<(f64, f64)> {
        let range = match self {
            Self::SingleChoice(choices) => {
                let values = || choices.iter().filter_map(|choice| choice.value);
                Some((f64::from(values().min()?), f64::from(values().max()?)))
            }
            Self::Whole { min, max } => Some((
                self.number(&Value::Whole(*min))?,
                self.number(&Value::Whole(*max))?,
            )),
            Self::Decimal { min, max, .. } => Some((
                self.number(&Value::Decimal(*min))?,
                self.number(&Value::Decimal(*max))?,
            )),
            _ => None,
        };
        range.filter(|(low, high)| low < high)
    }
}

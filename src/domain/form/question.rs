//! A checked question and its possible answers, in a form that is fast to evaluate.

use super::answer::Value;
use super::condition::Condition;

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
}

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

impl Kind {
    /// The options of a choice; none for the other kinds.
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::SingleChoice(choices) | Self::MultipleChoice(choices) => choices,
            _ => &[],
        }
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

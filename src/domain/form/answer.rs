//! The answer to one question.

use super::date::Period;

/// The answer to a question, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was answered.
    Given(Value),
    /// The person declined to answer.
    Declined,
    /// The person saw it and left it blank.
    Blank,
    /// Routing did not show it.
    Hidden,
}

/// An answer in the terms of its question: options as places, decimals in units of their last digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The place of the option chosen.
    Choice(u8),
    /// The places of all options chosen, ascending; none of them is an answer too.
    Choices(Vec<u8>),
    /// A rating or a whole number.
    Whole(i64),
    /// A decimal number times ten to the power of the question's decimals.
    Decimal(i64),
    /// Yes or no.
    YesNo(bool),
    /// Free text.
    Text(String),
    /// A day, a month or a year.
    Date(Period),
    /// The places of the options, the first one first.
    Ranking(Vec<u8>),
}

impl Answer {
    /// The answer as it looks on a form: without one, nothing is marked, whatever the reason.
    #[must_use]
    pub fn as_it_looks(self) -> Self {
        match self {
            Self::Declined => Self::Blank,
            Self::Given(Value::Choices(chosen)) if chosen.is_empty() => Self::Blank,
            other => other,
        }
    }

    /// What was answered, if anything was.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Given(value) => Some(value),
            _ => None,
        }
    }
}

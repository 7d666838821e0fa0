//! The items of a score: questions, earlier scores and conditions, each with the whole number that an answer counts as.

use super::Answered;
use super::decimal::{Decimal, power};
use crate::domain::form::answer::{Answer, Value};
use crate::domain::form::condition::Condition;
use crate::domain::form::routing::holds;

/// One item of a checked score.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it reads.
    pub source: Source,
    /// The least that it can count as.
    pub low: i128,
    /// The most that it can count as.
    pub high: i128,
    /// What it counts as where routing hid it and hidden ones count as their lowest number.
    pub lowest: i128,
    /// Its weight in a mean.
    pub weight: i128,
    /// What turns its distance from `low` into shares of the common measure of all items.
    pub per: i128,
    reading: Reading,
}

/// What an item reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The answer to the question at this place.
    Question(usize),
    /// The earlier score at this place.
    Score(usize),
    /// Whether a condition holds.
    When(Box<WhenHolds>),
}

/// A condition that counts as one where it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct WhenHolds {
    /// The condition.
    pub condition: Condition,
    /// The places of the questions that it looks at.
    pub questions: Vec<usize>,
    /// The places of the earlier scores that it looks at.
    pub scores: Vec<usize>,
}

/// The numbers that the answers to a question stand for, before they are weighted.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// One for each of the possible answers, in their order; none for those without a number.
    Each(Vec<Option<Decimal>>),
    /// Every step from the least to the greatest, in units of so many decimals.
    Line {
        /// The least.
        min: i128,
        /// The greatest.
        max: i128,
        /// Digits after the point.
        decimals: u32,
    },
    /// The sum over the options chosen: what each adds, and whether it excludes the others.
    Chosen(Vec<(Decimal, bool)>),
}

/// How an answer becomes a whole number.
#[derive(Debug, Clone, PartialEq)]
enum Reading {
    /// By the place of the answer, counted from the least one.
    Each {
        first: i64,
        numbers: Vec<Option<i128>>,
    },
    /// `times` the number, and `plus`.
    Line { times: i128, plus: i128 },
    /// `plus`, and something for each option that is chosen.
    Chosen { plus: i128, each: Vec<i128> },
}

/// What an item says in one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// A number.
    Number(i128),
    /// It was shown, and has no number.
    Missing,
    /// Routing hid it.
    Hidden,
}

impl Numbers {
    /// Digits after the point.
    pub fn decimals(&self) -> u32 {
        match self {
            Self::Each(numbers) => numbers.iter().flatten().map(|n| n.decimals).max(),
            Self::Line { decimals, .. } => Some(*decimals),
            Self::Chosen(each) => each.iter().map(|(number, _)| number.decimals).max(),
        }
        .unwrap_or_default()
    }
}

impl Item {
    /// The item in units of so many decimals; none when its numbers are too large to count with, or are all the same.
    ///
    /// `first` is the least answer of a question whose numbers are given one by one, `times` what they are multiplied by.
    pub fn new(
        source: Source,
        numbers: &Numbers,
        first: i64,
        decimals: u32,
        times: i128,
        reversed: bool,
    ) -> Option<Self> {
        let units = |number: &Decimal| number.units(decimals);
        let (low, high) = match numbers {
            Numbers::Each(each) => {
                let each: Vec<i128> = each.iter().flatten().map(units).collect::<Option<_>>()?;
                (each.iter().copied().min()?, each.iter().copied().max()?)
            }
            Numbers::Line {
                min,
                max,
                decimals: own,
            } => {
                let unit = power(decimals.checked_sub(*own)?)?;
                (min.checked_mul(unit)?, max.checked_mul(unit)?)
            }
            Numbers::Chosen(each) => {
                let (mut low, mut high) = (0_i128, 0_i128);
                for (number, _) in each.iter().filter(|(_, exclusive)| !exclusive) {
                    let number = units(number)?;
                    low = low.checked_add(number.min(0))?;
                    high = high.checked_add(number.max(0))?;
                }
                for (number, _) in each.iter().filter(|(_, exclusive)| *exclusive) {
                    let number = units(number)?;
                    (low, high) = (low.min(number), high.max(number));
                }
                (low, high)
            }
        };
        if low == high {
            return None;
        }
        let (sign, base) = if reversed {
            (-1, low.checked_add(high)?)
        } else {
            (1, 0)
        };
        let base = base.checked_mul(times)?;
        let slope = times.checked_mul(sign)?;
        let turned = |number: i128| slope.checked_mul(number)?.checked_add(base);
        let reading = match numbers {
            Numbers::Each(each) => Reading::Each {
                first,
                numbers: each
                    .iter()
                    .map(|number| number.as_ref().and_then(units).and_then(turned))
                    .collect(),
            },
            Numbers::Line { decimals: own, .. } => Reading::Line {
                times: slope.checked_mul(power(decimals.checked_sub(*own)?)?)?,
                plus: base,
            },
            Numbers::Chosen(each) => Reading::Chosen {
                plus: base,
                each: each
                    .iter()
                    .map(|(number, _)| slope.checked_mul(units(number)?))
                    .collect::<Option<_>>()?,
            },
        };
        let (one, other) = (turned(low)?, turned(high)?);
        Some(Self {
            source,
            low: one.min(other),
            high: one.max(other),
            lowest: if reversed { other } else { one },
            weight: 1,
            per: 1,
            reading,
        })
    }

    /// An item that counts as one where a condition holds; `one` is that number in units.
    pub fn when(holds: WhenHolds, one: i128) -> Self {
        Self {
            source: Source::When(Box::new(holds)),
            low: 0,
            high: one,
            lowest: 0,
            weight: 1,
            per: 1,
            reading: Reading::Line { times: 1, plus: 0 },
        }
    }

    /// The same with a weight in a mean.
    #[must_use]
    pub fn weighing(self, weight: i128) -> Self {
        Self { weight, ..self }
    }

    /// How far it reaches.
    pub fn range(&self) -> i128 {
        self.high - self.low
    }

    /// What it says in a response.
    pub fn counted(&self, answered: &Answered<'_>) -> Counted {
        match &self.source {
            Source::Question(place) => answered
                .answers
                .get(*place)
                .map_or(Counted::Hidden, |answer| self.of_answer(answer)),
            Source::Score(place) => {
                let score = answered.score(*place);
                match score.units {
                    Some(units) => self
                        .of_number(units)
                        .map_or(Counted::Missing, Counted::Number),
                    None if score.shown == 0 => Counted::Hidden,
                    None => Counted::Missing,
                }
            }
            Source::When(when) => match when.counted(answered) {
                Counted::Number(1) => Counted::Number(self.high),
                other => other,
            },
        }
    }

    /// What an answer to its question counts as.
    pub fn of_answer(&self, answer: &Answer) -> Counted {
        match answer {
            Answer::Hidden => Counted::Hidden,
            Answer::Given(value) => self
                .of_value(value)
                .map_or(Counted::Missing, Counted::Number),
            Answer::Declined | Answer::Blank => Counted::Missing,
        }
    }

    fn of_value(&self, value: &Value) -> Option<i128> {
        match (value, &self.reading) {
            (Value::Choice(place), Reading::Each { numbers, .. }) => {
                numbers.get(usize::from(*place)).copied().flatten()
            }
            (Value::YesNo(yes), Reading::Each { numbers, .. }) => {
                numbers.get(usize::from(*yes)).copied().flatten()
            }
            (Value::Whole(number), Reading::Each { first, numbers }) => {
                let place = usize::try_from(number.checked_sub(*first)?).ok()?;
                numbers.get(place).copied().flatten()
            }
            (Value::Whole(number) | Value::Decimal(number), Reading::Line { .. }) => {
                self.of_number(i128::from(*number))
            }
            (Value::Choices(places), Reading::Chosen { plus, each }) => {
                let chosen = places
                    .iter()
                    .filter_map(|place| each.get(usize::from(*place)));
                Some(plus + chosen.sum::<i128>())
            }
            _ => None,
        }
    }

    /// What a number counts as that comes in units of its own.
    pub fn of_number(&self, number: i128) -> Option<i128> {
        match &self.reading {
            Reading::Line { times, plus } => times.checked_mul(number)?.checked_add(*plus),
            _ => None,
        }
    }
}

impl WhenHolds {
    /// One where it holds, none where it does not; missing where an answer that it looks at is, so that nobody knows.
    fn counted(&self, answered: &Answered<'_>) -> Counted {
        if holds(&self.condition, answered) {
            return Counted::Number(1);
        }
        let answers = self
            .questions
            .iter()
            .map(|place| answered.answers.get(*place).unwrap_or(&Answer::Hidden));
        let (mut shown, mut known) = (!self.scores.is_empty(), true);
        for answer in answers {
            shown |= *answer != Answer::Hidden;
            known &= matches!(answer, Answer::Hidden | Answer::Given(_));
        }
        known &= (self.scores.iter())
            .map(|place| answered.score(*place))
            .all(|score| score.value.is_some() || score.shown == 0);
        match (shown, known) {
            (false, _) => Counted::Hidden,
            (true, true) => Counted::Number(0),
            (true, false) => Counted::Missing,
        }
    }
}

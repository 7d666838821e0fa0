//! Items: what can be counted of the responses to one version, a question or a score.

use crate::domain::codebook::Missing;
use crate::domain::disclosure::cell_key::Bounds;
use crate::domain::form::{
    Answer, Form, Kind, Question, Score, ScoreDefinition, ScoreValue, Value,
};

/// A number with more possible answers than this has no categories, only a mean.
pub const MAX_NUMBERS: u64 = 32;

/// The reasons why something is missing, in their order.
pub(super) const REASONS: [Missing; 4] = [
    Missing::Hidden,
    Missing::NotAsked,
    Missing::Blank,
    Missing::Declined,
];

/// A question or a score of one version, as it is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The place of the question among the questions, or of the score among the scores.
    place: usize,
    reading: Reading,
    /// How many categories it has.
    categories: usize,
    /// The numbers that it stands for, if it stands for any.
    numbers: Option<Numbers>,
}

/// How its categories and its number follow from what is stored.
#[derive(Debug, Clone, PartialEq)]
enum Reading {
    /// A category an option.
    Choice {
        /// The number of each.
        numbers: Vec<Option<f64>>,
    },
    /// A category an option; a response can be in several.
    Choices,
    /// A category an option: the one that is put first.
    First,
    /// No, then yes.
    YesNo,
    /// A category a number, if there are few.
    Whole {
        /// The least number.
        min: i64,
    },
    /// No categories.
    Decimal {
        /// Units of the last decimal in 1.
        units: f64,
    },
    /// A category a band.
    Score,
}

/// The numbers that answers stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// The least.
    pub lowest: f64,
    /// The greatest.
    pub highest: f64,
}

/// What a response says to an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said<'a> {
    /// Nothing, for this reason.
    Missing(Missing),
    /// Something: its categories, and its number.
    Given(Places<'a>, Option<f64>),
}

/// The places of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places<'a> {
    /// None.
    None,
    /// One.
    One(usize),
    /// Several, or none.
    Many(&'a [u8]),
}

impl Places<'_> {
    /// Calls `found` with each.
    pub fn each(self, mut found: impl FnMut(usize)) {
        match self {
            Self::None => {}
            Self::One(place) => found(place),
            Self::Many(places) => places.iter().for_each(|place| found(usize::from(*place))),
        }
    }
}

impl Item {
    /// The question at this place; none for free text, dates and texts without an answer.
    pub fn of_question(place: usize, question: &Question) -> Option<Self> {
        let choices = question.kind.choices();
        let (reading, categories, numbers) = match &question.kind {
            Kind::SingleChoice(_) => {
                let numbers: Vec<_> = choices.iter().map(|it| it.value.map(f64::from)).collect();
                let known = Numbers::of_choices(&numbers);
                (Reading::Choice { numbers }, choices.len(), known)
            }
            Kind::MultipleChoice(_) => (Reading::Choices, choices.len(), None),
            Kind::Ranking { .. } => (Reading::First, choices.len(), None),
            Kind::YesNo | Kind::Statement { acknowledge: true } => (Reading::YesNo, 2, None),
            Kind::Whole { min, max } => {
                let count = max.abs_diff(*min).saturating_add(1);
                let few = usize::try_from(count).ok();
                let few = few.filter(|_| count <= MAX_NUMBERS);
                let numbers = Numbers::of(whole(*min), whole(*max));
                (Reading::Whole { min: *min }, few.unwrap_or(0), numbers)
            }
            Kind::Decimal { min, max, decimals } => {
                let units = 10_f64.powi(i32::from(*decimals));
                let numbers = Numbers::of(whole(*min) / units, whole(*max) / units);
                (Reading::Decimal { units }, 0, numbers)
            }
            Kind::Text { .. } | Kind::Date { .. } | Kind::Statement { acknowledge: false } => {
                return None;
            }
        };
        Some(Self {
            place,
            reading,
            categories,
            numbers,
        })
    }

    /// The score at this place.
    pub fn of_score(place: usize, definition: &ScoreDefinition, score: &Score) -> Self {
        let (lowest, highest) = score.reach();
        Self {
            place,
            reading: Reading::Score,
            categories: definition.bands.len(),
            numbers: Numbers::of(lowest, highest),
        }
    }

    /// How many categories it has.
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// The numbers that it stands for, if it stands for any.
    pub fn numbers(&self) -> Option<Numbers> {
        self.numbers
    }

    /// Which answers it needs: their places among the questions.
    pub fn needs<'a>(&'a self, form: &'a Form) -> impl Iterator<Item = usize> {
        let score = match self.reading {
            Reading::Score => form.scores().nth(self.place).map(|(_, score)| score),
            _ => None,
        };
        let of_score = score
            .into_iter()
            .flat_map(|score| score.questions().iter().copied());
        let own = score.is_none().then_some(self.place);
        of_score.chain(own)
    }

    /// Whether it is a score.
    pub fn is_score(&self) -> bool {
        self.reading == Reading::Score
    }

    /// What a response says to it.
    pub fn read<'a>(&self, form: &Form, answers: &'a [Answer]) -> Said<'a> {
        self.read_by(answers, |place| {
            said_of_score(&form.answered(answers).score(place))
        })
    }

    /// The same of a question; of a score by `score`, with its place.
    pub fn read_by<'a>(
        &self,
        answers: &'a [Answer],
        score: impl FnOnce(usize) -> Said<'static>,
    ) -> Said<'a> {
        match self.reading {
            Reading::Score => score(self.place),
            _ => self.said(answers),
        }
    }

    fn said<'a>(&self, answers: &'a [Answer]) -> Said<'a> {
        let value = match answers.get(self.place) {
            Some(Answer::Given(value)) => value,
            Some(Answer::Declined) => return Said::Missing(Missing::Declined),
            Some(Answer::Blank) => return Said::Missing(Missing::Blank),
            Some(Answer::Hidden) => return Said::Missing(Missing::Hidden),
            None => return Said::Missing(Missing::NotAsked),
        };
        match (&self.reading, value) {
            (Reading::Choice { numbers }, Value::Choice(place)) => {
                let place = usize::from(*place);
                Said::Given(Places::One(place), numbers.get(place).copied().flatten())
            }
            (Reading::Choices, Value::Choices(places)) => Said::Given(Places::Many(places), None),
            (Reading::First, Value::Ranking(places)) => {
                Said::Given(Places::Many(places.get(..1).unwrap_or_default()), None)
            }
            (Reading::YesNo, Value::YesNo(yes)) => {
                Said::Given(Places::One(usize::from(*yes)), None)
            }
            (Reading::Whole { min }, Value::Whole(number)) => {
                let place = usize::try_from(number.abs_diff(*min));
                let place = place.ok().filter(|place| *place < self.categories);
                let place = place.map_or(Places::None, Places::One);
                Said::Given(place, Some(whole(*number)))
            }
            (Reading::Decimal { units }, Value::Decimal(scaled)) => {
                Said::Given(Places::None, Some(whole(*scaled) / units))
            }
            _ => Said::Missing(Missing::NotAsked),
        }
    }
}

impl Numbers {
    /// None when there are not two different ones: then there is no mean.
    fn of(lowest: f64, highest: f64) -> Option<Self> {
        (lowest < highest).then_some(Self { lowest, highest })
    }

    fn of_choices(numbers: &[Option<f64>]) -> Option<Self> {
        let known = || numbers.iter().flatten().copied();
        Self::of(known().reduce(f64::min)?, known().reduce(f64::max)?)
    }

    /// Those of two versions of the same item.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            lowest: self.lowest.min(other.lowest),
            highest: self.highest.max(other.highest),
        }
    }

    /// The same as bounds of what is summed up.
    pub fn bounds(self) -> Option<Bounds> {
        Bounds::new(self.lowest, self.highest).ok()
    }
}

pub(super) fn said_of_score(score: &ScoreValue) -> Said<'static> {
    match score.value {
        Some(value) => Said::Given(score.band.map_or(Places::None, Places::One), Some(value)),
        None if score.shown == 0 => Said::Missing(Missing::Hidden),
        None => Said::Missing(Missing::Blank),
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "bounds are checked to be exact in an f64"
)]
fn whole(number: i64) -> f64 {
    number as f64
}

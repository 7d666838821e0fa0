//! Scores: several answers combined into one number, with a name for its range (band).
//!
//! A version of the first edition is scored by [`edition_1`], as on its first day. Since the second edition the
//! arithmetic is exact ([`exact`]): the numbers that an author wrote are decimals, so a check turns them into whole
//! units, and a score is a ratio of two whole numbers that is rounded once.
//!
//! Answers without a number ("don't know"), declined and blank ones count as missing. What counts for a question that
//! routing hid is the score's to say.

mod analysis;
mod decimal;
pub(super) mod definition;
mod dependencies;
mod edition_1;
mod exact;
mod item;
mod possible;
mod reach;
mod table;

pub use analysis::Routing;
pub use decimal::{Decimal, MAX_DECIMALS, float};
pub use definition::{
    BandDefinition, HiddenRule, HighIs, RoundDefinition, RoundingRule, ScoreDefinition,
    ScoreMethod, TableCell, TableRange, TableRowDefinition, TableWord,
};
pub use dependencies::dependencies;
pub use edition_1::Score as FirstScore;
pub use exact::{Exact, Method};
pub use item::{Counted, Item, Numbers, Source, WhenHolds};
pub use possible::Possible;
pub use reach::Reach;
pub use table::{Pattern, Table, TableFault};

use super::answer::Answer;
use super::question::Question;

/// A checked score.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The places of the earlier scores that it is computed from, directly or by way of others, ascending.
    pub(super) scores: Vec<usize>,
    /// The places of all questions that it depends on, those of the other scores among them, ascending.
    pub(super) questions: Vec<usize>,
    pub(super) rule: Rule,
}

/// How a score is computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// As in the first edition.
    First(FirstScore),
    /// Exactly.
    Exact(Box<Exact>),
}

/// What a score comes to for one response.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScoreValue {
    /// The score, rounded; none when too few questions were answered.
    pub value: Option<f64>,
    /// The same in units of its last decimal; none in the first edition, which does not count in units.
    pub units: Option<i128>,
    /// Digits after the point.
    pub decimals: u8,
    /// The place of its band in the definition.
    pub band: Option<usize>,
    /// How many of its questions have an answer that counts.
    pub answered: usize,
    /// How many of its questions were shown, or count although they were hidden.
    pub shown: usize,
}

impl Score {
    /// One that nothing is known about, since it is at fault.
    pub(super) fn unknown() -> Self {
        Self {
            scores: Vec::new(),
            questions: Vec::new(),
            rule: Rule::First(FirstScore::default()),
        }
    }

    /// The places of all questions that it depends on, also by way of other scores.
    pub fn questions(&self) -> &[usize] {
        &self.questions
    }

    /// The places of the earlier scores that it depends on.
    pub fn scores(&self) -> &[usize] {
        &self.scores
    }

    /// The lowest and the highest score that there can be.
    pub fn reach(&self) -> (f64, f64) {
        match &self.rule {
            Rule::First(first) => first.reach(),
            Rule::Exact(exact) => {
                let float = |units| float(units, exact.decimals);
                (float(exact.reach.low), float(exact.reach.high))
            }
        }
    }

    /// Which way it is rounded.
    pub fn rounding(&self) -> RoundingRule {
        match &self.rule {
            Rule::First(_) => RoundingRule::HalfUp,
            Rule::Exact(exact) => exact.rule,
        }
    }

    /// Whether there is a score where something is missing.
    pub fn may_miss(&self) -> bool {
        match &self.rule {
            Rule::First(_) => true,
            Rule::Exact(exact) => exact.may_miss(exact.items.len().max(2)),
        }
    }

    /// Digits after the point.
    pub fn decimals(&self) -> u8 {
        match &self.rule {
            Rule::First(_) => 1,
            Rule::Exact(exact) => u8::try_from(exact.decimals).unwrap_or_default(),
        }
    }
}

/// Answers to the first questions of a form, one for each, with what is needed to score them.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// All questions of the form.
    pub questions: &'a [Question],
    /// All its scores.
    pub scores: &'a [Score],
    /// The answers so far.
    pub answers: &'a [Answer],
    /// What the first scores come to, where that was worked out before.
    pub known: &'a [ScoreValue],
}

impl Answered<'_> {
    /// What every score comes to.
    pub fn every_score(&self) -> Vec<ScoreValue> {
        let mut values: Vec<ScoreValue> = Vec::with_capacity(self.scores.len());
        for score in self.scores {
            let value = self.with(&values).compute(score);
            values.push(value);
        }
        values
    }

    /// What one score comes to, and no more than is needed for it.
    pub fn score(&self, place: usize) -> ScoreValue {
        if let Some(known) = self.known.get(place) {
            return known.clone();
        }
        let Some(score) = self.scores.get(place) else {
            return ScoreValue::default();
        };
        let mut values =
            vec![ScoreValue::default(); score.scores.last().map_or(0, |last| last + 1)];
        for place in &score.scores {
            let value = self
                .scores
                .get(*place)
                .map(|score| self.with(&values).compute(score))
                .unwrap_or_default();
            if let Some(slot) = values.get_mut(*place) {
                *slot = value;
            }
        }
        self.with(&values).compute(score)
    }

    fn with<'b>(&'b self, known: &'b [ScoreValue]) -> Answered<'b> {
        Answered { known, ..*self }
    }

    fn compute(&self, score: &Score) -> ScoreValue {
        match &score.rule {
            Rule::First(first) => first.compute(self),
            Rule::Exact(exact) => exact.compute(self),
        }
    }
}

#[cfg(test)]
mod tests;

//! Which numbers a score can come to: found by trying all answers where these are few, else by adding up what each
//! item can say, else by bounds.
//!
//! What is found may hold numbers that nobody reaches, never the other way round: routing is followed where it hangs
//! on the items themselves, and where it does not, everything is held possible.

use std::collections::BTreeSet;

use super::decimal::rounded;
use super::definition::HiddenRule;
use super::exact::{Exact, Method};
use super::item::{Counted, Item, Source};
use super::reach::Reach;
use super::table::{Table, TableFault};
use super::{Answered, Score};
use crate::domain::form::answer::{Answer, Value};
use crate::domain::form::condition::Condition;
use crate::domain::form::question::{Kind, Question};
use crate::domain::form::routing::holds;

/// The most combinations of answers that are tried one by one, for all scores of a form together and for one.
const TRIED_IN_ALL: usize = 400_000;
const TRIED: usize = 20_000;

/// The most rows that are looked at for one of these.
const MOST_LOOKED_UP: usize = 500;

/// The most numbers of one item or sum that are kept apart.
const MOST_NUMBERS: usize = 20_000;

/// The form around a score.
#[derive(Debug, Clone, Copy)]
pub struct Routing<'a> {
    /// All questions.
    pub questions: &'a [Question],
    /// The condition of each section.
    pub sections: &'a [Option<Condition>],
    /// The scores before this one.
    pub scores: &'a [Score],
    /// How many scores the form has. What is tried for each of them is bounded, so that a check takes a moment.
    pub count: usize,
}

/// One thing that an item can say, with the answer that makes it say so, where there is one.
#[derive(Clone)]
struct Candidate {
    answer: Option<Answer>,
    counted: Counted,
}

impl Routing<'_> {
    /// What `score` can come to. Its own `reach` is not looked at.
    ///
    /// # Errors
    ///
    /// The fault of its table, if it has one.
    pub fn reach(&self, score: &Exact) -> Result<Reach, TableFault> {
        let hides: Vec<bool> = score.items.iter().map(|item| self.may_hide(item)).collect();
        let reach = match &score.method {
            Method::Table(table) => self.of_table(score, table, &hides)?,
            _ => self
                .of_few(score, &hides)
                .unwrap_or_else(|| self.of_many(score, &hides)),
        };
        Ok(Reach {
            may_hide: score.hidden == HiddenRule::LeftOut && hides.iter().all(|hides| *hides),
            ..reach
        })
    }

    /// The most combinations that are tried for one score.
    fn tried(&self) -> usize {
        TRIED.min(TRIED_IN_ALL / self.count.max(1))
    }

    fn conditions<'q>(&'q self, question: &'q Question) -> impl Iterator<Item = &'q Condition> {
        let section = self.sections.get(question.section).and_then(Option::as_ref);
        section.into_iter().chain(&question.show_when)
    }

    fn question_hides(&self, place: usize) -> bool {
        self.questions
            .get(place)
            .is_some_and(|question| self.conditions(question).next().is_some())
    }

    fn may_hide(&self, item: &Item) -> bool {
        match &item.source {
            Source::Question(place) => self.question_hides(*place),
            Source::Score(place) => {
                self.scores
                    .get(*place)
                    .is_some_and(|score| match &score.rule {
                        super::Rule::Exact(exact) => exact.reach.may_hide,
                        super::Rule::First(_) => true,
                    })
            }
            Source::When(when) => {
                when.scores.is_empty()
                    && when
                        .questions
                        .iter()
                        .all(|place| self.question_hides(*place))
            }
        }
    }

    /// The numbers that an item can count as, each with the answer that does; none where there are too many.
    fn numbers(&self, item: &Item) -> Option<Vec<Candidate>> {
        let given = |value: Value| {
            let answer = Answer::Given(value);
            Candidate {
                counted: item.of_answer(&answer),
                answer: Some(answer),
            }
        };
        let number = |number: i128| Candidate {
            answer: None,
            counted: Counted::Number(number),
        };
        let few = |min: i64, max: i64| max.abs_diff(min) < MOST_NUMBERS as u64;
        let all: Vec<Candidate> = match &item.source {
            Source::Question(place) => match &self.questions.get(*place)?.kind {
                Kind::SingleChoice(choices) => (0..choices.len())
                    .filter_map(|place| u8::try_from(place).ok())
                    .map(|place| given(Value::Choice(place)))
                    .collect(),
                Kind::YesNo => [false, true].map(|yes| given(Value::YesNo(yes))).to_vec(),
                Kind::Whole { min, max } if few(*min, *max) => (*min..=*max)
                    .map(|number| given(Value::Whole(number)))
                    .collect(),
                Kind::Decimal { min, max, .. } if few(*min, *max) => (*min..=*max)
                    .map(|number| given(Value::Decimal(number)))
                    .collect(),
                Kind::MultipleChoice(choices) => {
                    let sum_of = |places: Vec<u8>| match item
                        .of_answer(&Answer::Given(Value::Choices(places)))
                    {
                        Counted::Number(number) => Some(number),
                        _ => None,
                    };
                    let nothing = sum_of(Vec::new())?;
                    let mut sums = BTreeSet::from([nothing]);
                    let mut alone = Vec::new();
                    for (place, choice) in choices.iter().enumerate() {
                        let one = sum_of(vec![u8::try_from(place).ok()?])?;
                        if choice.exclusive {
                            alone.push(one);
                        } else {
                            let more: Vec<i128> =
                                sums.iter().map(|sum| sum + one - nothing).collect();
                            sums.extend(more);
                        }
                        if sums.len() > MOST_NUMBERS {
                            return None;
                        }
                    }
                    sums.extend(alone);
                    sums.into_iter().map(number).collect()
                }
                _ => return None,
            },
            Source::Score(place) => {
                let super::Rule::Exact(exact) = &self.scores.get(*place)?.rule else {
                    return None;
                };
                let of = |units: i128| item.of_number(units);
                let reach = &exact.reach;
                match &reach.all {
                    Some(all) => all.iter().copied().map(of).collect::<Option<Vec<_>>>()?,
                    None if reach.high - reach.low < MOST_NUMBERS as i128 => (reach.low
                        ..=reach.high)
                        .map(of)
                        .collect::<Option<Vec<_>>>()?,
                    None => return None,
                }
                .into_iter()
                .map(number)
                .collect()
            }
            Source::When(_) => vec![number(0), number(item.high)],
        };
        Some(all)
    }

    fn candidates(&self, item: &Item, hides: bool, misses: bool) -> Option<Vec<Candidate>> {
        let mut all = self.numbers(item)?;
        all.retain(|candidate| misses || candidate.counted != Counted::Missing);
        let state = |answer: Answer, counted: Counted| Candidate {
            answer: matches!(item.source, Source::Question(_)).then_some(answer),
            counted,
        };
        if hides {
            all.push(state(Answer::Hidden, Counted::Hidden));
        }
        if misses {
            all.push(state(Answer::Blank, Counted::Missing));
        }
        Some(all)
    }

    /// Tries every combination that routing allows; stops when `each` says so.
    fn every(
        &self,
        items: &[Item],
        candidates: &[Vec<Candidate>],
        mut each: impl FnMut(&[Counted]) -> bool,
    ) {
        let mut answers = vec![Answer::Blank; self.questions.len()];
        let mut known = vec![false; self.questions.len()];
        let mut places = vec![0_usize; items.len()];
        let mut counted = Vec::with_capacity(items.len());
        loop {
            counted.clear();
            for ((item, place), candidates) in items.iter().zip(&places).zip(candidates) {
                let Some(candidate) = candidates.get(*place) else {
                    return;
                };
                counted.push(candidate.counted);
                if let Source::Question(question) = item.source
                    && let (Some(answer), Some(known)) =
                        (answers.get_mut(question), known.get_mut(question))
                {
                    *known = candidate.answer.is_some();
                    *answer = candidate.answer.clone().unwrap_or(Answer::Blank);
                }
            }
            if self.agrees(items, &counted, &answers, &known) && !each(&counted) {
                return;
            }
            // The next combination, as a counter with a digit an item.
            let mut carried = true;
            for (place, candidates) in places.iter_mut().zip(candidates).rev() {
                *place += 1;
                if *place < candidates.len() {
                    carried = false;
                    break;
                }
                *place = 0;
            }
            if carried {
                return;
            }
        }
    }

    /// Whether routing allows these answers, as far as they decide it.
    fn agrees(
        &self,
        items: &[Item],
        counted: &[Counted],
        answers: &[Answer],
        known: &[bool],
    ) -> bool {
        let answered = Answered {
            questions: self.questions,
            scores: &[],
            answers,
            known: &[],
        };
        items.iter().zip(counted).all(|(item, counted)| {
            let Source::Question(place) = item.source else {
                return true;
            };
            let Some(question) = self.questions.get(place) else {
                return true;
            };
            let mut conditions = self
                .conditions(question)
                .map(|condition| decided(condition, &answered, known));
            match counted {
                Counted::Hidden => !conditions.all(|shown| shown == Some(true)),
                _ => conditions.all(|shown| shown != Some(false)),
            }
        })
    }

    fn of_few(&self, score: &Exact, hides: &[bool]) -> Option<Reach> {
        let misses = (1..=score.items.len()).any(|count| score.may_miss(count));
        let mut combinations = 1_usize;
        let mut candidates = Vec::new();
        for (item, hides) in score.items.iter().zip(hides) {
            let all = self.candidates(item, *hides, misses)?;
            combinations = combinations
                .checked_mul(all.len())
                .filter(|count| *count <= self.tried())?;
            candidates.push(all);
        }
        let mut found = BTreeSet::new();
        self.every(&score.items, &candidates, |counted| {
            found.extend(score.of_counted(counted.iter().copied()).0);
            true
        });
        Reach::of(found)
    }

    /// By bounds, and for sums of which nothing is missing by adding up sets.
    fn of_many(&self, score: &Exact, hides: &[bool]) -> Reach {
        let misses = (1..=score.items.len()).any(|count| score.may_miss(count));
        let absent =
            misses || (score.hidden == HiddenRule::LeftOut && hides.iter().any(|hides| *hides));
        let lows = || score.items.iter().map(|item| item.low);
        let highs = || score.items.iter().map(|item| item.high);
        let least = |numbers: &mut dyn Iterator<Item = i128>| numbers.min().unwrap_or_default();
        let most = |numbers: &mut dyn Iterator<Item = i128>| numbers.max().unwrap_or_default();
        let mut all = None;
        let (low, high, denominator) = match &score.method {
            Method::Mean { bottom, length, .. } => (*bottom, bottom + length, 1),
            Method::Sum { .. } | Method::Count => {
                let sums = self.sums(score, hides, misses);
                all = sums.2;
                (sums.0, sums.1, 1)
            }
            Method::RawMean if !absent => {
                let weighted = |number: fn(&Item) -> i128| -> i128 {
                    score
                        .items
                        .iter()
                        .map(|item| item.weight * number(item))
                        .sum()
                };
                let weights = score.items.iter().map(|item| item.weight).sum();
                (
                    weighted(|item| item.low),
                    weighted(|item| item.high),
                    weights,
                )
            }
            Method::Max if !absent => (most(&mut lows()), most(&mut highs()), 1),
            Method::Min if !absent => (least(&mut lows()), least(&mut highs()), 1),
            _ => (least(&mut lows()), most(&mut highs()), 1),
        };
        let units = |number: i128| {
            let (more, less) = score.scale;
            rounded(
                (number + score.plus * denominator) * more,
                denominator * less,
                score.rule,
            )
        };
        let all = all.map(|all| all.into_iter().map(units).collect::<BTreeSet<_>>());
        all.and_then(Reach::of).unwrap_or_else(|| Reach {
            low: units(low),
            high: units(high),
            ..Reach::default()
        })
    }

    /// The least and the greatest sum, and all of them where they are few.
    fn sums(
        &self,
        score: &Exact,
        hides: &[bool],
        misses: bool,
    ) -> (i128, i128, Option<BTreeSet<i128>>) {
        let counts = matches!(score.method, Method::Count);
        let leaves_out = score.hidden == HiddenRule::LeftOut;
        // With something shown, and whether nothing may be shown at all.
        let (mut bounds, mut nothing): (Option<(i128, i128)>, bool) = (None, true);
        let mut sets = (counts || !misses).then(BTreeSet::new);
        let mut work = 0_usize;
        for (item, hides) in score.items.iter().zip(hides) {
            let skips = (*hides && leaves_out) || (counts && misses);
            let (mut low, mut high) = (item.low, item.high);
            if skips {
                (low, high) = (low.min(0), high.max(0));
            }
            let began = nothing.then_some((item.low, item.high));
            let went_on = bounds.map(|(least, most)| (least + low, most + high));
            bounds = match (went_on, began) {
                (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
                (one, other) => one.or(other),
            };
            sets = sets.and_then(|sums: BTreeSet<i128>| {
                let numbers: Vec<i128> = self
                    .numbers(item)?
                    .into_iter()
                    .filter_map(|candidate| match candidate.counted {
                        Counted::Number(number) => Some(number),
                        _ => None,
                    })
                    .collect();
                work =
                    work.saturating_add(sums.len().saturating_mul(numbers.len()) + numbers.len());
                if work > 50 * self.tried() {
                    return None;
                }
                let mut next: BTreeSet<i128> = sums
                    .iter()
                    .flat_map(|sum| numbers.iter().map(move |number| sum + number))
                    .collect();
                if skips {
                    next.extend(&sums);
                }
                if nothing {
                    next.extend(&numbers);
                }
                (next.len() <= MOST_NUMBERS).then_some(next)
            });
            nothing &= skips;
        }
        let (low, high) = bounds.unwrap_or_default();
        (low, high, sets)
    }

    fn of_table(&self, score: &Exact, table: &Table, hides: &[bool]) -> Result<Reach, TableFault> {
        if let Some(overlap) = table.overlap() {
            return Err(overlap);
        }
        let mut candidates = Vec::new();
        for (column, (item, hides)) in score.items.iter().zip(hides).enumerate() {
            let all = self.candidates(item, *hides, false).unwrap_or_else(|| {
                let step = match item.of_number(1).zip(item.of_number(0)) {
                    Some((one, none)) => (one - none).abs().max(1),
                    None => 1,
                };
                let numbers = table.telling(column, item.low, item.high, step).into_iter();
                let number = |number| Candidate {
                    answer: None,
                    counted: Counted::Number(number),
                };
                let hidden = hides.then_some(Candidate {
                    answer: None,
                    counted: Counted::Hidden,
                });
                numbers.map(number).chain(hidden).collect()
            });
            candidates.push(all);
        }
        let combinations = |candidates: &[Vec<Candidate>]| {
            candidates
                .iter()
                .try_fold(1_usize, |count, all| count.checked_mul(all.len()))
                .filter(|count| {
                    count.saturating_mul(table.rows.len()) <= MOST_LOOKED_UP * self.tried()
                })
        };
        if combinations(&candidates).is_none() {
            for (column, all) in candidates.iter_mut().enumerate() {
                table.keep_telling(column, all, |candidate| candidate.counted);
                all.iter_mut().for_each(|candidate| candidate.answer = None);
            }
        }
        combinations(&candidates).ok_or(TableFault::TooLarge)?;
        let (mut found, mut missing) = (BTreeSet::new(), None);
        self.every(&score.items, &candidates, |counted| {
            let (units, answered, shown) = score.of_counted(counted.iter().copied());
            match units {
                Some(units) => {
                    found.insert(units);
                }
                None if shown > 0 && answered == shown => {
                    // As it is looked up.
                    let looked_up = |(item, counted): (&Item, &Counted)| match counted {
                        Counted::Hidden if score.hidden == HiddenRule::Lowest => {
                            Counted::Number(item.lowest)
                        }
                        other => *other,
                    };
                    missing = Some(score.items.iter().zip(counted).map(looked_up).collect());
                }
                None => {}
            }
            missing.is_none()
        });
        match missing {
            Some(at) => Err(TableFault::Missing(at)),
            None => Ok(Reach::of(found).unwrap_or_default()),
        }
    }
}

/// Whether a condition holds, where the known answers decide that.
fn decided(condition: &Condition, answered: &Answered<'_>, known: &[bool]) -> Option<bool> {
    let decided = |condition: &Condition| decided(condition, answered, known);
    match condition {
        Condition::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(decided).collect();
            (parts.contains(&Some(true))).then_some(true).or_else(|| {
                parts
                    .iter()
                    .all(|part| *part == Some(false))
                    .then_some(false)
            })
        }
        Condition::All(parts) => {
            let parts: Vec<_> = parts.iter().map(decided).collect();
            (parts.contains(&Some(false)))
                .then_some(false)
                .or_else(|| parts.iter().all(|part| *part == Some(true)).then_some(true))
        }
        Condition::Not(part) => decided(part).map(|holds| !holds),
        Condition::Test(..) => {
            let mut all = true;
            condition.each_place(&mut |place| all &= known.get(place) == Some(&true));
            all.then(|| holds(condition, answered))
        }
        Condition::Score(..) => None,
    }
}

//! What a score is computed from: questions, earlier scores and counted conditions, with the numbers of each.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, FormFault};
use crate::domain::form::condition::LookedAt;
use crate::domain::form::definition::{OptionDefinition, QuestionKind};
use crate::domain::form::question::{Kind, Question};
use crate::domain::form::score::{
    Decimal, MAX_DECIMALS, Numbers, Rule, Score, ScoreDefinition, ScoreMethod, Source, WhenHolds,
};
use crate::domain::pointer::Pointer;

/// The most whole numbers that a score may give values of its own.
const MAX_VALUES: u64 = 1000;

/// An item before its numbers are counted in units.
pub(super) struct Raw {
    pub(super) key: String,
    pub(super) source: Source,
    pub(super) numbers: Numbers,
    /// The least answer of a question whose numbers are given one by one.
    pub(super) first: i64,
    pub(super) pointer: Pointer,
}

impl Check<'_> {
    pub(super) fn question_items(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
        questions: &[Question],
    ) -> Vec<Raw> {
        let mut items: Vec<Raw> = Vec::new();
        let (places, mut seen) = (by_key(questions), BTreeSet::new());
        for (number, key) in score.of.iter().enumerate() {
            let pointer = pointer.child("of").child(number);
            let place = places.get(key.as_str()).copied();
            let is_first = seen.insert(key);
            let key = key.clone();
            let Some((place, question)) =
                place.and_then(|place| Some((place, questions.get(place)?)))
            else {
                self.fault(&pointer, FormFault::QuestionUnknown { key });
                continue;
            };
            if !is_first {
                self.fault(&pointer, FormFault::ScoreQuestionTwice { key });
                continue;
            }
            let counts = matches!(question.kind, Kind::YesNo | Kind::MultipleChoice(_));
            if score.method == ScoreMethod::Count && !counts {
                self.fault(&pointer, FormFault::ScoreNotCountable { key });
                continue;
            }
            match self.numbers(score, question) {
                Some((numbers, first)) => items.push(Raw {
                    key,
                    source: Source::Question(place),
                    numbers,
                    first,
                    pointer,
                }),
                None => self.fault(&pointer, FormFault::ScoreNotNumeric { key }),
            }
        }
        items
    }

    /// The numbers of a question in a score, and the least answer where they are given one by one.
    pub(super) fn numbers(
        &self,
        score: &ScoreDefinition,
        question: &Question,
    ) -> Option<(Numbers, i64)> {
        let own = score.values.get(&question.key);
        let given = |code: &str| Decimal::read(*own?.get(code)?, MAX_DECIMALS);
        let numbers = match &question.kind {
            Kind::SingleChoice(choices) => Numbers::Each(
                choices
                    .iter()
                    .map(|choice| match own {
                        Some(_) => given(&choice.code),
                        None => choice.value.map(|value| Decimal::whole(value.into())),
                    })
                    .collect(),
            ),
            Kind::YesNo => Numbers::Each(
                [("no", 0), ("yes", 1)]
                    .map(|(code, number)| match own {
                        Some(_) => given(code),
                        None => Some(Decimal::whole(number)),
                    })
                    .to_vec(),
            ),
            Kind::MultipleChoice(choices) => {
                let counts = score.method == ScoreMethod::Count
                    || (own.is_none() && choices.iter().all(|choice| choice.value.is_none()));
                let number = |choice: &crate::domain::form::question::Choice| match own {
                    _ if counts => Decimal::whole(i64::from(!choice.exclusive)),
                    Some(_) => given(&choice.code).unwrap_or(Decimal::whole(0)),
                    None => Decimal::whole(choice.value.unwrap_or_default().into()),
                };
                Numbers::Chosen(
                    choices
                        .iter()
                        .map(|choice| (number(choice), choice.exclusive))
                        .collect(),
                )
            }
            Kind::Whole { min, max } if own.is_some() => {
                let each = (max.abs_diff(*min) < MAX_VALUES).then(|| {
                    (*min..=*max)
                        .map(|number| given(&number.to_string()))
                        .collect()
                })?;
                return Some((Numbers::Each(each), *min));
            }
            Kind::Whole { min, max } => Numbers::Line {
                min: (*min).into(),
                max: (*max).into(),
                decimals: 0,
            },
            Kind::Decimal { min, max, decimals } if own.is_none() => Numbers::Line {
                min: (*min).into(),
                max: (*max).into(),
                decimals: (*decimals).into(),
            },
            _ => return None,
        };
        Some((numbers, 0))
    }

    /// Adds the earlier scores; whether none of these is at fault itself.
    pub(super) fn score_items(
        &mut self,
        place: usize,
        pointer: &Pointer,
        before: &[Option<Score>],
        items: &mut Vec<Raw>,
    ) -> bool {
        let form = self.form;
        let mut sound = true;
        let own = form.scores.get(place);
        for (number, key) in own
            .iter()
            .flat_map(|score| score.of_scores.iter().enumerate())
        {
            let pointer = pointer.child("of_scores").child(number);
            let found = form.scores.iter().position(|score| score.key == *key);
            let key = key.clone();
            let Some(other) = found.filter(|other| *other < place) else {
                self.fault(
                    &pointer,
                    match found {
                        Some(_) => FormFault::ScoreLooksForward { key },
                        None => FormFault::ScoreUnknown { key },
                    },
                );
                continue;
            };
            if items.iter().any(|item| item.key == key) {
                self.fault(&pointer, FormFault::ScoreQuestionTwice { key });
                continue;
            }
            let Some(Rule::Exact(exact)) = before
                .get(other)
                .and_then(Option::as_ref)
                .map(|score| &score.rule)
            else {
                sound = false;
                continue;
            };
            items.push(Raw {
                key,
                source: Source::Score(other),
                numbers: Numbers::Line {
                    min: exact.reach.low,
                    max: exact.reach.high,
                    decimals: exact.decimals,
                },
                first: 0,
                pointer,
            });
        }
        sound
    }

    /// `reversed`, `weights` and `values` name items of the score, and answers to their questions.
    pub(super) fn names(&mut self, score: &ScoreDefinition, pointer: &Pointer, items: &[Raw]) {
        let form = self.form;
        let is_item = |key: &String| score.of.contains(key) || score.of_scores.contains(key);
        let unknown = |key: &String| FormFault::ScoreItemUnknown { key: key.clone() };
        for (place, key) in score.reversed.iter().enumerate() {
            let pointer = pointer.child("reversed").child(place);
            if !is_item(key) {
                self.fault(&pointer, unknown(key));
            } else if score
                .reversed
                .iter()
                .take(place)
                .any(|before| before == key)
            {
                self.fault(&pointer, FormFault::ScoreQuestionTwice { key: key.clone() });
            }
        }
        for (key, weight) in &score.weights {
            let pointer = pointer.child("weights").child(key);
            if !is_item(key) {
                self.fault(&pointer, unknown(key));
            }
            let wrong = *weight == 0.0 || (*weight < 0.0 && score.method != ScoreMethod::Sum);
            if self.number(*weight, &pointer).is_some() && wrong {
                self.fault(&pointer, FormFault::ScoreWeight);
            }
        }
        for (key, numbers) in &score.values {
            let pointer = pointer.child("values").child(key);
            let Some((_, question)) = form
                .questions()
                .find(|(_, question)| question.key == *key)
                .filter(|_| score.of.contains(key))
            else {
                self.fault(&pointer, unknown(key));
                continue;
            };
            let options = crate::domain::form::options_of(form, question);
            for (code, number) in numbers {
                let pointer = pointer.child(code);
                self.number(*number, &pointer);
                let known = match question.kind {
                    QuestionKind::YesNo => ["no", "yes"].contains(&&**code),
                    QuestionKind::Rating | QuestionKind::Integer => code
                        .parse::<i64>()
                        .is_ok_and(|number| number.to_string() == *code),
                    _ => options
                        .iter()
                        .any(|option: &OptionDefinition| option.code == *code),
                };
                if !known && items.iter().any(|item| item.key == *key) {
                    let (key, code) = (key.clone(), code.clone());
                    self.fault(&pointer, FormFault::OptionUnknown { key, code });
                }
            }
        }
    }

    pub(super) fn counted_conditions(
        &mut self,
        place: usize,
        pointer: &Pointer,
        questions: &[Question],
    ) -> Vec<WhenHolds> {
        let form = self.form;
        let own = form.scores.get(place);
        let written = own
            .iter()
            .flat_map(|score| score.count_when.iter().enumerate());
        self.scores_before = place;
        let mut found = Vec::new();
        for (number, condition) in written {
            let pointer = pointer.child("count_when").child(number);
            let Some(condition) = self.condition(condition, &pointer, questions, None) else {
                continue;
            };
            let looked = condition.looks_at();
            let places = |of: fn(&LookedAt) -> Option<usize>| -> Vec<usize> {
                looked
                    .iter()
                    .filter_map(of)
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect()
            };
            found.push(WhenHolds {
                questions: places(|it| match it {
                    LookedAt::Question(place) => Some(*place),
                    LookedAt::Score(_) => None,
                }),
                scores: places(|it| match it {
                    LookedAt::Score(place) => Some(*place),
                    LookedAt::Question(_) => None,
                }),
                condition,
            });
        }
        self.scores_before = form.scores.len();
        found
    }
}

/// The place of each question. The first one of a key counts, as everywhere.
pub(super) fn by_key(questions: &[Question]) -> BTreeMap<&str, usize> {
    let places = questions.iter().enumerate().rev();
    places
        .map(|(place, question)| (question.key.as_str(), place))
        .collect()
}

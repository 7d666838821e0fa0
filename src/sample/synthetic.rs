//! Synthetic responses: a made-up person walks through a form and answers what is shown.
//!
//! They drive the property tests, and fill a demonstration of a form of whose people nothing is known. A person has one
//! burden, which colours all answers, and one for each section, so that answers hang together within an area and less so
//! between areas. Every option comes up, however rare it is among real people: nothing can be learned about them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};
use serde_json::{Value as Json, json};

use super::leaning::Leaning;
use crate::domain::form::Answer;
use crate::domain::form::routing::is_shown;
use crate::domain::form::{DateBound, DatePrecision, Form, Kind, Limits, Period, Question};
use crate::domain::pointer::Pointer;
use crate::domain::response::validate::{dated, value};
use crate::domain::response::{Occasion, RawAnswers, validate};
use crate::domain::week::IsoWeek;

const REMARKS_KO: [&str; 4] = [
    "(가상) 밥을 조금씩 자주 먹는 것이 아직 익숙하지 않습니다.",
    "(가상) 오후가 되면 기운이 없어 누워 있어야 합니다.",
    "(가상) 괜찮아 보인다는 말이 가끔은 힘이 듭니다.",
    "(가상) 같은 병을 겪은 분의 이야기가 가장 큰 힘이 되었습니다.",
];
const REMARKS_EN: [&str; 4] = [
    "(synthetic) I still have to plan every meal before I leave the house.",
    "(synthetic) People say I look well, and I do not know what to answer.",
    "(synthetic) The afternoons are the hardest part of my day.",
    "(synthetic) A short walk every morning helped me more than anything.",
];

/// Somebody who breaks a constraint thinks again, so often at most.
const ATTEMPTS: usize = 50;

/// Answers of a made-up person who reads the form in `language`, in a week of no importance: only dates depend on it.
pub fn synthetic(form: &Form, language: &str, rng: &mut impl Rng) -> RawAnswers {
    let week = IsoWeek::of(NaiveDate::from_ymd_opt(2026, 11, 30).unwrap_or_default());
    synthetic_in(form, Occasion { week, language }, rng)
}

/// Answers of a made-up person on this occasion.
pub fn synthetic_in(form: &Form, occasion: Occasion<'_>, rng: &mut impl Rng) -> RawAnswers {
    answers_of(form, occasion, rng, Anybody::somebody)
}

/// Who fills a form.
pub trait Respondent {
    /// How often they decline a question.
    fn declines(&self) -> f64;
    /// How often they leave a question blank that may be.
    fn leaves_blank(&self) -> f64;
    /// Their answer, where it is known before the question.
    fn answer(&self, question: &Question) -> Option<Json>;
    /// How their answers lie in a section. It is asked once for each.
    fn leaning(&self, section: &str, rng: &mut impl Rng) -> Leaning;
}

/// A person of whom nothing is known.
pub struct Anybody {
    burden: f64,
}

impl Anybody {
    /// Draws one.
    pub fn somebody(rng: &mut impl Rng) -> Self {
        Self {
            burden: rng.random_range(0.0..0.55) + rng.random_range(0.0..0.35),
        }
    }
}

impl Respondent for Anybody {
    fn declines(&self) -> f64 {
        0.02
    }

    fn leaves_blank(&self) -> f64 {
        0.03
    }

    fn answer(&self, _: &Question) -> Option<Json> {
        None
    }

    fn leaning(&self, _: &str, rng: &mut impl Rng) -> Leaning {
        Leaning::Around((self.burden + rng.random_range(-0.2..0.2)).clamp(0.0, 1.0))
    }
}

/// Answers of a person whom `somebody` draws.
pub fn answers_of<R: Rng, P: Respondent>(
    form: &Form,
    occasion: Occasion<'_>,
    rng: &mut R,
    somebody: impl Fn(&mut R) -> P,
) -> RawAnswers {
    let person = somebody(rng);
    let mut answers = walk(form, occasion, &person, rng);
    if form.constraints().next().is_some() {
        for _ in 0..ATTEMPTS {
            if validate(form, &answers, occasion).is_ok() {
                break;
            }
            let person = somebody(rng);
            answers = walk(form, occasion, &person, rng);
        }
    }
    answers
}

fn walk(
    form: &Form,
    occasion: Occasion<'_>,
    person: &impl Respondent,
    rng: &mut impl Rng,
) -> RawAnswers {
    let week = occasion.week;
    let mut sections: BTreeMap<usize, Leaning> = BTreeMap::new();
    let mut answers: Vec<Answer> = Vec::new();
    let mut raw = RawAnswers::default();
    for (place, question) in form.questions().iter().enumerate() {
        if !is_shown(form, place, &answers) {
            answers.push(Answer::Hidden);
            continue;
        }
        let leaning = *sections.entry(question.section).or_insert_with(|| {
            let section = form.definition().sections.get(question.section);
            person.leaning(section.map_or("", |section| &section.key), rng)
        });
        let said = answer(question, person, &leaning, occasion, rng);
        answers.push(match &said {
            None => Answer::Blank,
            Some(Json::Null) => Answer::Declined,
            Some(said) => value(&question.kind, question.limits, said, Pointer::root)
                .and_then(|value| dated(&question.kind, value, week, Pointer::root))
                .map_or(Answer::Blank, Answer::Given),
        });
        raw.0.extend(said.map(|said| (question.key.clone(), said)));
    }
    raw
}

/// What the person answers to one question: nothing where it is left blank, null where it is declined.
fn answer(
    question: &Question,
    person: &impl Respondent,
    leaning: &Leaning,
    occasion: Occasion<'_>,
    rng: &mut impl Rng,
) -> Option<Json> {
    let is_text = matches!(question.kind, Kind::Text { .. });
    if !question.kind.is_recorded() && !is_text {
        return None;
    }
    if rng.random_bool(person.declines()) {
        return Some(Json::Null);
    }
    let blank = if is_text { 0.8 } else { person.leaves_blank() };
    if !question.required && rng.random_bool(blank) {
        return None;
    }
    person
        .answer(question)
        .or_else(|| say(question, leaning, occasion, rng))
}

/// Something that the question allows, near where the person leans.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "small made-up numbers"
)]
fn say(
    question: &Question,
    leaning: &Leaning,
    occasion: Occasion<'_>,
    rng: &mut impl Rng,
) -> Option<Json> {
    Some(match &question.kind {
        Kind::SingleChoice(choices) => {
            let place = match question.kind.range() {
                // The option whose value lies nearest to the leaning.
                Some((low, high)) => {
                    let wanted = low + leaning.answer(rng) * (high - low);
                    let distance = |place: usize| {
                        let value = choices.get(place).and_then(|choice| choice.value);
                        value.map_or(f64::MAX, |value| (f64::from(value) - wanted).abs())
                    };
                    (0..choices.len())
                        .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
                        .unwrap_or(0)
                }
                None => rng.random_range(0..choices.len()),
            };
            json!(choices.get(place)?.code)
        }
        Kind::MultipleChoice(choices) => {
            let mut chosen: Vec<_> = choices
                .iter()
                .filter(|choice| {
                    !choice.exclusive && rng.random_bool(0.15 + leaning.middle() * 0.3)
                })
                .collect();
            let Limits { fewest, most, .. } = question.limits;
            chosen.truncate(most.map_or(usize::MAX, usize::from));
            if fewest.is_some_and(|fewest| chosen.len() < usize::from(fewest)) {
                chosen = choices.iter().filter(|choice| !choice.exclusive).collect();
                chosen.truncate(fewest.map_or(0, usize::from));
            }
            let exclusive: Vec<_> = choices.iter().filter(|choice| choice.exclusive).collect();
            if chosen.is_empty() {
                chosen.extend(exclusive.choose(rng));
            }
            json!(chosen.iter().map(|it| &it.code).collect::<Vec<_>>())
        }
        Kind::Whole { min, max } => {
            let step = question.limits.step.unwrap_or(1);
            let steps = (max - min) / step;
            json!(min + (leaning.answer(rng) * steps as f64).round() as i64 * step)
        }
        Kind::Decimal { min, max, decimals } => {
            let step = question.limits.step.unwrap_or(1);
            let steps = (max - min) / step;
            let scaled = *min as f64 + (leaning.answer(rng) * steps as f64).round() * step as f64;
            json!(scaled / 10f64.powi(i32::from(*decimals)))
        }
        Kind::YesNo => json!(rng.random_bool(0.35)),
        Kind::Statement { .. } => json!(true),
        Kind::Ranking { choices, most } => {
            let mut codes: Vec<_> = choices.iter().map(|choice| &choice.code).collect();
            codes.shuffle(rng);
            let fewest = question.limits.fewest.unwrap_or(*most);
            codes.truncate(rng.random_range(fewest..=*most).into());
            json!(codes)
        }
        Kind::Date {
            precision,
            earliest,
            latest,
        } => {
            let week = occasion.week;
            let bound = |bound: &Option<DateBound>, end: fn(DateBound, _, _) -> _| {
                bound.and_then(|bound| end(bound, *precision, week))
            };
            let first = bound(earliest, DateBound::earliest).map_or(0, |it: Period| it.number());
            let last = bound(latest, DateBound::latest)
                .or_else(|| precision.period(week.monday()))
                .map_or(first, |it| it.number().max(first));
            // Most of what people are asked about lies some years back at most.
            let some_years = match precision {
                DatePrecision::Day => 3650,
                DatePrecision::Month => 120,
                DatePrecision::Year => 30,
            };
            let first = first.max(last.saturating_sub(some_years));
            let number = rng.random_range(first..=last);
            json!(precision.numbered(number)?.to_string())
        }
        Kind::Text { max_length } => {
            let remarks = if occasion.language == "ko" {
                REMARKS_KO
            } else {
                REMARKS_EN
            };
            let remark = remarks.get(rng.random_range(0..remarks.len()))?;
            json!(remark.chars().take(*max_length).collect::<String>())
        }
    })
}

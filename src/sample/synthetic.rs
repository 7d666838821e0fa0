//! Synthetic responses: a made-up person walks through a form and answers what is shown.
//!
//! They fill a demonstration and drive the property tests. A person has one burden, which colours all answers,
//! and one for each section, so that answers hang together within an area and less so between areas. They are
//! plausible and no more: nothing can be learned from them about real people.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde_json::{Value as Json, json};

use crate::domain::form::Answer;
use crate::domain::form::{DateBound, DatePrecision, Form, Kind, Limits, Period, Question};
use crate::domain::pointer::Pointer;
use crate::domain::response::routing::is_shown;
use crate::domain::response::validate::{dated, value};
use crate::domain::response::{Occasion, RawAnswers, validate};
use crate::domain::week::IsoWeek;

/// Areas that weigh more on people with a certain cancer: option of the first question, section, how much more.
const HEAVIER: [(&str, &str, f64); 10] = [
    ("stomach", "eating", 0.35),
    ("stomach", "stomach", 0.3),
    ("stomach", "energy", 0.1),
    ("breast", "body", 0.3),
    ("breast", "breast", 0.25),
    ("breast", "mood", 0.1),
    ("leukaemia", "energy", 0.3),
    ("leukaemia", "leukaemia", 0.3),
    ("leukaemia", "work", 0.2),
    ("lung", "home", 0.25),
];

/// Areas where a high answer is a good one.
const GOOD: [&str; 1] = ["care"];

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
    let mut answers = walk(form, occasion, rng);
    if form.constraints().next().is_some() {
        for _ in 0..ATTEMPTS {
            if validate(form, &answers, occasion).is_ok() {
                break;
            }
            answers = walk(form, occasion, rng);
        }
    }
    answers
}

fn walk(form: &Form, occasion: Occasion<'_>, rng: &mut impl Rng) -> RawAnswers {
    let week = occasion.week;
    let burden: f64 = rng.random_range(0.0..0.55) + rng.random_range(0.0..0.35);
    let mut sections: BTreeMap<usize, f64> = BTreeMap::new();
    let mut answers: Vec<Answer> = Vec::new();
    let mut raw = RawAnswers::default();
    let mut group = String::new();
    for (place, question) in form.questions().iter().enumerate() {
        if !is_shown(form, place, &answers) {
            answers.push(Answer::Hidden);
            continue;
        }
        let leaning = *sections.entry(question.section).or_insert_with(|| {
            let key = form
                .definition()
                .sections
                .get(question.section)
                .map_or("", |section| &section.key);
            let more: f64 = HEAVIER
                .iter()
                .filter(|(of, area, _)| *of == group && *area == key)
                .map(|(.., more)| more)
                .sum();
            let leaning = (burden + more + rng.random_range(-0.2..0.2)).clamp(0.0, 1.0);
            if GOOD.contains(&key) {
                1.0 - leaning * 0.8
            } else {
                leaning
            }
        });
        let said = say(question, leaning, occasion, rng);
        if place == 0 {
            group = said
                .as_ref()
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned();
        }
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

/// What the person says to one question; nothing where it is left blank.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "small made-up numbers"
)]
fn say(
    question: &Question,
    leaning: f64,
    occasion: Occasion<'_>,
    rng: &mut impl Rng,
) -> Option<Json> {
    if !question.kind.is_recorded() && !matches!(question.kind, Kind::Text { .. }) {
        return None;
    }
    if rng.random_bool(0.02) {
        return Some(Json::Null);
    }
    if !question.required
        && rng.random_bool(if matches!(question.kind, Kind::Text { .. }) {
            0.8
        } else {
            0.03
        })
    {
        return None;
    }
    let near = |rng: &mut _| (leaning + RngExt::random_range(rng, -0.25..0.25)).clamp(0.0, 1.0);
    Some(match &question.kind {
        Kind::SingleChoice(choices) => {
            let place = match question.kind.range() {
                // The option whose value lies nearest to the leaning.
                Some((low, high)) => {
                    let wanted = low + near(rng) * (high - low);
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
                .filter(|choice| !choice.exclusive && rng.random_bool(0.15 + leaning * 0.3))
                .collect();
            let Limits { fewest, most, .. } = question.limits;
            chosen.truncate(most.map_or(usize::MAX, usize::from));
            if fewest.is_some_and(|fewest| chosen.len() < usize::from(fewest)) {
                chosen = choices.iter().filter(|choice| !choice.exclusive).collect();
                chosen.truncate(fewest.map_or(0, usize::from));
            }
            let exclusive = choices
                .iter()
                .find(|choice| choice.exclusive)
                .filter(|_| chosen.is_empty());
            json!(
                chosen
                    .into_iter()
                    .chain(exclusive)
                    .map(|choice| &choice.code)
                    .collect::<Vec<_>>()
            )
        }
        Kind::Whole { min, max } => {
            let step = question.limits.step.unwrap_or(1);
            let steps = (max - min) / step;
            json!(min + (near(rng) * steps as f64).round() as i64 * step)
        }
        Kind::Decimal { min, max, decimals } => {
            let step = question.limits.step.unwrap_or(1);
            let steps = (max - min) / step;
            let scaled = *min as f64 + (near(rng) * steps as f64).round() * step as f64;
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

//! Validation of answers against the exact version they were given to.

use serde_json::Value as Json;

use super::{AnswerFault, RawAnswers};
use crate::domain::fault::Fault;
use crate::domain::form::routing::{holds, is_shown};
use crate::domain::form::{Answer, Value};
use crate::domain::form::{
    Choice, DatePrecision, Edition, Form, Kind, Limits, Period, Question, scaled,
};
use crate::domain::free_text::{as_read, characters};
use crate::domain::pointer::Pointer;
use crate::domain::week::IsoWeek;

/// The maximum number of unknown questions that are reported: more than an honest client gets wrong, and few enough
/// that a body full of them does not cause a reply of megabytes.
const MAX_UNKNOWN: usize = 100;

/// Valid answers, one for each question of a form, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidAnswers(pub(super) Vec<Answer>);

/// When and in which language a form is answered.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The week. The day is not known here, so nothing that is stored can depend on it.
    pub week: IsoWeek,
    /// The language in which the form was read.
    pub language: &'a str,
}

impl ValidAnswers {
    /// The answers, one for each question of the form.
    pub fn as_slice(&self) -> &[Answer] {
        &self.0
    }
}

/// The way through a form that answers lead, whether they are valid or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Walk {
    /// One for each question of the form. An invalid answer counts as blank, so that one fault is not reported twice.
    pub answers: Vec<Answer>,
    /// Every fault, each with the pointer `/{question}` or `/{question}/{place}` within the answers. Of questions that do
    /// not exist, at most the first hundred.
    pub faults: Vec<Fault<AnswerFault>>,
}

/// Checks answers as [`walk`] does.
///
/// # Errors
///
/// When answers are invalid: every fault at once.
pub fn validate(
    form: &Form,
    raw: &RawAnswers,
    occasion: Occasion<'_>,
) -> Result<ValidAnswers, Vec<Fault<AnswerFault>>> {
    let Walk { answers, faults } = walk(form, raw, occasion);
    if faults.is_empty() {
        Ok(ValidAnswers(answers))
    } else {
        Err(faults)
    }
}

/// Follows the routing, and checks types, options, bounds, lengths and the form's constraints.
pub fn walk(form: &Form, raw: &RawAnswers, occasion: Occasion<'_>) -> Walk {
    let edition = form.definition().edition();
    let mut faults = Vec::new();
    let mut answers: Vec<Answer> = Vec::with_capacity(form.questions().len());
    let mut known = 0;
    for (place, question) in form.questions().iter().enumerate() {
        // Most answers are valid, so pointers are built only for faults.
        let pointer = || Pointer::root().child(&question.key);
        let said = raw.0.get(&question.key);
        known += usize::from(said.is_some());
        let shown = is_shown(form, place, &answers);
        let said = said.filter(|said| !says_nothing(question, said, shown, edition));
        let answer = match (shown, said) {
            (false, None) => Answer::Hidden,
            (false, Some(_)) => {
                faults.push(Fault::at(pointer(), AnswerFault::Hidden));
                Answer::Hidden
            }
            (true, Some(Json::Null)) => Answer::Declined,
            (true, None) => {
                if question.required {
                    faults.push(Fault::at(pointer(), AnswerFault::Required));
                }
                Answer::Blank
            }
            (true, Some(said)) => match value(&question.kind, question.limits, said, pointer)
                .and_then(|value| dated(&question.kind, value, occasion.week, pointer))
            {
                Ok(value) => Answer::Given(value),
                Err(found) => {
                    faults.extend(found);
                    Answer::Blank
                }
            },
        };
        answers.push(answer);
    }
    if known < raw.0.len() {
        let unknown = raw.0.keys().filter(|key| form.place(key).is_none());
        let fault = |key| Fault::at(Pointer::root().child(key), AnswerFault::UnknownQuestion);
        faults.splice(0..0, unknown.take(MAX_UNKNOWN).map(fault));
    }
    if faults.is_empty() {
        faults = broken_constraints(form, &answers, occasion.language, answers.len());
    }
    Walk { answers, faults }
}

/// A fault at every question of every constraint that the answers break, of those that look at the first `until` questions
/// only. Where one of them was declined, or all are hidden, a constraint does not count: nothing can forbid to decline.
pub fn broken_constraints(
    form: &Form,
    answers: &[Answer],
    language: &str,
    until: usize,
) -> Vec<Fault<AnswerFault>> {
    let mut faults = Vec::new();
    for (definition, constraint) in form.constraints() {
        let mut is_later = false;
        constraint.each_place(&mut |place| is_later |= place >= until);
        if is_later {
            continue;
        }
        let asked = || {
            let all = constraint.places.iter();
            all.filter_map(|place| Some((form.questions().get(*place)?, answers.get(*place)?)))
        };
        let given = |answer: &Answer| matches!(answer, Answer::Given(_));
        let counts = match &constraint.when {
            Some(when) => holds(when, &form.answered(answers)),
            None => asked().all(|(_, answer)| given(answer)),
        };
        let declined = asked().any(|(_, answer)| *answer == Answer::Declined);
        if !counts || declined || holds(&constraint.require, &form.answered(answers)) {
            continue;
        }
        let any_given = asked().any(|(_, answer)| given(answer));
        for (question, answer) in asked() {
            if given(answer) || (!any_given && *answer == Answer::Blank) {
                let message = definition
                    .message
                    .get(language)
                    .unwrap_or_default()
                    .to_owned();
                let pointer = Pointer::root().child(&question.key);
                faults.push(Fault::at(pointer, AnswerFault::Constraint { message }));
            }
        }
    }
    faults
}

/// The same answer, if it is no date, or one within the bounds: the date as it is kept with a response of this week.
pub(crate) fn dated(
    kind: &Kind,
    value: Value,
    week: IsoWeek,
    pointer: impl Fn() -> Pointer,
) -> Result<Value, Vec<Fault<AnswerFault>>> {
    let (
        Kind::Date {
            precision,
            earliest,
            latest,
        },
        Value::Date(period),
    ) = (kind, &value)
    else {
        return Ok(value);
    };
    let first = earliest.and_then(|bound| bound.earliest(*precision, week));
    let last = latest.and_then(|bound| bound.latest(*precision, week));
    if first.is_some_and(|first| *period < first) || last.is_some_and(|last| *period > last) {
        let written = |bound: Option<Period>, otherwise: &str| {
            bound.map_or(otherwise.to_owned(), |bound| bound.to_string())
        };
        let fault = AnswerFault::OutOfBounds {
            min: written(first, "1900"),
            max: written(last, "2099"),
        };
        return Err(vec![Fault::at(pointer(), fault)]);
    }
    Ok(Value::Date(period.within(week)))
}

/// Whether this says no more than if it were not there. A client that keeps a field for every question sends null or an
/// empty list for one that is hidden. A list without an option is an answer to a question that is shown, but no answer
/// to one that must be answered; the first edition took it for one.
fn says_nothing(question: &Question, said: &Json, shown: bool, edition: Edition) -> bool {
    match (&question.kind, said) {
        (_, Json::Null) => !shown,
        (Kind::Text { .. }, Json::String(text)) => as_read(text).trim().is_empty(),
        (_, Json::Array(items)) if items.is_empty() => {
            !shown || (question.required && edition > Edition::First)
        }
        (_, Json::String(text)) if text.is_empty() => !shown,
        _ => false,
    }
}

/// Parses one answer by the type of its question.
pub(crate) fn value(
    kind: &Kind,
    limits: Limits,
    said: &Json,
    pointer: impl Fn() -> Pointer,
) -> Result<Value, Vec<Fault<AnswerFault>>> {
    let one = |fault| vec![Fault::at(pointer(), fault)];
    let wrong_type = |expected| one(AnswerFault::WrongType { expected });
    match kind {
        Kind::SingleChoice(_) => {
            let code = said
                .as_str()
                .ok_or_else(|| wrong_type("the code of an option, as a string"))?;
            kind.place(code)
                .map(Value::Choice)
                .ok_or_else(|| one(AnswerFault::UnknownOption))
        }
        Kind::MultipleChoice(choices) => {
            let codes = said
                .as_array()
                .ok_or_else(|| wrong_type("a list of codes of options"))?;
            let places = chosen(kind, choices, codes, &pointer)?;
            // An option that excludes the others answers for them all.
            let excluding = places.iter().any(|place| {
                let choice = choices.get(usize::from(*place));
                choice.is_some_and(|choice| choice.exclusive)
            });
            if !excluding {
                counted(limits, places.len()).map_err(one)?;
            }
            Ok(Value::Choices(places))
        }
        Kind::Ranking { choices, .. } => {
            let codes = said
                .as_array()
                .ok_or_else(|| wrong_type("a list of codes of options, the first one first"))?;
            let places = chosen_in_order(kind, choices, codes, &pointer)?;
            counted(limits, places.len()).map_err(one)?;
            Ok(Value::Ranking(places))
        }
        Kind::Date { precision, .. } => said
            .as_str()
            .and_then(|text| precision.read(text))
            .map(Value::Date)
            .ok_or_else(|| {
                wrong_type(match precision {
                    DatePrecision::Day => "a day such as 2026-11-26",
                    DatePrecision::Month => "a month such as 2026-11",
                    DatePrecision::Year => "a year such as \"2026\", as a string",
                })
            }),
        Kind::Statement { acknowledge: true } => match said.as_bool() {
            Some(true) => Ok(Value::YesNo(true)),
            _ => Err(wrong_type("true, or absent")),
        },
        Kind::Statement { .. } => Err(one(AnswerFault::TakesNoAnswer)),
        Kind::Whole { min, max } => {
            let number = said.as_number().and_then(|number| scaled(number, 0));
            let number = number.ok_or_else(|| wrong_type("a whole number"))?;
            if !(*min..=*max).contains(&number) {
                return Err(one(out_of_bounds(kind, *min, *max)));
            }
            on_step(kind, limits, number, *min).map_err(one)?;
            Ok(Value::Whole(number))
        }
        Kind::Decimal { min, max, decimals } => {
            let number = said.as_number().ok_or_else(|| wrong_type("a number"))?;
            match scaled(number, *decimals) {
                Some(scaled) if (*min..=*max).contains(&scaled) => {
                    on_step(kind, limits, scaled, *min).map_err(one)?;
                    Ok(Value::Decimal(scaled))
                }
                None if number.as_f64().is_some_and(|number| number.abs() < 1e9) => {
                    Err(one(AnswerFault::TooPrecise {
                        decimals: *decimals,
                    }))
                }
                _ => Err(one(out_of_bounds(kind, *min, *max))),
            }
        }
        Kind::YesNo => said
            .as_bool()
            .map(Value::YesNo)
            .ok_or_else(|| wrong_type("true or false")),
        Kind::Text { max_length } => {
            let text = said.as_str().ok_or_else(|| wrong_type("a string"))?;
            text_value(text, *max_length).map_err(one)
        }
    }
}

/// Whether so many options are as many as the question wants.
fn counted(limits: Limits, count: usize) -> Result<(), AnswerFault> {
    match (limits.fewest, limits.most) {
        (Some(fewest), _) if count < usize::from(fewest) => {
            Err(AnswerFault::TooFewOptions { fewest })
        }
        (_, Some(most)) if count > usize::from(most) => Err(AnswerFault::TooManyOptions { most }),
        _ => Ok(()),
    }
}

/// Whether a number, in units of the last decimal, is one of the steps from `min`.
fn on_step(kind: &Kind, limits: Limits, number: i64, min: i64) -> Result<(), AnswerFault> {
    match limits.step {
        Some(step) if (number - min) % step != 0 => Err(AnswerFault::OffStep {
            min: written(kind, min),
            step: written(kind, step),
        }),
        _ => Ok(()),
    }
}

/// The places of these options, ascending.
fn chosen(
    kind: &Kind,
    choices: &[Choice],
    codes: &[Json],
    pointer: &impl Fn() -> Pointer,
) -> Result<Vec<u8>, Vec<Fault<AnswerFault>>> {
    let mut places = chosen_in_order(kind, choices, codes, pointer)?;
    places.sort_unstable();
    Ok(places)
}

/// The places of these options, in the order in which they are named.
fn chosen_in_order(
    kind: &Kind,
    choices: &[Choice],
    codes: &[Json],
    pointer: &impl Fn() -> Pointer,
) -> Result<Vec<u8>, Vec<Fault<AnswerFault>>> {
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    let mut exclusive = None;
    for (number, code) in codes.iter().enumerate().take(choices.len() + 1) {
        let pointer = || pointer().child(number);
        match code.as_str().map(|code| kind.place(code)) {
            None => {
                let expected = "the code of an option, as a string";
                faults.push(Fault::at(pointer(), AnswerFault::WrongType { expected }));
            }
            Some(None) => faults.push(Fault::at(pointer(), AnswerFault::UnknownOption)),
            Some(Some(place)) if places.contains(&place) => {
                faults.push(Fault::at(pointer(), AnswerFault::OptionTwice));
            }
            Some(Some(place)) => {
                if choices
                    .get(usize::from(place))
                    .is_some_and(|choice| choice.exclusive)
                {
                    exclusive.get_or_insert(number);
                }
                places.push(place);
            }
        }
    }
    if let Some(number) = exclusive.filter(|_| codes.len() > 1) {
        faults.push(Fault::at(
            pointer().child(number),
            AnswerFault::ExclusiveOption,
        ));
    }
    if faults.is_empty() {
        Ok(places)
    } else {
        Err(faults)
    }
}

/// The text as a person reads it. It is counted composed, since the same syllables take three times as many characters
/// on some devices.
fn text_value(text: &str, max_length: usize) -> Result<Value, AnswerFault> {
    if characters(text) > max_length {
        return Err(AnswerFault::TooLong { max_length });
    }
    Ok(Value::Text(as_read(text)))
}

fn out_of_bounds(kind: &Kind, min: i64, max: i64) -> AnswerFault {
    AnswerFault::OutOfBounds {
        min: written(kind, min),
        max: written(kind, max),
    }
}

/// A number of this kind, in units of the last decimal, as a person writes it.
fn written(kind: &Kind, number: i64) -> String {
    let value = match kind {
        Kind::Decimal { .. } => Value::Decimal(number),
        _ => Value::Whole(number),
    };
    kind.number(&value)
        .map(|number| number.to_string())
        .unwrap_or_default()
}

//! Validation of answers against the exact version they were given to.

use serde_json::Value as Json;

use super::{AnswerFault, RawAnswers};
use crate::domain::fault::Fault;
use crate::domain::form::routing::is_shown;
use crate::domain::form::{Answer, Value};
use crate::domain::form::{Choice, Form, Kind, scaled};
use crate::domain::pointer::Pointer;

/// The maximum number of unknown questions that are reported: more than an honest client gets wrong, and few enough
/// that a body full of them does not cause a reply of megabytes.
const MAX_UNKNOWN: usize = 100;

/// Valid answers, one for each question of a form, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidAnswers(pub(super) Vec<Answer>);

impl ValidAnswers {
    /// The answers, one for each question of the form.
    pub fn as_slice(&self) -> &[Answer] {
        &self.0
    }
}

/// Checks types, options, bounds, lengths and routing.
///
/// An invalid answer counts as blank for routing, so that one fault is not reported twice.
///
/// # Errors
///
/// When answers are invalid: every fault at once, each with the pointer `/{question}` or `/{question}/{place}` within
/// the answers. Of questions that do not exist, at most the first hundred.
pub fn validate(form: &Form, raw: &RawAnswers) -> Result<ValidAnswers, Vec<Fault<AnswerFault>>> {
    let mut faults = Vec::new();
    let mut answers: Vec<Answer> = Vec::with_capacity(form.questions().len());
    let mut known = 0;
    for (place, question) in form.questions().iter().enumerate() {
        // Most answers are valid, so pointers are built only for faults.
        let pointer = || Pointer::root().child(&question.key);
        let said = raw.0.get(&question.key);
        known += usize::from(said.is_some());
        let said = said.filter(|said| !is_empty_text(&question.kind, said));
        let answer = match (is_shown(form, place, &answers), said) {
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
            (true, Some(said)) => match value(&question.kind, said, pointer) {
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
        Ok(ValidAnswers(answers))
    } else {
        Err(faults)
    }
}

/// Whether this is a text answer without any text.
fn is_empty_text(kind: &Kind, said: &Json) -> bool {
    matches!(kind, Kind::Text { .. }) && said.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Parses one answer by the type of its question.
pub(crate) fn value(
    kind: &Kind,
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
            chosen(kind, choices, codes, &pointer)
        }
        Kind::Whole { min, max } => {
            let number = said.as_number().and_then(|number| scaled(number, 0));
            let number = number.ok_or_else(|| wrong_type("a whole number"))?;
            if !(*min..=*max).contains(&number) {
                return Err(one(out_of_bounds(kind, *min, *max)));
            }
            Ok(Value::Whole(number))
        }
        Kind::Decimal { min, max, decimals } => {
            let number = said.as_number().ok_or_else(|| wrong_type("a number"))?;
            match scaled(number, *decimals) {
                Some(scaled) if (*min..=*max).contains(&scaled) => Ok(Value::Decimal(scaled)),
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

fn chosen(
    kind: &Kind,
    choices: &[Choice],
    codes: &[Json],
    pointer: &impl Fn() -> Pointer,
) -> Result<Value, Vec<Fault<AnswerFault>>> {
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
    places.sort_unstable();
    if faults.is_empty() {
        Ok(Value::Choices(places))
    } else {
        Err(faults)
    }
}

fn text_value(text: &str, max_length: usize) -> Result<Value, AnswerFault> {
    if text.chars().count() > max_length {
        return Err(AnswerFault::TooLong { max_length });
    }
    // Postgres cannot store NUL, and the other control characters cannot be typed.
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(AnswerFault::ControlCharacter);
    }
    Ok(Value::Text(text.to_owned()))
}

fn out_of_bounds(kind: &Kind, min: i64, max: i64) -> AnswerFault {
    let value = |number| match kind {
        Kind::Decimal { .. } => Value::Decimal(number),
        _ => Value::Whole(number),
    };
    let written = |number| {
        kind.number(&value(number))
            .map(|number| number.to_string())
            .unwrap_or_default()
    };
    AnswerFault::OutOfBounds {
        min: written(min),
        max: written(max),
    }
}

//! The codes of options in a dictionary, and what numbers fields have there.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use crate::domain::form::{OptionDefinition, QuestionDefinition, QuestionKind};
use crate::formats::conditions::Asked;

/// The codes of options there: their numbers, where each has one of its own, since calculations take codes for numbers.
pub(super) fn names(options: &[OptionDefinition]) -> Vec<String> {
    let values: BTreeSet<i32> = options.iter().filter_map(|it| it.value).collect();
    let name = |option: &OptionDefinition| match option.value {
        Some(value) if values.len() == options.len() => value.to_string(),
        _ => option.code.clone(),
    };
    options.iter().map(name).collect()
}

/// Yes and no as REDCap codes them.
pub(super) fn yes_no() -> Vec<(String, String, Option<i32>)> {
    let option = |name: &str, code: &str, value| (name.to_owned(), code.to_owned(), Some(value));
    vec![option("1", "yes", 1), option("0", "no", 0)]
}

/// The lowest and the highest number that the field of a question has there.
pub(super) fn range(question: &QuestionDefinition, asked: &Asked) -> Option<(f64, f64)> {
    let bound = |it: &Option<Number>| it.as_ref().and_then(Number::as_f64);
    match question.kind {
        QuestionKind::Rating | QuestionKind::Integer | QuestionKind::Decimal => {
            Some((bound(&question.min)?, bound(&question.max)?))
        }
        QuestionKind::SingleChoice | QuestionKind::YesNo => {
            let values = asked
                .options
                .iter()
                .map(|(name, _, value)| value.filter(|it| it.to_string() == *name).map(f64::from));
            let values: Vec<f64> = values.collect::<Option<_>>()?;
            let low = values.iter().copied().reduce(f64::min)?;
            Some((low, values.iter().copied().reduce(f64::max)?))
        }
        _ => None,
    }
}

/// The default as a code there.
pub(super) fn default_of(
    default: &Value,
    kind: QuestionKind,
    options: &[OptionDefinition],
    names: &[String],
) -> Option<String> {
    let name = |code: &str| {
        let mut pairs = options.iter().zip(names);
        Some(pairs.find(|(option, _)| option.code == code)?.1.clone())
    };
    match (kind, default) {
        (QuestionKind::SingleChoice, Value::String(code)) => name(code),
        (QuestionKind::MultipleChoice, Value::Array(codes)) => {
            let codes: Option<Vec<String>> = codes.iter().map(|it| name(it.as_str()?)).collect();
            codes.map(|it| it.join(","))
        }
        (QuestionKind::YesNo, Value::Bool(flag)) => Some(i32::from(*flag).to_string()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

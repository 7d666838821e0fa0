//! Conditions as FHIRPath, as SDC reads it in expressions.
//!
//! Each expression is true or false and never empty, as a condition is: no answer is never a match.

use super::asked::{Asked, Questions};
use crate::domain::form::{Comparison, ConditionDefinition, QuestionKind, Scalar, ScoreDefinition};

/// What a condition may look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The questions.
    pub questions: &'a Questions,
    /// The scores that are computed in FHIRPath.
    pub scores: &'a [&'a ScoreDefinition],
}

/// The answers to a question.
pub(super) fn answers(link_id: &str) -> String {
    format!("%resource.repeat(item).where(linkId = '{link_id}').answer.value")
}

/// The item of a score.
pub(super) fn score_link(key: &str) -> String {
    format!("score_{key}")
}

/// A number as FHIRPath reads it.
pub(super) fn number(number: f64) -> String {
    if number < 0.0 {
        format!("({number})")
    } else {
        number.to_string()
    }
}

/// The condition in FHIRPath; none where FHIRPath has no way to say it.
pub(super) fn condition(condition: &ConditionDefinition, known: Known<'_>) -> Option<String> {
    let list = |list: &[ConditionDefinition], joint: &str, none: &str| -> Option<String> {
        let parts = list.iter().map(|it| self::condition(it, known));
        let parts: Vec<String> = parts.collect::<Option<_>>()?;
        Some(match parts.as_slice() {
            [] => none.to_owned(),
            [only] => only.clone(),
            _ => format!("({})", parts.join(joint)),
        })
    };
    if let Some(any) = &condition.any {
        return list(any, " or ", "false");
    }
    if let Some(all) = &condition.all {
        return list(all, " and ", "true");
    }
    if let Some(inner) = &condition.not {
        return Some(format!("{}.not()", self::condition(inner, known)?));
    }
    if let Some(score) = &condition.score {
        return of_score(condition, score, known);
    }
    let key = condition.question.as_ref()?;
    let asked = known.questions.get(key)?;
    of_question(condition, key, asked, known)
}

fn bound(condition: &ConditionDefinition) -> Option<(&'static str, f64)> {
    let bounds = [
        (">=", condition.at_least),
        ("<=", condition.at_most),
        (">", condition.more_than),
        ("<", condition.less_than),
    ];
    bounds
        .into_iter()
        .find_map(|(sign, bound)| Some((sign, bound?)))
}

/// The codes of the options whose values fit a bound.
pub(super) fn fitting<'a>(
    condition: &ConditionDefinition,
    asked: &'a Asked,
) -> Option<Vec<&'a str>> {
    let (sign, bound) = bound(condition)?;
    let fits = |value: i32| {
        let value = f64::from(value);
        match sign {
            ">=" => value >= bound,
            "<=" => value <= bound,
            ">" => value > bound,
            _ => value < bound,
        }
    };
    let fitting = asked.options.iter().filter(|it| it.value.is_some_and(fits));
    Some(fitting.map(|it| it.code.as_str()).collect())
}

fn of_score(condition: &ConditionDefinition, key: &str, known: Known<'_>) -> Option<String> {
    let score = known.scores.iter().find(|it| it.key == key)?;
    let value = answers(&score_link(key));
    let where_it = |test: &str| format!("{value}.where({test}).exists()");
    if let Some(given) = condition.answered {
        return Some(exists(&value, given));
    }
    if let Some((sign, bound)) = bound(condition) {
        return Some(where_it(&format!("$this {sign} {}", number(bound))));
    }
    if let Some(Scalar::Number(wanted)) = &condition.is {
        return Some(where_it(&format!("$this = {}", number(*wanted))));
    }
    let band = condition.band.as_ref()?;
    let place = score.bands.iter().position(|it| it.code == *band)?;
    let from = score.bands.get(place)?.from;
    let test = match score.bands.get(place + 1) {
        Some(next) => format!(
            "$this >= {} and $this < {}",
            number(from),
            number(next.from)
        ),
        None => format!("$this >= {}", number(from)),
    };
    Some(where_it(&test))
}

fn exists(value: &str, wanted: bool) -> String {
    let exists = format!("{value}.exists()");
    if wanted { exists } else { exists + ".not()" }
}

fn of_question(
    condition: &ConditionDefinition,
    key: &str,
    asked: &Asked,
    known: Known<'_>,
) -> Option<String> {
    let value = answers(key);
    let where_it = |test: &str| format!("{value}.where({test}).exists()");
    let one_of = |codes: &[&str]| match codes {
        [] => "false".to_owned(),
        codes => where_it(&one_of(codes)),
    };
    if let Some(given) = condition.answered {
        return Some(exists(&value, given));
    }
    if let Some((sign, bound)) = bound(condition) {
        return Some(match asked.kind {
            QuestionKind::SingleChoice => one_of(&fitting(condition, asked)?),
            _ => where_it(&format!("$this {sign} {}", number(bound))),
        });
    }
    let is = |scalar: &Scalar| match scalar {
        Scalar::Bool(flag) => format!("$this = {flag}"),
        Scalar::Number(wanted) => format!("$this = {}", number(*wanted)),
        Scalar::Code(code) => format!("code = '{code}'"),
    };
    if let Some(scalar) = &condition.is {
        return Some(where_it(&is(scalar)));
    }
    if let Some(scalars) = &condition.is_one_of {
        let tests: Vec<String> = scalars.iter().map(is).collect();
        return Some(match tests.is_empty() {
            true => "false".to_owned(),
            false => where_it(&tests.join(" or ")),
        });
    }
    let strs = |codes: &[String]| -> String {
        one_of(&codes.iter().map(String::as_str).collect::<Vec<_>>())
    };
    if let Some(code) = &condition.includes {
        return Some(strs(std::slice::from_ref(code)));
    }
    if let Some(any) = &condition.includes_any {
        return Some(strs(any));
    }
    if let Some(all) = &condition.includes_all {
        let parts: Vec<String> = all
            .iter()
            .map(|code| strs(std::slice::from_ref(code)))
            .collect();
        return Some(format!("({})", parts.join(" and ")));
    }
    if let Some(none) = &condition.includes_none {
        return Some(format!("({value}.exists() and {}.not())", strs(none)));
    }
    if let Some(count) = condition.count_at_least {
        return Some(format!("({value}.exists() and {value}.count() >= {count})"));
    }
    if let Some(count) = condition.count_at_most {
        return Some(format!("({value}.exists() and {value}.count() <= {count})"));
    }
    let (how, _, other) = condition.comparison()?;
    let (one, other) = (
        comparable(key, asked)?,
        comparable(other, known.questions.get(other)?)?,
    );
    let sign = match how {
        Comparison::Equal => "=",
        Comparison::AtLeast => ">=",
        Comparison::AtMost => "<=",
        Comparison::MoreThan => ">",
        Comparison::LessThan => "<",
    };
    Some(format!(
        "({one}.exists() and {other}.exists() and {one} {sign} {other})"
    ))
}

fn one_of(codes: &[&str]) -> String {
    let tests: Vec<String> = codes.iter().map(|it| format!("code = '{it}'")).collect();
    tests.join(" or ")
}

/// What the answer is compared by.
fn comparable(key: &str, asked: &Asked) -> Option<String> {
    match asked.kind {
        QuestionKind::SingleChoice => {
            let values = asked
                .options
                .iter()
                .filter_map(|it| Some((it.code.as_str(), f64::from(it.value?))));
            let values: Vec<_> = values.collect();
            Some(format!("{}.select({})", answers(key), by_code(&values)))
        }
        QuestionKind::Date => Some(answers(key)),
        _ if asked.is_number() => Some(answers(key)),
        _ => None,
    }
}

/// The number of a code, as an expression on a coding.
pub(super) fn by_code(values: &[(&str, f64)]) -> String {
    values
        .iter()
        .rfold("{}".to_owned(), |otherwise, (code, value)| {
            format!("iif(code = '{code}', {}, {otherwise})", number(*value))
        })
}

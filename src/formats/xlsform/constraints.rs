//! Bounds of answers as constraints in XPath, and back.

use chrono::NaiveDate;
use serde_json::Number;

use crate::domain::form::{DatePrecision, OptionDefinition, QuestionDefinition, QuestionKind};
use crate::formats::expression::{Expr, Op};

/// What a constraint bounds.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    pub min: Option<Number>,
    pub max: Option<Number>,
    pub max_length: Option<u16>,
    pub earliest: Option<String>,
    pub latest: Option<String>,
    /// Names of options that exclude the others.
    pub exclusive: Vec<String>,
}

/// The constraint of a question, if it has one.
pub(super) fn constraint(
    question: &QuestionDefinition,
    options: &[OptionDefinition],
) -> Option<String> {
    let compare = |value: Expr, op, bound: Expr| Expr::compare(value, op, bound).to_string();
    let parts: Vec<String> = match question.kind {
        QuestionKind::Integer | QuestionKind::Decimal => {
            let bound = |sign: &str, bound: &Option<Number>| {
                bound.as_ref().map(|bound| format!(". {sign} {bound}"))
            };
            [bound(">=", &question.min), bound("<=", &question.max)]
                .into_iter()
                .flatten()
                .collect()
        }
        QuestionKind::Text => question
            .max_length
            .map(|most| {
                let length = Expr::call("string-length", vec![Expr::Own]);
                compare(length, Op::AtMost, Expr::Number(most.into()))
            })
            .into_iter()
            .collect(),
        QuestionKind::MultipleChoice => options
            .iter()
            .filter(|option| option.exclusive)
            .map(|option| {
                let code = Expr::Text(option.code.clone());
                let chosen = Expr::call("selected", vec![Expr::Own, code]);
                let count = Expr::call("count-selected", vec![Expr::Own]);
                let more = Expr::compare(count, Op::More, Expr::Number(1.0));
                Expr::call("not", vec![Expr::And(vec![chosen, more])]).to_string()
            })
            .collect(),
        QuestionKind::SingleChoice
        | QuestionKind::Rating
        | QuestionKind::YesNo
        | QuestionKind::Date
        | QuestionKind::Ranking
        | QuestionKind::Statement => Vec::new(),
    };
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// Reads a constraint.
///
/// # Errors
///
/// What of it a form cannot say.
pub(super) fn bounds(
    expr: &Expr,
    kind: QuestionKind,
    precision: DatePrecision,
) -> Result<Bounds, String> {
    let mut bounds = Bounds::default();
    let parts = match expr {
        Expr::And(parts) => parts.as_slice(),
        part => std::slice::from_ref(part),
    };
    for part in parts {
        match kind {
            QuestionKind::Date => date_bound(part, precision, &mut bounds)?,
            _ => bound(part, kind, &mut bounds)?,
        }
    }
    Ok(bounds)
}

/// A bound of a date: `today()`, `'2026-11-27'` or `date('2026-11-27')`, cut to how exactly the date is kept.
fn date_bound(expr: &Expr, precision: DatePrecision, bounds: &mut Bounds) -> Result<(), String> {
    let unknown = || format!("{} cannot be said as a bound of a date", expr);
    let Expr::Compare(left, op, right) = expr else {
        return Err(unknown());
    };
    let (op, date) = match (left.as_ref(), right.as_ref()) {
        (Expr::Own, date) => (*op, date),
        (date, Expr::Own) => (op.mirrored(), date),
        _ => return Err(unknown()),
    };
    let (date, shift) = match (date, op) {
        (Expr::Call(name, none), Op::AtLeast | Op::AtMost)
            if name == "today" && none.is_empty() =>
        {
            ("today".to_owned(), None)
        }
        (Expr::Text(date), _) => (date.clone(), Some(op)),
        (Expr::Call(name, arguments), _) if name == "date" => match arguments.as_slice() {
            [Expr::Text(date)] => (date.clone(), Some(op)),
            _ => return Err(unknown()),
        },
        _ => return Err(unknown()),
    };
    let date = match shift {
        None => date,
        Some(op) => {
            let day: NaiveDate = date.parse().map_err(|_| unknown())?;
            let day = match op {
                Op::More => day.succ_opt(),
                Op::Less => day.pred_opt(),
                _ => Some(day),
            };
            let format = match precision {
                DatePrecision::Day => "%Y-%m-%d",
                DatePrecision::Month => "%Y-%m",
                DatePrecision::Year => "%Y",
            };
            day.ok_or_else(unknown)?.format(format).to_string()
        }
    };
    match op {
        Op::AtLeast | Op::More => bounds.earliest = Some(date),
        Op::AtMost | Op::Less => bounds.latest = Some(date),
        Op::Equal | Op::Unequal => return Err(unknown()),
    }
    Ok(())
}

fn bound(expr: &Expr, kind: QuestionKind, bounds: &mut Bounds) -> Result<(), String> {
    let unknown = || format!("{expr} cannot be said as a bound");
    match expr {
        Expr::And(parts) => parts.iter().try_for_each(|part| bound(part, kind, bounds)),
        Expr::Compare(left, op, right) => {
            let (value, op, number) = match (left.as_ref(), right.as_ref()) {
                (value, Expr::Number(number)) => (value, *op, *number),
                (Expr::Number(number), value) => (value, op.mirrored(), *number),
                _ => return Err(unknown()),
            };
            let (op, number) = match op {
                Op::More if kind != QuestionKind::Decimal => (Op::AtLeast, number.floor() + 1.0),
                Op::Less if kind != QuestionKind::Decimal => (Op::AtMost, number.ceil() - 1.0),
                op => (op, number),
            };
            let is_length = matches!(value, Expr::Call(name, arguments)
                if name == "string-length" && arguments.as_slice() == [Expr::Own]);
            let is_number = matches!(
                kind,
                QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Rating
            );
            match (value, op) {
                (Expr::Own, Op::AtLeast) if is_number => bounds.min = whole_if_possible(number),
                (Expr::Own, Op::AtMost) if is_number => bounds.max = whole_if_possible(number),
                (_, Op::AtMost) if is_length && kind == QuestionKind::Text => {
                    let most = whole_if_possible(number).and_then(|most| most.as_u64());
                    let most = most.and_then(|most| u16::try_from(most).ok());
                    bounds.max_length = Some(most.ok_or_else(unknown)?);
                }
                _ => return Err(unknown()),
            }
            Ok(())
        }
        Expr::Call(name, arguments) if name == "not" => match arguments.as_slice() {
            [Expr::And(parts)] => match parts.as_slice() {
                [
                    Expr::Call(selected, chosen),
                    Expr::Compare(count, Op::More, limit),
                ] if selected == "selected"
                    && **limit == Expr::Number(1.0)
                    && **count == Expr::call("count-selected", vec![Expr::Own])
                    && kind == QuestionKind::MultipleChoice =>
                {
                    match chosen.as_slice() {
                        [Expr::Own, Expr::Text(code)] => bounds.exclusive.push(code.clone()),
                        _ => return Err(unknown()),
                    }
                    Ok(())
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

/// A number without a point where it is whole.
#[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
pub(super) fn whole_if_possible(number: f64) -> Option<Number> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Some(Number::from(number as i64))
    } else {
        Number::from_f64(number)
    }
}

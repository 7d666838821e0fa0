//! A condition as an expression.

use super::{Asked, Questions};
use crate::domain::form::{ConditionDefinition, QuestionKind, Scalar};
use crate::formats::expression::{Expr, Op};

/// The question or the score that a condition tests, with its name in the sheet.
fn tested<'a>(
    condition: &ConditionDefinition,
    questions: &'a Questions,
) -> Option<(&'a String, &'a Asked)> {
    let (key, is_score) = match (&condition.question, &condition.score) {
        (Some(key), None) => (key, false),
        (None, Some(key)) => (key, true),
        _ => return None,
    };
    questions
        .iter()
        .find(|(_, it)| it.score.is_some() == is_score && it.key == *key)
}

/// The condition as an expression; none where there is no way to say it.
pub fn expression(condition: &ConditionDefinition, questions: &Questions) -> Option<Expr> {
    let list = |list: &[ConditionDefinition]| -> Option<Vec<Expr>> {
        list.iter().map(|it| expression(it, questions)).collect()
    };
    if let Some(any) = &condition.any {
        return list(any).map(Expr::any);
    }
    if let Some(all) = &condition.all {
        return list(all).map(Expr::all);
    }
    if let Some(inner) = &condition.not {
        return Some(Expr::call("not", vec![expression(inner, questions)?]));
    }
    let (name, asked) = tested(condition, questions)?;
    let answer = || Expr::Question(name.clone());
    let compare = |op, value| Expr::compare(answer(), op, value);
    let answered = || compare(Op::Unequal, Expr::Text(String::new()));
    let equal = |scalar: &Scalar| {
        let value = match scalar {
            Scalar::Bool(flag) => Expr::Text(asked.name_of(if *flag { "yes" } else { "no" })),
            Scalar::Number(number) => Expr::Number(*number),
            Scalar::Code(code) => Expr::Text(asked.name_of(code)),
        };
        compare(Op::Equal, value)
    };
    let bound = |op: Op, bound: f64| match asked.kind {
        // The sheet compares codes, which are no numbers.
        QuestionKind::SingleChoice => Expr::any(
            asked
                .options
                .iter()
                .filter(|(_, _, value)| {
                    value.is_some_and(|value| holds(f64::from(value), op, bound))
                })
                .map(|(_, code, _)| equal(&Scalar::Code(code.clone())))
                .collect(),
        ),
        _ => compare(op, Expr::Number(bound)),
    };
    let two = |op: Op, other: &String| -> Option<Expr> {
        let (other, second) = questions
            .iter()
            .find(|(_, it)| it.score.is_none() && it.key == *other)?;
        let dates = asked.kind == QuestionKind::Date && second.kind == QuestionKind::Date;
        (dates || asked.is_number() && second.is_number())
            .then(|| compare(op, Expr::Question(other.clone())))
    };
    let selected =
        |code: &String| Expr::call("selected", vec![answer(), Expr::Text(asked.name_of(code))]);
    let count = |op, number: u8| {
        let count = Expr::call("count-selected", vec![answer()]);
        Expr::compare(count, op, Expr::Number(number.into()))
    };
    let it = condition;
    if let Some(scalar) = &it.is {
        return Some(equal(scalar));
    }
    if let Some(scalars) = &it.is_one_of {
        return Some(Expr::any(scalars.iter().map(equal).collect()));
    }
    if let Some(code) = &it.includes {
        return Some(selected(code));
    }
    let bounds = [
        (Op::AtLeast, it.at_least),
        (Op::AtMost, it.at_most),
        (Op::More, it.more_than),
        (Op::Less, it.less_than),
    ];
    if let Some((op, number)) = bounds.into_iter().find_map(|(op, it)| Some((op, it?))) {
        return Some(bound(op, number));
    }
    if let Some(codes) = &it.includes_any {
        return Some(Expr::any(codes.iter().map(selected).collect()));
    }
    if let Some(codes) = &it.includes_all {
        return Some(Expr::all(codes.iter().map(selected).collect()));
    }
    if let Some(codes) = &it.includes_none {
        let none = codes.iter().map(|it| Expr::call("not", vec![selected(it)]));
        return Some(Expr::all([answered()].into_iter().chain(none).collect()));
    }
    if let Some(number) = it.count_at_least {
        return Some(count(Op::AtLeast, number));
    }
    if let Some(number) = it.count_at_most {
        // No answer has no options either, and is no match.
        return Some(Expr::all(vec![answered(), count(Op::AtMost, number)]));
    }
    let questions_compared = [
        (Op::AtLeast, &it.at_least_question),
        (Op::AtMost, &it.at_most_question),
        (Op::More, &it.more_than_question),
        (Op::Less, &it.less_than_question),
    ];
    for (op, other) in questions_compared {
        if let Some(other) = other {
            return two(op, other);
        }
    }
    if let Some(other) = &it.is_question {
        // Two blank answers are equal there.
        return Some(Expr::all(vec![answered(), two(Op::Equal, other)?]));
    }
    if let Some(code) = &it.band {
        let bands = asked.score.as_ref()?;
        let at = bands.iter().position(|(_, band)| band == code)?;
        let from = compare(Op::AtLeast, Expr::Number(bands.get(at)?.0));
        let next = bands.get(at + 1);
        let next = next.map(|(from, _)| compare(Op::Less, Expr::Number(*from)));
        return Some(Expr::all([from].into_iter().chain(next).collect()));
    }
    Some(match it.answered? {
        true => answered(),
        false => compare(Op::Equal, Expr::Text(String::new())),
    })
}

#[allow(clippy::float_cmp, reason = "XPath compares numbers exactly, too")]
pub(super) fn holds(left: f64, op: Op, right: f64) -> bool {
    match op {
        Op::Equal => left == right,
        Op::Unequal => left != right,
        Op::Less => left < right,
        Op::AtMost => left <= right,
        Op::More => left > right,
        Op::AtLeast => left >= right,
    }
}

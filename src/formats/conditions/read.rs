//! An expression as a condition.

use super::write::holds;
use super::{Asked, Questions};
use crate::domain::form::{ConditionDefinition, QuestionKind, Scalar};
use crate::formats::expression::{Expr, Op};

/// The condition that an expression says.
///
/// # Errors
///
/// What of it a form cannot say.
pub fn condition(expr: &Expr, questions: &Questions) -> Result<ConditionDefinition, String> {
    let list = |list: &[Expr]| -> Result<Vec<ConditionDefinition>, String> {
        list.iter().map(|it| condition(it, questions)).collect()
    };
    match expr {
        Expr::Or(parts) => Ok(ConditionDefinition {
            any: Some(list(parts)?),
            ..ConditionDefinition::default()
        }),
        Expr::And(parts) => Ok(all(without_needless(list(parts)?))),
        Expr::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("not", [inner]) => Ok(not(condition(inner, questions)?)),
            ("selected", [Expr::Question(question), Expr::Text(code)]) => {
                let asked = find(question, questions)?;
                compared(asked, Op::Equal, &Expr::Text(code.clone()), true)
            }
            _ => Err(format!("{name}() cannot be said in a condition")),
        },
        Expr::Compare(left, op, right) => match (left.as_ref(), right.as_ref()) {
            (Expr::Question(first), Expr::Question(second)) => {
                two_compared(find(first, questions)?, *op, find(second, questions)?)
            }
            (Expr::Call(name, arguments), Expr::Number(number)) if name == "count-selected" => {
                match arguments.as_slice() {
                    [Expr::Question(question)] => counted(find(question, questions)?, *op, *number),
                    _ => Err("count-selected() takes a question".to_owned()),
                }
            }
            (Expr::Question(question), value) => {
                compared(find(question, questions)?, *op, value, false)
            }
            (value, Expr::Question(question)) => {
                compared(find(question, questions)?, op.mirrored(), value, false)
            }
            _ => Err("a comparison names a question on one of its sides".to_owned()),
        },
        _ => Err("it says neither true nor false".to_owned()),
    }
}

fn find<'a>(name: &str, questions: &'a Questions) -> Result<&'a Asked, String> {
    questions
        .get(name)
        .ok_or_else(|| format!("{name:?} is no question that was read"))
}

/// All of these hold. One of one is that one.
pub fn all(mut list: Vec<ConditionDefinition>) -> ConditionDefinition {
    match (list.pop(), list.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            list.extend(last);
            ConditionDefinition {
                all: Some(list),
                ..ConditionDefinition::default()
            }
        }
    }
}

/// Without "it is answered" beside a test of the same question, which holds only where there is an answer.
fn without_needless(list: Vec<ConditionDefinition>) -> Vec<ConditionDefinition> {
    let tests = |it: &ConditionDefinition| {
        let others = [
            &it.is_question,
            &it.at_least_question,
            &it.at_most_question,
            &it.more_than_question,
            &it.less_than_question,
        ];
        let is_test = it.answered.is_none() && (it.question.is_some() || it.score.is_some());
        let others = others.into_iter().flatten().cloned();
        is_test.then(|| {
            (
                it.question.clone(),
                it.score.clone(),
                others.collect::<Vec<_>>(),
            )
        })
    };
    let tested: Vec<_> = list.iter().filter_map(tests).collect();
    let is_needless = |it: &ConditionDefinition| {
        it.answered == Some(true)
            && tested.iter().any(|(question, score, others)| {
                (question, score) == (&it.question, &it.score)
                    || it.question.as_ref().is_some_and(|it| others.contains(it))
            })
    };
    list.into_iter().filter(|it| !is_needless(it)).collect()
}

/// A comparison of two answers.
fn two_compared(first: &Asked, op: Op, second: &Asked) -> Result<ConditionDefinition, String> {
    let dates = first.kind == QuestionKind::Date && second.kind == QuestionKind::Date;
    let numbers = first.is_number() && second.is_number();
    if first.score.is_some() || second.score.is_some() || !(dates || numbers) {
        return Err("two answers are compared where both are numbers or both are dates".to_owned());
    }
    let other = Some(second.key.clone());
    Ok(match op {
        Op::Equal => first.test(|test| test.is_question = other),
        Op::Unequal => not(first.test(|test| test.is_question = other)),
        Op::AtLeast => first.test(|test| test.at_least_question = other),
        Op::AtMost => first.test(|test| test.at_most_question = other),
        Op::More => first.test(|test| test.more_than_question = other),
        Op::Less => first.test(|test| test.less_than_question = other),
    })
}

/// A comparison of how many options are chosen. No answer counts as none there, and matches no count here.
fn counted(asked: &Asked, op: Op, number: f64) -> Result<ConditionDefinition, String> {
    let list = matches!(
        asked.kind,
        QuestionKind::MultipleChoice | QuestionKind::Ranking
    );
    let whole = |number: f64| -> Result<u8, String> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole and within bounds"
        )]
        match number.fract() == 0.0 && (0.0..=255.0).contains(&number) {
            true => Ok(number as u8),
            false => Err(format!("{number} is no number of options")),
        }
    };
    if !list {
        return Err("only options of several can be counted".to_owned());
    }
    let answered = |is| asked.test(|test| test.answered = Some(is));
    let any = |list| ConditionDefinition {
        any: Some(list),
        ..ConditionDefinition::default()
    };
    let least = |number| match number {
        // It always holds.
        0 => any(vec![answered(true), answered(false)]),
        _ => asked.test(|test| test.count_at_least = Some(number)),
    };
    let most = |number| match number {
        0 => answered(false),
        _ => any(vec![
            answered(false),
            asked.test(|test| test.count_at_most = Some(number)),
        ]),
    };
    match op {
        Op::AtLeast => Ok(least(whole(number)?)),
        Op::More => Ok(least(whole(number + 1.0)?)),
        Op::AtMost => Ok(most(whole(number)?)),
        Op::Less => Ok(most(whole(number - 1.0)?)),
        Op::Equal => match whole(number)? {
            0 => Ok(most(0)),
            number => Ok(all(vec![least(number), most(number)])),
        },
        Op::Unequal => match whole(number)? {
            0 => Ok(least(1)),
            _ => Ok(not(counted(asked, Op::Equal, number)?)),
        },
    }
}

fn not(condition: ConditionDefinition) -> ConditionDefinition {
    ConditionDefinition {
        not: Some(Box::new(condition)),
        ..ConditionDefinition::default()
    }
}

fn compared(
    asked: &Asked,
    op: Op,
    value: &Expr,
    selected: bool,
) -> Result<ConditionDefinition, String> {
    if asked.kind == QuestionKind::Text {
        return Err("nothing can depend on free text, which is stored apart".to_owned());
    }
    match (op, value) {
        (Op::Equal, Expr::Text(text)) if text.is_empty() && !selected => {
            return Ok(asked.test(|test| test.answered = Some(false)));
        }
        (Op::Unequal, Expr::Text(text)) if text.is_empty() => {
            return Ok(asked.test(|test| test.answered = Some(true)));
        }
        // A blank answer is unequal to everything, here as there.
        (Op::Unequal, _) => return compared(asked, Op::Equal, value, selected).map(not),
        _ => {}
    }
    let text = match value {
        Expr::Text(text) => text.clone(),
        Expr::Number(number) => number.to_string(),
        _ => return Err("an answer is compared with a text or a number".to_owned()),
    };
    let number: Option<f64> = text
        .trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite());
    if asked.is_number() {
        let number = number.ok_or_else(|| format!("{text:?} is no number"))?;
        return Ok(number_compared(asked, op, number));
    }
    let unknown = || format!("{text:?} is no option of the question");
    match (asked.kind, op) {
        (QuestionKind::YesNo | QuestionKind::Statement, Op::Equal) => {
            let option = asked.options.iter().find(|(name, ..)| *name == text);
            let flag = match option.map_or(text.as_str(), |(_, code, _)| code) {
                "yes" => true,
                "no" => false,
                _ => return Err(unknown()),
            };
            Ok(asked.test(|test| test.is = Some(Scalar::Bool(flag))))
        }
        (
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice | QuestionKind::Ranking,
            Op::Equal,
        ) => {
            let option = asked.options.iter().find(|(name, ..)| *name == text);
            let (_, code, _) = option.ok_or_else(unknown)?;
            match (asked.kind, selected) {
                (QuestionKind::SingleChoice, _) => {
                    Ok(asked.test(|test| test.is = Some(Scalar::Code(code.clone()))))
                }
                (_, true) => Ok(asked.test(|test| test.includes = Some(code.clone()))),
                // `=` holds for this option alone, `includes` also beside others.
                (_, false) => Err("use selected() on a question with several answers".to_owned()),
            }
        }
        (QuestionKind::SingleChoice, _) => {
            let bound = number.ok_or_else(|| format!("{text:?} is no number"))?;
            let fits = |(name, ..): &(String, String, Option<i32>)| {
                let name = name.trim().parse::<f64>();
                name.is_ok_and(|name| holds(name, op, bound))
            };
            if asked.options.iter().any(fits) {
                Ok(asked.one_of(fits))
            } else {
                Err("the comparison holds for no option".to_owned())
            }
        }
        _ => Err("an answer of this kind cannot be compared like this".to_owned()),
    }
}

fn number_compared(asked: &Asked, op: Op, number: f64) -> ConditionDefinition {
    let whole = asked.kind != QuestionKind::Decimal;
    match op {
        Op::AtLeast => asked.test(|test| test.at_least = Some(number)),
        Op::AtMost => asked.test(|test| test.at_most = Some(number)),
        Op::More if whole => asked.test(|test| test.at_least = Some(number.floor() + 1.0)),
        Op::Less if whole => asked.test(|test| test.at_most = Some(number.ceil() - 1.0)),
        Op::More => asked.test(|test| test.more_than = Some(number)),
        Op::Less => asked.test(|test| test.less_than = Some(number)),
        Op::Equal | Op::Unequal => asked.test(|test| test.is = Some(Scalar::Number(number))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_count_of_none_holds_for_a_blank_answer_and_at_least_none_always_holds() {
        let asked = Asked {
            key: "m".to_owned(),
            kind: QuestionKind::MultipleChoice,
            options: Vec::new(),
            score: None,
        };
        let questions = Questions::from([("m".to_owned(), asked)]);
        let read = |op, number| {
            let count = Expr::call("count-selected", vec![Expr::Question("m".to_owned())]);
            json!(condition(&Expr::compare(count, op, Expr::Number(number)), &questions).unwrap())
        };
        let blank = json!({"question": "m", "answered": false});
        let chosen = json!({"question": "m", "count_at_least": 1});
        let always = json!({"any": [{"question": "m", "answered": true}, blank]});
        for (op, number, expected) in [
            (Op::Equal, 0.0, &blank),
            (Op::AtMost, 0.0, &blank),
            (Op::Less, 1.0, &blank),
            (Op::Unequal, 0.0, &chosen),
            (Op::More, 0.0, &chosen),
            (Op::AtLeast, 1.0, &chosen),
            (Op::AtLeast, 0.0, &always),
            (Op::More, -1.0, &always),
        ] {
            assert_eq!(read(op, number), *expected, "{op:?} {number}");
        }
        let two = json!({"all": [
            {"question": "m", "count_at_least": 2},
            {"any": [blank, {"question": "m", "count_at_most": 2}]},
        ]});
        assert_eq!(read(Op::Equal, 2.0), two);
        assert_eq!(read(Op::Unequal, 2.0), json!({"not": two}));
    }
}

//! Conditions as expressions, and back.

use std::collections::BTreeMap;

use super::expression::{Expr, Op};
use crate::domain::form::{
    ConditionDefinition, FormDefinition, OptionDefinition, QuestionDefinition, QuestionKind, Scalar,
};

/// What a condition needs to know of a question that it looks at.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: QuestionKind,
    /// Its options: the name in the sheet, the code, the number that it stands for.
    pub options: Vec<(String, String, Option<i32>)>,
}

/// Questions by their name in the sheet.
pub type Questions = BTreeMap<String, Asked>;

impl Asked {
    /// A question of a form, whose names in the sheet are those of the form.
    pub fn of(question: &QuestionDefinition, options: &[OptionDefinition]) -> Self {
        let option =
            |option: &OptionDefinition| (option.code.clone(), option.code.clone(), option.value);
        Self {
            key: question.key.clone(),
            kind: question.kind,
            options: options.iter().map(option).collect(),
        }
    }

    fn is_number(&self) -> bool {
        use QuestionKind::{Decimal, Integer, Rating};
        matches!(self.kind, Rating | Integer | Decimal)
    }

    /// The condition that the answer is one of the options that `fit`.
    fn one_of(&self, fit: impl Fn(&(String, String, Option<i32>)) -> bool) -> ConditionDefinition {
        let codes: Vec<Scalar> = self
            .options
            .iter()
            .filter(|option| fit(option))
            .map(|(_, code, _)| Scalar::Code(code.clone()))
            .collect();
        match codes.as_slice() {
            [only] => self.test(|test| test.is = Some(only.clone())),
            _ => self.test(|test| test.is_one_of = Some(codes)),
        }
    }

    fn test(&self, set: impl FnOnce(&mut ConditionDefinition)) -> ConditionDefinition {
        let mut condition = ConditionDefinition {
            question: Some(self.key.clone()),
            ..ConditionDefinition::default()
        };
        set(&mut condition);
        condition
    }
}

/// What conditions need to know of the questions of a form.
pub fn questions(form: &FormDefinition) -> Questions {
    form.questions()
        .map(|(_, question)| {
            let asked = Asked::of(question, options_of(form, question));
            (question.key.clone(), asked)
        })
        .collect()
}

/// The options of a choice, its own or those of its scale.
pub fn options_of<'a>(
    form: &'a FormDefinition,
    question: &'a QuestionDefinition,
) -> &'a [OptionDefinition] {
    let shared = question.scale.as_ref().and_then(|it| form.scales.get(it));
    let options = shared.or(question.options.as_ref());
    options.map_or(&[], Vec::as_slice)
}

/// The condition in XPath; none where XPath has no way to say it.
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
    let key = condition.question.as_ref()?;
    let asked = questions.get(key)?;
    let compare = |op, value| Expr::compare(Expr::Question(key.clone()), op, value);
    let equal = |scalar: &Scalar| {
        let value = match scalar {
            Scalar::Bool(flag) => Expr::Text(if *flag { "yes" } else { "no" }.to_owned()),
            Scalar::Number(number) => Expr::Number(*number),
            Scalar::Code(code) => Expr::Text(code.clone()),
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
    if let Some(scalar) = &condition.is {
        return Some(equal(scalar));
    }
    if let Some(scalars) = &condition.is_one_of {
        return Some(Expr::any(scalars.iter().map(equal).collect()));
    }
    if let Some(code) = &condition.includes {
        let arguments = vec![Expr::Question(key.clone()), Expr::Text(code.clone())];
        return Some(Expr::call("selected", arguments));
    }
    if let Some(least) = condition.at_least {
        return Some(bound(Op::AtLeast, least));
    }
    if let Some(most) = condition.at_most {
        return Some(bound(Op::AtMost, most));
    }
    if let Some(bound_below) = condition.more_than {
        return Some(bound(Op::More, bound_below));
    }
    if let Some(bound_above) = condition.less_than {
        return Some(bound(Op::Less, bound_above));
    }
    let selected = |codes: &[String]| -> Vec<Expr> {
        let selected = |code: &String| {
            let arguments = vec![Expr::Question(key.clone()), Expr::Text(code.clone())];
            Expr::call("selected", arguments)
        };
        codes.iter().map(selected).collect()
    };
    if let Some(codes) = &condition.includes_any {
        return Some(Expr::any(selected(codes)));
    }
    if let Some(codes) = &condition.includes_all {
        return Some(Expr::all(selected(codes)));
    }
    let op = if condition.answered? {
        Op::Unequal
    } else {
        Op::Equal
    };
    Some(compare(op, Expr::Text(String::new())))
}

#[allow(clippy::float_cmp, reason = "XPath compares numbers exactly, too")]
fn holds(left: f64, op: Op, right: f64) -> bool {
    match op {
        Op::Equal => left == right,
        Op::Unequal => left != right,
        Op::Less => left < right,
        Op::AtMost => left <= right,
        Op::More => left > right,
        Op::AtLeast => left >= right,
    }
}

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
        Expr::And(parts) => Ok(all(list(parts)?)),
        Expr::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("not", [inner]) => Ok(not(condition(inner, questions)?)),
            ("selected", [Expr::Question(question), Expr::Text(code)]) => {
                let asked = find(question, questions)?;
                compared(asked, Op::Equal, &Expr::Text(code.clone()), true)
            }
            _ => Err(format!("{name}() cannot be said in a condition")),
        },
        Expr::Compare(left, op, right) => match (left.as_ref(), right.as_ref()) {
            (Expr::Question(_), Expr::Question(_)) => {
                Err("two questions cannot be compared".to_owned())
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
        .ok_or_else(|| format!("${{{name}}} is no question that was read"))
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
        (QuestionKind::YesNo, Op::Equal) => {
            let flag = match text.as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(unknown()),
            };
            Ok(asked.test(|test| test.is = Some(Scalar::Bool(flag))))
        }
        (QuestionKind::SingleChoice | QuestionKind::MultipleChoice, Op::Equal) => {
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

/// A blank answer is neither more nor less than a number, so a strict bound asks for an answer as well.
fn number_compared(asked: &Asked, op: Op, number: f64) -> ConditionDefinition {
    let whole = asked.kind != QuestionKind::Decimal;
    let strict = |inner: ConditionDefinition| {
        all(vec![
            asked.test(|test| test.answered = Some(true)),
            not(inner),
        ])
    };
    match op {
        Op::AtLeast => asked.test(|test| test.at_least = Some(number)),
        Op::AtMost => asked.test(|test| test.at_most = Some(number)),
        Op::More if whole => asked.test(|test| test.at_least = Some(number.floor() + 1.0)),
        Op::Less if whole => asked.test(|test| test.at_most = Some(number.ceil() - 1.0)),
        Op::More => strict(asked.test(|test| test.at_most = Some(number))),
        Op::Less => strict(asked.test(|test| test.at_least = Some(number))),
        Op::Equal | Op::Unequal => asked.test(|test| test.is = Some(Scalar::Number(number))),
    }
}

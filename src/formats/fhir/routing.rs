//! Conditions as `enableWhen`, or as FHIRPath where that cannot say them; and back.

use serde_json::{Map, Value, json};

use super::asked::{Asked, Questions};
use super::fhirpath::{self, Known, fitting};
use super::names::ENABLE_WHEN_EXPRESSION;
use super::quantity::fits;
use crate::domain::form::{ConditionDefinition, QuestionKind, Scalar, Unit};

/// How an item says when it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Routing {
    /// Always.
    Always,
    /// By `enableWhen`: when any of these holds, or all of them.
    Terms {
        /// The entries.
        terms: Vec<Value>,
        /// Whether one is enough.
        any: bool,
    },
    /// By an expression.
    Expression(String),
}

impl Routing {
    /// How a condition is said; none where FHIR has no way to say it.
    pub fn of(condition: &ConditionDefinition, known: Known<'_>) -> Option<Self> {
        if let Some((terms, any)) = terms(condition, known.questions)
            && !terms.is_empty()
        {
            let any = any && terms.len() > 1;
            return Some(Self::Terms { terms, any });
        }
        fhirpath::condition(condition, known).map(Self::Expression)
    }

    /// Puts it into an item.
    pub fn put(self, item: &mut Map<String, Value>, extensions: &mut Vec<Value>) {
        match self {
            Self::Always => {}
            Self::Terms { terms, any } => {
                if terms.len() > 1 {
                    let behavior = if any { "any" } else { "all" };
                    item.insert("enableBehavior".to_owned(), json!(behavior));
                }
                item.insert("enableWhen".to_owned(), Value::Array(terms));
            }
            Self::Expression(expression) => extensions.push(json!({
                "url": ENABLE_WHEN_EXPRESSION,
                "valueExpression": {"language": "text/fhirpath", "expression": expression},
            })),
        }
    }
}

/// The entries of `enableWhen`, and whether one is enough.
fn terms(condition: &ConditionDefinition, questions: &Questions) -> Option<(Vec<Value>, bool)> {
    let list = |list: &[ConditionDefinition], any: bool| {
        let mut all = Vec::new();
        for condition in list {
            let (terms, one_is_enough) = terms(condition, questions)?;
            if terms.is_empty() || (terms.len() > 1 && one_is_enough != any) {
                return None;
            }
            all.extend(terms);
        }
        Some((all, any))
    };
    if let Some(any) = &condition.any {
        return list(any, true);
    }
    if let Some(all) = &condition.all {
        return list(all, false);
    }
    let key = condition.question.as_ref()?;
    let asked = questions.get(key)?;
    let coding = |code: &str| json!({"question": key, "operator": "=", "answerCoding": {"system": asked.system, "code": code}});
    let equal = |scalar: &Scalar| match scalar {
        Scalar::Code(code) => coding(code),
        Scalar::Bool(flag) => json!({"question": key, "operator": "=", "answerBoolean": flag}),
        Scalar::Number(number) => compared(key, "=", asked, *number),
    };
    let one = |term: Value| Some((vec![term], false));
    let any = |terms: Vec<Value>| Some((terms, true));
    if let Some(given) = condition.answered {
        return one(json!({"question": key, "operator": "exists", "answerBoolean": given}));
    }
    if let Some(scalar) = &condition.is {
        return one(equal(scalar));
    }
    if let Some(scalars) = &condition.is_one_of {
        return any(scalars.iter().map(equal).collect());
    }
    if let Some(code) = &condition.includes {
        return one(coding(code));
    }
    if let Some(codes) = &condition.includes_any {
        return any(codes.iter().map(|it| coding(it)).collect());
    }
    if let Some(codes) = &condition.includes_all {
        return Some((codes.iter().map(|it| coding(it)).collect(), false));
    }
    if let Some(codes) = fitting(condition, asked)
        && asked.kind == QuestionKind::SingleChoice
    {
        return any(codes.into_iter().map(coding).collect());
    }
    let (sign, bound) = [
        (">=", condition.at_least),
        ("<=", condition.at_most),
        (">", condition.more_than),
        ("<", condition.less_than),
    ]
    .into_iter()
    .find_map(|(sign, bound)| Some((sign, bound?)))?;
    asked.is_number().then_some(())?;
    one(compared(key, sign, asked, bound))
}

/// A whole number is compared with a whole number where it can be.
fn compared(key: &str, operator: &str, asked: &Asked, number: f64) -> Value {
    match whole(number) {
        Some(whole) if asked.kind != QuestionKind::Decimal => {
            json!({"question": key, "operator": operator, "answerInteger": whole})
        }
        _ => json!({"question": key, "operator": operator, "answerDecimal": number}),
    }
}

#[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 2_147_483_648.0).then_some(number as i64)
}

/// A question that `enableWhen` names, and how answers in FHIR become codes.
pub(super) trait Linked {
    /// The key of the question with this `linkId`, and what is known of it.
    fn question(&self, link_id: &str) -> Option<(&str, &Asked)>;
    /// The code of the option that `value` stands for, the value of an `answer[x]` or `value[x]` with this ending.
    fn code(&self, link_id: &str, ending: &str, value: &Value) -> Option<String>;
    /// The unit of the question with this `linkId`.
    fn unit(&self, _link_id: &str) -> Option<&Unit> {
        None
    }
}

/// The condition that entries of `enableWhen` say.
///
/// # Errors
///
/// The place among the entries of the one that a form cannot say, and why.
pub(super) fn condition(
    terms: &[Value],
    any: bool,
    linked: &impl Linked,
) -> Result<ConditionDefinition, (usize, String)> {
    let mut list = Vec::new();
    for (place, term) in terms.iter().enumerate() {
        list.push(one(term, linked).map_err(|why| (place, why))?);
    }
    Ok(match list.pop() {
        Some(only) if list.is_empty() => only,
        last => {
            list.extend(last);
            let (any, all) = if any {
                (Some(list), None)
            } else {
                (None, Some(list))
            };
            ConditionDefinition {
                any,
                all,
                ..ConditionDefinition::default()
            }
        }
    })
}

fn one(term: &Value, linked: &impl Linked) -> Result<ConditionDefinition, String> {
    let text = |name: &str| term.get(name).and_then(Value::as_str).unwrap_or_default();
    let (link_id, operator) = (text("question"), text("operator"));
    let (key, asked) = linked
        .question(link_id)
        .ok_or_else(|| format!("{link_id:?} is no question that was read"))?;
    if asked.kind == QuestionKind::Text {
        return Err("nothing can depend on free text, which is stored apart".to_owned());
    }
    let test = |set: &dyn Fn(&mut ConditionDefinition)| {
        let mut condition = ConditionDefinition {
            question: Some(key.to_owned()),
            ..ConditionDefinition::default()
        };
        set(&mut condition);
        condition
    };
    let answer = term.as_object().and_then(|fields| {
        let mut fields = fields.iter();
        fields.find_map(|(name, value)| Some((name.strip_prefix("answer")?, value)))
    });
    let (ending, answer) = answer.ok_or("it has no answer to compare with")?;
    if ending == "Quantity" {
        fits(answer, linked.unit(link_id)).map_err(|(_, why)| why)?;
    }
    let number = || match ending {
        "Integer" | "Decimal" => answer.as_f64(),
        "Quantity" => answer.get("value").and_then(Value::as_f64),
        _ => None,
    };
    let equal = || -> Result<ConditionDefinition, String> {
        if asked.is_number() {
            let number = number().ok_or("the answer is no number")?;
            return Ok(test(&|it| it.is = Some(Scalar::Number(number))));
        }
        if let (Some(flag), QuestionKind::YesNo | QuestionKind::Statement) =
            (answer.as_bool(), asked.kind)
        {
            return Ok(test(&|it| it.is = Some(Scalar::Bool(flag))));
        }
        let code = linked
            .code(link_id, ending, answer)
            .ok_or("the answer is no option of the question")?;
        Ok(match asked.takes_many() {
            true => test(&|it| it.includes = Some(code.clone())),
            false => test(&|it| it.is = Some(Scalar::Code(code.clone()))),
        })
    };
    match operator {
        "exists" => {
            let given = answer.as_bool().ok_or("whether it exists is a boolean")?;
            Ok(test(&|it| it.answered = Some(given)))
        }
        "=" => equal(),
        // True when no answer is equal, so also without one.
        "!=" => Ok(ConditionDefinition {
            not: Some(Box::new(equal()?)),
            ..ConditionDefinition::default()
        }),
        ">" | "<" | ">=" | "<=" => {
            if !asked.is_number() {
                return Err("only numbers can be compared like this".to_owned());
            }
            let number = number().ok_or("the answer is no number")?;
            Ok(test(&|it| match operator {
                ">" => it.more_than = Some(number),
                "<" => it.less_than = Some(number),
                ">=" => it.at_least = Some(number),
                _ => it.at_most = Some(number),
            }))
        }
        _ => Err(format!("the operator {operator:?} is not known")),
    }
}

//! Scores as FHIRPath: two variables, the numbers of the answers and how many count, and an expression over them.

use super::asked::{Asked, Questions};
use super::fhirpath::{Known, answers, by_code, condition, number};
use crate::domain::form::{
    Edition, Form, HiddenRule, QuestionKind, RoundingRule, Score, ScoreDefinition, ScoreMethod,
};

/// A score that is computed by other tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calculation {
    /// Names and expressions that the expression uses.
    pub variables: Vec<(&'static str, String)>,
    /// What the score comes to.
    pub expression: String,
}

/// The scores of a form that can be computed by other tools.
pub(super) fn computable<'a>(form: &'a Form, questions: &Questions) -> Vec<&'a ScoreDefinition> {
    let mut known: Vec<&ScoreDefinition> = Vec::new();
    for (definition, score) in form.scores() {
        let earlier = Known {
            questions,
            scores: &known,
        };
        if calculation(form, definition, score, earlier).is_some() {
            known.push(definition);
        }
    }
    known
}

/// One of the questions of a score: its number as an expression, the range of it, and when it is shown.
struct Item {
    number: String,
    low: f64,
    high: f64,
    shown: Option<String>,
}

/// The score in FHIRPath. None for what is not said there: other roundings than half up, tables, counts, scores of
/// scores, means with weights, and sums that fill in missing answers of unequal range.
pub(super) fn calculation(
    form: &Form,
    definition: &ScoreDefinition,
    score: &Score,
    known: Known<'_>,
) -> Option<Calculation> {
    let first = form.definition().edition() == Edition::First;
    let method = match definition.method {
        ScoreMethod::Count | ScoreMethod::Table => return None,
        method => method,
    };
    let weighted_mean = method != ScoreMethod::Sum && !definition.weights.is_empty();
    if weighted_mean || !definition.of_scores.is_empty() || definition.of.is_empty() {
        return None;
    }
    if score.rounding() != RoundingRule::HalfUp {
        return None;
    }
    let mapped = method == ScoreMethod::Mean || first;
    let items: Vec<Item> = definition
        .of
        .iter()
        .map(|key| item(key, definition, known))
        .collect::<Option<_>>()?;
    let hidden = definition.hidden.unwrap_or_default();
    let numbers: Vec<String> = items
        .iter()
        .map(|item| {
            let position = || {
                let range = number(item.high - item.low);
                format!(".select(($this - {}) / {range})", number(item.low))
            };
            let said = match mapped {
                true => format!("{}{}", item.number, position()),
                false => item.number.clone(),
            };
            match (hidden, &item.shown) {
                (HiddenRule::Lowest, Some(shown)) => {
                    let low = if mapped { 0.0 } else { item.low };
                    format!("iif({shown}, {said}, {})", number(low))
                }
                _ => said,
            }
        })
        .collect();
    let combined = numbers
        .iter()
        .skip(1)
        .fold(numbers.first()?.clone(), |all, one| {
            format!("{all}.combine({one})")
        });
    let shown: Vec<String> = items
        .iter()
        .map(|item| match (&item.shown, hidden) {
            (Some(shown), HiddenRule::LeftOut) => format!("iif({shown}, 1, 0)"),
            _ => "1".to_owned(),
        })
        .collect();
    let sum = "%numbers.aggregate($this + $total, 0)";
    let answered = "%numbers.count()";
    let [bottom, top] = definition.to;
    let mean = || {
        let length = number(top - bottom);
        format!("({} + {length} * {sum} / {answered})", number(bottom))
    };
    let best = |sign: &str| {
        format!(
            "%numbers.aggregate(iif($total.empty(), $this, iif($this {sign} $total, $this, $total)))"
        )
    };
    let mut complete = false;
    let value = match method {
        ScoreMethod::Mean => mean(),
        ScoreMethod::Sum if first => format!("({} * %shown)", mean()),
        ScoreMethod::Sum => {
            let alike = items.iter().all(|it| is_like(it, items.first()));
            match (score.may_miss(), alike) {
                (false, _) => {
                    complete = true;
                    sum.to_owned()
                }
                (true, true) => format!("({sum} * %shown / {answered})"),
                (true, false) => return None,
            }
        }
        ScoreMethod::RawMean => format!("({sum} / {answered})"),
        ScoreMethod::Max => best(">"),
        _ => best("<"),
    };
    let value = match definition.plus {
        Some(plus) if !first => format!("({value} + {})", number(plus)),
        _ => value,
    };
    let enough = match definition.at_least_items {
        _ if complete => format!("{answered} = %shown"),
        Some(count) if !first => format!("{answered} >= {count}"),
        _ => format!(
            "{answered} >= {} * %shown",
            number(definition.at_least_answered)
        ),
    };
    let rounded = format!("{value}.round({})", score.decimals());
    Some(Calculation {
        variables: vec![("numbers", combined), ("shown", shown.join(" + "))],
        expression: format!("iif({answered} > 0 and {enough}, {rounded}, {{}})"),
    })
}

#[allow(clippy::float_cmp, reason = "both are as the author wrote them")]
fn is_like(one: &Item, other: Option<&Item>) -> bool {
    other.is_some_and(|other| one.low == other.low && one.high == other.high)
}

fn item(key: &str, score: &ScoreDefinition, known: Known<'_>) -> Option<Item> {
    let asked = known.questions.get(key)?;
    let (mut said, low, high) = numbers(key, asked, score)?;
    if score.reversed.iter().any(|it| it == key) {
        said = format!("{said}.select({} - $this)", number(low + high));
    }
    let (mut low, mut high) = (low, high);
    if let Some(weight) = score.weights.get(key) {
        said = format!("{said}.select({} * $this)", number(*weight));
        (low, high) = (
            (low * weight).min(high * weight),
            (low * weight).max(high * weight),
        );
    }
    let conditions = asked.shown_when.iter().map(|it| condition(it, known));
    let conditions: Vec<String> = conditions.collect::<Option<_>>()?;
    Some(Item {
        number: said,
        low,
        high,
        shown: (!conditions.is_empty()).then(|| conditions.join(" and ")),
    })
}

/// The number of the answer as an expression, and the lowest and the highest one.
fn numbers(key: &str, asked: &Asked, score: &ScoreDefinition) -> Option<(String, f64, f64)> {
    let own = score.values.get(key);
    let ends = |values: &[(&str, f64)]| {
        let numbers = || values.iter().map(|it| it.1);
        let (low, high) = (numbers().reduce(f64::min)?, numbers().reduce(f64::max)?);
        (low < high).then_some((low, high))
    };
    match asked.kind {
        QuestionKind::Rating | QuestionKind::Integer | QuestionKind::Decimal if own.is_none() => {
            let (low, high) = asked.bounds?;
            Some((answers(key), low, high))
        }
        QuestionKind::SingleChoice => {
            let options = asked.options.iter();
            let value = |code: &str, value: Option<i32>| match own {
                Some(own) => own.get(code).copied(),
                None => value.map(f64::from),
            };
            let values = options
                .filter_map(|it| Some((it.code.as_str(), value(&it.code, it.value)?)))
                .collect::<Vec<_>>();
            let (low, high) = ends(&values)?;
            Some((
                format!("{}.select({})", answers(key), by_code(&values)),
                low,
                high,
            ))
        }
        QuestionKind::YesNo => {
            let value = |word: &str, otherwise: f64| match own {
                Some(own) => own.get(word).copied(),
                None => Some(otherwise),
            };
            let (yes, no) = (value("yes", 1.0)?, value("no", 0.0)?);
            let (low, high) = ends(&[("yes", yes), ("no", no)])?;
            let said = format!(
                "{}.select(iif($this, {}, {}))",
                answers(key),
                number(yes),
                number(no)
            );
            Some((said, low, high))
        }
        _ => None,
    }
}

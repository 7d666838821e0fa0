//! Scores as calculations, and back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::SCORE;
use super::logic::parse;
use crate::domain::form::{HiddenRule, RoundingRule, ScoreDefinition, ScoreMethod};
use crate::formats::expression::Expr;

/// The lowest and the highest number of what a score may take, by its name in the dictionary.
pub(super) type Ranges = BTreeMap<String, (f64, f64)>;

/// The score as a calculation. `conditional` are the names that routing can hide.
///
/// # Errors
///
/// Why there is none.
pub(super) fn calculation(
    score: &ScoreDefinition,
    ranges: &Ranges,
    conditional: &[String],
) -> Result<String, &'static str> {
    let is_plain = score.values.is_empty() && score.count_when.is_empty() && score.table.is_empty();
    if !is_plain {
        return Err("a calculation has no values of its own, conditions or tables");
    }
    let scores = score.of_scores.iter().map(|key| format!("{SCORE}{key}"));
    let names: Vec<String> = score.of.iter().cloned().chain(scores).collect();
    let hidden = names.iter().any(|it| conditional.contains(it));
    #[allow(clippy::float_cmp, reason = "it is written, not computed")]
    let whole = score.at_least_items.is_none() && score.at_least_answered == 1.0;
    let all = whole
        || score
            .at_least_items
            .is_some_and(|it| it as usize == names.len());
    let any = score.at_least_items == Some(1);
    let mut terms = Vec::new();
    let plain = score.reversed.is_empty() && score.weights.is_empty();
    for name in &names {
        let key = name.strip_prefix(SCORE).unwrap_or(name);
        let (low, high) = ranges
            .get(name)
            .ok_or("one of its questions has no number there")?;
        let term = match score.reversed.iter().any(|it| it == key) {
            true if (low + high).is_nan() => {
                return Err("a score is not counted the other way round there");
            }
            true => format!("({} - [{name}])", low + high),
            false => format!("[{name}]"),
        };
        terms.push(match score.weights.get(key) {
            Some(weight) => format!("{weight} * {term}"),
            None => term,
        });
    }
    let missing_when_hidden = !hidden || score.hidden == Some(HiddenRule::Missing);
    let unweighted = score.weights.is_empty();
    let calculation = match score.method {
        ScoreMethod::Sum if all && missing_when_hidden => terms.join(" + "),
        ScoreMethod::RawMean if any && plain => format!("mean({})", terms.join(", ")),
        ScoreMethod::RawMean if all && missing_when_hidden && unweighted => {
            format!("({}) / {}", terms.join(" + "), terms.len())
        }
        ScoreMethod::Max if any && plain => format!("max({})", terms.join(", ")),
        ScoreMethod::Min if any && plain => format!("min({})", terms.join(", ")),
        ScoreMethod::Sum | ScoreMethod::RawMean => {
            return Err("what is missing or hidden counts otherwise there");
        }
        _ => return Err("a calculation is a sum, a mean, or the highest or lowest number"),
    };
    let calculation = match score.plus {
        Some(plus) => format!("{calculation} + {plus}"),
        None => calculation,
    };
    match (score.round, score.method) {
        (Some(round), _) if round.rule != RoundingRule::HalfUp => {
            Err("a calculation rounds a half up")
        }
        (Some(round), _) => Ok(format!("round({calculation}, {})", round.decimals)),
        (None, ScoreMethod::RawMean) => Ok(format!("round({calculation}, 1)")),
        (None, _) => Ok(calculation),
    }
}

/// A score that a calculation says.
pub(super) struct Read {
    /// Its fields.
    pub fields: Map<String, Value>,
    /// What is to be noted of it.
    pub note: Option<&'static str>,
    /// Whether routing can hide what it is made of.
    pub conditional: bool,
}

/// The score that a calculation says. `conditional` are the names that routing can hide.
///
/// # Errors
///
/// Why it says none.
pub(super) fn score(
    cell: &str,
    ranges: &Ranges,
    conditional: &BTreeSet<String>,
) -> Result<Read, String> {
    let mut fields = Map::new();
    let mut expr = parse(cell)?;
    if let Expr::Call(name, arguments) = &expr
        && name == "round"
    {
        let (inner, decimals) = match arguments.as_slice() {
            [inner] => (inner, 0.0),
            [inner, Expr::Number(decimals)] => (inner, *decimals),
            _ => return Err("round() takes an expression and a number of decimals".to_owned()),
        };
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is within bounds"
        )]
        let decimals = match (0.0..=4.0).contains(&decimals) {
            true => decimals as u8,
            false => return Err("a score is rounded to 0 to 4 decimals".to_owned()),
        };
        fields.insert("round".to_owned(), json!({"decimals": decimals}));
        expr = inner.clone();
    }
    let mut note = None;
    let is_function = matches!(&expr, Expr::Call(name, _) if matches!(name.as_str(), "sum" | "mean" | "max" | "min"));
    let (of, method) = match &expr {
        Expr::Call(name, arguments) if matches!(name.as_str(), "sum" | "mean" | "max" | "min") => {
            let names: Vec<String> = arguments
                .iter()
                .map(|it| match it {
                    Expr::Question(name) => Ok(name.clone()),
                    _ => Err(format!("{name}() of something else than answers")),
                })
                .collect::<Result<_, _>>()?;
            if name == "sum" {
                note = Some("sum() counts what is blank as 0; the score is empty then");
                fields.insert("at_least_answered".to_owned(), json!(1.0));
            } else {
                fields.insert("at_least_items".to_owned(), json!(1));
            }
            let method = match name.as_str() {
                "mean" => "raw_mean",
                other => other,
            };
            (names, method.to_owned())
        }
        Expr::Call(name, arguments) if name == "/" => match arguments.as_slice() {
            [sum, Expr::Number(count)] => {
                let sum = linear(sum, ranges)?;
                #[allow(
                    clippy::float_cmp,
                    clippy::cast_precision_loss,
                    reason = "both are whole"
                )]
                let is_mean = sum.terms.len() as f64 == *count
                    && sum.plus.is_none()
                    && sum.terms.iter().all(|term| term.weight.is_none());
                if !is_mean {
                    return Err("a mean is a sum of answers through their number".to_owned());
                }
                (sum.write(&mut fields), "raw_mean".to_owned())
            }
            _ => return Err("a division by something else than a number".to_owned()),
        },
        other => {
            let sum = linear(other, ranges)?;
            (sum.write(&mut fields), "sum".to_owned())
        }
    };
    if let Some(unknown) = of.iter().find(|name| !ranges.contains_key(*name)) {
        return Err(format!("{unknown:?} has no number that a score could take"));
    }
    let is_conditional = of.iter().any(|name| conditional.contains(name));
    if is_conditional && !is_function {
        // REDCap computes nothing with a blank answer; its functions pass over it.
        fields.insert("hidden".to_owned(), json!(HiddenRule::Missing));
    }
    let (scores, questions): (Vec<_>, Vec<_>) = of.iter().partition(|it| it.starts_with(SCORE));
    let scores: Vec<_> = scores
        .iter()
        .filter_map(|it| it.strip_prefix(SCORE))
        .collect();
    fields.insert("of".to_owned(), json!(questions));
    if !scores.is_empty() {
        fields.insert("of_scores".to_owned(), json!(scores));
    }
    fields.insert("method".to_owned(), json!(method));
    Ok(Read {
        fields,
        note,
        conditional: is_conditional,
    })
}

/// A sum of answers, each times a number, and a constant.
#[derive(Debug, Default)]
struct Linear {
    terms: Vec<Term>,
    plus: Option<f64>,
}

#[derive(Debug)]
struct Term {
    name: String,
    weight: Option<f64>,
    reversed: bool,
}

impl Linear {
    /// Puts what it says into the fields, and gives the names.
    fn write(self, fields: &mut Map<String, Value>) -> Vec<String> {
        let key = |name: &str| name.strip_prefix(SCORE).unwrap_or(name).to_owned();
        let reversed: Vec<String> = self
            .terms
            .iter()
            .filter(|it| it.reversed)
            .map(|it| key(&it.name))
            .collect();
        let weights: Map<String, Value> = self
            .terms
            .iter()
            .filter_map(|it| Some((key(&it.name), json!(it.weight?))))
            .collect();
        if !reversed.is_empty() {
            fields.insert("reversed".to_owned(), json!(reversed));
        }
        if !weights.is_empty() {
            fields.insert("weights".to_owned(), Value::Object(weights));
        }
        if let Some(plus) = self.plus {
            fields.insert("plus".to_owned(), json!(plus));
        }
        fields.insert("at_least_answered".to_owned(), json!(1.0));
        self.terms.into_iter().map(|it| it.name).collect()
    }

    fn times(mut self, factor: f64) -> Self {
        for term in &mut self.terms {
            term.weight = Some(term.weight.unwrap_or(1.0) * factor);
        }
        self.plus = self.plus.map(|it| it * factor);
        self
    }

    fn and(mut self, mut other: Self) -> Result<Self, String> {
        self.terms.append(&mut other.terms);
        self.plus = match (self.plus, other.plus) {
            (Some(one), Some(two)) => Some(one + two),
            (one, two) => one.or(two),
        };
        let mut names: Vec<_> = self.terms.iter().map(|it| &it.name).collect();
        names.sort();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(_) => Err("an answer is counted twice".to_owned()),
            None => Ok(self),
        }
    }
}

fn linear(expr: &Expr, ranges: &Ranges) -> Result<Linear, String> {
    match expr {
        Expr::Question(name) => Ok(Linear {
            terms: vec![Term {
                name: name.clone(),
                weight: None,
                reversed: false,
            }],
            plus: None,
        }),
        Expr::Number(number) => Ok(Linear {
            terms: Vec::new(),
            plus: Some(*number),
        }),
        Expr::Call(sign, arguments) => match (sign.as_str(), arguments.as_slice()) {
            #[allow(clippy::float_cmp, reason = "both are sums of the same two numbers")]
            ("-", [Expr::Number(ends), Expr::Question(name)])
                if ranges
                    .get(name)
                    .is_some_and(|(low, high)| low + high == *ends) =>
            {
                Ok(Linear {
                    terms: vec![Term {
                        name: name.clone(),
                        weight: None,
                        reversed: true,
                    }],
                    plus: None,
                })
            }
            ("+", [left, right]) => linear(left, ranges)?.and(linear(right, ranges)?),
            ("-", [left, right]) => linear(left, ranges)?.and(linear(right, ranges)?.times(-1.0)),
            ("*", [Expr::Number(factor), other] | [other, Expr::Number(factor)]) => {
                Ok(linear(other, ranges)?.times(*factor))
            }
            ("/", [other, Expr::Number(divisor)]) if *divisor != 0.0 => {
                Ok(linear(other, ranges)?.times(1.0 / divisor))
            }
            _ => Err(format!("{sign:?} of these cannot be said as a score")),
        },
        _ => Err("it is no sum of answers".to_owned()),
    }
}

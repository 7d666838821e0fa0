//! Conditions in words, for the codebook: `meals >= 1 or alone is yes`.

use crate::domain::form::{Comparison, ConditionDefinition, Scalar};

/// The condition in words.
pub(super) fn words(condition: &ConditionDefinition) -> String {
    if let Some(parts) = &condition.any {
        return joined(parts, " or ");
    }
    if let Some(parts) = &condition.all {
        return joined(parts, " and ");
    }
    if let Some(inner) = &condition.not {
        return format!("not ({})", words(inner));
    }
    let question = condition.question.as_deref().unwrap_or_default();
    let test = if let Some(is) = &condition.is {
        format!("is {}", scalar(is))
    } else if let Some(list) = &condition.is_one_of {
        let list: Vec<_> = list.iter().map(scalar).collect();
        format!("is one of {}", list.join(", "))
    } else if let Some(option) = &condition.includes {
        format!("includes {option}")
    } else if let Some(bound) = condition.at_least {
        format!(">= {bound}")
    } else if let Some(bound) = condition.at_most {
        format!("<= {bound}")
    } else if let Some(test) = newer(condition) {
        test
    } else if condition.answered == Some(false) {
        "is not answered".to_owned()
    } else {
        "is answered".to_owned()
    };
    format!("{question} {test}")
}

/// The tests on several options, strict bounds, and comparisons of two questions.
fn newer(condition: &ConditionDefinition) -> Option<String> {
    let several = [
        ("includes any of", &condition.includes_any),
        ("includes all of", &condition.includes_all),
        ("includes none of", &condition.includes_none),
    ];
    let several = several
        .into_iter()
        .find_map(|(words, codes)| Some(format!("{words} {}", codes.as_ref()?.join(", "))));
    let counts = [
        ("has >=", condition.count_at_least),
        ("has <=", condition.count_at_most),
    ];
    let counts = counts
        .into_iter()
        .find_map(|(words, count)| Some(format!("{words} {} options", count?)));
    let strict = [(">", condition.more_than), ("<", condition.less_than)];
    let strict = strict
        .into_iter()
        .find_map(|(sign, bound)| Some(format!("{sign} {}", bound?)));
    let compared = condition.comparison().map(|(how, _, other)| {
        let sign = match how {
            Comparison::Equal => "=",
            Comparison::AtLeast => ">=",
            Comparison::AtMost => "<=",
            Comparison::MoreThan => ">",
            Comparison::LessThan => "<",
        };
        format!("{sign} {other}")
    });
    several.or(counts).or(strict).or(compared)
}

/// Both conditions, where there are two.
pub(super) fn both(
    section: Option<&ConditionDefinition>,
    question: Option<&ConditionDefinition>,
) -> Option<String> {
    match (section, question) {
        (Some(section), Some(question)) => {
            Some(format!("{} and {}", operand(section), operand(question)))
        }
        (one, other) => one.or(other).map(words),
    }
}

fn joined(parts: &[ConditionDefinition], word: &str) -> String {
    match parts {
        [only] => words(only),
        _ => parts.iter().map(operand).collect::<Vec<_>>().join(word),
    }
}

/// A condition as a part of a longer one, in brackets where it could be misread.
fn operand(condition: &ConditionDefinition) -> String {
    let several = |parts: &Option<Vec<_>>| parts.as_ref().is_some_and(|parts| parts.len() > 1);
    let list = condition.is_one_of.is_some()
        || condition.includes_any.is_some()
        || condition.includes_all.is_some()
        || condition.includes_none.is_some();
    if several(&condition.any) || several(&condition.all) || list {
        format!("({})", words(condition))
    } else {
        words(condition)
    }
}

fn scalar(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Bool(true) => "yes".to_owned(),
        Scalar::Bool(false) => "no".to_owned(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Code(code) => code.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_condition_reads_as_a_sentence() {
        let cases: [(Value, &str); 13] = [
            (json!({"question": "a", "is": "x"}), "a is x"),
            (json!({"question": "a", "is": false}), "a is no"),
            (
                json!({"question": "a", "includes_none": ["x", "y"]}),
                "a includes none of x, y",
            ),
            (
                json!({"not": {"question": "a", "count_at_least": 2}}),
                "not (a has >= 2 options)",
            ),
            (json!({"question": "a", "more_than": 0.5}), "a > 0.5"),
            (json!({"question": "a", "less_than_question": "b"}), "a < b"),
            (
                json!({"all": [{"question": "a", "includes_any": ["x", "y"]}, {"question": "a", "is_question": "b"}]}),
                "(a includes any of x, y) and a = b",
            ),
            (
                json!({"question": "a", "is_one_of": [1, 2.5]}),
                "a is one of 1, 2.5",
            ),
            (
                json!({"not": {"question": "a", "answered": true}}),
                "not (a is answered)",
            ),
            (
                json!({"question": "a", "answered": false}),
                "a is not answered",
            ),
            (
                json!({"any": [{"question": "a", "includes": "x"}]}),
                "a includes x",
            ),
            (
                json!({"all": [{"question": "a", "at_least": -1}, {"any": [
                    {"question": "b", "at_most": 2}, {"question": "c", "is": true}]}]}),
                "a >= -1 and (b <= 2 or c is yes)",
            ),
            (
                json!({"any": [{"question": "a", "is_one_of": ["x", "y"]}, {"not": {"question": "b", "is": 1}}]}),
                "(a is one of x, y) or not (b is 1)",
            ),
        ];
        for (condition, expected) in cases {
            let condition: ConditionDefinition = serde_json::from_value(condition).unwrap();
            assert_eq!(words(&condition), expected);
        }
    }
}

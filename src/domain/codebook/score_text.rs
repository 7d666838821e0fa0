//! A score's formula in words, for the codebook.

use super::condition_text;
use crate::domain::form::{Edition, HiddenRule, RoundingRule, Score, ScoreDefinition, ScoreMethod};

/// How a score is computed: `sum of a, 0.5 × reversed b; …`.
pub(super) fn in_words(definition: &ScoreDefinition, score: &Score, edition: Edition) -> String {
    if edition == Edition::First {
        return first_edition(definition);
    }
    let mut parts = vec![whole(definition)];
    parts.extend(definition.values.iter().map(|(question, numbers)| {
        let numbers: Vec<_> = numbers
            .iter()
            .map(|(code, number)| format!("{code} = {number}"))
            .collect();
        format!("{question} counts as {}", numbers.join(", "))
    }));
    if definition.method != ScoreMethod::Table {
        parts.push(enough(definition));
        if score.may_miss() {
            parts.push(
                match definition.method {
                    ScoreMethod::Sum => {
                        "a missing one takes the mean relative position of the others"
                    }
                    ScoreMethod::Count => "a missing one counts as nothing",
                    _ => "missing ones do not count",
                }
                .to_owned(),
            );
        }
    } else {
        parts.push("given when none is missing".to_owned());
    }
    parts.push(
        match definition.hidden.unwrap_or_default() {
            HiddenRule::LeftOut if definition.method == ScoreMethod::Table => {
                "what routing hid is \"hidden\" in the table"
            }
            HiddenRule::LeftOut => "what routing hid is left out",
            HiddenRule::Lowest => "what routing hid counts as its lowest number",
            HiddenRule::Missing => "what routing hid is missing",
        }
        .to_owned(),
    );
    let digits = match score.decimals() {
        0 => "a whole number".to_owned(),
        1 => "1 decimal".to_owned(),
        more => format!("{more} decimals"),
    };
    let way = match score.rounding() {
        RoundingRule::HalfUp => "a half away from zero",
        RoundingRule::HalfEven => "a half to the even digit",
        RoundingRule::Down => "towards zero",
        RoundingRule::Up => "away from zero",
    };
    parts.push(format!("rounded to {digits}, {way}"));
    let (low, high) = score.reach();
    parts.push(format!("from {low} to {high}"));
    parts.join("; ")
}

/// What is put together, and how.
fn whole(definition: &ScoreDefinition) -> String {
    let item = |key: &String, score: bool| {
        let name = if score {
            format!("score {key}")
        } else {
            key.clone()
        };
        let turned = if definition.reversed.contains(key) {
            format!("reversed {name}")
        } else {
            name
        };
        match definition.weights.get(key) {
            Some(weight) => format!("{weight} × {turned}"),
            None => turned,
        }
    };
    let mut items: Vec<String> = definition.of.iter().map(|key| item(key, false)).collect();
    items.extend(definition.of_scores.iter().map(|key| item(key, true)));
    items.extend(
        definition
            .count_when
            .iter()
            .map(|condition| format!("({})", condition_text::words(condition))),
    );
    let items = items.join(", ");
    let [low, high] = definition.to;
    let whole = match definition.method {
        ScoreMethod::Mean => {
            format!("mean of {items}, each mapped from its own range onto {low} to {high}")
        }
        ScoreMethod::Sum => format!("sum of {items}"),
        ScoreMethod::RawMean => format!("mean of {items}, as they stand"),
        ScoreMethod::Max => format!("highest of {items}"),
        ScoreMethod::Min => format!("lowest of {items}"),
        ScoreMethod::Count => {
            format!("number of those chosen, answered with yes or met among {items}")
        }
        ScoreMethod::Table => {
            format!(
                "looked up by {items} in a table of {} rows",
                definition.table.len()
            )
        }
    };
    match definition.plus {
        Some(plus) if plus < 0.0 => format!("{whole}; minus {}", -plus),
        Some(plus) => format!("{whole}; plus {plus}"),
        None => whole,
    }
}

/// When there is a score.
fn enough(definition: &ScoreDefinition) -> String {
    match definition.at_least_items {
        Some(1) => "given when 1 of them has a number".to_owned(),
        Some(count) => format!("given when {count} of them have a number"),
        #[allow(clippy::float_cmp, reason = "the author wrote 1")]
        None if definition.at_least_answered == 1.0 => {
            "given when all of them have a number".to_owned()
        }
        None => format!(
            "given when a share of {} of them has a number",
            definition.at_least_answered
        ),
    }
}

fn first_edition(definition: &ScoreDefinition) -> String {
    let items = definition.of.join(", ");
    let [low, high] = definition.to;
    let mean = format!("mean of {items}, each mapped from its own range onto {low} to {high}");
    let whole = match definition.method {
        ScoreMethod::Sum => format!("{mean}, times the number of questions shown"),
        _ => mean,
    };
    format!(
        "{whole}; {}; missing ones do not count; what routing hid is left out; rounded to 1 decimal, a half away from zero",
        enough(definition)
    )
}

//! The field of a question, by its kind.

use serde_json::Number;

use crate::domain::form::{
    DatePrecision, FormDefinition, OptionDefinition, QuestionDefinition, QuestionKind, Text, Unit,
    options_of,
};
use crate::formats::xlsform::yes_no_words;

pub(super) enum Input {
    Options {
        kind: &'static str,
        options: Vec<OptionView>,
    },
    Number {
        ends: String,
        value: String,
    },
    Area {
        max_length: u16,
        value: String,
    },
    Line {
        example: &'static str,
        value: String,
    },
    Ranking {
        rows: Vec<RankingRow>,
    },
    Nothing,
}

pub(super) struct OptionView {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// One option, with the places that it can take.
pub(super) struct RankingRow {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) places: Vec<OptionView>,
}

/// The field of a question with what was given so far.
pub(super) fn input(
    definition: &FormDefinition,
    question: &QuestionDefinition,
    given: &[&str],
    language: &str,
) -> Input {
    let value = given.last().copied().unwrap_or_default().to_owned();
    let listed = options_of(definition, question);
    match question.kind {
        QuestionKind::SingleChoice => options("radio", listed, given, language),
        QuestionKind::MultipleChoice => options("checkbox", listed, given, language),
        QuestionKind::Ranking => ranking(question, listed, given, language),
        QuestionKind::YesNo => {
            // The words are the client's, not the form's.
            let (yes, no) = yes_no_words(language);
            Input::Options {
                kind: "radio",
                options: vec![option("true", yes, given), option("false", no, given)],
            }
        }
        QuestionKind::Statement if question.acknowledge => Input::Options {
            kind: "checkbox",
            options: vec![option("true", "✓", given)],
        },
        QuestionKind::Statement => Input::Nothing,
        QuestionKind::Rating => {
            rating(question, given, language).unwrap_or_else(|| number(question, value, language))
        }
        QuestionKind::Integer | QuestionKind::Decimal => number(question, value, language),
        QuestionKind::Text => Input::Area {
            max_length: question.max_length.unwrap_or(4000),
            value,
        },
        QuestionKind::Date => Input::Line {
            example: match question.precision {
                Some(DatePrecision::Day) => "2026-11-26",
                Some(DatePrecision::Year) => "2026",
                _ => "2026-11",
            },
            value,
        },
    }
}

/// A list of which one can be chosen, or several.
pub(super) fn options(
    kind: &'static str,
    listed: &[OptionDefinition],
    given: &[&str],
    language: &str,
) -> Input {
    let options = listed
        .iter()
        .map(|it| option(&it.code, said(&it.label, language), given));
    Input::Options {
        kind,
        options: options.collect(),
    }
}

fn option(code: &str, label: &str, given: &[&str]) -> OptionView {
    OptionView {
        is_chosen: given.contains(&code),
        value: code.to_owned(),
        label: label.to_owned(),
    }
}

/// Each option with the places that it can take, sent as `2 sleep`.
fn ranking(
    question: &QuestionDefinition,
    listed: &[OptionDefinition],
    given: &[&str],
    language: &str,
) -> Input {
    let most = question.most.map_or(listed.len(), usize::from);
    let rows = listed.iter().map(|it| RankingRow {
        code: it.code.clone(),
        label: said(&it.label, language).to_owned(),
        places: (1..=most)
            .map(|place| option(&format!("{place} {}", it.code), &place.to_string(), given))
            .collect(),
    });
    Input::Ranking {
        rows: rows.collect(),
    }
}

/// A button for each step, if there are few.
fn rating(question: &QuestionDefinition, given: &[&str], language: &str) -> Option<Input> {
    let option_of = |(at, meaning): (i64, Option<&Text>)| {
        let code = at.to_string();
        let label = labelled(&code, optional(meaning, language));
        option(&code, &label, given)
    };
    Some(Input::Options {
        kind: "radio",
        options: question
            .rating_steps()?
            .into_iter()
            .map(option_of)
            .collect(),
    })
}

fn number(question: &QuestionDefinition, value: String, language: &str) -> Input {
    let bound = |number: &Option<Number>, label: Option<&Text>| {
        let number = number.as_ref().map(ToString::to_string).unwrap_or_default();
        labelled(&number, optional(label, language))
    };
    let min = bound(&question.min, question.min_label.as_ref());
    let max = bound(&question.max, question.max_label.as_ref());
    let more = if question.max_open { " or more" } else { "" };
    let unit = question
        .unit
        .as_ref()
        .map_or("", |unit| unit_of(unit, language));
    Input::Number {
        ends: format!("{unit} {min} – {max}{more}").trim().to_owned(),
        value,
    }
}

fn unit_of<'a>(unit: &'a Unit, language: &str) -> &'a str {
    match optional(unit.label.as_ref(), language) {
        "" => unit.ucum.as_deref().unwrap_or_default(),
        label => label,
    }
}

fn labelled(code: &str, meaning: &str) -> String {
    match meaning {
        "" => code.to_owned(),
        meaning => format!("{code} ({meaning})"),
    }
}

pub(super) fn said<'a>(text: &'a Text, language: &str) -> &'a str {
    text.get(language).unwrap_or_default()
}

pub(super) fn optional<'a>(text: Option<&'a Text>, language: &str) -> &'a str {
    text.map_or("", |text| said(text, language))
}

//! The questions of a section as fields of a page.

use std::collections::BTreeMap;

use serde_json::Number;

use super::posted::Posted;
use super::visit::Visit;
use crate::domain::form::{
    Answer, DatePrecision, OptionDefinition, OptionOrder, QuestionDefinition, QuestionKind, Text,
    Unit, options_of, shuffled,
};
use crate::formats::xlsform::yes_no_words;

/// A question as it is shown.
pub(super) struct QuestionView {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) hint: String,
    /// What can be answered, such as the bounds of a number.
    pub(super) note: String,
    pub(super) is_required: bool,
    pub(super) can_decline: bool,
    pub(super) is_declined: bool,
    /// Whether it is the first of those that the answers above it show.
    pub(super) is_first_new: bool,
    pub(super) faults: Vec<String>,
    pub(super) field: Field,
}

/// The field of a question.
pub(super) enum Field {
    /// Radio buttons or check boxes. `across` sets them side by side.
    Choices {
        kind: &'static str,
        options: Vec<OptionView>,
        across: bool,
    },
    /// One line.
    Line {
        kind: &'static str,
        mode: &'static str,
        value: String,
        unit: String,
    },
    /// Several lines.
    Area { value: String },
    /// A list for each option, with the places that it can take.
    Ranking { rows: Vec<RankingRow> },
    /// Nothing to fill in.
    Nothing,
}

/// An option of a choice.
pub(super) struct OptionView {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
    /// The text that can be written beside it.
    pub(super) beside: Option<Beside>,
}

/// A text beside an option.
pub(super) struct Beside {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) value: String,
    pub(super) faults: Vec<String>,
}

/// An option, and the places that it can take.
pub(super) struct RankingRow {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) places: Vec<OptionView>,
}

impl QuestionView {
    /// The id of the first thing that can be filled in.
    pub(super) fn first(&self) -> String {
        match &self.field {
            Field::Choices { options, .. } => {
                let first = options.first().map_or("", |option| &option.value);
                format!("q.{}.{first}", self.key)
            }
            Field::Ranking { rows } => {
                let first = rows.first().map_or("", |row| &row.code);
                format!("q.{}.{first}", self.key)
            }
            _ => format!("q.{}", self.key),
        }
    }

    /// What a screen reader says of the fields beside their names.
    pub(super) fn described_by(&self) -> String {
        let parts = [
            ("h", !self.hint.is_empty()),
            ("n", !self.note.is_empty()),
            ("f", !self.faults.is_empty()),
        ];
        let parts = parts.into_iter().filter(|(_, is_there)| *is_there);
        let ids: Vec<_> = parts.map(|(id, _)| format!("{id}.{}", self.key)).collect();
        ids.join(" ")
    }

    /// Whether declining is one of the radio buttons.
    pub(super) fn declines_by_radio(&self) -> bool {
        matches!(self.field, Field::Choices { kind: "radio", .. })
    }
}

/// Makes fields of questions.
pub(super) struct Fields<'a> {
    pub(super) visit: &'a Visit,
    pub(super) posted: &'a Posted,
    /// The order of options at random follows from it.
    pub(super) receipt: &'a str,
    /// What is wrong, by question.
    pub(super) faults: &'a BTreeMap<String, Vec<String>>,
}

impl Fields<'_> {
    /// The questions of the section at this place that are shown.
    pub(super) fn of_section(&self, place: usize, answers: &[Answer]) -> Vec<QuestionView> {
        let form = self.visit.form();
        let section = form.definition().sections.get(place);
        let questions = section.into_iter().flat_map(|section| &section.questions);
        let shown = questions.filter(|question| {
            let answer = form.place(&question.key).and_then(|it| answers.get(it));
            answer.is_some_and(|answer| *answer != Answer::Hidden)
        });
        shown.map(|question| self.question(question)).collect()
    }

    fn question(&self, question: &QuestionDefinition) -> QuestionView {
        let given = self.given(question);
        let optional = |text: Option<&Text>| self.visit.optional(text).to_owned();
        let field = self.field(question, &given);
        QuestionView {
            key: question.key.clone(),
            text: self.visit.said(&question.text).to_owned(),
            hint: optional(question.hint.as_ref()),
            note: self.note(question, &field),
            is_required: question.required,
            can_decline: question.kind != QuestionKind::Statement || question.acknowledge,
            is_declined: self.posted.is_declined(&question.key),
            is_first_new: false,
            faults: self.faults.get(&question.key).cloned().unwrap_or_default(),
            field,
        }
    }

    /// What was given so far. What an author fills in beforehand counts until the page was sent once.
    fn given(&self, question: &QuestionDefinition) -> Vec<String> {
        let given = self.posted.all(&format!("q.{}", question.key));
        if !given.is_empty() || self.posted.is_declined(&question.key) || self.was_shown(question) {
            return given.into_iter().map(str::to_owned).collect();
        }
        let Some(default) = &question.default else {
            return Vec::new();
        };
        match default {
            serde_json::Value::String(code) => vec![code.clone()],
            serde_json::Value::Array(codes) => {
                let codes = codes.iter().filter_map(|code| code.as_str());
                codes.map(str::to_owned).collect()
            }
            other => vec![other.to_string()],
        }
    }

    /// Whether the section of the question was sent before.
    fn was_shown(&self, question: &QuestionDefinition) -> bool {
        let seen = self.posted.all("seen");
        let sections = &self.visit.form().definition().sections;
        sections.iter().any(|section| {
            seen.contains(&section.key.as_str())
                && section.questions.iter().any(|it| it.key == question.key)
        })
    }

    fn field(&self, question: &QuestionDefinition, given: &[String]) -> Field {
        let definition = self.visit.form().definition();
        let listed = self.in_order(question, options_of(definition, question));
        let choices = |kind, options| Field::Choices {
            kind,
            across: question.matrix.is_some(),
            options,
        };
        match question.kind {
            QuestionKind::SingleChoice => choices("radio", self.options(&listed, given)),
            QuestionKind::MultipleChoice => choices("checkbox", self.options(&listed, given)),
            QuestionKind::Ranking => self.ranking(question, &listed, given),
            QuestionKind::YesNo => {
                let (yes, no) = yes_no_words(&self.visit.language);
                let options = vec![option("true", yes, given), option("false", no, given)];
                choices("radio", options)
            }
            QuestionKind::Statement if question.acknowledge => {
                let read = option("true", self.visit.words.read_it, given);
                choices("checkbox", vec![read])
            }
            QuestionKind::Statement => Field::Nothing,
            QuestionKind::Rating => {
                let buttons = self.rating(question, given);
                buttons.unwrap_or_else(|| self.line(question, given))
            }
            QuestionKind::Text => Field::Area {
                value: given.last().cloned().unwrap_or_default(),
            },
            _ => self.line(question, given),
        }
    }

    /// A number or a date.
    fn line(&self, question: &QuestionDefinition, given: &[String]) -> Field {
        let (kind, mode) = match (question.kind, question.precision) {
            (QuestionKind::Date, Some(DatePrecision::Day)) => ("date", "text"),
            (QuestionKind::Date, Some(DatePrecision::Year)) => ("text", "numeric"),
            (QuestionKind::Date, _) => ("month", "text"),
            (QuestionKind::Decimal, _) => ("text", "decimal"),
            _ => ("text", "numeric"),
        };
        let unit = question.unit.as_ref();
        Field::Line {
            kind,
            mode,
            value: given.last().cloned().unwrap_or_default(),
            unit: unit.map_or("", |unit| unit_of(self.visit, unit)).to_owned(),
        }
    }

    fn in_order<'o>(
        &self,
        question: &QuestionDefinition,
        listed: &'o [OptionDefinition],
    ) -> Vec<&'o OptionDefinition> {
        match question.order {
            Some(OptionOrder::Random) => {
                let list = question.scale.as_ref().unwrap_or(&question.key);
                shuffled(listed, self.receipt, list)
            }
            None => listed.iter().collect(),
        }
    }

    fn options(&self, listed: &[&OptionDefinition], given: &[String]) -> Vec<OptionView> {
        let view = |listed: &&OptionDefinition| OptionView {
            beside: listed.specify.as_ref().map(|specify| Beside {
                key: specify.key.clone(),
                text: self.visit.said(&specify.text).to_owned(),
                value: self.value(&specify.key),
                faults: self.faults.get(&specify.key).cloned().unwrap_or_default(),
            }),
            ..option(&listed.code, self.visit.said(&listed.label), given)
        };
        listed.iter().map(view).collect()
    }

    fn value(&self, key: &str) -> String {
        let value = self.posted.last(&format!("q.{key}"));
        value.unwrap_or_default().to_owned()
    }

    /// Each option with the places that it can take, sent as `2 sleep`.
    fn ranking(
        &self,
        question: &QuestionDefinition,
        listed: &[&OptionDefinition],
        given: &[String],
    ) -> Field {
        let most = question.most.map_or(listed.len(), usize::from);
        let rows = listed.iter().map(|it| RankingRow {
            code: it.code.clone(),
            label: self.visit.said(&it.label).to_owned(),
            places: (1..=most)
                .map(|place| option(&format!("{place} {}", it.code), &place.to_string(), given))
                .collect(),
        });
        Field::Ranking {
            rows: rows.collect(),
        }
    }

    /// A button for each step, if there are few.
    fn rating(&self, question: &QuestionDefinition, given: &[String]) -> Option<Field> {
        let option_of = |(at, meaning): (i64, Option<&Text>)| {
            let label = match self.visit.optional(meaning) {
                "" => at.to_string(),
                meaning => format!("{at} ({meaning})"),
            };
            option(&at.to_string(), &label, given)
        };
        Some(Field::Choices {
            kind: "radio",
            across: true,
            options: question
                .rating_steps()?
                .into_iter()
                .map(option_of)
                .collect(),
        })
    }

    /// What can be answered, where the field does not show it.
    fn note(&self, question: &QuestionDefinition, field: &Field) -> String {
        let words = self.visit.words;
        match (question.kind, field) {
            (QuestionKind::MultipleChoice, _) => match (question.fewest, question.most) {
                (None, None) => words.several.to_owned(),
                (fewest, most) => bounds(fewest, most),
            },
            (QuestionKind::Text, _) => {
                let most = question.max_length.unwrap_or(4000);
                match words.tag {
                    "ko" => format!("{most}{}", words.at_most_characters),
                    _ => format!("{most} {}", words.at_most_characters),
                }
            }
            (QuestionKind::Date, _) => match question.precision {
                Some(DatePrecision::Day) => "2026-11-26".to_owned(),
                Some(DatePrecision::Year) => "2026".to_owned(),
                _ => "2026-11".to_owned(),
            },
            (QuestionKind::Rating, Field::Choices { .. }) => {
                let unit = question.unit.as_ref();
                unit.map_or("", |unit| unit_of(self.visit, unit)).to_owned()
            }
            (_, Field::Line { .. }) => self.ends(question),
            _ => String::new(),
        }
    }

    /// The bounds of a number, and what they and the points between them mean.
    fn ends(&self, question: &QuestionDefinition) -> String {
        let words = self.visit.words;
        let end = |number: &Option<Number>, label: Option<&Text>| {
            let number = number.as_ref().map(ToString::to_string).unwrap_or_default();
            match self.visit.optional(label) {
                "" => number,
                label => format!("{number} ({label})"),
            }
        };
        let min = end(&question.min, question.min_label.as_ref());
        let max = end(&question.max, question.max_label.as_ref());
        let anchors = question.anchors.iter();
        let anchors = anchors.map(|it| format!(" · {}: {}", it.at, self.visit.said(&it.label)));
        let more = match question.max_open {
            true => format!(" {}", words.or_more),
            false => String::new(),
        };
        format!("{min} – {max}{more}{}", anchors.collect::<String>())
    }
}

/// What a person reads behind a number.
pub(super) fn unit_of<'u>(visit: &Visit, unit: &'u Unit) -> &'u str {
    match unit.label.as_ref().map(|label| visit.said(label)) {
        Some(label) if !label.is_empty() => label,
        _ => unit.ucum.as_deref().unwrap_or_default(),
    }
}

fn bounds(fewest: Option<u8>, most: Option<u8>) -> String {
    match (fewest, most) {
        (Some(fewest), Some(most)) => format!("{fewest} – {most}"),
        (Some(fewest), None) => format!("≥ {fewest}"),
        (None, Some(most)) => format!("≤ {most}"),
        (None, None) => String::new(),
    }
}

fn option(code: &str, label: &str, given: &[String]) -> OptionView {
    OptionView {
        is_chosen: given.iter().any(|it| it == code),
        value: code.to_owned(),
        label: label.to_owned(),
        beside: None,
    }
}

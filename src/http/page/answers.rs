//! Answers in words, as they are shown before they are sent and when they are read again.

use super::fields::unit_of;
use super::visit::Visit;
use crate::domain::form::{Answer, QuestionDefinition, QuestionKind, Value, options_of};
use crate::domain::response::Summary;
use crate::formats::xlsform::yes_no_words;

/// A section with its answers.
pub(super) struct AnsweredSection {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) lines: Vec<AnsweredLine>,
}

/// A question with its answer.
pub(super) struct AnsweredLine {
    pub(super) question: String,
    pub(super) answer: String,
    /// Whether the words of the answer are the page's own.
    pub(super) is_own: bool,
}

/// A score in words.
pub(super) struct ScoreLine {
    pub(super) title: String,
    pub(super) value: String,
}

/// The answers to what was shown, section by section.
pub(super) fn answered(visit: &Visit, answers: &[Answer]) -> Vec<AnsweredSection> {
    let form = visit.form();
    let mut sections = Vec::new();
    for (place, section) in form.definition().sections.iter().enumerate() {
        let questions = form.questions().iter().zip(answers);
        let shown = questions.filter(|(question, answer)| {
            question.section == place && question_takes_answers(&question.kind, answer)
        });
        let lines: Vec<_> = shown
            .filter_map(|(question, answer)| {
                let definition = form.question_definition(&question.key)?;
                Some(line(visit, definition, answer))
            })
            .collect();
        if !lines.is_empty() {
            sections.push(AnsweredSection {
                key: section.key.clone(),
                title: visit.said(&section.title).to_owned(),
                lines,
            });
        }
    }
    sections
}

fn question_takes_answers(kind: &crate::domain::form::Kind, answer: &Answer) -> bool {
    let is_text = matches!(
        kind,
        crate::domain::form::Kind::Statement { acknowledge: false }
    );
    *answer != Answer::Hidden && !is_text
}

fn line(visit: &Visit, question: &QuestionDefinition, answer: &Answer) -> AnsweredLine {
    let (answer, is_own) = match answer {
        Answer::Given(value) => {
            let given = spoken(visit, question, value);
            match given.is_empty() {
                true => (visit.words.blank.to_owned(), true),
                false => (given, question.kind == QuestionKind::Statement),
            }
        }
        Answer::Declined => (visit.words.declined.to_owned(), true),
        Answer::Blank | Answer::Hidden => (visit.words.blank.to_owned(), true),
    };
    AnsweredLine {
        question: visit.said(&question.text).to_owned(),
        answer,
        is_own,
    }
}

/// An answer in the words that were chosen.
fn spoken(visit: &Visit, question: &QuestionDefinition, value: &Value) -> String {
    let options = options_of(visit.form().definition(), question);
    let label = |place: &u8| {
        let option = options.get(usize::from(*place));
        option.map_or("", |option| visit.said(&option.label))
    };
    let number = |value: &Value| {
        let form = visit.form();
        let place = form.place(&question.key);
        let kind = place.and_then(|place| form.questions().get(place));
        let number = kind.and_then(|question| question.kind.number(value));
        let number = number.map_or(String::new(), |number| number.to_string());
        match question.unit.as_ref().map(|unit| unit_of(visit, unit)) {
            Some(unit) if !unit.is_empty() => format!("{number} {unit}"),
            _ => number,
        }
    };
    match value {
        Value::Choice(place) => label(place).to_owned(),
        Value::Choices(places) => places.iter().map(label).collect::<Vec<_>>().join(", "),
        Value::Ranking(places) => {
            let ranked = places.iter().enumerate();
            let ranked = ranked.map(|(rank, place)| format!("{}. {}", rank + 1, label(place)));
            ranked.collect::<Vec<_>>().join(", ")
        }
        Value::Whole(_) | Value::Decimal(_) => number(value),
        Value::YesNo(_) if question.kind == QuestionKind::Statement => {
            visit.words.read_it.to_owned()
        }
        Value::YesNo(yes) => {
            let (on, off) = yes_no_words(&visit.language);
            if *yes { on } else { off }.to_owned()
        }
        Value::Text(text) => text.clone(),
        Value::Date(period) => period.to_string(),
    }
}

/// The scores of a summary.
pub(super) fn scores(visit: &Visit, summary: &Summary) -> Vec<ScoreLine> {
    let line = |score: &crate::domain::response::ScoreSummary| {
        let value = match (score.value, &score.band_label) {
            (None, _) => visit.words.no_score.to_owned(),
            (Some(value), None) => value.to_string(),
            (Some(value), Some(band)) => format!("{} ({value})", visit.said(band)),
        };
        ScoreLine {
            title: visit.said(&score.title).to_owned(),
            value,
        }
    };
    summary.scores.iter().map(line).collect()
}

/// The texts of the notices of a summary.
pub(super) fn notices(visit: &Visit, summary: &Summary) -> Vec<String> {
    let notices = visit.form().definition().notices.iter();
    let called_for = notices.filter(|notice| summary.notices.contains(&notice.key));
    called_for
        .map(|notice| visit.said(&notice.text).to_owned())
        .collect()
}

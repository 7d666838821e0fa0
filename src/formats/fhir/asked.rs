//! What conditions and scores need to know of a question.

use std::collections::BTreeMap;

use super::names::option_system;
use crate::domain::form::{
    ConditionDefinition, FormDefinition, OptionDefinition, QuestionDefinition, QuestionKind,
    options_of,
};

/// A question that conditions look at.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Its kind.
    pub kind: QuestionKind,
    /// The code system of its options.
    pub system: String,
    /// Its options.
    pub options: Vec<OptionDefinition>,
    /// Its bounds, if it is a number.
    pub bounds: Option<(f64, f64)>,
    /// The conditions under which it is shown: that of its section, and its own.
    pub shown_when: Vec<ConditionDefinition>,
}

/// Questions by their key.
pub(super) type Questions = BTreeMap<String, Asked>;

impl Asked {
    pub fn is_number(&self) -> bool {
        use QuestionKind::{Decimal, Integer, Rating};
        matches!(self.kind, Rating | Integer | Decimal)
    }

    pub fn takes_many(&self) -> bool {
        takes_many(self.kind)
    }
}

/// Whether an answer has several options.
pub(super) fn takes_many(kind: QuestionKind) -> bool {
    matches!(kind, QuestionKind::MultipleChoice | QuestionKind::Ranking)
}

/// The questions of a form, values from the address among them.
pub(super) fn questions(form: &FormDefinition) -> Questions {
    let parameters = form.parameters.iter().map(|it| {
        let asked = Asked {
            kind: QuestionKind::SingleChoice,
            system: option_system(&form.key, &it.key),
            options: it.values.clone(),
            bounds: None,
            shown_when: Vec::new(),
        };
        (it.key.clone(), asked)
    });
    let asked = form.questions().map(|(section, question)| {
        let conditions = [&section.show_when, &question.show_when];
        let asked = Asked {
            kind: question.kind,
            system: list_system(form, question),
            options: options_of(form, question).to_vec(),
            bounds: bounds(question),
            shown_when: conditions.into_iter().flatten().cloned().collect(),
        };
        (question.key.clone(), asked)
    });
    parameters.chain(asked).collect()
}

fn bounds(question: &QuestionDefinition) -> Option<(f64, f64)> {
    Some((
        question.min.as_ref()?.as_f64()?,
        question.max.as_ref()?.as_f64()?,
    ))
}

/// The code system of the options of a question.
pub(super) fn list_system(form: &FormDefinition, question: &QuestionDefinition) -> String {
    let list = question.scale.as_ref().unwrap_or(&question.key);
    option_system(&form.key, list)
}

/// The type of an item.
pub(super) fn type_of(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::SingleChoice | QuestionKind::MultipleChoice | QuestionKind::Ranking => {
            "choice"
        }
        QuestionKind::Rating | QuestionKind::Integer => "integer",
        QuestionKind::Decimal => "decimal",
        QuestionKind::YesNo => "boolean",
        QuestionKind::Text => "text",
        QuestionKind::Date => "date",
        QuestionKind::Statement => "display",
    }
}

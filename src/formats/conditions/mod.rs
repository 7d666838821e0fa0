//! Conditions as expressions, and back.

mod read;
mod write;

use std::collections::BTreeMap;

use crate::domain::form::{
    ConditionDefinition, FormDefinition, OptionDefinition, QuestionDefinition, QuestionKind,
    Scalar, ScoreDefinition, options_of,
};

pub use read::{all, condition};
pub use write::expression;

/// What a condition needs to know of a question that it looks at.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: QuestionKind,
    /// Its options: the name in the sheet, the code, the number that it stands for. Yes and no have the codes `yes` and
    /// `no`.
    pub options: Vec<(String, String, Option<i32>)>,
    /// Whether it is a score, and where its bands begin.
    pub score: Option<Vec<(f64, String)>>,
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
            score: None,
        }
    }

    /// A score.
    pub fn of_score(score: &ScoreDefinition) -> Self {
        let bands = score.bands.iter();
        Self {
            key: score.key.clone(),
            kind: QuestionKind::Decimal,
            options: Vec::new(),
            score: Some(bands.map(|it| (it.from, it.code.clone())).collect()),
        }
    }

    /// The name of an option in the sheet.
    fn name_of(&self, code: &str) -> String {
        let option = self.options.iter().find(|(_, it, _)| it == code);
        option.map_or(code, |(name, ..)| name).to_owned()
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
        let mut condition = ConditionDefinition::default();
        match self.score {
            Some(_) => condition.score = Some(self.key.clone()),
            None => condition.question = Some(self.key.clone()),
        }
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

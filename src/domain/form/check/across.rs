//! What does not stand among the questions: parameters of the address, texts beside options, rules over several questions.

use std::collections::BTreeMap;

use super::{Check, FormFault};
use crate::domain::form::condition::{Condition, Test};
use crate::domain::form::constraint::Constraint;
use crate::domain::form::definition::{QuestionDefinition, QuestionKind};
use crate::domain::form::particulars::Specify;
use crate::domain::form::question::{Choice, Kind, Limits, NO_SECTION, Question};
use crate::domain::pointer::Pointer;

const MAX_REMARK_LENGTH: u16 = 4000;

impl Check<'_> {
    /// The parameters of the address, each a background question that nobody is asked.
    pub(super) fn parameters(&mut self, keys: &mut BTreeMap<String, Pointer>) -> Vec<Question> {
        let form = self.form;
        let mut questions = Vec::new();
        for (place, parameter) in form.parameters.iter().enumerate() {
            let pointer = Pointer::root().child("parameters").child(place);
            self.key(&parameter.key, pointer.child("key"), keys);
            self.not_reserved(&parameter.key, &pointer.child("key"));
            self.text(&parameter.text, &pointer.child("text"));
            let values = pointer.child("values");
            self.options(&parameter.values, &values);
            self.without_specify(&parameter.values, &values);
            if parameter.values.iter().any(|value| value.exclusive) {
                self.fault(&values, FormFault::ExclusiveNotForKind);
            }
            questions.push(Question {
                key: parameter.key.clone(),
                section: NO_SECTION,
                kind: Kind::SingleChoice(parameter.values.iter().map(Choice::of).collect()),
                background: true,
                required: false,
                show_when: None,
                limits: Limits::default(),
                coarser: Vec::new(),
            });
        }
        questions
    }

    /// Every text beside an option.
    pub(super) fn specified(&self) -> impl Iterator<Item = &Specify> {
        self.form
            .questions()
            .filter_map(|(_, question)| question.options.as_deref())
            .flatten()
            .filter_map(|option| option.specify.as_ref())
    }

    /// The texts beside the options of the last one of `questions`: each a text question that choosing the option shows.
    pub(super) fn specify(
        &mut self,
        definition: &QuestionDefinition,
        pointer: &Pointer,
        keys: &mut BTreeMap<String, Pointer>,
        questions: &mut Vec<Question>,
    ) {
        let Some(section) = questions.last().map(|question| question.section) else {
            return;
        };
        let host = questions.len() - 1;
        let options = definition.options.iter().flatten().enumerate();
        for (place, option) in options {
            let Some(specify) = &option.specify else {
                continue;
            };
            let pointer = pointer.child("options").child(place).child("specify");
            let Ok(place) = u8::try_from(place) else {
                continue;
            };
            let test = match definition.kind {
                QuestionKind::SingleChoice => Test::Options(vec![place]),
                QuestionKind::MultipleChoice => Test::Includes(place),
                _ => {
                    self.fault(&pointer, FormFault::SpecifyMisplaced);
                    continue;
                }
            };
            self.key(&specify.key, pointer.child("key"), keys);
            self.not_reserved(&specify.key, &pointer.child("key"));
            self.text(&specify.text, &pointer.child("text"));
            if !(1..=MAX_REMARK_LENGTH).contains(&specify.max_length) {
                self.fault(&pointer.child("max_length"), FormFault::MaxLengthOutOfRange);
            }
            questions.push(Question {
                key: specify.key.clone(),
                section,
                kind: Kind::Text {
                    max_length: usize::from(specify.max_length),
                },
                background: false,
                required: false,
                show_when: Some(Condition::Test(host, test)),
                limits: Limits::default(),
                coarser: Vec::new(),
            });
        }
    }

    /// The rules over several questions.
    pub(super) fn constraints(&mut self, questions: &[Question]) -> Vec<Constraint> {
        let form = self.form;
        // A fault of a constraint is reported at its questions, and a score has none of its own.
        self.scores_before = 0;
        let mut keys = BTreeMap::new();
        let mut constraints = Vec::new();
        for (place, constraint) in form.constraints.iter().enumerate() {
            let pointer = Pointer::root().child("constraints").child(place);
            self.key(&constraint.key, pointer.child("key"), &mut keys);
            self.text(&constraint.message, &pointer.child("message"));
            let when = constraint
                .when
                .as_ref()
                .and_then(|when| self.over_all(when, &pointer.child("when"), questions));
            let require = self.over_all(&constraint.require, &pointer.child("require"), questions);
            constraints.extend(require.map(|require| Constraint::new(when, require)));
        }
        constraints
    }
}

//! Conditions: they refer only to earlier questions, and compare values of the same kind.

use super::{Check, FormFault};
use crate::domain::form::condition::{Condition, ConditionDefinition, Scalar, Test};
use crate::domain::form::question::{Kind, Question};
use crate::domain::pointer::Pointer;

impl Check<'_> {
    /// The checked condition at `pointer`, which may refer to every question.
    pub(super) fn over_all(
        &mut self,
        condition: &ConditionDefinition,
        pointer: &Pointer,
        questions: &[Question],
    ) -> Option<Condition> {
        self.condition(condition, pointer, questions, None)
    }

    /// The checked `show_when` of the part at `pointer`, which may refer to `earlier` questions.
    pub(super) fn show_when(
        &mut self,
        condition: Option<&ConditionDefinition>,
        pointer: &Pointer,
        earlier: &[Question],
        own_key: Option<&str>,
    ) -> Option<Condition> {
        self.condition(condition?, &pointer.child("show_when"), earlier, own_key)
    }

    fn condition(
        &mut self,
        condition: &ConditionDefinition,
        pointer: &Pointer,
        earlier: &[Question],
        own_key: Option<&str>,
    ) -> Option<Condition> {
        let ConditionDefinition {
            any,
            all,
            not,
            question,
            ..
        } = condition;
        let tests = self.tests(condition);
        match (any, all, not, question) {
            (Some(list), None, None, None) if tests.is_empty() => self
                .list(list, &pointer.child("any"), earlier, own_key)
                .map(Condition::Any),
            (None, Some(list), None, None) if tests.is_empty() => self
                .list(list, &pointer.child("all"), earlier, own_key)
                .map(Condition::All),
            (None, None, Some(inner), None) if tests.is_empty() => {
                let inner = self.condition(inner, &pointer.child("not"), earlier, own_key)?;
                Some(Condition::Not(Box::new(inner)))
            }
            (None, None, None, Some(key)) => {
                let [field] = tests.as_slice() else {
                    self.fault(pointer, FormFault::ConditionMalformed);
                    return None;
                };
                let place = self.backwards(key, &pointer.child("question"), earlier, own_key)?;
                let kind = &earlier.get(place)?.kind;
                let pointer = &pointer.child(field);
                let test = match condition.comparison() {
                    Some((comparison, _, other)) => {
                        let other_place = self.backwards(other, pointer, earlier, own_key)?;
                        if !kind.is_ordered_with(&earlier.get(other_place)?.kind) {
                            let (key, other) = (key.clone(), other.to_owned());
                            self.fault(pointer, FormFault::CannotCompareQuestions { key, other });
                            return None;
                        }
                        Test::Compared(comparison, other_place)
                    }
                    None => self.test(condition, field, key, kind, pointer)?,
                };
                Some(Condition::Test(place, test))
            }
            _ => {
                self.fault(pointer, FormFault::ConditionMalformed);
                None
            }
        }
    }

    fn list(
        &mut self,
        list: &[ConditionDefinition],
        pointer: &Pointer,
        earlier: &[Question],
        own_key: Option<&str>,
    ) -> Option<Vec<Condition>> {
        if list.is_empty() {
            self.fault(pointer, FormFault::Empty);
        }
        // All of them are checked before any is given up, so that no fault hides another.
        let checked: Vec<_> = list
            .iter()
            .enumerate()
            .map(|(place, condition)| {
                self.condition(condition, &pointer.child(place), earlier, own_key)
            })
            .collect();
        checked.into_iter().collect()
    }

    /// The names of the tests that a condition carries.
    fn tests(&self, condition: &ConditionDefinition) -> Vec<&'static str> {
        let present = [
            ("is", condition.is.is_some()),
            ("is_one_of", condition.is_one_of.is_some()),
            ("includes", condition.includes.is_some()),
            ("at_least", condition.at_least.is_some()),
            ("at_most", condition.at_most.is_some()),
            ("answered", condition.answered.is_some()),
            ("includes_any", condition.includes_any.is_some()),
            ("includes_all", condition.includes_all.is_some()),
            ("includes_none", condition.includes_none.is_some()),
            ("count_at_least", condition.count_at_least.is_some()),
            ("count_at_most", condition.count_at_most.is_some()),
            ("more_than", condition.more_than.is_some()),
            ("less_than", condition.less_than.is_some()),
            ("is_question", condition.is_question.is_some()),
            ("at_least_question", condition.at_least_question.is_some()),
            ("at_most_question", condition.at_most_question.is_some()),
            ("more_than_question", condition.more_than_question.is_some()),
            ("less_than_question", condition.less_than_question.is_some()),
        ];
        present
            .into_iter()
            .filter_map(|(name, there)| there.then_some(name))
            .collect()
    }

    fn backwards(
        &mut self,
        key: &str,
        pointer: &Pointer,
        earlier: &[Question],
        own_key: Option<&str>,
    ) -> Option<usize> {
        let place = earlier.iter().position(|question| question.key == key);
        if place.is_none() {
            let key = key.to_owned();
            let later = self
                .form
                .questions()
                .any(|(_, question)| question.key == key);
            self.fault(
                pointer,
                match later {
                    _ if own_key == Some(&key) => FormFault::LooksAtItself { key },
                    true => FormFault::LooksForward { key },
                    false => FormFault::QuestionUnknown { key },
                },
            );
        }
        place
    }

    fn test(
        &mut self,
        condition: &ConditionDefinition,
        field: &str,
        key: &str,
        kind: &Kind,
        pointer: &Pointer,
    ) -> Option<Test> {
        let found = match field {
            "answered" if kind.is_recorded() => condition.answered.map(Test::Answered).ok_or(None),
            "at_least" if kind.range().is_some() => {
                condition.at_least.map(Test::AtLeast).ok_or(None)
            }
            "at_most" if kind.range().is_some() => condition.at_most.map(Test::AtMost).ok_or(None),
            "more_than" if kind.range().is_some() => {
                condition.more_than.map(Test::MoreThan).ok_or(None)
            }
            "less_than" if kind.range().is_some() => {
                condition.less_than.map(Test::LessThan).ok_or(None)
            }
            _ if has_several(kind) && field.starts_with("count_") => match field {
                "count_at_least" => condition.count_at_least.map(Test::CountAtLeast),
                _ => condition.count_at_most.map(Test::CountAtMost),
            }
            .ok_or(None),
            "includes_any" if has_several(kind) => {
                places(kind, condition.includes_any.as_deref()).map(Test::IncludesAny)
            }
            "includes_all" if has_several(kind) => {
                places(kind, condition.includes_all.as_deref()).map(Test::IncludesAll)
            }
            "includes_none" if has_several(kind) => {
                places(kind, condition.includes_none.as_deref()).map(Test::IncludesNone)
            }
            "includes" if has_several(kind) => {
                let code = condition.includes.as_deref().unwrap_or_default();
                kind.place(code)
                    .map(Test::Includes)
                    .ok_or(Some(code.to_owned()))
            }
            "is" => equal(kind, condition.is.as_slice()),
            "is_one_of" => equal(kind, condition.is_one_of.as_deref().unwrap_or_default()),
            _ => Err(None),
        };
        let key = key.to_owned();
        match found {
            Ok(test) => return Some(test),
            Err(Some(code)) => self.fault(pointer, FormFault::OptionUnknown { key, code }),
            Err(None) => {
                let (kind, remedy) = comparable(kind);
                self.fault(pointer, FormFault::CannotCompare { key, kind, remedy });
            }
        }
        None
    }
}

/// Whether an answer names several options.
fn has_several(kind: &Kind) -> bool {
    matches!(kind, Kind::MultipleChoice(_) | Kind::Ranking { .. })
}

/// The places of these options; the code that is no option, or none where the list is empty.
fn places(kind: &Kind, codes: Option<&[String]>) -> Result<Vec<u8>, Option<String>> {
    let codes = codes.filter(|codes| !codes.is_empty()).ok_or(None)?;
    let place = |code: &String| kind.place(code).ok_or_else(|| Some(code.clone()));
    codes.iter().map(place).collect()
}

/// The test that an answer equals one of `wanted`; the code that is no option, or none where it cannot be compared.
fn equal(kind: &Kind, wanted: &[Scalar]) -> Result<Test, Option<String>> {
    match (kind, wanted) {
        (_, []) => Err(None),
        (Kind::YesNo | Kind::Statement { acknowledge: true }, [Scalar::Bool(wanted)]) => {
            Ok(Test::YesNo(*wanted))
        }
        (Kind::SingleChoice(_), _) => {
            let option = |scalar: &Scalar| match scalar {
                Scalar::Code(code) => kind.place(code).ok_or_else(|| Some(code.clone())),
                _ => Err(None),
            };
            wanted
                .iter()
                .map(option)
                .collect::<Result<_, _>>()
                .map(Test::Options)
        }
        (Kind::Whole { .. } | Kind::Decimal { .. }, _) => {
            let number = |scalar: &Scalar| match scalar {
                Scalar::Number(number) => Ok(*number),
                _ => Err(None),
            };
            wanted
                .iter()
                .map(number)
                .collect::<Result<_, _>>()
                .map(Test::Numbers)
        }
        _ => Err(None),
    }
}

const OF_SEVERAL: &str = "use \"includes\" with a code, \"includes_any\", \"includes_all\" or \"includes_none\" with codes, \"count_at_least\", \"count_at_most\" or \"answered\"";

/// How a question of this kind is called, and what it can be compared with.
fn comparable(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::SingleChoice(_) if kind.range().is_some() => (
            "a single choice with values",
            "use \"is\" or \"is_one_of\" with codes, \"at_least\", \"at_most\", \"more_than\", \"less_than\" or \"answered\"",
        ),
        Kind::SingleChoice(_) => (
            "a single choice",
            "use \"is\" or \"is_one_of\" with codes, or \"answered\"",
        ),
        Kind::MultipleChoice(_) => ("a multiple choice", OF_SEVERAL),
        Kind::Ranking { .. } => ("a ranking", OF_SEVERAL),
        Kind::Whole { .. } | Kind::Decimal { .. } => (
            "a number",
            "use \"is\" or \"is_one_of\" with numbers, \"at_least\", \"at_most\", \"more_than\", \"less_than\" or \"answered\"",
        ),
        Kind::Date { .. } => (
            "a date",
            "use \"answered\", or compare it with another date, as in \"at_least_question\"",
        ),
        Kind::Statement { acknowledge: true } => {
            ("a statement", "use \"is\" with true, or \"answered\"")
        }
        Kind::Statement { .. } => ("a statement without an answer", "nothing can depend on it"),
        Kind::YesNo => (
            "yes or no",
            "use \"is\" with true or false, or \"answered\"",
        ),
        // Otherwise a stored record would tell whether its writer also left a remark.
        Kind::Text { .. } => (
            "free text, which is stored apart",
            "nothing can depend on it",
        ),
    }
}

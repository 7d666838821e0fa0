//! Routing (skip logic): which questions a person is shown, given the answers so far.

use crate::domain::form::{Answer, Condition, Form, Kind, Question, Test, Value};

/// Whether the question at `place` is shown to someone who gave these answers to the questions before it.
pub fn is_shown(form: &Form, place: usize, earlier: &[Answer]) -> bool {
    let Some(question) = form.questions().get(place) else {
        return false;
    };
    [
        form.section_condition(question.section),
        question.show_when.as_ref(),
    ]
    .into_iter()
    .flatten()
    .all(|condition| holds(condition, form.questions(), earlier))
}

/// Whether the condition holds for `answers`, one for each of `questions`. Missing answers count as blank.
pub fn holds(condition: &Condition, questions: &[Question], answers: &[Answer]) -> bool {
    let holds = |condition: &Condition| holds(condition, questions, answers);
    match condition {
        Condition::Any(conditions) => conditions.iter().any(holds),
        Condition::All(conditions) => conditions.iter().all(holds),
        Condition::Not(condition) => !holds(condition),
        Condition::Test(place, test) => match (questions.get(*place), answers.get(*place)) {
            (Some(question), Some(Answer::Given(value))) => passes(test, &question.kind, value),
            _ => *test == Test::Answered(false),
        },
    }
}

fn passes(test: &Test, kind: &Kind, value: &Value) -> bool {
    let number = || kind.number(value);
    match (test, value) {
        (Test::Options(options), Value::Choice(chosen)) => options.contains(chosen),
        (Test::Includes(option), Value::Choices(chosen)) => chosen.contains(option),
        (Test::YesNo(wanted), Value::YesNo(answer)) => wanted == answer,
        (Test::Numbers(numbers), _) => number().is_some_and(|number| numbers.contains(&number)),
        (Test::AtLeast(bound), _) => number().is_some_and(|number| number >= *bound),
        (Test::AtMost(bound), _) => number().is_some_and(|number| number <= *bound),
        (Test::Answered(wanted), _) => *wanted,
        _ => false,
    }
}

//! Routing: which questions a person is shown, given the answers so far.

use crate::domain::form::Answer;
use crate::domain::form::Form;

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
    .all(|condition| condition.holds(form.questions(), earlier))
}

//! A form half filled: what the domain says of what the page sends.

use std::collections::BTreeMap;

use crate::domain::form::{Answer, Form};
use crate::domain::response::{AnswerFault, Occasion, walk};
use crate::http::page::posted::Posted;

/// What the answers so far show, and what is wrong with them.
pub(super) struct Filled {
    /// One for each question of the form.
    pub(super) answers: Vec<Answer>,
    /// What is wrong, by question.
    pub(super) faults: BTreeMap<String, Vec<String>>,
}

impl Filled {
    /// Whether a question with this key is shown.
    pub(super) fn shows(&self, form: &Form, key: &str) -> bool {
        let answer = form.place(key).and_then(|place| self.answers.get(place));
        answer.is_some_and(|answer| *answer != Answer::Hidden)
    }
}

/// Fills the form. That a required answer is missing is a fault only once the answers are sent.
pub(super) fn fill(form: &Form, posted: &Posted, occasion: Occasion<'_>, is_sent: bool) -> Filled {
    let mut said = posted.answers(form);
    let answers = walk(form, &said, occasion).answers;
    // A client sends nothing for what it does not show.
    said.0.retain(|key, _| {
        let answer = form.place(key).and_then(|place| answers.get(place));
        answer != Some(&Answer::Hidden)
    });
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fault in walk(form, &said, occasion).faults {
        if is_sent || fault.kind != AnswerFault::Required {
            let key = fault.pointer.as_str().split('/').nth(1);
            let at = faults.entry(key.unwrap_or_default().to_owned());
            at.or_default().push(fault.kind.to_string());
        }
    }
    Filled { answers, faults }
}

//! A form half filled: what the page sends, and what the domain says of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value, json};

use crate::domain::fault::Fault;
use crate::domain::form::{Answer, Form, Kind};
use crate::domain::response::{AnswerFault, Occasion, RawAnswers, walk};

/// The fields that the page sends: those of questions begin with `q.`, and of what is declined with `d.`.
pub(super) struct Posted {
    pub(super) fields: Vec<(String, String)>,
}

impl Posted {
    pub(super) fn read(body: &[u8]) -> Self {
        let fields = form_urlencoded::parse(body);
        Self {
            fields: fields.into_owned().collect(),
        }
    }

    /// The last value of a field: that of the button stands behind that of the page.
    pub(super) fn last(&self, name: &str) -> Option<&str> {
        let fields = self.fields.iter().rev();
        let mut values = fields.filter(|(field, _)| field == name);
        values.next().map(|(_, value)| value.as_str())
    }

    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter();
        let values = fields.filter(|(field, _)| field == name);
        values.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn is_declined(&self, key: &str) -> bool {
        self.last(&format!("d.{key}")).is_some()
    }

    /// The answers as a client would send them.
    fn answers(&self, form: &Form) -> RawAnswers {
        let mut answers = BTreeMap::new();
        for question in form.questions() {
            let said = self.all(&format!("q.{}", question.key));
            let said: Vec<&str> = said.into_iter().filter(|it| !it.is_empty()).collect();
            let answer = match said.last() {
                _ if self.is_declined(&question.key) => Value::Null,
                None => continue,
                Some(last) => answer(&question.kind, &said, last),
            };
            answers.insert(question.key.clone(), answer);
        }
        RawAnswers(answers)
    }
}

fn answer(kind: &Kind, said: &[&str], last: &str) -> Value {
    match kind {
        Kind::MultipleChoice(_) => json!(said),
        Kind::Ranking { .. } => json!(in_order(said)),
        Kind::Whole { .. } | Kind::Decimal { .. } => {
            // What is no number is left as it is, so that the server's words about it are shown.
            let number: Result<Number, _> = serde_json::from_str(last.trim());
            number.map_or_else(|_| json!(last), Value::Number)
        }
        Kind::YesNo | Kind::Statement { .. } => json!(last == "true"),
        _ => json!(last),
    }
}

/// The codes of what was ranked as `2 sleep`, the first one first.
fn in_order<'s>(said: &[&'s str]) -> Vec<&'s str> {
    let ranked = said.iter().filter_map(|it| it.split_once(' '));
    let mut ranked: Vec<(usize, &str)> = ranked
        .filter_map(|(rank, code)| Some((rank.parse().ok()?, code)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, code)| code).collect()
}

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
    let questions = form.questions().iter().zip(&answers);
    let hidden = questions.filter(|(_, answer)| **answer == Answer::Hidden);
    let hidden: BTreeSet<&str> = hidden.map(|(question, _)| question.key.as_str()).collect();
    // A client sends nothing for what it does not show.
    said.0.retain(|key, _| !hidden.contains(key.as_str()));
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fault in walk(form, &said, occasion).faults {
        if is_sent || fault.kind.code() != AnswerFault::Required.code() {
            let at = faults.entry(key_of(&fault)).or_default();
            at.push(fault.kind.to_string());
        }
    }
    Filled { answers, faults }
}

/// The question of a fault.
fn key_of(fault: &Fault<AnswerFault>) -> String {
    let key = fault.pointer.as_str().split('/').nth(1);
    key.unwrap_or_default().to_owned()
}

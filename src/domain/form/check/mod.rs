//! The checks at publishing: every fault of a definition at once, each with its pointer.

mod across;
mod coarser;
mod conditions;
mod exact_scores;
mod fault;
mod particulars;
mod questions;
mod score_conditions;
mod score_items;
mod score_tables;
mod scores;
mod texts;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

pub use fault::FormFault;
pub(crate) use questions::{is_reserved, scaled};

use super::condition::Condition;
use super::constraint::Constraint;
use super::definition::FormDefinition;
use super::question::Question;
use super::score::Score;
use crate::domain::fault::Fault;
use crate::domain::pointer::Pointer;

/// The most questions of a form.
const MAX_QUESTIONS: usize = 500;

/// The most languages of a form.
const MAX_LANGUAGES: usize = 50;

/// The most faults that are reported. Their number grows with texts times languages, so those of a small document could
/// take gigabytes.
const MAX_FAULTS: usize = 1000;

/// The most bytes in the key of a form. The name of a version's SQL view so fits into the 63 bytes of Postgres.
const MAX_FORM_KEY_LENGTH: usize = 40;

/// The most bytes in any key within a form.
pub(crate) const MAX_KEY_LENGTH: usize = 40;

/// Columns of exports and SQL views that are not questions.
const RESERVED_KEYS: [&str; 5] = ["id", "campaign", "form_version", "language", "week"];

/// The parts of a sound definition.
pub(super) struct Checked {
    pub questions: Vec<Question>,
    pub sections: Vec<Option<Condition>>,
    pub notices: Vec<Condition>,
    pub advice: Vec<Condition>,
    pub scores: Vec<Score>,
    pub constraints: Vec<Constraint>,
}

/// The state of a check: the definition, and the faults found so far.
struct Check<'a> {
    form: &'a FormDefinition,
    faults: Vec<Fault<FormFault>>,
    /// The tables found so far.
    matrices_seen: BTreeSet<String>,
    /// How many of the scores a condition may look at.
    scores_before: usize,
}

/// Checks everything.
pub(super) fn check(form: &FormDefinition) -> Result<Checked, Vec<Fault<FormFault>>> {
    let mut check = Check {
        form,
        faults: Vec::new(),
        matrices_seen: BTreeSet::new(),
        scores_before: form.scores.len(),
    };
    check.form_key();
    check.languages();
    check.texts();
    check.scales();
    let (questions, sections) = check.sections();
    let scores = check.scores(&questions, &sections);
    let notices = check.notices(&questions);
    let advice = check.advice(&questions);
    let constraints = check.constraints(&questions);
    if check.faults.is_empty() {
        Ok(Checked {
            questions,
            sections,
            notices,
            advice,
            scores,
            constraints,
        })
    } else {
        Err(check.faults)
    }
}

impl Check<'_> {
    fn fault(&mut self, pointer: &Pointer, kind: FormFault) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::at(pointer.clone(), kind));
        }
    }

    fn form_key(&mut self) {
        let words_of = |key: &str| {
            key.starts_with(|c: char| c.is_ascii_lowercase())
                && key.split('-').all(|word| {
                    !word.is_empty()
                        && word
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                })
        };
        if self.form.key.len() > MAX_FORM_KEY_LENGTH || !words_of(&self.form.key) {
            self.fault(&Pointer::root().child("key"), FormFault::FormKeyMalformed);
        }
    }

    /// Checks the spelling of a key within the form, and that nothing in `seen` has it already.
    fn key(&mut self, key: &str, pointer: Pointer, seen: &mut BTreeMap<String, Pointer>) {
        let spelt = key.len() <= MAX_KEY_LENGTH
            && key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !key.contains("__")
            && !key.ends_with('_');
        if !spelt {
            self.fault(&pointer, FormFault::KeyMalformed);
        }
        match seen.entry(key.to_owned()) {
            Entry::Occupied(first) => {
                let first = first.get().clone();
                self.fault(
                    &pointer,
                    FormFault::KeyTaken {
                        key: key.to_owned(),
                        first,
                    },
                );
            }
            Entry::Vacant(place) => {
                place.insert(pointer);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;

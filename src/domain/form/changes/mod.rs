//! What changed between two versions of a form.
//!
//! Answers and scores of all versions are in the same columns of an export, so a code or a number must keep its
//! meaning. The author decides that where words changed, and this module where the coding changed.
//!
//! Nothing changes unheard: each part of the form is compared field by field, and a field that no rule speaks of is
//! named as well. Two versions without a change have the same digest.

mod compare;
mod questions;
mod scores;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::questions::options_of;
pub use self::scores::is_recoded as is_score_recoded;

use self::compare::{Found, fields, in_other_order};
use super::Form;
use super::definition::FormDefinition;

/// All changes from one version to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Whether answers and scores of both versions can stand in the same columns: none is recoded.
    pub compatible: bool,
    /// Every question of either version: those of the newer one in its order, then those removed.
    pub questions: Vec<ElementChange>,
    /// Every score of either version, likewise.
    pub scores: Vec<ElementChange>,
    /// Every section of either version, likewise. What becomes of its questions is told with these.
    pub sections: Vec<ElementChange>,
    /// Every notice of either version, likewise.
    pub notices: Vec<ElementChange>,
    /// Every piece of advice of either version, likewise.
    pub advice: Vec<ElementChange>,
    /// What changed of the form as a whole, in words.
    pub form: Vec<String>,
}

/// What became of one question, score, section, notice or piece of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementChange {
    /// Its key.
    pub key: String,
    /// The gravest of its changes.
    pub change: Change,
    /// What changed, in words.
    pub details: Vec<String>,
}

/// The kinds of changes, from harmless to grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is the same.
    Identical,
    /// Words, order, routing or the duty to answer changed; the coding did not.
    Reworded,
    /// There are more options, or wider bounds; what was there means the same.
    OptionsAdded,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// An answer or a score no longer means what it meant: another kind, an option gone, labels that changed places,
    /// another value, narrower bounds, another sum, other bands.
    Recoded,
}

impl Changes {
    /// The changes from `old` to `new`.
    pub fn between(old: &Form, new: &Form) -> Self {
        let questions = elements(
            questions::by_key(old),
            questions::by_key(new),
            |then, now| questions::compare(then, now, new.definition().edition()),
        );
        let score = |then: &_, now: &_| scores::compare((old, *then), (new, *now));
        let scores = elements(scores::by_key(old), scores::by_key(new), score);
        let (before, after) = (old.definition(), new.definition());
        let sections = elements(
            before
                .sections
                .iter()
                .map(|section| (section.key.as_str(), section)),
            after
                .sections
                .iter()
                .map(|section| (section.key.as_str(), section)),
            |then, now| fields(then, now, &["key", "questions"]),
        );
        let notices = elements(
            before.notices.iter().map(|it| (it.key.as_str(), it)),
            after.notices.iter().map(|it| (it.key.as_str(), it)),
            |then, now| fields(then, now, &["key"]),
        );
        let advice = elements(
            before.advice.iter().map(|it| (it.key.as_str(), it)),
            after.advice.iter().map(|it| (it.key.as_str(), it)),
            |then, now| fields(then, now, &["key"]),
        );
        let mut changes = Self {
            compatible: true,
            questions,
            scores,
            sections,
            notices,
            advice,
            form: whole(before, after),
        };
        changes.compatible = changes.recoded().next().is_none()
            && !changes.scores.iter().any(ElementChange::is_recoded);
        if changes.is_empty() && old.digest() != new.digest() {
            changes
                .form
                .push("the definition is written differently".to_owned());
        }
        changes
    }

    /// Keys of the recoded questions.
    pub fn recoded(&self) -> impl Iterator<Item = &str> {
        self.questions
            .iter()
            .filter(|question| question.is_recoded())
            .map(|question| question.key.as_str())
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        let parts = [
            &self.questions,
            &self.scores,
            &self.sections,
            &self.notices,
            &self.advice,
        ];
        self.form.is_empty()
            && parts
                .into_iter()
                .flatten()
                .all(|element| element.change == Change::Identical)
    }
}

impl ElementChange {
    fn new(key: &str, found: Found) -> Self {
        Self {
            key: key.to_owned(),
            change: found
                .iter()
                .map(|(change, _)| *change)
                .max()
                .unwrap_or(Change::Identical),
            details: found.into_iter().map(|(_, detail)| detail).collect(),
        }
    }

    fn is_recoded(&self) -> bool {
        self.change == Change::Recoded
    }
}

/// Compares the elements of both versions by key: those of the newer one in its order, then those removed.
fn elements<'a, T>(
    old: impl Iterator<Item = (&'a str, T)>,
    new: impl Iterator<Item = (&'a str, T)>,
    compare: impl Fn(&T, &T) -> Found,
) -> Vec<ElementChange> {
    let before: Vec<_> = old.collect();
    let by_key: BTreeMap<&str, &T> = before.iter().map(|(key, then)| (*key, then)).collect();
    let mut after = BTreeSet::new();
    let mut changes: Vec<_> = new
        .map(|(key, now)| {
            after.insert(key);
            match by_key.get(key) {
                Some(then) => ElementChange::new(key, compare(then, &now)),
                None => ElementChange::new(key, vec![(Change::Added, "it is new".to_owned())]),
            }
        })
        .collect();
    let gone = before.iter().filter(|(key, _)| !after.contains(key));
    changes.extend(
        gone.map(|(key, _)| {
            ElementChange::new(key, vec![(Change::Removed, "it is gone".to_owned())])
        }),
    );
    changes
}

/// What changed of the form as a whole.
fn whole(old: &FormDefinition, new: &FormDefinition) -> Vec<String> {
    let told_apart = [
        "sections", "scores", "notices", "advice", "scales", "edition",
    ];
    let mut found: Vec<String> = fields(old, new, &told_apart)
        .into_iter()
        .map(|(_, detail)| detail)
        .collect();
    if old.edition() != new.edition() {
        found.push(format!(
            "it is read by the rules of edition {} instead of {}",
            u8::from(new.edition()),
            u8::from(old.edition()),
        ));
    }
    let names: BTreeSet<_> = old.scales.keys().chain(new.scales.keys()).collect();
    let other = |name: &&&String| old.scales.get(**name) != new.scales.get(**name);
    found.extend(
        names
            .iter()
            .filter(other)
            .map(|name| format!("the scale {name:?} changed")),
    );
    let keys = |form: &FormDefinition| -> [Vec<String>; 5] {
        [
            form.questions()
                .map(|(_, question)| question.key.clone())
                .collect(),
            form.sections
                .iter()
                .map(|section| section.key.clone())
                .collect(),
            form.scores.iter().map(|score| score.key.clone()).collect(),
            form.notices
                .iter()
                .map(|notice| notice.key.clone())
                .collect(),
            form.advice.iter().map(|it| it.key.clone()).collect(),
        ]
    };
    let what = ["questions", "sections", "scores", "notices", "advice"];
    for ((then, now), what) in keys(old).iter().zip(&keys(new)).zip(what) {
        if in_other_order(then, now) {
            found.push(format!("the {what} stand in another order"));
        }
    }
    found
}

/// The columns of `new` whose meaning changed since the last version that had them, and that `consent` does not name:
/// the key of a question, and `score_…` for a score.
///
/// A score that changed only because a question of it is recoded needs no consent beside that for the question.
pub fn recoded_without_consent(earlier: &[Form], new: &Form, consent: &[String]) -> Vec<String> {
    let mut settled: BTreeSet<String> = consent.iter().cloned().collect();
    let mut recoded = Vec::new();
    for old in earlier.iter().rev() {
        let changes = Changes::between(old, new);
        let questions = changes.recoded().map(str::to_owned);
        let scores = scores::by_key(new)
            .filter(|(key, _)| is_score_recoded(key, old, new))
            .map(|(key, _)| score_column(key));
        let unsettled = questions
            .chain(scores)
            .filter(|name| !settled.contains(name));
        recoded.extend(unsettled.collect::<Vec<_>>());
        // Older versions of these no longer count.
        settled.extend(questions::by_key(old).map(|(key, _)| key.to_owned()));
        settled.extend(scores::by_key(old).map(|(key, _)| score_column(key)));
    }
    recoded
}

/// The name of a score's column, under which an author consents to its recoding.
fn score_column(key: &str) -> String {
    format!("score_{key}")
}

//! Codings: the runs of versions in which the answers to a question, or a score, mean the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::form::{Changes, Form, ScoreDefinition, ScoreMethod};

/// One coding of a question or a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coding {
    /// The key of the first coding; `key@3` for one that starts in version 3.
    pub name: String,
    /// The key of the question or the score.
    pub key: String,
    /// The versions that have it, as places in the list of versions, ascending.
    pub at: Vec<usize>,
}

/// All codings of the questions, in the order of their columns.
pub(super) fn of_questions(versions: &[(i32, &Form)]) -> Vec<Coding> {
    let mut changes = ChangeCache::default();
    let keys = |form: &Form| -> Vec<String> {
        form.questions()
            .iter()
            .map(|question| question.key.clone())
            .collect()
    };
    collect(versions, keys, |key, (then, old), (now, new)| {
        changes.is_recoded(key, (then, old), (now, new))
    })
}

/// All codings of the scores, in the order of their columns. A score depends on the codings of its questions.
pub(super) fn of_scores(versions: &[(i32, &Form)], questions: &[Coding]) -> Vec<Coding> {
    let keys = |form: &Form| -> Vec<String> {
        form.scores()
            .map(|(definition, _)| definition.key.clone())
            .collect()
    };
    collect(versions, keys, |key, (then, old), (now, new)| {
        Reckoning::of(key, then, old, questions) != Reckoning::of(key, now, new, questions)
    })
}

/// Follows each key through the versions and starts a coding wherever `is_new` says so, compared with the last
/// version that had the key.
fn collect(
    versions: &[(i32, &Form)],
    keys: impl Fn(&Form) -> Vec<String>,
    mut is_new: impl FnMut(&str, (usize, &Form), (usize, &Form)) -> bool,
) -> Vec<Coding> {
    let mut found: BTreeMap<String, Vec<Coding>> = BTreeMap::new();
    for (at, (version, form)) in versions.iter().enumerate() {
        for key in keys(form) {
            let codings = found.entry(key.clone()).or_default();
            let before = codings.last().and_then(|coding| coding.at.last().copied());
            let before = before.and_then(|then| Some((then, versions.get(then)?.1)));
            let name = match before {
                None => key.clone(),
                Some(then) if is_new(&key, then, (at, *form)) => format!("{key}@{version}"),
                Some(_) => {
                    if let Some(coding) = codings.last_mut() {
                        coding.at.push(at);
                    }
                    continue;
                }
            };
            let at = vec![at];
            codings.push(Coding { name, key, at });
        }
    }
    // The newest version gives the order; what it no longer has comes after, the latest lost first.
    let mut ordered = Vec::new();
    for (_, form) in versions.iter().rev() {
        for key in keys(form) {
            ordered.extend(found.remove(&key).into_iter().flatten());
        }
    }
    ordered
}

/// Recoded questions between two versions. Nearly always the two are neighbours, so each pair is compared once.
#[derive(Default)]
struct ChangeCache(BTreeMap<(usize, usize), BTreeSet<String>>);

impl ChangeCache {
    fn is_recoded(
        &mut self,
        key: &str,
        (then, old): (usize, &Form),
        (now, new): (usize, &Form),
    ) -> bool {
        self.0
            .entry((then, now))
            .or_insert_with(|| {
                Changes::between(old, new)
                    .recoded()
                    .map(str::to_owned)
                    .collect()
            })
            .contains(key)
    }
}

/// Everything that the number of a score depends on. Titles and bands are words about it.
#[derive(PartialEq)]
struct Reckoning<'a> {
    /// The coding of each question with the range that is mapped: an option more at the end of a scale
    /// leaves the question's answers what they were, but moves the score.
    of: BTreeMap<&'a str, Option<(f64, f64)>>,
    method: ScoreMethod,
    to: [f64; 2],
    at_least_answered: f64,
}

impl<'a> Reckoning<'a> {
    fn of(key: &str, at: usize, form: &Form, questions: &'a [Coding]) -> Option<Self> {
        let definition: &ScoreDefinition = form
            .scores()
            .map(|(definition, _)| definition)
            .find(|definition| definition.key == key)?;
        let of = definition.of.iter().filter_map(|key| {
            let coding = questions
                .iter()
                .find(|coding| coding.key == *key && coding.at.contains(&at))?;
            let question = form.questions().get(form.place(key)?)?;
            Some((coding.name.as_str(), question.kind.range()))
        });
        Some(Self {
            of: of.collect(),
            method: definition.method,
            to: definition.to,
            at_least_answered: definition.at_least_answered,
        })
    }
}

//! Codings: the runs of versions in which the answers to a question, or a score, mean the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::form::{
    Changes, Edition, Form, Possible, ScoreDefinition, ScoreMethod, Text, is_score_recoded,
};

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
        is_score_recoded(key, old, new)
            || Reckoning::all_of(key, then, old, questions)
                != Reckoning::all_of(key, now, new, questions)
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

/// Everything that the number of a score depends on, and the bands that scores over it can look at. Titles are words.
#[derive(PartialEq)]
struct Reckoning<'a> {
    /// The coding of each question with the numbers that it can have: an option more at the end of a scale
    /// leaves the question's answers what they were, but moves the score.
    of: BTreeMap<&'a str, Possible>,
    /// What is written of it, without names, words and order. A mean is the same in all editions.
    rule: ScoreDefinition,
    edition: Option<Edition>,
}

impl<'a> Reckoning<'a> {
    /// That of the score with this key, and of all that it is computed from, by their keys.
    fn all_of(
        key: &str,
        at: usize,
        form: &Form,
        questions: &'a [Coding],
    ) -> BTreeMap<String, Option<Self>> {
        let all = &form.definition().scores;
        let checked = form.scores().find(|(score, _)| score.key == key);
        let others = checked
            .into_iter()
            .flat_map(|(_, checked)| checked.scores());
        let keys = others.filter_map(|place| Some(all.get(*place)?.key.as_str()));
        keys.chain([key])
            .map(|other| {
                let mut reckoning = Self::of(other, at, form, questions);
                // Whether its own bands count depends on the edition, see `is_score_recoded`.
                if other == key
                    && let Some(own) = &mut reckoning
                {
                    own.rule.bands = Vec::new();
                }
                (other.to_owned(), reckoning)
            })
            .collect()
    }

    fn of(key: &str, at: usize, form: &Form, questions: &'a [Coding]) -> Option<Self> {
        let (definition, checked) = form.scores().find(|(score, _)| score.key == key)?;
        let keys = checked.questions().iter().filter_map(|place| {
            let question = form.questions().get(*place)?;
            let coding = questions
                .iter()
                .find(|coding| coding.key == question.key && coding.at.contains(&at))?;
            Some((coding.name.as_str(), Possible::of(&question.kind)))
        });
        let mut rule = definition.clone();
        rule.key = String::new();
        rule.title = Text::default();
        // A condition that counts may look at a band of another score.
        (rule.bands.iter_mut()).for_each(|band| band.label = Text::default());
        rule.reversed.sort();
        if rule.method != ScoreMethod::Table {
            rule.of.sort();
            rule.of_scores.sort();
        }
        let mean = rule.method == ScoreMethod::Mean;
        if !mean && form.definition().edition() > Edition::First {
            // It has no effect on the others.
            rule.to = [0.0, 100.0];
        }
        Some(Self {
            of: keys.collect(),
            rule,
            edition: (!mean).then_some(form.definition().edition()),
        })
    }
}

//! What changed between two versions of a form, question by question.
//!
//! Answers of all versions are in the same columns of an export, so a code or a number must keep its meaning.
//! The author decides that where words changed, and this module where the coding changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Form;
use super::definition::{FormDefinition, OptionDefinition, QuestionDefinition};
use super::question::{Choice, Kind, Limits};
use super::text::Text;

/// All changes from one version to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Whether the answers of both versions can stand in the same columns: no question is recoded.
    pub compatible: bool,
    /// Every question of either version: those of the newer one in its order, then those removed.
    pub questions: Vec<QuestionChange>,
}

/// What became of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionChange {
    /// The question's key.
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
    /// It asks the same with the same answers.
    Identical,
    /// Words, order, routing or the duty to answer changed; the coding did not.
    Reworded,
    /// There are more options, or wider bounds; what was there means the same.
    OptionsAdded,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// An answer no longer means what it meant: another kind, an option gone, another value, narrower bounds.
    Recoded,
}

impl Changes {
    /// The changes from `old` to `new`.
    pub fn between(old: &Form, new: &Form) -> Self {
        let before: BTreeMap<&str, _> = by_key(old).collect();
        let after: BTreeMap<&str, _> = by_key(new).collect();
        let mut questions: Vec<_> = by_key(new)
            .map(|(key, now)| match before.get(key) {
                Some(then) => compare(key, then, &now),
                None => QuestionChange {
                    key: key.to_owned(),
                    change: Change::Added,
                    details: Vec::new(),
                },
            })
            .collect();
        let removed = by_key(old).filter(|(key, _)| !after.contains_key(key));
        questions.extend(removed.map(|(key, _)| QuestionChange {
            key: key.to_owned(),
            change: Change::Removed,
            details: Vec::new(),
        }));
        Self {
            compatible: questions
                .iter()
                .all(|question| question.change != Change::Recoded),
            questions,
        }
    }

    /// Keys of the recoded questions.
    pub fn recoded(&self) -> impl Iterator<Item = &str> {
        self.questions
            .iter()
            .filter(|question| question.change == Change::Recoded)
            .map(|question| question.key.as_str())
    }
}

/// The questions of `new` that are recoded since the last version that asked them, and that `consent` does not name.
pub fn recoded_without_consent(earlier: &[Form], new: &Form, consent: &[String]) -> Vec<String> {
    let mut settled: BTreeSet<&str> = consent.iter().map(String::as_str).collect();
    let mut recoded = Vec::new();
    for old in earlier.iter().rev() {
        let changes = Changes::between(old, new);
        let unsettled = changes.recoded().filter(|key| !settled.contains(key));
        recoded.extend(unsettled.map(str::to_owned));
        // Older versions of these questions no longer count.
        settled.extend(by_key(old).map(|(key, _)| key));
    }
    recoded
}

/// A question with everything that is compared.
struct Asked<'a> {
    definition: &'a QuestionDefinition,
    section: Option<&'a super::SectionDefinition>,
    options: &'a [OptionDefinition],
    kind: &'a Kind,
    limits: Limits,
}

fn by_key(form: &Form) -> impl Iterator<Item = (&str, Asked<'_>)> {
    let definitions = form.question_definitions();
    form.questions().iter().filter_map(move |question| {
        let key = question.key.as_str();
        let (section, definition) = *definitions.get(key)?;
        let asked = Asked {
            definition,
            section,
            options: options_of(form.definition(), definition),
            kind: &question.kind,
            limits: question.limits,
        };
        Some((key, asked))
    })
}

/// The options of a choice, its own or those of its scale.
pub fn options_of<'a>(
    form: &'a FormDefinition,
    question: &'a QuestionDefinition,
) -> &'a [OptionDefinition] {
    let scale = question
        .scale
        .as_ref()
        .and_then(|name| form.scales.get(name));
    question
        .options
        .as_ref()
        .or(scale)
        .map_or(&[], Vec::as_slice)
}

fn compare(key: &str, then: &Asked<'_>, now: &Asked<'_>) -> QuestionChange {
    let mut found: Vec<(Change, String)> = Vec::new();
    coding(then.kind, now.kind, &mut found);
    particulars(then, now, &mut found);
    if then.definition.kind != now.definition.kind {
        let kinds = format!(
            "kind {} is now {}",
            then.definition.kind.name(),
            now.definition.kind.name()
        );
        found.push((Change::Recoded, kinds));
    }
    wording(then, now, &mut found);
    let change = found
        .iter()
        .map(|(change, _)| *change)
        .max()
        .unwrap_or(Change::Identical);
    QuestionChange {
        key: key.to_owned(),
        change,
        details: found.into_iter().map(|(_, detail)| detail).collect(),
    }
}

/// Changes of the possible answers and of their meaning.
fn coding(then: &Kind, now: &Kind, found: &mut Vec<(Change, String)>) {
    match (then, now) {
        (Kind::SingleChoice(then), Kind::SingleChoice(now))
        | (Kind::MultipleChoice(then), Kind::MultipleChoice(now)) => {
            choices(then, now, found);
        }
        (Kind::Ranking { choices: then, .. }, Kind::Ranking { choices: now, .. }) => {
            choices(then, now, found);
        }
        (Kind::Date { precision, .. }, Kind::Date { precision: now, .. }) if precision != now => {
            let (then, now) = (precision.name(), now.name());
            found.push((Change::Recoded, format!("the {then} is now the {now}")));
        }
        (Kind::Statement { acknowledge }, Kind::Statement { acknowledge: now })
            if acknowledge != now =>
        {
            let what = "whether it is acknowledged changed".to_owned();
            found.push((Change::Recoded, what));
        }
        (
            Kind::Whole { min, max },
            Kind::Whole {
                min: new_min,
                max: new_max,
            },
        ) => {
            bounds((*min, *max), (*new_min, *new_max), found);
        }
        (
            Kind::Decimal { min, max, decimals },
            Kind::Decimal {
                min: new_min,
                max: new_max,
                decimals: new_decimals,
            },
        ) => {
            if decimals == new_decimals {
                bounds((*min, *max), (*new_min, *new_max), found);
            } else {
                found.push((
                    Change::Recoded,
                    format!("{decimals} decimals are now {new_decimals}"),
                ));
            }
        }
        (
            Kind::Text { max_length },
            Kind::Text {
                max_length: new_length,
            },
        ) if max_length != new_length => {
            found.push((
                Change::Reworded,
                format!("{max_length} characters at most are now {new_length}"),
            ));
        }
        _ => {}
    }
}

fn choices(then: &[Choice], now: &[Choice], found: &mut Vec<(Change, String)>) {
    let in_list =
        |list: &[Choice], code: &str| list.iter().find(|choice| choice.code == code).cloned();
    for old in then {
        match in_list(now, &old.code) {
            None => found.push((Change::Recoded, format!("option {:?} is gone", old.code))),
            Some(new) if new.value != old.value => {
                found.push((
                    Change::Recoded,
                    format!("option {:?} has another value", old.code),
                ));
            }
            Some(new) if new.exclusive != old.exclusive => {
                found.push((
                    Change::Recoded,
                    format!("option {:?} excludes others differently", old.code),
                ));
            }
            Some(_) => {}
        }
    }
    for new in now
        .iter()
        .filter(|choice| in_list(then, &choice.code).is_none())
    {
        found.push((
            Change::OptionsAdded,
            format!("option {:?} is new", new.code),
        ));
    }
    let common = |list: &[Choice], other: &[Choice]| -> Vec<String> {
        list.iter()
            .filter(|choice| in_list(other, &choice.code).is_some())
            .map(|choice| choice.code.clone())
            .collect()
    };
    if common(then, now) != common(now, then) {
        found.push((
            Change::Reworded,
            "the options stand in another order".to_owned(),
        ));
    }
}

fn bounds(then: (i64, i64), now: (i64, i64), found: &mut Vec<(Change, String)>) {
    if now.0 > then.0 || now.1 < then.1 {
        found.push((Change::Recoded, "the bounds are narrower".to_owned()));
    } else if now != then {
        found.push((Change::OptionsAdded, "the bounds are wider".to_owned()));
    }
}

/// Changes of what narrows the answers, and of what they count.
fn particulars(then: &Asked<'_>, now: &Asked<'_>, found: &mut Vec<(Change, String)>) {
    let mut narrowed = |narrower: bool, wider: bool, what: &str| {
        if narrower {
            found.push((Change::Recoded, format!("{what} narrower")));
        } else if wider {
            found.push((Change::OptionsAdded, format!("{what} wider")));
        }
    };
    let (old, new) = (then.limits, now.limits);
    let fewest = (old.fewest.unwrap_or(0), new.fewest.unwrap_or(0));
    let most = (old.most.unwrap_or(u8::MAX), new.most.unwrap_or(u8::MAX));
    narrowed(
        fewest.1 > fewest.0 || most.1 < most.0,
        fewest.1 < fewest.0 || most.1 > most.0,
        "the number of options that can be chosen is",
    );
    let step = (old.step.unwrap_or(1), new.step.unwrap_or(1));
    narrowed(
        step.0 % step.1 != 0,
        step.0 != step.1,
        "the steps of the answer are",
    );
    let ucum = |asked: &Asked<'_>| asked.definition.unit.as_ref()?.ucum.clone();
    let (old, new) = (then.definition, now.definition);
    let recoded = [
        (ucum(then) != ucum(now), "it has another unit"),
        (
            old.max_open != new.max_open,
            "whether the greatest answer means \"or more\" changed",
        ),
    ];
    found.extend(
        recoded
            .into_iter()
            .filter(|(changed, _)| *changed)
            .map(|(_, what)| (Change::Recoded, what.to_owned())),
    );
}

/// Changes of the texts, of the routing and of the duty to answer.
fn wording(then: &Asked<'_>, now: &Asked<'_>, found: &mut Vec<(Change, String)>) {
    let (old, new) = (then.definition, now.definition);
    let label = |asked: &Asked<'_>, code: &str| -> Option<Text> {
        asked
            .options
            .iter()
            .find(|option| option.code == code)
            .map(|option| option.label.clone())
    };
    for option in then.options {
        if label(now, &option.code).is_some_and(|label| label != option.label) {
            found.push((
                Change::Reworded,
                format!("option {:?} reads differently", option.code),
            ));
        }
    }
    let changes = [
        (old.text != new.text, "the text reads differently"),
        (old.hint != new.hint, "the hint reads differently"),
        (
            old.min_label != new.min_label || old.max_label != new.max_label,
            "the ends of the scale read differently",
        ),
        (
            old.show_when != new.show_when,
            "it is shown under another condition",
        ),
        (
            then.section.map(|it| &it.show_when) != now.section.map(|it| &it.show_when),
            "its section is shown under another condition",
        ),
        (
            then.section.map(|it| &it.key) != now.section.map(|it| &it.key),
            "it stands in another section",
        ),
        (
            old.required != new.required,
            "the duty to answer it changed",
        ),
        (
            old.background != new.background,
            "whether it is a background question changed",
        ),
        (old.concept != new.concept, "it has another concept"),
        (old.external != new.external, "it has other external codes"),
        (
            old.anchors != new.anchors,
            "the points of the scale read differently",
        ),
        (
            (&old.earliest, &old.latest) != (&new.earliest, &new.latest),
            "the first or the last date is another one",
        ),
        (
            (
                &old.matrix,
                &old.order,
                old.slider,
                &old.default,
                &old.reason,
            ) != (
                &new.matrix,
                &new.order,
                new.slider,
                &new.default,
                &new.reason,
            ) || old.unit.as_ref().map(|it| &it.label) != new.unit.as_ref().map(|it| &it.label),
            "it is shown differently",
        ),
    ];
    found.extend(
        changes
            .into_iter()
            .filter(|(changed, _)| *changed)
            .map(|(_, what)| (Change::Reworded, what.to_owned())),
    );
}

#[cfg(test)]
mod tests;

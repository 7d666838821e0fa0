//! What became of a question.

use super::Change;
use super::compare::{Found, differing, fields, in_other_order};
use crate::domain::form::definition::{
    Edition, FormDefinition, OptionDefinition, QuestionDefinition,
};
use crate::domain::form::question::{Kind, Limits};
use crate::domain::form::{Form, SectionDefinition};

/// A question with everything that is compared.
pub(super) struct Asked<'a> {
    definition: &'a QuestionDefinition,
    section: Option<&'a SectionDefinition>,
    options: &'a [OptionDefinition],
    kind: &'a Kind,
    limits: Limits,
}

pub(super) fn by_key(form: &Form) -> impl Iterator<Item = (&str, Asked<'_>)> {
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

/// The changes of a question, by the rules of the newer version's edition.
pub(super) fn compare(then: &Asked<'_>, now: &Asked<'_>, edition: Edition) -> Found {
    let (old, new) = (then.definition, now.definition);
    let mut found = coding(then.kind, now.kind);
    if old.kind != new.kind {
        let kinds = format!("kind {} is now {}", old.kind.name(), new.kind.name());
        found.push((Change::Recoded, kinds));
    }
    particulars(then, now, &mut found);
    options(then.options, now.options, edition, &mut found);
    // Bounds and options are compared by what they mean.
    let told_apart = [
        "key",
        "kind",
        "options",
        "scale",
        "min",
        "max",
        "decimals",
        "max_length",
        "fewest",
        "most",
        "step",
        "unit",
        "max_open",
        "precision",
        "acknowledge",
    ];
    found.extend(fields(old, new, &told_apart));
    found.dedup();
    if found.is_empty() && !differing(old, new).is_empty() {
        found.push((Change::Reworded, "it is written differently".to_owned()));
    }
    if then.section.map(|it| &it.key) != now.section.map(|it| &it.key) {
        found.push((Change::Reworded, "it stands in another section".to_owned()));
    }
    if then.section.map(|it| &it.show_when) != now.section.map(|it| &it.show_when) {
        let shown = "its section is shown under another condition";
        found.push((Change::Reworded, shown.to_owned()));
    }
    found
}

/// Changes of the possible answers other than options.
fn coding(then: &Kind, now: &Kind) -> Found {
    match (then, now) {
        (
            Kind::Whole { min, max },
            Kind::Whole {
                min: new_min,
                max: new_max,
            },
        ) => bounds((*min, *max), (*new_min, *new_max)),
        (
            Kind::Decimal { min, max, decimals },
            Kind::Decimal {
                min: new_min,
                max: new_max,
                decimals: new_decimals,
            },
        ) => {
            if decimals == new_decimals {
                bounds((*min, *max), (*new_min, *new_max))
            } else {
                let detail = format!("{decimals} decimals are now {new_decimals}");
                vec![(Change::Recoded, detail)]
            }
        }
        (Kind::Text { max_length }, Kind::Text { max_length: new }) if max_length != new => {
            let detail = format!("{max_length} characters at most are now {new}");
            vec![(Change::Reworded, detail)]
        }
        (Kind::Date { precision, .. }, Kind::Date { precision: new, .. }) if precision != new => {
            let detail = format!("the {} is now the {}", precision.name(), new.name());
            vec![(Change::Recoded, detail)]
        }
        (Kind::Statement { acknowledge }, Kind::Statement { acknowledge: new })
            if acknowledge != new =>
        {
            let detail = "whether it is acknowledged changed".to_owned();
            vec![(Change::Recoded, detail)]
        }
        _ => Vec::new(),
    }
}

/// Changes of what narrows the answers, and of what they count.
fn particulars(then: &Asked<'_>, now: &Asked<'_>, found: &mut Found) {
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
    let coarser = step.0 % step.1 != 0;
    narrowed(coarser, step.0 != step.1, "the choice of numbers is");
    let (old, new) = (then.definition, now.definition);
    let unit = |question: &QuestionDefinition| {
        let unit = question.unit.as_ref();
        unit.map(|it| (it.ucum.clone(), it.label.clone()))
            .unwrap_or_default()
    };
    let ((old_unit, old_label), (new_unit, new_label)) = (unit(old), unit(new));
    for (changed, change, what) in [
        (old_unit != new_unit, Change::Recoded, "it has another unit"),
        (
            old_label != new_label,
            Change::Reworded,
            "the unit reads differently",
        ),
        (
            old.max_open != new.max_open,
            Change::Recoded,
            "whether the greatest answer means \"or more\" changed",
        ),
    ] {
        if changed {
            found.push((change, what.to_owned()));
        }
    }
}

fn bounds(then: (i64, i64), now: (i64, i64)) -> Found {
    if now.0 > then.0 || now.1 < then.1 {
        vec![(Change::Recoded, "the bounds are narrower".to_owned())]
    } else if now != then {
        vec![(Change::OptionsAdded, "the bounds are wider".to_owned())]
    } else {
        Vec::new()
    }
}

fn options(
    then: &[OptionDefinition],
    now: &[OptionDefinition],
    edition: Edition,
    found: &mut Found,
) {
    for old in then {
        let code = &old.code;
        let Some(new) = option(now, code) else {
            found.push((Change::Recoded, format!("option {code:?} is gone")));
            continue;
        };
        if new.value != old.value {
            found.push((
                Change::Recoded,
                format!("option {code:?} has another value"),
            ));
        }
        if new.exclusive != old.exclusive {
            let detail = format!("option {code:?} excludes others differently");
            found.push((Change::Recoded, detail));
        }
        if new.label != old.label {
            found.push(relabelled(old, new, then, edition));
        }
        let told = ["code", "value", "exclusive", "label"];
        let others = fields(old, new, &told).into_iter();
        found.extend(others.map(|(change, detail)| (change, format!("option {code:?}: {detail}"))));
    }
    for new in now.iter().filter(|new| option(then, &new.code).is_none()) {
        let detail = format!("option {:?} is new", new.code);
        found.push((Change::OptionsAdded, detail));
    }
    let codes = |list: &[OptionDefinition]| -> Vec<String> {
        list.iter().map(|option| option.code.clone()).collect()
    };
    if in_other_order(&codes(then), &codes(now)) {
        let detail = "the options stand in another order".to_owned();
        found.push((Change::Reworded, detail));
    }
}

/// An option with another label. One that reads as another option did before turns the answers around, whoever meant
/// what. The first edition took every change of a label for a change of words.
fn relabelled(
    old: &OptionDefinition,
    new: &OptionDefinition,
    then: &[OptionDefinition],
    edition: Edition,
) -> (Change, String) {
    let read_before = |other: &&OptionDefinition| {
        let reads_alike = |(language, text): (&String, &String)| {
            other.label.get(language) == Some(text) && old.label.get(language) != Some(text)
        };
        other.code != old.code && new.label.0.iter().any(reads_alike)
    };
    match then.iter().find(read_before) {
        Some(other) if edition > Edition::First => {
            let detail = format!("option {:?} reads as {:?} did", old.code, other.code);
            (Change::Recoded, detail)
        }
        _ => {
            let detail = format!("option {:?} reads differently", old.code);
            (Change::Reworded, detail)
        }
    }
}

fn option<'a>(list: &'a [OptionDefinition], code: &str) -> Option<&'a OptionDefinition> {
    list.iter().find(|option| option.code == code)
}

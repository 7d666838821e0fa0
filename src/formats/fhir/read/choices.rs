//! Options: those of an item, and those of value sets that the resource contains.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::element::Element;
use super::super::names::{CODING, ITEM_WEIGHT, OPTION_EXCLUSIVE, ORDINAL_VALUE, is_option_system};
use super::super::reading::{OptionRead, Reading, merged};
use super::super::routing::whole;
use crate::domain::form::{ExternalCode, OptionDefinition, Text};
use crate::domain::pointer::Pointer;
use crate::formats::names::key;

/// The value sets that a resource contains, by their id.
pub fn value_sets(root: &mut Element, reading: &mut Reading) -> BTreeMap<String, Vec<OptionRead>> {
    let mut sets = BTreeMap::new();
    for (place, value) in root.list("contained") {
        let is_set = value.get("resourceType").and_then(Value::as_str) == Some("ValueSet");
        let Some(mut set) = Element::new(place.clone(), value).filter(|_| is_set) else {
            reading.lost(&place, "only value sets are read of what is contained");
            continue;
        };
        let Some(id) = set.word("id") else {
            reading.lost(&place, "a value set needs an id");
            continue;
        };
        let mut taken = BTreeSet::new();
        let mut options = Vec::new();
        let expansion = set.take("expansion");
        let compose = set.take("compose");
        if let Some(mut expansion) =
            expansion.and_then(|it| Element::new(place.child("expansion"), it))
        {
            for (place, concept) in expansion.list("contains") {
                options.extend(concept_option(place, concept, None, &mut taken, reading));
            }
        } else if let Some(mut compose) =
            compose.and_then(|it| Element::new(place.child("compose"), it))
        {
            for (place, include) in compose.list("include") {
                let Some(mut include) = Element::new(place, include) else {
                    continue;
                };
                let system = include.word("system");
                for (place, concept) in include.list("concept") {
                    let system = system.as_deref();
                    options.extend(concept_option(place, concept, system, &mut taken, reading));
                }
                include.take("version");
                include.finish(reading);
            }
            compose.finish(reading);
        }
        sets.insert(id, options);
    }
    sets
}

fn concept_option(
    place: Pointer,
    concept: Value,
    system: Option<&str>,
    taken: &mut BTreeSet<String>,
    reading: &mut Reading,
) -> Option<OptionRead> {
    let mut concept = Element::new(place, concept)?;
    let mut designations = Vec::new();
    for (place, designation) in concept.list("designation") {
        let Some(mut designation) = Element::new(place, designation) else {
            continue;
        };
        let (tag, words) = (designation.word("language"), designation.word("value"));
        match (tag, words) {
            (Some(tag), Some(words)) if reading.languages.contains(&tag) => {
                designations.push((tag, words));
            }
            _ => reading.lost(
                &designation.place,
                "a designation in a language that the form does not have is not carried",
            ),
        }
        designation.take("use");
        designation.finish(reading);
    }
    if let Some(system) = system {
        concept.put("system", Value::from(system));
    }
    let mut read = coding_option(&mut concept, taken, reading)?;
    read.option.label.0.extend(designations);
    renamed(&read, &concept.place.child("code"), reading);
    concept.finish(reading);
    Some(read)
}

/// An option of an item.
pub fn answer_option(
    place: &Pointer,
    value: Value,
    taken: &mut BTreeSet<String>,
    reading: &mut Reading,
) -> Option<OptionRead> {
    let Some(mut element) = Element::new(place.clone(), value) else {
        reading.lost(place, "an option is an object");
        return None;
    };
    let ours = element.ours(reading);
    let selected = element.flag("initialSelected").unwrap_or_default();
    let Some((ending, value)) = element.choice("value") else {
        reading.lost(place, "an option needs a value");
        return None;
    };
    let place_of_value = place.child(format!("value{ending}"));
    let place_of_name = match ending.as_str() {
        "Coding" => place_of_value.child("code"),
        _ => place_of_value.clone(),
    };
    let mut read = match (ending.as_str(), value) {
        ("Coding", value) => {
            let mut coding = Element::new(place_of_value, value)?;
            let read = coding_option(&mut coding, taken, reading)?;
            coding.take("userSelected");
            coding.take("version");
            coding.finish(reading);
            read
        }
        ("Integer", Value::Number(number)) => {
            let words = number.to_string();
            let value = number.as_i64().and_then(|it| i32::try_from(it).ok());
            plain_option(&ending, &words, reading.in_all(&words), value, taken)
        }
        ("String", Value::String(words)) => {
            let beside = element.take("_valueString");
            let pair = json!({"words": words, "_words": beside.unwrap_or_else(|| json!({}))});
            let mut pair = Element::new(place_of_value, pair)?;
            let text = pair.text("words", reading)?;
            pair.finish(reading);
            plain_option(&ending, &words, text, None, taken)
        }
        _ => {
            let what = format!("an option that is a {ending} is not carried");
            reading.lost(&place_of_value, what);
            return None;
        }
    };
    read.selected = selected;
    read.option.value = number(&mut element, reading).or(read.option.value);
    let exclusive = element.extension_value(OPTION_EXCLUSIVE, "Boolean");
    read.option.exclusive |= exclusive.and_then(|it| it.as_bool()).unwrap_or_default();
    while let Some(mut coding) = element.extension(CODING) {
        let coding = coding.take("valueCoding").unwrap_or_default();
        read.option.external.extend(external(&coding));
    }
    element.finish(reading);
    if let Some(ours) = ours {
        let fields = merged(json!(read.option), ours);
        match serde_json::from_value(fields) {
            Ok(option) => read.option = option,
            Err(error) => reading.lost(place, format!("the option cannot be read: {error}")),
        }
    }
    renamed(&read, &place_of_name, reading);
    Some(read)
}

/// A code of a terminology.
pub(super) fn external(coding: &Value) -> Option<ExternalCode> {
    let text = |name: &str| coding.get(name)?.as_str().map(str::to_owned);
    Some(ExternalCode {
        system: text("system")?,
        code: text("code")?,
    })
}

fn coding_option(
    coding: &mut Element,
    taken: &mut BTreeSet<String>,
    reading: &mut Reading,
) -> Option<OptionRead> {
    let (system, code) = (coding.word("system"), coding.word("code"));
    let label = coding.text("display", reading);
    let Some(name) = code
        .clone()
        .or_else(|| label.as_ref()?.get(&reading.base).map(str::to_owned))
    else {
        reading.lost(&coding.place, "an option needs a code or a display");
        return None;
    };
    let label = label.unwrap_or_else(|| {
        let what = format!("there is no display, so the code {name:?} stands for it");
        reading.note(&coding.place.child("display"), what);
        reading.in_all(&name)
    });
    let value = number(coding, reading);
    let mut read = plain_option("Coding", &name, label, value, taken);
    if let (Some(system), Some(code)) = (system, code) {
        if is_option_system(&system) {
            read.system = Some(system);
        } else {
            read.option.external.push(ExternalCode { system, code });
        }
    }
    Some(read)
}

/// Says that the code of an option is not what stood for it.
fn renamed(read: &OptionRead, place: &Pointer, reading: &mut Reading) {
    let (name, code) = (&read.value, &read.option.code);
    if name != code {
        let what = format!("{name:?} is no valid code, or taken, and becomes {code:?}");
        reading.note(place, what);
    }
}

/// What an option stands for in scores: a whole number.
fn number(element: &mut Element, reading: &mut Reading) -> Option<i32> {
    let value = element
        .extension_value(ORDINAL_VALUE, "Decimal")
        .or_else(|| element.extension_value(ITEM_WEIGHT, "Decimal"))?;
    let number = value.as_f64().and_then(whole).map(i32::try_from);
    match number {
        Some(Ok(number)) => Some(number),
        _ => {
            let what = format!(
                "the value {value} of the option is no whole number; give it in `values` of a score"
            );
            reading.lost(&element.place.child("extension"), what);
            None
        }
    }
}

fn plain_option(
    ending: &str,
    name: &str,
    label: Text,
    value: Option<i32>,
    taken: &mut BTreeSet<String>,
) -> OptionRead {
    OptionRead {
        option: OptionDefinition {
            code: key(name, "c", taken),
            label,
            value,
            exclusive: false,
            fixed: false,
            specify: None,
            external: Vec::new(),
        },
        ending: ending.to_owned(),
        value: name.to_owned(),
        selected: false,
        system: None,
    }
}

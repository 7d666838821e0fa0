//! Comparing two elements field by field.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Change;

/// What was found to differ, each with its class and in words.
pub(super) type Found = Vec<(Change, String)>;

/// The fields in which two elements differ, as they are written, apart from those in `told_apart`. All of them count
/// as rewording.
pub(super) fn fields<T: Serialize + PartialEq>(old: &T, new: &T, told_apart: &[&str]) -> Found {
    differing(old, new)
        .into_iter()
        .filter(|field| !told_apart.contains(&field.as_str()))
        .map(|field| (Change::Reworded, in_words(&field)))
        .collect()
}

/// The names of the fields that are written differently.
pub(super) fn differing<T: Serialize + PartialEq>(old: &T, new: &T) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let (old, new) = (written(old), written(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = |name: &&String| old.get(*name) != new.get(*name);
    names.into_iter().filter(differs).cloned().collect()
}

/// Whether the elements that both lists have stand in another order.
pub(super) fn in_other_order(old: &[String], new: &[String]) -> bool {
    let common = |list: &[String], other: &[String]| -> Vec<String> {
        let other: BTreeSet<&String> = other.iter().collect();
        list.iter()
            .filter(|key| other.contains(key))
            .cloned()
            .collect()
    };
    common(old, new) != common(new, old)
}

/// A change of a field, in words.
fn in_words(field: &str) -> String {
    match field {
        "text" => "the text reads differently".to_owned(),
        "title" => "the title reads differently".to_owned(),
        "description" => "the description reads differently".to_owned(),
        "hint" => "the hint reads differently".to_owned(),
        "min_label" | "max_label" => "the ends of the scale read differently".to_owned(),
        "show_when" => "it is shown under another condition".to_owned(),
        "required" => "the duty to answer it changed".to_owned(),
        "background" => "whether it is a background question changed".to_owned(),
        "coarser" => "the levels of masking changed".to_owned(),
        "concept" => "it has another concept".to_owned(),
        "languages" => "it has other languages, or another default".to_owned(),
        other => format!("its {other:?} changed"),
    }
}

/// The element as JSON, whose text is part of the digest.
fn written<T: Serialize>(element: &T) -> Map<String, Value> {
    match serde_json::to_value(element) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

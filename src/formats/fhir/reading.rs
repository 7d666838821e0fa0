//! The state of reading a resource: its languages, and what is to be said of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::fault::Fault;
use crate::domain::form::{OptionDefinition, Text};
use crate::domain::pointer::Pointer;
use crate::formats::imported;

/// The language of a text that names none.
pub(super) const UNDETERMINED: &str = "und";

/// The state of reading.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The languages; the first is the default.
    pub languages: Vec<String>,
    /// The language of the texts that stand in the elements themselves.
    pub base: String,
    /// What was read otherwise than it stands.
    pub notes: Vec<Fault<String>>,
    /// What is not in the definition.
    pub left_out: Vec<Fault<String>>,
    /// Options of value sets that the resource contains, by their id, and what each was sent as.
    pub value_sets: BTreeMap<String, Vec<OptionRead>>,
}

/// An option with the value that stood for it.
#[derive(Debug, Clone)]
pub(super) struct OptionRead {
    pub option: OptionDefinition,
    pub ending: String,
    pub value: String,
    pub selected: bool,
    /// The code system, if it is one of ours.
    pub system: Option<String>,
}

impl OptionRead {
    /// Whether what stood for it is of this code system. One that names no system is of any.
    pub fn is_of(&self, system: &str) -> bool {
        let external = self.option.external.iter();
        let named = external.filter(|it| it.code == self.value);
        let mut systems = named.map(|it| &it.system).chain(&self.system).peekable();
        systems.peek().is_none() || systems.any(|it| it == system)
    }
}

impl Reading {
    /// Says that something was read otherwise than it stands.
    pub fn note(&mut self, place: &Pointer, what: impl Into<String>) {
        push(&mut self.notes, place, what.into());
    }

    /// Says that something is left out.
    pub fn lost(&mut self, place: &Pointer, what: impl Into<String>) {
        push(&mut self.left_out, place, what.into());
    }

    /// The language of texts that name none.
    pub fn default_language(&self) -> String {
        self.base.clone()
    }

    /// The same words in every language.
    pub fn in_all(&self, words: &str) -> Text {
        let tags = self.languages.iter();
        Text(tags.map(|tag| (tag.clone(), words.to_owned())).collect())
    }
}

fn push(list: &mut Vec<Fault<String>>, place: &Pointer, what: String) {
    imported::push(list, Fault::at(place.clone(), what), |more| {
        Fault::at(Pointer::root(), more.to_owned())
    });
}

/// The fields with those of our own laid over them. One that is null there is not there.
pub(super) fn merged(fields: Value, ours: Map<String, Value>) -> Value {
    let mut fields = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    for (name, value) in ours {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    Value::Object(fields)
}

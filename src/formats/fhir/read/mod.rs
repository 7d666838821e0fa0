//! A Questionnaire into a definition: the whole of it.

mod assemble;
mod choices;
mod items;
mod question;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::MAX_FILE;
use super::element::Element;
use super::names::{CONSTRAINT, TERMINOLOGY_SERVER, TRANSLATION, form_of_url};
use super::reading::{Reading, UNDETERMINED};
use crate::domain::fault::Fault;
use crate::domain::form::FormDefinition;
use crate::domain::pointer::{Pointer, find_nul};
use crate::formats::names::form_key;

use choices::value_sets;

pub(super) use choices::answer_option;
pub(super) use question::{beside, standard, without_concept};

/// What was read of a Questionnaire. Its places are JSON pointers into the resource.
#[derive(Debug)]
pub struct Imported {
    /// The form. It is not checked yet.
    pub definition: FormDefinition,
    /// What was read otherwise than it stands.
    pub notes: Vec<Fault<String>>,
    /// What is not in the definition.
    pub left_out: Vec<Fault<String>>,
    places: BTreeMap<Pointer, Pointer>,
}

impl Imported {
    /// Where the part of the definition at `pointer` stands in the resource, or the nearest part around it.
    pub fn place(&self, pointer: &Pointer) -> Option<&Pointer> {
        let mut pointer = pointer.clone();
        loop {
            if let Some(place) = self.places.get(&pointer) {
                return Some(place);
            }
            if pointer == Pointer::root() {
                return None;
            }
            pointer = pointer.parent();
        }
    }
}

/// Why a resource is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Malformed(String),
    /// It has more bytes than [`MAX_FILE`].
    #[error("it has more than {MAX_FILE} bytes")]
    TooLarge,
    /// Something stands there that cannot be read.
    #[error("{0}: {1}")]
    At(Pointer, String),
}

/// Fields that say something about the resource rather than about the questions.
const METADATA: [&str; 25] = [
    "text",
    "identifier",
    "derivedFrom",
    "experimental",
    "subjectType",
    "publisher",
    "contact",
    "useContext",
    "jurisdiction",
    "purpose",
    "copyright",
    "approvalDate",
    "lastReviewDate",
    "effectivePeriod",
    "code",
    "_text",
    "_version",
    "_status",
    "_date",
    "_name",
    "_url",
    "_publisher",
    "_purpose",
    "_copyright",
    "_language",
];

/// Reads a Questionnaire in JSON.
///
/// # Errors
///
/// When it is no JSON, or no Questionnaire.
pub fn read(bytes: &[u8]) -> Result<Imported, ReadFault> {
    if bytes.len() > MAX_FILE {
        return Err(ReadFault::TooLarge);
    }
    let resource: Value =
        super::parse(bytes).map_err(|error| ReadFault::Malformed(error.to_string()))?;
    if let Some(pointer) = find_nul(&resource) {
        let what = "it holds U+0000, which no text here may hold".to_owned();
        return Err(ReadFault::At(pointer, what));
    }
    let of_type = resource.get("resourceType").and_then(Value::as_str);
    if of_type != Some("Questionnaire") {
        let what = "the resource must be a Questionnaire".to_owned();
        return Err(ReadFault::At(Pointer::root().child("resourceType"), what));
    }
    let mut reading = Reading::default();
    let mut tags = Vec::new();
    languages(&resource, &mut tags);
    let mut root = Element::new(Pointer::root(), resource).unwrap_or_default();
    let ours = root.ours(&mut reading);
    reading.base_language(&mut root, ours.as_ref(), tags);
    let mut form = reading.form(&mut root, ours.clone());
    reading.value_sets = value_sets(&mut root, &mut reading);
    let list = root.list("item");
    constraints(&mut root, form.get("constraints"), &mut reading);
    if list.is_empty() {
        let what = "a Questionnaire needs an item".to_owned();
        return Err(ReadFault::At(Pointer::root().child("item"), what));
    }
    root.finish(&mut reading);
    let parts = items::read(list, &mut form, &mut reading);
    let assembled = |parts: &items::Parts, reading: &mut Reading| {
        let mut form = form.clone();
        parts.put(&mut form, reading);
        let definition: Result<FormDefinition, _> = serde_json::from_value(Value::Object(form));
        let definition = definition.map_err(|error| {
            let place = parts.unreadable().cloned().unwrap_or_default();
            ReadFault::At(place, format!("it cannot be read: {error}"))
        })?;
        Ok(match ours {
            // It was written by Aftercare, and so keeps its edition.
            Some(_) => definition,
            None => definition.as_written_today(),
        })
    };
    let mut parts = parts;
    let first = assembled(&parts, &mut Reading::default())?;
    parts.compare(&first, &mut reading);
    let definition = assembled(&parts, &mut reading)?;
    Ok(Imported {
        definition,
        notes: reading.notes,
        left_out: reading.left_out,
        places: parts.places(),
    })
}

/// The languages of all translations, in the order in which they stand.
fn languages(value: &Value, tags: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| languages(item, tags)),
        Value::Object(fields) => {
            if fields.get("url").and_then(Value::as_str) == Some(TRANSLATION) {
                let inner = fields.get("extension").and_then(Value::as_array);
                let codes = inner
                    .into_iter()
                    .flatten()
                    .filter_map(|it| it.get("valueCode")?.as_str());
                for tag in codes {
                    if !tags.iter().any(|known| known == tag) {
                        tags.push(tag.to_owned());
                    }
                }
            }
            fields.values().for_each(|it| languages(it, tags));
        }
        _ => {}
    }
}

impl Reading {
    fn base_language(
        &mut self,
        root: &mut Element,
        ours: Option<&Map<String, Value>>,
        tags: Vec<String>,
    ) {
        let ours: Vec<String> = ours
            .and_then(|it| it.get("languages")?.as_array())
            .into_iter()
            .flatten()
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect();
        self.base = match root.word("language").or(ours.first().cloned()) {
            Some(tag) => tag,
            None => {
                let what = "no language is named, so it is \"und\"; name one as language";
                self.note(&Pointer::root().child("language"), what);
                UNDETERMINED.to_owned()
            }
        };
        self.languages = ours;
        for tag in std::iter::once(self.base.clone()).chain(tags) {
            if !self.languages.contains(&tag) {
                self.languages.push(tag);
            }
        }
    }

    /// The fields of the form itself.
    fn form(&mut self, root: &mut Element, ours: Option<Map<String, Value>>) -> Map<String, Value> {
        let is_ours = ours.is_some();
        let mut form = ours.unwrap_or_default();
        let (url, name, id) = (root.word("url"), root.word("name"), root.word("id"));
        let title = root.text("title", self);
        for field in ["resourceType", "meta", "version", "status", "date"] {
            root.take(field);
        }
        for field in METADATA {
            if root.take(field).is_some() {
                let what =
                    format!("{field} is not carried, as it says nothing about the questions");
                self.note(&Pointer::root().child(field), what);
            }
        }
        if root.extension(TERMINOLOGY_SERVER).is_some() {
            let what = "no terminology server is asked: options stand in the form";
            self.note(&Pointer::root().child("extension"), what);
        }
        if !is_ours {
            let what = "versions are numbered when they are published";
            self.note(&Pointer::root().child("version"), what);
        }
        let last = url.as_deref().map(|url| {
            let url = url.split('|').next().unwrap_or(url);
            form_of_url(url).unwrap_or(url.rsplit('/').next().unwrap_or(url))
        });
        let words = title
            .as_ref()
            .and_then(|it| it.get(&self.base).map(str::to_owned));
        let given = last
            .map(str::to_owned)
            .or(name)
            .or(id)
            .or(words)
            .unwrap_or_else(|| "imported".to_owned());
        let key = match form.get("key").and_then(Value::as_str) {
            Some(key) => key.to_owned(),
            None => form_key(&given),
        };
        if key != given {
            let what = format!("the key of the form is {key:?}");
            self.note(&Pointer::root().child("url"), what);
        }
        let title = title.unwrap_or_else(|| {
            let what = "there is no title, so the key of the form stands for it";
            self.note(&Pointer::root().child("title"), what);
            self.in_all(&key)
        });
        form.insert("key".to_owned(), key.into());
        form.insert("title".to_owned(), json!(title));
        form.insert("languages".to_owned(), json!(self.languages));
        if let Some(description) = root.text("description", self) {
            form.insert("description".to_owned(), json!(description));
        }
        form
    }
}

/// The constraints of the form stand in the fields of our own. Those of somebody else are not carried.
fn constraints(root: &mut Element, ours: Option<&Value>, reading: &mut Reading) {
    let ours = ours.and_then(Value::as_array);
    let mut known: Vec<String> = ours
        .into_iter()
        .flatten()
        .filter_map(|it| Some(it.get("key")?.as_str()?.replace('_', "-")))
        .collect();
    while let Some(mut constraint) = root.extension(CONSTRAINT) {
        let key = constraint.extension_value("key", "Id");
        let key = key.as_ref().and_then(Value::as_str).unwrap_or_default();
        match known.iter().position(|it| it == key) {
            Some(at) => {
                known.remove(at);
            }
            None => reading.lost(
                &constraint.place,
                "a constraint in FHIRPath is not carried; write it as a constraint of the form",
            ),
        }
    }
}

//! Every text of a form with its place.
//!
//! They are found in the written form of the definition: whatever has the form's languages as its fields is a text. So a
//! new field of a definition is read without being named here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::form::FormDefinition;
use crate::domain::pointer::Pointer;

/// One text in all its languages.
pub(super) struct TextAt {
    pub(super) pointer: Pointer,
    /// The field that holds it, such as `hint`.
    pub(super) field: String,
    pub(super) in_question: bool,
    pub(super) words: BTreeMap<String, String>,
}

impl TextAt {
    /// Whether it is what a question asks.
    pub(super) fn is_question(&self) -> bool {
        self.in_question && self.field == "text"
    }

    /// Whether it is made of sentences, as labels and headings are not.
    pub(super) fn is_prose(&self) -> bool {
        ["text", "hint", "description"].contains(&&*self.field)
    }
}

pub(super) fn texts_of(form: &FormDefinition) -> Vec<TextAt> {
    let written = serde_json::to_value(form).unwrap_or_default();
    let mut found = Vec::new();
    collect(form, &written, &Pointer::root(), "", false, &mut found);
    found
}

fn collect(
    form: &FormDefinition,
    value: &Value,
    pointer: &Pointer,
    field: &str,
    in_question: bool,
    found: &mut Vec<TextAt>,
) {
    match value {
        Value::Object(fields) => {
            if let Some(words) = text(form, fields) {
                found.push(TextAt {
                    pointer: pointer.clone(),
                    field: field.to_owned(),
                    in_question,
                    words,
                });
                return;
            }
            // A statement asks nothing.
            let is_statement = fields.get("kind").is_some_and(|kind| kind == "statement");
            for (name, inner) in fields {
                let in_question = (in_question || name == "questions") && !is_statement;
                let pointer = pointer.child(name);
                collect(form, inner, &pointer, name, in_question, found);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                let pointer = pointer.child(place);
                collect(form, item, &pointer, field, in_question, found);
            }
        }
        _ => {}
    }
}

fn text(
    form: &FormDefinition,
    fields: &serde_json::Map<String, Value>,
) -> Option<BTreeMap<String, String>> {
    let words = fields.iter().map(|(language, words)| {
        let words = words.as_str()?.to_owned();
        let is_known = form.languages.contains(language);
        is_known.then(|| (language.clone(), words))
    });
    let words: Option<BTreeMap<_, _>> = words.collect();
    words.filter(|words| !words.is_empty())
}

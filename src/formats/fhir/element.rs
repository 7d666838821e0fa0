//! An object of a resource whose fields are taken one by one, so that what is left is known.

use serde_json::{Map, Value};

use super::names::{DEFINITION, TRANSLATION};
use super::reading::Reading;
use crate::domain::form::Text;
use crate::domain::pointer::Pointer;

/// An object, and what of it was not taken yet.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Where it stands.
    pub place: Pointer,
    fields: Map<String, Value>,
    extensions: Vec<(Pointer, Map<String, Value>)>,
}

impl Element {
    /// The element at a place; none when the value is no object.
    pub fn new(place: Pointer, value: Value) -> Option<Self> {
        let Value::Object(mut fields) = value else {
            return None;
        };
        let mut extensions = Vec::new();
        if let Some(Value::Array(list)) = fields.remove("extension") {
            for (number, extension) in list.into_iter().enumerate() {
                let place = place.child("extension").child(number);
                let extension = match extension {
                    Value::Object(extension) => extension,
                    _ => Map::new(),
                };
                extensions.push((place, extension));
            }
        }
        Some(Self {
            place,
            fields,
            extensions,
        })
    }

    fn take_if<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let found = read(self.fields.get(name)?)?;
        self.fields.remove(name);
        Some(found)
    }

    /// Takes a text without translations.
    pub fn word(&mut self, name: &str) -> Option<String> {
        self.take_if(name, |it| it.as_str().map(str::to_owned))
    }

    /// Takes a boolean.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take_if(name, Value::as_bool)
    }

    /// Takes a whole number.
    pub fn whole(&mut self, name: &str) -> Option<u64> {
        self.take_if(name, Value::as_u64)
    }

    /// Puts a field into it that holds for it from elsewhere.
    pub fn put(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
    }

    /// The text of a field, which stays there.
    pub fn peek(&self, name: &str) -> String {
        let word = self.fields.get(name).and_then(Value::as_str);
        word.unwrap_or_default().to_owned()
    }

    /// Takes a field, whatever it is.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }

    /// Takes the items of a list, each with its place.
    pub fn list(&mut self, name: &str) -> Vec<(Pointer, Value)> {
        let list = self.take_if(name, |it| it.as_array().cloned());
        let place = self.place.child(name);
        let list = list.unwrap_or_default().into_iter().enumerate();
        list.map(|(number, item)| (place.child(number), item))
            .collect()
    }

    /// Takes the field whose name begins like this: its ending and its value.
    pub fn choice(&mut self, start: &str) -> Option<(String, Value)> {
        let name = self
            .fields
            .keys()
            .find(|name| name.starts_with(start))?
            .clone();
        let value = self.fields.remove(&name)?;
        Some((name.strip_prefix(start)?.to_owned(), value))
    }

    /// Takes the first extension with this address.
    pub fn extension(&mut self, url: &str) -> Option<Element> {
        let at = self
            .extensions
            .iter()
            .position(|(_, it)| it.get("url").and_then(Value::as_str) == Some(url))?;
        let (place, mut fields) = self.extensions.remove(at);
        fields.remove("url");
        Self::new(place, Value::Object(fields))
    }

    /// Takes the value of the first extension with this address, if it has one of this type.
    pub fn extension_value(&mut self, url: &str, ending: &str) -> Option<Value> {
        let name = format!("value{ending}");
        let at = self.extensions.iter().position(|(_, it)| {
            it.get("url").and_then(Value::as_str) == Some(url) && it.contains_key(&name)
        })?;
        self.extensions.remove(at).1.remove(&name)
    }

    /// Takes the fields of our own.
    pub fn ours(&mut self, reading: &mut Reading) -> Option<Map<String, Value>> {
        let place = self.place.clone();
        let value = self.extension_value(DEFINITION, "String")?;
        let fields = value.as_str().and_then(|it| serde_json::from_str(it).ok());
        if fields.is_none() {
            reading.lost(&place, format!("the extension {DEFINITION} cannot be read"));
        }
        fields
    }

    /// Takes a text with its translations.
    pub fn text(&mut self, name: &str, reading: &mut Reading) -> Option<Text> {
        let words = self.word(name);
        let beside = format!("_{name}");
        let place = self.place.child(&beside);
        let beside = self.take(&beside).and_then(|it| Self::new(place, it));
        let mut text = Text::default();
        if let Some(words) = words {
            text.0.insert(reading.default_language(), words);
        }
        if let Some(mut beside) = beside {
            while let Some(mut translation) = beside.extension(TRANSLATION) {
                let tag = translation.extension_value("lang", "Code");
                let content = ["String", "Markdown"]
                    .into_iter()
                    .find_map(|it| translation.extension_value("content", it));
                match (tag, content) {
                    (Some(Value::String(tag)), Some(Value::String(content))) => {
                        text.0.insert(tag, content);
                    }
                    _ => reading.lost(
                        &translation.place,
                        "the translation has no language or no content",
                    ),
                }
                translation.finish(reading);
            }
            beside.finish(reading);
        }
        (!text.0.is_empty()).then_some(text)
    }

    /// Whether a field is there that was not taken.
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Says of everything that was not taken that it is not carried.
    pub fn finish(self, reading: &mut Reading) {
        for name in self.fields.keys() {
            let place = self.place.child(name);
            reading.lost(&place, format!("{name} is not carried"));
        }
        for (place, extension) in &self.extensions {
            let url = extension.get("url").and_then(Value::as_str);
            let what = match url {
                Some(url) => format!("the extension {url} is not carried"),
                None => "an extension without an address is not carried".to_owned(),
            };
            reading.lost(place, what);
        }
    }
}

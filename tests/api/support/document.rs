//! The OpenAPI document, and whether a value is as it says.

use std::collections::{BTreeMap, BTreeSet};

use aftercare::http::app::api;
use serde_json::Value;

/// What of each schema was met.
#[derive(Default)]
pub struct Seen(BTreeMap<String, BTreeSet<String>>);

impl Seen {
    fn note(&mut self, schema: &str, part: &str) {
        let parts = self.0.entry(schema.to_owned()).or_default();
        parts.insert(part.to_owned());
    }
}

pub struct Document(pub Value);

impl Document {
    pub fn read() -> Self {
        Self(serde_json::from_slice(api().json()).unwrap())
    }

    pub fn schema(&self, name: &str) -> &Value {
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "there is no schema {name}");
        schema
    }

    /// Holds a value against the schema with this name.
    pub fn check(&self, name: &str, value: &Value, seen: &mut Seen) {
        let fault = self.fault(name, self.schema(name), value, seen);
        assert_eq!(fault, None, "{name}: {value}");
    }

    /// Why the value does not fit; none when it does.
    pub fn fault(
        &self,
        name: &str,
        schema: &Value,
        value: &Value,
        seen: &mut Seen,
    ) -> Option<String> {
        if let Some(to) = schema["$ref"].as_str() {
            let name = to.rsplit('/').next().unwrap();
            return self.fault(name, self.schema(name), value, seen);
        }
        for choices in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choices].as_array() {
                let mut faults = choices
                    .iter()
                    .map(|choice| self.fault(name, choice, value, seen));
                return match faults.any(|fault| fault.is_none()) {
                    true => None,
                    false => Some(format!("{value} fits no choice of {name}")),
                };
            }
        }
        if let Some(words) = schema["enum"].as_array() {
            seen.note(name, value.as_str().unwrap_or_default());
            let known = words.contains(value);
            return (!known).then(|| format!("{value} is no word of {name}"));
        }
        let kinds = match &schema["type"] {
            // A schema that says nothing takes everything.
            Value::Null => return None,
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => vec![kind.as_str().unwrap()],
        };
        if !kinds.iter().any(|kind| is_a(value, kind)) {
            return Some(format!("{value} is no {} in {name}", kinds.join(" or ")));
        }
        match value {
            Value::Object(fields) => self.object(name, schema, fields, seen),
            Value::Array(items) => items
                .iter()
                .find_map(|item| self.fault(name, &schema["items"], item, seen)),
            _ => None,
        }
    }

    fn object(
        &self,
        name: &str,
        schema: &Value,
        fields: &serde_json::Map<String, Value>,
        seen: &mut Seen,
    ) -> Option<String> {
        let mut required = schema["required"].as_array().into_iter().flatten();
        let missing = required.find(|one| !fields.contains_key(one.as_str().unwrap()));
        if let Some(missing) = missing {
            return Some(format!("{name} lacks {}", missing.as_str().unwrap()));
        }
        fields.iter().find_map(|(key, value)| {
            seen.note(name, key);
            match &schema["properties"][key] {
                Value::Null => match &schema["additionalProperties"] {
                    of @ Value::Object(_) => self.fault(name, of, value, seen),
                    _ => Some(format!("{name} has no property {key}")),
                },
                property => self.fault(name, property, value, seen),
            }
        })
    }

    /// Every property, or word, of a schema was met.
    pub fn is_covered(&self, name: &str, seen: &Seen) {
        let schema = self.schema(name);
        let words = schema["enum"].as_array().into_iter().flatten();
        let mut parts: BTreeSet<String> = words
            .map(|word| word.as_str().unwrap().to_owned())
            .collect();
        let properties = schema["properties"].as_object().into_iter().flatten();
        parts.extend(properties.map(|(key, _)| key.clone()));
        let met = seen.0.get(name).cloned().unwrap_or_default();
        let missing: Vec<_> = parts.difference(&met).collect();
        assert!(missing.is_empty(), "{name}: never written: {missing:?}");
    }
}

/// The example of an operation's JSON body: its own, or else that of its type.
pub fn request_example(document: &Value, operation: &Value) -> Option<Value> {
    let content = operation.pointer("/requestBody/content/application~1json")?;
    let reference = content["schema"]["$ref"].as_str().unwrap_or_default();
    let of_type = format!("{}/example", reference.trim_start_matches('#'));
    let example = content
        .get("example")
        .or_else(|| document.pointer(&of_type));
    Some(example.expect("an example").clone())
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

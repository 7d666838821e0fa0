//! The media type of JSON first among those of a body: generators of clients take the first one, and others come before
//! it in the alphabet.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

const JSON: &str = "application/json";

/// A part of the document, in which JSON comes first wherever media types are named.
pub struct JsonFirst<'a>(pub &'a Value);

impl Serialize for JsonFirst<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                let others = fields.iter().filter(|(name, _)| *name != JSON);
                for (name, value) in fields.get_key_value(JSON).into_iter().chain(others) {
                    map.serialize_entry(name, &JsonFirst(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(JsonFirst)),
            other => other.serialize(serializer),
        }
    }
}

//! The JSON Schema of a form's definition, by which editors complete and check what an author writes.
//!
//! It is made of the schemas of the OpenAPI document, so the two cannot say different things.

use std::collections::BTreeSet;

use actix_web::web::Bytes;
use serde_json::{Map, Value, json};

/// Where a server serves it.
const PATH: &str = "/v1/form-definition.schema.json";

const IN_DOCUMENT: &str = "#/components/schemas/";
const ROOT: &str = "FormDefinition";

/// The schema, with all that it refers to in it. `server` is the address of the server, empty where it is not known.
pub(super) fn form_schema(document: &Value, server: &str) -> Bytes {
    let known = document.pointer("/components/schemas");
    let mut definitions = Map::new();
    let mut wanted = BTreeSet::from([ROOT.to_owned()]);
    while let Some(name) = wanted.pop_first() {
        let schema = known.and_then(|schemas| schemas.get(&name));
        let mut schema = schema.cloned().unwrap_or_default();
        rewrite(&mut schema, &mut wanted);
        definitions.insert(name, schema);
        wanted.retain(|name| !definitions.contains_key(name));
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{server}{PATH}"),
        "title": "A form of Aftercare",
        "$ref": format!("#/$defs/{ROOT}"),
        "$defs": definitions,
    });
    let json = serde_json::to_string_pretty(&schema).unwrap_or_default();
    (json + "\n").into()
}

/// Lets references point into the schema itself, and notes them. OpenAPI's `example` is `examples` in JSON Schema.
fn rewrite(schema: &mut Value, wanted: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(example) = fields.remove("example") {
                fields.insert("examples".to_owned(), json!([example]));
            }
            for (word, value) in fields.iter_mut() {
                match (word.as_str(), &mut *value) {
                    // The names below are those of fields, which may be the words of JSON Schema.
                    ("properties", Value::Object(properties)) => properties
                        .values_mut()
                        .for_each(|property| rewrite(property, wanted)),
                    ("examples" | "default" | "enum" | "const", _) => {}
                    ("$ref", Value::String(to)) => {
                        if let Some(name) = to.strip_prefix(IN_DOCUMENT) {
                            wanted.insert(name.to_owned());
                            *to = format!("#/$defs/{name}");
                        }
                    }
                    _ => rewrite(value, wanted),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, wanted)),
        _ => {}
    }
}

//! The document as OpenAPI 3.0, for tools that do not read 3.1.
//!
//! Where 3.0 cannot say something, the edition says less: a list of types becomes any value.

use serde_json::{Map, Value, json};

use super::shape::{each_object, operations};

/// Rewrites a document of OpenAPI 3.1 as 3.0.3.
pub(super) fn rewrite(document: &mut Value) {
    document["openapi"] = json!("3.0.3");
    if let Some(Value::Object(license)) = document.pointer_mut("/info/license") {
        license.remove("identifier");
        license.insert("url".to_owned(), json!("https://spdx.org/licenses/"));
    }
    let schemes = document.pointer("/components/securitySchemes");
    let schemes = schemes.cloned().unwrap_or_default();
    for operation in operations(document) {
        operation.values_mut().for_each(holders);
        if let Some(Value::Array(alternatives)) = operation.get_mut("security") {
            one_for_each_header(alternatives, &schemes);
        }
    }
    if let Some(Value::Object(schemes)) = document.pointer_mut("/components/securitySchemes") {
        schemes.values_mut().for_each(known_scheme);
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.values_mut().for_each(schema);
    }
    let complete = document.clone();
    each_object(document, &mut |object| nullable_has_type(object, &complete));
}

/// Generators send all alternatives at once. Two that are sent in the same way, as tokens and API keys are, would be two
/// headers of one name, so the first stands for both.
fn one_for_each_header(alternatives: &mut Vec<Value>, schemes: &Value) {
    let mut seen = Vec::new();
    alternatives.retain(|alternative| {
        let names = alternative.as_object().into_iter().flatten();
        let ways = names.map(|(name, _)| {
            let scheme = schemes.get(name);
            scheme.and_then(|scheme| scheme.get("scheme")).cloned()
        });
        let ways: Vec<_> = ways.collect();
        let is_new = !seen.contains(&ways);
        seen.push(ways);
        is_new
    });
}

/// Generators know `Basic` and `Bearer`. Any other way is a header that the caller fills in.
fn known_scheme(scheme: &mut Value) {
    let word = scheme.get("scheme").and_then(Value::as_str);
    if word.is_none_or(|word| ["basic", "bearer"].contains(&&*word.to_ascii_lowercase())) {
        return;
    }
    *scheme = json!({
        "type": "apiKey", "in": "header", "name": "Authorization",
        "description": scheme.get("description"),
    });
}

/// `nullable` counts only beside a `type`: that of the schema referred to.
fn nullable_has_type(object: &mut Map<String, Value>, document: &Value) {
    if !object.contains_key("nullable") || object.contains_key("type") {
        return;
    }
    let reference = object.get("allOf").and_then(|all| all.pointer("/0/$ref"));
    let place = reference
        .and_then(Value::as_str)
        .map(|place| place.trim_start_matches('#'));
    let kind = place.and_then(|place| document.pointer(place)?.get("type"));
    if let Some(kind) = kind {
        object.insert("type".to_owned(), kind.clone());
    }
}

/// Rewrites the schemas in what holds them: parameters, bodies, headers.
fn holders(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                match name.as_str() {
                    "schema" => schema(value),
                    "example" | "examples" => {}
                    _ => holders(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(holders),
        _ => {}
    }
}

fn schema(value: &mut Value) {
    let Value::Object(object) = value else {
        // `true` stands for any value.
        *value = json!({});
        return;
    };
    if let Some(Value::Array(examples)) = object.remove("examples") {
        let first = examples.into_iter().next().unwrap_or_default();
        object.entry("example").or_insert(first);
    }
    if let Some(only) = object.remove("const") {
        object.insert("enum".to_owned(), json!([only]));
    }
    types(object);
    choices(object);
    reference(object);
    parts(object);
}

/// `type: [x, null]` becomes `nullable`. Several types become any value.
fn types(object: &mut Map<String, Value>) {
    let Some(Value::Array(mut kinds)) = object.get("type").cloned() else {
        return;
    };
    let all = kinds.len();
    kinds.retain(|kind| kind != "null");
    if kinds.len() < all {
        object.insert("nullable".to_owned(), json!(true));
    }
    if let [kind] = kinds.as_slice() {
        object.insert("type".to_owned(), kind.clone());
    } else {
        object.remove("type");
        object.remove("items");
    }
}

/// A choice between null and one other schema becomes that schema with `nullable`.
fn choices(object: &mut Map<String, Value>) {
    for word in ["oneOf", "anyOf"] {
        let Some(Value::Array(mut choices)) = object.remove(word) else {
            continue;
        };
        let all = choices.len();
        choices.retain(|choice| choice["type"] != "null");
        if choices.len() < all {
            object.insert("nullable".to_owned(), json!(true));
        }
        match (choices.len(), all) {
            (1, 2) => only_choice(object, choices.pop().unwrap_or_default()),
            _ => {
                object.insert(word.to_owned(), choices.into());
            }
        }
    }
}

/// A reference stays bare, and what stood beside it goes one level up: generators do not read a choice within a choice.
fn only_choice(object: &mut Map<String, Value>, mut choice: Value) {
    let is_reference = choice.get("$ref").is_some();
    let parts = choice
        .as_object_mut()
        .map(std::mem::take)
        .unwrap_or_default();
    for (name, value) in parts {
        if is_reference && name == "$ref" {
            object.insert("allOf".to_owned(), json!([{"$ref": value}]));
        } else {
            object.entry(name).or_insert(value);
        }
    }
}

/// Nothing may stand beside a `$ref`.
fn reference(object: &mut Map<String, Value>) {
    if object.len() > 1
        && let Some(reference) = object.remove("$ref")
    {
        object.insert("allOf".to_owned(), json!([{"$ref": reference}]));
    }
}

/// Rewrites the schemas in a schema.
fn parts(object: &mut Map<String, Value>) {
    for (name, value) in object.iter_mut() {
        match (name.as_str(), value) {
            ("items" | "not", value) => schema(value),
            ("additionalProperties", value @ Value::Object(_)) => schema(value),
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(schema),
            ("oneOf" | "anyOf" | "allOf", Value::Array(choices)) => {
                choices.iter_mut().for_each(schema)
            }
            _ => {}
        }
    }
}

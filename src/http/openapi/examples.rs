//! Examples for bodies without an example of their own, composed from the examples of their schemas.

use serde_json::{Map, Value, json};
use utoipa::openapi::content::Content;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Components, RefOr};

/// The maximum depth: no body is nested this deep, and recursive schemas end here.
const DEEPEST: u8 = 16;

/// The schemas of a document, from which examples are composed.
pub(super) struct Examples {
    schemas: Value,
}

impl Examples {
    pub(super) fn new(components: Option<&Components>) -> Self {
        let schemas = components.and_then(|all| serde_json::to_value(&all.schemas).ok());
        Self {
            schemas: schemas.unwrap_or_default(),
        }
    }

    /// Adds an example to every JSON body of an operation. A request whose type has an example needs no other.
    pub(super) fn complete(&self, operation: &mut Operation) {
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            for (kind, content) in &mut body.content {
                if !self.type_has_example(content) {
                    self.fill(kind, content);
                }
            }
        }
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                response
                    .content
                    .iter_mut()
                    .for_each(|(kind, content)| self.fill(kind, content));
            }
        }
    }

    fn type_has_example(&self, content: &RefOr<Content>) -> bool {
        let RefOr::T(content) = content else {
            return false;
        };
        let Some(RefOr::Ref(reference)) = &content.schema else {
            return false;
        };
        let name = reference.ref_location.rsplit('/').next();
        let schema = name.and_then(|name| self.schemas.get(name));
        schema.is_some_and(|schema| schema.get("example").is_some())
    }

    fn fill(&self, kind: &str, content: &mut RefOr<Content>) {
        let RefOr::T(content) = content else { return };
        let has_one = content.example.is_some() || !content.examples.is_empty();
        if kind != "application/json" || has_one {
            return;
        }
        let schema = content
            .schema
            .as_ref()
            .and_then(|schema| serde_json::to_value(schema).ok());
        content.example = schema.and_then(|schema| self.of(&schema, 0));
    }

    fn of(&self, schema: &Value, depth: u8) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        if let Some(example) = schema
            .get("example")
            .or_else(|| schema.pointer("/examples/0"))
        {
            return Some(example.clone());
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next()?;
            return self.of(self.schemas.get(name)?, depth + 1);
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            let choices = schema.get(choice).and_then(Value::as_array);
            let mut choices = choices
                .into_iter()
                .flatten()
                .filter(|one| one["type"] != "null");
            if let Some(first) = choices.next() {
                return self.of(first, depth + 1);
            }
        }
        if let Some(word) = schema.pointer("/enum/0") {
            return Some(word.clone());
        }
        self.of_type(schema, depth)
    }

    fn of_type(&self, schema: &Value, depth: u8) -> Option<Value> {
        let kinds = match schema.get("type")? {
            Value::Array(kinds) => kinds.clone(),
            kind => vec![kind.clone()],
        };
        if kinds.iter().any(|kind| kind == "null") {
            return Some(Value::Null);
        }
        match kinds.first()?.as_str()? {
            "object" => {
                let parts = schema.get("properties").and_then(Value::as_object);
                let parts = parts.into_iter().flatten();
                let parts = parts
                    .filter_map(|(name, part)| Some((name.clone(), self.of(part, depth + 1)?)));
                Some(Value::Object(parts.collect::<Map<_, _>>()))
            }
            "array" => Some(json!([self.of(schema.get("items")?, depth + 1)?])),
            "string" => Some(match schema.get("format").and_then(Value::as_str) {
                Some("date-time") => json!("2027-01-04T09:00:00Z"),
                Some("date") => json!("2027-01-04"),
                Some("uuid") => json!("4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a"),
                _ => json!("text"),
            }),
            "integer" | "number" => Some(schema.get("minimum").cloned().unwrap_or(json!(1))),
            "boolean" => Some(json!(true)),
            _ => None,
        }
    }
}

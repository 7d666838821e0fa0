//! The JSON Schema of a form's definition: what it takes, and where it is served.

use aftercare::domain::form::{Source, Syntax};
use aftercare::http::app::api;
use serde_json::{Value, json};

use crate::cli::command;
use crate::support::TestApp;
use crate::support::collection::EVERY_KIND;
use crate::support::document::{Document, Seen};

const SHIPPED: &str = include_str!("../../forms/daily-life-after-treatment.yaml");
const SECOND_EDITION: &str = include_str!("../forms/second-edition.yaml");
const PATH: &str = "/v1/form-definition.schema.json";

fn schema() -> Value {
    serde_json::from_slice(&api().form_schema("")).unwrap()
}

fn value(yaml: &str) -> Value {
    let source = Source::read(yaml, Syntax::Yaml).unwrap();
    source.value().clone()
}

/// Why the schema refuses a definition, found with nothing but what the schema itself holds.
fn fault(definition: &Value) -> Option<String> {
    let schemas = json!({"components": {"schemas": schema()["$defs"]}});
    let root = json!({"$ref": schema()["$ref"]});
    Document(schemas).fault("FormDefinition", &root, definition, &mut Seen::default())
}

#[test]
fn the_forms_that_we_have_fit_the_schema() {
    for (name, yaml) in [
        ("shipped", SHIPPED),
        ("every kind", EVERY_KIND),
        ("second edition", SECOND_EDITION),
    ] {
        assert_eq!(fault(&value(yaml)), None, "{name}");
    }
}

#[test]
fn what_has_an_unknown_field_or_lacks_one_does_not_fit() {
    let sound = value(EVERY_KIND);
    for (pointer, field) in [
        ("", "langages"),
        ("/sections/0", "titel"),
        ("/sections/1/questions/0", "requierd"),
        ("/sections/1/questions/1/show_when/any/0", "atleast"),
        ("/scales/difficulty/0", "valeu"),
        ("/scores/0/bands/0", "form"),
    ] {
        let mut wrong = sound.clone();
        wrong.pointer_mut(pointer).unwrap()[field] = json!(1);
        let found = fault(&wrong).unwrap_or_default();
        assert!(found.contains(field), "{pointer}: {found}");
    }
    for (pointer, field) in [("", "key"), ("/sections/1/questions/0", "kind")] {
        let mut wrong = sound.clone();
        let place = wrong.pointer_mut(pointer).unwrap();
        place.as_object_mut().unwrap().remove(field);
        let found = fault(&wrong).unwrap_or_default();
        assert!(found.contains(field), "{pointer}: {found}");
    }
    let mut wrong = sound;
    wrong["sections"][0]["questions"][0]["kind"] = json!("single choice");
    assert!(fault(&wrong).is_some());
}

#[test]
fn the_schema_stands_alone_and_every_object_in_it_is_closed() {
    let schema = schema();
    let text = schema.to_string();
    assert!(!text.contains("#/components"), "{text}");
    assert!(!text.contains("\"example\":"), "{text}");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let definitions = schema["$defs"].as_object().unwrap();
    for reference in text.split("\"$ref\":\"").skip(1) {
        let to = reference.split('"').next().unwrap();
        let name = to.strip_prefix("#/$defs/").unwrap();
        assert!(definitions.contains_key(name), "{to}");
    }
    for (name, definition) in definitions {
        if definition["type"] == "object" {
            let rest = &definition["additionalProperties"];
            assert!(*rest == json!(false) || rest.is_object(), "{name} is open");
        }
    }
}

#[tokio::test]
async fn a_server_serves_the_schema_to_everybody() {
    let app = TestApp::start().await;
    let served = app.client().get(PATH).send().await.expect(200);
    assert_eq!(served.header("content-type"), "application/schema+json");
    assert_eq!(served.header("cache-control"), "public, max-age=3600");
    let mut body = served.json();
    let id = body["$id"].as_str().unwrap();
    assert!(id.ends_with(PATH), "{id}");
    body["$id"] = json!(PATH);
    assert_eq!(body, schema());
    let again = app
        .client()
        .get(PATH)
        .header("if-none-match", served.header("etag"))
        .send()
        .await;
    assert!(again.expect(304).body.is_empty());
}

#[test]
fn the_command_prints_the_schema_that_is_committed() {
    let output = command(&["form", "schema"]).output().unwrap();
    assert!(output.status.success());
    let committed = std::fs::read("openapi/form-definition.schema.json").unwrap();
    assert!(output.stdout == committed);
}

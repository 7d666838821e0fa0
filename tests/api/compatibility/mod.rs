//! The interface is a promise: what a client of the last release does still works, or the changelog says that it does
//! not.
//!
//! `openapi/released.json` is the document of the last release. A release copies `openapi/openapi.json` over it.

mod breaks;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use self::breaks::{Break, between};
use crate::support::document::Document;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// What stands under the heading in the newest section of the changelog.
fn newest<'a>(changelog: &'a str, heading: &str) -> &'a str {
    let section = changelog.split("\n## [").nth(1).unwrap();
    let part = section.split(&format!("\n### {heading}\n")).nth(1);
    part.map_or("", |part| part.split("\n### ").next().unwrap())
}

fn unnamed<'a>(breaks: impl IntoIterator<Item = &'a Break>, changelog: &str) -> Vec<&'a Break> {
    let named = newest(changelog, "Breaking");
    let is_named = |one: &&Break| !named.contains(&format!("`{}`", one.subject));
    breaks.into_iter().filter(is_named).collect()
}

#[test]
fn a_break_with_the_last_release_is_named_in_the_changelog() {
    let released: Value = serde_json::from_str(&file("openapi/released.json")).unwrap();
    let breaks = between(&released, &Document::read().0);
    let changelog = file("CHANGELOG.md");
    let unnamed = unnamed(&breaks, &changelog);
    assert!(
        unnamed.is_empty(),
        "name these under `### Breaking` in the newest section of CHANGELOG.md, with the first word in backticks:\n{}",
        unnamed
            .iter()
            .map(|one| format!("- {one}\n"))
            .collect::<String>()
    );
}

#[test]
fn only_what_the_changelog_names_in_backticks_is_named() {
    let changelog = "# Changelog\n\n## [0.2.0]\n\n### Added\n\n- `get_form`\n\n### Breaking\n\n- `list_forms`: no title.\n\n## [0.1.0]\n";
    let of = |subject: &str| Break {
        subject: subject.to_owned(),
        what: "is removed".to_owned(),
    };
    let breaks = [of("list_forms"), of("get_form"), of("list")];
    let left: Vec<_> = unnamed(&breaks, changelog)
        .iter()
        .map(|one| one.to_string())
        .collect();
    assert_eq!(left, ["get_form: is removed", "list: is removed"]);
}

/// A small interface.
fn old() -> Value {
    json!({
        "paths": {"/things": {
            "get": {
                "operationId": "list_things", "security": [],
                "parameters": [
                    {"in": "query", "name": "limit", "required": false, "schema": {"type": "integer", "maximum": 100}},
                    {"in": "query", "name": "state", "schema": {"$ref": "#/components/schemas/State"}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {
                    "type": "array", "items": {"$ref": "#/components/schemas/ThingView"},
                }}}}},
            },
            "post": {
                "operationId": "create_thing", "security": [{"staff": []}], "x-roles": ["author"],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/CreateThingBody"}}}},
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingView"}}}}},
            },
        }},
        "components": {"schemas": {
            "State": {"type": "string", "enum": ["new", "old"]},
            "ThingView": {
                "type": "object", "required": ["key", "state"],
                "properties": {
                    "key": {"type": "string"}, "state": {"$ref": "#/components/schemas/State"},
                    "size": {"type": "integer"},
                },
            },
            "CreateThingBody": {
                "type": "object", "required": ["key"],
                "properties": {"key": {"type": "string", "maxLength": 10}, "size": {"type": "integer"}},
            },
        }},
    })
}

/// What breaks when the value at a place of the small interface becomes another, or goes.
fn after(place: &str, new: Option<Value>) -> Vec<String> {
    let mut changed = old();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = changed.pointer_mut(parent).unwrap();
    match (parent, new) {
        (Value::Object(fields), Some(new)) => {
            fields.insert(name.replace("~1", "/"), new);
        }
        (Value::Object(fields), None) => {
            fields.remove(&name.replace("~1", "/")).unwrap();
        }
        (parent, Some(new)) => parent.as_array_mut().unwrap().push(new),
        (parent, None) => {
            parent.as_array_mut().unwrap().remove(name.parse().unwrap());
        }
    }
    let found = between(&old(), &changed);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_client_relies_on_is_missed_when_it_goes() {
    let things = "/paths/~1things";
    let schemas = "/components/schemas";
    for (place, new, expected) in [
        (format!("{things}/get"), None, "list_things: is removed"),
        (
            format!("{things}/get/operationId"),
            Some(json!("find_things")),
            "list_things: is called find_things",
        ),
        (
            format!("{things}/get/security"),
            Some(json!([{"staff": []}])),
            "list_things: needs another authorization",
        ),
        (
            format!("{things}/post/x-roles"),
            Some(json!(["admin"])),
            "create_thing: needs another authorization",
        ),
        (
            format!("{things}/get/parameters/0"),
            None,
            "list_things: the parameter limit is removed",
        ),
        (
            format!("{things}/get/parameters/-"),
            Some(json!({"in": "query", "name": "form", "required": true, "schema": {}})),
            "list_things: the parameter form is required",
        ),
        (
            format!("{things}/get/parameters/0/schema/maximum"),
            Some(json!(50)),
            "list_things: the parameter limit has another maximum",
        ),
        (
            format!("{things}/get/responses/200"),
            None,
            "list_things: the status 200 is removed",
        ),
        (
            format!("{things}/post/requestBody/content/application~1json"),
            None,
            "create_thing: application/json is not taken",
        ),
        (
            format!("{schemas}/State/enum/0"),
            None,
            "State: no longer takes \"new\"",
        ),
        (
            format!("{schemas}/State/enum/-"),
            Some(json!("lost")),
            "State: may be \"lost\"",
        ),
        (
            format!("{schemas}/CreateThingBody/properties/size"),
            None,
            "CreateThingBody: size is not taken",
        ),
        (
            format!("{schemas}/CreateThingBody/required/-"),
            Some(json!("size")),
            "CreateThingBody: size is required",
        ),
        (
            format!("{schemas}/CreateThingBody/properties/size/type"),
            Some(json!("string")),
            "CreateThingBody: size has another type",
        ),
        (
            format!("{schemas}/ThingView/properties/size"),
            None,
            "ThingView: size is removed",
        ),
        (
            format!("{schemas}/ThingView/required/0"),
            None,
            "ThingView: key may be missing",
        ),
        (
            format!("{schemas}/ThingView/properties/key/type"),
            Some(json!(["string", "null"])),
            "ThingView: key has another type",
        ),
        (
            format!("{schemas}/ThingView/properties/key/format"),
            Some(json!("uuid")),
            "ThingView: key has another format",
        ),
    ] {
        assert_eq!(after(&place, new), [expected], "{place}");
    }
}

#[test]
fn what_is_added_breaks_nothing() {
    let things = "/paths/~1things";
    let schemas = "/components/schemas";
    for (place, new) in [
        (
            format!("{things}/put"),
            json!({"operationId": "replace_thing", "responses": {}}),
        ),
        (
            format!("{things}/get/parameters/-"),
            json!({"in": "query", "name": "form", "schema": {"type": "string"}}),
        ),
        (
            format!("{things}/get/parameters/0/schema/maximum"),
            json!(200),
        ),
        (format!("{things}/get/responses/404"), json!({})),
        (
            format!("{things}/post/x-roles"),
            json!(["author", "analyst"]),
        ),
        (
            format!("{schemas}/CreateThingBody/properties/label"),
            json!({"type": "string"}),
        ),
        (
            format!("{schemas}/CreateThingBody/properties/key/maxLength"),
            json!(20),
        ),
        (
            format!("{schemas}/CreateThingBody/properties/size/type"),
            json!(["integer", "null"]),
        ),
        (
            format!("{schemas}/ThingView/properties/label"),
            json!({"type": "string"}),
        ),
        (format!("{schemas}/ThingView/required/-"), json!("size")),
    ] {
        assert_eq!(after(&place, Some(new)), Vec::<String>::new(), "{place}");
    }
}

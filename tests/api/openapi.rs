//! The OpenAPI document: fresh, complete, and without schemas that hide each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aftercare::http::app::api;
use aftercare::http::problem::{Code, FieldCode};
use serde_json::Value;

use crate::support::TestApp;

fn document() -> Value {
    serde_json::from_slice(api().json()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((format!("{method} {path}"), operation));
        }
    }
    found
}

#[test]
fn the_committed_documents_are_fresh() {
    let api = api();
    for (name, fresh) in [
        ("openapi/openapi.json", api.json().clone()),
        ("openapi/openapi-3.0.json", api.json_3_0()),
        ("openapi/form-definition.schema.json", api.form_schema("")),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let committed = std::fs::read(&path).unwrap_or_default();
        let hint = "is stale: run UPDATE_OPENAPI=1 cargo test --test api openapi";
        assert!(committed == fresh, "{name} {hint}");
    }
}

/// Generators take the first media type of a body for the one to send and to expect.
#[test]
fn json_comes_first_among_the_media_types_of_a_body() {
    for document in [api().json().clone(), api().json_3_0()] {
        let text = String::from_utf8(document.to_vec()).unwrap();
        let dense: String = text.split_whitespace().collect();
        assert!(dense.contains(r#""content":{"application/json":"#));
        assert!(!dense.contains(r#""content":{"application/fhir+json":"#));
    }
}

#[test]
fn collecting_twice_gives_the_same_document() {
    assert_eq!(api().json(), api().json());
}

#[tokio::test]
async fn the_document_served_is_the_document_committed() {
    let app = TestApp::start().await;
    let served = app.client().get("/openapi.json").send().await.expect(200);
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.body, api().json().to_vec());
    assert_eq!(served.json()["openapi"], "3.1.0");
}

#[test]
fn every_operation_says_what_a_client_needs() {
    let document = document();
    let tags: Vec<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{name}: {id} twice");
        assert!(id.contains('_'), "{name}: {id} is not <verb>_<resource>");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(
            !summary.is_empty() && !summary.ends_with('.'),
            "{name}: summary `{summary}`"
        );
        let own = operation["tags"].as_array().unwrap();
        assert!(
            own.len() == 1 && tags.contains(&&own[0]),
            "{name}: tags {own:?}"
        );
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{name}: no success"
        );
        let problems = responses
            .values()
            .filter(|response| !response["content"]["application/problem+json"].is_null());
        assert!(problems.count() >= 1, "{name}: no problem");
        let text = operation.to_string();
        assert!(
            !text.contains("x-problems") && !text.contains("x-database"),
            "{name}"
        );
    }
}

#[test]
fn every_json_body_has_an_example() {
    let document = document();
    let has_example =
        |content: &Value| !content["example"].is_null() || !content["examples"].is_null();
    for (name, operation) in operations(&document) {
        let mut bodies = vec![("request".to_owned(), &operation["requestBody"]["content"])];
        for (status, response) in operation["responses"].as_object().unwrap() {
            bodies.push((status.clone(), &response["content"]));
        }
        for (what, content) in bodies {
            for (kind, body) in content.as_object().into_iter().flatten() {
                let wanted = kind.ends_with("json");
                let reference = body["schema"]["$ref"].as_str().unwrap_or_default();
                let of_type =
                    document.pointer(&format!("{}/example", reference.trim_start_matches('#')));
                assert!(
                    !wanted || has_example(body) || of_type.is_some(),
                    "{name}: no example for {kind} of {what}"
                );
            }
        }
    }
}

#[test]
fn the_example_of_a_form_can_be_published() {
    let document = document();
    let example = &document["components"]["schemas"]["FormDefinition"]["example"];
    let definition = serde_json::from_value(example.clone()).unwrap();
    aftercare::domain::form::Form::check(definition).unwrap();
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    found.push(reference.clone());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        assert!(
            document
                .pointer(reference.trim_start_matches('#'))
                .is_some(),
            "{reference}"
        );
    }
}

#[test]
fn every_guarded_operation_names_the_scheme_that_exists() {
    let document = document();
    for scheme in ["staff", "api_key"] {
        assert_eq!(
            document["components"]["securitySchemes"][scheme]["scheme"],
            "bearer"
        );
    }
    assert_eq!(
        document["components"]["securitySchemes"]["pass"]["scheme"],
        "PrivateToken"
    );
    for (name, operation) in operations(&document) {
        let security = operation["security"].as_array().unwrap();
        let roles = operation.get("x-roles").and_then(Value::as_array);
        match security.first().and_then(|one| one.get("staff")) {
            // Roles are no scopes: only OAuth has them.
            Some(scopes) => {
                assert_eq!(scopes, &serde_json::json!([]), "{name}");
                assert!(!operation["responses"]["401"].is_null(), "{name}");
                let description = operation["description"].as_str().unwrap();
                for role in roles.unwrap() {
                    let named = format!("`{}`", role.as_str().unwrap());
                    assert!(description.contains(&named), "{name}: {description}");
                }
                let opens_to_keys = security.get(1).is_some_and(|one| !one["api_key"].is_null());
                assert_eq!(
                    description.contains("API keys with it"),
                    opens_to_keys,
                    "{name}"
                );
            }
            None => assert!(roles.is_none(), "{name}"),
        }
    }
}

#[test]
fn what_generators_mistake_is_not_in_the_document() {
    let document = document();
    let mut schemas = Vec::new();
    collect_schemas(&document, &mut schemas);
    for schema in schemas {
        assert!(schema.get("allOf").is_none(), "an allOf: {schema}");
        assert!(schema.get("propertyNames").is_none(), "{schema}");
        let choices = schema.get("oneOf").and_then(Value::as_array);
        for choice in choices.into_iter().flatten() {
            let harmless = choice["type"] == "null" || !choice["$ref"].is_null();
            assert!(harmless, "a choice of primitives: {schema}");
        }
        let required = schema["required"].as_array();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.is_some_and(|all| all.contains(&name.as_str().into()));
            let is_change = ["freezes_at", "proof_of_work"].contains(&name.as_str());
            assert!(
                is_required || is_change || !may_be_null(property),
                "{name} may be missing and may be null: {schema}"
            );
            assert!(property.get("default").is_none(), "{name}: {schema}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if name.ends_with("Page") {
            assert!(
                schema["properties"]["items"]["items"]["$ref"].is_string(),
                "{name}"
            );
        }
    }
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!may_be_null(&parameter["schema"]), "{name}: {parameter}");
        }
    }
}

fn may_be_null(schema: &Value) -> bool {
    let kinds = schema["type"].as_array().into_iter().flatten();
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    kinds
        .chain(choices.map(|choice| &choice["type"]))
        .any(|kind| kind == "null")
}

/// Every schema of the document, wherever it stands.
fn collect_schemas<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("type")
                || fields.contains_key("oneOf")
                || fields.contains_key("allOf")
            {
                found.push(value);
            }
            for (name, value) in fields {
                if !name.starts_with("example") {
                    collect_schemas(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_schemas(item, found)),
        _ => {}
    }
}

#[test]
fn the_codes_of_problems_and_of_fields_are_enumerations() {
    let document = document();
    let words = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words("ProblemCode"), serde_json::json!(codes));
    let codes: Vec<_> = FieldCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words("FieldErrorCode"), serde_json::json!(codes));
}

#[test]
fn the_edition_for_older_tools_has_nothing_that_only_3_1_has() {
    let older: Value = serde_json::from_slice(&api().json_3_0()).unwrap();
    assert_eq!(older["openapi"], "3.0.3");
    let newer = document();
    assert_eq!(operations(&older).len(), operations(&newer).len());
    let mut schemas = Vec::new();
    collect_schemas(&older, &mut schemas);
    assert!(schemas.len() > 100);
    for schema in schemas {
        assert!(!schema["type"].is_array(), "{schema}");
        assert!(
            schema.get("const").is_none() && schema.get("examples").is_none(),
            "{schema}"
        );
        for choices in ["oneOf", "anyOf", "allOf"] {
            for choice in schema[choices].as_array().into_iter().flatten() {
                assert_ne!(choice["type"], "null", "{schema}");
            }
        }
        assert!(
            schema.get("$ref").is_none(),
            "something beside a reference: {schema}"
        );
    }
    let text = |name: &str| older["components"]["schemas"][name].to_string();
    assert!(
        text("CampaignView").contains("nullable"),
        "{}",
        text("CampaignView")
    );
}

#[test]
fn every_code_named_by_a_handler_is_in_the_table() {
    for (file, text) in sources() {
        for list in text.split("\"x-problems\" = json!([").skip(1) {
            let list = list.split(']').next().unwrap();
            for word in list.split(',').map(|word| word.trim().trim_matches('"')) {
                let known = word.is_empty() || Code::parse(word).is_some();
                assert!(known, "{}: `{word}` is no code", file.display());
            }
        }
    }
}

#[test]
fn no_two_types_share_the_name_of_a_schema() {
    // The library lets the later one overwrite the earlier one without a word.
    let mut owners: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (file, text) in sources() {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if !line.contains("ToSchema") || line.trim_start().starts_with("use") {
                continue;
            }
            let mut renamed = None;
            for line in lines.by_ref() {
                if let Some((_, rest)) = line.split_once("schema(as = ") {
                    renamed = rest.split([')', ',']).next().map(str::to_owned);
                }
                let line = line.trim().trim_start_matches("pub ");
                let declared = line
                    .strip_prefix("struct ")
                    .or_else(|| line.strip_prefix("enum "));
                if let Some(name) = declared {
                    let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                    let name = renamed.unwrap_or_else(|| name.to_owned());
                    owners.entry(name).or_default().push(file.clone());
                    break;
                }
            }
        }
    }
    assert!(
        owners.contains_key("StaffView") && owners.contains_key("Problem"),
        "{owners:?}"
    );
    for (name, files) in owners {
        assert_eq!(files.len(), 1, "{name} is in {files:?}");
    }
}

#[test]
fn limits_that_are_checked_are_limits_that_are_documented() {
    // validator and utoipa do not read each other, so each pair stands twice, side by side.
    for (file, text) in sources() {
        let mut checked: Option<String> = None;
        for line in text.lines().map(str::trim) {
            if let Some((_, rest)) = line.split_once("length(") {
                checked = line
                    .starts_with("#[validate")
                    .then(|| rest.split(')').next().unwrap().to_owned());
            } else if let (Some(limits), true) = (&checked, line.starts_with("#[schema(")) {
                for limit in limits.split(',').map(str::trim) {
                    let (edge, number) = limit.split_once(" = ").unwrap();
                    let spelt = [
                        format!("{edge}_length = {number}"),
                        format!("{edge}_items = {number}"),
                    ];
                    let documented = spelt.iter().any(|spelt| line.contains(spelt));
                    assert!(
                        documented,
                        "{}: `{limit}` is not in `{line}`",
                        file.display()
                    );
                }
                checked = None;
            } else if line.starts_with("pub ") || line.ends_with(',') {
                assert!(
                    checked.is_none(),
                    "{}: undocumented limit before `{line}`",
                    file.display()
                );
            }
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    found
}

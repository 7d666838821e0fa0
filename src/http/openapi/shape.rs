//! Makes of the document what generators of clients understand.
//!
//! OpenAPI allows more than generators read. Each step here replaces something that is right but that a generator
//! mistakes; `script/sdk` shows with which.

use serde_json::{Map, Value, json};

use crate::http::middleware::deprecation::{DEPRECATED, Deprecated};

/// The methods of a path that can have an operation.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Takes all steps.
pub(super) fn shape(document: &mut Value) {
    for operation in operations(document) {
        move_roles(operation);
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            parameter.get_mut("schema").map(never_null);
        }
    }
    for one in DEPRECATED {
        deprecate(document, one);
    }
    name_pages(document);
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        missing_or_null(name, schema);
    }
    each_object(document, &mut drop_property_names);
    if let Some(schemes) = document.pointer_mut("/components/securitySchemes") {
        schemes["pass"] = json!({
            "type": "http", "scheme": "PrivateToken",
            "description": "A pass (RFC 9577): `Authorization: PrivateToken token=\"…\"`.",
        });
    }
}

/// Marks an operation that will be removed, and says what to use instead.
fn deprecate(document: &mut Value, one: &Deprecated) {
    let item = document
        .get_mut("paths")
        .and_then(|paths| paths.get_mut(one.path));
    let method = one.method.to_ascii_lowercase();
    let operation = item.and_then(|item| item.get_mut(&method)?.as_object_mut());
    let Some(operation) = operation else { return };
    let description = operation.get("description").and_then(Value::as_str);
    let sentence = format!(
        "Deprecated since {}, and removed on {}. {}",
        one.since, one.removed_on, one.instead
    );
    let description = format!("{sentence}\n\n{}", description.unwrap_or_default());
    operation.insert("description".to_owned(), json!(description.trim_end()));
    operation.insert("deprecated".to_owned(), json!(true));
}

/// All operations of a document.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut);
    items
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut())
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .filter_map(|(_, operation)| operation.as_object_mut())
}

/// Moves the roles out of `security`, where only OAuth may have words, into the description and into `x-roles`.
/// Operations for everybody say so.
fn move_roles(operation: &mut Map<String, Value>) {
    let security = operation.entry("security").or_insert_with(|| json!([]));
    let Some(Value::Array(words)) = security.pointer_mut("/0/staff").map(Value::take) else {
        return;
    };
    let opens_to_keys = security.pointer("/1/api_key").is_some();
    *security = match opens_to_keys {
        true => json!([{"staff": []}, {"api_key": []}]),
        false => json!([{"staff": []}]),
    };
    let names: Vec<_> = words.iter().filter_map(Value::as_str).collect();
    let sentence = match (names.as_slice(), opens_to_keys) {
        ([], _) => "For every account.".to_owned(),
        (names, false) => format!("For the role `{}`.", names.join("` or `")),
        (names, true) => format!(
            "For the role `{}`, and for API keys with it.",
            names.join("` or `")
        ),
    };
    let description = operation.get("description").and_then(Value::as_str);
    let description = match description {
        Some(text) => format!("{text}\n\n{sentence}"),
        None => sentence,
    };
    operation.insert("description".to_owned(), description.into());
    operation.insert("x-roles".to_owned(), words.into());
}

/// Fields that may be missing and may be null, and mean something else by it.
const MISSING_AND_NULL: [&str; 2] = [
    "UpdateCampaignBody.freezes_at",
    "UpdateCampaignBody.proof_of_work",
];

/// A property that may be missing is left out rather than null. So an SDK has one way to say that it is not there.
fn missing_or_null(name: &str, schema: &mut Value) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let required = required.as_array();
    let is_required = |property: &String| {
        required.is_some_and(|all| all.iter().any(|one| one == property.as_str()))
    };
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (property, schema) in properties.into_iter().flatten() {
        if !is_required(property) && !MISSING_AND_NULL.contains(&&*format!("{name}.{property}")) {
            never_null(schema);
        }
    }
}

/// A parameter is left out rather than null, so its schema need not allow null.
fn never_null(schema: &mut Value) {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            schema["type"] = kind.clone();
        }
    }
    let choices = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    let mut choices = choices.map(std::mem::take).unwrap_or_default();
    choices.retain(|choice| choice["type"] != "null");
    if let [choice] = choices.as_slice() {
        *schema = choice.clone();
    }
}

/// The library writes the items of a page once more into each page, and calls the page `Page_FormView`. Here pages
/// refer to their items, and are called `FormPage`.
fn name_pages(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas") else {
        return;
    };
    let Some(schemas) = schemas.as_object_mut() else {
        return;
    };
    let pages = schemas.keys().filter_map(|name| name.strip_prefix("Page_"));
    let pages: Vec<String> = pages.map(str::to_owned).collect();
    for item in pages {
        let Some(mut page) = schemas.remove(&format!("Page_{item}")) else {
            continue;
        };
        if let Some(of) = page.pointer_mut("/properties/items/items") {
            *of = json!({"$ref": format!("#/components/schemas/{item}")});
        }
        schemas.insert(page_name(&item), page);
    }
    each_object(document, &mut |object| {
        let reference = object.get("$ref").and_then(Value::as_str);
        let item = reference.and_then(|path| path.strip_prefix("#/components/schemas/Page_"));
        if let Some(name) = item.map(page_name) {
            object.insert(
                "$ref".to_owned(),
                json!(format!("#/components/schemas/{name}")),
            );
        }
    });
}

fn page_name(item: &str) -> String {
    format!("{}Page", item.trim_end_matches("View"))
}

/// That the names of properties are strings says nothing, and some generators do not know the keyword.
fn drop_property_names(object: &mut Map<String, Value>) {
    object.remove("propertyNames");
}

/// Visits every object of a document, the inner ones first.
pub(super) fn each_object(value: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            object
                .values_mut()
                .for_each(|value| each_object(value, visit));
            visit(object);
        }
        Value::Array(items) => items.iter_mut().for_each(|value| each_object(value, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_deprecated_operation_is_marked() {
        let mut document = json!({"paths": {"/old": {"get": {"description": "Old."}, "post": {}}}});
        let one = Deprecated {
            method: "GET",
            path: "/old",
            since: NaiveDate::from_ymd_opt(2027, 1, 1).unwrap(),
            removed_on: NaiveDate::from_ymd_opt(2028, 1, 1).unwrap(),
            instead: "Use `/new`.",
        };
        deprecate(&mut document, &one);
        assert_eq!(
            document["paths"]["/old"]["get"],
            json!({
                "deprecated": true,
                "description": "Deprecated since 2027-01-01, and removed on 2028-01-01. Use `/new`.\n\nOld.",
            })
        );
        assert_eq!(document["paths"]["/old"]["post"], json!({}));
    }
}

//! Paths, queries and methods.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;

use super::surface::{Operation, Surface};

/// What takes the place of a parameter in a path.
pub const STEPS: &[(&str, &str)] = &[
    ("an escaped NUL", "a%00b"),
    ("broken UTF-8", "%FF%FE"),
    ("half a character", "%ED%9A"),
    ("a surrogate in UTF-8", "%ED%A0%80"),
    ("an overlong slash", "%C0%AF"),
    ("a broken escape", "%zz%"),
    ("an escape twice", "%2500%252e%252e"),
    ("an escaped slash", "a%2Fb"),
    ("a backslash", "..%5c..%5cetc"),
    ("a semicolon", "every-kind;v=1"),
    ("a line end", "a%0d%0aX-Evil:%201"),
    ("a quote for SQL", "x'%20OR%20'1'='1"),
    (
        "a statement for SQL",
        "x';%20DROP%20TABLE%20responses;%20--",
    ),
    ("a pattern for LIKE", "%25_%25"),
    ("a wild card", "*"),
    ("a blank", "%20"),
    ("capitals", "EVERY-KIND"),
    (
        "right to left and emoji",
        "%E2%80%AE%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7",
    ),
    ("minus one", "-1"),
    ("nought", "0"),
    ("more than an i32", "2147483648"),
    ("more than a u64", "99999999999999999999"),
    ("a fraction", "1.0"),
    ("a digit of another script", "%D9%A1"),
    ("a nil UUID", "00000000-0000-0000-0000-000000000000"),
    (
        "a UUID in braces",
        "%7B4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a%7D",
    ),
    ("eight thousand letters", "LETTERS"),
];

/// Queries, for operations with and without one.
pub const QUERIES: &[(&str, &str)] = &[
    ("an unknown parameter", "colour=red"),
    ("no name", "=1"),
    ("signs only", "&&&===&&"),
    ("broken UTF-8", "language=%FF&cursor=%FF&limit=%FF"),
    ("NUL", "language=%00&cursor=%00"),
    ("an escape that breaks off", "limit=%"),
    ("a parameter twice", "limit=1&limit=2"),
    ("a list", "limit[]=1&language[]=ko"),
    ("limit nought", "limit=0"),
    ("limit minus one", "limit=-1"),
    ("limit too large", "limit=201"),
    ("limit 65536", "limit=65536"),
    ("limit of twenty digits", "limit=99999999999999999999"),
    ("a limit in words", "limit=ten"),
    ("an empty limit", "limit="),
    ("a limit with a sign", "limit=%2B5"),
    ("an empty cursor", "cursor="),
    ("a cursor of nonsense", "cursor=%25%25%25"),
    ("SQL for a cursor", "cursor='%20OR%201=1"),
    ("versions of nonsense", "from=a&to=b"),
    ("versions that do not exist", "from=0&to=-2147483648"),
    ("versions too large", "from=2147483648&to=1"),
    ("only one version", "from=1"),
    ("a language that does not exist", "language=xx"),
    ("SQL for a language", "language=ko'%20OR%201=1"),
    ("a language of dashes", "language=DASHES"),
    ("a long parameter", "cursor=LETTERS"),
    ("many parameters", "MANY"),
];

/// What a forged cursor holds.
const CURSORS: &[&str] = &[
    "null",
    "0",
    "-1",
    "\"\"",
    "\"every-kind\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"'; DROP TABLE responses; --\"",
    "\"\u{10ffff}\"",
    "[]",
    "{}",
    "[[[[[[[[[[",
    "[null, null]",
    "[\"2027-01-01T00:00:00Z\"]",
    "[\"2027-01-01T00:00:00Z\", \"4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a\"]",
    "[\"2027-01-01T00:00:00Z\", \"4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a\", 1]",
    "[\"-262143-01-01T00:00:00Z\", \"4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a\"]",
    "[\"+262142-12-31T23:59:59Z\", \"4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a\"]",
    "[\"2016-12-31T23:59:60Z\", \"4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a\"]",
    "[\"2027-01-01T00:00:00Z\", \"'; DROP TABLE staff; --\"]",
];

fn long(text: &str) -> String {
    let many: Vec<_> = (0..3000).map(|n| format!("p{n}={n}")).collect();
    text.replace("LETTERS", &"x".repeat(8000))
        .replace("DASHES", &"a-".repeat(4000))
        .replace("MANY", &many.join("&"))
}

/// The path of an operation with this in the place of one parameter after the other.
fn spoilt(operation: &Operation, step: &str) -> Vec<String> {
    let path = operation.path.split('?').next().unwrap();
    let query = &operation.path[path.len()..];
    let steps: Vec<&str> = path.split('/').collect();
    let mut found = Vec::new();
    for (place, template) in operation.template.split('/').enumerate() {
        if template.starts_with('{') {
            let mut steps = steps.clone();
            steps[place] = step;
            found.push(steps.join("/") + query);
        }
    }
    found
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_refused_by_every_operation() {
    let surface = Surface::start().await;
    let mut sent = 0;
    for (name, step) in STEPS {
        let step = long(step);
        let mut calls = Vec::new();
        for operation in &surface.operations {
            for path in spoilt(operation, &step) {
                let mut call = surface.call_at(operation, &path).await;
                if let Some(body) = &operation.body {
                    call = call.json(&super::surface::fresh(body));
                }
                calls.push((format!("{} {path:.60}", operation.id), call));
            }
        }
        sent += surface.refuse(name, calls).await;
    }
    assert!(sent >= 400, "{sent}");
}

#[tokio::test]
async fn no_query_breaks_anything() {
    let surface = Surface::start().await;
    for (name, query) in QUERIES {
        let query = long(query);
        let mut calls = Vec::new();
        for operation in surface.operations.iter().filter(|one| one.method == "GET") {
            let path = operation.path.split('?').next().unwrap();
            let call = surface.call_at(operation, &format!("{path}?{query}")).await;
            calls.push((operation.id.clone(), call));
        }
        surface.survive(name, calls).await;
    }
}

#[tokio::test]
async fn a_forged_cursor_leads_to_a_page_or_is_refused() {
    let surface = Surface::start().await;
    for cursor in CURSORS {
        let forged = URL_SAFE_NO_PAD.encode(cursor);
        let mut calls = Vec::new();
        for operation in surface.operations.iter().filter(|one| one.has_pages) {
            let path = format!("{}?cursor={forged}", operation.path);
            calls.push((
                operation.id.clone(),
                surface.call_at(operation, &path).await,
            ));
        }
        assert!(surface.survive(cursor, calls).await >= 5);
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_at_every_address() {
    let surface = Surface::start().await;
    let methods = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW", "QUERY",
    ];
    for method in methods {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut calls = Vec::new();
        for operation in &surface.operations {
            let template = &operation.template;
            let mut same = surface
                .operations
                .iter()
                .filter(|one| one.template == *template);
            if same.any(|one| one.method == method) {
                continue;
            }
            let client = surface.client(operation).await;
            let call = client.call(method.clone(), &operation.path);
            calls.push((operation.id.clone(), call.json(&serde_json::json!({}))));
        }
        surface.refuse(method.as_str(), calls).await;
    }
}

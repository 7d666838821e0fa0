//! Bodies that are bad as a whole, for every operation that takes one.

use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::surface::{Surface, fresh};

/// A way to spoil a body.
pub struct Kind {
    name: &'static str,
    /// Content-Type.
    kind: &'static str,
    /// Content-Encoding.
    encoding: &'static str,
    spoil: fn(&Value) -> Vec<u8>,
}

const JSON: &str = "application/json";

const fn json(name: &'static str, spoil: fn(&Value) -> Vec<u8>) -> Kind {
    Kind {
        name,
        kind: JSON,
        encoding: "",
        spoil,
    }
}

const fn as_kind(name: &'static str, kind: &'static str) -> Kind {
    Kind {
        name,
        kind,
        encoding: "",
        spoil: text,
    }
}

const fn packed(name: &'static str, encoding: &'static str, spoil: fn(&Value) -> Vec<u8>) -> Kind {
    Kind {
        name,
        kind: JSON,
        encoding,
        spoil,
    }
}

/// None of these is ever taken.
pub const KINDS: &[Kind] = &[
    json("an empty body", |_| Vec::new()),
    json("white space", |_| b" \r\n\t ".to_vec()),
    json("null", |_| b"null".to_vec()),
    json("a number", |_| b"7".to_vec()),
    json("a text", |_| b"\"text\"".to_vec()),
    json("an empty list", |_| b"[]".to_vec()),
    json("the body in a list", |good| join(b"[", good, b"]")),
    json("its values in a list", |good| {
        let values: Vec<&Value> = good.as_object().unwrap().values().collect();
        serde_json::to_vec(&values).unwrap()
    }),
    json("the body in a text", |good| {
        serde_json::to_vec(&String::from_utf8(text(good)).unwrap()).unwrap()
    }),
    json("a byte order mark", |good| join(b"\xef\xbb\xbf", good, b"")),
    json("words behind it", |good| join(b"", good, b" and more")),
    json("a second body behind it", |good| {
        join(b"", good, &text(good))
    }),
    json("a NUL behind it", |good| join(b"", good, b"\0")),
    json("a NUL before it", |good| join(b"\0", good, b"")),
    json("a comma before the end", |good| replace_end(good, b",}")),
    json("a comment", |good| join(b"/* good */", good, b"")),
    json("the first half", |good| {
        let good = text(good);
        good[..good.len() / 2].to_vec()
    }),
    json("all but the last byte", |good| {
        let good = text(good);
        good[..good.len() - 1].to_vec()
    }),
    json("an unknown field", |good| {
        replace_end(good, b",\"unknown\":1}")
    }),
    json("an empty name", |good| replace_end(good, b",\"\":1}")),
    json("a name with NUL", |good| {
        replace_end(good, b",\"\\u0000\":1}")
    }),
    json("a name with half a surrogate", |good| {
        replace_end(good, b",\"\\ud800\":1}")
    }),
    json("a name in broken UTF-8", |good| {
        replace_end(good, b",\"\xff\xfe\":1}")
    }),
    json("__proto__", |good| {
        replace_end(good, b",\"__proto__\":{\"admin\":true}}")
    }),
    json("SQL for a name", |good| {
        replace_end(good, b",\"'; DROP TABLE responses; --\":1}")
    }),
    json("a field twice", |good| {
        let (name, value) = good.as_object().unwrap().iter().next().unwrap();
        replace_end(good, format!(",\"{name}\":{value}}}").as_bytes())
    }),
    json("a field twice, once with an escape", |good| {
        let (name, value) = good.as_object().unwrap().iter().next().unwrap();
        let name = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        replace_end(good, format!(",\"{name}\":{value}}}").as_bytes())
    }),
    json("ten thousand unknown fields", |_| {
        let fields: Vec<_> = (0..10_000).map(|n| format!("\"f{n}\":0")).collect();
        format!("{{{}}}", fields.join(",")).into_bytes()
    }),
    json("a field of ten thousand lists", |good| {
        deep(good, "[", 10_000)
    }),
    json("a field of a hundred thousand lists", |good| {
        deep(good, "[", 100_000)
    }),
    json("a field of ten thousand objects", |good| {
        deep(good, "{\"not\":", 10_000)
    }),
    json("a hundred and twenty-nine lists, closed", |good| {
        let name = good.as_object().unwrap().keys().next().unwrap();
        let (open, close) = ("[".repeat(129), "]".repeat(129));
        format!("{{\"{name}\":{open}{close}}}").into_bytes()
    }),
    json("two hundred thousand lists", |_| {
        "[".repeat(200_000).into_bytes()
    }),
    json("a million lists", |_| "[".repeat(1_000_000).into_bytes()),
    json("two hundred thousand brackets closed", |_| {
        "]".repeat(200_000).into_bytes()
    }),
    json("half a megabyte of text", |_| {
        format!("\"{}\"", "x".repeat(512 * 1024)).into_bytes()
    }),
    json("three megabytes of white space", |good| {
        join(&b" ".repeat(3 * 1024 * 1024), good, b"")
    }),
    json("UTF-16", |good| {
        let good = String::from_utf8(text(good)).unwrap();
        good.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }),
    json("UTF-32", |good| {
        let good = String::from_utf8(text(good)).unwrap();
        good.chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect()
    }),
    json("Latin-1", |_| b"{\"name\":\"caf\xe9\"}".to_vec()),
    json("overlong UTF-8", |_| b"{\"name\":\"\xc0\xaf\"}".to_vec()),
    json("a surrogate in UTF-8", |_| {
        b"{\"name\":\"\xed\xa0\x80\"}".to_vec()
    }),
    json("single quotes", |_| b"{'name': 'x'}".to_vec()),
    json("names without quotes", |_| b"{name: \"x\"}".to_vec()),
    json("a form", |_| b"name=x&admin=true".to_vec()),
    json("XML", |_| {
        b"<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>".to_vec()
    }),
    json("random bytes", |_| {
        (0..4096_u32).map(|n| (n * 167 + 13) as u8).collect()
    }),
    json("gzip without saying so", |good| gzip(&text(good))),
    as_kind("no content type", ""),
    as_kind("text", "text/plain"),
    as_kind("a form's type", "application/x-www-form-urlencoded"),
    as_kind("multipart", "multipart/form-data; boundary=x"),
    as_kind("XML's type", "application/xml"),
    as_kind("another kind of JSON", "application/merge-patch+json"),
    as_kind("charset UTF-16", "application/json; charset=utf-16"),
    as_kind("charset UTF-7", "application/json;charset=UTF-7"),
    as_kind("two content types in one", "application/json, text/plain"),
    as_kind("a content type of nonsense", ";;;=\"\\"),
    packed("gzip", "gzip", |good| gzip(&text(good))),
    packed("a gzip bomb", "gzip", |_| {
        gzip(&vec![b' '; 10 * 1024 * 1024])
    }),
    packed("an unknown encoding", "aes128gcm", text),
    packed("two encodings", "identity, gzip", |good| gzip(&text(good))),
];

fn text(good: &Value) -> Vec<u8> {
    serde_json::to_vec(good).unwrap()
}

fn join(before: &[u8], good: &Value, behind: &[u8]) -> Vec<u8> {
    [before, &text(good), behind].concat()
}

fn replace_end(good: &Value, end: &[u8]) -> Vec<u8> {
    let mut body = text(good);
    assert_eq!(body.pop(), Some(b'}'));
    body.extend_from_slice(end);
    body
}

fn deep(good: &Value, step: &str, levels: usize) -> Vec<u8> {
    let name = good.as_object().unwrap().keys().next_back().unwrap();
    let levels = levels.min(250_000 / step.len());
    format!("{{\"{name}\":{}", step.repeat(levels)).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_body_that_is_bad_as_a_whole_is_refused_by_every_operation() {
    let surface = Surface::start().await;
    let mut sent = 0;
    for kind in KINDS {
        let mut calls = Vec::new();
        for (operation, good) in surface.with_body() {
            let body = (kind.spoil)(&fresh(good));
            let mut call = surface.call(operation).await.raw(kind.kind, body);
            if !kind.encoding.is_empty() {
                call = call.header("content-encoding", kind.encoding);
            }
            calls.push((operation.id.clone(), call));
        }
        sent += surface.refuse(kind.name, calls).await;
    }
    assert!(sent >= KINDS.len() * 11, "{sent}");
}

#[tokio::test]
async fn a_good_body_is_not_refused_for_its_form() {
    // Otherwise the test above would pass for a reason of its own.
    let surface = Surface::start().await;
    for operation in &surface.operations {
        let answer = surface.good(operation).await.send().await;
        let expected = match &*operation.id {
            "create_session" | "refresh_session" => 401,
            // It needs to be told what the figures are about.
            "get_statistics" => 400,
            // The account of this test has no password.
            "update_own_password" => 422,
            "get_own_response"
            | "get_own_summary"
            | "correct_own_response"
            | "withdraw_own_response" => 404,
            // A campaign needs the version.
            "retire_form_version" => 409,
            "delete_form_draft" | "publish_form_draft" => 412,
            // Their bodies are no JSON; see `passes`.
            "issue_pass" | "issue_pass_by_key" => 415,
            _ => answer.status.as_u16().min(299),
        };
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{}: {answer:?}",
            operation.id
        );
    }
}

#[tokio::test]
async fn a_body_is_read_only_with_one_sound_content_type() {
    let surface = Surface::start().await;
    let name = HeaderName::from_static("content-type");
    let mut calls = Vec::new();
    for (operation, good) in surface.with_body() {
        for second in ["text/plain", "application/yaml"] {
            let call = surface.call(operation).await;
            let call = call.header(name.as_str(), second).json(&fresh(good));
            calls.push((operation.id.clone(), call));
        }
        let bytes = HeaderValue::from_bytes(b"application/json\xff").unwrap();
        let call = surface.call(operation).await;
        let call = call.header_bytes(name.as_str(), bytes.as_bytes());
        calls.push((operation.id.clone(), call));
    }
    surface.survive("two content types", calls).await;
}

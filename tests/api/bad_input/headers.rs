//! Headers that are odd, on every operation.

use super::surface::Surface;

/// A header and its value; `MANY:` stands for the rest ten thousand times.
pub const KINDS: &[(&str, &[u8])] = &[
    ("accept-language", b"MANY:ko"),
    ("accept-language", b"MANY:xx;q=0.1"),
    ("accept-language", b"ko;q=abc"),
    ("accept-language", b"en;q=-1, ko;q=1e400"),
    ("accept-language", b";;;,,,===,"),
    ("accept-language", b"a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p"),
    ("accept-language", b"\xff\xfe"),
    ("accept-language", "한국어".as_bytes()),
    ("accept-language", b"*-*;q=*"),
    ("accept-language", b""),
    ("accept-encoding", b"MANY:gzip;q=0.5"),
    ("accept-encoding", b"br;q=2, gzip;q=x"),
    ("accept-encoding", b"identity;q=0, *;q=0"),
    ("accept-encoding", b"\xff"),
    ("accept-encoding", b"gzip, gzip, gzip;q=0"),
    ("accept", b"image/png;q=1, nonsense"),
    ("accept", b"\xff"),
    ("accept-charset", b"utf-16"),
    ("if-none-match", b"MANY:\"x\""),
    ("if-none-match", b"\"unterminated"),
    ("if-none-match", b"W/W/\"x\", *"),
    ("if-none-match", b"\"\xff\""),
    ("if-modified-since", b"never"),
    ("if-unmodified-since", b"Thu, 01 Jan 1970 00:00:00 GMT"),
    ("if-range", b"\"x\""),
    ("range", b"bytes=0-0"),
    ("range", b"bytes=-1,9999999999999999999999-"),
    ("range", b"MANY:bytes=0-1"),
    ("expect", b"100-continue"),
    ("expect", b"200-nonsense"),
    ("origin", b"https://evil.example"),
    ("origin", b"null"),
    ("origin", b"\xff"),
    ("x-http-method-override", b"DELETE"),
    ("x-forwarded-for", b"1.2.3.4, '; DROP TABLE staff; --"),
    ("x-forwarded-host", b"evil.example"),
    ("x-original-url", b"/v1/staff"),
    ("forwarded", b"for=\"[::1]\";proto=evil"),
    ("cookie", b"session=\xff; ' OR 1=1"),
    ("traceparent", b"00-ffff-ffff-zz"),
    ("upgrade", b"h2c"),
    ("te", b"trailers, gzip;q=1"),
    ("content-length-2", b"-1"),
    ("user-agent", b"() { :; }; /bin/sh"),
];

/// Values of `Authorization` that are no token; real tokens gone wrong are in `tokens.rs`.
const AUTHORIZATIONS: &[&[u8]] = &[
    b"",
    b"Bearer",
    b"Bearer ",
    b"Bearer \xff\xfe",
    b"Basic YWRtaW46YWRtaW4=",
    b"Bearer a.b.c",
    b"Bearer ' OR 1=1 --",
    b"bearer\tx",
    b"Bearer eyJhbGciOiJub25lIn0.e30.",
];

/// Values of `If-Match` that match nothing.
const TAGS: &[&[u8]] = &[
    b"",
    b"\"\"",
    b"W/\"x\"",
    b"unquoted",
    b"\"unterminated",
    b"\"x\", \"y\", z",
    b"\"\xff\"",
    b"* , *",
    b",,,,",
    b"MANY:\"x\"",
    b"\"'; DROP TABLE form_drafts; --\"",
];

fn long(value: &[u8]) -> Vec<u8> {
    match value.strip_prefix(b"MANY:") {
        Some(one) => [one, b","].concat().repeat(10_000),
        None => value.to_vec(),
    }
}

#[tokio::test]
async fn no_header_breaks_anything() {
    let surface = Surface::start().await;
    let mut sent = 0;
    for (name, value) in KINDS {
        let mut calls = Vec::new();
        for operation in &surface.operations {
            let call = surface.good(operation).await;
            calls.push((operation.id.clone(), call.header_bytes(name, &long(value))));
        }
        let what = format!("{name}: {:.40}", String::from_utf8_lossy(value));
        sent += surface.survive(&what, calls).await;
    }
    assert!(sent >= KINDS.len() * 28, "{sent}");
}

#[tokio::test]
async fn what_is_no_token_opens_no_operation() {
    let surface = Surface::start().await;
    for value in AUTHORIZATIONS {
        let mut calls = Vec::new();
        let guarded = [
            "staff",
            "draft",
            "create_form",
            "retire",
            "changes",
            "campaign",
            "delete_session",
            "audit",
            "remark",
        ];
        for operation in &surface.operations {
            let open = operation.method == "GET" && operation.id.contains("campaign");
            if open || !guarded.iter().any(|word| operation.id.contains(word)) {
                continue;
            }
            let client = surface.app().client();
            let call = client.call(operation.method.clone(), &operation.path);
            let call = call.header_bytes("authorization", value);
            calls.push((operation.id.clone(), call));
        }
        assert!(calls.len() >= 12, "{}", calls.len());
        surface.refuse(&String::from_utf8_lossy(value), calls).await;
    }
}

#[tokio::test]
async fn a_tag_that_matches_nothing_changes_nothing() {
    let surface = Surface::start().await;
    let path = "/v1/forms/sleep-after-treatment/draft";
    for value in TAGS {
        let mut calls = Vec::new();
        for operation in surface.operations.iter().filter(|one| one.path == path) {
            if operation.method == "GET" {
                continue;
            }
            let client = surface.client(operation).await;
            let call = client.call(operation.method.clone(), path);
            let call = call.header_bytes("if-match", &long(value));
            let call = match &operation.body {
                Some(body) => call.json(body),
                None => call,
            };
            calls.push((operation.id.clone(), call));
        }
        assert_eq!(calls.len(), 2);
        surface.refuse(&String::from_utf8_lossy(value), calls).await;
    }
}

#[tokio::test]
async fn what_is_no_receipt_stores_nothing() {
    let surface = Surface::start().await;
    let good = "AbCdEfGhIjKlMnOpQrStUv";
    let long = "AbCdEfGh".repeat(2000);
    let receipts: &[&[u8]] = &[
        b"",
        b"short",
        b"AbCdEfGhIjKlMnOpQrSt v",
        b"AbCdEfGhIjKlMnOpQrStUv==",
        b"AbCdEfGhIjKlMnOpQrStU\xff",
        b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        b"'; DROP TABLE responses; --",
        long.as_bytes(),
    ];
    for receipt in receipts {
        let mut calls = Vec::new();
        for operation in surface.operations.iter().filter(|one| one.needs_receipt) {
            let client = surface.app().client();
            let call = client.call(operation.method.clone(), &operation.path);
            let call = call.header_bytes("receipt", receipt);
            // A second one does not mend it.
            let twice = client.call(operation.method.clone(), &operation.path);
            let twice = twice
                .header_bytes("receipt", receipt)
                .header("receipt", good);
            for call in [call, twice] {
                let call = match &operation.body {
                    Some(body) => call.json(body),
                    None => call,
                };
                calls.push((operation.id.clone(), call));
            }
        }
        assert_eq!(calls.len(), 10);
        surface
            .refuse(&String::from_utf8_lossy(receipt), calls)
            .await;
    }
}

//! Bytes on the connection that no good client sends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::surface::Surface;
use crate::support::logs::{assert_nothing_leaked, register_secret};

/// What is sent, and how many answers may come back at most. `LETTERS` stands for 200,000 of them.
pub const KINDS: &[(&str, &[u8], usize)] = &[
    ("no host", b"GET /v1/forms HTTP/1.1\r\n\r\n", 1),
    ("HTTP/1.0", b"GET /v1/forms HTTP/1.0\r\n\r\n", 1),
    ("HTTP/0.9", b"GET /v1/forms\r\n\r\n", 1),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 1),
    ("two hosts", b"GET /v1/forms HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 1),
    ("a host of nonsense", b"GET /v1/forms HTTP/1.1\r\nHost: a b/c@d\r\n\r\n", 1),
    ("another server's address", b"GET http://evil.example/v1/forms HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a tunnel", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("everything's options", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a path upwards", b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a path upwards below the docs", b"GET /docs/../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("an escaped path upwards", b"GET /docs/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a raw NUL in the path", b"GET /v1/forms/a\0b HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("raw bytes in the path", b"GET /v1/forms/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("raw letters in the path", "GET /v1/forms/일상 HTTP/1.1\r\nHost: x\r\n\r\n".as_bytes(), 1),
    ("a raw NUL in the query", b"GET /v1/forms?limit=\0 HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a blank in the path", b"GET /v1/a b HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a fragment", b"GET /v1/forms#x HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a path of two hundred kilobytes", b"GET /v1/forms/LETTERS HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a query of two hundred kilobytes", b"GET /v1/forms?cursor=LETTERS HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a header of two hundred kilobytes", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nX: LETTERS\r\n\r\n", 1),
    ("a method of two hundred kilobytes", b"LETTERS /v1/forms HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a thousand headers", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nHEADERS\r\n", 1),
    ("a raw NUL in a header", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 1),
    ("raw bytes in a header", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nAccept-Language: \xff\xfe\r\n\r\n", 1),
    ("raw bytes in a header's name", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nX\xff: y\r\n\r\n", 1),
    ("a folded header", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 1),
    ("a blank before the colon", b"GET /v1/forms HTTP/1.1\r\nHost : x\r\n\r\n", 1),
    ("a header without a colon", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 1),
    ("lines without a return", b"GET /v1/forms HTTP/1.1\nHost: x\n\n", 1),
    ("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 1),
    ("line ends before it", b"\r\n\r\n\r\nGET /v1/forms HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    // A second request is hidden in what may or may not be the body. Two answers to what a proxy may
    // take for one request would be a way past it.
    ("length and chunks", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("chunks and length", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 44\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("two lengths", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a list of lengths", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2, 2\r\n\r\n{}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a length with a sign", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: +2\r\n\r\n{}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a length below nought", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}", 1),
    ("a length of thirty digits", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999999999999999\r\n\r\n{}", 1),
    ("chunks under an alias", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: xchunked\r\n\r\n{}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("chunks that are not the last encoding", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ("a chunk of nonsense", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 1),
    ("a chunk of sixteen digits", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n", 1),
    ("a chunk that is longer than it says", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", 1),
    ("ten megabytes announced", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n{", 1),
    ("a body where none belongs", b"GET /v1/forms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 1),
];

fn long(bytes: &[u8]) -> Vec<u8> {
    let replace = |bytes: &[u8], mark: &[u8], with: &[u8]| {
        let place = bytes.windows(mark.len()).position(|window| window == mark);
        match place {
            Some(place) => [&bytes[..place], with, &bytes[place + mark.len()..]].concat(),
            None => bytes.to_vec(),
        }
    };
    let headers: String = (0..1000).map(|n| format!("X-{n}: y\r\n")).collect();
    let bytes = replace(bytes, b"LETTERS", &b"x".repeat(200_000));
    replace(&bytes, b"HEADERS", headers.as_bytes())
}

/// Sends bytes, says that there are no more, and gives what comes back.
async fn speak(surface: &Surface, bytes: &[u8]) -> String {
    let stream = TcpStream::connect(surface.app().address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let bytes = bytes.to_vec();
    // The server may answer and hang up before it has read all.
    let sending = tokio::spawn(async move {
        let _ = to.write_all(&bytes).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        let _ = to.shutdown().await;
        to
    });
    let mut answer = Vec::new();
    let reading = from.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(5), reading).await;
    drop(sending.await);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn whatever_comes_over_the_wire_is_answered_once_or_dropped() {
    let surface = Surface::start().await;
    let before = surface.counts().await;
    for (name, bytes, answers) in KINDS {
        let answer = speak(&surface, &long(bytes)).await;
        // An answer ends where the next begins, not always with a line.
        let heads: Vec<&str> = answer.split("HTTP/1.").skip(1).collect();
        assert!(heads.len() <= *answers, "{name}: {answer}");
        for head in heads {
            let status = head.split(' ').nth(1).unwrap_or_default();
            assert!(!status.starts_with('5'), "{name}: {answer}");
            if status.starts_with('4') {
                assert!(
                    head.contains("application/problem+json"),
                    "{name}: {answer}"
                );
                assert!(
                    head.contains("x-content-type-options: nosniff"),
                    "{name}: {answer}"
                );
            }
            assert!(
                !head.to_ascii_lowercase().contains("\r\nx-evil"),
                "{name}: {answer}"
            );
        }
        surface.is_well(name).await;
    }
    assert_eq!(surface.counts().await, before);
}

#[tokio::test]
async fn a_body_that_stops_half_way_changes_nothing_anywhere() {
    let surface = Surface::start().await;
    let before = surface.counts().await;
    for (operation, good) in surface.with_body() {
        let body = super::surface::fresh(good).to_string();
        let half = &body[..body.len() / 2];
        let head = |rest: &str| {
            format!(
                "{} {} HTTP/1.1\r\nHost: x\r\nReceipt: AbCdEfGhIjKlMnOpQrStUv\r\n\
                 Content-Type: application/json\r\n{rest}\r\n\r\n",
                operation.method, operation.path
            )
        };
        let announced = head(&format!("Content-Length: {}", body.len())) + half;
        let chunked = format!(
            "{}{:x}\r\n{half}\r\n",
            head("Transfer-Encoding: chunked"),
            half.len()
        );
        for request in [announced, chunked] {
            let answer = speak(&surface, request.as_bytes()).await;
            assert!(
                !answer.contains(" 500 ") && !answer.contains(" 201 "),
                "{answer}"
            );
        }
    }
    surface.is_well("half bodies").await;
    assert_eq!(surface.counts().await, before);
}

#[tokio::test]
async fn ten_megabytes_without_end_are_cut_off() {
    let surface = Surface::start().await;
    for path in [
        "/v1/sessions",
        "/v1/forms",
        "/v1/forms/every-kind",
        "/nothing",
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(65_536));
        let body = head + &chunk.repeat(160);
        let answer = speak(&surface, body.as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer:.200}"
        );
        surface.is_well(path).await;
    }
}

#[tokio::test]
async fn connections_that_say_nothing_keep_nobody_out() {
    let surface = Surface::start().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(surface.app().address).await.unwrap();
        stream
            .write_all(b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n")
            .await
            .unwrap();
        idle.push(stream);
    }
    surface.is_well("idle connections").await;
}

#[tokio::test]
async fn nothing_of_a_request_that_cannot_be_read_gets_into_the_log() {
    const CANARY: &str = "canary-on-the-wire";
    register_secret(CANARY);
    let surface = Surface::start().await;
    for request in [
        "GET /v1/forms/CANARY\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/forms/CANARY HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /v1/forms/%FFCANARY?cursor=CANARY HTTP/1.1\r\nHost: CANARY\r\nReceipt: CANARY\0\r\n\r\n",
        "CANARY / HTTP/1.1\r\nHost: x\r\n\r\n",
        "CANARY",
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nCANARY\r\n\r\n",
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: CANARY\r\n\r\n",
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CANARY\r\n\r\n",
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\nCANARY\r\n",
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: 900\r\n\r\n{\"CANARY\": \"CANARY",
    ] {
        speak(&surface, request.replace("CANARY", CANARY).as_bytes()).await;
    }
    assert_nothing_leaked();
}

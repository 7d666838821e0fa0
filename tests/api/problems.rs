//! Every failure of the framework, as a problem document.

use aftercare::config::HttpConfig;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::TestApp;
use crate::support::client::Answer;

const LOGIN: &str = "/v1/sessions";

async fn post(app: &TestApp, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    app.client().post(LOGIN).raw(kind, body).send().await
}

/// Sends bytes as they are and gives what comes back.
async fn speak(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), reading).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn an_unknown_address_is_a_404() {
    let app = TestApp::start().await;
    for path in [
        "/v1",
        "/v1/",
        "/v2/forms",
        "/v1/sessions//",
        "/nothing/",
        "//v1/sessions",
        "/V1/sessions",
        "/v1/staff/a/b",
        "/v1/staff/%00",
        "/v1/staff/%FF%FE",
        "/v1/staff/%2e%2e",
        "/v1/../etc/passwd",
        "/docs/../../etc/passwd",
        "/docs/%2e%2e%2f",
        "/problems/unheard_of",
        "/.env",
        "/v1/staff/'%20OR%201=1%20--",
    ] {
        let admin = app.with_staff(Role::Admin).await.client;
        let answer = admin.get(path).send().await;
        answer.expect_problem(Code::NotFound);
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405_that_says_which_are_right() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    for (method, path, allowed) in [
        (Method::PATCH, "/v1/staff/own", "GET, HEAD, OPTIONS"),
        (Method::GET, "/v1/sessions", "POST, DELETE, OPTIONS"),
        (Method::PUT, "/v1/sessions", "POST, DELETE, OPTIONS"),
        (Method::POST, "/health/ready", "GET, HEAD, OPTIONS"),
        (Method::DELETE, "/v1/staff/x", "GET, HEAD, PATCH, OPTIONS"),
        (Method::TRACE, "/v1/staff", "GET, HEAD, POST, OPTIONS"),
        (
            Method::from_bytes(b"BREW").unwrap(),
            "/v1/staff",
            "GET, HEAD, POST, OPTIONS",
        ),
    ] {
        let answer = admin.call(method, path).send().await;
        assert_eq!(answer.header("allow"), allowed);
        answer.expect_problem(Code::MethodNotAllowed);
    }
}

#[tokio::test]
async fn options_lists_the_methods() {
    let app = TestApp::start().await;
    let answer = app.client().call(Method::OPTIONS, "/v1/staff").send().await;
    assert_eq!(
        answer.expect(204).header("allow"),
        "GET, HEAD, POST, OPTIONS"
    );
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::start().await;
    let get = app.client().get("/health/live").send().await.expect(200);
    let head = app
        .client()
        .call(Method::HEAD, "/health/live")
        .send()
        .await
        .expect(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), get.header("content-length"));
    let unknown = app
        .client()
        .call(Method::HEAD, "/nothing")
        .send()
        .await
        .expect(404);
    assert!(unknown.body.is_empty());
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_400() {
    let app = TestApp::start().await;
    let deep = "[".repeat(200_000);
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"{]".to_vec(),
        b"nonsense".to_vec(),
        b"{\"email\": \"a\",}".to_vec(),
        b"{'email': 'a'}".to_vec(),
        b"{\"email\": NaN}".to_vec(),
        b"{\"email\": \"\xff\xfe\"}".to_vec(),
        b"{\"email\": \"\\ud800\"}".to_vec(),
        b"{\"email\": \"a\x00b\"}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"email\": \"a\", \"password\": \"b\"} {}".to_vec(),
        b"{\"email\": 1e999}".to_vec(),
        format!("{{\"email\": {deep}").into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answer = post(&app, "application/json", body).await;
        let code = answer.json()["code"].as_str().unwrap().to_owned();
        // Where the fault is in a value of the wrong type, either is right.
        assert!(
            ["json_malformed", "body_invalid"].contains(&&*code),
            "{shown}: {code}"
        );
        assert!([400, 422].contains(&answer.status.as_u16()), "{shown}");
    }
}

#[tokio::test]
async fn a_body_with_wrong_fields_is_a_422_with_pointers() {
    let app = TestApp::start().await;
    for (body, pointers) in [
        ("null", vec![""]),
        ("[]", vec![""]),
        (r#" ["ann@clinic.example", "password"]"#, vec![""]),
        ("7", vec![""]),
        ("\"text\"", vec![""]),
        ("{}", vec!["/email", "/password"]),
        (r#"{"email": "a"}"#, vec!["/password"]),
        (
            r#"{"email": "a", "password": "b", "admin": true}"#,
            vec!["/admin"],
        ),
        (r#"{"email": null, "password": "b"}"#, vec!["/email"]),
        (r#"{"email": ["a"], "password": "b"}"#, vec!["/email"]),
        (
            r#"{"email": 12345678901234567890123, "password": "b"}"#,
            vec!["/email"],
        ),
        (
            r#"{"email": "a", "email": "b", "password": "c"}"#,
            vec!["/email"],
        ),
        (r#"{"email": "a\u0000", "password": "b"}"#, vec!["/email"]),
        (
            r#"{"email": "", "password": ""}"#,
            vec!["/email", "/password"],
        ),
    ] {
        let answer = post(&app, "application/json", body).await;
        assert_eq!(answer.pointers(), pointers, "{body}");
        answer.expect_problem(Code::BodyInvalid);
    }
}

#[tokio::test]
async fn a_body_of_another_kind_is_a_415() {
    let app = TestApp::start().await;
    let body = r#"{"email": "a", "password": "b"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/yaml",
        "application/json; charset=utf-16",
        "application/jsonx",
        "multipart/form-data; boundary=x",
        "json",
        "",
    ] {
        let answer = post(&app, kind, body).await;
        assert_eq!(answer.header("accept"), "application/json");
        answer.expect_problem(Code::MediaTypeUnsupported);
    }
    let none = app.client().post(LOGIN).send().await;
    none.expect_problem(Code::MediaTypeUnsupported);
    let packed = app.client().post(LOGIN).header("content-encoding", "gzip");
    let packed = packed.raw("application/json", body).send().await;
    packed.expect_problem(Code::MediaTypeUnsupported);
    for kind in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
    ] {
        post(&app, kind, body)
            .await
            .expect_problem(Code::LoginFailed);
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_413_whether_announced_or_not() {
    let app = TestApp::start().await;
    for size in [256 * 1024 + 1, 10 * 1024 * 1024] {
        let answer = post(&app, "application/json", "x".repeat(size)).await;
        answer.expect_problem(Code::BodyTooLarge);
        let chunks = (0..=size / 65_536).map(|_| Ok::<_, std::io::Error>("x".repeat(65_536)));
        let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
        let answer = post(&app, "application/json", stream).await;
        answer.expect_problem(Code::BodyTooLarge);
    }
    let fits = format!("{{\"x\": \"{}\"}}", "x".repeat(256 * 1024 - 9));
    assert_eq!(fits.len(), 256 * 1024);
    post(&app, "application/json", fits)
        .await
        .expect_problem(Code::BodyInvalid);
}

#[tokio::test]
async fn what_is_no_http_is_answered_or_dropped_and_the_server_goes_on() {
    let app = TestApp::start().await;
    let header = "A".repeat(200_000);
    for bytes in [
        b"nonsense\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        format!("GET / HTTP/1.1\r\nHost: x\r\nX: {header}\r\n\r\n").into_bytes(),
    ] {
        let answer = speak(&app, &bytes).await;
        assert!(!answer.contains(" 500 ") && !answer.contains(" 200 "), "{answer}");
    }
    app.client().get("/health/live").send().await.expect(200);
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let app = TestApp::start().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    app.client().get("/health/ready").send().await.expect(200);
}

#[tokio::test]
async fn slow_headers_are_cut_off() {
    let app = TestApp::start_with(HttpConfig::default().with_header_timeout(1)).await;
    let answer = speak(&app, b"GET /health/live HTTP/1.1\r\nHost: x\r\n").await;
    assert!(answer.is_empty() || answer.contains("408"), "{answer}");
}

#[tokio::test]
async fn every_kind_of_problem_has_a_page() {
    let app = TestApp::start().await;
    for code in Code::ALL {
        let page = app
            .client()
            .get(&code.uri())
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!(page["code"], code.as_str());
        assert_eq!(page["title"], code.title());
    }
}

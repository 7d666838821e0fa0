//! A preflight that is refused says why. A problem has an absolute type where the address is known.

use std::collections::BTreeSet;

use aftercare::config::HttpConfig;
use aftercare::http::problem::Code;
use reqwest::Method;

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::logs::register_secret;

const FRIEND: &str = "https://survey.clinic.example";

async fn preflight(app: &TestApp, origin: &str, method: &str, headers: &str) -> Answer {
    let call = app.client().call(Method::OPTIONS, "/v1/sessions");
    let call = call
        .header("origin", origin)
        .header("access-control-request-method", method);
    call.header("access-control-request-headers", headers)
        .send()
        .await
}

#[tokio::test]
async fn a_refused_preflight_says_why_and_does_not_repeat_the_origin() {
    const STRANGER: &str = "https://a-page-that-tells-much.example";
    register_secret(STRANGER);
    let app = TestApp::start_with(HttpConfig::default().with_cors_origins(FRIEND)).await;
    for (origin, method, headers, reason) in [
        (STRANGER, "POST", "content-type", "AFTERCARE_CORS_ORIGINS"),
        ("null", "POST", "content-type", "AFTERCARE_CORS_ORIGINS"),
        (
            FRIEND,
            "BREW",
            "content-type",
            "GET, POST, PUT, PATCH, DELETE",
        ),
        (
            FRIEND,
            "POST",
            "x-odd",
            "if-none-match, accept-language, receipt, invitation",
        ),
    ] {
        let answer = preflight(&app, origin, method, headers).await;
        assert_eq!(answer.status, 403);
        let problem = answer.json();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(reason), "{detail}");
        assert!(!answer.text().contains("tells-much") && !answer.text().contains("x-odd"));
        answer.expect_problem(Code::PreflightRefused);
    }
    preflight(&app, FRIEND, "POST", "content-type")
        .await
        .expect(200);
}

#[tokio::test]
async fn pages_of_allowed_origins_may_send_every_header_of_the_document() {
    let app = TestApp::start_with(HttpConfig::default().with_cors_origins(FRIEND)).await;
    let document = app
        .client()
        .get("/openapi.json")
        .send()
        .await
        .expect(200)
        .json();
    let mut headers = BTreeSet::new();
    for operation in document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|it| it.as_object().unwrap().values())
    {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "header" {
                headers.insert(parameter["name"].as_str().unwrap().to_ascii_lowercase());
            }
        }
    }
    assert!(
        headers.contains("replaces") && headers.len() >= 5,
        "{headers:?}"
    );
    for header in headers {
        preflight(&app, FRIEND, "POST", &header).await.expect(200);
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_read_every_header_that_matters() {
    let app = TestApp::start_with(HttpConfig::default().with_cors_origins(FRIEND)).await;
    let answer = app
        .client()
        .get("/v1/forms")
        .header("origin", FRIEND)
        .send()
        .await;
    let exposed = answer
        .header("access-control-expose-headers")
        .to_ascii_lowercase();
    for name in [
        "link",
        "etag",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
    ] {
        assert!(
            exposed.split(", ").any(|it| it == name),
            "{name}: {exposed}"
        );
    }
}

#[tokio::test]
async fn the_type_is_absolute_where_the_operator_has_said_the_host_and_never_from_the_request() {
    let known =
        TestApp::start_with(HttpConfig::default().with_public_host("survey.example.org")).await;
    let unknown = TestApp::start().await;
    for (app, server) in [(&known, "https://survey.example.org"), (&unknown, "")] {
        for (method, path, code) in [
            (Method::GET, "/v1/staff", "unauthenticated"),
            (Method::GET, "/v1/forms?limit=x", "query_invalid"),
            (Method::GET, "/nothing", "not_found"),
            (Method::GET, "/v1/%00", "not_found"),
            (Method::DELETE, "/v1/forms", "method_not_allowed"),
        ] {
            let answer = app
                .client()
                .call(method, path)
                .header("host", "evil.example");
            let problem = answer
                .header("x-forwarded-host", "evil.example")
                .send()
                .await
                .json();
            assert_eq!(
                problem["type"],
                format!("{server}/problems/{code}"),
                "{path}"
            );
        }
        let refused = preflight(app, "https://evil.example", "GET", "accept")
            .await
            .json();
        assert_eq!(
            refused["type"],
            format!("{server}/problems/preflight_refused")
        );
    }
}

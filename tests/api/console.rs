//! The console's own endpoints: its page, and logging in with a cookie.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;
use crate::support::client::{Answer, Call};
use crate::support::logs::register_secret;

const EMAIL: &str = "ann.author@clinic.example";
const PASSWORD: &str = "correct horse battery staple";
const SESSION: &str = "/console/session";
const REFRESH: &str = "/console/session/refresh";

async fn app() -> TestApp {
    let app = TestApp::start().await;
    app.with_password(EMAIL, PASSWORD, &[Role::Author]).await;
    app
}

/// What the console's page sends.
fn own(app: &TestApp, method: Method, path: &str) -> Call {
    let call = app.client().call(method, path);
    call.header("sec-fetch-site", "same-origin")
}

async fn log_in(app: &TestApp, password: &str) -> Answer {
    let body = json!({"email": EMAIL, "password": password});
    own(app, Method::POST, SESSION).json(&body).send().await
}

/// The cookie that a browser would send.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    let (cookie, attributes) = set.split_once("; ").unwrap();
    register_secret(cookie.split_once('=').unwrap().1);
    let attributes: Vec<_> = attributes.split("; ").collect();
    for needed in ["Path=/console/session", "HttpOnly", "SameSite=Strict"] {
        assert!(attributes.contains(&needed), "{set}");
    }
    cookie.to_owned()
}

fn access(answer: &Answer) -> String {
    let body = answer.json();
    assert!(body.get("refresh_token").is_none(), "the script gets it");
    let token = body["access_token"].as_str().unwrap().to_owned();
    register_secret(&token);
    token
}

#[tokio::test]
async fn the_console_logs_in_refreshes_and_logs_out_by_its_cookie() {
    let app = app().await;
    let opened = log_in(&app, PASSWORD).await.expect(201);
    let (first, token) = (cookie(&opened), access(&opened));
    let client = app.client().with_token(&token);
    let account = client.get("/v1/staff/own").send().await.expect(200).json();
    assert_eq!(
        (&account["email"], &account["roles"]),
        (&json!(EMAIL), &json!(["author"]))
    );

    let call = own(&app, Method::POST, REFRESH).header("cookie", &first);
    let refreshed = call.send().await.expect(200);
    let second = cookie(&refreshed);
    assert_ne!(first, second);
    let token = access(&refreshed);

    let call = own(&app, Method::DELETE, SESSION).header("cookie", &second);
    let closed = call.send().await.expect(204);
    assert!(
        closed
            .header("set-cookie")
            .starts_with("aftercare-console=; ")
    );
    assert!(closed.header("set-cookie").contains("Max-Age=0"));
    let ended = app
        .client()
        .with_token(&token)
        .get("/v1/staff/own")
        .send()
        .await;
    ended.expect_problem(Code::SessionEnded);
    let call = own(&app, Method::POST, REFRESH).header("cookie", &second);
    call.send().await.expect_problem(Code::RefreshFailed);
}

#[tokio::test]
async fn without_a_cookie_there_is_nothing_to_refresh_and_nothing_to_end() {
    let app = app().await;
    own(&app, Method::POST, REFRESH).send().await.expect(204);
    own(&app, Method::DELETE, SESSION).send().await.expect(204);
}

#[tokio::test]
async fn the_cookie_opens_nothing_of_the_api() {
    let app = app().await;
    let cookie = cookie(&log_in(&app, PASSWORD).await.expect(201));
    for path in ["/v1/staff/own", "/v1/drafts", "/v1/staff/own/sessions"] {
        let answer = own(&app, Method::GET, path)
            .header("cookie", &cookie)
            .send()
            .await;
        answer.expect_problem(Code::Unauthenticated);
    }
}

#[tokio::test]
async fn a_page_of_another_site_neither_logs_in_nor_out() {
    let app = app().await;
    let cookie = cookie(&log_in(&app, PASSWORD).await.expect(201));
    let body = json!({"email": EMAIL, "password": PASSWORD});
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for (method, path) in [
            (Method::POST, SESSION),
            (Method::POST, REFRESH),
            (Method::DELETE, SESSION),
        ] {
            let call = app.client().call(method, path).header(name, value);
            let call = call.header("cookie", &cookie).json(&body);
            call.send().await.expect_problem(Code::PreflightRefused);
        }
    }
    // The session is as it was.
    let call = own(&app, Method::POST, REFRESH).header("cookie", &cookie);
    call.send().await.expect(200);
}

#[tokio::test]
async fn wrong_log_ins_count_together_with_those_of_the_api() {
    let app = app().await;
    let mut refused = log_in(&app, "a wrong password").await;
    for _ in 0..30 {
        if refused.status == 429 {
            break;
        }
        refused.expect_problem(Code::LoginFailed);
        refused = log_in(&app, "a wrong password").await;
    }
    refused.expect_problem(Code::TooManyRequests);
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let api = app.client().post("/v1/sessions").json(&body).send().await;
    api.expect_problem(Code::TooManyRequests);
}

#[tokio::test]
async fn every_address_below_the_console_is_its_page_with_a_strict_policy() {
    let app = TestApp::start().await;
    for path in ["/console", "/console/", "/console/campaigns/spring-2027"] {
        let answer = reqwest::get(format!("http://{}{path}", app.address))
            .await
            .unwrap();
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; "),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
    }
    let missing = app.client().get("/console/files/no-such.js").send().await;
    missing.expect_problem(Code::NotFound);
}

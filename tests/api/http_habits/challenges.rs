//! `WWW-Authenticate`: what is missing, or what is wrong with what was sent.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};

const PATH: &str = "/v1/staff";

async fn challenge(client: &Client, code: Code) -> String {
    let answer = client.get(PATH).send().await.expect_problem(code);
    answer.header("www-authenticate").to_owned()
}

#[tokio::test]
async fn without_a_token_the_challenge_is_bare() {
    let app = TestApp::start().await;
    assert_eq!(
        challenge(&app.client(), Code::Unauthenticated).await,
        "Bearer"
    );
    let basic = app
        .client()
        .get(PATH)
        .header("authorization", "Basic YTpi")
        .send()
        .await;
    assert_eq!(basic.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_token_that_does_not_count_is_called_invalid_and_the_reason_is_told() {
    let app = TestApp::start().await;
    let wrong = app.client().with_token("a.b.c");
    let said =
        "Bearer error=\"invalid_token\", error_description=\"A valid access token is needed\"";
    assert_eq!(challenge(&wrong, Code::Unauthenticated).await, said);

    let ended = app.with_staff(Role::Admin).await;
    let client = &ended.client;
    client.delete("/v1/sessions").send().await.expect(204);
    let said =
        "Bearer error=\"invalid_token\", error_description=\"The session has ended; log in again\"";
    assert_eq!(challenge(client, Code::SessionEnded).await, said);

    let expired = app.with_staff(Role::Admin).await.client;
    app.clock.advance(TimeDelta::minutes(16));
    let said = "Bearer error=\"invalid_token\", error_description=\"The access token has expired; refresh it\"";
    assert_eq!(challenge(&expired, Code::TokenExpired).await, said);
}

#[tokio::test]
async fn a_role_that_is_missing_is_named_as_scope() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let said = "Bearer error=\"insufficient_scope\", scope=\"admin\"";
    assert_eq!(challenge(&author, Code::Forbidden).await, said);
}

#[tokio::test]
async fn a_log_in_and_a_refresh_that_fail_speak_of_no_access_token() {
    let app = TestApp::start().await;
    let client = app.client();
    let login = json!({"email": "nobody@clinic.example", "password": "wrong"});
    let refresh = json!({"refresh_token": "wrong"});
    let refused = |answer: Answer, code| {
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        answer.expect_problem(code);
    };
    refused(
        client.post("/v1/sessions").json(&login).send().await,
        Code::LoginFailed,
    );
    let answer = client
        .post("/v1/sessions/refresh")
        .json(&refresh)
        .send()
        .await;
    refused(answer, Code::RefreshFailed);
}

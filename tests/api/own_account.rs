//! One's own password and sessions.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::logs::register_secret;

const EMAIL: &str = "ann.author@clinic.example";
const PASSWORD: &str = "correct horse battery staple";
const NEW: &str = "seven quiet rivers under snow";
const OWN_PASSWORD: &str = "/v1/staff/own/password";

async fn app() -> TestApp {
    register_secret(NEW);
    let app = TestApp::start().await;
    app.with_password(EMAIL, PASSWORD, &[Role::Author, Role::Analyst, Role::Admin])
        .await;
    app
}

async fn log_in_with(app: &TestApp, password: &str) -> Answer {
    let body = json!({"email": EMAIL, "password": password});
    app.client().post("/v1/sessions").json(&body).send().await
}

async fn log_in(app: &TestApp) -> Client {
    let tokens = log_in_with(app, PASSWORD).await.expect(201).json();
    let token = tokens["access_token"].as_str().unwrap();
    register_secret(token);
    app.client().with_token(token)
}

async fn change(client: &Client, present: &str, new: &str) -> Answer {
    let body = json!({"present_password": present, "new_password": new});
    client.put(OWN_PASSWORD).json(&body).send().await
}

async fn sessions(client: &Client) -> Vec<Value> {
    let list = client
        .get("/v1/staff/own/sessions")
        .send()
        .await
        .expect(200)
        .json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn everybody_reads_their_own_account_with_its_roles_and_limits() {
    let app = TestApp::start().await;
    let scopes = json!({"analyst": {"forms": ["every-kind"], "campaigns": []}});
    let analyst = app
        .with_scopes(
            &[Role::Analyst],
            json!({"analyst": {"forms": ["every-kind"]}}),
        )
        .await;
    let own = analyst.client.get("/v1/staff/own").send().await;
    let own = own.expect(200).json();
    assert_eq!(own["id"], analyst.id.to_string());
    assert_eq!(own["email"], analyst.email);
    assert_eq!(own["roles"], json!(["analyst"]));
    assert_eq!(own["scopes"], scopes);
    let nobody = app.client().get("/v1/staff/own").send().await;
    nobody.expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn a_new_password_of_ones_own_ends_the_other_sessions_and_the_api_keys() {
    let app = app().await;
    let (here, elsewhere) = (log_in(&app).await, log_in(&app).await);
    let key = json!({"label": "Nightly", "role": "analyst"});
    let key = elsewhere.post("/v1/api-keys").json(&key).send().await;
    let key = key.expect(201).json();
    register_secret(key["secret"].as_str().unwrap_or("no such field"));
    change(&here, PASSWORD, NEW).await.expect(204);
    let ended = elsewhere.get("/v1/staff/own/sessions").send().await;
    ended.expect_problem(Code::SessionEnded);
    assert_eq!(sessions(&here).await.len(), 1);
    let keys = here.get("/v1/api-keys").send().await.expect(200).json();
    assert_eq!(keys["items"][0]["state"], "revoked");
    log_in_with(&app, PASSWORD)
        .await
        .expect_problem(Code::LoginFailed);
    log_in_with(&app, NEW).await.expect(201);
    let audit = here.get("/v1/audit?action=staff_changed").send().await;
    let audit = audit.expect(200).json();
    let entry = &audit["items"][0];
    assert_eq!(entry["details"]["password"], true);
    assert_eq!(entry["details"]["account"], entry["staff"]["id"]);
}

#[tokio::test]
async fn the_present_password_is_needed_and_cannot_be_guessed() {
    let app = app().await;
    let here = log_in(&app).await;
    let wrong = change(&here, "some other password", NEW).await;
    assert_eq!(wrong.json()["errors"][0]["code"], "password_wrong");
    assert_eq!(wrong.pointers(), ["/present_password"]);
    wrong.expect_problem(Code::BodyInvalid);
    let mut refused = 0;
    for _ in 0..6 {
        let answer = change(&here, "some other password", NEW).await;
        if answer.status == 429 {
            assert!(!answer.header("ratelimit").is_empty());
            answer.expect_problem(Code::TooManyRequests);
            refused += 1;
        }
    }
    assert!(refused >= 1);
    assert_eq!(sessions(&here).await.len(), 1);
}

#[tokio::test]
async fn a_new_password_that_is_easy_to_guess_is_refused_with_what_would_help() {
    let app = app().await;
    let here = log_in(&app).await;
    for guessable in ["aaaaaaaaaaaa", "ann.author@clinic.example"] {
        let refused = change(&here, PASSWORD, guessable).await;
        let body = refused.json();
        assert_eq!(body["errors"][0]["code"], "too_guessable");
        assert_eq!(body["errors"][0]["pointer"], "/new_password");
        let detail = body["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("four words"), "{detail}");
        refused.expect_problem(Code::BodyInvalid);
    }
}

#[tokio::test]
async fn sessions_are_listed_and_end_one_by_one() {
    let app = app().await;
    let elsewhere = log_in(&app).await;
    app.clock.advance(TimeDelta::minutes(1));
    let here = log_in(&app).await;
    let listed = sessions(&here).await;
    let this: Vec<_> = listed.iter().map(|it| it["is_this_one"].clone()).collect();
    assert_eq!(this, [json!(true), json!(false)], "the newest first");
    let today = Utc::now().date_naive().to_string();
    for session in &listed {
        let fields: Vec<_> = session.as_object().unwrap().keys().cloned().collect();
        let known = [
            "expires_at",
            "id",
            "is_this_one",
            "last_used_on",
            "opened_at",
        ];
        assert_eq!(fields, known, "neither an address nor a device");
        assert!(session["last_used_on"].as_str().unwrap() >= &*today);
    }
    let path = format!(
        "/v1/staff/own/sessions/{}",
        listed[1]["id"].as_str().unwrap()
    );
    for _ in 0..2 {
        here.delete(&path).send().await.expect(204);
    }
    let ended = elsewhere.get("/v1/staff/own/sessions").send().await;
    ended.expect_problem(Code::SessionEnded);
    assert_eq!(sessions(&here).await.len(), 1);
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let app = app().await;
    let others = [log_in(&app).await, log_in(&app).await];
    let here = log_in(&app).await;
    here.delete("/v1/staff/own/sessions/others")
        .send()
        .await
        .expect(204);
    for other in others {
        let ended = other.get("/v1/staff/own/sessions").send().await;
        ended.expect_problem(Code::SessionEnded);
    }
    assert_eq!(sessions(&here).await.len(), 1);
}

#[tokio::test]
async fn nobody_sees_or_ends_the_sessions_of_others() {
    let app = app().await;
    let here = log_in(&app).await;
    let stranger = app.with_staff(Role::Admin).await;
    assert_eq!(sessions(&here).await.len(), 1);
    for id in [stranger.session_id, uuid::Uuid::nil()] {
        let call = here.delete(&format!("/v1/staff/own/sessions/{id}")).send();
        call.await.expect_problem(Code::SessionUnknown);
    }
    assert_eq!(sessions(&stranger.client).await.len(), 1);
}

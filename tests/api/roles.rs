//! Every operation that needs a token: who gets in and who does not, from the document itself.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use reqwest::Method;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::client::Client;

/// Method, path with its parameters filled in, and the roles of which one is needed.
fn guarded(app: &TestApp) -> Vec<(Method, String, Vec<String>)> {
    let document: Value = serde_json::from_slice(app.state.api.json()).unwrap();
    let mut found = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(roles) = operation.get("x-roles") else {
                continue;
            };
            let roles = roles
                .as_array()
                .unwrap()
                .iter()
                .map(|role| role.as_str().unwrap().to_owned());
            let method = method.to_uppercase().parse().unwrap();
            found.push((method, filled(template, operation), roles.collect()));
        }
    }
    found
}

fn filled(template: &str, operation: &Value) -> String {
    let mut path = template.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let value = match (&parameter["schema"]["format"], &parameter["schema"]["type"]) {
            (format, _) if format == "uuid" => "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a",
            (_, kind) if kind == "integer" => "1",
            _ => "some-key",
        };
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

#[tokio::test]
async fn without_a_token_every_guarded_operation_answers_401() {
    let app = TestApp::start().await;
    let operations = guarded(&app);
    assert!(operations.len() >= 5);
    for (method, path, _) in operations {
        app.client()
            .call(method, &path)
            .send()
            .await
            .expect_problem(Code::Unauthenticated);
    }
}

#[tokio::test]
async fn without_a_token_nothing_else_that_is_wrong_changes_the_reply() {
    let app = TestApp::start().await;
    let wrong_role = app.with_staff(Role::Analyst).await.client;
    for (method, path, roles) in guarded(&app) {
        // Query, body, media type and preconditions are all wrong, and so is each key in the path.
        let path = format!(
            "{}?colour=red&limit=many",
            path.replace("some-key", "NO KEY")
        );
        let call = |client: &Client| {
            client
                .call(method.clone(), &path)
                .header("if-match", "nonsense")
                .raw("text/plain", "{")
        };
        let answer = call(&app.client()).send().await;
        answer.expect_problem(Code::Unauthenticated);
        if !roles.is_empty() && !roles.contains(&"analyst".to_owned()) {
            let answer = call(&wrong_role).send().await;
            answer.expect_problem(Code::Forbidden);
        }
    }
}

#[tokio::test]
async fn who_may_not_ask_learns_nothing_about_how_to_ask() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    author
        .get("/v1/staff?colour=red")
        .send()
        .await
        .expect_problem(Code::Forbidden);
    let admin = app.with_staff(Role::Admin).await.client;
    admin
        .get("/v1/staff?colour=red")
        .send()
        .await
        .expect_problem(Code::QueryInvalid);
    app.clock.advance(chrono::TimeDelta::minutes(16));
    admin
        .get("/v1/staff?colour=red")
        .send()
        .await
        .expect_problem(Code::TokenExpired);
}

#[tokio::test]
async fn every_guarded_operation_opens_for_exactly_the_roles_that_it_documents() {
    let app = TestApp::start().await;
    // Logging out would spoil the token for the rest, so each call has a login of its own.
    for (method, path, roles) in guarded(&app) {
        for &role in Role::ALL {
            let staff = app.with_staff(role).await;
            let answer = staff.client.call(method.clone(), &path).send().await;
            let allowed = roles.is_empty() || roles.iter().any(|word| word == role.as_str());
            let refused = answer.status.as_u16() == 403;
            assert_eq!(refused, !allowed, "{method} {path} as {role:?}: {answer:?}");
            assert_ne!(answer.status.as_u16(), 401, "{method} {path}");
        }
    }
}

#[test]
fn every_operation_is_guarded_unless_it_is_meant_for_everybody() {
    let document = aftercare::http::app::api();
    let document: Value = serde_json::from_slice(document.json()).unwrap();
    let mut open = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            if operation.pointer("/security/0/staff").is_none() {
                open.push(operation["operationId"].as_str().unwrap());
            }
        }
    }
    open.sort_unstable();
    // Whoever adds one here means it.
    assert_eq!(
        open,
        [
            "correct_own_response",
            "create_response",
            "create_session",
            "get_campaign",
            "get_form",
            "get_form_version",
            "get_issuer_directory",
            "get_jwks",
            "get_liveness",
            "get_own_response",
            "get_readiness",
            "issue_pass",
            "issue_pass_by_key",
            "list_campaigns",
            "list_form_versions",
            "list_forms",
            "refresh_session",
            "withdraw_own_response",
        ]
    );
}

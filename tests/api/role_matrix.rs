//! Every operation × who calls it × the state of their account. What is expected is read from the OpenAPI document, so an
//! operation without a rule fails, and so does one that answers otherwise than it documents.

use aftercare::clock::Clock;
use aftercare::domain::ids::{SessionId, StaffId};
use aftercare::domain::staff::role::Role;
use aftercare::http::auth::token;
use aftercare::http::problem::Code;
use aftercare::keys::Keys;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::LoggedIn;
use crate::support::client::{Answer, Client};
use crate::support::collection::Collection;
use crate::support::document::request_example;
use crate::support::logs::register_secret;

/// The roles that a scope can limit. What an admin does is about no form or campaign.
const LIMITABLE: [Role; 3] = [Role::Author, Role::Coordinator, Role::Analyst];

/// Operations that say nothing but what can be told from published versions, which are for everybody.
const OF_PUBLISHED: &[&str] = &["list_form_changes"];

/// Operations that list what the caller reaches, and nothing else.
const OF_THE_REACHED: &[&str] = &["list_form_drafts"];

/// Operations for these roles that answer otherwise than `out_of_scope`. Ids of remarks are not public, so one that is out
/// of scope is unknown.
const HIDDEN: [(&str, Code); 1] = [("review_remark", Code::RemarkUnknown)];

/// The problems that tell who may call.
const REFUSALS: [Code; 8] = [
    Code::Unauthenticated,
    Code::TokenExpired,
    Code::SessionEnded,
    Code::Forbidden,
    Code::OutOfScope,
    Code::ApiKeyInvalid,
    Code::ApiKeyExpired,
    Code::ApiKeyOutOfScope,
];

/// An operation, and what the document says about who may call it.
struct Operation {
    id: String,
    method: Method,
    path: String,
    body: Option<Value>,
    guarded: bool,
    /// The roles of which one is needed; any, if none is named.
    roles: Vec<Role>,
    opens_to_keys: bool,
    /// Whether it documents that the scope of a role matters.
    scoped: bool,
}

impl Operation {
    fn of(document: &Value, template: &str, method: &str, operation: &Value) -> Self {
        let security = operation["security"].as_array().cloned();
        let security = security.unwrap_or_default();
        let roles = operation["x-roles"].as_array().into_iter().flatten();
        let refused = "/responses/403/content/application~1problem+json/examples/out_of_scope";
        Self {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: addressed(template, operation),
            body: request_example(document, operation),
            guarded: security.iter().any(|one| one["staff"].is_array()),
            roles: roles
                .map(|role| Role::parse(role.as_str().unwrap()).unwrap())
                .collect(),
            opens_to_keys: security.iter().any(|one| one["api_key"].is_array()),
            scoped: operation.pointer(refused).is_some(),
        }
    }

    /// Calls it with a body that is right. An admitted call without one changes less.
    async fn call(&self, client: &Client, with_body: bool) -> Answer {
        let call = client.call(self.method.clone(), &self.path);
        match &self.body {
            Some(body) if with_body => call.json(body).send().await,
            _ => call.send().await,
        }
    }

    fn is_for(&self, role: Role) -> bool {
        self.roles.is_empty() || self.roles.contains(&role)
    }
}

/// The path, with the form and the campaign that there are, and with what the query needs.
fn addressed(template: &str, operation: &Value) -> String {
    let mut path = template
        .replace("{form}", "every-kind")
        .replace("{campaign}", "test-campaign");
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let kind = &parameter["schema"];
        let value = match (&kind["format"], &kind["type"]) {
            (format, _) if format == "uuid" => "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a",
            (_, kind) if kind == "integer" => "1",
            _ => "test-campaign",
        };
        if parameter["in"] == "path" {
            path = path.replace(&format!("{{{name}}}"), value);
        } else if parameter["in"] == "query"
            && (parameter["required"] == true || name == "campaign")
        {
            query.push(format!("{name}={value}"));
        }
    }
    match query.is_empty() {
        true => path,
        false => format!("{path}?{}", query.join("&")),
    }
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_slice(aftercare::http::app::api().json()).unwrap();
    let mut found = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push(Operation::of(&document, template, method, operation));
        }
    }
    assert!(found.len() > 45);
    found
}

/// What is expected of a call.
#[derive(Clone, Copy)]
enum Expected {
    /// It is refused with this problem.
    Refused(Code),
    /// Whatever else it answers, it is not that this caller may not call.
    Admitted,
}

impl Expected {
    fn check(self, operation: &Operation, who: &str, answer: &Answer) {
        let what = format!("{} as {who}: {answer:?}", operation.id);
        let code = match answer.status.is_client_error() {
            true => answer.json()["code"].as_str().and_then(Code::parse),
            false => None,
        };
        match self {
            Self::Refused(expected) => assert_eq!(code, Some(expected), "{what}"),
            Self::Admitted => {
                assert!(code.is_none_or(|it| !REFUSALS.contains(&it)), "{what}");
            }
        }
    }
}

/// Operations for everybody look at no token.
fn unless_open(operation: &Operation, refused: Code) -> Expected {
    match operation.guarded {
        true => Expected::Refused(refused),
        false => Expected::Admitted,
    }
}

fn access_token(keys: &Keys, staff: &LoggedIn, at: chrono::DateTime<chrono::Utc>) -> String {
    let (account, session) = (StaffId(staff.id), SessionId(staff.session_id));
    let token = token::issue(&keys.signing, account, session, at).unwrap();
    register_secret(&token);
    token
}

#[tokio::test]
async fn without_a_good_token_every_guarded_operation_answers_401() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let staff = app.with_roles(Role::ALL).await;
    let (now, other) = (app.clock.now(), Keys::ephemeral().unwrap());
    let forged = access_token(&other, &staff, now);
    let expired = access_token(&app.state.app.keys, &staff, now - TimeDelta::minutes(16));
    let cut = &staff.access_token[..staff.access_token.len() - 2];
    let nobody = app.client();
    let callers = [
        ("nobody", nobody.clone(), Code::Unauthenticated),
        (
            "forged",
            nobody.clone().with_token(&forged),
            Code::Unauthenticated,
        ),
        (
            "cut off",
            nobody.clone().with_token(cut),
            Code::Unauthenticated,
        ),
        (
            "nonsense",
            nobody.clone().with_token("nonsense"),
            Code::Unauthenticated,
        ),
        (
            "expired",
            nobody.clone().with_token(&expired),
            Code::TokenExpired,
        ),
    ];
    for operation in operations() {
        for (who, client, refused) in &callers {
            let answer = operation.call(client, false).await;
            unless_open(&operation, *refused).check(&operation, who, &answer);
        }
    }
}

#[tokio::test]
async fn every_operation_opens_for_exactly_the_roles_that_it_documents() {
    let collection = Collection::start().await;
    let app = &collection.app;
    for operation in operations() {
        for &role in Role::ALL {
            // Some calls end the session, so each has a log-in of its own.
            let staff = app.with_staff(role).await;
            let answer = operation.call(&staff.client, false).await;
            let expected = match operation.is_for(role) {
                true => Expected::Admitted,
                false => unless_open(&operation, Code::Forbidden),
            };
            expected.check(&operation, role.as_str(), &answer);
        }
    }
}

#[tokio::test]
async fn an_account_that_was_shut_out_opens_nothing() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let admin = app.with_staff(Role::Admin).await.client;
    register_secret("another long password, set by an admin");
    let mut callers = Vec::new();
    for &role in Role::ALL {
        let disabled = app.with_staff(role).await;
        let reset = app.with_staff(role).await;
        let ended = app.with_staff(role).await;
        for (staff, change) in [
            (&disabled, json!({"disabled": true})),
            (
                &reset,
                json!({"password": "another long password, set by an admin"}),
            ),
        ] {
            let path = format!("/v1/staff/{}", staff.id);
            admin.patch(&path).json(&change).send().await.expect(200);
        }
        ended.client.delete("/v1/sessions").send().await.expect(204);
        callers.extend([
            (format!("a disabled {role:?}"), disabled.client),
            (format!("a {role:?} with a new password"), reset.client),
            (format!("a {role:?} who logged out"), ended.client),
        ]);
    }
    for operation in operations() {
        for (who, client) in &callers {
            let answer = operation.call(client, false).await;
            unless_open(&operation, Code::SessionEnded).check(&operation, who, &answer);
        }
    }
}

#[tokio::test]
async fn a_role_opens_nothing_that_is_out_of_its_scope() {
    let collection = Collection::start().await;
    let app = &collection.app;
    // Both lists name something, and the key of a campaign in the list of forms counts for nothing.
    let elsewhere =
        json!({"forms": ["test-campaign", "elsewhere"], "campaigns": ["every-kind", "elsewhere"]});
    let scopes = json!({"author": elsewhere, "coordinator": elsewhere, "analyst": elsewhere});
    let staff = app.with_scopes(Role::ALL, scopes).await;
    let key = make_key(&staff.client, "analyst").await;
    let key = app.client().with_token(&key);
    let mut scoped = 0;
    for operation in operations() {
        let limitable = operation.roles.iter().any(|role| LIMITABLE.contains(role));
        let hidden = HIDDEN.iter().find(|(id, _)| *id == operation.id);
        let without_refusal = [OF_PUBLISHED, OF_THE_REACHED].concat();
        let rule = operation.scoped
            || hidden.is_some()
            || without_refusal.contains(&operation.id.as_str());
        assert_eq!(rule, limitable, "{} has no rule for scopes", operation.id);
        if !(operation.scoped || hidden.is_some()) {
            continue;
        }
        let code = hidden.map_or(Code::OutOfScope, |(_, code)| *code);
        let answer = operation.call(&staff.client, true).await;
        Expected::Refused(code).check(&operation, "out of scope", &answer);
        if operation.opens_to_keys && operation.is_for(Role::Analyst) {
            let answer = operation.call(&key, false).await;
            Expected::Refused(code).check(&operation, "a key out of scope", &answer);
        }
        scoped += 1;
    }
    assert!(scoped >= 18, "{scoped}");
}

async fn make_key(owner: &Client, role: &str) -> String {
    let body = json!({"label": "A job", "role": role, "lifetime_days": 1});
    let made = owner.post("/v1/api-keys").json(&body).send().await;
    let key = made.expect(201).json()["key"].as_str().unwrap().to_owned();
    register_secret(&key);
    key
}

#[tokio::test]
async fn a_key_opens_what_says_so_for_its_role_while_it_is_good() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let owner = app.with_roles(Role::ALL).await.client;
    let other = app.with_roles(Role::ALL).await;
    let mut callers = Vec::new();
    for role in [Role::Admin, Role::Coordinator, Role::Analyst] {
        let orphan = make_key(&other.client, role.as_str()).await;
        callers.push((role, orphan, Some(Code::ApiKeyInvalid)));
        let good = make_key(&owner, role.as_str()).await;
        callers.push((role, good, None));
    }
    let path = format!("/v1/staff/{}", other.id);
    let disabled = json!({"disabled": true});
    owner.patch(&path).json(&disabled).send().await.expect(200);
    let check = async |expired: bool| {
        for operation in operations() {
            for (role, key, bad) in &callers {
                let bad = bad.or(expired.then_some(Code::ApiKeyExpired));
                let expected = match (operation.guarded, operation.opens_to_keys, bad) {
                    (false, ..) => Expected::Admitted,
                    (true, false, _) => Expected::Refused(Code::ApiKeyOutOfScope),
                    (true, true, Some(bad)) => Expected::Refused(bad),
                    (true, true, None) if operation.is_for(*role) => Expected::Admitted,
                    (true, true, None) => Expected::Refused(Code::ApiKeyOutOfScope),
                };
                let answer = operation.call(&app.client().with_token(key), false).await;
                expected.check(&operation, &format!("a key of {role:?}"), &answer);
            }
        }
    };
    check(false).await;
    app.clock.advance(TimeDelta::days(2));
    check(true).await;
}

#[tokio::test]
async fn without_a_token_nothing_else_that_is_wrong_changes_the_reply() {
    let app = TestApp::start().await;
    let wrong_role = app.with_staff(Role::Analyst).await.client;
    for operation in operations().into_iter().filter(|it| it.guarded) {
        // Query, body, media type and preconditions are all wrong, and so is each key in the path.
        let path = operation.path.split('?').next().unwrap();
        let path = path
            .replace("every-kind", "NO KEY")
            .replace("test-campaign", "NO KEY");
        let path = format!("{path}?colour=red&limit=many");
        let call = |client: &Client| {
            client
                .call(operation.method.clone(), &path)
                .header("if-match", "nonsense")
                .raw("text/plain", "{")
        };
        let answer = call(&app.client()).send().await;
        answer.expect_problem(Code::Unauthenticated);
        if !operation.is_for(Role::Analyst) {
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

#[test]
fn every_operation_is_guarded_unless_it_is_meant_for_everybody() {
    let mut open = operations();
    open.retain(|operation| !operation.guarded);
    let mut open: Vec<_> = open.iter().map(|operation| &*operation.id).collect();
    open.sort_unstable();
    // Whoever adds one here means it.
    assert_eq!(
        open,
        [
            "correct_own_response",
            "create_response",
            "create_session",
            "get_campaign",
            "get_campaign_insights",
            "get_form",
            "get_form_insights",
            "get_form_version",
            "get_issuer_directory",
            "get_jwks",
            "get_liveness",
            "get_own_response",
            "get_own_summary",
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

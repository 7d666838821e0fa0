//! The end of a key: its time, revoking, and what is taken from its owner.

use aftercare::app::api_keys::{self, ApiKeyError, NewApiKey};
use aftercare::domain::audit::Actor;
use aftercare::domain::ids::{SessionId, StaffId};
use aftercare::domain::staff::api_key::Scope;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::{Made, listed, make, make_with};
use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::collection::Collection;

const CODEBOOK: &str = "/v1/forms/every-kind/codebook.csv";

async fn opens(app: &TestApp, key: &Made) {
    key.client(app).get(CODEBOOK).send().await.expect(200);
}

async fn refused(app: &TestApp, key: &Made, code: Code) {
    let answer = key.client(app).get(CODEBOOK).send().await;
    answer.expect_problem(code);
}

async fn change(admin: &Client, account: uuid::Uuid, change: Value) {
    let path = format!("/v1/staff/{account}");
    admin.patch(&path).json(&change).send().await.expect(200);
}

#[tokio::test]
async fn a_key_works_until_its_time_is_over() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let body = json!({"label": "Short", "role": "analyst", "lifetime_days": 2});
    let key = make_with(&collection.staff.client, body).await;
    // Far longer than an access token.
    app.clock.advance(TimeDelta::hours(47));
    opens(app, &key).await;
    app.clock.advance(TimeDelta::hours(1));
    let answer = key.client(app).get(CODEBOOK).send().await;
    assert!(
        answer.json()["detail"]
            .as_str()
            .unwrap()
            .contains("It expired at 2")
    );
    answer.expect_problem(Code::ApiKeyExpired);
    let fresh = app.with_staff(Role::Admin).await;
    let all = listed(&fresh.client, "?owner=all").await;
    assert_eq!(all[0]["state"], "expired");
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_the_other_goes_on() {
    let collection = Collection::start().await;
    let (app, staff) = (&collection.app, &collection.staff.client);
    let old = make(staff, "analyst").await;
    let new = make(staff, "analyst").await;
    assert_ne!(old.text, new.text);
    opens(app, &old).await;
    for _ in 0..2 {
        staff.delete(&old.path()).send().await.expect(204);
        refused(app, &old, Code::ApiKeyInvalid).await;
    }
    opens(app, &new).await;
    let all = listed(staff, "").await;
    let state = |key: &Value| (key["state"].clone(), key["revoked_at"].is_string());
    assert_eq!(state(&all[0]), (json!("active"), false));
    assert_eq!(state(&all[1]), (json!("revoked"), true));
    // The time of the first revoking stays.
    let revoked_at = all[1]["revoked_at"].clone();
    app.clock.advance(TimeDelta::minutes(5));
    staff.delete(&old.path()).send().await.expect(204);
    assert_eq!(listed(staff, "").await[1]["revoked_at"], revoked_at);
}

#[tokio::test]
async fn a_key_is_revoked_by_its_owner_or_by_an_admin() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let key = make(&collection.staff.client, "analyst").await;
    let other = app.with_roles(&[Role::Analyst, Role::Author]).await;
    let foreign = other.client.delete(&key.path()).send().await;
    foreign.expect_problem(Code::ApiKeyUnknown);
    opens(app, &key).await;
    let admin = app.with_staff(Role::Admin).await;
    admin.client.delete(&key.path()).send().await.expect(204);
    refused(app, &key, Code::ApiKeyInvalid).await;
    let unknown = "/v1/api-keys/4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a";
    for client in [&admin.client, &other.client] {
        let unknown = client.delete(unknown).send().await;
        unknown.expect_problem(Code::ApiKeyUnknown);
    }
    let malformed = admin.client.delete("/v1/api-keys/no-id").send().await;
    malformed.expect_problem(Code::NotFound);
}

#[tokio::test]
async fn who_loses_a_role_loses_the_keys_with_it_for_good() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let admin = app.with_staff(Role::Admin).await.client;
    let owner = app.with_roles(&[Role::Analyst, Role::Coordinator]).await;
    let analyst = make(&owner.client, "analyst").await;
    let coordinator = make(&owner.client, "coordinator").await;
    change(
        &admin,
        owner.id,
        json!({"name": "Another", "roles": ["analyst", "coordinator", "author"]}),
    )
    .await;
    opens(app, &analyst).await;
    change(&admin, owner.id, json!({"roles": ["coordinator"]})).await;
    refused(app, &analyst, Code::ApiKeyInvalid).await;
    let progress = coordinator.client(app);
    let progress = progress.get("/v1/campaigns/test-campaign/progress");
    progress.send().await.expect(200);
    // As with sessions, what has ended does not come back.
    change(
        &admin,
        owner.id,
        json!({"roles": ["coordinator", "analyst"]}),
    )
    .await;
    refused(app, &analyst, Code::ApiKeyInvalid).await;
}

#[tokio::test]
async fn a_disabled_account_and_a_new_password_end_all_keys_for_good() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let admin = app.with_staff(Role::Admin).await.client;
    for ends in [
        json!({"disabled": true}),
        json!({"password": "another horse battery staple"}),
    ] {
        let owner = app.with_staff(Role::Analyst).await;
        let key = make(&owner.client, "analyst").await;
        opens(app, &key).await;
        change(&admin, owner.id, ends).await;
        refused(app, &key, Code::ApiKeyInvalid).await;
        change(&admin, owner.id, json!({"disabled": false})).await;
        refused(app, &key, Code::ApiKeyInvalid).await;
    }
}

#[tokio::test]
async fn a_key_never_outlives_the_right_of_its_owner_whoever_took_it() {
    // Straight in the database, where nothing revokes the key.
    let collection = Collection::start().await;
    let app = &collection.app;
    let owner = app.with_staff(Role::Analyst).await;
    let key = make(&owner.client, "analyst").await;
    let mut conn = app.connect().await;
    for (takes, gives) in [
        ("disabled = true", "disabled = false"),
        ("roles = '{author}'", "roles = '{analyst,author}'"),
    ] {
        let set = |what| format!("UPDATE staff SET {what} WHERE id = '{}'", owner.id);
        conn.batch_execute(&set(takes)).await.unwrap();
        refused(app, &key, Code::ApiKeyInvalid).await;
        conn.batch_execute(&set(gives)).await.unwrap();
        opens(app, &key).await;
    }
}

#[tokio::test]
async fn a_key_outlives_the_session_that_made_it() {
    let collection = Collection::start().await;
    let staff = &collection.staff.client;
    let key = make(staff, "analyst").await;
    staff.delete("/v1/sessions").send().await.expect(204);
    collection.app.clock.advance(TimeDelta::days(31));
    opens(&collection.app, &key).await;
}

#[tokio::test]
async fn a_key_made_while_its_owner_is_disabled_does_not_survive() {
    for _ in 0..5 {
        let collection = Collection::start().await;
        let app = &collection.app;
        let admin = app.with_staff(Role::Admin).await.client;
        let owner = app.with_staff(Role::Analyst).await;
        let body = json!({"label": "In a hurry", "role": "analyst"});
        let make = owner.client.post("/v1/api-keys").json(&body).send();
        let disable = change(&admin, owner.id, json!({"disabled": true}));
        let (made, ()) = futures_util::future::join(make, disable).await;
        change(&admin, owner.id, json!({"disabled": false})).await;
        match made.status.as_u16() {
            201 => {
                let text = made.json()["key"].as_str().unwrap().to_owned();
                let id = made.json()["id"].as_str().unwrap().parse().unwrap();
                refused(app, &Made { id, text }, Code::ApiKeyInvalid).await;
            }
            _ => drop(made.expect_problem(Code::SessionEnded)),
        }
    }
}

#[tokio::test]
async fn a_session_that_has_ended_meanwhile_makes_no_key() {
    // A request that was let in a moment before the password was changed.
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let owner = app.with_staff(Role::Analyst).await;
    let new = || NewApiKey {
        label: "Too late".to_owned(),
        scope: Scope {
            role: Role::Analyst,
            form: None,
        },
        lifetime_days: 1,
    };
    let (id, session) = (StaffId(owner.id), Some(SessionId(owner.session_id)));
    let create =
        async || api_keys::create(&app.state.app, Actor::Staff(id), id, session, new()).await;
    assert!(create().await.is_ok());
    let password = json!({"password": "another horse battery staple"});
    change(&admin, owner.id, password).await;
    assert!(matches!(create().await, Err(ApiKeyError::SessionEnded)));
    let all = listed(&admin, "?owner=all").await;
    assert_eq!((all.len(), &all[0]["state"]), (1, &json!("revoked")));
}

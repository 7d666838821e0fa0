//! Making keys, and listing them.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::{listed, make, make_for_form, make_with};
use crate::support::TestApp;
use crate::support::collection::Collection;
use crate::support::logs::register_secret;
use crate::support::postgres::dump_text;

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_key_is_shown_once_and_never_stored() {
    let collection = Collection::start().await;
    let staff = &collection.staff;
    let body = json!({"label": "Nightly export", "role": "analyst", "form": collection.form});
    let call = staff.client.post("/v1/api-keys").json(&body);
    let made = call.send().await.expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let place = made.header("location").to_owned();
    let made = made.json();
    let key = made["key"].as_str().unwrap();
    register_secret(key);
    assert_eq!((&key[..10], key.len()), ("aftercare_", 59));
    assert_eq!(
        place,
        format!("/v1/api-keys/{}", made["id"].as_str().unwrap())
    );
    let lifetime = time(&made["expires_at"]) - time(&made["created_at"]);
    assert_eq!(lifetime, TimeDelta::days(90), "the default");

    let list = staff.client.get("/v1/api-keys").send().await.expect(200);
    assert!(!list.text().contains(&key[10..]));
    let list = list.json();
    let expected = json!({
        "id": made["id"], "label": "Nightly export",
        "owner": {"id": staff.id, "name": "Test author"}, "role": "analyst", "form": collection.form,
        "state": "active", "created_at": made["created_at"], "expires_at": made["expires_at"],
        "last_used_on": null, "revoked_at": null,
    });
    assert_eq!(list, json!({"items": [expected], "next_cursor": null}));

    let dump = dump_text(&mut collection.app.connect().await).await;
    assert!(dump.contains("Nightly export"), "the dump holds the table");
    for part in [key, &key[10..], &key[10..53]] {
        assert!(!dump.contains(part));
    }
}

#[tokio::test]
async fn a_key_has_one_of_its_makers_own_roles() {
    let app = TestApp::start().await;
    let staff = app.with_roles(&[Role::Author, Role::Analyst]).await;
    make(&staff.client, "analyst").await;
    for (role, code) in [
        ("coordinator", "role_not_held"),
        ("admin", "role_not_held"),
        // The role is held, but nothing opens to a key with it.
        ("author", "role_opens_nothing"),
    ] {
        let body = json!({"label": "Too much", "role": role});
        let refused = staff.client.post("/v1/api-keys").json(&body).send().await;
        assert_eq!(refused.pointers(), ["/role"]);
        assert_eq!(refused.json()["errors"][0]["code"], code);
        refused.expect_problem(Code::BodyInvalid);
    }
    assert_eq!(listed(&staff.client, "").await.len(), 1);
}

#[tokio::test]
async fn every_wrong_field_of_a_key_is_named() {
    let collection = Collection::start().await;
    let analyst = &collection.staff.client;
    let wrong = json!({"label": " ", "role": "analyst", "lifetime_days": 0});
    let refused = analyst.post("/v1/api-keys").json(&wrong).send().await;
    assert_eq!(refused.pointers(), ["/label", "/lifetime_days"]);
    refused.expect_problem(Code::BodyInvalid);
    for (field, value) in [
        ("label", json!("")),
        ("label", json!("x".repeat(101))),
        ("role", json!("king")),
        ("form", json!("no-such-form")),
        ("form", json!("No Key")),
        ("form", json!("x".repeat(41))),
        ("lifetime_days", json!(366)),
        ("lifetime_days", json!(null)),
        ("expires_at", json!("2099-01-01T00:00:00Z")),
    ] {
        let mut body = json!({"label": "Nightly export", "role": "analyst"});
        body[field] = value;
        let refused = analyst.post("/v1/api-keys").json(&body).send().await;
        assert_eq!(refused.pointers(), [format!("/{field}")]);
        refused.expect_problem(Code::BodyInvalid);
    }
    for days in [1, 365] {
        let body = json!({"label": "Nightly export", "role": "analyst", "lifetime_days": days});
        make_with(analyst, body).await;
    }
}

#[tokio::test]
async fn a_form_that_is_only_a_draft_has_no_keys() {
    // A draft can be deleted with its form; a published form stays, and so can be referred to.
    let app = TestApp::start().await;
    let staff = app.with_roles(&[Role::Author, Role::Analyst]).await;
    let document: Value = serde_json::from_slice(app.state.api.json()).unwrap();
    let form = &document["components"]["schemas"]["FormDefinition"]["example"];
    let draft = staff.client.post("/v1/forms").json(form);
    draft.send().await.expect(201);
    let body = json!({"label": "Too early", "role": "analyst", "form": form["key"]});
    let refused = staff.client.post("/v1/api-keys").json(&body).send().await;
    assert_eq!(refused.pointers(), ["/form"]);
}

#[tokio::test]
async fn everybody_sees_their_own_keys_and_admins_all() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let admin = app.with_staff(Role::Admin).await;
    let other = app.with_staff(Role::Analyst).await;
    let theirs = make_for_form(&other.client, "analyst", &collection.form).await;
    let own = make(&admin.client, "admin").await;

    let ids = |list: Vec<Value>| -> Vec<Value> {
        list.into_iter().map(|key| key["id"].clone()).collect()
    };
    assert_eq!(ids(listed(&other.client, "").await), [json!(theirs.id)]);
    assert_eq!(ids(listed(&admin.client, "").await), [json!(own.id)]);
    assert_eq!(
        ids(listed(&admin.client, "?owner=all").await),
        [json!(own.id), json!(theirs.id)],
        "the newest first"
    );
    let all = other.client.get("/v1/api-keys?owner=all");
    all.send().await.expect_problem(Code::Forbidden);
    for query in [
        "owner=nobody",
        "owner=",
        "limit=0",
        "cursor=x",
        "colour=red",
    ] {
        let odd = admin.client.get(&format!("/v1/api-keys?{query}"));
        odd.send().await.expect_problem(Code::QueryInvalid);
    }
}

#[tokio::test]
async fn the_list_leads_through_all_keys_page_by_page() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Analyst).await;
    // Many made at the same moment, so that the order needs more than the time.
    let rows = format!(
        "INSERT INTO api_keys (id, hash, staff_id, role, label, created_at, expires_at) \
         SELECT gen_random_uuid(), sha256(n::text::bytea), '{}', 'analyst', 'Key ' || n, \
             '2026-01-01', '2026-02-01' FROM generate_series(1, 24) AS n",
        staff.id
    );
    app.connect().await.batch_execute(&rows).await.unwrap();
    make(&staff.client, "analyst").await;
    let mut seen = Vec::new();
    let mut path = "/v1/api-keys?limit=10".to_owned();
    loop {
        let page = staff.client.get(&path).send().await.expect(200).json();
        let items = page["items"].as_array().unwrap().iter();
        seen.extend(items.map(|key| key["id"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/api-keys?limit=10&cursor={cursor}");
    }
    assert_eq!(seen.len(), 25);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
}

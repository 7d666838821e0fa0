//! What is kept of the making, the use and the end of keys.

use std::time::Duration;

use aftercare::domain::staff::role::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{listed, make, make_for_form};
use crate::support::client::Client;
use crate::support::collection::Collection;

/// The entries of one action, the oldest first: who did it, and the details.
async fn entries(admin: &Client, action: &str) -> Vec<(Value, Value)> {
    let list = admin.get(&format!("/v1/audit?action={action}"));
    let list = list.send().await.expect(200).json();
    let items = list["items"].as_array().unwrap().iter().rev();
    items
        .map(|item| (item["staff"]["id"].clone(), item["details"].clone()))
        .collect()
}

#[tokio::test]
async fn making_and_revoking_are_recorded_by_id_and_without_label_or_text() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let admin = app.with_staff(Role::Admin).await;
    let owner = app.with_staff(Role::Analyst).await;
    let first = make_for_form(&owner.client, "analyst", &collection.form).await;
    let second = make(&owner.client, "analyst").await;
    for _ in 0..2 {
        owner.client.delete(&first.path()).send().await.expect(204);
    }
    let disable = admin.client.patch(&format!("/v1/staff/{}", owner.id));
    let disable = disable.json(&json!({"disabled": true}));
    disable.send().await.expect(200);

    let expires_at = |key: &Value| key["expires_at"].clone();
    let keys = listed(&admin.client, "?owner=all").await;
    let (who, account) = (json!(owner.id), json!(owner.id));
    let created = [
        json!({
            "api_key": first.id, "account": account, "role": "analyst", "form": collection.form,
            "expires_at": expires_at(&keys[1]),
        }),
        json!({"api_key": second.id, "account": account, "role": "analyst", "expires_at": expires_at(&keys[0])}),
    ];
    let created = created.map(|details| (who.clone(), details));
    assert_eq!(entries(&admin.client, "api_key_created").await, created);
    // Once by hand, although it was asked for twice, and once because the account was disabled.
    let revoked = [
        (who, json!({"api_key": first.id, "account": account})),
        (
            json!(admin.id),
            json!({"api_key": second.id, "account": account}),
        ),
    ];
    assert_eq!(entries(&admin.client, "api_key_revoked").await, revoked);
    let all = admin.client.get("/v1/audit").send().await.expect(200);
    for text in ["Nightly export", "One form", &first.text, &second.text] {
        assert!(!all.text().contains(text));
    }
}

#[tokio::test]
async fn an_export_with_a_key_is_recorded_with_the_account_and_the_key() {
    let collection = Collection::start().await;
    let admin = collection.app.with_staff(Role::Admin).await.client;
    let staff = &collection.staff;
    let key = make(&staff.client, "analyst").await;
    let clients = [key.client(&collection.app), staff.client.clone()];
    for (file, action) in [
        ("responses.csv", "responses_exported"),
        ("remarks.csv", "remarks_exported"),
    ] {
        for client in &clients {
            let path = format!("/v1/forms/{}/{file}", collection.form);
            client.get(&path).send().await.expect(200);
        }
        let recorded = entries(&admin, action).await;
        let recorded: Vec<_> = recorded
            .iter()
            .map(|(who, details)| (who.clone(), details["api_key"].clone()))
            .collect();
        let who = json!(staff.id);
        let expected = [(who.clone(), json!(key.id)), (who, Value::Null)];
        assert_eq!(recorded, expected, "{action}");
    }
}

#[tokio::test]
async fn the_last_use_is_kept_as_a_day_and_written_once_a_day() {
    let collection = Collection::start().await;
    let (app, staff) = (&collection.app, &collection.staff.client);
    let key = make(staff, "analyst").await;
    let path = format!("/v1/forms/{}/codebook.csv", collection.form);
    let other = make_for_form(staff, "analyst", &collection.form).await;
    for _ in 0..2 {
        let today = app.state.app.now().date_naive();
        for _ in 0..3 {
            key.client(app).get(&path).send().await.expect(200);
        }
        // What is refused is no use.
        let refused = other.client(app).get("/v1/forms/another/codebook.csv");
        refused.send().await.expect(403);
        // It is noted in the background.
        let noted = format!(
            "SELECT last_used_on = '{today}' FROM api_keys WHERE id = '{}'",
            key.id
        );
        let mut tries = 0;
        while collection.sql_now::<Option<bool>>(&noted).await != Some(true) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            tries += 1;
            assert!(tries < 300, "the use was not noted");
        }
        // The others of the day write nothing: the row is the very same.
        let row = format!(
            "SELECT concat(ctid, xmin) FROM api_keys WHERE id = '{}'",
            key.id
        );
        let before: String = collection.sql_now(&row).await;
        key.client(app).get(&path).send().await.expect(200);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(collection.sql_now::<String>(&row).await, before);
        app.clock.advance(TimeDelta::days(1));
    }
    let fresh = app.with_staff(Role::Admin).await.client;
    let list = listed(&fresh, "?owner=all").await;
    let yesterday = app.state.app.now().date_naive() - TimeDelta::days(1);
    assert_eq!(list[1]["last_used_on"], json!(yesterday));
    assert_eq!(list[0]["last_used_on"], Value::Null);
    let day = "SELECT data_type FROM information_schema.columns \
               WHERE table_name = 'api_keys' AND column_name = 'last_used_on'";
    assert_eq!(collection.sql_now::<String>(day).await, "date");
}

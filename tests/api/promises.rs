//! The privacy settings of a campaign: what it says of itself, and what it cannot take back.

use aftercare::http::problem::Code;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, OWN, new_receipt};

fn answers() -> Value {
    json!({"group": "c", "meals": "none", "distress": 0})
}

impl Collection {
    async fn patch(&self, body: Value) -> Answer {
        let call = self.staff.client.patch("/v1/campaigns/test-campaign");
        call.json(&body).send().await
    }

    async fn campaign(&self) -> Value {
        let call = self.app.client().get("/v1/campaigns/test-campaign");
        call.send().await.expect(200).json()
    }
}

fn day(days: i64) -> Value {
    json!(Utc::now() + TimeDelta::days(days))
}

#[tokio::test]
async fn before_the_first_response_everything_can_be_changed() {
    let collection = Collection::start().await;
    for body in [
        json!({"release_size": 20, "k": 9, "freezes_at": day(40), "retained_until": day(900)}),
        json!({"release_size": 2, "k": 5, "freezes_at": day(35), "retained_until": day(1000)}),
        json!({"access": "code"}),
        json!({"access": "open", "freezes_at": null}),
    ] {
        let changed = collection.patch(body.clone()).await.expect(200).json();
        for (field, value) in body.as_object().unwrap() {
            if !field.ends_with("_at") && !field.ends_with("_until") {
                assert_eq!(&changed[field], value, "{field}");
            }
        }
    }
    assert_eq!(collection.campaign().await["freezes_at"], json!(null));
}

#[tokio::test]
async fn once_the_first_response_is_in_no_setting_gets_worse_for_it() {
    let collection = Collection::start().await;
    let settings =
        json!({"release_size": 3, "k": 7, "freezes_at": day(40), "retained_until": day(400)});
    collection.patch(settings).await.expect(200);
    let receipt = new_receipt();
    collection.send(&receipt, &answers()).await.expect(201);
    let worse = json!({
        "access": "code", "release_size": 2, "k": 6, "freezes_at": day(39), "retained_until": day(401),
    });
    for (field, value) in worse.as_object().unwrap() {
        let refused = collection.patch(json!({(field): value})).await;
        let pointers = refused.expect_problem(Code::SettingsPromised).pointers();
        assert_eq!(pointers, [format!("/{field}")]);
    }
    let refused = collection.patch(worse).await;
    let pointers = refused.expect_problem(Code::SettingsPromised).pointers();
    assert_eq!(pointers.len(), 5, "all at once: {pointers:?}");
    let better = json!({
        "access": "open", "release_size": 4, "k": 8, "freezes_at": null, "retained_until": day(399),
        "title": {"en": "Words are free"},
    });
    let changed = collection.patch(better).await.expect(200).json();
    assert_eq!(
        (&changed["k"], &changed["release_size"]),
        (&json!(8), &json!(4))
    );

    // It makes no difference where the response is by now.
    collection
        .patch(json!({"k": 5}))
        .await
        .expect_problem(Code::SettingsPromised);
    let withdrawal = collection
        .app
        .client()
        .delete(OWN)
        .header("receipt", &receipt);
    withdrawal.send().await.expect(204);
    collection
        .patch(json!({"k": 5}))
        .await
        .expect_problem(Code::SettingsPromised);
}

#[tokio::test]
async fn a_closed_campaign_can_still_be_told_to_delete_sooner() {
    let collection = Collection::start().await;
    let close = collection
        .staff
        .client
        .post("/v1/campaigns/test-campaign/close");
    close.send().await.expect(200);
    collection
        .patch(json!({"retained_until": day(60)}))
        .await
        .expect(200);
    for body in [
        json!({"k": 10}),
        json!({"freezes_at": null}),
        json!({"retained_until": day(50), "k": 9}),
    ] {
        collection
            .patch(body)
            .await
            .expect_problem(Code::CampaignClosed);
    }
}

#[tokio::test]
async fn a_campaign_that_has_ended_with_responses_does_not_open_again() {
    let collection = Collection::start().await;
    let end = async |days| collection.patch(json!({"closes_at": day(days)})).await;
    collection
        .patch(json!({"release_size": 10, "opens_at": day(-5)}))
        .await
        .expect(200);
    end(-1).await.expect(200);
    end(20).await.expect(200);
    let counts =
        "SELECT concat_ws(' ', (SELECT count(*) FROM arrivals), (SELECT count(*) FROM responses))";
    collection
        .send(&new_receipt(), &answers())
        .await
        .expect(201);
    assert_eq!(collection.sql::<String>(counts).await, "1 0");
    // Its end releases one response alone, which must not happen again and again.
    end(-1).await.expect(200);
    assert_eq!(collection.sql::<String>(counts).await, "0 1");
    for change in [
        json!({"closes_at": day(20)}),
        json!({"closes_at": day(20), "opens_at": day(19)}),
    ] {
        let refused = collection.patch(change).await;
        refused.expect_problem(Code::CampaignClosed);
    }
    assert_eq!(collection.campaign().await["state"], "closed");
}

#[tokio::test]
async fn every_end_of_a_campaign_is_in_the_audit() {
    let collection = Collection::start().await;
    collection
        .patch(json!({"closes_at": day(10)}))
        .await
        .expect(200);
    for _ in 0..2 {
        let close = collection
            .staff
            .client
            .post("/v1/campaigns/test-campaign/close");
        close.send().await.expect(200);
    }
    let entries = "SELECT string_agg(action || ' ' || (details::jsonb->'after'->>'closed_at' IS NOT NULL), ', ' \
                   ORDER BY number) FROM audit_entries WHERE action = 'campaign_changed'";
    assert_eq!(
        collection.sql::<String>(entries).await,
        "campaign_changed false, campaign_changed true"
    );
}

#[tokio::test]
async fn responses_are_not_deleted_from_one_minute_to_the_next() {
    let collection = Collection::start().await;
    let soon = json!({"closes_at": day(1), "retained_until": day(2)});
    collection.patch(soon).await.expect(200);
    collection
        .patch(json!({"closes_at": day(30), "retained_until": day(90)}))
        .await
        .expect(200);
    collection
        .send(&new_receipt(), &answers())
        .await
        .expect(201);
    let soon = json!({"closes_at": day(1), "retained_until": day(6)});
    let refused = collection.patch(soon).await;
    assert_eq!(
        refused.expect_problem(Code::BodyInvalid).pointers(),
        ["/retained_until"]
    );
    let later = json!({"closes_at": day(1), "retained_until": day(8)});
    collection.patch(later).await.expect(200);
}

#[tokio::test]
async fn the_statement_promises_no_more_than_the_settings_do() {
    let collection = Collection::start().await;
    let until = day(5000);
    collection
        .patch(json!({"release_size": 1, "freezes_at": until}))
        .await
        .expect(200);
    let statement = collection.campaign().await["privacy"].clone();
    let list = statement["not_stored"].as_array().unwrap();
    assert!(
        !list.contains(&json!("order_of_arrival")),
        "each is passed on by itself"
    );
    assert_eq!(statement["withdrawal_until"], statement["retained_until"]);
    let codes: Vec<_> = statement["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    assert!(codes.contains(&&json!("withdrawal_any_time")), "{codes:?}");
    collection
        .patch(json!({"release_size": 10}))
        .await
        .expect(200);
    let statement = collection.campaign().await["privacy"].clone();
    let list = statement["not_stored"].as_array().unwrap();
    assert!(
        list.contains(&json!("order_of_arrival")) && list.contains(&json!("response_of_a_remark"))
    );
}

#[tokio::test]
async fn changes_of_the_settings_are_in_the_audit() {
    let collection = Collection::start().await;
    collection
        .patch(json!({"title": {"en": "Words"}}))
        .await
        .expect(200);
    collection.patch(json!({"k": 11})).await.expect(200);
    let entry = "SELECT string_agg(action || details, ' ') FROM audit_entries WHERE action = 'campaign_changed'";
    let entry = collection.sql::<String>(entry).await;
    assert!(
        entry.starts_with("campaign_changed") && entry.contains(r#""k":11"#),
        "{entry}"
    );
    assert!(
        !entry.contains(' '),
        "words alone are no change of settings: {entry}"
    );
}

#[tokio::test]
async fn the_statement_says_what_the_settings_are_and_what_the_tables_hold() {
    let collection = Collection::start().await;
    collection
        .patch(json!({"release_size": 12, "k": 6, "freezes_at": day(40)}))
        .await
        .expect(200);
    let campaign = collection.campaign().await;
    let statement = &campaign["privacy"];
    for field in ["release_size", "k", "retained_until"] {
        assert_eq!(statement[field], campaign[field], "{field}");
    }
    assert_eq!(statement["withdrawal_until"], campaign["freezes_at"]);
    assert_eq!(statement["linkable_to_invitation_by"], "no_invitations");
    let codes: Vec<_> = statement["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    for code in [
        "access_open",
        "released_together",
        "masked",
        "withdrawal_until",
        "retention",
    ] {
        assert!(codes.contains(&&json!(code)), "{code}: {codes:?}");
    }
    // The words of the statement for the columns of the tables, one for one.
    for (table, list, columns) in [
        (
            "responses",
            "stored",
            &[
                ("campaign_id", "campaign"),
                ("form_version_id", "form_version"),
                ("record", "answers"),
            ][..],
        ),
        (
            "remarks",
            "stored_apart",
            &[("campaign_id", "campaign")][..],
        ),
    ] {
        let query = format!(
            "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'state'"
        );
        let mut stored = collection.sql::<String>(&query).await;
        for (column, word) in columns {
            stored = stored.replace(column, word);
        }
        let said: Vec<_> = statement[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect();
        let mut stored: Vec<_> = stored.split(',').collect();
        let mut said_sorted = said.clone();
        stored.sort_unstable();
        said_sorted.sort_unstable();
        assert_eq!(stored, said_sorted, "{table}");
    }
}

#[tokio::test]
async fn after_the_freeze_a_response_can_be_read_but_not_withdrawn() {
    let collection = Collection::start().await;
    collection
        .patch(json!({"freezes_at": day(10)}))
        .await
        .expect(200);
    let (first, second) = (new_receipt(), new_receipt());
    for receipt in [&first, &second] {
        collection.send(receipt, &answers()).await.expect(201);
    }
    let client = collection.app.client();
    let withdraw = async |receipt: &str| client.delete(OWN).header("receipt", receipt).send().await;
    withdraw(&first).await.expect(204);
    collection.app.clock.advance(TimeDelta::days(11));
    withdraw(&second)
        .await
        .expect_problem(Code::WithdrawalEnded);
    withdraw(&first)
        .await
        .expect_problem(Code::ResponseWithdrawn);
    withdraw(&new_receipt())
        .await
        .expect_problem(Code::ResponseUnknown);
    client
        .get(OWN)
        .header("receipt", &second)
        .send()
        .await
        .expect(200);
    let said = collection.campaign().await["privacy"]["withdrawal_until"].clone();
    let said: DateTime<Utc> = serde_json::from_value(said).unwrap();
    assert!(said < collection.app.state.app.now());
}

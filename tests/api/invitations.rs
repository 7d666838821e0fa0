//! Invitations: making, redeeming, counting and revoking them, and that they leave no trace.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::client::{Answer, Call};
use crate::support::collection::{Collection, INVITATIONS, OWN, new_receipt};
use crate::support::postgres::dump_text;

pub fn answers() -> Value {
    json!({"group": "c", "meals": "none", "distress": 0})
}

pub async fn with_access(access: &str) -> Collection {
    let collection = Collection::start().await;
    collection.set_access(access).await;
    collection
}

/// A response to be sent with an invitation.
pub fn response(collection: &Collection, receipt: &str, invitation: &str) -> Call {
    collection
        .response(receipt, &answers())
        .header("invitation", invitation)
}

pub async fn send(collection: &Collection, receipt: &str, invitation: &str) -> Answer {
    response(collection, receipt, invitation).send().await
}

pub async fn make(collection: &Collection, body: &Value) -> Answer {
    let call = collection.staff.client.post(INVITATIONS).json(body);
    call.send().await
}

async fn batches(collection: &Collection, query: &str) -> Value {
    let path = format!("{INVITATIONS}{query}");
    let call = collection.staff.client.get(&path).send();
    call.await.expect(200).json()
}

/// How many responses are stored and how many invitations used.
pub async fn stored_and_used(collection: &Collection) -> (i64, i64) {
    let stored = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses)";
    let used = "SELECT count(*) FROM invitations WHERE redeemed";
    (
        collection.sql_now(stored).await,
        collection.sql_now(used).await,
    )
}

#[tokio::test]
async fn an_invitation_lets_in_one_response_however_it_is_typed() {
    let collection = with_access("code").await;
    let made = collection.invite(4).await;
    let typed = [
        made[0].clone(),
        made[1].to_lowercase().replace('-', ""),
        made[2]
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l"),
        format!("-{}-", made[3].replace('0', "O").replace('1', "I")),
    ];
    for (typed, written) in typed.iter().zip(&made) {
        send(&collection, &new_receipt(), typed).await.expect(201);
        let again = send(&collection, &new_receipt(), written).await;
        again.expect_problem(Code::InvitationUsed);
    }
    assert_eq!(stored_and_used(&collection).await, (4, 4));
}

#[tokio::test]
async fn without_a_good_invitation_nothing_is_stored() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let without = collection.send(&new_receipt(), &answers()).await;
    without.expect_problem(Code::InvitationMissing);
    let last = if invitation.ends_with('7') { '8' } else { '7' };
    let mistyped = format!("{}{last}", &invitation[..invitation.len() - 1]);
    for malformed in ["", "x", &mistyped, &format!("{invitation}0")] {
        let answer = send(&collection, &new_receipt(), malformed).await;
        answer.expect_problem(Code::InvitationMalformed);
    }
    let bytes = collection.response(&new_receipt(), &answers());
    let bytes = bytes.header_bytes("invitation", b"\xff\xfe").send().await;
    bytes.expect_problem(Code::InvitationMalformed);
    let two = response(&collection, &new_receipt(), &invitation).header("invitation", &invitation);
    two.send().await.expect_problem(Code::InvitationMalformed);
    let unknown = send(&collection, &new_receipt(), "ABCD-EFGH-JKMN-PQE4").await;
    unknown.expect_problem(Code::InvitationUnknown);
    assert_eq!(stored_and_used(&collection).await, (0, 0));
}

#[tokio::test]
async fn an_invitation_to_another_campaign_is_unknown_here() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    collection.open("other", -1, 30).await;
    let other = collection.staff.client.patch("/v1/campaigns/other");
    let other = other.json(&json!({"access": "code"})).send();
    other.await.expect(200);
    let body = json!({"form_version": 1, "language": "en", "answers": answers()});
    let elsewhere = collection
        .app
        .client()
        .post("/v1/campaigns/other/responses");
    let elsewhere = elsewhere
        .header("receipt", &new_receipt())
        .header("invitation", &invitation);
    let answer = elsewhere.json(&body).send().await;
    answer.expect_problem(Code::InvitationUnknown);
    send(&collection, &new_receipt(), &invitation)
        .await
        .expect(201);
}

#[tokio::test]
async fn bad_answers_do_not_use_an_invitation_up() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let call = collection.response(&new_receipt(), &json!({"distress": 99}));
    let call = call.header("invitation", &invitation);
    call.send().await.expect_problem(Code::AnswersInvalid);
    send(&collection, &new_receipt(), &invitation)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_retry_with_the_same_receipt_is_a_replay_also_after_the_close() {
    let collection = with_access("code").await;
    let made = collection.invite(2).await;
    let receipt = new_receipt();
    let first = send(&collection, &receipt, &made[0]).await.expect(201);
    for _ in 0..2 {
        let again = send(&collection, &receipt, &made[0]).await.expect(200);
        assert_eq!(again.body, first.body);
    }
    // Another invitation along with a retry is not used up.
    send(&collection, &receipt, &made[1]).await.expect(200);
    assert_eq!(stored_and_used(&collection).await, (1, 1));
    let close = collection
        .staff
        .client
        .post("/v1/campaigns/test-campaign/close");
    close.send().await.expect(200);
    let late = send(&collection, &receipt, &made[0]).await.expect(200);
    assert_eq!(late.body, first.body);
    // The retry is known by its receipt; it needs to bring nothing else then.
    collection.send(&receipt, &answers()).await.expect(200);
    let new = send(&collection, &new_receipt(), &made[1]).await;
    new.expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn withdrawing_a_response_does_not_bring_its_invitation_back() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let receipt = new_receipt();
    send(&collection, &receipt, &invitation).await.expect(201);
    let withdrawal = collection.app.client().delete(OWN);
    let withdrawal = withdrawal.header("receipt", &receipt);
    withdrawal.send().await.expect(204);
    let again = send(&collection, &receipt, &invitation).await;
    again.expect_problem(Code::ResponseWithdrawn);
    let another = send(&collection, &new_receipt(), &invitation).await;
    another.expect_problem(Code::InvitationUsed);
}

#[tokio::test]
async fn where_anybody_may_answer_an_invitation_is_ignored_and_none_are_made() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    collection.set_access("open").await;
    for typed in [&*invitation, "nonsense", &*invitation] {
        send(&collection, &new_receipt(), typed).await.expect(201);
    }
    assert_eq!(stored_and_used(&collection).await, (3, 0));
    let made = make(&collection, &json!({"count": 1})).await;
    made.expect_problem(Code::AccessWithoutInvitations);
}

#[tokio::test]
async fn invitations_are_made_before_the_campaign_opens_and_not_when_it_is_over() {
    let collection = with_access("pass").await;
    let upcoming =
        "UPDATE campaigns SET revision = revision + 1, opens_at = closes_at - interval '1 day'";
    collection.run(upcoming).await;
    collection.invite(1).await;
    collection.app.clock.advance(TimeDelta::days(31));
    let staff = collection.app.with_staff(Role::Coordinator).await;
    let late = staff.client.post(INVITATIONS).json(&json!({"count": 1}));
    late.send().await.expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn what_to_make_is_checked() {
    let collection = with_access("code").await;
    for (body, pointer) in [
        (json!({"count": 0}), "/count"),
        (json!({"count": 10001}), "/count"),
        (json!({"count": 1, "label": ""}), "/label"),
        (json!({"count": 1, "label": " \t"}), "/label"),
        (json!({"count": 1, "label": "x".repeat(201)}), "/label"),
        (
            json!({"count": 1, "link": "https://survey.example/"}),
            "/link",
        ),
        (
            json!({"count": 1, "link": "https://survey.example/?i={invitation}"}),
            "/link",
        ),
        (
            json!({"count": 1, "link": "javascript:x#{invitation}"}),
            "/link",
        ),
        (
            json!({"count": 1, "link": format!("https://{}#{{invitation}}", "x".repeat(300))}),
            "/link",
        ),
    ] {
        let answer = make(&collection, &body).await;
        assert_eq!(answer.pointers(), [pointer], "{body}");
        answer.expect_problem(Code::BodyInvalid);
    }
    let unknown = collection.staff.client.post("/v1/campaigns/no/invitations");
    let unknown = unknown.json(&json!({"count": 1})).send().await;
    unknown.expect_problem(Code::CampaignUnknown);
    let format = collection
        .staff
        .client
        .post(&format!("{INVITATIONS}?format=pdf"));
    let format = format.json(&json!({"count": 1})).send().await;
    format.expect_problem(Code::QueryInvalid);
    assert_eq!(batches(&collection, "").await["issued"], 0);
}

#[tokio::test]
async fn revoked_invitations_are_unknown_and_used_ones_stay_used() {
    let collection = with_access("code").await;
    let body = json!({"count": 3, "label": "Ward"});
    let answer = make(&collection, &body).await.expect(201);
    let place = answer.header("location").to_owned();
    let made = answer.json();
    assert_eq!(
        place,
        format!("{INVITATIONS}/{}", made["batch"].as_str().unwrap())
    );
    let made: Vec<String> = serde_json::from_value(made["invitations"].clone()).unwrap();
    let kept = collection.invite(1).await.remove(0);
    let receipt = new_receipt();
    send(&collection, &receipt, &made[0]).await.expect(201);
    for _ in 0..2 {
        let revocation = collection.staff.client.delete(&place).send().await;
        assert!(revocation.expect(204).body.is_empty());
    }
    let used = send(&collection, &new_receipt(), &made[0]).await;
    used.expect_problem(Code::InvitationUsed);
    send(&collection, &receipt, &made[0]).await.expect(200);
    for revoked in &made[1..] {
        let answer = send(&collection, &new_receipt(), revoked).await;
        answer.expect_problem(Code::InvitationUnknown);
    }
    send(&collection, &new_receipt(), &kept).await.expect(201);
    let left = "SELECT count(*) FROM invitations";
    assert_eq!(collection.sql_now::<i64>(left).await, 2);
    let listed = batches(&collection, "").await;
    assert!(listed["items"][0]["revoked_at"].is_string(), "{listed}");
    assert!(listed["items"][1]["revoked_at"].is_null(), "{listed}");
}

#[tokio::test]
async fn a_batch_is_revoked_in_its_own_campaign_only() {
    let collection = with_access("code").await;
    let answer = make(&collection, &json!({"count": 1})).await.expect(201);
    let batch = answer.json()["batch"].as_str().unwrap().to_owned();
    collection.open("other", -1, 30).await;
    let delete = async |path: String| collection.staff.client.delete(&path).send().await;
    let other = delete(format!("/v1/campaigns/other/invitations/{batch}")).await;
    other.expect_problem(Code::BatchUnknown);
    let unknown = delete(format!("/v1/campaigns/no/invitations/{batch}")).await;
    unknown.expect_problem(Code::CampaignUnknown);
    let no_id = delete(format!("{INVITATIONS}/first")).await;
    no_id.expect_problem(Code::NotFound);
    let left = "SELECT count(*) FROM invitations";
    assert_eq!(collection.sql_now::<i64>(left).await, 1);
}

#[tokio::test]
async fn the_counts_are_rounded_and_of_one_batch_nothing_is_told() {
    let collection = with_access("code").await;
    let made = collection.invite(25).await;
    let count = async || {
        let listed = batches(&collection, "").await;
        let item = listed["items"][0].as_object().unwrap();
        let fields: Vec<&String> = item.keys().collect();
        assert_eq!(
            fields,
            ["created_at", "id", "issued", "label", "revoked_at"]
        );
        (
            listed["issued"].as_i64().unwrap(),
            listed["redeemed"].as_i64().unwrap(),
            listed["redeemed_rounded_to"].as_i64().unwrap(),
        )
    };
    for (used, invitation) in made.iter().enumerate() {
        let rounded = i64::try_from(used).unwrap() / 10 * 10;
        assert_eq!(count().await, (25, rounded, 10));
        send(&collection, &new_receipt(), invitation)
            .await
            .expect(201);
    }
    collection
        .run("UPDATE campaigns SET revision = revision + 1, release_size = 20")
        .await;
    assert_eq!(count().await, (25, 20, 20));
    // Exactly as many as were used: it does not show that.
    collection
        .run("UPDATE campaigns SET revision = revision + 1, release_size = 25")
        .await;
    assert_eq!(count().await, (25, 0, 40));
    collection
        .run("UPDATE campaigns SET revision = revision + 1, release_size = 26")
        .await;
    assert_eq!(count().await, (25, 0, 40));
}

#[tokio::test]
async fn batches_come_in_pages_the_oldest_first() {
    let collection = with_access("code").await;
    for count in 1..=5 {
        let body = json!({"count": count, "label": format!("Batch {count}")});
        make(&collection, &body).await.expect(201);
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = batches(&collection, &query).await;
        assert_eq!(page["issued"], 15);
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["issued"].clone()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn making_and_revoking_stand_in_the_audit_without_the_codes() {
    let collection = with_access("code").await;
    let answer = make(&collection, &json!({"count": 2})).await.expect(201);
    let place = answer.header("location").to_owned();
    let made = answer.json();
    for _ in 0..2 {
        collection
            .staff
            .client
            .delete(&place)
            .send()
            .await
            .expect(204);
    }
    let entries = "SELECT json_agg(json_build_object('action', action, 'by', staff_id, 'details', details::json) \
                   ORDER BY number)::text FROM audit_entries WHERE action LIKE 'invitations%'";
    let batch = &made["batch"];
    let expected = json!([
        {"action": "invitations_issued", "by": collection.staff.id, "details":
            {"campaign": "test-campaign", "batch": batch, "count": 2, "format": "json"}},
        {"action": "invitations_revoked", "by": collection.staff.id, "details":
            {"campaign": "test-campaign", "batch": batch}},
    ]);
    assert_eq!(collection.json_row(entries).await, expected);
}

#[tokio::test]
async fn an_invitation_is_nowhere_in_the_database_and_its_place_tells_nothing() {
    let collection = with_access("code").await;
    let made = collection.invite(200).await;
    for invitation in &made[..3] {
        send(&collection, &new_receipt(), invitation)
            .await
            .expect(201);
    }
    let mut conn = collection.app.connect().await;
    let dump = dump_text(&mut conn).await.to_uppercase();
    assert!(dump.contains("INVITATIONS: "), "the dump holds the table");
    for invitation in &made {
        assert!(!dump.contains(invitation));
        assert!(!dump.contains(&invitation.replace('-', "")));
    }
    let collection = with_access("code").await;
    collection.invite(200).await;
    let sorted =
        "SELECT array_agg(hash ORDER BY ctid) = array_agg(hash ORDER BY hash) FROM invitations";
    assert!(collection.sql_now::<bool>(sorted).await);
}

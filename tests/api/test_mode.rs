//! Test mode: a campaign is tried out before it opens, and nothing of that is left.

use aftercare::http::problem::Code;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::client::{Answer, Call};
use crate::support::collection::{Collection, new_receipt};

const TESTS: &str = "SELECT count(*) FROM test_responses";
const REAL: &str = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses) \
                    + (SELECT count(*) FROM remarks) + (SELECT count(*) FROM tombstones)";

fn answers(distress: i32) -> Value {
    json!({"group": "a", "meals": "some", "distress": distress, "exact": 1, "story": "A remark."})
}

impl Collection {
    /// A campaign that opens in two days and is tested until then.
    async fn tested(access: &str) -> Self {
        let collection = Self::start().await;
        let day = |days| Utc::now() + TimeDelta::days(days);
        let body = json!({
            "key": "tested", "form": collection.form, "title": {"en": "Test"}, "access": access,
            "opens_at": day(2), "closes_at": day(9), "testing": true, "release_size": 1,
        });
        let create = collection.staff.client.post("/v1/campaigns").json(&body);
        let created = create.send().await.expect(201).json();
        assert_eq!(
            (&created["testing"], &created["state"]),
            (&json!(true), &json!("upcoming"))
        );
        collection
    }

    fn filled(&self, call: Call, receipt: &str, distress: i32) -> Call {
        let body = json!({"form_version": 1, "language": "en", "answers": answers(distress)});
        call.header("receipt", receipt).json(&body)
    }

    async fn test(&self, receipt: &str, distress: i32) -> Answer {
        let call = self.app.client().post("/v1/campaigns/tested/responses");
        self.filled(call, receipt, distress).send().await
    }

    async fn own_test(&self, receipt: &str) -> Answer {
        let call = self.app.client().get("/v1/campaigns/tested/responses/own");
        call.header("receipt", receipt).send().await
    }

    async fn switch(&self, on: bool) -> Answer {
        let patch = self.staff.client.patch("/v1/campaigns/tested");
        patch.json(&json!({"testing": on})).send().await
    }
}

#[tokio::test]
async fn a_test_is_stored_read_corrected_and_withdrawn_and_counts_nowhere() {
    let collection = Collection::tested("open").await;
    let receipt = new_receipt();
    let first = collection.test(&receipt, 3).await.expect(201).json();
    assert_eq!(first["test"], true);
    let replay = collection.test(&receipt, 3).await.expect(200).json();
    assert_eq!(replay, first);
    let other = collection.test(&receipt, 4).await;
    other.expect_problem(Code::ReceiptUsed);
    let own = "/v1/campaigns/tested/responses/own";
    let put = collection.app.client().put(own);
    let put = collection.filled(put, &receipt, 5).send().await;
    assert_eq!(put.expect(200).json()["test"], true);
    let read = collection.own_test(&receipt).await.expect(200).json();
    assert_eq!(
        (
            &read["test"],
            &read["answers"]["distress"],
            &read["answers"]["story"]
        ),
        (&json!(true), &json!(5), &json!("A remark."))
    );
    assert_eq!(collection.sql::<i64>(TESTS).await, 1);
    assert_eq!(collection.sql::<i64>(REAL).await, 0);
    // The settings are no promise to anybody yet.
    let patch = collection.staff.client.patch("/v1/campaigns/tested");
    let change = patch.json(&json!({"access": "code", "grace_days": 1}));
    change.send().await.expect(200);
    let delete = collection.app.client().delete(own);
    delete.header("receipt", &receipt).send().await.expect(204);
    let gone = collection.own_test(&receipt).await;
    gone.expect_problem(Code::ResponseUnknown);
    assert_eq!(collection.sql::<i64>(TESTS).await, 0);
    assert_eq!(collection.sql::<i64>(REAL).await, 0, "no tombstone either");
}

#[tokio::test]
async fn an_invitation_is_checked_and_not_used_up_by_a_test() {
    let collection = Collection::tested("code").await;
    collection.test(&new_receipt(), 1).await.expect(201);
    let path = "/v1/campaigns/tested/invitations";
    let made = collection
        .staff
        .client
        .post(path)
        .json(&json!({"count": 1}));
    let made = made.send().await.expect(201).json();
    let invitation = made["invitations"][0].as_str().unwrap().to_owned();
    crate::support::logs::register_secret(&invitation);
    let invited = async |invitation: &str| {
        let call = collection
            .app
            .client()
            .post("/v1/campaigns/tested/responses");
        let call = collection.filled(call, &new_receipt(), 2);
        call.header("invitation", invitation).send().await
    };
    for _ in 0..2 {
        invited(&invitation).await.expect(201);
    }
    invited("ABCD")
        .await
        .expect_problem(Code::InvitationMalformed);
    let used = "SELECT count(*) FROM invitations WHERE redeemed";
    assert_eq!(collection.sql_now::<i64>(used).await, 0);
    collection.app.clock.advance(TimeDelta::days(3));
    let real = invited(&invitation).await.expect(201).json();
    assert!(real.get("test").is_none());
    invited(&invitation)
        .await
        .expect_problem(Code::InvitationUsed);
}

#[tokio::test]
async fn no_test_survives_the_opening() {
    let collection = Collection::tested("open").await;
    let receipts: Vec<String> = (0..5).map(|_| new_receipt()).collect();
    for receipt in &receipts {
        collection.test(receipt, 1).await.expect(201);
    }
    assert_eq!(collection.sql_now::<i64>(TESTS).await, 5);
    collection.app.clock.advance(TimeDelta::days(2));
    // The first request deletes them, whatever the background task has done.
    let gone = collection.own_test(&receipts[0]).await;
    gone.expect_problem(Code::ResponseUnknown);
    assert_eq!(collection.sql_now::<i64>(TESTS).await, 0);
    let real = collection.test(&receipts[1], 7).await.expect(201).json();
    assert!(real.get("test").is_none());
    assert_eq!(
        collection
            .sql::<i64>("SELECT count(*) FROM responses")
            .await,
        1
    );
    let view = collection
        .app
        .client()
        .get("/v1/campaigns/tested")
        .send()
        .await;
    assert_eq!(view.expect(200).json()["testing"], false);
}

#[tokio::test]
async fn the_server_deletes_tests_by_itself_when_the_campaign_opens() {
    let collection = Collection::tested("open").await;
    collection.test(&new_receipt(), 1).await.expect(201);
    collection.app.clock.advance(TimeDelta::days(2));
    for _ in 0..100 {
        if collection.sql_now::<i64>(TESTS).await == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("a test is left");
}

#[tokio::test]
async fn switching_the_tests_off_or_closing_deletes_them_and_only_an_upcoming_campaign_has_them() {
    let collection = Collection::tested("open").await;
    collection.test(&new_receipt(), 1).await.expect(201);
    assert_eq!(
        collection.switch(false).await.expect(200).json()["testing"],
        false
    );
    assert_eq!(collection.sql_now::<i64>(TESTS).await, 0);
    let refused = collection.test(&new_receipt(), 1).await;
    refused.expect_problem(Code::CampaignNotOpenYet);
    collection.switch(true).await.expect(200);
    collection.test(&new_receipt(), 1).await.expect(201);
    let close = collection.staff.client.post("/v1/campaigns/tested/close");
    close.send().await.expect(200);
    assert_eq!(collection.sql_now::<i64>(TESTS).await, 0);
    let refused = collection.test(&new_receipt(), 1).await;
    refused.expect_problem(Code::CampaignClosed);
    let open = collection.staff.client.patch("/v1/campaigns/test-campaign");
    let refused = open.json(&json!({"testing": true})).send().await;
    assert_eq!(
        refused.expect_problem(Code::BodyInvalid).pointers(),
        ["/testing"]
    );
}

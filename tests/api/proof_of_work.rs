//! Proof of work, which a coordinator can ask for where anybody may answer.

use aftercare::domain::admission::proof_of_work::{Proof, Work};
use aftercare::domain::response::receipt::Receipt;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, new_receipt};
use crate::support::logs::{assert_nothing_leaked, register_secret};

const KEY: &str = "test-campaign";

fn answers() -> Value {
    json!({"group": "c", "meals": "none", "distress": 0})
}

async fn ask_for(collection: &Collection, bits: Value) -> Answer {
    let campaign = collection.staff.client.patch("/v1/campaigns/test-campaign");
    let change = campaign.json(&json!({"proof_of_work": bits}));
    change.send().await
}

/// What the campaign says to everybody.
async fn told(collection: &Collection) -> Value {
    let campaign = collection.app.client().get("/v1/campaigns/test-campaign");
    campaign.send().await.expect(200).json()["proof_of_work"].clone()
}

/// The first number that shows this work, or that does not.
fn find(bits: u8, receipt: &str, shows: bool) -> String {
    let (work, key) = (Work::of_bits(bits).unwrap(), KEY.parse().unwrap());
    let receipt = Receipt::parse(receipt).unwrap();
    let proofs = (0..).map(|number: u64| format!("a-proof-of-work-{number}"));
    let is_wanted =
        |proof: &String| work.is_shown_by(&Proof::parse(proof).unwrap(), &key, &receipt) == shows;
    let found = proofs.into_iter().find(is_wanted).unwrap();
    register_secret(&found);
    found
}

async fn send(collection: &Collection, receipt: &str, proof: &str) -> Answer {
    let call = collection.response(receipt, &answers());
    call.header("proof-of-work", proof).send().await
}

#[tokio::test]
async fn a_campaign_takes_a_response_only_with_the_work_that_it_asks_for() {
    let collection = Collection::start().await;
    assert_eq!(told(&collection).await, json!(null), "off by default");
    ask_for(&collection, json!(10)).await.expect(200);
    assert_eq!(told(&collection).await, json!(10));

    let receipt = new_receipt();
    let without = collection.send(&receipt, &answers()).await;
    let detail = without.expect_problem(Code::ProofOfWorkNeeded).json()["detail"].clone();
    assert_eq!(detail, "It needs 10 leading zero bits.");
    for wrong in [&*find(10, &receipt, false), "", "a b", &"1".repeat(65)] {
        let refused = send(&collection, &receipt, wrong).await;
        refused.expect_problem(Code::ProofOfWorkNeeded);
    }
    let of_another = find(10, &new_receipt(), true);
    if find(10, &receipt, true) != of_another {
        let refused = send(&collection, &receipt, &of_another).await;
        refused.expect_problem(Code::ProofOfWorkNeeded);
    }
    let proof = find(10, &receipt, true);
    let two = collection.response(&receipt, &answers());
    let two = two
        .header("proof-of-work", &proof)
        .header("proof-of-work", &proof);
    two.send().await.expect_problem(Code::ProofOfWorkNeeded);
    send(&collection, &receipt, &proof).await.expect(201);
    assert_nothing_leaked();
}

#[tokio::test]
async fn a_retry_of_a_response_that_is_stored_needs_no_work() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    collection.send(&receipt, &answers()).await.expect(201);
    ask_for(&collection, json!(24)).await.expect(200);
    collection.send(&receipt, &answers()).await.expect(200);
    let other = json!({"group": "c", "meals": "none", "distress": 1});
    let used = collection.send(&receipt, &other).await;
    used.expect_problem(Code::ReceiptUsed);
}

#[tokio::test]
async fn the_work_may_change_while_people_answer() {
    let collection = Collection::start().await;
    ask_for(&collection, json!(8)).await.expect(200);
    let (early, late) = (new_receipt(), new_receipt());
    let proof = find(8, &early, true);
    send(&collection, &early, &proof).await.expect(201);
    ask_for(&collection, json!(12.0)).await.expect(200);
    assert_eq!(told(&collection).await, json!(12));
    let too_little = send(&collection, &late, &find(12, &late, false)).await;
    too_little.expect_problem(Code::ProofOfWorkNeeded);
    send(&collection, &late, &find(12, &late, true))
        .await
        .expect(201);
    ask_for(&collection, json!(null)).await.expect(200);
    collection
        .send(&new_receipt(), &answers())
        .await
        .expect(201);
}

#[tokio::test]
async fn only_a_campaign_that_is_open_to_anybody_asks_for_work() {
    let collection = Collection::start().await;
    ask_for(&collection, json!(24)).await.expect(200);
    collection.set_access("code").await;
    assert_eq!(told(&collection).await, json!(null));
    let invitation = collection.invite(1).await.remove(0);
    let call = collection.response(&new_receipt(), &answers());
    call.header("invitation", &invitation)
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn the_work_is_from_8_to_24_bits() {
    let collection = Collection::start().await;
    for bits in [7, 25, 300, -1] {
        let refused = ask_for(&collection, json!(bits)).await.expect(422);
        assert_eq!(refused.pointers(), ["/proof_of_work"], "{bits}");
    }
    ask_for(&collection, json!(8)).await.expect(200);
    ask_for(&collection, json!(24)).await.expect(200);
}

//! Passes: an invitation is exchanged for a blind signature, and the pass made of it lets one response in.
//!
//! | module | holds |
//! | --- | --- |
//! | `issuing` | getting a pass |
//! | `spending` | sending a response with one |
//! | `keys` | the key pairs: when they are made, who can use them, when they are destroyed |
//! | `races` | many at once |
//! | `kills` | the same while the server is killed |

mod issuing;
mod keys;
mod kills;
mod races;
mod spending;

use serde_json::{Value, json};

use crate::support::client::{Answer, Call};
use crate::support::collection::Collection;
use crate::support::logs::register_secret;
use crate::support::pass_client::PassClient;

const CAMPAIGN: &str = "/v1/campaigns/test-campaign";
const PASSES: &str = "/v1/campaigns/test-campaign/passes";
const REQUEST: &str = "application/private-token-request";

/// A campaign that takes responses with passes.
pub struct Passes {
    pub collection: Collection,
    pub client: PassClient,
}

impl Passes {
    pub async fn start() -> Self {
        let collection = Collection::start().await;
        Self::on(collection).await
    }

    pub async fn on(collection: Collection) -> Self {
        let change = collection.staff.client.patch(CAMPAIGN);
        let campaign = change.json(&json!({"access": "pass"})).send().await;
        let client = PassClient::of(&campaign.expect(200).json()["pass"]);
        Self { collection, client }
    }

    /// New invitations to the campaign.
    pub async fn invite(&self, count: usize) -> Vec<String> {
        self.collection.invite(count).await
    }

    /// A request for a pass.
    fn ask(&self, invitation: &str, request: &[u8]) -> Call {
        let call = self.collection.app.client().post(PASSES);
        call.header("invitation", invitation)
            .raw(REQUEST, request.to_vec())
    }

    /// A pass for a new invitation.
    async fn pass(&self) -> String {
        self.passes(1).await.remove(0)
    }

    /// Passes for new invitations.
    async fn passes(&self, count: usize) -> Vec<String> {
        let mut passes = Vec::new();
        for invitation in self.invite(count).await {
            let blinded = self.client.blind();
            let answer = self.ask(&invitation, &blinded.request).send().await;
            passes.push(self.client.unblind(&blinded, &answer.expect(200).body));
        }
        passes
    }

    /// Sends a response with a pass.
    async fn send(&self, receipt: &str, pass: &str) -> Answer {
        self.response(receipt, pass).send().await
    }

    fn response(&self, receipt: &str, pass: &str) -> Call {
        let response = self.collection.response(receipt, &answers());
        response.header("authorization", pass)
    }

    /// How many responses there are, released or not.
    pub async fn count(&self) -> i64 {
        let count = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses)";
        self.collection.sql_now(count).await
    }
}

pub fn answers() -> Value {
    json!({"group": "c", "meals": "none", "distress": 9})
}

/// Makes `other` a campaign with passes too; gives what a client needs to know, and an invitation.
async fn open_other(collection: &Collection) -> (PassClient, String) {
    collection.open("other", -1, 1).await;
    let change = collection.staff.client.patch("/v1/campaigns/other");
    let other = change.json(&json!({"access": "pass"})).send().await;
    let client = PassClient::of(&other.expect(200).json()["pass"]);
    let make = collection
        .staff
        .client
        .post("/v1/campaigns/other/invitations");
    let made = make
        .json(&json!({"count": 1}))
        .send()
        .await
        .expect(201)
        .json();
    let invitation = made["invitations"][0].as_str().unwrap();
    register_secret(invitation);
    (client, invitation.to_owned())
}

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

use aftercare::domain::privacy::invitation::{Invitation, RANDOM_BYTES};
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
        invite(&self.collection, "test-campaign", count).await
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

/// New invitations to a campaign, put straight into the database. The log is watched for them.
async fn invite(collection: &Collection, campaign: &str, count: usize) -> Vec<String> {
    let query = format!("SELECT id::text FROM campaigns WHERE key = '{campaign}'");
    let id: String = collection.sql_now(&query).await;
    let campaign_id = id.parse().unwrap();
    let invitations: Vec<Invitation> = (0..count)
        .map(|_| Invitation::from_random(aftercare::random::bytes::<RANDOM_BYTES>().unwrap()))
        .collect();
    let key = &collection.app.state.keys.server;
    let hashes = invitations
        .iter()
        .map(|it| key.invitation_hash(campaign_id, it).to_vec());
    let hashes: Vec<Vec<u8>> = hashes.collect();
    let (client, connection) =
        tokio_postgres::connect(&collection.app.database.url(), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    let batch = aftercare::random::uuid().unwrap();
    let issued = i32::try_from(count).unwrap();
    client
        .execute(
            "INSERT INTO invitation_batches (id, campaign_id, issued, created_at) VALUES ($1::text::uuid, $2::text::uuid, $3, now())",
            &[&batch.to_string(), &id, &issued],
        )
        .await
        .unwrap();
    client
        .execute(
            "INSERT INTO invitations (hash, campaign_id, batch_id) SELECT hash, $2::text::uuid, $3::text::uuid FROM unnest($1::bytea[]) AS hash",
            &[&hashes, &id, &batch.to_string()],
        )
        .await
        .unwrap();
    let shown = invitations.iter().map(ToString::to_string);
    shown.inspect(|it| register_secret(it)).collect()
}

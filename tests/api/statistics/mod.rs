//! Statistics: what analysts get, that tallies and a pass over the responses agree, and that figures give nobody away.

mod agreement;
mod attacks;
mod held;
mod insights;
mod queries;
mod report;

use aftercare::app::tallies::renew;
use aftercare::sample::synthetic_in;
use chrono::Utc;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, EVERY_KIND, definition, new_receipt};

const PATH: &str = "/v1/forms/every-kind/statistics";

/// The measures of the form of every kind.
const MEASURES: [&str; 12] = [
    "group",
    "alone",
    "meals",
    "help_from",
    "distress",
    "sleep_hours",
    "weight",
    "family_role",
    "exact",
    "after",
    "score_difficulty",
    "score_load",
];

/// A query that only a pass over the responses answers, though it asks for nothing else.
const BY_PASS: &str = "&from_week=1990-W01";

async fn get(collection: &Collection, query: &str) -> Answer {
    let path = format!("{PATH}?{query}");
    collection.staff.client.get(&path).send().await
}

async fn figures(collection: &Collection, query: &str) -> Value {
    get(collection, query).await.expect(200).json()
}

/// Sends responses of made-up people to a campaign, releases them, and gives their receipts.
async fn fill(collection: &Collection, campaign: &str, count: usize, seed: u64) -> Vec<String> {
    let form = serde_json::from_value(definition(EVERY_KIND)).unwrap();
    let form = aftercare::domain::form::Form::check(form).unwrap();
    let mut rng = StdRng::seed_from_u64(seed);
    let week = aftercare::domain::week::IsoWeek::of(Utc::now().date_naive());
    let mut receipts = Vec::new();
    for number in 0..count {
        let language = ["en", "ko"][number % 2];
        let occasion = aftercare::domain::response::Occasion { week, language };
        let answers = synthetic_in(&form, occasion, &mut rng);
        let body = json!({"form_version": 1, "language": language, "answers": answers});
        let receipt = new_receipt();
        let path = format!("/v1/campaigns/{campaign}/responses");
        let call = collection.app.client().post(&path).json(&body);
        call.header("receipt", &receipt).send().await.expect(201);
        receipts.push(receipt);
    }
    collection
        .sql::<i64>("SELECT count(*) FROM responses")
        .await;
    receipts
}

/// Lets figures follow what was withdrawn, where it is time, as the server does every minute.
async fn settle(collection: &Collection) {
    let behind = "SELECT count(*) FROM tally_states s JOIN campaigns c ON c.id = campaign_id \
                  WHERE NOT built OR withdrawn > 0 AND (released > 0 OR withdrawn >= release_size)";
    for _ in 0..100 {
        renew(&collection.app.state.app).await.unwrap();
        if collection.sql::<i64>(behind).await == 0 {
            return;
        }
    }
    panic!("figures do not follow");
}

async fn withdraw(collection: &Collection, campaign: &str, receipt: &str) {
    let path = format!("/v1/campaigns/{campaign}/responses/own");
    let call = collection.app.client().delete(&path);
    call.header("receipt", receipt).send().await.expect(204);
}

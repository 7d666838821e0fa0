//! Limits on what comes from one network, on exports and on statistics.

use aftercare::app::limiter::Rate;
use aftercare::app::limits::LimitRates;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::{Answer, Call};
use crate::support::collection::{Collection, EVERY_KIND, OWN, new_receipt};

const FEW: Option<Rate> = Some(Rate::new(3, 600));

fn answers() -> Value {
    json!({"group": "c", "meals": "none", "distress": 0})
}

async fn collection(rates: LimitRates) -> Collection {
    Collection::start_on(TestApp::start_limited(rates).await, EVERY_KIND).await
}

async fn from(network: &str, call: Call) -> Answer {
    call.header("x-client", network).send().await
}

async fn send(collection: &Collection, network: &str, receipt: &str) -> Answer {
    from(network, collection.response(receipt, &answers())).await
}

fn expect_refused(answer: Answer, limit: &str) {
    assert_eq!(
        answer.header("ratelimit-policy"),
        format!("\"{limit}\";q=3;w=1800")
    );
    let wait = answer.header("retry-after").to_owned();
    assert_eq!(
        answer.header("ratelimit"),
        format!("\"{limit}\";r=0;t={wait}")
    );
    answer.expect_problem(Code::TooManyRequests);
}

#[tokio::test]
async fn one_network_cannot_stuff_an_open_campaign() {
    let collection = collection(LimitRates {
        open_responses: FEW,
        ..LimitRates::OFF
    })
    .await;
    for _ in 0..3 {
        let answer = send(&collection, "192.0.2.1", &new_receipt()).await;
        let told = answer.headers.keys().any(|it| it.as_str() == "ratelimit");
        assert!(!told, "what is left tells what the neighbours did");
        answer.expect(201);
    }
    let refused = send(&collection, "192.0.2.1", &new_receipt()).await;
    expect_refused(refused, "open-responses");
    let elsewhere = send(&collection, "198.51.100.1", &new_receipt()).await;
    elsewhere.expect(201);
}

#[tokio::test]
async fn a_retry_of_a_response_that_is_stored_is_not_refused() {
    let collection = collection(LimitRates {
        open_responses: FEW,
        receipts: FEW,
        ..LimitRates::OFF
    })
    .await;
    let receipt = new_receipt();
    send(&collection, "192.0.2.1", &receipt).await.expect(201);
    for _ in 0..5 {
        send(&collection, "192.0.2.1", &receipt).await.expect(200);
    }
    // All that is left by now are no looks at what a receipt has.
    let refused = send(&collection, "192.0.2.1", &receipt).await;
    expect_refused(refused, "open-responses");
    send(&collection, "198.51.100.1", &receipt)
        .await
        .expect(200);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_counts_for_nothing() {
    let collection = collection(LimitRates {
        open_responses: FEW,
        ..LimitRates::OFF
    })
    .await;
    for _ in 0..5 {
        let wrong = collection.response(&new_receipt(), &json!({"group": "none of these"}));
        from("192.0.2.1", wrong)
            .await
            .expect_problem(Code::AnswersInvalid);
    }
    send(&collection, "192.0.2.1", &new_receipt())
        .await
        .expect(201);
}

#[tokio::test]
async fn guessing_invitations_is_slowed_down_by_network() {
    let collection = collection(LimitRates {
        credentials: FEW,
        ..LimitRates::OFF
    })
    .await;
    collection.set_access("code").await;
    let good = collection.invite(1).await.remove(0);
    let attempt = async |network: &str, invitation: &str| {
        let call = collection.response(&new_receipt(), &answers());
        from(network, call.header("invitation", invitation)).await
    };
    for _ in 0..3 {
        attempt("192.0.2.1", "0000-0000-0000-0000").await;
    }
    expect_refused(attempt("192.0.2.1", &good).await, "credentials");
    attempt("198.51.100.1", &good).await.expect(201);
}

#[tokio::test]
async fn asking_for_passes_is_slowed_down_by_network() {
    let collection = collection(LimitRates {
        credentials: FEW,
        ..LimitRates::OFF
    })
    .await;
    collection.set_access("pass").await;
    let campaign = "/v1/campaigns/test-campaign/passes";
    for path in [campaign, "/v1/passes", campaign] {
        let call = collection.app.client().post(path);
        let call = call.raw("application/private-token-request", vec![0; 259]);
        from("192.0.2.1", call)
            .await
            .expect_problem(Code::PassRequestMalformed);
    }
    for path in [campaign, "/v1/passes"] {
        let call = collection.app.client().post(path);
        let call = call.raw("application/private-token-request", vec![0; 259]);
        expect_refused(from("192.0.2.1", call).await, "credentials");
    }
}

#[tokio::test]
async fn trying_receipts_is_slowed_down_by_network() {
    let collection = collection(LimitRates {
        receipts: FEW,
        ..LimitRates::OFF
    })
    .await;
    let client = collection.app.client();
    for call in [client.get(OWN), client.delete(OWN), client.get(OWN)] {
        from("192.0.2.1", call.header("receipt", &new_receipt()))
            .await
            .expect_problem(Code::ResponseUnknown);
    }
    for call in [client.get(OWN), client.delete(OWN)] {
        let refused = from("192.0.2.1", call.header("receipt", &new_receipt())).await;
        expect_refused(refused, "receipts");
    }
    let call = client.get(OWN).header("receipt", &new_receipt());
    from("198.51.100.1", call)
        .await
        .expect_problem(Code::ResponseUnknown);
}

#[tokio::test]
async fn the_exports_of_an_account_are_limited_together() {
    let collection = collection(LimitRates {
        exports: FEW,
        ..LimitRates::OFF
    })
    .await;
    let export = async |client: &crate::support::client::Client, what: &str| {
        let path = format!("/v1/forms/{}/{what}.csv", collection.form);
        client.get(&path).send().await
    };
    let analyst = &collection.staff.client;
    for what in ["responses", "remarks", "responses"] {
        export(analyst, what).await;
    }
    expect_refused(export(analyst, "responses").await, "exports");
    expect_refused(export(analyst, "remarks").await, "exports");
    export(analyst, "codebook").await.expect(200);
    let roles = [aftercare::domain::staff::role::Role::Analyst];
    let other = collection.app.with_roles(&roles).await;
    export(&other.client, "remarks").await.expect(200);
}

#[tokio::test]
async fn the_statistics_and_reports_of_an_account_are_limited_together() {
    let collection = collection(LimitRates {
        statistics: FEW,
        ..LimitRates::OFF
    })
    .await;
    let read = async |client: &crate::support::client::Client, what: &str| {
        let path = format!("/v1/forms/{}/{what}", collection.form);
        client.get(&path).send().await
    };
    let analyst = &collection.staff.client;
    for what in ["statistics?of=meals", "report", "statistics?of=group"] {
        read(analyst, what).await.expect(200);
    }
    expect_refused(read(analyst, "statistics?of=meals").await, "statistics");
    expect_refused(read(analyst, "report").await, "statistics");
    read(analyst, "responses.csv").await.expect(200);
    let roles = [aftercare::domain::staff::role::Role::Analyst];
    let other = collection.app.with_roles(&roles).await;
    read(&other.client, "report").await.expect(200);
}

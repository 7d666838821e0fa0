//! Sending a response with a pass.

use aftercare::config::HttpConfig;
use aftercare::http::problem::Code;
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

use super::{CAMPAIGN, Passes, answers, open_other};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::collection::{Collection, EVERY_KIND, RESPONSES, new_receipt};
use crate::support::pass_client::PassClient;

/// The bytes of a pass, out of its header.
fn bytes_of(pass: &str) -> Vec<u8> {
    URL_SAFE.decode(pass.split('"').nth(1).unwrap()).unwrap()
}

fn header_of(bytes: &[u8]) -> String {
    format!("PrivateToken token=\"{}\"", URL_SAFE.encode(bytes))
}

#[tokio::test]
async fn who_comes_without_a_pass_is_told_how_to_get_one() {
    let app =
        TestApp::start_with(HttpConfig::default().with_public_host("Survey.Example.org:8443"))
            .await;
    let passes = Passes::on(Collection::start_on(app, EVERY_KIND).await).await;
    let collection = &passes.collection;
    let campaign = collection
        .app
        .client()
        .get(CAMPAIGN)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(campaign["pass"]["issuer_name"], "survey.example.org:8443");
    let listed = collection
        .app
        .client()
        .get("/v1/campaigns")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(listed["items"][0]["pass"], campaign["pass"]);
    let (challenge, key) = (
        &campaign["pass"]["challenge"],
        &campaign["pass"]["token_key"],
    );
    let expected = format!(
        "PrivateToken challenge=\"{}\", token-key=\"{}\"",
        challenge.as_str().unwrap(),
        key.as_str().unwrap()
    );
    let asks = |answer: Answer, code| {
        let answer = answer.expect_problem(code);
        assert_eq!(answer.header("www-authenticate"), expected);
    };
    asks(
        collection.send(&new_receipt(), &answers()).await,
        Code::PassMissing,
    );
    for other in ["Bearer abc", "Basic YWJj", "PrivateTokens token=x"] {
        asks(passes.send(&new_receipt(), other).await, Code::PassMissing);
    }
    asks(
        passes.send(&new_receipt(), "PrivateToken").await,
        Code::PassInvalid,
    );
    assert_eq!(passes.count().await, 0);
}

#[tokio::test]
async fn a_pass_is_taken_however_it_is_written() {
    let passes = Passes::start().await;
    for write in [
        |bytes: &[u8]| format!("PrivateToken token={}", URL_SAFE.encode(bytes)),
        |bytes: &[u8]| format!("PrivateToken token={}", URL_SAFE_NO_PAD.encode(bytes)),
        |bytes: &[u8]| {
            format!(
                "privatetoken x=\"y, z\", token=\"{}\"",
                URL_SAFE_NO_PAD.encode(bytes)
            )
        },
    ] {
        let pass = write(&bytes_of(&passes.pass().await));
        passes.send(&new_receipt(), &pass).await.expect(201);
    }
}

#[tokio::test]
async fn a_pass_that_was_not_signed_for_this_campaign_is_refused() {
    let passes = Passes::start().await;
    let collection = &passes.collection;
    let good = bytes_of(&passes.pass().await);
    let spoilt = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let made_up = [&good[..98], &[0x42; 256]].concat();
    let mut bad: Vec<Vec<u8>> = [1, 2, 34, 66, 98, 353].map(spoilt).to_vec();
    bad.extend([good[..353].to_vec(), [&good[..], &[0]].concat(), made_up]);
    bad.extend([Vec::new(), vec![0; 2000]]);

    // A pass of another campaign, which is good there.
    let (client, invitation) = open_other(collection).await;
    let blinded = client.blind();
    let ask = collection.app.client().post("/v1/campaigns/other/passes");
    let ask = ask.header("invitation", &invitation);
    let answer = ask
        .raw(super::REQUEST, blinded.request.clone())
        .send()
        .await;
    let foreign = client.token(&blinded, &answer.expect(200).body);
    bad.push(foreign.clone());

    // One that was got for another challenge, with the right key.
    let client = PassClient::new(b"\0\x02\0\x01x\0\0\0".to_vec(), passes.client.spki.clone());
    let invitation = passes.invite(1).await.remove(0);
    let blinded = client.blind();
    let answer = passes.ask(&invitation, &blinded.request).send().await;
    bad.push(client.token(&blinded, &answer.expect(200).body));

    for (number, bytes) in bad.iter().enumerate() {
        let answer = passes.send(&new_receipt(), &header_of(bytes)).await;
        let answer = answer.expect_problem(Code::PassInvalid);
        assert!(
            answer
                .header("www-authenticate")
                .starts_with("PrivateToken challenge=\""),
            "{number}"
        );
    }
    let twice = passes.response(&new_receipt(), &header_of(&good));
    let twice = twice
        .header("authorization", &header_of(&good))
        .send()
        .await;
    twice.expect_problem(Code::PassInvalid);
    assert_eq!(passes.count().await, 0);
    passes
        .send(&new_receipt(), &header_of(&good))
        .await
        .expect(201);
    let elsewhere = collection
        .app
        .client()
        .post("/v1/campaigns/other/responses");
    let body = json!({"form_version": 1, "language": "en", "answers": answers()});
    let elsewhere = elsewhere.header("receipt", &new_receipt()).json(&body);
    let elsewhere = elsewhere.header("authorization", &header_of(&foreign));
    elsewhere.send().await.expect(201);
}

#[tokio::test]
async fn a_pass_is_spent_once_and_a_retry_is_no_second_time() {
    let passes = Passes::start().await;
    let (pass, receipt) = (passes.pass().await, new_receipt());
    let first = passes.send(&receipt, &pass).await.expect(201);
    assert_eq!(
        passes.send(&receipt, &pass).await.expect(200).body,
        first.body
    );
    passes
        .send(&new_receipt(), &pass)
        .await
        .expect_problem(Code::PassSpent);
    passes.collection.release().await;
    passes.send(&receipt, &pass).await.expect(200);
    passes
        .send(&new_receipt(), &pass)
        .await
        .expect_problem(Code::PassSpent);
    assert_eq!(passes.count().await, 1);

    // Whoever lost the answer gets it even when the campaign has closed since.
    passes
        .collection
        .staff
        .client
        .post(&format!("{CAMPAIGN}/close"))
        .send()
        .await
        .expect(200);
    assert_eq!(
        passes.send(&receipt, &pass).await.expect(200).body,
        first.body
    );
    passes
        .send(&new_receipt(), &pass)
        .await
        .expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn answers_that_do_not_fit_leave_the_pass_good() {
    let passes = Passes::start().await;
    let pass = passes.pass().await;
    let bad = passes
        .collection
        .response(&new_receipt(), &json!({"group": "z"}));
    let bad = bad.header("authorization", &pass).send().await;
    bad.expect_problem(Code::AnswersInvalid);
    passes.send(&new_receipt(), &pass).await.expect(201);
}

#[tokio::test]
async fn a_withdrawn_response_does_not_give_its_pass_back() {
    let passes = Passes::start().await;
    let (pass, receipt) = (passes.pass().await, new_receipt());
    passes.send(&receipt, &pass).await.expect(201);
    let own = format!("{RESPONSES}/own");
    let withdraw = passes.collection.app.client().delete(&own);
    withdraw
        .header("receipt", &receipt)
        .send()
        .await
        .expect(204);
    passes
        .send(&new_receipt(), &pass)
        .await
        .expect_problem(Code::PassSpent);
    passes
        .send(&receipt, &pass)
        .await
        .expect_problem(Code::ResponseWithdrawn);
}

#[tokio::test]
async fn an_invitation_beside_a_pass_is_refused_since_it_would_link_the_two() {
    let passes = Passes::start().await;
    let (pass, invitation) = (passes.pass().await, passes.invite(1).await.remove(0));
    let response = passes.response(&new_receipt(), &pass);
    let answer = response.header("invitation", &invitation).send().await;
    answer.expect_problem(Code::InvitationMisplaced);
    passes.send(&new_receipt(), &pass).await.expect(201);
}

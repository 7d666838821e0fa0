//! Getting a pass.

use aftercare::http::problem::Code;
use chrono::TimeDelta;
use serde_json::json;

use super::{CAMPAIGN, PASSES, Passes, REQUEST, open_other};
use crate::support::collection::{Collection, new_receipt};
use crate::support::pass_client::{PassClient, unbase64};

#[tokio::test]
async fn an_invitation_is_exchanged_for_a_pass_that_lets_one_response_in() {
    let passes = Passes::start().await;
    let invitation = passes.invite(1).await.remove(0);
    let blinded = passes.client.blind();
    let answer = passes
        .ask(&invitation, &blinded.request)
        .send()
        .await
        .expect(200);
    assert_eq!(
        answer.header("content-type"),
        "application/private-token-response"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.body.len(), 256);
    let pass = passes.client.unblind(&blinded, &answer.body);
    let stored = passes.send(&new_receipt(), &pass).await.expect(201).json();
    assert_eq!(stored["campaign"], "test-campaign");
}

#[tokio::test]
async fn the_very_same_request_gets_the_very_same_answer_and_another_none() {
    let passes = Passes::start().await;
    let invitation = passes.invite(1).await.remove(0);
    let (first, second) = (passes.client.blind(), passes.client.blind());
    let answer = passes
        .ask(&invitation, &first.request)
        .send()
        .await
        .expect(200);
    let typed = invitation.to_lowercase().replace('-', " ");
    let again = passes.ask(&typed, &first.request).send().await.expect(200);
    assert_eq!(again.body, answer.body);
    let other = passes.ask(&invitation, &second.request).send().await;
    other.expect_problem(Code::InvitationUsed);
    let again = passes
        .ask(&invitation, &first.request)
        .send()
        .await
        .expect(200);
    assert_eq!(again.body, answer.body);
}

#[tokio::test]
async fn an_invitation_that_is_none_gets_no_pass() {
    let passes = Passes::start().await;
    let request = passes.client.blind().request;
    let call = passes.collection.app.client().post(PASSES);
    let answer = call.raw(REQUEST, request.clone()).send().await;
    answer.expect_problem(Code::InvitationMissing);
    let answer = passes.ask("not an invitation", &request).send().await;
    answer.expect_problem(Code::InvitationMalformed);

    // One of another campaign.
    let (_, foreign) = open_other(&passes.collection).await;
    let answer = passes.ask(&foreign, &request).send().await;
    answer.expect_problem(Code::InvitationUnknown);
    let own = passes.invite(1).await.remove(0);
    let call = passes.ask(&own, &request).header("invitation", &own);
    call.send().await.expect_problem(Code::InvitationMalformed);
    passes.ask(&own, &request).send().await.expect(200);
}

#[tokio::test]
async fn a_request_that_is_none_leaves_the_invitation_good() {
    let passes = Passes::start().await;
    let invitation = passes.invite(1).await.remove(0);
    let good = passes.client.blind().request;
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let too_great = [&good[..3], &[0xff; 256]].concat();
    for bad in [
        Vec::new(),
        good[..258].to_vec(),
        [&good[..], &[0]].concat(),
        with(0, 1),
        with(1, 1),
        with(1, 3),
        with(2, good[2] ^ 1),
        too_great,
        vec![0; 5000],
    ] {
        let answer = passes.ask(&invitation, &bad).send().await;
        answer.expect_problem(Code::PassRequestMalformed);
    }
    for kind in ["application/json", "application/octet-stream", "text/plain"] {
        let call = passes.collection.app.client().post(PASSES);
        let call = call
            .header("invitation", &invitation)
            .raw(kind, good.clone());
        let answer = call.send().await.expect_problem(Code::MediaTypeUnsupported);
        assert_eq!(answer.header("accept"), REQUEST);
    }
    let answer = passes.ask(&invitation, &vec![0; 300_000]).send().await;
    answer.expect_problem(Code::BodyTooLarge);
    passes.ask(&invitation, &good).send().await.expect(200);
}

#[tokio::test]
async fn passes_are_given_only_while_the_campaign_is_open_and_asks_for_them() {
    let collection = Collection::start().await;
    let request = [vec![0, 2, 0], vec![1; 256]].concat();
    let ask = |campaign: &str| {
        let call = collection
            .app
            .client()
            .post(&format!("/v1/campaigns/{campaign}/passes"));
        call.header("invitation", "0000-0000-0000-0000")
            .raw(REQUEST, request.clone())
            .send()
    };
    ask("nowhere").await.expect_problem(Code::CampaignUnknown);
    ask("test-campaign")
        .await
        .expect_problem(Code::AccessWithoutPasses);
    let now = chrono::Utc::now();
    for (key, opens, closes) in [("early", 1, 2), ("late", -2, -1)] {
        let body = json!({
            "key": key, "form": collection.form, "title": {"en": "Test"}, "access": "pass",
            "opens_at": now + TimeDelta::days(opens), "closes_at": now + TimeDelta::days(closes),
        });
        let created = collection.staff.client.post("/v1/campaigns").json(&body);
        assert_eq!(created.send().await.expect(201).json()["access"], "pass");
    }
    ask("early").await.expect_problem(Code::CampaignNotOpenYet);
    ask("late").await.expect_problem(Code::CampaignClosed);
    collection.app.clock.advance(TimeDelta::days(3));
    ask("early").await.expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn the_issuer_alone_is_enough_to_find_where_to_ask() {
    let passes = Passes::start().await;
    let (collection, client) = (&passes.collection, passes.collection.app.client());
    let upcoming = json!({
        "key": "upcoming", "form": collection.form, "title": {"en": "Test"}, "access": "pass",
        "opens_at": "2099-01-01T00:00:00Z", "closes_at": "2099-02-01T00:00:00Z",
    });
    let upcoming = collection
        .staff
        .client
        .post("/v1/campaigns")
        .json(&upcoming);
    let upcoming = upcoming.send().await.expect(201).json();
    collection.open("open-to-all", -1, 1).await;

    let directory = client
        .get("/.well-known/private-token-issuer-directory")
        .send()
        .await
        .expect(200);
    assert_eq!(
        directory.header("content-type"),
        "application/private-token-issuer-directory"
    );
    assert_eq!(directory.header("cache-control"), "public, max-age=300");
    let directory = directory.json();
    let keys = directory["token-keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "one for each campaign with passes");
    assert_eq!(
        unbase64(keys[0]["token-key"].as_str().unwrap()),
        passes.client.spki
    );
    assert_eq!(keys[1]["token-key"], upcoming["pass"]["token_key"]);
    assert_eq!(keys[1]["not-before"], 4_070_908_800_i64);
    assert!(keys.iter().all(|key| key["token-type"] == 2));

    let uri = directory["issuer-request-uri"].as_str().unwrap();
    let invitation = passes.invite(1).await.remove(0);
    let blinded = passes.client.blind();
    let ask = |request: Vec<u8>| {
        let call = client.post(uri).header("invitation", &invitation);
        call.raw(REQUEST, request).send()
    };
    let mut unknown = blinded.request.clone();
    unknown[2] = (0..=255)
        .find(|byte| {
            keys.iter().all(|key| {
                let spki = unbase64(key["token-key"].as_str().unwrap());
                PassClient::new(Vec::new(), spki).key_id()[31] != *byte
            })
        })
        .unwrap();
    ask(unknown)
        .await
        .expect_problem(Code::PassRequestMalformed);
    ask(Vec::new())
        .await
        .expect_problem(Code::PassRequestMalformed);
    let answer = ask(blinded.request.clone()).await.expect(200);
    let same = passes
        .ask(&invitation, &blinded.request)
        .send()
        .await
        .expect(200);
    assert_eq!(same.body, answer.body);
    let pass = passes.client.unblind(&blinded, &answer.body);
    passes.send(&new_receipt(), &pass).await.expect(201);

    collection
        .staff
        .client
        .post(&format!("{CAMPAIGN}/close"))
        .send()
        .await
        .expect(200);
    let directory = client
        .get("/.well-known/private-token-issuer-directory")
        .send()
        .await;
    assert_eq!(
        directory.expect(200).json()["token-keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

//! The curious operator. It records every byte that passes, knows the server's key, and reads the place and the
//! transaction number of every row; and it tries to tell which invitation each response came with.
//!
//! With access `pass` it must do no better than chance, with access `code` it must succeed: otherwise the
//! attack would be too weak to show anything.
//!
//! | module | holds |
//! | --- | --- |
//! | `tapped` | a campaign whose every connection is recorded |
//! | `guesses` | how the operator guesses |

mod guesses;
mod tapped;

use serde_json::json;

use self::guesses::{by_order, by_shared_bytes, guesses_from_tables, right, with_decoded_pass};
use self::tapped::Tapped;
use crate::support::collection::{OWN, RESPONSES};
use crate::support::pass_client::PassClient;

const CAMPAIGN: &str = "/v1/campaigns/test-campaign";
const PASSES: &str = "/v1/campaigns/test-campaign/passes";
const PEOPLE: usize = 1000;
/// Right guesses that a blind one among that many could have: one on average, more than ten once in ten million.
const CHANCE: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn with_passes_an_operator_who_records_everything_does_no_better_than_chance() {
    let mut tapped = Tapped::start("pass", PEOPLE).await;
    let passes = tapped.get_passes().await;
    tapped.answer("authorization", &passes).await;
    let (asked, asked_order) = tapped.exchanges(
        |it| it.invitation.clone(),
        "POST /v1/campaigns/test-campaign/passes",
    );
    let (sent, sent_order) = tapped.exchanges(
        |it| it.receipt.clone(),
        "POST /v1/campaigns/test-campaign/responses",
    );
    assert_eq!(
        (asked_order.len(), sent_order.len()),
        (tapped.people.len(), tapped.people.len())
    );
    assert!(
        asked
            .iter()
            .chain(&sent)
            .all(|exchange| exchange.len() > 500),
        "it has seen both halves of each"
    );
    let sent: Vec<Vec<u8>> = sent.into_iter().map(with_decoded_pass).collect();

    let mut attacks = guesses_from_tables(&tapped).await;
    attacks.push((
        "the order of requests".to_owned(),
        by_order(&asked_order, &sent_order),
    ));
    attacks.push(("bytes in common".to_owned(), by_shared_bytes(&asked, &sent)));
    for (attack, guesses) in attacks {
        let right = right(&guesses);
        assert!(
            right <= CHANCE,
            "{attack}: {right} of {} right",
            guesses.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_codes_the_same_operator_links_every_response_and_by_the_tables_finds_its_batch_at_most()
 {
    let mut tapped = Tapped::start("code", 300).await;
    let codes: Vec<String> = tapped
        .people
        .iter()
        .map(|it| it.invitation.clone())
        .collect();
    tapped.answer("invitation", &codes).await;
    let (sent, _) = tapped.exchanges(
        |it| it.receipt.clone(),
        "POST /v1/campaigns/test-campaign/responses",
    );
    let list: Vec<Vec<u8>> = codes.iter().map(|code| code.clone().into_bytes()).collect();
    let guesses = by_shared_bytes(&list, &sent);
    assert_eq!(
        right(&guesses),
        tapped.people.len(),
        "the code is in the request"
    );

    // Batches are released one after the other, so the order of the tables leads to the batch: among those released
    // together, one guess is right on average.
    let batches = "SELECT count(DISTINCT xmin::text) FROM responses";
    let batches = usize::try_from(tapped.collection.sql_now::<i64>(batches).await).unwrap();
    let chance = batches + 6 * batches.isqrt() + CHANCE;
    assert!(chance < tapped.people.len() / 2, "{batches} batches");
    for (attack, guesses) in guesses_from_tables(&tapped).await {
        let right = right(&guesses);
        assert!(
            right <= chance,
            "{attack}: {right} of {} right, in {batches} batches",
            guesses.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_a_pass_and_answers_at_once_is_linked_by_the_order() {
    // No fault of the server, and written down in docs/privacy.md: the client should not do so.
    let mut tapped = Tapped::start("pass", 30).await;
    let campaign = tapped
        .newcomer()
        .get(CAMPAIGN)
        .send()
        .await
        .expect(200)
        .json();
    let issuer = PassClient::of(&campaign["pass"]);
    for at in tapped.shuffled() {
        let person = &tapped.people[at];
        let blinded = issuer.blind();
        let call = tapped
            .newcomer()
            .post(PASSES)
            .header("invitation", &person.invitation);
        let call = call.raw("application/private-token-request", blinded.request.clone());
        let pass = issuer.unblind(&blinded, &call.send().await.expect(200).body);
        let body = json!({"form_version": 1, "language": "en", "answers": person.answers});
        let call = tapped
            .newcomer()
            .post(RESPONSES)
            .header("receipt", &person.receipt);
        call.header("authorization", &pass)
            .json(&body)
            .send()
            .await
            .expect(201);
    }
    let (_, asked) = tapped.exchanges(
        |it| it.invitation.clone(),
        "POST /v1/campaigns/test-campaign/passes",
    );
    let (_, sent) = tapped.exchanges(
        |it| it.receipt.clone(),
        "POST /v1/campaigns/test-campaign/responses",
    );
    assert_eq!(right(&by_order(&asked, &sent)), tapped.people.len());
    let own = tapped
        .newcomer()
        .get(OWN)
        .header("receipt", &tapped.people[0].receipt);
    own.send().await.expect(200);
}

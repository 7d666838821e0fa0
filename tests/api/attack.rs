//! The curious operator. It records every byte that passes, knows the server's key, and reads the place and the
//! transaction number of every row; and it tries to tell which invitation each response came with.
//!
//! With access `pass` it must do no better than chance, with access `code` it must succeed: otherwise the
//! attack would be too weak to show anything.

use std::collections::HashMap;

use aftercare::domain::privacy::invitation::Invitation;
use aftercare::domain::privacy::receipt::Receipt;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use futures_util::{StreamExt, stream};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::collection::{Collection, INVITATIONS, OWN, RESPONSES};
use crate::support::logs::register_secrets;
use crate::support::pass_client::PassClient;
use crate::support::wiretap::Wiretap;

const CAMPAIGN: &str = "/v1/campaigns/test-campaign";
const PASSES: &str = "/v1/campaigns/test-campaign/passes";
const PEOPLE: usize = 1000;
/// Right guesses that a blind one among that many could have: one on average, more than ten once in ten million.
const CHANCE: usize = 10;
const AT_ONCE: usize = 8;

/// Somebody who was invited. The place in the list is the place on the clinic's list of invitations.
struct Person {
    invitation: String,
    receipt: String,
    answers: Value,
}

/// A campaign that is tapped.
struct Tapped {
    collection: Collection,
    wiretap: Wiretap,
    people: Vec<Person>,
    rng: StdRng,
}

/// For each person, by place in the list, the place of the response that the operator takes for theirs.
type Guesses = HashMap<usize, usize>;

impl Tapped {
    async fn start(access: &str, people: usize) -> Self {
        let collection = Collection::start().await;
        let change = json!({"access": access, "release_size": 10});
        let change = collection.staff.client.patch(CAMPAIGN).json(&change);
        change.send().await.expect(200);
        let wiretap = Wiretap::start(collection.app.address).await;
        let made = collection
            .staff
            .client
            .post(INVITATIONS)
            .json(&json!({"count": people}));
        let made = made.send().await.expect(201).json();
        let mut rng = StdRng::seed_from_u64(2027);
        let people: Vec<Person> = made["invitations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|invitation| Person {
                invitation: invitation.as_str().unwrap().to_owned(),
                receipt: format!("receipt-{:032x}", rng.random::<u128>()),
                answers: json!({"group": "c", "meals": "none", "distress": rng.random_range(0..=10)}),
            })
            .collect();
        register_secrets(
            people
                .iter()
                .flat_map(|it| [it.invitation.clone(), it.receipt.clone()]),
        );
        Self {
            collection,
            wiretap,
            people,
            rng,
        }
    }

    /// A client that has no connection yet, as that of somebody who comes for the first time.
    fn newcomer(&self) -> Client {
        Client::new(
            self.wiretap.address,
            std::sync::Arc::clone(&self.collection.app.state.api),
        )
    }

    /// The people in an order that has nothing to do with the list.
    fn shuffled(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.people.len()).collect();
        order.shuffle(&mut self.rng);
        order
    }

    /// Everybody gets a pass, in one order; gives them by place in the list.
    async fn get_passes(&mut self) -> Vec<String> {
        let campaign = self
            .newcomer()
            .get(CAMPAIGN)
            .send()
            .await
            .expect(200)
            .json();
        let issuer = PassClient::of(&campaign["pass"]);
        let order = self.shuffled();
        let mut passes: Vec<(usize, String)> = stream::iter(order)
            .map(|at| {
                let (client, issuer) = (self.newcomer(), issuer.clone());
                let invitation = &self.people[at].invitation;
                async move {
                    let blinded = issuer.blind();
                    let call = client.post(PASSES).header("invitation", invitation);
                    let call =
                        call.raw("application/private-token-request", blinded.request.clone());
                    let answer = call.send().await.expect(200);
                    let token = URL_SAFE.encode(issuer.token(&blinded, &answer.body));
                    (at, format!("PrivateToken token=\"{token}\""))
                }
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        passes.sort_unstable();
        let passes: Vec<String> = passes.into_iter().map(|(_, pass)| pass).collect();
        let token = |pass: &String| pass.split('"').nth(1).unwrap_or_default().to_owned();
        register_secrets(passes.iter().map(token));
        passes
    }

    /// Everybody answers, in another order, with this header; then all is released.
    async fn answer(&mut self, header: &str, values: &[String]) {
        let order = self.shuffled();
        stream::iter(order)
            .for_each_concurrent(AT_ONCE, |at| {
                let (client, person) = (self.newcomer(), &self.people[at]);
                let body = json!({"form_version": 1, "language": "en", "answers": person.answers});
                let call = client.post(RESPONSES).header("receipt", &person.receipt);
                let call = call.header(header, &values[at]).json(&body);
                async move {
                    call.send().await.expect(201);
                }
            })
            .await;
        let close = self
            .collection
            .staff
            .client
            .post(&format!("{CAMPAIGN}/close"));
        close.send().await.expect(200);
        self.collection.release().await;
    }

    /// The recorded exchanges that hold one of these words each, by the place of the word; and the places in the order
    /// in which they came.
    fn exchanges(
        &self,
        word: impl Fn(&Person) -> String,
        also: &str,
    ) -> (Vec<Vec<u8>>, Vec<usize>) {
        let mut found = vec![Vec::new(); self.people.len()];
        let mut order = Vec::new();
        let places: HashMap<String, usize> = self
            .people
            .iter()
            .enumerate()
            .map(|(at, it)| (word(it), at))
            .collect();
        for exchange in self.wiretap.recorded() {
            let text = String::from_utf8_lossy(&exchange);
            if !text.starts_with(also) {
                continue;
            }
            let words = text.split(|c: char| c.is_whitespace() || c == '"');
            let Some(at) = words.filter_map(|word| places.get(word)).next() else {
                continue;
            };
            order.push(*at);
            found[*at] = exchange;
        }
        (found, order)
    }

    /// Places in the list in the order of a query that gives one identifier a row.
    async fn rows(&self, query: &str, places: &HashMap<String, usize>) -> Vec<usize> {
        let rows =
            format!("SELECT coalesce(string_agg(row, ' '), '') FROM ({query}) AS rows (row)");
        let rows: String = self.collection.sql_now(&rows).await;
        rows.split(' ')
            .filter_map(|row| places.get(row))
            .copied()
            .collect()
    }
}

/// How many of the guesses are right, where the person's response has the person's place.
fn right(guesses: &Guesses) -> usize {
    guesses
        .iter()
        .filter(|(person, response)| person == response)
        .count()
}

/// Who came first answered first.
fn by_order(left: &[usize], right: &[usize]) -> Guesses {
    left.iter().copied().zip(right.iter().copied()).collect()
}

/// Sixteen bytes that occur in the traffic of one person and of one response only.
fn by_shared_bytes(left: &[Vec<u8>], right: &[Vec<u8>]) -> Guesses {
    const WINDOW: usize = 16;
    let mut owners: HashMap<&[u8], Option<usize>> = HashMap::new();
    for (person, bytes) in left.iter().enumerate() {
        for window in bytes.windows(WINDOW) {
            let owner = owners.entry(window).or_insert(Some(person));
            if *owner != Some(person) {
                *owner = None;
            }
        }
    }
    let mut guesses = Guesses::new();
    for (response, bytes) in right.iter().enumerate() {
        let shared = bytes
            .windows(WINDOW)
            .find_map(|window| owners.get(window).copied().flatten());
        if let Some(person) = shared {
            guesses.insert(person, response);
        }
    }
    guesses
}

/// The bytes of the pass, so that they can be compared with those of the request for it.
fn with_decoded_pass(mut exchange: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&exchange).into_owned();
    let token = text
        .split("token=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    exchange.extend(
        token
            .and_then(|token| URL_SAFE.decode(token).ok())
            .unwrap_or_default(),
    );
    exchange
}

/// What the tables give away: the place of rows, their transaction numbers, and what they have in common.
async fn guesses_from_tables(tapped: &Tapped) -> Vec<(String, Guesses)> {
    // The operator has the key and all that was sent, so it knows whose each hash and each id is.
    let key = &tapped.collection.app.state.keys.server;
    let campaign: String = tapped
        .collection
        .sql_now("SELECT id::text FROM campaigns")
        .await;
    let campaign: Uuid = campaign.parse().unwrap();
    let mut invitations = HashMap::new();
    let mut responses = HashMap::new();
    for (at, person) in tapped.people.iter().enumerate() {
        let invitation = Invitation::parse(&person.invitation).unwrap();
        let hash = key.invitation_hash(campaign, &invitation);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        invitations.insert(hash, at);
        let receipt = Receipt::parse(&person.receipt).unwrap();
        responses.insert(key.response_id(campaign, &receipt).to_string(), at);
    }
    let mut all = Vec::new();
    for order in ["ctid", "xmin::text::bigint, ctid", "hash"] {
        let query = format!("SELECT encode(hash, 'hex') FROM invitations ORDER BY {order}");
        let left = tapped.rows(&query, &invitations).await;
        assert_eq!(left.len(), tapped.people.len());
        for order in ["ctid", "xmin::text::bigint, ctid", "id"] {
            let query = format!("SELECT id::text FROM responses ORDER BY {order}");
            let right = tapped.rows(&query, &responses).await;
            assert_eq!(right.len(), tapped.people.len());
            all.push((
                format!("invitations and responses by {order}"),
                by_order(&left, &right),
            ));
        }
    }
    let joined = "SELECT encode(i.hash, 'hex') || ' ' || r.id FROM invitations i JOIN responses r ON r.xmin = i.xmin";
    let pairs: String = tapped
        .collection
        .sql_now(&format!(
            "SELECT coalesce(string_agg(pair, ' '), '') FROM ({joined}) AS pairs (pair)"
        ))
        .await;
    let words: Vec<&str> = pairs.split_whitespace().collect();
    let pairs = words
        .chunks(2)
        .map(|pair| (invitations[pair[0]], responses[pair[1]]));
    all.push(("of one transaction".to_owned(), pairs.collect()));
    all
}

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

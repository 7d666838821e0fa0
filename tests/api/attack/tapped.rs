//! A campaign whose every connection is recorded, and the people who are invited to it.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use futures_util::{StreamExt, stream};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::{CAMPAIGN, PASSES};
use crate::support::client::Client;
use crate::support::collection::{Collection, INVITATIONS, RESPONSES};
use crate::support::logs::register_secrets;
use crate::support::pass_client::PassClient;
use crate::support::wiretap::Wiretap;

const AT_ONCE: usize = 8;

/// Somebody who was invited. The place in the list is the place on the clinic's list of invitations.
pub struct Person {
    pub invitation: String,
    pub receipt: String,
    pub answers: Value,
}

/// A campaign that is tapped.
pub struct Tapped {
    pub collection: Collection,
    pub wiretap: Wiretap,
    pub people: Vec<Person>,
    rng: StdRng,
}

impl Tapped {
    pub async fn start(access: &str, people: usize) -> Self {
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
    pub fn newcomer(&self) -> Client {
        Client::new(
            self.wiretap.address,
            Arc::clone(&self.collection.app.state.api),
        )
    }

    /// The people in an order that has nothing to do with the list.
    pub fn shuffled(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.people.len()).collect();
        order.shuffle(&mut self.rng);
        order
    }

    /// Everybody gets a pass, in one order; gives them by place in the list.
    pub async fn get_passes(&mut self) -> Vec<String> {
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
    pub async fn answer(&mut self, header: &str, values: &[String]) {
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
    pub fn exchanges(
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
    pub async fn rows(&self, query: &str, places: &HashMap<String, usize>) -> Vec<usize> {
        let rows =
            format!("SELECT coalesce(string_agg(row, ' '), '') FROM ({query}) AS rows (row)");
        let rows: String = self.collection.sql_now(&rows).await;
        rows.split(' ')
            .filter_map(|row| places.get(row))
            .copied()
            .collect()
    }
}

//! Invitations that are redeemed by many at once, while they are revoked, and while the server is killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aftercare::http::problem::Code;
use diesel_async::SimpleAsyncConnection;
use futures_util::future::join_all;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::cli::{Place, Serving};
use crate::invitations::{make, response, send, stored_and_used, with_access};
use crate::support::collection::new_receipt;

#[tokio::test]
async fn of_a_hundred_responses_with_one_invitation_one_is_stored() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let receipts: Vec<String> = (0..100).map(|_| new_receipt()).collect();
    let sent = receipts.iter().map(|it| send(&collection, it, &invitation));
    let mut stored = 0;
    for answer in join_all(sent).await {
        if answer.status == 201 {
            stored += 1;
        } else {
            answer.expect_problem(Code::InvitationUsed);
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(stored_and_used(&collection).await, (1, 1));
}

#[tokio::test]
async fn a_retry_at_the_same_moment_is_a_replay_and_not_a_second_use() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let receipt = new_receipt();
    let sent = (0..20).map(|_| send(&collection, &receipt, &invitation));
    let mut statuses: Vec<u16> = join_all(sent)
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 19], vec![201]].concat());
}

#[tokio::test]
async fn a_redemption_that_meets_a_revocation_is_either_stored_or_unknown() {
    let collection = with_access("code").await;
    for _ in 0..10 {
        let answer = make(&collection, &json!({"count": 8})).await.expect(201);
        let place = answer.header("location").to_owned();
        let made: Vec<String> =
            serde_json::from_value(answer.json()["invitations"].clone()).unwrap();
        let before = stored_and_used(&collection).await;
        let receipts: Vec<String> = made.iter().map(|_| new_receipt()).collect();
        let sent = made.iter().zip(&receipts);
        let sent = join_all(sent.map(|(invitation, it)| send(&collection, it, invitation)));
        let revocation = collection.staff.client.delete(&place).send();
        let (answers, revocation) = tokio::join!(sent, revocation);
        revocation.expect(204);
        let mut stored = 0;
        for answer in answers {
            if answer.status == 201 {
                stored += 1;
            } else {
                answer.expect_problem(Code::InvitationUnknown);
            }
        }
        let after = stored_and_used(&collection).await;
        assert_eq!(after, (before.0 + stored, before.1 + stored));
        let left = "SELECT count(*) FROM invitations WHERE NOT redeemed";
        assert_eq!(collection.sql_now::<i64>(left).await, 0);
    }
}

#[tokio::test]
async fn a_response_that_waits_for_a_revocation_finds_its_invitation_unknown() {
    let collection = with_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let mut revocation = collection.app.connect().await;
    let hold = "BEGIN; DELETE FROM invitations";
    revocation.batch_execute(hold).await.unwrap();
    let call = response(&collection, &new_receipt(), &invitation);
    let waiting = tokio::spawn(call.send());
    let waits = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while collection.sql_now::<i64>(waits).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    revocation.batch_execute("COMMIT").await.unwrap();
    let answer = waiting.await.unwrap();
    answer.expect_problem(Code::InvitationUnknown);
    assert_eq!(stored_and_used(&collection).await, (0, 0));
}

/// A campaign by invitation, on a server that can be killed.
struct Killable {
    place: Place,
    http: reqwest::Client,
    token: String,
}

/// How many receipts compete for each invitation.
const RIVALS: usize = 5;
const GUESTS: &str = "v1/campaigns/guests";

/// Who sent what, and the body of the acknowledgement, if one came: receipt → invitation, body.
type Sent = BTreeMap<String, (String, Option<String>)>;

impl Killable {
    async fn start() -> (Self, Serving) {
        let place = Place::migrated().await;
        let mut killable = Self {
            place,
            http: reqwest::Client::new(),
            token: String::new(),
        };
        let mut command = killable.place.command(&["demo"]);
        command.env("AFTERCARE_DEMO_PASSWORD", PASSWORD);
        let serving = Serving::start(command);
        let login = json!({"email": "demo@aftercare.example", "password": PASSWORD});
        let login = killable.post(&serving, "v1/sessions", &login).await;
        killable.token = login["access_token"].as_str().unwrap().to_owned();
        let campaign = json!({
            "key": "guests", "form": "daily-life-after-treatment", "title": {"en": "Guests"}, "access": "code",
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2036-01-01T00:00:00Z",
        });
        killable.post(&serving, "v1/campaigns", &campaign).await;
        (killable, serving)
    }

    fn serve(&self) -> Serving {
        Serving::start(self.place.command(&["serve"]))
    }

    async fn post(&self, serving: &Serving, path: &str, body: &Value) -> Value {
        let call = self.http.post(format!("{}/{path}", serving.address));
        let answer = call.bearer_auth(&self.token).json(body).send().await;
        answer
            .unwrap()
            .error_for_status()
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn invite(&self, serving: &Serving, count: usize) -> Vec<String> {
        let path = format!("{GUESTS}/invitations");
        let made = self.post(serving, &path, &json!({"count": count})).await;
        serde_json::from_value(made["invitations"].clone()).unwrap()
    }

    /// Everybody answers at once, and the server dies in the midst of it.
    async fn crowd(&self, serving: Serving, invitations: &[String]) -> Sent {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let answers = invitations
            .iter()
            .flat_map(|it| vec![it; RIVALS])
            .map(|it| {
                let (receipt, acknowledged) = (new_receipt(), acknowledged.clone());
                let call = self.call(&serving, &receipt, it);
                let invitation = it.clone();
                tokio::spawn(async move {
                    let body = match call.send().await {
                        Ok(answer) if answer.status() == 201 => answer.text().await.ok(),
                        Ok(_) | Err(_) => None,
                    };
                    if body.is_some() {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                    (receipt, (invitation, body))
                })
            });
        let answers: Vec<_> = answers.collect();
        while acknowledged.load(Ordering::Relaxed) < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        serving.signal(Signal::KILL);
        let answers = join_all(answers).await;
        answers.into_iter().map(Result::unwrap).collect()
    }

    fn call(&self, serving: &Serving, receipt: &str, invitation: &str) -> reqwest::RequestBuilder {
        let answers =
            json!({"cancer_type": "breast", "time_since_treatment": "years_1_to_2", "distress": 3});
        let body = json!({"form_version": 1, "language": "en", "answers": answers});
        let call = self
            .http
            .post(format!("{}/{GUESTS}/responses", serving.address));
        let call = call.header("receipt", receipt);
        call.header("invitation", invitation).json(&body)
    }

    /// How many responses are stored and how many invitations used, once the dead server's transactions are over.
    async fn stored_and_used(&self) -> (i64, i64) {
        let (client, connection) =
            tokio_postgres::connect(&self.place.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
        tokio::spawn(connection);
        let others = "SELECT count(*) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        while client
            .query_one(others, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            > 0
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let counts = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses), \
                      (SELECT count(*) FROM invitations WHERE redeemed)";
        let row = client.query_one(counts, &[]).await.unwrap();
        (row.get(0), row.get(1))
    }
}

const PASSWORD: &str = "a password for the test";

#[tokio::test(flavor = "multi_thread")]
async fn one_response_an_invitation_also_when_the_server_is_killed_in_between() {
    let (killable, mut serving) = Killable::start().await;
    let mut unanswered = 0;
    for round in 0..4 {
        let invitations = killable.invite(&serving, 40).await;
        // All invitations of the rounds before are used.
        let before = round * 40;
        let sent = killable.crowd(serving, &invitations).await;
        let (stored, used) = killable.stored_and_used().await;
        assert_eq!(
            stored, used,
            "a response without its invitation, or the other way round"
        );
        let acknowledged = sent.values().filter(|(_, body)| body.is_some()).count();
        assert!(i64::try_from(acknowledged).unwrap() <= stored - before);
        unanswered += invitations.len() - acknowledged;

        // Everybody asks again: of the rivals for an invitation exactly one has a response.
        serving = killable.serve();
        let mut winners: BTreeMap<&str, usize> = BTreeMap::new();
        for (receipt, (invitation, acknowledgement)) in &sent {
            let call = killable.call(&serving, receipt, invitation);
            let answer = call.send().await.unwrap();
            let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
            match acknowledgement {
                Some(first) => assert_eq!((status, &body), (200, first)),
                None => assert!(matches!(status, 200 | 201 | 409), "{status} {body}"),
            }
            if status != 409 {
                *winners.entry(invitation).or_default() += 1;
            }
        }
        assert_eq!(winners.len(), invitations.len());
        assert!(winners.values().all(|&winners| winners == 1), "{winners:?}");
    }
    assert!(unanswered > 0, "the server was never killed in between");
}

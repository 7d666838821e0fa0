//! Clients that send responses and retry until each is acknowledged.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::world::World;
use crate::support::collection::new_receipt;

/// How long a client goes on with one response before the test fails.
const PATIENCE: Duration = Duration::from_mins(3);

/// A response, as it is sent again and again.
#[derive(Clone)]
pub struct Sending {
    pub receipt: String,
    pub invitation: Option<String>,
}

impl Sending {
    /// The campaign: the one with invitations takes those that have one.
    pub fn campaign(&self) -> &'static str {
        match self.invitation {
            Some(_) => super::world::INVITED,
            None => super::world::OPEN,
        }
    }

    /// One attempt.
    pub async fn send(
        &self,
        http: &reqwest::Client,
        address: &str,
    ) -> reqwest::Result<reqwest::Response> {
        let address = format!("{address}/v1/campaigns/{}/responses", self.campaign());
        let mut call = http
            .post(address)
            .header("receipt", &self.receipt)
            .json(&body());
        if let Some(invitation) = &self.invitation {
            call = call.header("invitation", invitation);
        }
        call.timeout(Duration::from_secs(30)).send().await
    }
}

fn body() -> Value {
    json!({
        "form_version": 1, "language": "en",
        "answers": {
            "cancer_type": "breast", "time_since_treatment": "years_1_to_2", "distress": 3,
            "remark_your_days": REMARK,
        },
    })
}

const REMARK: &str = "marmalade on most mornings";

/// What came of it all.
#[derive(Default)]
pub struct Sent {
    /// Each with the body that acknowledged it.
    pub acknowledged: Vec<(Sending, String)>,
    /// The failed attempts by status; 0 is a connection that broke or was refused.
    pub failures: BTreeMap<u16, usize>,
    /// Failures that a client does not expect of a server that heals.
    pub odd: Vec<String>,
    longest: Duration,
}

impl Sent {
    /// No receipt, no invitation and no answer stands in this text.
    pub fn assert_not_in(&self, log: &str) {
        assert!(!log.contains(REMARK));
        // Looked up rather than searched for: there may be thousands.
        let is_of_secret = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let words: HashSet<&str> = log.split(|c| !is_of_secret(c)).collect();
        for (sending, _) in &self.acknowledged {
            for secret in std::iter::once(&sending.receipt).chain(&sending.invitation) {
                assert!(!words.contains(&**secret));
            }
        }
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} responses acknowledged, failed attempts by status {:?}, longest time for one {:.1} s",
            self.acknowledged.len(),
            self.failures,
            self.longest.as_secs_f64()
        )
    }
}

/// What the clients share.
struct Shared {
    address: String,
    invitations: Mutex<Vec<String>>,
    begun: AtomicUsize,
    acknowledged: AtomicUsize,
    wanted: usize,
    sent: Mutex<Sent>,
}

/// Clients at work.
pub struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts so many clients, which send so many responses between them. Half have an invitation,
    /// up to a number.
    pub async fn start(world: &World, clients: usize, wanted: usize) -> Self {
        let shared = Arc::new(Shared {
            address: world.address.clone(),
            invitations: Mutex::new(world.invite((wanted / 2).min(10_000)).await),
            begun: AtomicUsize::new(0),
            acknowledged: AtomicUsize::new(0),
            wanted,
            sent: Mutex::default(),
        });
        let clients = (0..clients).map(|_| tokio::spawn(work(Arc::clone(&shared))));
        Self {
            clients: clients.collect(),
            shared,
        }
    }

    pub fn acknowledged(&self) -> usize {
        self.shared.acknowledged.load(Ordering::Relaxed)
    }

    pub fn wanted(&self) -> usize {
        self.shared.wanted
    }

    /// Sends no more than what is under way.
    pub fn stop(&self) {
        self.shared
            .begun
            .store(self.shared.wanted, Ordering::Relaxed);
    }

    /// Waits until every response is acknowledged.
    pub async fn finish(self) -> Sent {
        for client in self.clients {
            client.await.unwrap();
        }
        let sent = std::mem::take(&mut *self.shared.sent.lock().unwrap());
        assert!(sent.odd.is_empty(), "{:?}", sent.odd);
        sent
    }
}

async fn work(shared: Arc<Shared>) {
    let http = reqwest::Client::new();
    while shared.begun.fetch_add(1, Ordering::Relaxed) < shared.wanted {
        let sending = Sending {
            receipt: new_receipt(),
            invitation: shared.invitations.lock().unwrap().pop(),
        };
        let begin = Instant::now();
        let acknowledgement = until_acknowledged(&http, &shared, &sending).await;
        shared.acknowledged.fetch_add(1, Ordering::Relaxed);
        let mut sent = shared.sent.lock().unwrap();
        sent.longest = sent.longest.max(begin.elapsed());
        sent.acknowledged.push((sending, acknowledgement));
    }
}

async fn until_acknowledged(http: &reqwest::Client, shared: &Shared, sending: &Sending) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < until, "a response is not acknowledged");
        let status = match sending.send(http, &shared.address).await {
            Ok(reply) => {
                let (status, retry) = (reply.status(), reply.headers().contains_key("retry-after"));
                match reply.text().await {
                    Ok(body) if status.is_success() => return body,
                    Ok(body) if status != 503 || !retry => {
                        let odd = format!("{status}, Retry-After {retry}: {body}");
                        shared.sent.lock().unwrap().odd.push(odd);
                        status.as_u16()
                    }
                    Ok(_) => 503,
                    Err(_) => 0,
                }
            }
            Err(_) => 0,
        };
        *shared
            .sent
            .lock()
            .unwrap()
            .failures
            .entry(status)
            .or_default() += 1;
        // Sooner than `Retry-After` asks for, since this is to be hard.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

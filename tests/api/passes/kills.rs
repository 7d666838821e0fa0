//! Server and Postgres are killed while many spend the same passes and exchange the same invitations. Afterwards no
//! pass has let in two responses and no invitation has given two passes, and what was acknowledged is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use reqwest::{Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::REQUEST;
use crate::cli::{Serving, command};
use crate::support::collection::new_receipt;
use crate::support::pass_client::PassClient;

const PASSWORD: &str = "a password for the test";
/// How many compete for each pass and for each invitation.
const RIVALS: usize = 6;
/// Passes and invitations that are competed for before each kill.
const PRIZES: usize = 60;
/// Prizes that are won before the kill.
const WON: usize = 15;

/// A demonstration in a folder of its own, with a campaign that takes passes.
struct Demo {
    data_dir: PathBuf,
    serving: Serving,
    http: Client,
}

impl Demo {
    fn start(data_dir: &Path) -> Self {
        let mut command = command(&["demo"]);
        command
            .env("AFTERCARE_DATA_DIR", data_dir)
            .env("AFTERCARE_DEMO_PASSWORD", PASSWORD);
        Self {
            data_dir: data_dir.to_owned(),
            serving: Serving::start(command),
            http: Client::new(),
        }
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.http
            .post(format!("{}/v1/{path}", self.serving.address))
    }

    async fn staff_token(&self) -> String {
        let login = json!({"email": "demo@aftercare.example", "password": PASSWORD});
        let session = created(self.post("sessions").json(&login)).await;
        session["access_token"].as_str().unwrap().to_owned()
    }

    async fn create_campaign(&self) -> PassClient {
        let campaign = json!({
            "key": "killed", "form": "daily-life-after-treatment", "title": {"en": "Killed"}, "access": "pass",
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2090-01-01T00:00:00Z",
        });
        let call = self.post("campaigns").json(&campaign);
        let campaign = created(call.bearer_auth(self.staff_token().await)).await;
        PassClient::of(&campaign["pass"])
    }

    async fn invite(&self, count: usize) -> Vec<String> {
        let call = self.post("campaigns/killed/invitations");
        let call = call.json(&json!({"count": count}));
        let made = created(call.bearer_auth(self.staff_token().await)).await;
        let made = made["invitations"].as_array().unwrap().iter();
        made.map(|it| it.as_str().unwrap().to_owned()).collect()
    }

    fn ask(&self, invitation: &str, request: &[u8]) -> RequestBuilder {
        let call = self.post("campaigns/killed/passes");
        let call = call.header("invitation", invitation);
        call.header("content-type", REQUEST).body(request.to_vec())
    }

    fn send(&self, receipt: &str, pass: &str) -> RequestBuilder {
        let call = self.post("campaigns/killed/responses");
        let call = call
            .header("receipt", receipt)
            .header("authorization", pass);
        call.json(&json!({
            "form_version": 1, "language": "en",
            "answers": {"cancer_type": "breast", "time_since_treatment": "years_1_to_2", "distress": 3},
        }))
    }

    async fn passes(&self, client: &PassClient, count: usize) -> Vec<String> {
        let got = self
            .invite(count)
            .await
            .into_iter()
            .map(async |invitation| {
                let blinded = client.blind();
                let answer = self
                    .ask(&invitation, &blinded.request)
                    .send()
                    .await
                    .unwrap();
                client.unblind(&blinded, &answer.bytes().await.unwrap())
            });
        futures_util::stream::iter(got).buffered(4).collect().await
    }

    fn kill(self, postgres_too: bool) {
        if postgres_too {
            let file = self.data_dir.join("postgres/cluster/postmaster.pid");
            let file = std::fs::read_to_string(file).unwrap();
            let pid = file.lines().next().unwrap().parse().unwrap();
            kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        }
        self.serving.signal(Signal::KILL);
    }
}

async fn created(call: RequestBuilder) -> Value {
    let answer = call.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

/// What somebody who competed got: the body of a success, a status that refused, or no answer at all.
type Got = Result<Vec<u8>, Option<u16>>;

async fn get(call: RequestBuilder) -> Got {
    let answer = call.send().await.map_err(|_| None)?;
    match answer.status().as_u16() {
        200 | 201 => Ok(answer.bytes().await.map_err(|_| None)?.to_vec()),
        other => Err(Some(other)),
    }
}

/// What each of those who compete got for each prize.
type Results = Vec<Vec<Got>>;

/// All compete, going through the prizes in the same order, and the server is killed when enough are won.
async fn compete(demo: Demo, calls: Vec<Vec<RequestBuilder>>, postgres_too: bool) -> Results {
    let won = Arc::new(AtomicUsize::new(0));
    let rivals = calls.into_iter().map(|calls| {
        let won = won.clone();
        tokio::spawn(async move {
            let mut got = Vec::new();
            for call in calls {
                got.push(get(call).await);
                if got.last().is_some_and(Got::is_ok) {
                    won.fetch_add(1, Ordering::Relaxed);
                }
            }
            got
        })
    });
    let rivals: Vec<_> = rivals.collect();
    while won.load(Ordering::Relaxed) < WON {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    demo.kill(postgres_too);
    let got = join_all(rivals).await;
    got.into_iter().map(Result::unwrap).collect()
}

/// Has all compete until the kill, and then all ask again. Whoever had a prize has it still; each has one owner.
async fn compete_and_ask_again(
    demo: Demo,
    postgres_too: bool,
    call: impl Fn(&Demo, usize, usize) -> RequestBuilder,
) -> Demo {
    let of_rival = |rival| (0..PRIZES).map(|prize| call(&demo, rival, prize)).collect();
    let (calls, data_dir) = ((0..RIVALS).map(of_rival).collect(), demo.data_dir.clone());
    let before = compete(demo, calls, postgres_too).await;
    let refused = before
        .iter()
        .flatten()
        .filter(|got| **got == Err(Some(409)));
    let unanswered = before.iter().flatten().filter(|got| **got == Err(None));
    assert!(
        refused.count() > 0 && unanswered.count() > PRIZES,
        "killed in between"
    );
    let demo = Demo::start(&data_dir);
    for prize in 0..PRIZES {
        let again = (0..RIVALS).map(|rival| get(call(&demo, rival, prize)));
        let after = join_all(again).await;
        assert_eq!(
            after.iter().filter(|got| got.is_ok()).count(),
            1,
            "{after:?}"
        );
        let before = before.iter().map(|rival| rival[prize].clone());
        for (before, after) in before.zip(&after) {
            match &before {
                Ok(first) => assert_eq!(after.as_ref(), Ok(first), "acknowledged before"),
                Err(_) => assert!(after.is_ok() || *after == Err(Some(409)), "{after:?}"),
            }
        }
    }
    demo
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pass_and_no_invitation_works_twice_though_server_and_postgres_are_killed() {
    let unique = aftercare::random::uuid().unwrap().simple().to_string();
    let data_dir = std::env::temp_dir().join(format!("aftercare-killed-{unique}"));
    let mut demo = Demo::start(&data_dir);
    let client = demo.create_campaign().await;
    let each = || 0..RIVALS * PRIZES;
    for postgres_too in [false, true] {
        let passes = demo.passes(&client, PRIZES).await;
        let receipts: Vec<String> = each().map(|_| new_receipt()).collect();
        let spend = |demo: &Demo, rival: usize, prize: usize| {
            demo.send(&receipts[rival * PRIZES + prize], &passes[prize])
        };
        demo = compete_and_ask_again(demo, postgres_too, spend).await;

        let invitations = demo.invite(PRIZES).await;
        let requests: Vec<_> = each().map(|_| client.blind().request).collect();
        let exchange = |demo: &Demo, rival: usize, prize: usize| {
            demo.ask(&invitations[prize], &requests[rival * PRIZES + prize])
        };
        demo = compete_and_ask_again(demo, postgres_too, exchange).await;
    }
    demo.serving.signal(Signal::TERM);
    assert!(demo.serving.end().0);
    std::fs::remove_dir_all(data_dir).unwrap();
}

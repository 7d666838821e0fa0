//! Every acknowledged response is on disk: the server and its Postgres are killed under load, and nothing is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::cli::{Serving, command};
use crate::support::collection::new_receipt;

const RESPONSES: &str = "v1/campaigns/world-cancer-day-2027/responses";
const CLIENTS: usize = 8;

fn body() -> Value {
    json!({
        "form_version": 1, "language": "en",
        "answers": {
            "cancer_type": "breast", "time_since_treatment": "years_1_to_2", "distress": 3,
            "remark_your_days": "Mornings are fine.",
        },
    })
}

/// Sends responses until the server is gone; gives each receipt with the body that acknowledged it, if any came.
async fn send_until(address: String, stop: Arc<AtomicBool>) -> BTreeMap<String, Option<String>> {
    let client = reqwest::Client::new();
    let mut sent = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let receipt = new_receipt();
        let call = client
            .post(format!("{address}/{RESPONSES}"))
            .header("receipt", &receipt)
            .json(&body());
        let acknowledged = match call.send().await {
            Ok(answer) if answer.status() == 201 => answer.text().await.ok(),
            Ok(_) | Err(_) => None,
        };
        sent.insert(receipt, acknowledged);
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_the_death_of_server_and_postgres_under_load() {
    let unique = aftercare::random::uuid().unwrap().simple().to_string();
    let data_dir = std::env::temp_dir().join(format!("aftercare-durable-{unique}"));
    let demo = || {
        let mut command = command(&["demo"]);
        command
            .env("AFTERCARE_DATA_DIR", &data_dir)
            .env("AFTERCARE_DEMO_PASSWORD", "a password for the test");
        Serving::start(command)
    };
    let mut sent: BTreeMap<String, Option<String>> = BTreeMap::new();
    for kills_postgres in [false, true] {
        let serving = demo();
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| tokio::spawn(send_until(serving.address.clone(), stop.clone())))
            .collect();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        if kills_postgres {
            let pid_file = data_dir.join("postgres/cluster/postmaster.pid");
            let pid = std::fs::read_to_string(pid_file)
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .parse()
                .unwrap();
            kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        }
        serving.signal(Signal::KILL);
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            sent.extend(client.await.unwrap());
        }
        drop(serving);
    }
    let acknowledged = sent.values().filter(|body| body.is_some()).count();
    assert!(
        acknowledged > 20,
        "only {acknowledged} responses were acknowledged under load"
    );

    // Whoever got no answer asks again, and so does whoever got one: each is there once.
    let serving = demo();
    let client = reqwest::Client::new();
    for (receipt, acknowledgement) in &sent {
        let address = format!("{}/{RESPONSES}", serving.address);
        let answer = client
            .post(address)
            .header("receipt", receipt)
            .json(&body())
            .send()
            .await
            .unwrap();
        let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
        match acknowledgement {
            Some(first) => assert_eq!((status, &body), (200, first)),
            None => assert!(matches!(status, 200 | 201), "{status} {body}"),
        }
    }
    serving.signal(Signal::TERM);
    assert!(serving.end().0);
    std::fs::remove_dir_all(data_dir).unwrap();
}

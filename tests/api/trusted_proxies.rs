//! What the operator is told of proxies that are not in the list.

use reqwest::Client;
use rustix::process::Signal;
use serde_json::json;

use crate::cli::{Place, Serving};

const SETTING: &str = "AFTERCARE_TRUSTED_PROXIES";
const CLIENT: &str = "203.0.113.77";

/// The warnings of a server with these settings that is asked three times through a proxy on this machine.
async fn warnings(listen: &str, trusted: &str) -> Vec<String> {
    let place = Place::migrated().await;
    let mut command = place.command(&["serve"]);
    command
        .env("AFTERCARE_LISTEN", listen)
        .env(SETTING, trusted);
    let serving = Serving::start(command);
    let client = Client::builder().no_proxy().build().unwrap();
    for _ in 0..3 {
        let body = json!({"email": "nobody@clinic.example", "password": "guess"});
        let call = client.post(format!("{}/v1/sessions", serving.address));
        let call = call.header("x-forwarded-for", CLIENT).json(&body);
        assert_eq!(call.send().await.unwrap().status(), 401);
    }
    serving.signal(Signal::TERM);
    let (success, _, log) = serving.end();
    assert!(success, "{log}");
    assert!(!log.contains(CLIENT), "{log}");
    let lines = log.lines().filter(|line| line.contains(SETTING));
    lines.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_missing_in_the_list_is_warned_of_once() {
    let warned = warnings("127.0.0.1:0", "").await;
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("count as one"), "{warned:?}");
    let warned = warnings("127.0.0.1:0", "192.0.2.0/24").await;
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("does not come from"), "{warned:?}");
    let warned = warnings("127.0.0.1:0", "127.0.0.1").await;
    assert_eq!(warned, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_listens_beyond_its_machine_warns_at_the_start() {
    let warned = warnings("0.0.0.0:0", "").await;
    assert_eq!(warned.len(), 2, "{warned:?}");
    assert!(warned[0].contains("listening beyond"), "{warned:?}");
    let warned = warnings("0.0.0.0:0", "127.0.0.1").await;
    assert_eq!(warned, Vec::<String>::new());
}

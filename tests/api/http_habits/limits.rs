//! RateLimit fields on log-ins.

use aftercare::config::HttpConfig;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::json;

use crate::support::TestApp;
use crate::support::client::Answer;

const POLICY: &str = "\"network\";q=30;w=30, \"account\";q=5;w=50";
const EMAIL: &str = "ann@clinic.example";
const PASSWORD: &str = "correct horse battery staple";

async fn log_in(app: &TestApp, network: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    let call = app
        .client()
        .post("/v1/sessions")
        .header("x-client", network);
    call.json(&body).send().await
}

/// The limit, what is left of it, and the seconds until there is more.
fn left(answer: &Answer) -> (String, u32, u64) {
    assert_eq!(answer.header("ratelimit-policy"), POLICY);
    let mut parts = answer.header("ratelimit").split(';');
    let name = parts.next().unwrap().trim_matches('"').to_owned();
    let left = parts
        .next()
        .unwrap()
        .strip_prefix("r=")
        .unwrap()
        .parse()
        .unwrap();
    let more_in = parts
        .next()
        .unwrap()
        .strip_prefix("t=")
        .unwrap()
        .parse()
        .unwrap();
    (name, left, more_in)
}

#[tokio::test]
async fn each_log_in_says_what_is_left_to_the_network_and_nothing_of_the_account() {
    let app =
        TestApp::start_with(HttpConfig::default().with_trusted_proxies("127.0.0.1", "x-client"))
            .await;
    app.with_password(EMAIL, PASSWORD, &[Role::Author]).await;
    // The account is used from elsewhere meanwhile.
    for last in 1..=4 {
        let elsewhere = format!("198.51.100.{last}");
        log_in(&app, &elsewhere, EMAIL, PASSWORD).await.expect(201);
    }
    let mut seen = Vec::new();
    for (network, email, password, status) in [
        ("192.0.2.1", EMAIL, PASSWORD, 201),
        ("192.0.2.2", EMAIL, "wrong", 401),
        ("192.0.2.3", "nobody@clinic.example", "wrong", 401),
    ] {
        let answer = log_in(&app, network, email, password).await.expect(status);
        seen.push(left(&answer));
    }
    assert_eq!(seen, vec![("network".to_owned(), 29, 1); 3]);
}

#[tokio::test]
async fn a_refusal_names_the_limit_and_agrees_with_retry_after() {
    let app =
        TestApp::start_with(HttpConfig::default().with_trusted_proxies("127.0.0.1", "x-client"))
            .await;
    app.with_password(EMAIL, PASSWORD, &[Role::Author]).await;
    let mut refusals = Vec::new();
    for email in [EMAIL, "nobody@clinic.example"] {
        for _ in 0..5 {
            log_in(&app, "192.0.2.1", email, "wrong").await.expect(401);
        }
        let refused = log_in(&app, "192.0.2.1", email, "wrong").await;
        let (name, nothing, more_in) = left(&refused);
        assert_eq!((&*name, nothing), ("account", 0));
        assert_eq!(refused.header("retry-after"), more_in.to_string());
        refused.expect_problem(Code::TooManyRequests);
        refusals.push(name);
    }
    assert_eq!(
        refusals[0], refusals[1],
        "whether the account exists or not"
    );
}

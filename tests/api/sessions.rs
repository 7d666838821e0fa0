//! Logging in, staying logged in, logging out.

use aftercare::config::HttpConfig;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::logs::register_secret;

const EMAIL: &str = "ann.author@clinic.example";
const PASSWORD: &str = "correct horse battery staple";

async fn app() -> TestApp {
    let app = TestApp::start().await;
    app.with_password(EMAIL, PASSWORD, &[Role::Author]).await;
    app
}

async fn log_in(client: &Client, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    client.post("/v1/sessions").json(&body).send().await
}

async fn tokens(app: &TestApp) -> Value {
    watched(log_in(&app.client(), EMAIL, PASSWORD).await.expect(201))
}

async fn refresh(client: &Client, token: &Value) -> Answer {
    let body = json!({"refresh_token": token});
    client.post("/v1/sessions/refresh").json(&body).send().await
}

fn watched(answer: Answer) -> Value {
    let tokens = answer.json();
    register_secret(tokens["access_token"].as_str().unwrap());
    register_secret(tokens["refresh_token"].as_str().unwrap());
    tokens
}

fn with(app: &TestApp, tokens: &Value) -> Client {
    app.client()
        .with_token(tokens["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_login_gives_tokens_that_open_the_api_until_the_logout() {
    let app = app().await;
    let tokens = tokens(&app).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    let client = with(&app, &tokens);
    client.delete("/v1/sessions").send().await.expect(204);
    client
        .delete("/v1/sessions")
        .send()
        .await
        .expect_problem(Code::SessionEnded);
    let refreshed = refresh(&app.client(), &tokens["refresh_token"]).await;
    refreshed.expect_problem(Code::RefreshFailed);
}

#[tokio::test]
async fn the_email_may_be_spelt_in_any_case() {
    let app = app().await;
    log_in(&app.client(), "Ann.Author@CLINIC.example", PASSWORD)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_account_and_a_disabled_one_get_the_same_answer() {
    let app = app().await;
    app.with_password("gone@clinic.example", PASSWORD, &[Role::Analyst])
        .await;
    app.with_staff(Role::Admin).await;
    let mut conn = app.connect().await;
    let sql = "UPDATE staff SET disabled = true WHERE email = 'gone@clinic.example'";
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, sql)
        .await
        .unwrap();

    let client = app.client();
    let wrong = log_in(&client, EMAIL, "wrong password").await;
    let unknown = log_in(&client, "nobody@clinic.example", PASSWORD).await;
    let disabled = log_in(&client, "gone@clinic.example", PASSWORD).await;
    for answer in [&unknown, &disabled] {
        assert_eq!(answer.kind_of_problem(), wrong.kind_of_problem());
        let mut headers = [answer.headers.clone(), wrong.headers.clone()];
        for headers in &mut headers {
            headers.remove("request-id");
            headers.remove("date");
            // It counts the attempts of this network, each of which is one.
            let left = headers.remove("ratelimit").unwrap();
            assert!(left.to_str().unwrap().starts_with("\"network\";r=2"));
        }
        assert_eq!(headers[0], headers[1]);
    }
    wrong.expect_problem(Code::LoginFailed);
}

#[tokio::test]
async fn an_unknown_account_takes_the_time_of_a_known_one() {
    let app = app().await;
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for attempt in 0..4 {
        for (times, email) in [
            (&mut known, EMAIL.to_owned()),
            (&mut unknown, format!("nobody{attempt}@clinic.example")),
        ] {
            let started = std::time::Instant::now();
            log_in(&app.client(), &email, "wrong password")
                .await
                .expect(401);
            times.push(started.elapsed());
        }
    }
    // The quickest of several, since other tests compete for the cores.
    let (known, unknown) = (known.iter().min().unwrap(), unknown.iter().min().unwrap());
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.4..2.5).contains(&ratio), "{known:?} against {unknown:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_accounts_alike() {
    let app = app().await;
    let mut refusals = Vec::new();
    for email in [EMAIL, "nobody@clinic.example"] {
        for _ in 0..5 {
            log_in(&app.client(), email, "wrong password")
                .await
                .expect_problem(Code::LoginFailed);
        }
        let refused = log_in(&app.client(), email, PASSWORD).await;
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=11).contains(&wait), "{wait}");
        refusals.push(
            refused
                .expect_problem(Code::TooManyRequests)
                .kind_of_problem(),
        );
    }
    assert_eq!(refusals[0], refusals[1]);
}

#[tokio::test]
async fn guessing_is_slowed_down_by_network_as_the_trusted_proxy_names_it() {
    let http = HttpConfig::default().with_trusted_proxies("127.0.0.1", "x-forwarded-for");
    let app = TestApp::start_with(http).await;
    let attempt = async |number: usize, forwarded: String| {
        let body = json!({"email": format!("n{number}@clinic.example"), "password": "guess"});
        let call = app
            .client()
            .post("/v1/sessions")
            .header("x-forwarded-for", &forwarded);
        call.json(&body).send().await
    };
    // What the client claims comes first and changes; what the proxy saw comes last.
    let attempts = (0..45).map(|n| attempt(n, format!("198.51.100.{n}, 203.0.113.77")));
    let answers = futures_util::future::join_all(attempts).await;
    let refused = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 429)
        .count();
    assert!((5..=15).contains(&refused), "{refused}");
    attempt(99, "203.0.113.78".to_owned())
        .await
        .expect_problem(Code::LoginFailed);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_gives_a_new_pair() {
    let app = app().await;
    let first = tokens(&app).await;
    let second = watched(
        refresh(&app.client(), &first["refresh_token"])
            .await
            .expect(200),
    );
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let third = watched(
        refresh(&app.client(), &second["refresh_token"])
            .await
            .expect(200),
    );
    with(&app, &third)
        .delete("/v1/sessions")
        .send()
        .await
        .expect(204);
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_later_ends_the_whole_session() {
    let app = app().await;
    let first = tokens(&app).await;
    let second = watched(
        refresh(&app.client(), &first["refresh_token"])
            .await
            .expect(200),
    );
    app.clock.advance(TimeDelta::seconds(11));
    let again = refresh(&app.client(), &first["refresh_token"]).await;
    again.expect_problem(Code::RefreshFailed);
    let heir = refresh(&app.client(), &second["refresh_token"]).await;
    heir.expect_problem(Code::RefreshFailed);
    let client = with(&app, &second);
    client
        .delete("/v1/sessions")
        .send()
        .await
        .expect_problem(Code::SessionEnded);
}

#[tokio::test]
async fn a_double_click_is_refused_without_ending_the_session() {
    let app = app().await;
    let first = tokens(&app).await;
    let second = watched(
        refresh(&app.client(), &first["refresh_token"])
            .await
            .expect(200),
    );
    let click = refresh(&app.client(), &first["refresh_token"]).await;
    click.expect_problem(Code::RefreshFailed);
    watched(
        refresh(&app.client(), &second["refresh_token"])
            .await
            .expect(200),
    );
}

#[tokio::test]
async fn of_many_refreshes_at_once_exactly_one_succeeds_and_the_session_goes_on() {
    let app = app().await;
    let first = tokens(&app).await;
    let client = app.client();
    let attempts = (0..8).map(|_| refresh(&client, &first["refresh_token"]));
    let answers = futures_util::future::join_all(attempts).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 7));
    let second = watched(won.into_iter().next().unwrap());
    with(&app, &second)
        .delete("/v1/sessions")
        .send()
        .await
        .expect(204);
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_days() {
    let app = app().await;
    let tokens = tokens(&app).await;
    app.clock
        .advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let late = refresh(&app.client(), &tokens["refresh_token"]).await;
    late.expect_problem(Code::RefreshFailed);
}

#[tokio::test]
async fn a_session_ends_ninety_days_after_the_login_however_often_it_is_refreshed() {
    let app = app().await;
    let mut tokens = tokens(&app).await;
    assert_eq!(tokens["refresh_expires_in"], 30 * 86_400);
    for _ in 0..4 {
        app.clock.advance(TimeDelta::days(20));
        let next = refresh(&app.client(), &tokens["refresh_token"]).await;
        tokens = watched(next.expect(200));
    }
    // Eighty days have gone by.
    let left = tokens["refresh_expires_in"].as_i64().unwrap();
    assert!((9 * 86_400..=10 * 86_400).contains(&left), "{left}");
    app.clock.advance(TimeDelta::days(10));
    let late = refresh(&app.client(), &tokens["refresh_token"]).await;
    late.expect_problem(Code::RefreshFailed);
}

#[tokio::test]
async fn nonsense_is_no_refresh_token() {
    let app = app().await;
    for token in ["x", "' OR 1=1 --", "𝕏", &"A".repeat(200)] {
        refresh(&app.client(), &json!(token))
            .await
            .expect_problem(Code::RefreshFailed);
    }
    refresh(&app.client(), &json!(""))
        .await
        .expect_problem(Code::BodyInvalid);
}

#[tokio::test]
async fn neither_passwords_nor_tokens_are_in_the_database() {
    let app = app().await;
    let tokens = tokens(&app).await;
    let mut conn = app.connect().await;
    let dump = crate::support::postgres::dump_text(&mut conn).await;
    assert!(dump.contains(EMAIL));
    for secret in [PASSWORD, tokens["refresh_token"].as_str().unwrap()] {
        assert!(!dump.contains(secret));
    }
    assert!(!dump.contains(tokens["access_token"].as_str().unwrap()));
}

#[tokio::test]
async fn the_public_key_is_published_and_checks_our_tokens() {
    let app = app().await;
    let keys = app
        .client()
        .get("/.well-known/jwks.json")
        .send()
        .await
        .expect(200)
        .json();
    let tokens = tokens(&app).await;
    let token = tokens["access_token"].as_str().unwrap();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let jwk = set.find(header.kid.as_deref().unwrap()).unwrap();
    let thumbprint = jwk
        .thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)
        .unwrap();
    assert_eq!(Some(thumbprint), header.kid);
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.set_audience(&["aftercare-api"]);
    let key = jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap();
}

#[tokio::test]
async fn who_is_no_trusted_proxy_cannot_name_another_client() {
    for http in [
        HttpConfig::default(),
        HttpConfig::default().with_trusted_proxies("192.0.2.0/24", "x-forwarded-for"),
    ] {
        let app = TestApp::start_with(http).await;
        let attempts = (0..45).map(|number| {
            let body = json!({"email": format!("q{number}@clinic.example"), "password": "guess"});
            let call = app.client().post("/v1/sessions");
            let call = call.header("x-forwarded-for", &format!("203.0.113.{number}"));
            call.json(&body).send()
        });
        let answers = futures_util::future::join_all(attempts).await;
        let statuses = answers.iter().map(|answer| answer.status.as_u16());
        let refused = statuses.filter(|status| *status == 429).count();
        assert!(refused >= 5, "{refused}");
    }
}

#[tokio::test]
async fn who_comes_past_the_trusted_proxy_is_slowed_down_as_well() {
    let http = HttpConfig::default().with_trusted_proxies("127.0.0.1", "x-forwarded-for");
    let app = TestApp::start_with(http).await;
    for forwarded in ["", "nonsense"] {
        let attempts = (0..45).map(|number| {
            let body = json!({"email": format!("p{number}@clinic.example"), "password": "guess"});
            let mut call = app.client().post("/v1/sessions");
            if !forwarded.is_empty() {
                call = call.header("x-forwarded-for", forwarded);
            }
            call.json(&body).send()
        });
        let answers = futures_util::future::join_all(attempts).await;
        let statuses = answers.iter().map(|answer| answer.status.as_u16());
        let refused = statuses.filter(|status| *status == 429).count();
        assert!(refused >= 5, "{forwarded}: {refused}");
    }
}

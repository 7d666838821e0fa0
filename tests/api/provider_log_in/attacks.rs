//! What attackers try at a log-in by the provider, and a provider that does not work.

use std::time::{Duration, Instant};

use aftercare::domain::staff::role::Role;
use chrono::{TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Answered, BROKEN, Browser, NOT_BEGUN, START, accounts, page, world};
use crate::support::TestApp;
use crate::support::logs::register_secret;
use crate::support::provider::{CLIENT_ID, REDIRECT, Signer, Signing, TestProvider};

#[tokio::test]
async fn keys_of_both_kinds_sign_and_a_new_one_is_fetched_when_it_is_needed() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    for _ in 0..3 {
        assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!((provider.asked("metadata"), provider.asked("keys")), (1, 1));
    let new = Signer::ec("ec-2");
    provider.with(|it| {
        it.signing = Signing::By(new.clone());
        it.published = vec![new];
    });
    // Whoever sends made-up keys does not make the server ask at each attempt.
    browser.logs_in().await.refuses(502, BROKEN);
    app.clock.advance(TimeDelta::seconds(11));
    assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
    assert_eq!((provider.asked("metadata"), provider.asked("keys")), (1, 2));
    app.clock.advance(TimeDelta::minutes(61));
    // The token was issued by the clock of the machine.
    provider.with(|it| it.claims["exp"] = json!(Utc::now().timestamp() + 7200));
    assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
    assert_eq!((provider.asked("metadata"), provider.asked("keys")), (2, 3));
}

#[tokio::test]
async fn a_token_that_says_something_else_than_it_has_to_logs_nobody_in() {
    let (provider, app) = world().await;
    let past = Utc::now().timestamp() - 120;
    for (number, change) in [
        json!({"nonce": "of another attempt"}),
        json!({"nonce": null}),
        json!({"aud": "another-client"}),
        json!({"aud": [CLIENT_ID, "another-client"]}),
        json!({"azp": "another-client"}),
        json!({"iss": "https://evil.example"}),
        json!({"iss": null}),
        json!({"exp": past}),
        json!({"exp": null}),
        json!({"iat": past + 1000}),
        json!({"sub": ""}),
        json!({"sub": null}),
    ]
    .into_iter()
    .enumerate()
    {
        provider.is("anna", &["survey-admins"]);
        provider.with(|it| {
            for (name, value) in change.as_object().unwrap() {
                it.claims[name] = value.clone();
            }
        });
        let browser = Browser::at(&app, &format!("203.0.113.{number}"));
        browser.logs_in().await.refuses(502, BROKEN);
    }
    nobody_has_an_account(&app).await;
}

#[tokio::test]
async fn a_token_that_the_provider_did_not_sign_logs_nobody_in() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    let Signing::By(own) = provider.behaviour.lock().unwrap().signing.clone() else {
        panic!("the provider does not sign");
    };
    for signing in [
        Signing::Not,
        Signing::BySharedSecret(own),
        // Another key under the same name, and one under a name that nobody published.
        Signing::By(Signer::ec("rsa-1")),
        Signing::By(Signer::ec("unknown")),
    ] {
        provider.with(|it| it.signing = signing);
        browser.logs_in().await.refuses(502, BROKEN);
    }
    nobody_has_an_account(&app).await;
}

async fn nobody_has_an_account(app: &TestApp) {
    assert_eq!(accounts(app).await, 0);
}

#[tokio::test]
async fn an_answer_counts_only_in_the_browser_that_asked_for_it_and_only_once() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    // Somebody is sent the answer to an attempt of another's.
    let attacker = browser.there().await;
    browser
        .get(&attacker.back, "")
        .await
        .refuses(400, NOT_BEGUN);
    let victim = browser.there().await;
    let mixed = browser.get(&attacker.back, &victim.cookie).await;
    mixed.refuses(400, NOT_BEGUN);
    // A state that is not the one of the attempt, or comes twice, or not at all.
    let other = victim.back.replace("state=", "state=A");
    browser
        .get(&other, &victim.cookie)
        .await
        .refuses(400, NOT_BEGUN);
    let twice = format!("{}&state=abc", victim.back);
    browser
        .get(&twice, &victim.cookie)
        .await
        .refuses(400, NOT_BEGUN);
    let code = victim.back.split("code=").nth(1).unwrap();
    let without = format!("/console/oidc/callback?code={code}");
    browser
        .get(&without, &victim.cookie)
        .await
        .refuses(400, NOT_BEGUN);
    // A cookie that was changed.
    let changed = format!("{}A", victim.cookie);
    browser
        .get(&victim.back, &changed)
        .await
        .refuses(400, NOT_BEGUN);

    let opened = browser.get(&victim.back, &victim.cookie).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    let replayed = browser.get(&victim.back, &victim.cookie).await;
    replayed.refuses(400, NOT_BEGUN);
}

#[tokio::test]
async fn a_code_of_one_attempt_is_of_no_use_in_another() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    let (stolen, own) = (browser.there().await, browser.there().await);
    let code = |answered: &Answered| {
        let code = answered.back.split("code=").nth(1).unwrap();
        code.split('&').next().unwrap().to_owned()
    };
    let injected = own.back.replace(&code(&own), &code(&stolen));
    browser
        .get(&injected, &own.cookie)
        .await
        .refuses(400, NOT_BEGUN);
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    let issuer = form_urlencoded::byte_serialize(provider.issuer.as_bytes()).collect::<String>();
    let answered = browser.there().await;
    let other = answered.back.replace(&issuer, "https%3A%2F%2Fevil.example");
    assert_ne!(other, answered.back);
    browser
        .get(&other, &answered.cookie)
        .await
        .refuses(502, BROKEN);
    assert_eq!(provider.asked("token"), 0, "the code went out");

    // Where the provider says that it always names itself, an answer without a name is another's.
    let provider = TestProvider::start().await;
    let always = json!({"authorization_response_iss_parameter_supported": true});
    provider.with(|it| it.metadata = always);
    let app = TestApp::start_with_log_in(provider.log_in(true)).await;
    let browser = Browser::new(&app);
    let issuer = form_urlencoded::byte_serialize(provider.issuer.as_bytes()).collect::<String>();
    let answered = browser.there().await;
    let without = answered.back.replace(&format!("&iss={issuer}"), "");
    assert_ne!(without, answered.back);
    browser
        .get(&without, &answered.cookie)
        .await
        .refuses(502, BROKEN);
    assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_attempt_is_over_after_ten_minutes() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    let answered = browser.there().await;
    app.clock.advance(TimeDelta::seconds(602));
    let late = browser.get(&answered.back, &answered.cookie).await;
    late.refuses(400, NOT_BEGUN);
}

#[tokio::test]
async fn nobody_is_led_anywhere_but_to_the_provider_and_the_console() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    for more in [
        "return_to=https%3A%2F%2Fevil.example",
        "redirect_uri=https%3A%2F%2Fevil.example",
        "iss=https%3A%2F%2Fevil.example",
        "next=//evil.example",
    ] {
        let start = browser.get(&format!("{START}?{more}"), "").await;
        assert!(start.location.starts_with(&provider.issuer));
        assert!(!start.location.contains("evil"), "{}", start.location);
    }
    // Not even the name under which the server was asked counts.
    let request = browser.http.get(format!("http://{}{START}", app.address));
    let start = request.header("host", "evil.example").send().await.unwrap();
    let start = page(start).await;
    let redirect = form_urlencoded::byte_serialize(REDIRECT.as_bytes()).collect::<String>();
    assert!(start.location.contains(&redirect), "{}", start.location);
    assert!(start.set_cookie("aftercare-log-in").contains("; Secure"));
    let answered = browser.there().await;
    let back = format!("{}&return_to=https%3A%2F%2Fevil.example", answered.back);
    let opened = browser.get(&back, &answered.cookie).await;
    assert_eq!(opened.location, "/console");
}

#[tokio::test]
async fn who_is_not_let_in_by_the_provider_is_told_so() {
    let (provider, app) = world().await;
    provider.with(|it| it.lets_in = false);
    let browser = Browser::new(&app);
    browser.logs_in().await.refuses(403, "was called off");
    assert_eq!(provider.asked("token"), 0);
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_in_words_and_heals() {
    let (provider, app) = world().await;
    provider.with(|it| it.broken = Some(503));
    let browser = Browser::new(&app);
    for _ in 0..5 {
        browser.get(START, "").await.refuses(502, BROKEN);
    }
    assert_eq!(
        provider.asked("metadata"),
        1,
        "it was asked by each of them"
    );
    provider.with(|it| it.broken = None);
    app.clock.advance(TimeDelta::seconds(6));
    let answered = browser.there().await;
    for broken in [500, 302, 403] {
        provider.with(|it| it.broken = Some(broken));
        browser
            .get(&answered.back, &answered.cookie)
            .await
            .refuses(502, BROKEN);
    }
    provider.with(|it| it.broken = None);
    assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
    let answered = browser.there().await;
    provider.go_down().await;
    browser
        .get(&answered.back, &answered.cookie)
        .await
        .refuses(502, BROKEN);
    // Passwords work as ever.
    app.with_password(
        "ann@clinic.example",
        "correct horse battery staple",
        &[Role::Admin],
    )
    .await;
    let body = json!({"email": "ann@clinic.example", "password": "correct horse battery staple"});
    let call = app.client().post("/v1/sessions").json(&body);
    let opened = call.send().await.expect(201).json();
    register_secret(opened["refresh_token"].as_str().unwrap());
}

#[tokio::test]
async fn a_provider_that_is_slow_is_given_up_at_the_deadline() {
    let provider = TestProvider::start().await;
    let log_in = provider.log_in_within(true, Duration::from_secs(1));
    let app = TestApp::start_with_log_in(log_in).await;
    let browser = Browser::new(&app);
    let answered = browser.there().await;
    provider.with(|it| it.delay = Duration::from_secs(30));
    let begun = Instant::now();
    browser
        .get(&answered.back, &answered.cookie)
        .await
        .refuses(502, BROKEN);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn metadata_that_lead_elsewhere_are_not_believed() {
    for metadata in [
        json!({"issuer": "https://evil.example"}),
        json!({"token_endpoint": "http://evil.example/token"}),
        json!({"authorization_endpoint": "http://evil.example/authorize"}),
        json!({"jwks_uri": "http://evil.example/keys"}),
        json!({"userinfo_endpoint": "http://evil.example/userinfo"}),
        json!({"token_endpoint": null}),
    ] {
        let provider = TestProvider::start().await;
        provider.with(|it| it.metadata = metadata);
        let app = TestApp::start_with_log_in(provider.log_in(true)).await;
        Browser::new(&app).get(START, "").await.refuses(502, BROKEN);
    }
}

#[tokio::test]
async fn the_secret_is_sent_in_the_way_that_the_provider_knows() {
    for methods in [json!(["client_secret_post"]), Value::Null] {
        let provider = TestProvider::start().await;
        let known = json!({"token_endpoint_auth_methods_supported": methods});
        provider.with(|it| it.metadata = known);
        let app = TestApp::start_with_log_in(provider.log_in(true)).await;
        let opened = Browser::new(&app).logs_in().await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    }
}

#[tokio::test]
async fn two_first_log_ins_at_once_make_one_account() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    let answered = futures_util::future::join_all((0..6).map(|_| browser.there())).await;
    let back = answered.iter().map(|it| browser.get(&it.back, &it.cookie));
    let pages = futures_util::future::join_all(back).await;
    assert!(pages.iter().all(|it| it.status == StatusCode::SEE_OTHER));
    assert_eq!(accounts(&app).await, 1);
}

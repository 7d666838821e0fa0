//! What comes of a log-in by the provider.

use aftercare::clock::Clock;
use aftercare::domain::ids::{SessionId, StaffId};
use aftercare::domain::staff::role::Role;
use aftercare::domain::staff::session_policy::SESSION_LIFETIME;
use aftercare::http::problem::Code;
use aftercare::store::sessions::{self, NewSession};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BROKEN, Browser, NO_ROLE, NOT_BEGUN, START, accounts, audited, world};
use crate::support::TestApp;
use crate::support::logs::register_secret;
use crate::support::provider::TestProvider;

#[tokio::test]
async fn somebody_logs_in_by_the_provider_and_gets_an_account_with_the_roles_of_the_mapping() {
    let (provider, app) = world().await;
    provider.is("anna", &["survey-authors", "survey-analysts", "other"]);
    let browser = Browser::new(&app);
    let opened = browser.logs_in().await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    assert_eq!(opened.location, "/console");
    let account = browser.account(&opened).await;
    assert_eq!(account["email"], "anna@clinic.example");
    assert_eq!(account["name"], "anna of the clinic");
    assert_eq!(account["roles"], json!(["author", "analyst"]));
    assert_eq!(account["log_in"], "provider");

    // It is the same account the next time.
    let again = browser.logs_in().await;
    assert_eq!(browser.account(&again).await["id"], account["id"]);
    let id = &account["id"];
    let entries = audited(&app, 3).await;
    let login = (
        "provider_login".to_owned(),
        id.clone(),
        json!({"account": id}),
    );
    let made = json!({"account": id, "roles": ["author", "analyst"]});
    let made = ("staff_created".to_owned(), Value::Null, made);
    assert_eq!(entries, [made, login.clone(), login]);
}

#[tokio::test]
async fn the_cookies_of_a_log_in_are_out_of_reach_of_scripts_and_other_sites() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    let start = browser.get(START, "").await;
    let kept = start.set_cookie("aftercare-log-in");
    let attributes: Vec<_> = kept.split("; ").skip(1).collect();
    let expected = [
        "Path=/console/oidc",
        "Max-Age=600",
        "HttpOnly",
        "SameSite=Lax",
    ];
    assert_eq!(attributes, expected);
    let opened = browser.logs_in().await;
    let session = opened.set_cookie("aftercare-console");
    for needed in ["Path=/console/session", "HttpOnly", "SameSite=Strict"] {
        assert!(session.contains(needed), "{session}");
    }
    // The attempt is over.
    assert!(opened.set_cookie("aftercare-log-in").contains("Max-Age=0"));
}

#[tokio::test]
async fn the_console_learns_which_ways_to_log_in_there_are() {
    let app = TestApp::start().await;
    let ways = app.client().get("/console/log-in").send().await.expect(200);
    assert_eq!(ways.json(), json!({"password": true, "provider": null}));
    let browser = Browser::new(&app);
    browser.get(START, "").await.refuses(404, "has no provider");
    let back = browser
        .get("/console/oidc/callback?code=abc&state=abc", "")
        .await;
    back.refuses(404, "has no provider");

    let provider = TestProvider::start().await;
    let app = TestApp::start_with_log_in(provider.log_in(false)).await;
    let ways = app.client().get("/console/log-in").send().await.expect(200);
    let shown = json!({"name": "Clinic", "start": START});
    assert_eq!(ways.json(), json!({"password": false, "provider": shown}));
}

#[tokio::test]
async fn roles_follow_the_provider_at_each_log_in() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    provider.is("anna", &["survey-authors", "survey-analysts"]);
    let first = browser.logs_in().await;
    let client = app.client().with_token(&browser.access(&first).await);
    let key = json!({"label": "nightly", "role": "analyst", "lifetime_days": 30});
    let key = client.post("/v1/api-keys").json(&key).send().await;
    register_secret(key.expect(201).json()["key"].as_str().unwrap());

    provider.is("anna", &["survey-admins", "survey-authors"]);
    let second = browser.logs_in().await;
    let account = browser.account(&second).await;
    assert_eq!(account["roles"], json!(["admin", "author"]));
    let entries = audited(&app, 6).await;
    let changed = json!({"account": account["id"], "granted": ["admin"], "taken": ["analyst"]});
    assert!(
        entries.contains(&("staff_changed".to_owned(), Value::Null, changed)),
        "{entries:?}"
    );
    assert!(
        entries
            .iter()
            .any(|(action, ..)| action == "api_key_revoked")
    );
}

#[tokio::test]
async fn who_has_no_mapped_role_is_refused_and_has_no_account() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    for roles in [&[][..], &["other"], &["admin"], &["survey-author"]] {
        provider.is("anna", roles);
        browser.logs_in().await.refuses(403, NO_ROLE);
    }
    assert_eq!(accounts(&app).await, 0);
    let entries = audited(&app, 4).await;
    let refused = json!({"account": null, "refused": "no_role"});
    let refused = ("provider_login_refused".to_owned(), Value::Null, refused);
    assert_eq!(entries, vec![refused; 4]);
}

#[tokio::test]
async fn where_the_token_says_nothing_of_roles_the_userinfo_endpoint_does() {
    let provider = TestProvider::start().await;
    let userinfo = format!("{}/userinfo", provider.issuer);
    provider.with(|it| it.metadata = json!({"userinfo_endpoint": userinfo}));
    let app = TestApp::start_with_log_in(provider.log_in(true)).await;
    let browser = Browser::new(&app);
    browser.logs_in().await;
    assert_eq!(provider.asked("userinfo"), 0, "the token said all");

    let told = json!({"sub": "subject-of-anna", "realm_access": {"roles": ["survey-analysts"]}});
    provider.with(|it| {
        it.claims["realm_access"] = Value::Null;
        it.userinfo = told;
    });
    let opened = browser.logs_in().await;
    let account = browser.account(&opened).await;
    assert_eq!(account["roles"], json!(["analyst"]));
    // Of somebody else, it counts for nothing.
    provider.with(|it| it.userinfo["sub"] = json!("another"));
    browser.logs_in().await.refuses(502, BROKEN);
    provider.with(|it| it.userinfo = json!({"sub": "subject-of-anna"}));
    browser.logs_in().await.refuses(403, NO_ROLE);
}

#[tokio::test]
async fn who_loses_every_role_loses_the_sessions_too_and_comes_back_with_the_role() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    let opened = browser.logs_in().await;
    let token = browser.access(&opened).await;
    provider.is("anna", &[]);
    browser.logs_in().await.refuses(403, NO_ROLE);
    let client = app.client().with_token(&token);
    let own = client.get("/v1/staff/own").send().await;
    own.expect_problem(Code::SessionEnded);
    provider.is("anna", &["survey-analysts"]);
    let again = browser.logs_in().await;
    let account = browser.account(&again).await;
    assert_eq!(account["roles"], json!(["analyst"]));
}

#[tokio::test]
async fn a_disabled_account_stays_refused() {
    let (provider, app) = world().await;
    let browser = Browser::new(&app);
    let opened = browser.logs_in().await;
    let account = browser.account(&opened).await;
    let admin = app.with_staff(Role::Admin).await;
    let path = format!("/v1/staff/{}", account["id"].as_str().unwrap());
    let change = admin.client.patch(&path).json(&json!({"disabled": true}));
    change.send().await.expect(200);
    browser
        .logs_in()
        .await
        .refuses(403, "is disabled on this server");
    provider.is("anna", &["survey-admins"]);
    browser
        .logs_in()
        .await
        .refuses(403, "is disabled on this server");
    let left = admin.client.get(&path).send().await.expect(200).json();
    assert_eq!(left["roles"], json!(["author"]));
    let change = admin.client.patch(&path).json(&json!({"disabled": false}));
    change.send().await.expect(200);
    assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_account_of_the_provider_never_takes_over_one_with_the_same_address() {
    let (provider, app) = world().await;
    let password = "correct horse battery staple";
    let local = app.with_password("anna@clinic.example", password, &[Role::Admin]);
    let local = local.await.to_string();
    let browser = Browser::new(&app);
    let opened = browser.logs_in().await;
    let account = browser.account(&opened).await;
    assert_ne!(account["id"], local);
    assert_eq!(account["roles"], json!(["author"]));
    let email = account["email"].as_str().unwrap();
    assert!(email.ends_with("@account.invalid"), "{email}");

    // Without an address, or with one that is not proven, it is the same.
    for (name, change) in [
        (
            "bert",
            json!({"email": "anna@clinic.example", "email_verified": false}),
        ),
        (
            "cora",
            json!({"email": "Cora Ü <cora@clinic.example>", "name": "\u{0}"}),
        ),
    ] {
        provider.is(name, &["survey-authors"]);
        provider.with(|it| {
            for (name, value) in change.as_object().unwrap() {
                it.claims[name] = value.clone();
            }
        });
        let opened = browser.logs_in().await;
        let account = browser.account(&opened).await;
        let email = account["email"].as_str().unwrap();
        assert!(email.ends_with("@account.invalid"), "{email}");
    }
}

#[tokio::test]
async fn an_account_of_the_provider_has_no_password_to_set_or_to_log_in_with() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    let opened = browser.logs_in().await;
    let account = browser.account(&opened).await;
    let token = browser.access(&browser.logs_in().await).await;
    let client = app.client().with_token(&token);
    let new = "seven quiet rivers under snow";
    let body = json!({"present_password": "-", "new_password": new});
    let own = client
        .put("/v1/staff/own/password")
        .json(&body)
        .send()
        .await;
    own.expect_problem(Code::NoPassword);
    let admin = app.with_staff(Role::Admin).await;
    let path = format!("/v1/staff/{}", account["id"].as_str().unwrap());
    let change = admin.client.patch(&path).json(&json!({"password": new}));
    change.send().await.expect_problem(Code::NoPassword);
    let body = json!({"email": "anna@clinic.example", "password": new});
    let log_in = app.client().post("/v1/sessions").json(&body).send().await;
    log_in.expect_problem(Code::LoginFailed);
}

#[tokio::test]
async fn a_session_of_the_provider_ends_after_twelve_hours_however_often_it_is_refreshed() {
    let (_provider, app) = world().await;
    let browser = Browser::new(&app);
    let opened = browser.logs_in().await;
    assert!(
        opened
            .set_cookie("aftercare-console")
            .contains("Max-Age=43200;")
    );
    let mut cookie = opened.cookie("aftercare-console");
    for _ in 0..3 {
        app.clock.advance(TimeDelta::minutes(220));
        let answer = browser.refresh(&cookie).await.expect(200);
        let set = answer.header("set-cookie");
        cookie = set.split(';').next().unwrap().to_owned();
        register_secret(cookie.split_once('=').unwrap().1);
    }
    app.clock.advance(TimeDelta::minutes(61));
    let over = browser.refresh(&cookie).await;
    over.expect_problem(Code::RefreshFailed);
}

#[tokio::test]
async fn local_accounts_can_be_switched_off() {
    let provider = TestProvider::start().await;
    let app = TestApp::start_with_log_in(provider.log_in(false)).await;
    let (email, password) = ("ann@clinic.example", "correct horse battery staple");
    app.with_password(email, password, &[Role::Admin]).await;
    let body = json!({"email": email, "password": password});
    let api = app.client().post("/v1/sessions").json(&body).send().await;
    api.expect_problem(Code::PasswordsOff);
    let console = app.client().post("/console/session").json(&body);
    let console = console.header("sec-fetch-site", "same-origin").send().await;
    console.expect_problem(Code::PasswordsOff);
    let browser = Browser::new(&app);
    assert_eq!(browser.logs_in().await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_of_a_local_account_ends_when_these_are_switched_off() {
    for (by_password, expected) in [(true, None), (false, Some(Code::RefreshFailed))] {
        let provider = TestProvider::start().await;
        let app = TestApp::start_with_log_in(provider.log_in(by_password)).await;
        let staff = app.with_staff(Role::Admin).await;
        let token = "a refresh token of before";
        let new = NewSession {
            id: SessionId(aftercare::random::uuid().unwrap()),
            staff_id: StaffId(staff.id),
            token_hash: Sha256::digest(token).into(),
            lifetime: SESSION_LIFETIME,
        };
        let now = Clock::now(&app.clock);
        sessions::open(&mut app.connect().await, new, now)
            .await
            .unwrap();
        let refresh = json!({"refresh_token": token});
        let call = app.client().post("/v1/sessions/refresh").json(&refresh);
        let answer = call.send().await;
        match expected {
            Some(code) => drop(answer.expect_problem(code)),
            None => register_secret(answer.expect(200).json()["refresh_token"].as_str().unwrap()),
        }
    }
}

#[tokio::test]
async fn log_ins_by_the_provider_are_limited_by_network_together_with_passwords() {
    let (_provider, app) = world().await;
    let browser = Browser::at(&app, "192.0.2.7");
    let mut refused = None;
    for _ in 0..60 {
        let page = browser
            .get("/console/oidc/callback?code=abc&state=abc", "")
            .await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(page);
            break;
        }
        page.refuses(400, NOT_BEGUN);
    }
    refused.unwrap().refuses(429, "too many log-ins");
    let body = json!({"email": "ann@clinic.example", "password": "a wrong password"});
    let call = app.client().post("/v1/sessions").json(&body);
    let call = call.header("x-client", "192.0.2.7").send().await;
    call.expect_problem(Code::TooManyRequests);
    // Other networks are not held up.
    let other = Browser::at(&app, "198.51.100.7").logs_in().await;
    assert_eq!(other.status, StatusCode::SEE_OTHER);
}

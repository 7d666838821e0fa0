//! Forged, broken and stale access tokens.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use aftercare::keys::Keys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::LoggedIn;
use crate::support::postgres::TestDatabase;

const DOOR: &str = "/v1/staff";

fn claims(staff: &LoggedIn) -> Value {
    json!({
        "iss": "aftercare", "aud": "aftercare-api", "sub": staff.id, "sid": staff.session_id,
        "iat": 0, "exp": chrono::Utc::now().timestamp() + 600,
    })
}

fn header(app: &TestApp) -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(app.state.app.keys.signing.id.clone());
    header
}

fn sign(header: &Header, claims: &Value, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn knock(app: &TestApp, token: &str) -> crate::support::client::Answer {
    app.client()
        .get(DOOR)
        .header("authorization", &format!("Bearer {token}"))
        .send()
        .await
}

#[tokio::test]
async fn a_token_with_exactly_our_claims_opens_the_door() {
    // The control: what the forgeries below change is what makes them fail.
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    let key = &app.state.app.keys.signing.encoding;
    knock(&app, &sign(&header(&app), &claims(&staff), key))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": app.state.app.keys.signing.id});
        for tail in ["", "AAAA"] {
            let token = format!("{}.{}.{tail}", part(&header), part(&claims(&staff)));
            knock(&app, &token)
                .await
                .expect_problem(Code::Unauthenticated);
        }
    }
}

#[tokio::test]
async fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    let public = &app.state.app.keys.signing.public;
    let raw = URL_SAFE_NO_PAD.decode(public).unwrap();
    for secret in [raw.as_slice(), public.as_bytes()] {
        let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": app.state.app.keys.signing.id});
        let message = format!("{}.{}", part(&header), part(&claims(&staff)));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
        mac.update(message.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let answer = knock(&app, &format!("{message}.{signature}")).await;
        answer.expect_problem(Code::Unauthenticated);
    }
}

#[tokio::test]
async fn a_token_of_another_key_is_refused_whatever_key_it_names() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    let other = Keys::ephemeral().unwrap().signing;
    let mut named = header(&app);
    for kid in [
        Some(app.state.app.keys.signing.id.clone()),
        Some(other.id.clone()),
        None,
    ] {
        named.kid = kid;
        let token = sign(&named, &claims(&staff), &other.encoding);
        knock(&app, &token)
            .await
            .expect_problem(Code::Unauthenticated);
    }
}

#[tokio::test]
async fn a_token_that_brings_its_own_key_is_refused() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    let other = Keys::ephemeral().unwrap().signing;
    let mut own = header(&app);
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": other.public, "kid": other.id});
    own.jwk = Some(serde_json::from_value(jwk).unwrap());
    let token = sign(&own, &claims(&staff), &other.encoding);
    knock(&app, &token)
        .await
        .expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn a_token_with_other_claims_or_headers_is_refused() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    let key = &app.state.app.keys.signing.encoding;
    let changes: &[(&str, Value)] = &[
        ("iss", json!("somebody")),
        ("iss", Value::Null),
        ("aud", json!("another-api")),
        ("aud", json!(["another-api", "aftercare-api"])),
        ("aud", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("not a uuid")),
        ("sid", Value::Null),
        ("exp", Value::Null),
        ("exp", json!("tomorrow")),
        ("exp", json!(1e300)),
    ];
    for (claim, value) in changes {
        let mut changed = claims(&staff);
        changed[claim] = value.clone();
        let token = sign(&header(&app), &changed, key);
        let answer = knock(&app, &token).await;
        answer.expect_problem(Code::Unauthenticated);
    }
    for change in [
        |header: &mut Header| header.kid = None,
        |header: &mut Header| header.kid = Some("another".to_owned()),
        |header: &mut Header| header.typ = Some("JWT".to_owned()),
        |header: &mut Header| header.crit = Some(vec!["exp".to_owned()]),
    ] {
        let mut changed = header(&app);
        change(&mut changed);
        let token = sign(&changed, &claims(&staff), key);
        knock(&app, &token)
            .await
            .expect_problem(Code::Unauthenticated);
    }
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    let parts: Vec<_> = staff.access_token.split('.').collect();
    let mut claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 1);
    let changed = format!("{}.{}.{}", parts[0], part(&claims), parts[2]);
    assert_ne!(changed, staff.access_token);
    knock(&app, &changed)
        .await
        .expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn a_token_ends_after_fifteen_minutes_to_the_second() {
    let app = TestApp::start().await;
    let staff = app.with_staff(Role::Admin).await;
    app.clock
        .advance(TimeDelta::minutes(15) - TimeDelta::seconds(10));
    staff.client.get(DOOR).send().await.expect(200);
    app.clock.advance(TimeDelta::seconds(10));
    staff
        .client
        .get(DOOR)
        .send()
        .await
        .expect_problem(Code::TokenExpired);
}

#[tokio::test]
async fn garbage_is_no_token() {
    let app = TestApp::start().await;
    let long = "a".repeat(6000);
    for garbage in [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer ..",
        "Bearer a.b.c",
        "Bearer a.b.c.d",
        "Basic YTpi",
        "bearer",
        "Token x",
        "",
        "Bearer \u{e9}",
        &format!("Bearer {long}"),
        "Bearer eyJhbGciOiJFZERTQSJ9.e30.AAAA",
    ] {
        let answer = app
            .client()
            .get(DOOR)
            .header("authorization", garbage)
            .send()
            .await;
        let invalid =
            "Bearer error=\"invalid_token\", error_description=\"A valid access token is needed\"";
        let expected = match garbage.strip_prefix("Bearer ") {
            None | Some("") => "Bearer",
            Some(_) => invalid,
        };
        assert_eq!(answer.header("www-authenticate"), expected, "{garbage}");
        answer.expect_problem(Code::Unauthenticated);
    }
    app.client()
        .get(DOOR)
        .send()
        .await
        .expect_problem(Code::Unauthenticated);
    let two = app.client().get(DOOR).header("authorization", "Bearer a");
    let two = two.header("authorization", "Bearer b").send().await;
    two.expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn a_token_for_a_session_of_somebody_else_is_refused() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await;
    let author = app.with_staff(Role::Author).await;
    let mut mixed = claims(&author);
    mixed["sid"] = json!(admin.session_id);
    let token = sign(&header(&app), &mixed, &app.state.app.keys.signing.encoding);
    knock(&app, &token).await.expect_problem(Code::SessionEnded);
}

#[tokio::test]
async fn a_token_of_another_installation_is_refused() {
    let here = TestApp::start().await;
    let there = TestApp::start_on(TestDatabase::create().await, Default::default()).await;
    let staff = there.with_staff(Role::Admin).await;
    knock(&here, &staff.access_token)
        .await
        .expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn without_a_good_token_the_body_is_not_even_looked_at() {
    let app = TestApp::start().await;
    for body in ["{", "", "{\"email\": 7}", &"x".repeat(1_000_000)] {
        let answer = app
            .client()
            .post(DOOR)
            .raw("application/json", body.to_owned())
            .send()
            .await;
        answer.expect_problem(Code::Unauthenticated);
        let author = app.with_staff(Role::Author).await;
        let answer = author
            .client
            .post(DOOR)
            .raw("text/plain", body.to_owned())
            .send()
            .await;
        answer.expect_problem(Code::Forbidden);
    }
}

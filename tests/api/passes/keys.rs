//! The key pairs: when they are made, who can use them, when they are destroyed.

use aftercare::domain::ids::CampaignId;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use aftercare::store::passes::{MAX_PASS_KEYS, destroy_ended_pass_keys};
use chrono::TimeDelta;
use rsa::hazmat::rsa_encrypt;
use rsa::traits::PrivateKeyParts;
use rsa::{BoxedUint, RsaPrivateKey};
use serde_json::json;

use super::{CAMPAIGN, Passes};
use crate::support::collection::{Collection, new_receipt};
use crate::support::postgres::dump_text;

/// How many private keys there are.
async fn private_keys(collection: &Collection) -> i64 {
    let query = "SELECT count(*) FROM pass_keys WHERE private_key IS NOT NULL";
    collection.sql_now(query).await
}

#[tokio::test]
async fn a_campaign_gets_a_key_with_its_access_rule_and_keeps_it() {
    let collection = Collection::start().await;
    let patch = |body: serde_json::Value| {
        let call = collection.staff.client.patch(CAMPAIGN);
        call.json(&body).send()
    };
    let campaign = collection
        .app
        .client()
        .get(CAMPAIGN)
        .send()
        .await
        .expect(200)
        .json();
    assert!(campaign["pass"].is_null());
    assert_eq!(private_keys(&collection).await, 0);
    let first = patch(json!({"access": "pass"})).await.expect(200).json()["pass"].clone();
    assert_eq!(first["issuer_name"], "localhost");
    assert!(patch(json!({"access": "open"})).await.expect(200).json()["pass"].is_null());
    let again = patch(json!({"access": "pass"})).await.expect(200).json()["pass"].clone();
    assert_eq!(again, first);
    assert_eq!(private_keys(&collection).await, 1);
}

#[tokio::test]
async fn the_private_key_is_destroyed_when_the_campaign_closes() {
    let passes = Passes::start().await;
    let (collection, pass) = (&passes.collection, passes.pass().await);
    let (invitation, receipt) = (passes.invite(1).await.remove(0), new_receipt());
    passes.send(&receipt, &pass).await.expect(201);
    assert_eq!(private_keys(collection).await, 1);
    collection
        .staff
        .client
        .post(&format!("{CAMPAIGN}/close"))
        .send()
        .await
        .expect(200);
    assert_eq!(private_keys(collection).await, 0);
    let answer = passes
        .ask(&invitation, &passes.client.blind().request)
        .send()
        .await;
    answer.expect_problem(Code::CampaignClosed);
    passes.send(&receipt, &pass).await.expect(200);
    let campaign = collection
        .app
        .client()
        .get(CAMPAIGN)
        .send()
        .await
        .expect(200)
        .json();
    assert!(
        campaign["pass"].is_object(),
        "what was sent in time can still be checked"
    );
}

#[tokio::test]
async fn the_private_key_is_destroyed_when_the_window_ends_and_the_campaign_stays_over() {
    let passes = Passes::start().await;
    let collection = &passes.collection;
    let mut conn = collection.app.connect().await;
    let now = collection.app.state.app.now();
    assert_eq!(destroy_ended_pass_keys(&mut conn, now).await.unwrap(), 0);
    collection.app.clock.advance(TimeDelta::days(31));
    // Logged in again, since the token has expired meanwhile.
    let coordinator = collection.app.with_staff(Role::Coordinator).await.client;
    let longer = || {
        let body =
            json!({"closes_at": "2090-01-01T00:00:00Z", "retained_until": "2091-01-01T00:00:00Z"});
        coordinator.patch(CAMPAIGN).json(&body).send()
    };
    // At once, whether the key is destroyed yet or not.
    longer().await.expect_problem(Code::CampaignClosed);
    let answer = passes
        .ask("0000-0000-0000-0000", &passes.client.blind().request)
        .send()
        .await;
    answer.expect_problem(Code::CampaignClosed);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while private_keys(collection).await > 0 {
        assert!(
            std::time::Instant::now() < deadline,
            "the server does it by itself"
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    longer().await.expect_problem(Code::CampaignClosed);
    let renamed = coordinator
        .patch(CAMPAIGN)
        .json(&json!({"title": {"en": "Over"}}));
    assert_eq!(renamed.send().await.expect(200).json()["state"], "closed");
}

#[tokio::test]
async fn a_campaign_that_was_made_longer_in_time_keeps_its_key() {
    let passes = Passes::start().await;
    let invitation = passes.invite(1).await.remove(0);
    let change =
        json!({"closes_at": "2090-01-01T00:00:00Z", "retained_until": "2091-01-01T00:00:00Z"});
    passes
        .collection
        .staff
        .client
        .patch(CAMPAIGN)
        .json(&change)
        .send()
        .await
        .expect(200);
    passes.collection.app.clock.advance(TimeDelta::days(31));
    let mut conn = passes.collection.app.connect().await;
    let now = passes.collection.app.state.app.now();
    assert_eq!(destroy_ended_pass_keys(&mut conn, now).await.unwrap(), 0);
    let request = passes.client.blind().request;
    passes.ask(&invitation, &request).send().await.expect(200);
}

#[tokio::test]
async fn a_dump_of_the_database_holds_no_key_that_signs() {
    let passes = Passes::start().await;
    let pass = passes.pass().await;
    passes.send(&new_receipt(), &pass).await.expect(201);
    let collection = &passes.collection;
    let sealed: Vec<u8> = collection
        .sql_now("SELECT private_key FROM pass_keys")
        .await;
    let (id, campaign): (Vec<u8>, String) = (
        collection.sql_now("SELECT id FROM pass_keys").await,
        collection
            .sql_now("SELECT campaign_id::text FROM pass_keys")
            .await,
    );
    let (id, campaign) = (
        id.try_into().unwrap(),
        CampaignId(campaign.parse().unwrap()),
    );

    // With the server key it opens, so this is the place to look for the primes.
    let server = collection.app.state.app.keys.server.oldest();
    let primes = server
        .open_pass_key(campaign, &id, &sealed)
        .unwrap()
        .to_bytes();
    let prime = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 1024).unwrap();
    let key = RsaPrivateKey::from_p_q(
        prime(&primes[..128]),
        prime(&primes[128..]),
        65_537_u32.into(),
    )
    .unwrap();
    assert_eq!(
        rsa_encrypt(&key, &BoxedUint::from_be_slice(&[1], 2048).unwrap()).unwrap(),
        BoxedUint::one()
    );

    let dump = dump_text(&mut collection.app.connect().await)
        .await
        .to_lowercase();
    let secrets = [
        primes[..128].to_vec(),
        primes[128..].to_vec(),
        key.d().to_be_bytes().to_vec(),
    ];
    for secret in secrets {
        assert!(!dump.contains(&hex::encode(&secret[secret.len() - 16..])));
    }
    let other = aftercare::domain::server_key::ServerKey::new([7; 32]);
    assert!(other.open_pass_key(campaign, &id, &sealed).is_err());
}

#[tokio::test]
async fn what_is_kept_of_a_spent_pass_is_a_hash_and_the_campaign() {
    let passes = Passes::start().await;
    let pass = passes.pass().await;
    passes.send(&new_receipt(), &pass).await.expect(201);
    let columns = "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) \
                   FROM information_schema.columns WHERE table_name = 'spent_passes'";
    let columns: String = passes.collection.sql_now(columns).await;
    assert_eq!(columns, "hash bytea, campaign_id uuid");
    let rows = "SELECT count(*) FROM spent_passes WHERE length(hash) = 32";
    assert_eq!(passes.collection.sql_now::<i64>(rows).await, 1);
    let dump = dump_text(&mut passes.collection.app.connect().await)
        .await
        .to_lowercase();
    let bytes = crate::support::pass_client::unbase64(pass.split('"').nth(1).unwrap());
    for part in [&bytes[2..34], &bytes[98..]] {
        let hex = hex::encode(&part[..16]);
        assert!(!dump.contains(&hex), "neither nonce nor signature");
    }
}

#[tokio::test]
async fn no_two_keys_that_can_sign_share_the_byte_by_which_requests_name_them() {
    let passes = Passes::start().await;
    let collection = &passes.collection;
    // All bytes but a few are taken by other campaigns, and there are as many keys as there may be.
    let fill = format!(
        "WITH one AS (SELECT * FROM campaigns WHERE key = 'test-campaign'), \
           new AS (INSERT INTO campaigns (id, key, form_id, title, opens_at, closes_at, created_at, access, retained_until) \
             SELECT gen_random_uuid(), 'fill-' || n, form_id, title, opens_at, closes_at, created_at, 'pass', retained_until \
             FROM one, generate_series(1, {}) AS n RETURNING id) \
         INSERT INTO pass_keys (id, campaign_id, issuer_name, public_key, private_key) \
         SELECT sha256(id::text::bytea), id, 'localhost', '', 'x' FROM new",
        MAX_PASS_KEYS - 1
    );
    run(collection, &fill).await;
    let create = |key: &str| {
        let body = json!({
            "key": key, "form": collection.form, "title": {"en": "Test"}, "access": "pass",
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2090-01-01T00:00:00Z",
        });
        collection
            .staff
            .client
            .post("/v1/campaigns")
            .json(&body)
            .send()
    };
    create("one-too-many")
        .await
        .expect_problem(Code::TooManyPassCampaigns);
    let known = collection
        .app
        .client()
        .get("/v1/campaigns/one-too-many")
        .send()
        .await;
    known.expect_problem(Code::CampaignUnknown);
    run(collection, "UPDATE pass_keys SET private_key = NULL WHERE campaign_id IN (SELECT id FROM campaigns WHERE key = 'fill-1')").await;
    create("just-one-more").await.expect(201);
    let mine = "SELECT count(*) FROM pass_keys a JOIN pass_keys b ON a.id <> b.id AND get_byte(a.id, 31) = get_byte(b.id, 31) \
                JOIN campaigns c ON c.id = a.campaign_id \
                WHERE c.key = 'just-one-more' AND b.private_key IS NOT NULL";
    assert_eq!(collection.sql_now::<i64>(mine).await, 0);
}

async fn run(collection: &Collection, statement: &str) {
    use diesel_async::SimpleAsyncConnection;
    let mut conn = collection.app.connect().await;
    conn.batch_execute(statement).await.unwrap();
}

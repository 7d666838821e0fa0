//! Accounts of staff.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::logs::register_secret;

const PASSWORD: &str = "a long first password";

fn body(email: &str) -> Value {
    json!({"email": email, "name": "Ann Author", "roles": ["author"], "password": PASSWORD})
}

#[tokio::test]
async fn an_admin_makes_an_account_that_can_log_in_at_once() {
    register_secret(PASSWORD);
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let made = admin
        .post("/v1/staff")
        .json(&body("Ann@Clinic.example"))
        .send()
        .await
        .expect(201);
    let account = made.json();
    assert_eq!(account["email"], "ann@clinic.example");
    assert_eq!(account["roles"], json!(["author"]));
    assert!(!made.text().contains("hash"));
    let found = admin.get(made.header("location")).send().await.expect(200);
    assert_eq!(found.json(), account);

    let login = json!({"email": "ann@clinic.example", "password": PASSWORD});
    app.client()
        .post("/v1/sessions")
        .json(&login)
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn an_email_has_one_account_however_it_is_spelt() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    admin
        .post("/v1/staff")
        .json(&body("ann@clinic.example"))
        .send()
        .await
        .expect(201);
    let again = admin
        .post("/v1/staff")
        .json(&body("ANN@clinic.example"))
        .send()
        .await;
    again.expect_problem(Code::StaffExists);
}

#[tokio::test]
async fn every_wrong_field_of_an_account_is_named_at_once() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let wrong = json!({"email": "no address", "name": "", "roles": [], "password": "short"});
    let answer = admin.post("/v1/staff").json(&wrong).send().await;
    assert_eq!(
        answer.pointers(),
        ["/email", "/name", "/password", "/roles"]
    );
    answer.expect_problem(Code::BodyInvalid);

    for (field, value, pointer) in [
        ("roles", json!(["author", "king"]), "/roles/1"),
        ("roles", json!("author"), "/roles"),
        ("name", json!(7), "/name"),
        ("name", json!("nul \u{0} inside"), "/name"),
        ("extra", json!(true), "/extra"),
    ] {
        let mut wrong = body("ann@clinic.example");
        wrong[field] = value;
        let answer = admin.post("/v1/staff").json(&wrong).send().await;
        assert_eq!(answer.pointers(), [pointer]);
        answer.expect_problem(Code::BodyInvalid);
    }
}

#[tokio::test]
async fn an_unknown_account_is_a_404() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let unknown = "/v1/staff/4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a";
    admin
        .get(unknown)
        .send()
        .await
        .expect_problem(Code::StaffUnknown);
    let change = admin
        .patch(unknown)
        .json(&json!({"name": "X"}))
        .send()
        .await;
    change.expect_problem(Code::StaffUnknown);
    admin
        .get("/v1/staff/not-a-uuid")
        .send()
        .await
        .expect_problem(Code::NotFound);
}

#[tokio::test]
async fn disabling_an_account_ends_its_sessions_at_once() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let author = app.with_roles(&[Role::Author, Role::Admin]).await;
    let path = format!("/v1/staff/{}", author.id);
    author.client.get("/v1/staff").send().await.expect(200);
    let disabled = admin
        .patch(&path)
        .json(&json!({"disabled": true}))
        .send()
        .await
        .expect(200);
    assert_eq!(disabled.json()["disabled"], true);
    author
        .client
        .get("/v1/staff")
        .send()
        .await
        .expect_problem(Code::SessionEnded);
    // Enabling it again does not bring the old sessions back.
    admin
        .patch(&path)
        .json(&json!({"disabled": false}))
        .send()
        .await
        .expect(200);
    author
        .client
        .get("/v1/staff")
        .send()
        .await
        .expect_problem(Code::SessionEnded);
}

#[tokio::test]
async fn a_lost_role_counts_from_the_next_request_on() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let other = app.with_staff(Role::Admin).await;
    let path = format!("/v1/staff/{}", other.id);
    let change = json!({"roles": ["analyst", "author", "analyst"]});
    let changed = admin.patch(&path).json(&change).send().await.expect(200);
    assert_eq!(changed.json()["roles"], json!(["author", "analyst"]));
    other
        .client
        .get("/v1/staff")
        .send()
        .await
        .expect_problem(Code::Forbidden);
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_is_refused_wherever_one_is_set() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let author = app.with_staff(Role::Author).await;
    let path = format!("/v1/staff/{}", author.id);
    for guessable in ["aaaaaaaaaaaa", "123456789012", "Ann Author 1"] {
        let mut new = body("ann@clinic.example");
        new["password"] = json!(guessable);
        let change = json!({"name": "Ann Author", "password": guessable});
        for call in [
            admin.post("/v1/staff").json(&new),
            admin.patch(&path).json(&change),
        ] {
            let refused = call.send().await;
            assert_eq!(refused.pointers(), ["/password"]);
            assert_eq!(refused.json()["errors"][0]["code"], "too_guessable");
            assert!(!refused.text().contains(guessable));
            refused.expect_problem(Code::BodyInvalid);
        }
    }
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_and_works() {
    register_secret("another long password");
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let author = app.with_staff(Role::Author).await;
    let path = format!("/v1/staff/{}", author.id);
    let change = json!({"password": "another long password"});
    admin.patch(&path).json(&change).send().await.expect(200);
    author
        .client
        .delete("/v1/sessions")
        .send()
        .await
        .expect_problem(Code::SessionEnded);
    let login = json!({"email": author.email, "password": "another long password"});
    app.client()
        .post("/v1/sessions")
        .json(&login)
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn the_last_admin_can_neither_be_disabled_nor_lose_the_role() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await;
    let path = format!("/v1/staff/{}", admin.id);
    for change in [json!({"disabled": true}), json!({"roles": ["author"]})] {
        let answer = admin.client.patch(&path).json(&change).send().await;
        answer.expect_problem(Code::LastAdmin);
    }
    let harmless = json!({"name": "Still here", "roles": ["author", "admin"]});
    admin
        .client
        .patch(&path)
        .json(&harmless)
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn two_admins_who_disable_each_other_at_once_do_not_both_succeed() {
    for _ in 0..5 {
        let app = TestApp::start().await;
        let (a, b) = (
            app.with_staff(Role::Admin).await,
            app.with_staff(Role::Admin).await,
        );
        let disable = json!({"disabled": true});
        let at_b = a
            .client
            .patch(&format!("/v1/staff/{}", b.id))
            .json(&disable)
            .send();
        let at_a = b
            .client
            .patch(&format!("/v1/staff/{}", a.id))
            .json(&disable)
            .send();
        let (at_a, at_b) = futures_util::future::join(at_a, at_b).await;
        let succeeded = [at_a, at_b]
            .iter()
            .filter(|answer| answer.status == 200)
            .count();
        assert_eq!(succeeded, 1);
    }
}

#[tokio::test]
async fn the_list_leads_through_all_accounts_page_by_page() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let mut conn = app.connect().await;
    // Many made at the same moment, so that the order needs more than the time.
    let rows = "INSERT INTO staff (id, email, name, password_hash, roles, created_at) \
        SELECT gen_random_uuid(), 'a' || n || '@clinic.example', 'A', 'x', '{author}', '2026-01-01' \
        FROM generate_series(1, 24) AS n";
    conn.batch_execute(rows).await.unwrap();
    let mut seen = Vec::new();
    let mut path = "/v1/staff?limit=10".to_owned();
    loop {
        let page = admin.get(&path).send().await.expect(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].to_string()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/staff?limit=10&cursor={cursor}");
    }
    assert_eq!(seen.len(), 25);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
}

#[tokio::test]
async fn odd_queries_are_refused() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=ten",
        "limit=1&limit=2",
        "limit=99999999999",
        "cursor=x",
        "cursor=bnVsbA",
        "cursor=%00",
        "cursor=%FF",
        "colour=red",
        "limit",
    ] {
        let answer = admin.get(&format!("/v1/staff?{query}")).send().await;
        answer.expect_problem(Code::QueryInvalid);
    }
}

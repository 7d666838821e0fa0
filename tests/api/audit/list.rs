//! Reading the audit over HTTP, and adding to it from many sides at once.

use std::collections::BTreeSet;

use aftercare::domain::audit::{Action, ChainVerifier};
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use aftercare::store::audit::{append_entry, stream_entries};
use chrono::{SecondsFormat, TimeDelta, Utc};
use diesel::result::Error;
use diesel_async::AsyncConnection;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::append_many;
use crate::support::TestApp;

/// The numbers of the entries that a query gives, through all its pages.
async fn numbers(client: &crate::support::client::Client, query: &str) -> Vec<i64> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/audit?limit=3&{query}{cursor}");
        let page = client.get(&path).send().await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["number"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn an_admin_reads_the_audit_with_the_newest_first() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let rows = append_many(&mut conn, app.state.app.keys.server.oldest(), 8).await;
    let analyst = app.with_staff(Role::Analyst).await;
    let (key, details) = (app.state.app.keys.server.oldest(), json!({"rows": 9}));
    let last = append_entry(
        &mut conn,
        key,
        app.state.app.now(),
        Some(aftercare::domain::ids::StaffId(analyst.id)),
        Action::RemarksExported,
        &details,
    )
    .await
    .unwrap();
    let admin = app.with_staff(Role::Admin).await.client;
    let page = admin.get("/v1/audit").send().await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 9);
    let newest = &page["items"][0];
    assert_eq!(newest["number"], 9);
    assert_eq!(newest["action"], "remarks_exported");
    assert_eq!(newest["details"], details);
    assert_eq!(
        newest["staff"],
        json!({"id": analyst.id, "name": "Test analyst"})
    );
    assert_eq!(newest["hash"], hex::encode(&last.hash));
    assert_eq!(page["items"][8]["staff"], Value::Null);

    assert_eq!(numbers(&admin, "").await, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(numbers(&admin, "action=remarks_listed").await, [7, 5, 3, 1]);
    let time = |place: usize| rows[place].at.to_rfc3339_opts(SecondsFormat::Micros, true);
    assert_eq!(
        numbers(&admin, &format!("from={}", time(6))).await,
        [9, 8, 7]
    );
    let between = format!("from={}&to={}&action=responses_exported", time(0), time(3));
    assert_eq!(numbers(&admin, &between).await, [2]);
}

#[tokio::test]
async fn only_admins_read_the_audit() {
    let app = TestApp::start().await;
    for role in [Role::Analyst, Role::Author, Role::Coordinator] {
        let other = app.with_staff(role).await.client;
        let answer = other.get("/v1/audit").send().await;
        answer.expect_problem(Code::Forbidden);
    }
    let nobody = app.client().get("/v1/audit").send().await;
    nobody.expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn odd_queries_of_the_audit_are_refused() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    for query in [
        "action=danced",
        "action=",
        "from=yesterday",
        "to=2027-01-01",
        "from=-262143-01-01T00:00:00Z",
        "to=%2B262142-01-01T00:00:00Z",
        "from=2027-02-01T00:00:00Z&to=2027-01-01T00:00:00Z",
        "cursor=Im5vIg",
        "staff=me",
    ] {
        let answer = admin.get(&format!("/v1/audit?{query}")).send().await;
        answer.expect_problem(Code::QueryInvalid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_add_at_once_make_one_chain_without_a_gap() {
    let app = TestApp::start().await;
    let key = app.state.app.keys.server.oldest();
    let append = async |number: u32| {
        let mut conn = app.connect().await;
        let details = json!({"rows": number});
        let (now, action) = (Utc::now(), Action::ResponsesExported);
        let row = append_entry(&mut conn, key, now, None, action, &details).await;
        row.unwrap().number
    };
    let numbers = join_all((0..50).map(append)).await;
    let numbers: BTreeSet<i64> = numbers.into_iter().collect();
    assert_eq!(numbers, (1..=50).collect());
    let mut conn = app.connect().await;
    let mut walk = ChainVerifier::new(std::slice::from_ref(key), None);
    let rows = stream_entries(&mut conn).await.unwrap();
    let rows: Vec<_> = rows.try_collect().await.unwrap();
    for row in &rows {
        walk.step(&row.entry(), &row.hash).unwrap();
    }
    assert_eq!(walk.end().unwrap().number, 50);
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_gap() {
    let app = TestApp::start().await;
    let key = app.state.app.keys.server.oldest();
    let mut conn = app.connect().await;
    append_many(&mut conn, key, 2).await;
    let undone: Result<(), Error> = conn
        .transaction(async |conn| {
            let at = Utc::now() + TimeDelta::minutes(1);
            let action = Action::RemarkReviewed;
            let row = append_entry(conn, key, at, None, action, &json!({})).await?;
            assert_eq!(row.number, 3);
            Err(Error::RollbackTransaction)
        })
        .await;
    assert!(undone.is_err());
    let rows = append_many(&mut conn, key, 1).await;
    assert_eq!(rows[0].number, 3);
}

//! Two requests at the same moment, arranged so that the worst order comes every time.

use aftercare::domain::campaign::access::Admission;
use aftercare::domain::response::receipt::Receipt;
use aftercare::domain::response::{AnonymousResponse, Remark};
use aftercare::domain::staff::role::Role;
use aftercare::domain::week::IsoWeek;
use aftercare::http::problem::Code;
use aftercare::store::responses::insert::{Arrival, Stored, store_arrivals};
use aftercare::store::responses::release::release_ripe;
use chrono::{TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, definition};

#[tokio::test]
async fn of_many_who_delete_a_new_form_at_once_one_does_and_the_rest_find_nothing() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    for _ in 0..5 {
        let form = author.post("/v1/forms").json(&definition(EVERY_KIND));
        let tag = form.send().await.expect(201).header("etag").to_owned();
        let deletions = (0..4).map(|_| {
            let call = author.delete("/v1/forms/every-kind/draft");
            call.header("if-match", &tag).send()
        });
        let mut statuses: Vec<u16> = join_all(deletions)
            .await
            .into_iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404]);
    }
}

#[tokio::test]
async fn a_login_with_the_old_password_does_not_outlive_its_change() {
    let app = TestApp::start().await;
    let (email, password) = ("slow@clinic.example", "correct horse battery staple");
    let id = app.with_password(email, password, &[Role::Author]).await;
    // Holds the login up between the check of the password and the new session.
    let mut other = app.connect().await;
    let hold = "BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(hold).await.unwrap();
    let client = app.client();
    let body = json!({"email": email, "password": password});
    let login = tokio::spawn(client.post("/v1/sessions").json(&body).send());
    wait_for_lock(&mut other).await;
    let change = format!("UPDATE staff SET password_hash = 'another' WHERE id = '{id}'; COMMIT");
    other.batch_execute(&change).await.unwrap();
    login.await.unwrap().expect_problem(Code::LoginFailed);
}

/// Waits until somebody waits for the table that this connection holds.
async fn wait_for_lock(conn: &mut aftercare::store::AsyncPgConnection) {
    use diesel::sql_types::Bool;
    use diesel_async::RunQueryDsl;

    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let query = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'sessions'::regclass \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS found";
    for _ in 0..1000 {
        let found: Found = diesel::sql_query(query).get_result(conn).await.unwrap();
        if found.found {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits for the table");
}

#[tokio::test]
async fn many_responses_with_many_remarks_are_stored_and_found_together() {
    // More remarks than one statement can bind values for.
    let collection = Collection::start().await;
    let id = async |table: &str| {
        let query = format!("SELECT id::text FROM {table}");
        let id: String = collection.sql(&query).await;
        id.parse::<uuid::Uuid>().unwrap()
    };
    let (campaign_id, form_version_id) = (id("campaigns").await, id("form_versions").await);
    let key = &collection.app.state.keys.server;
    let response = |number: usize| {
        let receipt = Receipt::parse(&format!("ReceiptOfTheIntake-{number:08}")).unwrap();
        let remark = |question: usize| {
            let question = format!("q{question}");
            Remark {
                id: key.remark_id(campaign_id, &receipt, &question),
                question,
                text: Some("x".to_owned()),
            }
        };
        AnonymousResponse {
            id: key.response_id(campaign_id, &receipt),
            campaign_id,
            form_version_id,
            language: "en".to_owned(),
            week: IsoWeek::of(chrono::NaiveDate::from_ymd_opt(2027, 2, 4).unwrap()),
            record: vec![1],
            remarks: (0..60).map(remark).collect(),
        }
    };
    let batch: Vec<_> = (0..256).map(response).map(Arrival::open).collect();
    let mut conn = collection.app.connect().await;
    let stored = store_arrivals(&mut conn, &batch).await.unwrap();
    assert_eq!(stored, vec![Stored::New; 256]);
    let replay = Stored::Replay(batch[0].response.week);
    let again = store_arrivals(&mut conn, &batch).await.unwrap();
    assert_eq!(again, vec![replay.clone(); 256]);
    let after_all = Utc::now() + TimeDelta::days(40);
    release_ripe(&mut conn, after_all).await.unwrap();
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        256 * 60
    );
    let released = store_arrivals(&mut conn, &batch).await.unwrap();
    assert_eq!(released, vec![replay; 256]);
    let mut other = batch[7].clone();
    other.response.remarks[59].text = Some("other words".to_owned());
    let other = store_arrivals(&mut conn, &[other]).await.unwrap();
    assert_eq!(other, [Stored::Conflict]);
}

#[tokio::test]
async fn of_two_responses_with_one_receipt_in_a_batch_the_first_is_stored() {
    let collection = Collection::start().await;
    let id = async |table: &str| {
        let query = format!("SELECT id::text FROM {table}");
        let id: String = collection.sql(&query).await;
        id.parse::<uuid::Uuid>().unwrap()
    };
    let (campaign_id, form_version_id) = (id("campaigns").await, id("form_versions").await);
    let key = &collection.app.state.keys.server;
    let response = |number: usize, record: u8| {
        let receipt = Receipt::parse(&format!("ReceiptSentTwice-{number:08}")).unwrap();
        AnonymousResponse {
            id: key.response_id(campaign_id, &receipt),
            campaign_id,
            form_version_id,
            language: "en".to_owned(),
            week: IsoWeek::of(chrono::NaiveDate::from_ymd_opt(2027, 2, 4).unwrap()),
            record: vec![record],
            remarks: Vec::new(),
        }
    };
    // More than a sort leaves in their order by chance.
    let (first, second) = (
        (0..100).map(|number| response(number, 1)),
        (0..100).map(|number| response(number, 2)),
    );
    let batch: Vec<_> = first.chain(second).map(Arrival::open).collect();
    let mut conn = collection.app.connect().await;
    let stored = store_arrivals(&mut conn, &batch).await.unwrap();
    assert_eq!(stored[..100], vec![Stored::New; 100]);
    assert_eq!(stored[100..], vec![Stored::Conflict; 100]);
    let records = "SELECT string_agg(DISTINCT record::text, ' ') FROM arrivals";
    assert_eq!(collection.sql_now::<String>(records).await, "\\x01");
    collection.run("DELETE FROM arrivals").await;

    // The first of the two was made before the access rule changed, the second brings no good invitation.
    collection.set_access("code").await;
    let old = Arrival::open(response(1, 1));
    let new = Arrival {
        response: response(1, 2),
        admission: Admission::Invitation([7; 32]),
    };
    let stored = store_arrivals(&mut conn, &[old, new]).await.unwrap();
    assert!(
        stored.iter().all(|it| matches!(it, Stored::Refused(_))),
        "{stored:?}"
    );
    let count = "SELECT count(*) FROM arrivals";
    assert_eq!(collection.sql_now::<i64>(count).await, 0);
}

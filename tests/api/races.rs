//! Two requests at the same moment, arranged so that the worst order comes every time.

use std::time::{Duration, Instant};

use aftercare::app::forms::publish::publish_form;
use aftercare::app::tasks::release::release_on;
use aftercare::domain::audit::Actor;
use aftercare::domain::campaign::access::Credential;
use aftercare::domain::form::Form;
use aftercare::domain::ids::CampaignId;
use aftercare::domain::response::receipt::Receipt;
use aftercare::domain::response::{
    AnonymousResponse, Occasion, RawAnswers, ResponseContext, validate,
};
use aftercare::domain::staff::role::Role;
use aftercare::domain::week::IsoWeek;
use aftercare::http::problem::Code;
use aftercare::store::responses::arrival::Arrival;
use aftercare::store::responses::insert::{Stored, store_arrivals};
use chrono::{TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, definition, new_receipt};

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
    let hold = format!("BEGIN; SELECT FROM staff WHERE id = '{id}' FOR UPDATE");
    other.batch_execute(&hold).await.unwrap();
    let client = app.client();
    let body = json!({"email": email, "password": password});
    let login = tokio::spawn(client.post("/v1/sessions").json(&body).send());
    wait_for_locks(&mut other, 1).await;
    let change = format!("UPDATE staff SET password_hash = 'another' WHERE id = '{id}'; COMMIT");
    other.batch_execute(&change).await.unwrap();
    login.await.unwrap().expect_problem(Code::LoginFailed);
}

#[tokio::test]
async fn a_login_while_the_password_is_being_changed_opens_no_session() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let (email, password) = ("slow@clinic.example", "correct horse battery staple");
    let id = app.with_password(email, password, &[Role::Author]).await;
    // The change has ended all sessions, and waits to be recorded.
    let mut other = app.connect().await;
    let hold = "BEGIN; SELECT pg_advisory_xact_lock(7302)";
    other.batch_execute(hold).await.unwrap();
    let body = json!({"password": "another horse battery staple"});
    let change = tokio::spawn(admin.patch(&format!("/v1/staff/{id}")).json(&body).send());
    wait_for_locks(&mut other, 1).await;
    let body = json!({"email": email, "password": password});
    let login = tokio::spawn(app.client().post("/v1/sessions").json(&body).send());
    wait_for_locks(&mut other, 2).await;
    other.batch_execute("COMMIT").await.unwrap();
    change.await.unwrap().expect(200);
    login.await.unwrap().expect_problem(Code::LoginFailed);
}

#[tokio::test]
async fn a_response_that_waits_for_its_campaign_holds_up_no_other_campaign() {
    let collection = Collection::start().await;
    collection.open("other-campaign", -1, 30).await;
    let answers = json!({"group": "c", "meals": "none", "distress": 0});
    let body = json!({"form_version": 1, "language": "en", "answers": answers});
    let send = async |campaign: &str| {
        let path = format!("/v1/campaigns/{campaign}/responses");
        let call = collection.app.client().post(&path).json(&body);
        call.header("receipt", &new_receipt()).send().await
    };
    // Both campaigns are known, so that only storing asks the database.
    for campaign in ["test-campaign", "other-campaign"] {
        send(campaign).await.expect(201);
    }
    let mut other = collection.app.connect().await;
    let hold = "BEGIN; SELECT FROM campaigns WHERE key = 'test-campaign' FOR UPDATE";
    other.batch_execute(hold).await.unwrap();
    let go_on = async {
        wait_for_locks(&mut other, 1).await;
        let begun = Instant::now();
        send("other-campaign").await.expect(201);
        assert!(begun.elapsed() < Duration::from_secs(2));
        other.batch_execute("COMMIT").await.unwrap();
    };
    let (held, ()) = tokio::join!(send("test-campaign"), go_on);
    held.expect(201);
}

/// Waits until so many connections wait for a lock.
async fn wait_for_locks(conn: &mut aftercare::store::AsyncPgConnection, count: i64) {
    use diesel::sql_types::BigInt;
    use diesel_async::RunQueryDsl;

    #[derive(diesel::QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    // Within a transaction the view would show the same each time.
    let query = "SELECT pg_stat_clear_snapshot(), (SELECT count(*) FROM pg_stat_activity \
                 WHERE wait_event_type = 'Lock' AND datname = current_database()) AS count";
    for _ in 0..1000 {
        let waiting: Waiting = diesel::sql_query(query).get_result(conn).await.unwrap();
        if waiting.count >= count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits for a lock");
}

/// A collection of a form with a yes-no question `sure` and this many text questions, `q0` and so on.
struct Intake {
    collection: Collection,
    form: std::sync::Arc<Form>,
    context: ResponseContext,
}

impl Intake {
    async fn start(texts: usize) -> Self {
        let yes_no = json!({"key": "sure", "kind": "yes_no", "text": {"en": "Sure?"}});
        let text = |number: usize| {
            let key = format!("q{number}");
            json!({"key": key, "kind": "text", "max_length": 100, "text": {"en": "Why?"}})
        };
        let questions: Vec<Value> = [yes_no].into_iter().chain((0..texts).map(text)).collect();
        let form = json!({
            "key": "texts", "languages": ["en"], "title": {"en": "Texts"},
            "sections": [{"key": "all", "title": {"en": "All"}, "questions": questions}],
        });
        let form = std::sync::Arc::new(Form::check(serde_json::from_value(form).unwrap()).unwrap());
        let collection = Collection::start().await;
        let app = &collection.app.state.app;
        let published = publish_form(app, Actor::Operator, &form, &[])
            .await
            .unwrap();
        let campaign: String = collection.sql("SELECT id::text FROM campaigns").await;
        let context = ResponseContext {
            campaign_id: CampaignId(campaign.parse().unwrap()),
            form_version_id: published.id,
            language: "en".to_owned(),
            week: IsoWeek::of(chrono::NaiveDate::from_ymd_opt(2027, 2, 4).unwrap()),
        };
        Self {
            collection,
            form,
            context,
        }
    }

    /// The response of this receipt with these answers.
    fn response(&self, receipt: &str, answers: Value) -> AnonymousResponse {
        let raw: RawAnswers = serde_json::from_value(answers).unwrap();
        let occasion = Occasion {
            week: self.context.week,
            language: "en",
        };
        let valid = validate(&self.form, &raw, occasion).unwrap();
        let receipt = Receipt::parse(receipt).unwrap();
        let key = self.collection.app.state.app.keys.server.oldest();
        valid.anonymise(&self.form, self.context.clone(), &receipt, key)
    }
}

#[tokio::test]
async fn many_responses_with_many_remarks_are_stored_and_found_together() {
    // More remarks than one statement can bind values for.
    let intake = Intake::start(60).await;
    let collection = &intake.collection;
    let response = |number: usize, last: &str| {
        let mut answers: Map<String, Value> =
            (0..59).map(|it| (format!("q{it}"), json!("x"))).collect();
        answers.insert("q59".to_owned(), json!(last));
        let receipt = format!("ReceiptOfTheIntake-{number:08}");
        Arrival::open(intake.response(&receipt, Value::Object(answers)), 0)
    };
    let batch: Vec<_> = (0..256).map(|number| response(number, "x")).collect();
    let mut conn = collection.app.connect().await;
    let stored = store_arrivals(&mut conn, &batch).await.unwrap();
    assert_eq!(stored, vec![Stored::New; 256]);
    let replays = |outcomes: &[Stored]| {
        let mut rows = batch.iter().zip(outcomes);
        outcomes.len() == 256
            && rows.all(|(sent, outcome)| match outcome {
                Stored::Replay(row) => {
                    row.id == sent.response.id() && row.record == sent.response.record()
                }
                _ => false,
            })
    };
    let again = store_arrivals(&mut conn, &batch).await.unwrap();
    assert!(replays(&again), "{again:?}");
    let after_all = Utc::now() + TimeDelta::days(40);
    let app = &collection.app.state.app;
    release_on(app, &mut conn, after_all).await.unwrap();
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        256 * 60
    );
    let released = store_arrivals(&mut conn, &batch).await.unwrap();
    assert!(replays(&released), "{released:?}");
    let other = [response(7, "other words")];
    let other = store_arrivals(&mut conn, &other).await.unwrap();
    assert_eq!(other, [Stored::Conflict]);
}

#[tokio::test]
async fn of_two_responses_with_one_receipt_in_a_batch_the_first_is_stored() {
    let intake = Intake::start(0).await;
    let collection = &intake.collection;
    let response = |number: usize, sure: bool| {
        let receipt = format!("ReceiptSentTwice-{number:08}");
        intake.response(&receipt, json!({"sure": sure}))
    };
    // More than a sort leaves in their order by chance.
    let (first, second) = (
        (0..100).map(|number| response(number, true)),
        (0..100).map(|number| response(number, false)),
    );
    let batch: Vec<_> = first
        .chain(second)
        .map(|response| Arrival::open(response, 0))
        .collect();
    let mut conn = collection.app.connect().await;
    let stored = store_arrivals(&mut conn, &batch).await.unwrap();
    assert_eq!(stored[..100], vec![Stored::New; 100]);
    assert_eq!(stored[100..], vec![Stored::Conflict; 100]);
    let records = "SELECT string_agg(DISTINCT encode(record, 'hex'), ' ') FROM arrivals";
    let expected: String = response(0, true)
        .record()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(collection.sql_now::<String>(records).await, expected);
    collection.run("DELETE FROM arrivals").await;

    // The first of the two was checked before the campaign changed, the second brings no good invitation.
    collection.set_access("code").await;
    let old = Arrival::open(response(1, true), 0);
    let new = Arrival {
        response: response(1, false),
        credential: Credential::Invitation([7; 32]),
        campaign_revision: 1,
    };
    let stored = store_arrivals(&mut conn, &[old, new]).await.unwrap();
    assert!(
        stored.iter().all(|it| matches!(it, Stored::Refused(_))),
        "{stored:?}"
    );
    let count = "SELECT count(*) FROM arrivals";
    assert_eq!(collection.sql_now::<i64>(count).await, 0);
}

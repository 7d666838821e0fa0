//! What an older version of the program stored is read as before, and goes on.
//!
//! Each folder of `tests/databases` is named by the day of a version. It holds the database of made-up people that the
//! version wrote, and what it answered about it. A version that changes the database adds one:
//! `AFTERCARE_DATABASE_NAME=2027-01-31 cargo test --test api -- --ignored write_the_database_of_this_version`.

mod making;

use std::path::PathBuf;

use aftercare::app::audit::verify;
use aftercare::app::tallies::renew;
use aftercare::domain::server_key::ServerKey;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use aftercare::store::migrations;
use chrono::{DateTime, Utc};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::collection::{Collection, new_receipt};
use crate::support::postgres::TestDatabase;

/// The server key of these databases, which is no secret.
const KEY: &[u8; 32] = b"the people here are all made up!";
/// The password of the author in them.
const PASSWORD: &str = "a password for tests only";
/// How many responses of the first campaign are released in them: 40, of which one was withdrawn. Of the other campaigns
/// only one is, which no file shows.
const RELEASED: usize = 39;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/databases")
}

/// A server on the database of an older version, on the day on which it was written.
struct Older {
    name: String,
    app: TestApp,
    said: Value,
}

impl Older {
    async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder()).unwrap() {
            let folder = entry.unwrap().path();
            let sql = std::fs::read_to_string(folder.join("database.sql")).unwrap();
            let said = std::fs::read(folder.join("answers.json")).unwrap();
            let said: Value = serde_json::from_slice(&said).unwrap();
            let database = TestDatabase::create_empty().await;
            database.connect().await.batch_execute(&sql).await.unwrap();
            let applied = migrations::run(&database.target()).await.unwrap();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            assert!(!applied.is_empty(), "{name} is not older");
            let app = TestApp::start_with_server_key(database, *KEY).await;
            let made: DateTime<Utc> = said["made_at"].as_str().unwrap().parse().unwrap();
            app.clock.advance(made - Utc::now());
            all.push(Self { name, app, said });
        }
        assert!(all.len() >= 2);
        all
    }

    fn said(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap()
    }

    async fn own(&self, response: &Value) -> Answer {
        let campaign = response["campaign"].as_str().unwrap();
        let path = format!("/v1/campaigns/{campaign}/responses/own");
        let call = self.app.client().get(&path);
        call.header("receipt", response["receipt"].as_str().unwrap())
            .send()
            .await
    }

    /// Sends a new response.
    async fn send(&self, campaign: &str, credential: (&str, &str)) -> Answer {
        let answers = json!({"group": "c", "meals": "none", "distress": 0});
        let body = json!({"form_version": 1, "language": "en", "answers": answers});
        let path = format!("/v1/campaigns/{campaign}/responses");
        let call = self
            .app
            .client()
            .post(&path)
            .header("receipt", &new_receipt());
        let call = call.header(credential.0, credential.1);
        call.json(&body).send().await
    }

    /// The same with staff of a newer day.
    async fn collection(self) -> Collection {
        let roles = [Role::Author, Role::Coordinator, Role::Analyst];
        let staff = self.app.with_roles(&roles).await;
        let (app, form) = (self.app, "every-kind".to_owned());
        Collection { app, staff, form }
    }
}

/// Whether everything that was said is still said. New fields may have come.
fn still(said: &Value, now: &Value) -> bool {
    match (said, now) {
        (Value::Object(said), Value::Object(now)) => said
            .iter()
            .all(|(key, value)| now.get(key).is_some_and(|now| still(value, now))),
        (Value::Array(said), Value::Array(now)) => {
            said.len() == now.len() && said.iter().zip(now).all(|(said, now)| still(said, now))
        }
        _ => said == now,
    }
}

#[tokio::test]
async fn everybody_reads_the_own_response_of_an_older_version_as_before() {
    for older in Older::all().await {
        let own = older.said["own"].as_array().unwrap();
        assert!(own.len() == 17, "{}", older.name);
        for response in own {
            let now = older.own(response).await.expect(200).json();
            assert!(
                still(&response["reply"], &now),
                "{}: {response:#} {now:#}",
                older.name
            );
        }
        let gone = older.own(&older.said["withdrawn"]).await;
        gone.expect_problem(Code::ResponseWithdrawn);
    }
}

#[tokio::test]
async fn a_form_that_an_older_version_published_says_the_same() {
    for older in Older::all().await {
        let path = "/v1/forms/every-kind/versions/1";
        let now = older.app.client().get(path).send().await.expect(200).json();
        let said = &older.said["version"];
        assert!(still(said, &now), "{}: {said:#} {now:#}", older.name);
    }
}

#[tokio::test]
async fn credentials_of_an_older_version_are_good_once_more_or_never_again() {
    for older in Older::all().await {
        let (used, unused) = (
            older.said("used_invitation"),
            older.said("unused_invitation"),
        );
        let again = older.send("by-code", ("invitation", used)).await;
        again.expect_problem(Code::InvitationUsed);
        older
            .send("by-code", ("invitation", unused))
            .await
            .expect(201);
        let (spent, unspent) = (older.said("spent_pass"), older.said("unspent_pass"));
        let again = older.send("by-pass", ("authorization", spent)).await;
        again.expect_problem(Code::PassSpent);
        older
            .send("by-pass", ("authorization", unspent))
            .await
            .expect(201);
        let login = json!({"email": "author@clinic.example", "password": PASSWORD});
        let call = older.app.client().post("/v1/sessions").json(&login);
        call.send().await.expect(201);
    }
}

#[tokio::test]
async fn responses_of_an_older_version_are_exported_withdrawn_and_released_with_new_ones() {
    for older in Older::all().await {
        let name = older.name.clone();
        let withdrawn = older.said["own"][0].clone();
        let collection = older.collection().await;
        let rows = async || {
            let path = "/v1/forms/every-kind/responses.ndjson";
            let file = collection.staff.client.get(path).send().await;
            file.expect(200).text().lines().count()
        };
        assert_eq!(rows().await, RELEASED, "{name}");
        let path = "/v1/campaigns/test-campaign/responses/own";
        let call = collection.app.client().delete(path);
        let receipt = withdrawn["receipt"].as_str().unwrap();
        call.header("receipt", receipt).send().await.expect(204);
        assert_eq!(rows().await, RELEASED - 1, "{name}");
        collection
            .run("UPDATE campaigns SET release_size = 3, revision = revision + 1 WHERE key = 'waiting'")
            .await;
        let released: i64 = collection.sql("SELECT count(*) FROM responses").await;
        assert_eq!(
            usize::try_from(released).unwrap(),
            RELEASED - 1 + 2 + 3,
            "{name}"
        );
    }
}

#[tokio::test]
async fn figures_count_what_an_older_version_released() {
    for older in Older::all().await {
        let name = older.name.clone();
        let collection = older.collection().await;
        let figures = async |more: &str| {
            let path = format!("/v1/forms/every-kind/statistics?of=meals&by=campaign{more}");
            let figures = collection.staff.client.get(&path).send().await;
            figures.expect(200).json()
        };
        // A filter that leaves nothing out lets each response be counted.
        let counted = figures("&from_week=1990-W01").await;
        assert_eq!(figures("").await, counted, "{name}");
        while renew(&collection.app.state.app).await.unwrap() > 0 {}
        assert_eq!(figures("").await, counted, "{name}, once tallies are built");
        assert!(
            counted["groups"][0]["responses"].as_u64().unwrap() > 5,
            "{name}: {counted}"
        );
    }
}

#[tokio::test]
async fn the_audit_and_the_remarks_of_an_older_version_are_whole() {
    for older in Older::all().await {
        let name = older.name.clone();
        let admin = older.app.with_staff(Role::Admin).await.client;
        let audit = admin
            .get("/v1/audit?limit=200")
            .send()
            .await
            .expect(200)
            .json();
        assert!(
            audit["items"].as_array().unwrap().len() >= 8,
            "{name}: {audit}"
        );
        let mut conn = older.app.connect().await;
        let key = ServerKey::new(*KEY);
        let verified = verify(&mut conn, &[key], None, |_, _| ()).await;
        verified.unwrap_or_else(|error| panic!("{name}: {error}"));
        let collection = older.collection().await;
        let states: String = collection
            .sql_now("SELECT string_agg(state, ' ' ORDER BY state) FROM remarks")
            .await;
        assert_eq!(states, "cleared pending withheld", "{name}");
        let remarks = collection
            .staff
            .client
            .get("/v1/remarks?state=all")
            .send()
            .await;
        let remarks = remarks.expect(200).json();
        let mut texts: Vec<_> = remarks["items"].as_array().unwrap().iter().collect();
        texts.sort_by_key(|remark| remark["text"].as_str().unwrap().to_owned());
        let texts: Vec<_> = texts.iter().map(|remark| &remark["text"]).collect();
        assert_eq!(texts, ["Story 0.", "Story 1.", "Story 2."], "{name}");
    }
}

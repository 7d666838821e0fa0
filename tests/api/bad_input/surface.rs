//! Every operation of the OpenAPI document with a good request, ready to be spoiled.

use std::sync::atomic::{AtomicU64, Ordering};

use aftercare::domain::ids::{SessionId, StaffId};
use aftercare::domain::staff::role::Role;
use aftercare::domain::staff::session_policy::SESSION_LIFETIME;
use aftercare::http::auth::token;
use aftercare::store::sessions;
use aftercare::store::sessions::NewSession;
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::LoggedIn;
use crate::support::client::{Answer, Call, Client};
use crate::support::collection::{Collection, OWN, draft, new_receipt, publish};
use crate::support::document::request_example;

/// How many requests are under way at once.
const AT_ONCE: usize = 4;

/// A form with a published version, an open campaign, a stored response, and staff who may do all.
pub struct Surface {
    pub collection: Collection,
    pub operations: Vec<Operation>,
    staff: LoggedIn,
    database: tokio_postgres::Client,
    receipt: String,
    kept: Value,
}

/// An operation, and a request to it that would succeed.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// With a name in braces for each parameter.
    pub template: String,
    /// With every parameter filled in.
    pub path: String,
    /// A good body, if it takes one.
    pub body: Option<Value>,
    /// Whether it lists pages.
    pub has_pages: bool,
    pub needs_receipt: bool,
    if_match: Option<&'static str>,
}

impl Surface {
    pub async fn start() -> Self {
        let collection = Collection::start().await;
        let app = &collection.app;
        let staff = app.with_roles(Role::ALL).await;
        let document: Value = serde_json::from_slice(app.state.api.json()).unwrap();
        // A second form and campaign are there to be retired, closed and overwritten.
        let victim = document["components"]["schemas"]["FormDefinition"]["example"].clone();
        publish(&staff.client, &victim).await;
        draft(&staff.client, &victim).await.expect(200);
        let window = json!({
            "key": "victim", "form": victim["key"], "title": {"en": "Victim"},
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2036-01-01T00:00:00Z",
        });
        let campaign = staff.client.post("/v1/campaigns").json(&window);
        campaign.send().await.expect(201);
        // A third one for invitations, since it must stay open.
        let guests = json!({
            "key": "guests", "form": victim["key"], "title": {"en": "Guests"}, "access": "code",
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2036-01-01T00:00:00Z",
        });
        let campaign = staff.client.post("/v1/campaigns").json(&guests);
        campaign.send().await.expect(201);
        let batch = staff.client.post("/v1/campaigns/guests/invitations");
        let batch = batch.json(&json!({"count": 1})).send().await.expect(201);
        let batch = batch.json()["batch"].as_str().unwrap().to_owned();
        let other = app.with_staff(Role::Analyst).await;
        let key = json!({"label": "Victim", "role": "analyst"});
        let key = staff.client.post("/v1/api-keys").json(&key);
        let key = key.send().await.expect(201).json()["id"].clone();
        let session = open_session(app, &staff).await.0;
        let ids = [
            ("{id}", &*other.id.to_string()),
            ("{batch}", &*batch),
            ("{api_key}", key.as_str().unwrap()),
            ("{session}", &*session.to_string()),
        ];
        let mut operations = operations(&document, ids);
        let receipt = new_receipt();
        let answers = json!({
            "group": "b", "meals": "much", "distress": 8, "exact": 5, "story": "Kept.", "urgent": "Kept too.",
        });
        collection.send(&receipt, &answers).await.expect(201);
        // And a remark of another response, to be edited down. So many are enough for an export.
        let victim =
            json!({"group": "a", "meals": "none", "distress": 0, "exact": 0, "story": "Victim."});
        let other = json!({"group": "a", "meals": "none", "distress": 0, "exact": 0});
        for answers in [&victim, &other, &other, &other, &other] {
            let sent = collection.send(&new_receipt(), answers).await;
            sent.expect(201);
        }
        let remark = "SELECT id::text FROM remarks WHERE text = 'Victim.'";
        let remark: String = collection.sql(remark).await;
        for operation in &mut operations {
            operation.path = operation.path.replace("{remark}", &remark);
        }
        let (database, connection) =
            tokio_postgres::connect(&app.database.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
        tokio::spawn(connection);
        let mut surface = Self {
            collection,
            operations,
            staff,
            database,
            receipt,
            kept: Value::Null,
        };
        surface.kept = surface.own().await;
        surface
    }

    pub fn app(&self) -> &TestApp {
        &self.collection.app
    }

    /// Operations that take a body.
    pub fn with_body(&self) -> impl Iterator<Item = (&Operation, &Value)> {
        let operations = self.operations.iter();
        operations.filter_map(|operation| Some((operation, operation.body.as_ref()?)))
    }

    /// A client who may do everything.
    pub async fn client(&self, operation: &Operation) -> Client {
        if operation.id != "delete_session" {
            return self.staff.client.clone();
        }
        // Logging out would spoil the token for the rest.
        let app = self.app();
        let session = open_session(app, &self.staff).await;
        let key = &app.state.app.keys.signing;
        let now = aftercare::clock::Clock::now(&app.clock);
        let token = token::issue(key, StaffId(self.staff.id), session, now).unwrap();
        app.client().with_token(&token)
    }

    /// The call at another address, still without a body.
    pub async fn call_at(&self, operation: &Operation, path: &str) -> Call {
        let client = self.client(operation).await;
        let mut call = client.call(operation.method.clone(), path);
        if operation.needs_receipt {
            call = call.header("receipt", &new_receipt());
        }
        if let Some(tag) = operation.if_match {
            call = call.header("if-match", tag);
        }
        call
    }

    /// The call without a body.
    pub async fn call(&self, operation: &Operation) -> Call {
        self.call_at(operation, &operation.path).await
    }

    /// The call with its good body, if it takes one.
    pub async fn good(&self, operation: &Operation) -> Call {
        let call = self.call(operation).await;
        match &operation.body {
            Some(body) => call.json(&fresh(body)),
            None => call,
        }
    }

    /// Sends what must be refused, and must change nothing.
    pub async fn refuse(&self, what: &str, calls: Vec<(String, Call)>) -> usize {
        let before = self.counts().await;
        let answers = send(calls).await;
        for (to, answer) in &answers {
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{what} to {to}: {answer:?}");
        }
        assert_eq!(self.counts().await, before, "{what} changed a table");
        self.is_well(what).await;
        answers.len()
    }

    /// Sends what may be refused or not. The client sees to it that nothing fails.
    pub async fn survive(&self, what: &str, calls: Vec<(String, Call)>) -> usize {
        let answers = send(calls).await;
        self.is_well(what).await;
        answers.len()
    }

    /// Whether a good request is answered, with what was there before.
    pub async fn is_well(&self, what: &str) {
        assert_eq!(self.own().await, self.kept, "after {what}");
    }

    async fn own(&self) -> Value {
        let call = self.app().client().get(OWN);
        let call = call.header("receipt", &self.receipt);
        call.send().await.expect(200).json()
    }

    /// How many rows each table has.
    pub async fn counts(&self) -> String {
        let tables = [
            "staff",
            "api_keys",
            "forms",
            "form_drafts",
            "form_versions",
            "campaigns",
            "tombstones",
            "audit_entries",
            "invitation_batches",
            "invitations",
        ];
        let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})"));
        // Arrivals may be released at any moment, so they count together with what they become.
        let query = format!(
            "SELECT concat_ws(' ', {}, \
               (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses), \
               (SELECT count(*) FROM remarks) \
                 + (SELECT coalesce(sum(jsonb_array_length(remarks)), 0) FROM arrivals))",
            counts.join(", ")
        );
        self.database.query_one(&query, &[]).await.unwrap().get(0)
    }
}

async fn send(calls: Vec<(String, Call)>) -> Vec<(String, Answer)> {
    let sent = calls
        .into_iter()
        .map(|(to, call)| async move { (to, call.send().await) });
    futures_util::stream::iter(sent)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

/// A good body under a name that is not taken yet.
pub fn fresh(body: &Value) -> Value {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut body = body.clone();
    if body.get("key").is_some_and(|key| key == NEW) {
        body["key"] = json!(format!("{NEW}-{number}"));
    }
    if body.get("email").is_some_and(|email| email == NEW_EMAIL) {
        body["email"] = json!(format!("new-{number}@clinic.example"));
    }
    body
}

const NEW: &str = "new";
const NEW_EMAIL: &str = "new@clinic.example";

/// One more session of an account.
async fn open_session(app: &TestApp, staff: &LoggedIn) -> SessionId {
    let session = SessionId(aftercare::random::uuid().unwrap());
    let new = NewSession {
        id: session,
        staff_id: StaffId(staff.id),
        token_hash: aftercare::random::bytes().unwrap(),
        lifetime: SESSION_LIFETIME,
    };
    let now = aftercare::clock::Clock::now(&app.clock);
    let mut conn = app.connect().await;
    sessions::open(&mut conn, new, now).await.unwrap();
    session
}

fn operations(document: &Value, ids: [(&str, &str); 4]) -> Vec<Operation> {
    let mut found = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let example = request_example(document, operation);
            found.push(read(template, method, operation, example, ids));
        }
    }
    assert!(found.len() >= 28, "{found:?}");
    found
}

fn read(
    template: &str,
    method: &str,
    operation: &Value,
    example: Option<Value>,
    ids: [(&str, &str); 4],
) -> Operation {
    let id = operation["operationId"].as_str().unwrap().to_owned();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let has = |wanted: &str| parameters.clone().any(|one| one["name"] == wanted);
    let changes_campaign = method != "get" && !id.contains("response");
    let path = ids
        .into_iter()
        .fold(template.to_owned(), |path, (name, id)| {
            path.replace(name, id)
        });
    let path = path
        .replace("{version}", "1")
        .replace(
            "{campaign}",
            if id.contains("invitation") {
                "guests"
            } else if changes_campaign {
                "victim"
            } else {
                "test-campaign"
            },
        )
        .replace(
            "{form}",
            if id.contains("draft") || method != "get" {
                "sleep-after-treatment"
            } else {
                "every-kind"
            },
        );
    let query = match &*id {
        "list_form_changes" => "?from=1&to=1",
        _ => "",
    };
    Operation {
        body: example.map(|example| good_body(&id, example)),
        has_pages: has("cursor"),
        needs_receipt: has("Receipt"),
        // A stale tag keeps the draft where it is; the body is read before the tag is looked at.
        if_match: match &*id {
            "update_form_draft" | "review_remark" => Some("*"),
            "delete_form_draft" | "publish_form_draft" => Some("\"stale\""),
            _ => None,
        },
        method: method.to_uppercase().parse().unwrap(),
        template: template.to_owned(),
        path: path + query,
        id,
    }
}

/// The example of the document, with every field there is and names that exist in this test.
fn good_body(id: &str, example: Value) -> Value {
    let window = ("2026-02-04T00:00:00Z", "2036-03-04T00:00:00Z");
    match id {
        "create_response" | "correct_own_response" => json!({
            "form_version": 1, "language": "en",
            "answers": {
                "group": "b", "alone": true, "meals": "much", "help_from": ["family", "friends"],
                "distress": 8, "sleep_hours": 6, "weight": 61.25, "family_role": false, "exact": 5,
                "after": "some", "story": "Long afternoons.", "urgent": null,
            },
        }),
        "create_campaign" => json!({
            "key": NEW, "form": "sleep-after-treatment", "title": {"ko": "잠", "en": "Sleep"},
            "description": {"en": "Why"}, "opens_at": window.0, "closes_at": window.1,
        }),
        "update_campaign" => json!({
            "title": {"en": "Victim"}, "description": {"en": "Why"}, "opens_at": window.0, "closes_at": window.1,
        }),
        "create_form" => {
            let mut example = example;
            example["key"] = json!(NEW);
            example
        }
        "review_remark" => json!({"state": "pending", "text": "[…]"}),
        "create_api_key" => json!({
            "label": "New", "role": "analyst", "form": "every-kind", "lifetime_days": 1,
        }),
        "create_staff" => json!({
            "email": NEW_EMAIL, "name": "New", "roles": ["author"], "password": "correct horse battery staple",
        }),
        "update_staff" => json!({
            "name": "Victim", "roles": ["analyst"], "disabled": false, "password": "correct horse battery staple",
        }),
        _ => example,
    }
}

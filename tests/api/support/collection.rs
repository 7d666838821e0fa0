//! A published form and an open campaign, made over HTTP as staff would.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aftercare::app::tasks::release::release_on;
use aftercare::domain::form::{Source, Syntax};
use aftercare::domain::staff::role::Role;
use chrono::{TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::app::{LoggedIn, TestApp};
use super::client::{Answer, Call, Client};
use super::logs::register_secret;

/// The form with every kind of question.
pub const EVERY_KIND: &str = include_str!("../../forms/every-kind.yaml");
/// The form that ships with the program.
pub const SHIPPED: &str = include_str!("../../../forms/daily-life-after-treatment.yaml");

/// Where responses are sent to in tests.
pub const RESPONSES: &str = "/v1/campaigns/test-campaign/responses";
/// Where the own one is.
pub const OWN: &str = "/v1/campaigns/test-campaign/responses/own";

/// Where invitations are made in tests.
pub const INVITATIONS: &str = "/v1/campaigns/test-campaign/invitations";

/// Staff with the roles of authors, coordinators and analysts, a published form and an open campaign.
pub struct Collection {
    pub app: TestApp,
    pub staff: LoggedIn,
    pub form: String,
}

/// A form as a client would send it.
pub fn definition(yaml: &str) -> Value {
    let definition = Source::read(yaml, Syntax::Yaml)
        .unwrap()
        .definition()
        .unwrap();
    serde_json::to_value(definition).unwrap()
}

/// A receipt that no other test has. The log is watched for it.
pub fn new_receipt() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let receipt = format!(
        "TestReceipt-{:016x}-AbCdEfGh",
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    );
    register_secret(&receipt);
    receipt
}

impl Collection {
    /// With the form of every kind.
    pub async fn start() -> Self {
        Self::start_with(EVERY_KIND).await
    }

    /// With this form.
    pub async fn start_with(form: &str) -> Self {
        Self::start_on(TestApp::start().await, form).await
    }

    /// On an app that runs already.
    pub async fn start_on(app: TestApp, form: &str) -> Self {
        let staff = app
            .with_roles(&[Role::Author, Role::Coordinator, Role::Analyst])
            .await;
        let form = publish(&staff.client, &definition(form)).await;
        let collection = Self { app, staff, form };
        collection.open("test-campaign", -1, 30).await;
        collection
    }

    /// Opens a campaign whose window lies between these days from now. It releases responses one by one.
    pub async fn open(&self, key: &str, from: i64, to: i64) -> Value {
        self.open_with_release_size(key, from, to, 1).await
    }

    /// The same with batches of this size.
    pub async fn open_with_release_size(&self, key: &str, from: i64, to: i64, size: i32) -> Value {
        let day = |days| Utc::now() + TimeDelta::days(days);
        let body = json!({
            "key": key, "form": self.form, "title": {"en": "Test"}, "opens_at": day(from), "closes_at": day(to), "release_size": size,
            "grace_days": 0,
        });
        self.staff
            .client
            .post("/v1/campaigns")
            .json(&body)
            .send()
            .await
            .expect(201)
            .json()
    }

    /// Sets the access rule of the campaign, which has no response yet.
    pub async fn set_access(&self, access: &str) {
        let campaign = self.staff.client.patch("/v1/campaigns/test-campaign");
        let change = campaign.json(&json!({"access": access}));
        change.send().await.expect(200);
    }

    /// Makes invitations to the campaign. The log is watched for them.
    pub async fn invite(&self, count: usize) -> Vec<String> {
        let body = json!({"count": count});
        let call = self.staff.client.post(INVITATIONS).json(&body);
        let made = call.send().await.expect(201).json();
        let made = made["invitations"].as_array().unwrap().iter();
        let made: Vec<String> = made.map(|it| it.as_str().unwrap().to_owned()).collect();
        for invitation in &made {
            register_secret(invitation);
            register_secret(&invitation.replace('-', ""));
        }
        made
    }

    /// A response to be sent, with this receipt.
    pub fn response(&self, receipt: &str, answers: &Value) -> Call {
        let body = json!({"form_version": 1, "language": "en", "answers": answers});
        self.app
            .client()
            .post(RESPONSES)
            .header("receipt", receipt)
            .json(&body)
    }

    /// Sends a response.
    pub async fn send(&self, receipt: &str, answers: &Value) -> Answer {
        self.response(receipt, answers).send().await
    }

    /// Releases what is ripe, as the server does in the background.
    pub async fn release(&self) -> usize {
        // What the server's own releaser is moving at this moment is passed over. Remarks come after the responses.
        let ripe = "SELECT (SELECT count(*) FROM (SELECT FROM arrivals a JOIN campaigns c ON c.id = a.campaign_id \
                    GROUP BY c.id HAVING count(*) >= c.release_size OR c.closed_at + c.grace_days * interval '24 hours' <= now()) AS ripe) \
                    + (SELECT count(*) FROM (SELECT FROM waiting_remarks w JOIN campaigns c ON c.id = w.campaign_id \
                    GROUP BY c.id, w.question HAVING count(*) >= CASE WHEN c.release_size > 1 THEN 3 * c.release_size ELSE 1 END) AS ripe)";
        let app = &self.app.state.app;
        let (waited, mut released) = (Instant::now(), 0);
        loop {
            let mut conn = self.app.connect().await;
            released += release_on(app, &mut conn, app.now()).await.unwrap();
            let wait =
                "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 7301)) FROM campaigns";
            conn.batch_execute(wait).await.unwrap();
            if self.sql_now::<i64>(ripe).await == 0 || waited.elapsed() > Duration::from_secs(5) {
                return released;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// One cell of the first row of a query, after releasing what is ripe.
    pub async fn sql<T>(&self, query: &str) -> T
    where
        T: for<'a> tokio_postgres::types::FromSql<'a>,
    {
        self.release().await;
        self.sql_now(query).await
    }

    /// The same, with what waits still waiting.
    pub async fn sql_now<T>(&self, query: &str) -> T
    where
        T: for<'a> tokio_postgres::types::FromSql<'a>,
    {
        let (client, connection) =
            tokio_postgres::connect(&self.app.database.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
        tokio::spawn(connection);
        client.query_one(query, &[]).await.unwrap().get(0)
    }

    /// Runs statements that give nothing.
    pub async fn run(&self, statements: &str) {
        let (client, connection) =
            tokio_postgres::connect(&self.app.database.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
        tokio::spawn(connection);
        client.batch_execute(statements).await.unwrap();
    }

    /// The same for a cell that holds JSON as text.
    pub async fn json_row(&self, query: &str) -> Value {
        serde_json::from_str(&self.sql::<String>(query).await).unwrap()
    }
}

/// Creates and publishes a form; gives its key.
pub async fn publish(client: &Client, definition: &Value) -> String {
    let key = definition["key"].as_str().unwrap().to_owned();
    client
        .post("/v1/forms")
        .json(definition)
        .send()
        .await
        .expect(201);
    publish_draft(client, &key, &json!({})).await.expect(201);
    key
}

/// Publishes the draft of a form.
pub async fn publish_draft(client: &Client, key: &str, body: &Value) -> Answer {
    client
        .post(&format!("/v1/forms/{key}/draft/publish"))
        .json(body)
        .send()
        .await
}

/// Begins a new draft where there is none.
pub async fn draft(client: &Client, definition: &Value) -> Answer {
    let key = definition["key"].as_str().unwrap();
    let call = client
        .put(&format!("/v1/forms/{key}/draft"))
        .header("if-none-match", "*");
    call.json(definition).send().await
}

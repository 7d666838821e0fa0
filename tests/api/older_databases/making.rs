//! Writes the database of this version of the program, for the tests of later ones.

use std::path::Path;
use std::process::Command;

use aftercare::domain::staff::role::Role;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::{KEY, PASSWORD, folder};
use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::collection::{Collection, EVERY_KIND, new_receipt};
use crate::support::pass_client::PassClient;
use crate::support::postgres::{TestDatabase, bin_dir};

/// Opens a campaign with this access rule. It releases its responses in batches of this size.
async fn open(staff: &Client, key: &str, access: &str, size: i32) -> Value {
    let now = Utc::now();
    let body = json!({
        "key": key, "form": "every-kind", "title": {"en": "Test"}, "access": access, "release_size": size,
        "opens_at": now - TimeDelta::days(1), "closes_at": now + TimeDelta::days(30),
    });
    let made = staff.post("/v1/campaigns").json(&body).send().await;
    made.expect(201).json()
}

async fn invite(staff: &Client, campaign: &str, count: usize) -> Vec<String> {
    let path = format!("/v1/campaigns/{campaign}/invitations");
    let call = staff.post(&path).json(&json!({"count": count})).send();
    let made = call.await.expect(201).json()["invitations"].clone();
    serde_json::from_value(made).unwrap()
}

fn response(number: usize, story: Option<&str>) -> Value {
    // People of group c are asked less.
    let mut answers = json!({"group": "c", "meals": "none", "distress": 0});
    if number.is_multiple_of(2) || story.is_some() {
        answers = json!({"group": "a", "meals": "some", "distress": 3, "exact": number % 4});
    }
    if let Some(story) = story {
        answers["story"] = story.into();
    }
    json!({"form_version": 1, "language": "en", "answers": answers})
}

/// Sends a response with a credential, and gives what its receipt reads afterwards.
async fn send(client: &Client, campaign: &str, body: &Value, credential: (&str, &str)) -> Value {
    let receipt = new_receipt();
    let call = client.post(&format!("/v1/campaigns/{campaign}/responses"));
    let call = call.header("receipt", &receipt).json(body);
    let call = match credential {
        ("", _) => call,
        (name, value) => call.header(name, value),
    };
    call.send().await.expect(201);
    json!({"campaign": campaign, "receipt": receipt})
}

/// A pass for a new invitation.
async fn pass(staff: &Client, client: &Client, passes: &PassClient) -> String {
    let invitation = invite(staff, "by-pass", 1).await.remove(0);
    let blinded = passes.blind();
    let call = client.post("/v1/campaigns/by-pass/passes");
    let call = call.header("invitation", &invitation);
    let request = blinded.request.clone();
    let answer = call
        .raw("application/private-token-request", request)
        .send();
    passes.unblind(&blinded, &answer.await.expect(200).body)
}

/// `AFTERCARE_DATABASE_NAME` names it: the day of the version.
#[tokio::test]
#[ignore = "not a test: it writes a database for the tests of later versions"]
async fn write_the_database_of_this_version() {
    let name = std::env::var("AFTERCARE_DATABASE_NAME").expect("AFTERCARE_DATABASE_NAME");
    let app = TestApp::start_with_server_key(TestDatabase::create().await, *KEY).await;
    app.with_password("author@clinic.example", PASSWORD, &[Role::Author])
        .await;
    let collection = Collection::start_on(app, EVERY_KIND).await;
    let (staff, client) = (&collection.staff.client, &collection.app.client());
    open(staff, "waiting", "open", 50).await;
    open(staff, "by-code", "code", 1).await;
    let passes = PassClient::of(&open(staff, "by-pass", "pass", 1).await["pass"]);

    let mut own = Vec::new();
    for number in 0..40 {
        let story = (number < 3).then(|| format!("Story {number}."));
        let body = response(number, story.as_deref());
        own.push(send(client, "test-campaign", &body, ("", "")).await);
    }
    for number in 0..3 {
        let body = response(number, Some("It waits."));
        own.push(send(client, "waiting", &body, ("", "")).await);
    }
    let mut invitations = invite(staff, "by-code", 2).await;
    let used = invitations.remove(0);
    own.push(send(client, "by-code", &response(0, None), ("invitation", &used)).await);
    let spent = pass(staff, client, &passes).await;
    own.push(
        send(
            client,
            "by-pass",
            &response(1, None),
            ("authorization", &spent),
        )
        .await,
    );

    let released = "SELECT count(*) FROM responses";
    assert_eq!(collection.sql::<i64>(released).await, 42);
    for (text, state) in [("Story 0.", "cleared"), ("Story 1.", "withheld")] {
        let remarks = staff.get("/v1/remarks?state=all").send().await.expect(200);
        let remarks = remarks.json()["items"].as_array().unwrap().clone();
        let remark = remarks.into_iter().find(|it| it["text"] == text).unwrap();
        let call = staff.patch(&format!("/v1/remarks/{}", remark["id"].as_str().unwrap()));
        let call = call.header("if-match", remark["etag"].as_str().unwrap());
        call.json(&json!({"state": state})).send().await.expect(200);
    }
    let withdrawn = own.remove(39);
    // Twelve of them tell as much as all.
    own.drain(12..39);
    let receipt = withdrawn["receipt"].as_str().unwrap();
    let own_path = |campaign: &str| format!("/v1/campaigns/{campaign}/responses/own");
    let call = client
        .delete(&own_path("test-campaign"))
        .header("receipt", receipt);
    call.send().await.expect(204);
    for one in &mut own {
        let call = client.get(&own_path(one["campaign"].as_str().unwrap()));
        let read = call
            .header("receipt", one["receipt"].as_str().unwrap())
            .send();
        one["reply"] = read.await.expect(200).json();
    }
    let version = client.get("/v1/forms/every-kind/versions/1").send().await;
    let unspent = pass(staff, client, &passes).await;
    let answers = json!({
        "made_at": Utc::now(), "own": own, "withdrawn": withdrawn, "version": version.expect(200).json(),
        "used_invitation": used, "unused_invitation": invitations[0],
        "spent_pass": spent, "unspent_pass": unspent,
    });
    collection.app.stop(true).await.unwrap();
    write(
        &folder().join(name),
        &collection.app.database.url(),
        &answers,
    );
}

fn write(folder: &Path, database: &str, answers: &Value) {
    let dump = Command::new(bin_dir().join("pg_dump"))
        .args(["--inserts", "--no-owner", "--no-privileges", database])
        .output()
        .unwrap();
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    let dump = String::from_utf8(dump.stdout).unwrap();
    // Newer releases of pg_dump add commands of psql. Comments name the version of Postgres.
    let kept = dump
        .lines()
        .filter(|line| !line.starts_with('\\') && !line.starts_with("--"));
    let kept = kept.filter(|line| !line.is_empty() && !line.starts_with("SET transaction_timeout"));
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(
        folder.join("database.sql"),
        kept.collect::<Vec<_>>().join("\n") + "\n",
    )
    .unwrap();
    let answers = serde_json::to_string_pretty(answers).unwrap() + "\n";
    std::fs::write(folder.join("answers.json"), answers).unwrap();
}

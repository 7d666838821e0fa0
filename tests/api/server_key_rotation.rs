//! Going over to another server key, over two servers: whatever key a receipt arrived under, there is one response of it.

use std::fs;
use std::process::Output;

use futures_util::future::join_all;
use reqwest::{Client, Method, RequestBuilder, Response};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::cli::{Place, Serving, printed, refused};
use crate::support::collection::new_receipt;

const EMAIL: &str = "ann@clinic.example";
const FORM: &str = "forms/daily-life-after-treatment.yaml";

/// Two servers on one database, each with a copy of its own of the keys. Commands are run where the first one is.
struct Two {
    first: Place,
    second: Place,
    http: Client,
    password: String,
}

impl Two {
    async fn start() -> Self {
        let (first, second) = (Place::migrated().await, Place::migrated().await);
        drop(first.serve(&[]));
        let mut add = vec!["staff", "add", EMAIL];
        for role in ["admin", "author", "coordinator", "analyst"] {
            add.extend(["--role", role]);
        }
        let password = printed(&first.run(&add)).trim().to_owned();
        printed(&first.run(&["form", "publish", FORM]));
        fs::create_dir_all(second.data_dir.join("keys")).unwrap();
        let two = Self {
            first,
            second,
            http: Client::new(),
            password,
        };
        two.copy("server.key");
        two.copy("signing.pem");
        two
    }

    /// As an operator does after each step.
    fn copy(&self, name: &str) {
        let [from, to] = [&self.first, &self.second].map(|it| it.data_dir.join("keys").join(name));
        fs::copy(from, to).unwrap();
    }

    fn rotate(&self, arguments: &[&str]) -> Output {
        self.first.run(&[&["server-key"], arguments].concat())
    }

    /// The ids of the keys by what they are for.
    fn key(&self, state: &str) -> String {
        let listed = printed(&self.rotate(&["list"]));
        let line = listed
            .lines()
            .find(|line| line.contains(&format!("\t{state}\t")));
        line.unwrap().split('\t').next().unwrap().to_owned()
    }

    fn serve_first(&self) -> Serving {
        self.first.serve(&[])
    }

    fn serve_second(&self) -> Serving {
        let mut command = self.second.command(&["serve"]);
        command.env("DATABASE_URL", self.first.url());
        Serving::start(command)
    }

    fn second_is_refused(&self) -> String {
        let mut command = self.second.command(&["serve"]);
        refused(
            &command
                .env("DATABASE_URL", self.first.url())
                .output()
                .unwrap(),
        )
    }

    async fn token(&self, serving: &Serving) -> String {
        let login = json!({"email": EMAIL, "password": self.password});
        let call = self.http.post(format!("{}/v1/sessions", serving.address));
        let session = body(call.json(&login).send().await.unwrap(), 201).await;
        session["access_token"].as_str().unwrap().to_owned()
    }

    async fn create(&self, serving: &Serving, key: &str, more: Value) -> Response {
        let mut campaign = json!({
            "key": key, "form": "daily-life-after-treatment", "title": {"en": "Spring", "ko": "봄"},
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2090-01-01T00:00:00Z",
        });
        campaign
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let call = self.http.post(format!("{}/v1/campaigns", serving.address));
        let call = call.bearer_auth(self.token(serving).await);
        call.json(&campaign).send().await.unwrap()
    }

    async fn invitations(&self, serving: &Serving, campaign: &str, count: usize) -> Vec<String> {
        let path = format!("{}/v1/campaigns/{campaign}/invitations", serving.address);
        let call = self.http.post(path).bearer_auth(self.token(serving).await);
        let made = body(
            call.json(&json!({"count": count})).send().await.unwrap(),
            201,
        )
        .await;
        serde_json::from_value(made["invitations"].clone()).unwrap()
    }

    async fn export(&self, serving: &Serving) -> String {
        let form = "daily-life-after-treatment";
        let path = format!("{}/v1/forms/{form}/responses.csv", serving.address);
        let call = self.http.get(path).bearer_auth(self.token(serving).await);
        call.send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    fn send(&self, serving: &Serving, sent: &Sent) -> RequestBuilder {
        let path = format!(
            "{}/v1/campaigns/{}/responses",
            serving.address, sent.campaign
        );
        let call = self.http.post(path).header("receipt", &sent.receipt);
        let call = match &sent.invitation {
            Some(invitation) => call.header("invitation", invitation),
            None => call,
        };
        call.json(&filled(sent.distress))
    }

    fn own(&self, serving: &Serving, method: Method, sent: &Sent) -> RequestBuilder {
        let path = format!(
            "{}/v1/campaigns/{}/responses/own",
            serving.address, sent.campaign
        );
        self.http
            .request(method, path)
            .header("receipt", &sent.receipt)
    }

    /// The same response at the same time to both servers, several times: it is new once.
    async fn race(&self, servers: [&Serving; 2], sent: &Sent) {
        let calls = (0..8).map(|turn| self.send(servers[turn % 2], sent).send());
        let statuses = join_all(calls).await;
        let statuses = statuses.into_iter().map(|it| it.unwrap().status().as_u16());
        let mut statuses: Vec<u16> = statuses.collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    }

    /// Both servers know these receipts, in every way in which a receipt can be used.
    async fn know(&self, servers: [&Serving; 2], sent: &[Sent]) {
        for (sent, server) in sent
            .iter()
            .flat_map(|it| servers.map(|server| (it, server)))
        {
            let own = self.own(server, Method::GET, sent).send().await.unwrap();
            assert_eq!(body(own, 200).await["answers"]["distress"], sent.distress);
            assert_eq!(self.send(server, sent).send().await.unwrap().status(), 200);
            let other = Sent {
                distress: sent.distress + 1,
                ..sent.clone()
            };
            assert_eq!(
                self.send(server, &other).send().await.unwrap().status(),
                409
            );
        }
    }

    /// The rows of a campaign, wherever they are.
    async fn rows(&self, campaign: &str) -> i64 {
        let table = |table: &str| {
            format!(
                "(SELECT count(*) FROM {table} JOIN campaigns c ON c.id = campaign_id WHERE c.key = '{campaign}')"
            )
        };
        let tables = ["arrivals", "responses", "tombstones"].map(table);
        let sum = format!("SELECT {}", tables.join(" + "));
        self.first.count(&sum).await
    }

    async fn number_of_key(&self, campaign: &str) -> i64 {
        let query = format!("SELECT server_key::bigint FROM campaigns WHERE key = '{campaign}'");
        self.first.count(&query).await
    }

    async fn let_expire(&self, campaign: &str) {
        let until = format!(
            "UPDATE campaigns SET revision = revision + 1, closes_at = now() - interval '2 days', \
             retained_until = now() - interval '1 day' WHERE key = '{campaign}'"
        );
        self.first.execute(&until).await;
        printed(&self.first.run(&["retention"]));
    }
}

async fn body(response: Response, status: u16) -> Value {
    let got = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert_eq!(got, status, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// A response that was sent.
#[derive(Debug, Clone)]
struct Sent {
    campaign: &'static str,
    receipt: String,
    invitation: Option<String>,
    distress: i64,
}

impl Sent {
    fn to(campaign: &'static str) -> Self {
        Self {
            campaign,
            receipt: new_receipt(),
            invitation: None,
            distress: 3,
        }
    }

    fn with(campaign: &'static str, invitation: String) -> Self {
        let invitation = Some(invitation);
        Self {
            invitation,
            ..Self::to(campaign)
        }
    }
}

fn filled(distress: i64) -> Value {
    json!({
        "form_version": 1, "language": "en",
        "answers": {"cancer_type": "breast", "time_since_treatment": "years_1_to_2", "distress": distress},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_key_is_rotated_over_two_servers_and_no_receipt_notices() {
    let two = Two::start().await;
    let (mut first, mut second) = (two.serve_first(), two.serve_second());
    // The arrivals wait, so that they can be corrected.
    let waiting = json!({"release_size": 1000});
    body(two.create(&first, "before", waiting.clone()).await, 201).await;
    let invited = json!({"access": "code", "release_size": 1000});
    body(two.create(&first, "invited", invited).await, 201).await;
    let mut codes = two.invitations(&second, "invited", 20).await;
    let mut sent = Vec::new();

    for step in ["none", "place", "switch"] {
        if step != "none" {
            printed(&two.rotate(&[step]));
        }
        // One after the other is restarted. In between they have different files.
        for _ in 0..2 {
            let servers = [&first, &second];
            two.know(servers, &sent).await;
            let open = Sent::to("before");
            let code = Sent::with("invited", codes.pop().unwrap());
            for new in [open, code] {
                two.race(servers, &new).await;
                sent.push(new);
            }
            let used = Sent::with("invited", sent.last().unwrap().invitation.clone().unwrap());
            for server in servers {
                let again = two.send(server, &used).send().await.unwrap();
                assert_eq!(again.status(), 409, "an invitation that was used");
            }
            two.copy("server.key");
            second.signal(Signal::KILL);
            second = two.serve_second();
        }
        first.signal(Signal::KILL);
        first = two.serve_first();
    }
    assert_eq!(two.rows("before").await, 6);
    assert_eq!(two.rows("invited").await, 6);

    // Only new campaigns are under the new key.
    body(two.create(&second, "after", waiting).await, 201).await;
    for (campaign, number) in [("before", 1), ("invited", 1), ("after", 2)] {
        assert_eq!(two.number_of_key(campaign).await, number);
    }
    let servers = [&first, &second];
    let after = Sent::to("after");
    two.race(servers, &after).await;
    two.know(servers, std::slice::from_ref(&after)).await;
    assert_eq!(two.rows("after").await, 1);

    // A correction and a withdrawal hold on both servers, and for late retries.
    for (corrected, withdrawn) in [
        (sent[0].clone(), sent[2].clone()),
        (after, Sent::to("after")),
    ] {
        let _ = two.send(&first, &withdrawn).send().await.unwrap();
        let rows = two.rows(corrected.campaign).await;
        let put = two.own(&second, Method::PUT, &corrected).json(&filled(7));
        assert_eq!(
            body(put.send().await.unwrap(), 200).await["form_version"],
            1
        );
        let corrected = Sent {
            distress: 7,
            ..corrected
        };
        two.know(servers, &[corrected]).await;
        let gone = two
            .own(&first, Method::DELETE, &withdrawn)
            .send()
            .await
            .unwrap();
        assert_eq!(gone.status(), 204);
        for server in servers {
            assert_eq!(
                two.send(server, &withdrawn).send().await.unwrap().status(),
                410
            );
            let own = two
                .own(server, Method::GET, &withdrawn)
                .send()
                .await
                .unwrap();
            assert_eq!(own.status(), 410);
        }
        assert_eq!(
            two.rows(withdrawn.campaign).await,
            rows,
            "a tombstone for a response"
        );
    }

    // What was withdrawn is replaced once, by the admission that it had.
    let withdrawn = &sent[1];
    let gone = two
        .own(&second, Method::DELETE, withdrawn)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), 204);
    let replace = |server| {
        let call = two.send(server, &Sent::to("invited"));
        call.header("replaces", &withdrawn.receipt).send()
    };
    let replaced = join_all([replace(&first), replace(&second)]).await;
    let mut statuses = replaced.into_iter().map(|it| it.unwrap().status().as_u16());
    assert_eq!(statuses.by_ref().filter(|it| *it == 201).count(), 1);
    assert_eq!(two.rows("invited").await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_that_are_sent_while_the_key_is_switched_and_servers_are_killed_are_stored_once()
{
    let two = Two::start().await;
    printed(&two.rotate(&["place"]));
    two.copy("server.key");
    let (first, second) = (two.serve_first(), two.serve_second());
    body(two.create(&first, "before", json!({})).await, 201).await;
    let sent: Vec<Sent> = (0..60).map(|_| Sent::to("before")).collect();
    let rounds = async {
        for sent in &sent {
            // A server that is killed answers nothing; a retry elsewhere must find what it stored.
            let _ = join_all([
                two.send(&first, sent).send(),
                two.send(&second, sent).send(),
            ])
            .await;
        }
    };
    let switch = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let command = two.first.command(&["server-key", "switch"]).spawn();
        second.signal(Signal::KILL);
        // Made while the key is switched: under the one or the other, and the same for good.
        let made = two.create(&first, "between", json!({})).await;
        let mut command = command.unwrap();
        let ended = tokio::task::spawn_blocking(move || command.wait().unwrap().success());
        assert!(ended.await.unwrap());
        made
    };
    let (made, ()) = futures_util::future::join(switch, rounds).await;
    body(made, 201).await;
    drop(first);
    let (first, second) = (two.serve_first(), two.serve_second());
    for sent in &sent {
        for server in [&first, &second] {
            let again = two.send(server, sent).send().await.unwrap();
            assert!(again.status().is_success(), "{}", again.status());
        }
    }
    assert_eq!(two.rows("before").await, 60);
    let between = Sent::to("between");
    two.race([&first, &second], &between).await;
    two.know([&first, &second], &[between]).await;
    assert_eq!(two.rows("between").await, 1);
    printed(&two.first.run(&["audit", "verify"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_key_of_a_campaign_stores_nothing_of_it_and_goes_on_with_the_others() {
    let two = Two::start().await;
    let second = two.serve_second();
    body(two.create(&second, "before", json!({})).await, 201).await;
    printed(&two.rotate(&["place"]));
    let first = two.serve_first();
    printed(&two.rotate(&["switch"]));
    body(two.create(&first, "after", json!({})).await, 201).await;

    // The operator forgot to copy the file to the second server.
    let sent = Sent::to("after");
    let refused = two.send(&second, &sent).send().await.unwrap();
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(body(refused, 503).await["code"], "database_unavailable");
    for method in [Method::GET, Method::DELETE] {
        let own = two.own(&second, method, &sent).send().await.unwrap();
        assert_eq!(own.status(), 503);
    }
    assert_eq!(two.create(&second, "more", json!({})).await.status(), 503);
    assert_eq!(two.rows("after").await, 0);
    let before = Sent::to("before");
    two.race([&first, &second], &before).await;
    let message = two.second_is_refused();
    assert!(message.contains(&two.key("current")), "{message}");
    second.signal(Signal::TERM);
    let log = second.end().2;
    assert!(log.contains("copy the file with all of them"), "{log}");

    two.copy("server.key");
    let second = two.serve_second();
    two.race([&first, &second], &sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_the_same_file_before_and_after_the_key_was_switched() {
    let two = Two::start().await;
    let server = two.serve_first();
    body(
        two.create(&server, "before", json!({"release_size": 5}))
            .await,
        201,
    )
    .await;
    // Four of one age are too few. Their age is masked, and that of one of the twenty others, so that they are five.
    let ages = std::iter::repeat_n("age_40_49", 20).chain(std::iter::repeat_n("age_50_59", 4));
    for (number, age) in ages.enumerate() {
        let answers = json!({
            "cancer_type": "breast", "time_since_treatment": "years_1_to_2", "age_band": age, "distress": number % 10,
        });
        let call = two
            .http
            .post(format!("{}/v1/campaigns/before/responses", server.address));
        let filled = json!({"form_version": 1, "language": "en", "answers": answers});
        let call = call.header("receipt", new_receipt()).json(&filled);
        body(call.send().await.unwrap(), 201).await;
    }
    while two.first.count("SELECT count(*) FROM responses").await < 24 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let before = two.export(&server).await;
    assert_eq!(
        before.matches("age_40_49").count(),
        19,
        "one of twenty was drawn"
    );
    assert_eq!(before, two.export(&server).await);
    printed(&two.rotate(&["place"]));
    drop(server);
    let server = two.serve_first();
    printed(&two.rotate(&["switch"]));
    body(two.create(&server, "after", json!({})).await, 201).await;
    assert_eq!(before, two.export(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_goes_when_nothing_is_under_it_and_the_audit_before_stays_proven() {
    let two = Two::start().await;
    let server = two.serve_first();
    body(two.create(&server, "before", json!({})).await, 201).await;
    let before = Sent::to("before");
    body(two.send(&server, &before).send().await.unwrap(), 201).await;
    printed(&two.rotate(&["place"]));
    two.copy("server.key");
    drop(server);
    printed(&two.rotate(&["switch"]));
    let former = two.key("former");
    let server = two.serve_second();
    body(two.create(&server, "after", json!({})).await, 201).await;
    let after = Sent::to("after");
    body(two.send(&server, &after).send().await.unwrap(), 201).await;

    let message = refused(&two.rotate(&["remove", &former]));
    assert!(
        message.contains("before") && message.contains("withdraw"),
        "{message}"
    );
    two.let_expire("before").await;
    let file = two.first.data_dir.join("keys/server.key");
    let both = fs::read_to_string(&file).unwrap();
    let listed = printed(&two.rotate(&["remove", &former]));
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(!listed.contains(&former));
    let one = fs::read_to_string(&file).unwrap();
    assert_eq!((both.lines().count(), one.lines().count()), (2, 1));
    let first = two.serve_first();
    two.know([&first, &server], std::slice::from_ref(&after))
        .await;
    for server in [&first, &server] {
        let own = two.own(server, Method::GET, &before).send().await.unwrap();
        assert_eq!(own.status(), 404);
        let again = two.send(server, &before).send().await.unwrap();
        assert_eq!(again.status(), 409, "closed");
    }
    assert_eq!(two.rows("before").await, 0);

    // With the new key alone, the entries under the former one are proven.
    let head = printed(&two.first.run(&["audit", "verify"]));
    let tamper = "ALTER TABLE audit_entries DISABLE TRIGGER USER; \
                  UPDATE audit_entries SET details = details || ' ' WHERE number = 1; \
                  ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_final";
    two.first.execute(tamper).await;
    let message = refused(&two.first.run(&["audit", "verify", "--head", head.trim()]));
    assert!(message.contains("not whole"), "{message}");

    // Killed before the file was written: the key is in it still. A start warns, and the command ends its work.
    fs::write(&file, &both).unwrap();
    let warned = two.serve_first();
    warned.signal(Signal::TERM);
    let log = warned.end().2;
    assert!(
        log.contains("was removed from the database") && log.contains(&former),
        "{log}"
    );
    printed(&two.rotate(&["remove", &former]));
    assert_eq!(fs::read_to_string(&file).unwrap(), one);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_the_rotation_out_of_turn_is_refused_and_a_placed_key_can_be_taken_away() {
    let two = Two::start().await;
    let message = refused(&two.rotate(&["switch"]));
    assert!(message.contains("`place`"), "{message}");
    let message = refused(&two.rotate(&["remove", &two.key("current")]));
    assert!(message.contains("`switch` first"), "{message}");
    let message = refused(&two.rotate(&["remove", "abcdefabcdef"]));
    assert!(message.contains("no such key"), "{message}");

    printed(&two.rotate(&["place"]));
    let next = two.key("next");
    let message = refused(&two.rotate(&["place"]));
    assert!(message.contains(&next), "{message}");
    // Placed on each machine anew instead of copied: the second server would have another next key.
    let file = two.second.data_dir.join("keys/server.key");
    let other = base64_key();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{}\n{other}\n", text.trim())).unwrap();
    let message = two.second_is_refused();
    assert!(message.contains(&next), "{message}");

    printed(&two.rotate(&["remove", &next]));
    let listed = printed(&two.rotate(&["list"]));
    assert!(
        listed.lines().count() == 1 && listed.contains("\tcurrent\t0 campaigns\t-"),
        "{listed}"
    );
    // Now the one of the second server can be the next.
    drop(two.serve_second());
    let message = refused(&two.rotate(&["switch"]));
    assert!(message.contains("not in the key file"), "{message}");
}

fn base64_key() -> String {
    use base64::Engine;
    let bytes = aftercare::random::bytes::<32>().unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_names_every_key_that_it_needs() {
    let two = Two::start().await;
    let server = two.serve_first();
    body(two.create(&server, "before", json!({})).await, 201).await;
    printed(&two.rotate(&["place"]));
    printed(&two.rotate(&["switch"]));
    drop(server);
    let out = two.first.data_dir.join("backup");
    let out = out.to_str().unwrap();
    printed(&two.first.run(&["backup", "--out", out]));
    let file = two.first.data_dir.join("keys/server.key");
    let both = fs::read_to_string(&file).unwrap();
    for place in 0..2 {
        let line = both.lines().nth(place).unwrap();
        fs::write(&file, format!("{line}\n")).unwrap();
        let output = two.first.run(&["restore", out, "--check"]);
        let message = refused(&output);
        assert!(message.contains("lacks one of them"), "{message}");
    }
    fs::write(&file, &both).unwrap();
    let read = printed(&two.first.run(&["restore", out, "--check"]));
    assert!(read.contains("audit\twhole"), "{read}");
}

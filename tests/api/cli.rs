//! The binary itself: what it prints, how it fails, how it stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use aftercare::http::app::api;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};

use crate::support::postgres::TestDatabase;

/// A place to run the binary in: a database and a data folder of its own.
pub struct Place {
    pub database: TestDatabase,
    pub data_dir: PathBuf,
}

impl Place {
    pub async fn migrated() -> Self {
        Self::on(TestDatabase::create().await)
    }

    pub async fn empty() -> Self {
        Self::on(TestDatabase::create_empty().await)
    }

    fn on(database: TestDatabase) -> Self {
        let data_dir = std::env::temp_dir().join(format!("aftercare-{}", database.name));
        Self { database, data_dir }
    }

    /// With the server key that a first start would have made.
    pub async fn started_before() -> Self {
        let place = Self::migrated().await;
        let keys = place.data_dir.join("keys");
        std::fs::create_dir_all(&keys).unwrap();
        let key = STANDARD.encode(aftercare::random::bytes::<32>().unwrap());
        std::fs::write(keys.join("server.key"), key).unwrap();
        place
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .env("DATABASE_URL", self.database.url())
            .env("AFTERCARE_DATA_DIR", &self.data_dir);
        command
    }

    /// Where its database is.
    pub fn url(&self) -> String {
        self.database.url()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs statements in its database.
    pub async fn execute(&self, statements: &str) {
        let mut conn = self.database.connect().await;
        conn.batch_execute(statements).await.unwrap();
    }

    /// The count that a query gives.
    pub async fn count(&self, query: &str) -> i64 {
        let conn = &mut self.database.connect().await;
        let count = diesel::dsl::sql::<diesel::sql_types::BigInt>(query);
        count.get_result(conn).await.unwrap()
    }

    /// The texts that a query gives.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let conn = &mut self.database.connect().await;
        let texts =
            format!("SELECT coalesce(array_agg(line), '{{}}') FROM ({query}) AS found(line)");
        let texts = diesel::dsl::sql::<diesel::sql_types::Array<diesel::sql_types::Text>>(&texts);
        texts.get_result(conn).await.unwrap()
    }

    pub fn serve(&self, arguments: &[&str]) -> Serving {
        Serving::start(self.command(&[&["serve"], arguments].concat()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("AFTERCARE_LISTEN", "127.0.0.1:0")
        .env("AFTERCARE_METRICS_LISTEN", "");
    // All clients of a test have one address.
    for limit in ["OPEN_RESPONSES", "CREDENTIALS", "RECEIPTS", "EXPORTS"] {
        command.env(format!("AFTERCARE_LIMIT_{limit}"), "off");
    }
    command
}

/// A server, killed with the test.
pub struct Serving {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    /// Reads the log all the time: a server whose log nobody reads stops when the pipe is full.
    log: Option<JoinHandle<String>>,
    pub address: String,
}

impl Serving {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(address) = line.trim().strip_prefix("listening on ").map(str::to_owned) else {
            child.wait().unwrap();
            panic!("`{line}`\n{}", log.join().unwrap());
        };
        Self {
            child,
            stdout,
            log: Some(log),
            address,
        }
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for the end; gives whether it was a success, and what else was printed and logged.
    pub fn end(mut self) -> (bool, String, String) {
        let mut out = String::new();
        self.stdout.read_to_string(&mut out).unwrap();
        let success = self.child.wait().unwrap().success();
        let log = self.log.take().unwrap().join().unwrap();
        (success, out, log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
pub fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(message.starts_with("aftercare: "), "{message}");
    assert!(message.lines().count() <= 3, "{message}");
    message
}

#[track_caller]
pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_says_one_line_when_it_is_ready_and_stops_politely() {
    use rustix::process::Signal;
    let place = Place::empty().await;
    for signal in [Signal::TERM, Signal::INT] {
        let started = Instant::now();
        let serving = place.serve(&["--migrate"]);
        eprintln!("ready after {:?}", started.elapsed());
        let ready = reqwest::get(format!("{}/health/ready", serving.address))
            .await
            .unwrap();
        assert_eq!(ready.status(), 200);
        serving.signal(signal);
        let asked = Instant::now();
        let (success, rest, _) = serving.end();
        assert!(success);
        assert_eq!(rest, "");
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_a_database_that_is_not_migrated() {
    let place = Place::empty().await;
    let message = refused(&place.run(&["serve"]));
    assert!(message.contains("aftercare migrate"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_a_database_of_another_server_key() {
    let place = Place::migrated().await;
    drop(place.serve(&[]));
    std::fs::remove_file(place.data_dir.join("keys/server.key")).unwrap();
    let message = refused(&place.run(&["serve"]));
    assert!(message.contains("another server key"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_what_cannot_work_and_says_how_to_mend_it() {
    let place = Place::migrated().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let elsewhere = "postgres://ann:hunter22@127.0.0.1:1/aftercare";
    for (name, value, expected) in [
        ("DATABASE_URL", elsewhere, "does not answer"),
        (
            "DATABASE_URL",
            "postgres://a@localhost/x?sslmode=verify-ca",
            "sslmode=verify-full",
        ),
        ("DATABASE_URL", "mysql://a@localhost/x", "DATABASE_URL"),
        ("AFTERCARE_LISTEN", &taken, "AFTERCARE_LISTEN"),
        (
            "AFTERCARE_METRICS_LISTEN",
            "nowhere",
            "AFTERCARE_METRICS_LISTEN",
        ),
        (
            "AFTERCARE_METRICS_LISTEN",
            "0.0.0.0:0",
            "AFTERCARE_METRICS_TOKEN_FILE",
        ),
        ("AFTERCARE_CORS_ORIGINS", "*", "AFTERCARE_CORS_ORIGINS"),
        (
            "AFTERCARE_PUBLIC_HOST",
            "https://a",
            "AFTERCARE_PUBLIC_HOST",
        ),
        (
            "AFTERCARE_TRUSTED_PROXIES",
            "proxy.example",
            "AFTERCARE_TRUSTED_PROXIES",
        ),
        (
            "AFTERCARE_TRUSTED_PROXIES",
            "0.0.0.0/0",
            "AFTERCARE_TRUSTED_PROXIES",
        ),
        (
            "AFTERCARE_CLIENT_ADDRESS_HEADER",
            "x-forwarded-for",
            "AFTERCARE_TRUSTED_PROXIES",
        ),
        ("AFTERCARE_LOCAL_ACCOUNTS", "off", "nobody could log in"),
        (
            "AFTERCARE_OIDC_CLIENT_ID",
            "aftercare",
            "AFTERCARE_OIDC_ISSUER is needed",
        ),
        (
            "AFTERCARE_OIDC_ISSUER",
            "https://id.example",
            "AFTERCARE_OIDC_CLIENT_ID is needed",
        ),
        (
            "AFTERCARE_LIMIT_OPEN_RESPONSES",
            "many",
            "AFTERCARE_LIMIT_OPEN_RESPONSES",
        ),
        ("AFTERCARE_LOG", "aftercare=loud", "AFTERCARE_LOG"),
        ("AFTERCARE_SIGNING_KEY_FILE", "/nonexistent", "/nonexistent"),
        ("AFTERCARE_SERVER_KEY_FILE", "/etc/hostname", "32 bytes"),
    ] {
        let message = refused(&place.command(&["serve"]).env(name, value).output().unwrap());
        assert!(message.contains(expected), "{name}={value}: {message}");
        assert!(!message.contains("hunter22"), "{message}");
    }
    let output = place
        .command(&["serve"])
        .env("AFTERCARE_LISTEN", "nonsense")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(place.run(&["dance"]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_settings_count_as_unset() {
    let place = Place::migrated().await;
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    for name in [
        "LISTEN",
        "WORKERS",
        "POOL_SIZE",
        "MAX_BODY",
        "CORS_ORIGINS",
        "PUBLIC_HOST",
        "LOG",
        "LOG_FORMAT",
        "SERVER_KEY_FILE",
    ] {
        command.env(format!("AFTERCARE_{name}"), "");
    }
    drop(Serving::start(command));
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_by_its_status_whether_a_server_is_ready() {
    let place = Place::migrated().await;
    let serving = place.serve(&[]);
    let address = serving.address.strip_prefix("http://").unwrap().to_owned();
    let health = |address: &str| command(&["health", "--listen", address]).output().unwrap();
    assert_eq!(printed(&health(&address)), "ready\n");
    drop(serving);
    assert!(refused(&health(&address)).contains("no server answers"));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_a_listener_of_their_own_and_know_routes_not_paths() {
    let place = Place::migrated().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let serving = place.serve(&["--metrics-listen", &free.to_string()]);
    let secret = "/v1/staff/4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a";
    reqwest::get(format!("{}{secret}?marker=1", serving.address))
        .await
        .unwrap();
    reqwest::get(format!("{}/health/ready", serving.address))
        .await
        .unwrap();
    let metrics = reqwest::get(format!("http://{free}/metrics"))
        .await
        .unwrap();
    assert_eq!(metrics.status(), 200);
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains(r#"route="/v1/staff/{id}""#), "{metrics}");
    assert!(
        metrics.contains(r#"aftercare_database_connections{pool="requests",state="open"} 1"#),
        "{metrics}"
    );
    for personal in ["4f9c1c1e", "marker", "127.0.0.1"] {
        assert!(!metrics.contains(personal), "{metrics}");
    }
    let hidden = reqwest::get(format!("{}/metrics", serving.address))
        .await
        .unwrap();
    assert_eq!(hidden.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_the_binary_holds_nothing_personal_even_at_trace() {
    let place = Place::migrated().await;
    let mut command = place.command(&["serve"]);
    command.env(
        "AFTERCARE_LOG",
        "trace,tokio_postgres=trace,actix_http=trace",
    );
    command.env("AFTERCARE_LOG_FORMAT", "json");
    let serving = Serving::start(command);
    let client = reqwest::Client::builder()
        .user_agent("aftercare-canary-agent")
        .build()
        .unwrap();
    let login = json!({"email": "marker@clinic.example", "password": "marker password"});
    let address = format!("{}/v1/sessions", serving.address);
    client.post(address).json(&login).send().await.unwrap();
    serving.signal(rustix::process::Signal::TERM);
    let (_, _, log) = serving.end();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines.iter().any(|line| line["route"] == "/v1/sessions"),
        "{log}"
    );
    for personal in ["marker", "canary", "127.0.0.1"] {
        assert!(!log.contains(personal), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_tells_what_it_does() {
    let place = Place::empty().await;
    let planned = printed(&place.run(&["migrate", "--dry-run"]));
    assert!(
        planned.lines().count() >= 2 && planned.contains("would run"),
        "{planned}"
    );
    let ran = printed(&place.run(&["migrate"]));
    assert_eq!(ran, planned.replace("would run", "ran"));
    assert_eq!(
        printed(&place.run(&["migrate"])),
        "the database is up to date\n"
    );
    assert!(printed(&place.run(&["migrate", "--revert"])).starts_with("undid "));
    assert_eq!(printed(&place.run(&["migrate"])).lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_makes_no_key_for_a_database_that_is_not_its_own() {
    let place = Place::migrated().await;
    let add = ["staff", "add", "ann@clinic.example", "--role", "admin"];
    assert!(refused(&place.run(&add)).contains("start the server once"));
    assert!(!place.data_dir.join("keys/server.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_add_prints_a_password_that_works() {
    let place = Place::started_before().await;
    let add = [
        "staff",
        "add",
        "Ann@clinic.example",
        "--role",
        "admin",
        "--role",
        "author",
    ];
    let password = printed(&place.run(&add));
    assert_eq!(password.lines().count(), 1);
    assert!(refused(&place.run(&add)).contains("already"));

    let serving = place.serve(&[]);
    let login = json!({"email": "ann@clinic.example", "password": password.trim()});
    let request = reqwest::Client::new().post(format!("{}/v1/sessions", serving.address));
    assert_eq!(request.json(&login).send().await.unwrap().status(), 201);

    let listed = printed(&place.run(&["staff", "list"]));
    assert_eq!(
        listed,
        "ann@clinic.example\tadmin, author\tactive\tAnn@clinic.example\n"
    );
    let last = refused(&place.run(&["staff", "disable", "ann@clinic.example"]));
    assert!(last.contains("last admin"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_for_an_emergency_logs_in_once_passwords_are_switched_on() {
    let place = Place::started_before().await;
    let add = ["staff", "add", "ann@clinic.example", "--role", "admin"];
    let provider = [
        "--local-accounts",
        "off",
        "--oidc-issuer",
        "http://localhost:1/realms/clinic",
        "--oidc-name",
        "Clinic",
        "--oidc-client-id",
        "aftercare",
        "--oidc-roles",
        "claim:groups; admin=admins",
    ];
    let serving = place.serve(&provider);
    let password = printed(&place.run(&add));
    let body = json!({"email": "ann@clinic.example", "password": password.trim()});
    let log_in = async |address: &str| {
        let call = reqwest::Client::new().post(format!("{address}/v1/sessions"));
        call.json(&body).send().await.unwrap()
    };
    let refused: Value = log_in(&serving.address).await.json().await.unwrap();
    assert_eq!(refused["code"], "passwords_off");
    let ways = reqwest::get(format!("{}/console/log-in", serving.address));
    let ways: Value = ways.await.unwrap().json().await.unwrap();
    let shown = json!({"name": "Clinic", "start": "/console/oidc/start"});
    assert_eq!(ways, json!({"password": false, "provider": shown}));
    drop(serving);
    let serving = place.serve(&["--local-accounts", "on"]);
    assert_eq!(log_in(&serving.address).await.status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_reset_password_ends_sessions_and_is_recorded() {
    let place = Place::started_before().await;
    let old = printed(&place.run(&["staff", "add", "ann@clinic.example", "--role", "admin"]));
    let serving = place.serve(&[]);
    let client = reqwest::Client::new();
    let login = |password: &str| {
        let body = json!({"email": "ann@clinic.example", "password": password});
        let call = client.post(format!("{}/v1/sessions", serving.address));
        call.json(&body).send()
    };
    let session: Value = login(old.trim()).await.unwrap().json().await.unwrap();
    let me = || {
        let call = client.get(format!("{}/v1/staff", serving.address));
        call.bearer_auth(session["access_token"].as_str().unwrap())
            .send()
    };
    assert_eq!(me().await.unwrap().status(), 200);

    let reset = ["staff", "reset-password", "Ann@clinic.example"];
    let new = printed(&place.run(&reset));
    assert_eq!(me().await.unwrap().status(), 401, "the session is ended");
    assert_eq!(login(old.trim()).await.unwrap().status(), 401);
    assert_eq!(login(new.trim()).await.unwrap().status(), 201);
    let recorded = "SELECT count(*) FROM audit_entries WHERE action = 'staff_changed' AND staff_id IS NULL \
        AND details::jsonb @> '{\"by\": \"operator\", \"password\": true}'";
    assert_eq!(place.count(recorded).await, 1);

    let given = |email: &str, password: &str| {
        let mut command = place.command(&["staff", "reset-password", email, "--password-stdin"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that does not get so far reads nothing.
        let _ = stdin.write_all(password.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let message = refused(&given("ann@clinic.example", "aaaaaaaaaaaa\n"));
    assert!(message.contains("easy to guess"), "{message}");
    assert!(refused(&given("bob@clinic.example", "x")).contains("no account"));
    assert_eq!(
        printed(&given("ann@clinic.example", "another password of mine\n")),
        ""
    );
    assert_eq!(
        login("another password of mine").await.unwrap().status(),
        201
    );
    // A password is no argument: those are listed for everybody on the machine.
    let output = place.run(&["staff", "reset-password", "ann@clinic.example", "secret"]);
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_add_takes_a_password_from_standard_input() {
    let place = Place::started_before().await;
    let add = |password: &str| {
        let arguments = [
            "staff",
            "add",
            "bob@clinic.example",
            "--role",
            "analyst",
            "--password-stdin",
        ];
        let mut command = place.command(&arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    assert!(refused(&add("short\n")).contains("12"));
    for guessable in ["aaaaaaaaaaaa", "123456789012", "bob@clinic.example"] {
        let message = refused(&add(guessable));
        assert!(message.contains("easy to guess"), "{message}");
        assert!(!message.contains("aaaa"), "{message}");
    }
    assert_eq!(printed(&add("a password of my own\n")), "");
    assert_eq!(
        printed(&place.run(&["staff", "disable", "bob@clinic.example"])),
        "disabled bob@clinic.example\n"
    );
    assert!(printed(&place.run(&["staff", "list"])).contains("disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn api_key_add_prints_a_key_that_works_until_it_is_revoked() {
    let place = Place::started_before().await;
    let account = ["staff", "add", "nightly@clinic.example", "--role", "admin"];
    printed(&place.run(&account));
    let add = |email: &str, more: &[&str]| {
        let add = ["api-key", "add", email, "--label", "Archive of the audit"];
        place.run(&[&add, more].concat())
    };
    let made = add(
        "nightly@clinic.example",
        &["--role", "admin", "--days", "30"],
    );
    let said = String::from_utf8(made.stderr.clone()).unwrap();
    let key = printed(&made);
    assert_eq!(key.lines().count(), 1);
    assert!(said.contains("nightly@clinic.example (admin)") && !said.contains(key.trim()));
    let nightly = "nightly@clinic.example";
    for (email, more, reason) in [
        ("nobody@clinic.example", ["--role", "admin"], "no account"),
        (nightly, ["--role", "analyst"], "does not have the role"),
        (
            nightly,
            ["--role=admin", "--form=none"],
            "no published form",
        ),
    ] {
        let refused = refused(&add(email, &more));
        assert!(refused.contains(reason), "{more:?}: {refused}");
    }
    let blank = ["api-key", "add", nightly, "--role=admin", "--label= "];
    assert!(refused(&place.run(&blank)).contains("not blank"));
    for misused in [
        ["--role=author", "--days=1"],
        ["--role=admin", "--days=0"],
        ["--role=admin", "--days=366"],
        ["--role=admin", "--form=No Key"],
    ] {
        let output = add(nightly, &misused);
        assert_eq!(output.status.code(), Some(2), "{misused:?}: {output:?}");
    }

    let serving = place.serve(&[]);
    let audit = async || {
        let request = reqwest::Client::new().get(format!("{}/v1/audit", serving.address));
        request.bearer_auth(key.trim()).send().await.unwrap()
    };
    let read = audit().await;
    assert_eq!(read.status(), 200);
    let read: Value = read.json().await.unwrap();
    assert_eq!(read["items"][0]["action"], "api_key_created");
    assert_eq!(read["items"][0]["details"]["by"], "operator");

    let listed = printed(&place.run(&["api-key", "list"]));
    assert_eq!(listed.lines().count(), 1);
    let cells: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!(
        cells[1..5],
        ["nightly@clinic.example", "admin", "all forms", "active"]
    );
    assert_eq!(cells[7], "Archive of the audit");
    for _ in 0..2 {
        let revoked = printed(&place.run(&["api-key", "revoke", cells[0]]));
        assert_eq!(revoked, format!("revoked {}\n", cells[0]));
    }
    assert_eq!(audit().await.status(), 401);
    assert!(printed(&place.run(&["api-key", "list"])).contains("revoked"));
    let unknown = "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a";
    assert!(refused(&place.run(&["api-key", "revoke", unknown])).contains("no API key"));
    printed(&place.run(&["staff", "add", "other@clinic.example", "--role", "admin"]));
    printed(&place.run(&["staff", "disable", "nightly@clinic.example"]));
    let disabled = refused(&add("nightly@clinic.example", &["--role", "admin"]));
    assert!(disabled.contains("is disabled"), "{disabled}");
}

#[test]
fn without_a_database_url_the_server_brings_its_own_and_others_join_it() {
    use rustix::process::Signal;
    let unique = aftercare::random::uuid().unwrap().simple().to_string();
    let data_dir = std::env::temp_dir().join(format!("aftercare-own-{unique}"));
    let run = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.env("AFTERCARE_DATA_DIR", &data_dir);
        command
    };
    let add = |email: &str| {
        printed(
            &run(&["staff", "add", email, "--role", "admin"])
                .output()
                .unwrap(),
        )
    };
    // Before any server runs, a command starts it for itself and stops it again.
    printed(&run(&["migrate"]).output().unwrap());
    add("before@clinic.example");

    let serving = Serving::start(run(&["serve"]));
    add("beside@clinic.example");
    let second = refused(&run(&["serve"]).output().unwrap());
    assert!(second.contains(&data_dir.display().to_string()), "{second}");
    serving.signal(Signal::TERM);
    assert!(serving.end().0);

    // A server that is killed leaves nothing that keeps the next one from starting.
    let serving = Serving::start(run(&["serve"]));
    serving.signal(Signal::KILL);
    serving.end();
    let serving = Serving::start(run(&["serve"]));
    let listed = printed(&run(&["staff", "list"]).output().unwrap());
    assert_eq!(listed.lines().count(), 2, "{listed}");
    serving.signal(Signal::TERM);
    assert!(serving.end().0);
    assert!(!data_dir.join("postgres/cluster/postmaster.pid").exists());
    std::fs::remove_dir_all(data_dir).unwrap();
}

#[test]
fn openapi_prints_the_document() {
    let output = command(&["openapi"]).output().unwrap();
    assert_eq!(output.stdout, api().json().to_vec());
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_scope_limits_roles_and_says_what_does_not_fit() {
    let place = Place::started_before().await;
    let email = "cora@clinic.example";
    let add = [
        "staff", "add", email, "--role", "author", "--role", "analyst",
    ];
    let refused_add = place.run(&[&add[..], &["--limit", "analyst=form:no-form"]].concat());
    assert!(refused(&refused_add).contains("there is no form no-form"));
    printed(&place.run(&[&add[..], &["--limit", "author=form:sleep"]].concat()));
    let listed = || printed(&place.run(&["staff", "list"]));
    assert!(listed().contains("author (form:sleep), analyst\t"));
    let scope = |rest: &[&str]| place.run(&[&["staff", "scope", email], rest].concat());
    for (limit, fault) in [
        ("analyst=campaign:none", "there is no campaign none"),
        ("author=campaign:none", "limited to forms only"),
        (
            "coordinator=form:sleep",
            "does not have the role coordinator",
        ),
        ("admin=form:sleep", "cannot be limited"),
    ] {
        let said = refused(&scope(&["--limit", limit]));
        assert!(said.contains(fault), "{said}");
    }
    assert!(listed().contains("author (form:sleep), analyst\t"));
    assert!(
        refused(&scope(&[])).contains("--limit ROLE=form:KEY"),
        "nothing is lifted by the way"
    );
    printed(&scope(&["--everything"]));
    assert!(listed().contains("author, analyst\t"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_options_of_a_command_stand_before_its_action_or_after_it() {
    let place = Place::started_before().await;
    let (folder, url) = (place.data_dir.display().to_string(), place.url());
    let options = ["--data-dir", &folder, "--database-url", &url];
    for words in [
        &["staff", "list"][..],
        &["api-key", "list"],
        &["server-key", "list"],
    ] {
        let (name, action) = (words[0], words[1]);
        for arguments in [
            [&[name], &options[..], &[action]].concat(),
            [&[name, action], &options[..]].concat(),
        ] {
            let mut command = command(&arguments);
            // The environment gives way to an option, wherever that stands.
            command.env("AFTERCARE_DATA_DIR", "/nonexistent/aftercare");
            let output = command.output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {output:?}");
        }
    }
}

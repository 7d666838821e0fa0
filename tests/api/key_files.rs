//! The files of keys and secrets, as the binary reads and writes them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::cli::{Place, Serving, command, printed, refused};

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_its_keys_is_refused_and_writes_nothing() {
    let place = Place::migrated().await;
    drop(place.serve(&[]));
    let keys = place.data_dir.join("keys");
    assert_eq!(files(&keys), ["server.key", "signing.pem"]);
    fs::remove_dir_all(&keys).unwrap();
    for arguments in [&["serve"][..], &["demo"]] {
        let message = refused(&place.run(arguments));
        assert!(message.contains("another server key"), "{message}");
        assert!(!keys.exists(), "{:?}", files(&keys));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_one_wrong_key_does_not_make_the_other_one() {
    let place = Place::migrated().await;
    drop(place.serve(&[]));
    let keys = place.data_dir.join("keys");
    // The right server key is away, a wrong one is there, and the signing key is missing.
    fs::remove_file(keys.join("signing.pem")).unwrap();
    let other = Place::started_before().await;
    fs::copy(
        other.data_dir.join("keys/server.key"),
        keys.join("server.key"),
    )
    .unwrap();
    mode(&keys.join("server.key"), 0o600);
    assert!(refused(&place.run(&["serve"])).contains("another server key"));
    assert_eq!(files(&keys), ["server.key"]);

    fs::write(keys.join("signing.pem"), "no key").unwrap();
    fs::remove_file(keys.join("server.key")).unwrap();
    assert!(refused(&place.run(&["serve"])).contains("PKCS #8"));
    assert_eq!(files(&keys), ["signing.pem"]);
}

#[test]
fn a_command_on_the_own_database_without_its_key_writes_nothing() {
    let unique = aftercare::random::uuid().unwrap().simple().to_string();
    let data_dir = std::env::temp_dir().join(format!("aftercare-keyless-{unique}"));
    let run = |arguments: &[&str]| {
        let mut command = command(arguments);
        command
            .env("AFTERCARE_DATA_DIR", &data_dir)
            .output()
            .unwrap()
    };
    let add = ["staff", "add", "ann@clinic.example", "--role", "admin"];
    printed(&run(&["migrate"]));
    printed(&run(&add));
    fs::remove_dir_all(data_dir.join("keys")).unwrap();
    let output = run(&add);
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("another server key"), "{message}");
    assert!(!data_dir.join("keys").exists());
    fs::remove_dir_all(data_dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_reads_the_signing_key() {
    let place = Place::migrated().await;
    drop(place.serve(&[]));
    let file = place.data_dir.join("keys/signing.pem");
    let mut openssl = Command::new("openssl");
    let Ok(output) = openssl
        .args(["pkey", "-noout", "-text", "-in"])
        .arg(&file)
        .output()
    else {
        eprintln!("skipped: openssl is not installed");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("ED25519")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_others_can_read_is_warned_of_with_the_mend() {
    let place = Place::migrated().await;
    let keys = place.data_dir.join("keys");
    let log_of_a_start = |configured: Option<&Path>| {
        let mut command = place.command(&["serve"]);
        if let Some(file) = configured {
            command.env("AFTERCARE_SIGNING_KEY_FILE", file);
        }
        let serving = Serving::start(command);
        serving.signal(Signal::TERM);
        serving.end().2
    };
    assert!(!log_of_a_start(None).contains("chmod"));
    mode(&keys.join("server.key"), 0o640);
    mode(&keys.join("signing.pem"), 0o604);
    let log = log_of_a_start(None);
    for name in ["server.key", "signing.pem"] {
        let mend = format!("chmod 600 {}", keys.join(name).display());
        assert!(log.contains(&mend), "{log}");
    }
    let configured = place.data_dir.join("configured.pem");
    fs::copy(keys.join("signing.pem"), &configured).unwrap();
    mode(&configured, 0o644);
    assert!(log_of_a_start(Some(&configured)).contains("configured.pem"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_url_of_the_database_may_stand_in_a_file() {
    let place = Place::started_before().await;
    let file = place.data_dir.join("database-url");
    fs::write(&file, place.url() + "\n").unwrap();
    let list = |url: &str, file: &Path| {
        let mut command = place.command(&["staff", "list"]);
        command
            .env("DATABASE_URL", url)
            .env("DATABASE_URL_FILE", file);
        command.output().unwrap()
    };
    // An empty variable counts as unset.
    assert_eq!(printed(&list("", &file)), "");
    let twice = refused(&list("postgres://ann:hunter22@db/x", &file));
    assert!(twice.contains("DATABASE_URL_FILE") && !twice.contains("hunter22"));
    let missing = refused(&list("", &place.data_dir.join("missing")));
    assert!(missing.contains("missing") && missing.contains("DATABASE_URL_FILE"));
    fs::write(&file, "postgres://ann:hunter22@db.example:port/x").unwrap();
    assert!(!refused(&list("", &file)).contains("hunter22"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_the_demonstration_may_stand_in_a_file() {
    let place = Place::empty().await;
    fs::create_dir_all(&place.data_dir).unwrap();
    let file = place.data_dir.join("password");
    fs::write(&file, "a password in a file\n").unwrap();
    let mut demo = place.command(&["demo"]);
    demo.env("AFTERCARE_DEMO_PASSWORD_FILE", &file);
    let serving = Serving::start(demo);
    log_in(
        &serving.address,
        "demo@aftercare.example",
        "a password in a file",
    )
    .await;
    serving.signal(Signal::TERM);
    assert!(!serving.end().2.contains("a password in a file"));
}

async fn log_in(address: &str, email: &str, password: &str) -> String {
    let login = json!({"email": email, "password": password});
    let call = reqwest::Client::new().post(format!("{address}/v1/sessions"));
    let session: Value = call
        .json(&login)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    session["access_token"].as_str().unwrap().to_owned()
}

async fn status_with(token: &str, serving: &Serving) -> u16 {
    let call = reqwest::Client::new().get(format!("{}/v1/staff", serving.address));
    call.bearer_auth(token)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

async fn key_ids(serving: &Serving) -> Vec<String> {
    let address = format!("{}/.well-known/jwks.json", serving.address);
    let jwks: Value = reqwest::get(address).await.unwrap().json().await.unwrap();
    let keys = jwks["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// Two servers on one database, each with its own copy of the keys.
struct Two {
    first: Place,
    second: Place,
    password: String,
}

impl Two {
    async fn start() -> Self {
        let (first, second) = (Place::migrated().await, Place::migrated().await);
        drop(first.serve(&[]));
        let add = ["staff", "add", "ann@clinic.example", "--role", "admin"];
        let password = printed(&first.run(&add)).trim().to_owned();
        fs::create_dir_all(second.data_dir.join("keys")).unwrap();
        let two = Self {
            first,
            second,
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

    fn step(&self, action: &str) -> String {
        printed(&self.first.run(&["signing-key", action]))
    }

    fn serve_first(&self) -> Serving {
        self.first.serve(&[])
    }

    fn serve_second(&self) -> Serving {
        let mut command = self.second.command(&["serve"]);
        command.env("DATABASE_URL", self.first.url());
        Serving::start(command)
    }

    async fn token_of(&self, serving: &Serving) -> String {
        log_in(&serving.address, "ann@clinic.example", &self.password).await
    }

    /// Each takes the tokens of the other.
    async fn understand_each_other(&self, first: &Serving, second: &Serving) {
        for (from, to) in [(first, second), (second, first)] {
            let token = self.token_of(from).await;
            for server in [from, to] {
                assert_eq!(status_with(&token, server).await, 200);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signing_key_is_rotated_over_two_servers_and_nobody_is_logged_out() {
    let two = Two::start().await;
    let (mut first, mut second) = (two.serve_first(), two.serve_second());
    let [old] = <[String; 1]>::try_from(key_ids(&first).await).unwrap();
    let of_old = two.token_of(&first).await;

    let mut listed = Vec::new();
    for action in ["place", "switch", "remove"] {
        listed = two.step(action).lines().map(str::to_owned).collect();
        // The servers are restarted one after the other. In between they have different files.
        drop(first);
        first = two.serve_first();
        two.understand_each_other(&first, &second).await;
        two.copy("signing.pem");
        drop(second);
        second = two.serve_second();
        two.understand_each_other(&first, &second).await;
        let accepted = if action == "remove" { 401 } else { 200 };
        assert_eq!(status_with(&of_old, &second).await, accepted, "{action}");
        let ids = key_ids(&second).await;
        let told = listed.iter().map(|line| line.split('\t').next().unwrap());
        assert!(told.eq(ids.iter()), "{listed:?} {ids:?}");
        assert_eq!(ids.first() == Some(&old), action == "place", "who signs");
        assert_eq!(ids.len(), if action == "remove" { 1 } else { 2 });
    }
    let [line] = <[String; 1]>::try_from(listed).unwrap();
    assert!(line.ends_with("\tsigns") && !line.starts_with(&old));
    assert_eq!(two.step("list").trim_end(), line);
    for action in ["switch", "remove"] {
        let message = refused(&two.first.run(&["signing-key", action]));
        assert!(message.contains("`place`"), "{message}");
    }
}

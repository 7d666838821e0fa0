//! Backups: what is in one, what is restored from it, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::cli::{Place, Serving, command, printed};
use crate::support::collection::new_receipt;

mod contents;
mod embedded;
mod refusals;
mod rights;
mod whole;

const RESPONSES: &str = "v1/campaigns/world-cancer-day-2027/responses";

/// A folder that is removed with the value.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let unique = aftercare::random::uuid().unwrap().simple().to_string();
        let path = std::env::temp_dir().join(format!("aftercare-backup-test-{unique}"));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn files(&self) -> Vec<String> {
        files(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn demo(mut command: Command) -> Serving {
    command.env("AFTERCARE_DEMO_PASSWORD", "a password for the test");
    Serving::start(command)
}

/// A demonstration with this many responses, all released, which does not run any more.
pub async fn filled(responses: u64) -> Place {
    let place = Place::empty().await;
    let number = responses.to_string();
    let serving = demo(place.command(&["demo", "--responses", &number]));
    let released = "SELECT count(*) FROM responses";
    while place.count(released).await < responses.cast_signed() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    drop(serving);
    place
}

/// A backup of this place.
pub fn backed_up(place: &Place, folder: &Folder) -> PathBuf {
    let out = folder.0.display().to_string();
    let said = printed(&place.run(&["backup", "--out", &out]));
    PathBuf::from(said.trim())
}

pub fn manifest(backup: &Path) -> Value {
    serde_json::from_slice(&fs::read(backup.join("manifest.json")).unwrap()).unwrap()
}

/// Restores into the database of this place.
pub fn restore(place: &Place, backup: &Path) -> Output {
    place.run(&["restore", &backup.display().to_string()])
}

/// Puts the server key of one place into another.
pub fn hand_over_key(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("keys")).unwrap();
    fs::copy(from.join("keys/server.key"), to.join("keys/server.key")).unwrap();
}

/// The error that a command ended with.
#[track_caller]
pub fn error_of(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Sends a response; gives its receipt and the body that acknowledged it.
pub async fn send(client: &reqwest::Client, address: &str) -> Option<(String, String)> {
    let receipt = new_receipt();
    let (status, body) = post(client, address, &receipt).await?;
    (status == 201).then_some((receipt, body))
}

pub async fn post(client: &reqwest::Client, address: &str, receipt: &str) -> Option<(u16, String)> {
    let body = json!({
        "form_version": 1, "language": "en",
        "answers": {
            "cancer_type": "breast", "time_since_treatment": "years_1_to_2", "distress": 3,
            "remark_your_days": "Mornings are fine.",
        },
    });
    let call = client.post(format!("{address}/{RESPONSES}"));
    let answer = call.header("receipt", receipt).json(&body).send().await;
    let answer = answer.ok()?;
    Some((answer.status().as_u16(), answer.text().await.ok()?))
}

pub async fn read_own(client: &reqwest::Client, address: &str, receipt: &str) -> (u16, String) {
    let call = client.get(format!("{address}/{RESPONSES}/own"));
    let answer = call.header("receipt", receipt).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The binary with a data folder and no database of its own.
pub fn embedded(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command.env("AFTERCARE_DATA_DIR", data_dir);
    command
}

//! The log of the whole test run, at TRACE, watched for things that must not be in it.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, RwLock};

use aftercare::config::{LogConfig, LogFormat};
use aftercare::telemetry;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// The user agent of every test request.
pub const USER_AGENT: &str = "aftercare-canary-agent";

static START: Once = Once::new();
static SECRETS: RwLock<Vec<String>> = RwLock::new(Vec::new());
/// Secrets that are looked up rather than searched for: with thousands of them, each line would take too long.
static WORDS: RwLock<Option<HashSet<String>>> = RwLock::new(None);
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LINES: AtomicUsize = AtomicUsize::new(0);
/// The lines of one request each, kept for the tests that look at them.
static ANSWERED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on no log line may hold this.
pub fn register_secret(secret: &str) {
    assert!(
        secret.len() >= 6,
        "`{secret}` is too short to be told from chance"
    );
    SECRETS.write().unwrap().push(secret.to_owned());
}

/// The same for many at once, each of which stands in a line as a word if at all.
pub fn register_secrets(secrets: impl IntoIterator<Item = String>) {
    WORDS
        .write()
        .unwrap()
        .get_or_insert_default()
        .extend(secrets);
}

/// Starts watching. Once a process; later calls do nothing.
pub fn watch() {
    START.call_once(|| {
        register_secret(USER_AGENT);
        register_secret("127.0.0.1");
        let config = LogConfig {
            filter: "trace".to_owned(),
            format: LogFormat::Json,
        };
        telemetry::subscriber(&config, Watch)
            .unwrap()
            .try_init()
            .unwrap();
    });
}

/// Fails the test when something leaked so far.
pub fn assert_nothing_leaked() {
    let leaks = LEAKS.lock().unwrap();
    assert!(
        leaks.is_empty(),
        "the log holds what it must not:\n{}",
        leaks.join("\n")
    );
}

/// How many lines were watched.
pub fn lines() -> usize {
    LINES.load(Ordering::Relaxed)
}

/// Whether such a request is in the log.
pub fn has_answered(method: &str, route: &str, status: u16) -> bool {
    let lines = ANSWERED.lock().unwrap();
    let mut lines = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.any(|line| line["method"] == method && line["route"] == route && line["status"] == status)
}

/// Whether the line of the request with this id is in the log.
pub fn has_request(id: &str) -> bool {
    let lines = ANSWERED.lock().unwrap();
    lines.iter().any(|line| line.contains(id))
}

#[derive(Clone, Copy)]
struct Watch;

impl Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.fetch_add(1, Ordering::Relaxed);
        let line = String::from_utf8_lossy(bytes);
        if line.contains("\"answered\"") {
            ANSWERED.lock().unwrap().push(line.clone().into_owned());
        }
        for secret in SECRETS.read().unwrap().iter() {
            if line.contains(secret.as_str()) {
                LEAKS.lock().unwrap().push(format!("`{secret}` in {line}"));
            }
        }
        if let Some(secrets) = &*WORDS.read().unwrap() {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && !"-_=".contains(c));
            for word in words.filter(|word| secrets.contains(*word)) {
                LEAKS.lock().unwrap().push(format!("`{word}` in {line}"));
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Watch {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

//! A Privacy Pass client that is not ours, in JavaScript, against a server of ours: `tests/interop`.

use std::path::Path;
use std::process::Output;

use aftercare::config::HttpConfig;
use serde_json::json;

use crate::passes::{Passes, answers};
use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, new_receipt};

/// The oldest Node.js that the client runs on.
const OLDEST_NODE: u32 = 20;

/// Why the client cannot be run here, if it cannot.
fn missing(folder: &Path) -> Option<&'static str> {
    let version = std::process::Command::new("node").arg("--version").output();
    let version = version
        .ok()
        .and_then(|it| String::from_utf8(it.stdout).ok());
    let major = version.and_then(|it| {
        it.trim_start_matches('v')
            .split('.')
            .next()?
            .parse::<u32>()
            .ok()
    });
    match major {
        None => Some("Node.js is not installed"),
        Some(major) if major < OLDEST_NODE => Some("Node.js is older than 20"),
        Some(_) if !folder.join("node_modules").is_dir() => {
            Some("run `npm ci` in tests/interop first, as script/test does")
        }
        Some(_) => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_ours_gets_passes_and_spends_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    if let Some(reason) = missing(&folder) {
        // Not a failure, not even in CI: no other part of the project needs Node.js or another registry.
        eprintln!("SKIPPED, nothing was tested: {reason}");
        return;
    }
    let http = HttpConfig::default().with_public_host("survey.example.org");
    let app = TestApp::start_with(http).await;
    let passes = Passes::on(Collection::start_on(app, EVERY_KIND).await).await;
    let what = json!({
        "server": format!("http://{}", passes.collection.app.address),
        "campaign": "test-campaign",
        "invitations": passes.invite(2).await,
        "receipts": [new_receipt(), new_receipt()],
        "response": {"form_version": 1, "language": "en", "answers": answers()},
    });
    let node = tokio::process::Command::new("node")
        .arg("pass.js")
        .arg(what.to_string())
        .current_dir(&folder)
        .kill_on_drop(true)
        .output();
    let Output {
        status,
        stdout,
        stderr,
    } = node.await.unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    assert_eq!(stdout, b"ok\n");
    assert_eq!(passes.count().await, 2);
}

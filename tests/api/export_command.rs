//! `aftercare export`: the same files as over HTTP, whole or not at all.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::cli::{Place, Serving, refused};

const FORM: &str = "daily-life-after-treatment";

/// A demonstration that was stopped again, so that there are responses.
async fn place() -> Place {
    let place = Place::empty().await;
    let mut demo = place.command(&["demo", "--responses", "60"]);
    demo.env("AFTERCARE_DEMO_PASSWORD", "a password for the test");
    let serving = Serving::start(demo);
    serving.signal(rustix::process::Signal::TERM);
    let (success, _, said) = serving.end();
    assert!(success, "{said}");
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_writes_the_file_and_the_audit_says_so() {
    let place = place().await;
    let folder = place.data_dir.join("out");
    std::fs::create_dir_all(&folder).unwrap();
    let run = |file: &str, more: &[&str]| {
        let out = folder.join(file);
        let arguments = ["export", "--form", FORM, "--out", out.to_str().unwrap()];
        place.run(&[&arguments[..], more].concat())
    };
    let written = |file: &str, more: &[&str]| {
        let output = run(file, more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(said.contains("60 responses"), "{said}");
        std::fs::read(folder.join(file)).unwrap()
    };
    let csv = written("a.csv", &[]);
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 60);
    assert!(
        rows.iter().any(|row| row.iter().any(|cell| cell == "MSK")),
        "masked as for analysts"
    );
    assert_eq!(written("a.csv", &[]), csv, "a file is replaced");
    let mode = std::fs::metadata(folder.join("a.csv"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "only its owner reads it");
    let ndjson = written(
        "a.ndjson",
        &[
            "--format",
            "ndjson",
            "--columns",
            "campaign,week",
            "--k",
            "60",
        ],
    );
    let ndjson = String::from_utf8(ndjson).unwrap();
    let line: Value = serde_json::from_str(ndjson.lines().next().unwrap()).unwrap();
    assert!(line.get("campaign").is_some() && line.get("language").is_none());
    let package = written("a.zip", &["--format", "data-package", "--layout", "long"]);
    let package = zip::ZipArchive::new(std::io::Cursor::new(package)).unwrap();
    assert_eq!(package.len(), 4);
    let parquet = written("a.parquet", &["--format", "parquet"]);
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));

    let exports = "SELECT details::text FROM audit_entries WHERE action = 'responses_exported' ORDER BY number";
    let entries: Vec<Value> = place
        .texts(exports)
        .await
        .iter()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let formats: Vec<_> = entries
        .iter()
        .map(|it| it["file"]["format"].as_str().unwrap())
        .collect();
    assert_eq!(formats, ["csv", "csv", "ndjson", "data-package", "parquet"]);
    assert!(entries.iter().all(|it| it["by"] == "operator"));

    for (more, reason) in [
        (&["--k", "2"][..], "--k: It must be 5 or more here."),
        (
            &["--columns", "nothing"],
            "--columns: The table has no column “nothing”.",
        ),
        (
            &["--form-version", "9"],
            "--form-version: The form has no published version",
        ),
        (
            &["--campaign", "none"],
            "--campaign: The form has no campaign with this key.",
        ),
    ] {
        let said = refused(&run("b.csv", more));
        assert!(said.contains(reason), "{said}");
    }
    let left = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name());
    let mut left: Vec<_> = left.map(|it| it.into_string().unwrap()).collect();
    left.sort();
    assert_eq!(
        left,
        ["a.csv", "a.ndjson", "a.parquet", "a.zip"],
        "nothing half-written is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_takes_up_a_shipped_form_that_changed_as_a_new_version() {
    let place = Place::empty().await;
    let demo = || {
        let serving = Serving::start(place.command(&["demo", "--responses", "12"]));
        serving.signal(rustix::process::Signal::TERM);
        let (success, _, said) = serving.end();
        assert!(success, "{said}");
        said
    };
    assert!(demo().contains("added 12 synthetic responses"));
    // What an earlier release shipped: the same form without advice.
    let mut earlier = crate::support::collection::definition(crate::support::collection::SHIPPED);
    earlier.as_object_mut().unwrap().remove("advice");
    let file = place.data_dir.join("earlier.yaml");
    std::fs::write(&file, earlier.to_string()).unwrap();
    crate::cli::printed(&place.run(&["form", "publish", file.to_str().unwrap()]));
    let said = demo();
    assert!(
        said.contains(&format!("published {FORM} version 3")),
        "{said}"
    );
    assert!(
        said.contains("added 0 synthetic responses; 12 were there already"),
        "{said}"
    );
}

//! Files of responses, read by libraries that are not ours: `tests/interop/files.py`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::exports::collected;
use crate::support::client::Client;

/// Where `script/test` installs the libraries.
const PYTHON: &str = "target/readers/python/bin/python";

async fn body(client: &Client, path: &str) -> Vec<u8> {
    let path = format!("/v1/forms/every-kind/{path}");
    client.get(&path).send().await.expect(200).body
}

/// The rows that the libraries find in these files.
fn read(python: &Path, files: &[PathBuf]) -> Vec<Vec<Value>> {
    let output = std::process::Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/files.py"))
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether two cells are the same; a number may be written in several ways, and in the column `value` as text.
fn alike(name: &str, one: &Value, other: &Value) -> bool {
    let number = |cell: &Value| match cell {
        Value::String(text) if name == "value" => text.parse().ok(),
        cell => cell.as_f64(),
    };
    match (number(one), number(other)) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-9,
        _ => one == other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_libraries_read_what_the_ndjson_file_says() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(PYTHON);
    if !python.exists() {
        eprintln!("SKIPPED, nothing was tested: script/test --all installs the libraries first");
        return;
    }
    let all = collected().await;
    let folder = std::env::temp_dir().join(format!("aftercare-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut files, mut expected) = (Vec::new(), Vec::new());
    for (number, query) in [
        "",
        "values=labels&missing=reasons&language=ko",
        "values=numbers&formulas=raw&bom=true",
        "layout=long",
        "layout=long&missing=reasons&values=labels",
        "columns=form_version,meals,help_from,score_difficulty&missing=reasons",
    ]
    .into_iter()
    .enumerate()
    {
        let ours = query.replace("&formulas=raw&bom=true", "");
        let ndjson = body(&all.analyst, &format!("responses.ndjson?{ours}")).await;
        let lines = String::from_utf8(ndjson).unwrap();
        let lines: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for path in [
            "data-package.zip",
            "responses.parquet",
            "responses.xlsx",
            "responses.sav",
        ] {
            // A system file has labels beside the codes.
            if path.ends_with("sav") && query.contains("labels") {
                continue;
            }
            let file = folder.join(format!("{number}-{path}"));
            let query = if path.ends_with("zip") { query } else { &ours };
            std::fs::write(&file, body(&all.analyst, &format!("{path}?{query}")).await).unwrap();
            files.push(file);
            expected.push(lines.clone());
        }
    }
    let found = read(&python, &files);
    std::fs::remove_dir_all(&folder).unwrap();
    for ((rows, lines), file) in found.iter().zip(&expected).zip(&files) {
        assert_eq!(rows.len(), lines.len(), "{}", file.display());
        for (row, line) in rows.iter().zip(lines) {
            for (name, member) in line.as_object().unwrap() {
                if name == "_missing" {
                    continue;
                }
                let cell = &row[name];
                // A data package says of a null flavour that it is no value; other files show the word.
                let word = &line["_missing"][name];
                let missing = file.extension().is_some_and(|it| it != "zip") && !word.is_null();
                let expected = if missing { word } else { member };
                let same = alike(name, cell, expected);
                assert!(same, "{} {name}: {cell} {expected}", file.display());
            }
        }
    }
}

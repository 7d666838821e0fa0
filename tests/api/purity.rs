//! The core stays pure: its files may not name what they may not know.

use std::path::{Path, PathBuf};

const FORBIDDEN: [&str; 24] = [
    "actix",
    "diesel",
    "tokio",
    "crate::http",
    "crate::store",
    "crate::app",
    "crate::formats",
    "crate::postgres",
    "crate::cli",
    "crate::config",
    "crate::clock",
    "crate::random",
    "crate::keys",
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant::now",
    "std::env",
    "std::fs",
    "std::net",
    "rand::rng(",
    "SysRng",
    "println!",
    "tracing::",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Tests may print and read files.
        if path.ends_with("tests") {
            continue;
        }
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn files_of(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    rust_files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        &mut files,
    );
    assert!(!files.is_empty());
    files
}

#[test]
fn the_core_knows_no_http_no_database_no_clock_no_randomness_and_no_environment() {
    let mut found = Vec::new();
    for file in files_of("src/domain") {
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in FORBIDDEN.iter().filter(|word| code.contains(**word)) {
                found.push(format!("{}:{}: {word}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn sql_is_spoken_only_by_the_store() {
    let mut found = Vec::new();
    for folder in ["src/http", "src/app", "src/formats"] {
        for file in files_of(folder) {
            let text = std::fs::read_to_string(&file).unwrap();
            for word in ["diesel::prelude", "sql_query", "crate::store::schema"] {
                if text.contains(word) {
                    found.push(format!("{}: {word}", file.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

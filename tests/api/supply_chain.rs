//! What the program is made of: what can be said of it without any tool. `script/supply-chain` says the rest.

use std::fs;
use std::path::Path;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_crate_is_from_the_usual_registry_and_its_sum_is_known() {
    let lock = file("Cargo.lock");
    let mut crates = 0;
    for package in lock.split("[[package]]\n").skip(1) {
        let value = |key: &str| {
            let line = package.lines().find(|line| line.starts_with(key))?;
            line.split('"').nth(1)
        };
        let name = value("name = ").unwrap();
        if name == "aftercare" {
            continue;
        }
        let registry = Some("registry+https://github.com/rust-lang/crates.io-index");
        assert_eq!(value("source = "), registry, "{name}");
        assert_eq!(value("checksum = ").unwrap().len(), 64, "{name}");
        crates += 1;
    }
    assert!(crates > 300, "only {crates} were found");
}

#[test]
fn every_exception_from_the_rules_for_crates_has_a_reason() {
    let rules = file("deny.toml");
    let exceptions = rules
        .lines()
        .filter(|line| line.trim_start().starts_with("{ "));
    let mut found = 0;
    for exception in exceptions {
        let reason = exception.split("reason = \"").nth(1);
        let reason = reason.unwrap_or_else(|| panic!("without a reason: {exception}"));
        assert!(reason.len() > 20, "{exception}");
        found += 1;
    }
    assert!(found > 5, "only {found} were found");
    for rule in [
        "multiple-versions = \"deny\"",
        "unknown-registry = \"deny\"",
        "unknown-git = \"deny\"",
        "yanked = \"deny\"",
    ] {
        assert!(rules.contains(rule), "{rule}");
    }
}

//! The pages: what they name is there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                found.push(path);
            }
        }
    }
    found
}

/// What stands between backticks.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
}

/// All code and tests in one text.
fn sources() -> String {
    let sources = files("tests/api", "rs")
        .into_iter()
        .chain(files("src", "rs"))
        .chain(files("web/page/test", "js"))
        .chain(files("web/client/test", "ts"));
    sources
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

/// How many tests are named between backticks. Each of them exists.
fn named_tests<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let sources = sources();
    let mut named = 0;
    for test in texts.flat_map(quoted).filter(|it| !it.contains(['/', '.'])) {
        let name = test.rsplit("::").next().unwrap();
        // Tests in the browser are named by a sentence.
        let is_there = match name.contains(' ') {
            true => sources.contains(&format!("test(\"{name}\"")),
            false => sources.contains(&format!("fn {name}(")),
        };
        assert!(is_there, "there is no test {test}");
        named += 1;
    }
    named
}

/// The last column of the tables in a text.
fn last_column(text: &str) -> impl Iterator<Item = &str> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap())
}

#[test]
fn every_test_that_keeps_a_promise_of_privacy_exists() {
    let page = fs::read_to_string(root().join("docs/privacy.md")).unwrap();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && (line.contains("::") || line.contains("web/")));
    let named = named_tests(rows);
    assert!(named > 30, "only {named} were found");
}

#[test]
fn every_test_of_a_bound_exists() {
    let page = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let bounds = page
        .split("\n## ")
        .find(|it| it.starts_with("Bounds"))
        .unwrap();
    let named = named_tests(last_column(bounds));
    assert!(named > 10, "only {named} were found");
}

#[test]
fn every_test_of_a_threat_exists() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let named = named_tests(last_column(&page));
    assert!(named > 80, "only {named} were found");
    for risk in 1..=10 {
        assert!(page.contains(&format!("\n| API{risk}:2023 ")), "API{risk}");
    }
    for chapter in 1..=17 {
        assert!(page.contains(&format!("\n### V{chapter} ")), "V{chapter}");
    }
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let measured = fs::read_to_string(root().join("src/telemetry.rs")).unwrap();
    let asking = files("deploy", "yml")
        .into_iter()
        .chain(files("deploy", "json"));
    let mut named = 0;
    for path in asking {
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("aftercare_") {
            let rest = &text[at..];
            let end = rest.find(|it: char| !it.is_ascii_lowercase() && it != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            let metric = name.trim_end_matches("_bucket").trim_end_matches("_count");
            assert!(
                measured.contains(&format!("\"{metric}\"")),
                "{}: {name}",
                path.display()
            );
            named += 1;
        }
    }
    assert!(named > 15, "only {named} were found");
}

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let pages = files("docs", "md")
        .into_iter()
        .chain([root().join("README.md")]);
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
        {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            if link.contains("://") {
                continue;
            }
            let target = match path {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let text = fs::read_to_string(&target).unwrap();
                let headings = text.lines().filter(|line| line.starts_with('#'));
                let mut anchors = headings.map(|line| {
                    let words = line
                        .trim_start_matches('#')
                        .trim()
                        .to_lowercase()
                        .replace(' ', "-");
                    words.replace(|it: char| !it.is_alphanumeric() && !"-_".contains(it), "")
                });
                assert!(anchors.any(|it| it == anchor), "{}: {link}", page.display());
            }
        }
    }
}

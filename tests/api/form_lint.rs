//! `aftercare form lint`: advice with file, line and column.

use std::process::Output;

use crate::cli::command;
use crate::support::collection::EVERY_KIND;

fn lint(name: &str, text: &str, more: &[&str]) -> (Output, String, String) {
    let path = std::env::temp_dir().join(format!("aftercare-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    let output = command(&[&["form", "lint", &path], more].concat())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    std::fs::remove_file(&path).unwrap();
    (output, said, path)
}

#[test]
fn advice_names_line_and_field_and_is_no_failure_unless_asked() {
    let text = EVERY_KIND.replace("text: {en: Story?,", "text: {en: Pain and joy?,");
    let line = text.lines().position(|line| line.contains("Pain and joy"));
    let line = line.unwrap() + 1;
    let (output, said, path) = lint("advice.yaml", &text, &[]);
    assert!(output.status.success(), "{said}");
    let found = said.lines().find(|line| line.contains("two-things"));
    let found = found.expect(&said);
    let start = format!("{path}:{line}:");
    assert!(found.starts_with(&start), "{found}");
    let rest = ": /sections/2/questions/3/text/en: two-things: \"Pain and joy\" may ask two things";
    assert!(found.contains(rest), "{found}");
    assert!(
        said.contains("minutes: about 1 for what everybody sees, "),
        "{said}"
    );
    let lines = said
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("{path}:")));
    let lines: Vec<usize> = lines
        .filter_map(|line| line.split(':').next()?.parse().ok())
        .collect();
    assert!(lines.len() > 2 && lines.is_sorted(), "{said}");
    assert!(
        said.contains("en: ") && said.contains("Flesch-Kincaid"),
        "{said}"
    );
    assert!(
        said.contains("ko: ") && said.contains("no formula"),
        "{said}"
    );

    let (output, ..) = lint("strict.yaml", &text, &["--strict"]);
    assert!(!output.status.success());
}

#[test]
fn a_form_with_faults_gets_those_and_no_advice() {
    let text = EVERY_KIND.replace("max: 10,", "max: -10,");
    let (output, said, _) = lint("faulty.yaml", &text, &[]);
    assert!(!output.status.success());
    let faults = String::from_utf8(output.stderr).unwrap();
    assert!(faults.contains("/sections/1/questions/2/max"), "{faults}");
    assert!(!said.contains("advice"), "{said}");
}

//! The README's round, run as a newcomer would: so that it cannot rot.

use std::process::{Command, Stdio};

use crate::cli::{Place, Serving};

const README: &str = include_str!("../../README.md");
const PASSWORD: &str = "a password for the test";

/// The shell lines of the round, with the address and the password filled in.
fn round(address: &str) -> String {
    let start = README.find("server=http://127.0.0.1:8080").unwrap();
    let end = start + README[start..].find("\n```").unwrap();
    let lines = README[start..end].replace("http://127.0.0.1:8080", address);
    let printed = "the password that script/server printed";
    assert!(lines.contains(printed));
    lines.replace(printed, PASSWORD)
}

#[tokio::test]
async fn the_round_of_the_readme_does_what_it_says() {
    let place = Place::empty().await;
    assert!(README.contains("\nscript/server --responses 500\n"));
    let mut demo = place.command(&["demo", "--responses", "500"]);
    demo.env("AFTERCARE_DEMO_PASSWORD", PASSWORD);
    let serving = Serving::start(demo);
    let script = round(&serving.address);
    let run = move || {
        let shell = ["-euo", "pipefail", "-c", &script];
        Command::new("bash")
            .args(shell)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let statuses: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("→ "))
        .collect();
    // Form, sent, sent again, read, refused, export, codebook, withdrawn.
    assert_eq!(
        statuses,
        ["200", "201", "200", "200", "422", "200", "200", "204"],
        "{said}"
    );
    let bodies: Vec<_> = said.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(bodies[0], bodies[1], "the very same body");
    assert!(
        bodies[2].contains("[email]") && !bodies[2].contains("me@example.org"),
        "{}",
        bodies[2]
    );
    for pointer in [
        "/answers/cancer_type",
        "/answers/distress",
        "/answers/leukaemia_apart",
        "/answers/shoe_size",
    ] {
        assert!(bodies[3].contains(pointer), "{}", bodies[3]);
    }
    assert!(
        said.contains("campaign,form_version,language,week,cancer_type"),
        "{said}"
    );
    assert!(said.contains(",MSK,"), "{said}");
}

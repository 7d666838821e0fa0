//! `aftercare form preview`: the page of a form, over HTTP.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::command;
use crate::support::collection::EVERY_KIND;

/// A preview that runs, and its file.
struct Preview {
    child: Child,
    url: String,
    file: PathBuf,
}

impl Preview {
    fn start(name: &str) -> Self {
        Self::of(name, EVERY_KIND)
    }

    fn of(name: &str, definition: &str) -> Self {
        let file = std::env::temp_dir().join(format!("aftercare-{}-{name}", std::process::id()));
        std::fs::write(&file, definition).unwrap();
        let mut child = command(&["form", "preview", file.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { child, url, file }
    }

    async fn page(&self) -> String {
        let reply = reqwest::get(&self.url).await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.text().await.unwrap()
    }

    async fn post(&self, fields: &[(&str, &str)]) -> String {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let reply = reqwest::Client::new().post(&self.url).body(body);
        let reply = reply.send().await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.text().await.unwrap()
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}

fn shows(page: &str, question: &str) -> bool {
    page.contains(&format!("id=\"question.{question}\""))
}

#[tokio::test]
async fn an_answer_brings_up_the_questions_that_it_calls_for() {
    let preview = Preview::start("routing.yaml");
    let page = preview.page().await;
    assert!(shows(&page, "meals") && shows(&page, "distress"), "{page}");
    for hidden in ["help_from", "family_role", "exact"] {
        assert!(!shows(&page, hidden), "{hidden}");
    }
    // Nobody has sent anything, so nothing is missing yet.
    assert!(!page.contains("needs an answer"), "{page}");

    let mut said = vec![("q.meals", "some")];
    let page = preview.post(&said).await;
    assert!(shows(&page, "help_from"), "{page}");
    let chosen = "id=\"q.meals.some\" value=\"some\" checked";
    assert!(page.contains(chosen), "{page}");

    said.extend([
        ("q.help_from", "family"),
        ("q.distress", "7"),
        ("q.group", "a"),
    ]);
    let page = preview.post(&said).await;
    assert!(
        shows(&page, "family_role") && shows(&page, "exact"),
        "{page}"
    );
    assert!(page.contains("Help is here."), "{page}");

    // What is hidden again takes what follows from it away, and is no fault.
    said[0] = ("q.meals", "none");
    let page = preview.post(&said).await;
    assert!(!shows(&page, "help_from") && !shows(&page, "family_role"));
    assert!(!page.contains("hide this question"), "{page}");
}

#[tokio::test]
async fn sending_is_judged_as_the_server_would() {
    let preview = Preview::start("sending.yaml");
    let mut said = vec![("action", "send"), ("q.sleep_hours", "many")];
    let page = preview.post(&said).await;
    assert!(
        page.contains("would refuse these answers: 4 of them"),
        "{page}"
    );
    assert!(page.contains("must be a whole number"), "{page}");
    let missing = page.matches("needs an answer").count();
    assert_eq!(missing, 3, "{page}");

    said = vec![
        ("action", "send"),
        ("d.group", "on"),
        ("q.meals", "much"),
        ("q.distress", "9"),
        ("q.sleep_hours", "7"),
    ];
    let page = preview.post(&said).await;
    assert!(page.contains("would accept"), "{page}");
    assert!(
        page.contains("Difficulty (higher = more)</dt><dd>95, Great"),
        "{page}"
    );
}

#[tokio::test]
async fn every_language_is_shown_and_the_answers_stay() {
    let preview = Preview::start("languages.yaml");
    assert!(preview.page().await.contains("<h1>Every kind</h1>"));
    // The page sends its own language, and the button sends the one that is asked for.
    let fields = [("language", "en"), ("q.meals", "much"), ("language", "ko")];
    let page = preview.post(&fields).await;
    assert!(page.contains("<h1>모든 종류</h1>"), "{page}");
    assert!(page.contains("<div lang=\"ko\""), "{page}");
    assert!(page.contains("value=\"much\" checked"), "{page}");
}

const SECOND_EDITION: &str = include_str!("../forms/second-edition.yaml");

#[tokio::test]
async fn every_kind_of_the_second_edition_has_its_field() {
    let preview = Preview::of("kinds.yaml", SECOND_EDITION);
    let page = preview.page().await;
    assert!(page.contains("Scores below 5 &#60; 6 are fine."), "{page}");
    assert!(
        !page.contains("name=\"d.welcome\""),
        "a statement is not declined"
    );
    assert!(page.contains("placeholder=\"2026-11-26\""), "{page}");
    assert!(page.contains("value=\"50\"> 50 (Half)"), "{page}");
    assert!(page.contains("kg 30 – 200 or more"), "{page}");
    for (field, value, question) in [
        ("q.source", "poster", "by_source"),
        ("q.cancer", "other", "cancer_other"),
        ("q.read", "true", "by_read"),
        ("q.wishes", "1 sleep", "by_few"),
        ("q.pain", "60", "by_more"),
    ] {
        assert!(!shows(&page, question), "{question}");
        let page = preview.post(&[(field, value)]).await;
        assert!(shows(&page, question), "{question}: {page}");
    }
    let said = [
        ("q.wishes", "2 sleep"),
        ("q.wishes", ""),
        ("q.wishes", "1 work"),
    ];
    let page = preview.post(&said).await;
    assert!(!shows(&page, "by_few"), "two are ranked");
    assert!(page.contains("value=\"2 sleep\" selected"), "{page}");
}

#[tokio::test]
async fn a_rule_over_two_answers_speaks_the_language_of_the_page() {
    let preview = Preview::of("rules.yaml", SECOND_EDITION);
    let year = chrono::Datelike::year(&chrono::Utc::now()) - 1;
    let (operated, discharged) = (format!("{year}-05"), format!("{year}-04"));
    let said = [
        ("language", "ko"),
        ("action", "send"),
        ("q.read", "true"),
        ("q.operated", &operated),
        ("q.discharged", &discharged),
    ];
    let page = preview.post(&said).await;
    assert!(shows(&page, "discharged"), "{page}");
    assert!(
        page.contains("퇴원일은 수술일보다 빠를 수 없습니다."),
        "{page}"
    );
    assert!(page.contains("would refuse"), "{page}");
}

#[tokio::test]
async fn the_enter_key_keeps_the_language() {
    let preview = Preview::start("enter.yaml");
    let page = preview.page().await;
    let first = page.split("<button").nth(1).unwrap();
    let first = first.split('>').next().unwrap();
    assert!(!first.contains("name="), "{first}");
}

#[tokio::test]
async fn the_page_follows_the_file_and_shows_its_faults() {
    let preview = Preview::start("faults.yaml");
    let url = format!("{}version", preview.url);
    let version = || async { reqwest::get(&url).await.unwrap().text().await.unwrap() };
    let before = version().await;
    assert_eq!(before, version().await);

    let broken = EVERY_KIND.replace("max: 10,", "max: -10,");
    let line = broken.lines().position(|line| line.contains("max: -10"));
    std::fs::write(&preview.file, &broken).unwrap();
    assert_ne!(before, version().await);
    let page = preview.post(&[("q.meals", "much")]).await;
    let place = format!("{}:{}:", preview.file.display(), line.unwrap() + 1);
    assert!(page.contains(&place), "{page}");
    assert!(page.contains("/sections/1/questions/2/max"), "{page}");
    // The answers wait until the file is mended.
    let kept = "<input type=\"hidden\" name=\"q.meals\" value=\"much\">";
    assert!(page.contains(kept), "{page}");

    std::fs::write(&preview.file, "key: a\nlanguages: [en\n").unwrap();
    let page = preview.page().await;
    assert!(page.contains(".yaml:3:1: "), "{page}");
    let mended = EVERY_KIND.replace("Every kind", "Mended & 5 < 6");
    std::fs::write(&preview.file, mended).unwrap();
    let page = preview.page().await;
    assert!(page.contains("<h1>Mended &#38; 5 &#60; 6</h1>"), "{page}");
    assert!(page.contains("value=\"some\""), "{page}");
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_answers_to_no_other_name() {
    let preview = Preview::start("policy.yaml");
    let reply = reqwest::get(&preview.url).await.unwrap();
    let policy = reply.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"));
    assert!(!policy.contains("unsafe"), "{policy}");
    let page = reply.text().await.unwrap();
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "{page}"
    );
    assert!(!page.contains(" style=") && !page.contains(" onclick"));
    assert!(page.contains("name=\"viewport\""));
    for (file, kind) in [
        ("preview.css", "text/css"),
        ("preview.js", "text/javascript"),
    ] {
        let reply = reqwest::get(format!("{}{file}", preview.url))
            .await
            .unwrap();
        assert_eq!(reply.status(), 200);
        assert!(
            reply.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with(kind)
        );
    }
    let foreign = reqwest::Client::new().get(&preview.url);
    let foreign = foreign.header("host", "evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 404);
}

#[tokio::test]
async fn ctrl_c_stops_the_preview() {
    let mut preview = Preview::start("stopping.yaml");
    preview.page().await;
    let pid = Pid::from_child(&preview.child);
    kill_process(pid, Signal::INT).unwrap();
    let status = tokio::task::spawn_blocking(move || {
        let status = preview.child.wait().unwrap();
        let mut said = String::new();
        let stderr = preview.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        (status, said)
    });
    let (status, said) = status.await.unwrap();
    assert!(status.success(), "{said}");
    assert!(said.contains("Ctrl-C"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_told_at_once() {
    let output = command(&["form", "preview", "/nowhere.yaml"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("/nowhere.yaml cannot be read"), "{said}");
}

//! Forms that are none, as JSON and as YAML, and forms that are merely enormous.

use std::time::{Duration, Instant};

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::{Answer, Client};

const HEAD: &str = "key: odd\nlanguages: [en]\n";
const TAIL: &str = "\nsections: [{key: s, title: {en: S}, questions: []}]\n";

/// What is between the head and the tail of a form in YAML, and whether it is taken as a draft.
pub const YAML: &[(&str, &str, bool)] = &[
    ("a plain title", "title: {en: Odd}", true),
    ("NUL by an escape", r#"title: {en: "a\0b"}"#, false),
    ("NUL by a longer escape", r#"title: {en: "a\x00b"}"#, false),
    (
        "NUL by the longest escape",
        r#"title: {en: "a\U00000000b"}"#,
        false,
    ),
    ("NUL as it is", "title: {en: \"a\0b\"}", false),
    ("NUL after all there is", "title: {en: Odd}\n# \0", false),
    ("NUL in a name", r#"title: {"e\0n": x}"#, false),
    ("half a surrogate", r#"title: {en: "\ud800"}"#, false),
    (
        "a code point that is none",
        r#"title: {en: "\UFFFFFFFF"}"#,
        false,
    ),
    ("an alias", "title: &t {en: Odd}\ndescription: *t", false),
    ("an alias to nothing", "title: *t", false),
    ("an anchor", "title: {en: &t Odd}", false),
    ("a tag", "title: !!python/object:os.system {en: Odd}", false),
    ("a tag of text", "title: {en: !!str Odd}", false),
    ("a merge", "<<: {title: {en: Odd}}", false),
    ("a directive", "%YAML 9.9\n---\ntitle: {en: Odd}", false),
    (
        "a second document",
        "title: {en: Odd}\n---\nkey: other",
        false,
    ),
    (
        "the end of the document",
        "title: {en: Odd}\n...\nkey: other",
        false,
    ),
    ("a field twice", "title: {en: Odd}\ntitle: {en: Odd}", false),
    (
        "a list for a name",
        "title: {en: Odd}\n? [a, b]\n: 1",
        false,
    ),
    ("a tab for indentation", "title:\n\ten: Odd", false),
    ("a quote that stays open", "title: {en: \"Odd}", false),
    ("a brace that stays open", "title: {en: Odd", false),
    ("a number for a title", "title: 7", false),
    ("infinity", "title: {en: .inf}", true),
    ("a boolean for a text", "title: {en: true}", false),
    ("nothing for a text", "title: {en: ~}", false),
    ("flow lists without end", "title: FLOW", false),
    ("lists in lists in lines", "title: DASHES", false),
    ("questions in questions", "title: MARKS", false),
    (
        "a text of two hundred kilobytes",
        "title: {en: LETTERS}",
        true,
    ),
    (
        "a name of two hundred kilobytes",
        "title: {LETTERS: x}",
        false,
    ),
    (
        "white space of two hundred kilobytes",
        "title: {en: x}BLANKS",
        true,
    ),
];

fn yaml(middle: &str) -> String {
    let middle = middle
        .replace("FLOW", &"[".repeat(100_000))
        .replace("DASHES", &"- ".repeat(100_000))
        .replace("MARKS", &"? ".repeat(100_000))
        .replace("LETTERS", &"x".repeat(200_000))
        .replace("BLANKS", &" ".repeat(200_000));
    format!("{HEAD}{middle}{TAIL}")
}

async fn create(client: &Client, kind: &str, body: String) -> Answer {
    client.post("/v1/forms").raw(kind, body).send().await
}

/// How long even the worst form may keep the server busy; the limit is for a slow machine.
async fn quickly(client: &Client, kind: &str, body: String) -> Answer {
    let started = Instant::now();
    let answer = create(client, kind, body).await;
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    assert!(answer.body.len() < 2_000_000, "{} bytes", answer.body.len());
    answer
}

#[tokio::test]
async fn yaml_that_is_odd_is_a_draft_or_refused_and_never_read_in_part() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    for (name, middle, taken) in YAML {
        let answer = quickly(&author, "application/yaml", yaml(middle)).await;
        let status = answer.status.as_u16();
        assert_eq!(status == 201, *taken, "{name}: {answer:?}");
        if *taken {
            let draft = author.get("/v1/forms/odd/draft").send().await.expect(200);
            let tag = draft.header("etag").to_owned();
            let gone = author
                .delete("/v1/forms/odd/draft")
                .header("if-match", &tag);
            gone.send().await.expect(204);
        }
    }
}

#[tokio::test]
async fn yaml_is_utf_8() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let utf_16: Vec<u8> = yaml("title: {en: Odd}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [
        utf_16,
        b"key: caf\xe9".to_vec(),
        b"\xff\xfe\x00\x00".to_vec(),
    ] {
        let answer = author.post("/v1/forms").raw("application/yaml", bytes);
        answer.send().await.expect_problem(Code::JsonMalformed);
    }
}

#[tokio::test]
async fn a_list_is_no_form_even_in_the_right_order() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let list = json!(["odd", ["en"], {"en": "Odd"}, null, {}, [], [], []]);
    let answer = create(&author, "application/json", list.to_string()).await;
    answer.expect_problem(Code::BodyInvalid);
}

/// A form in JSON with these scales and sections.
fn form(languages: Vec<String>, scales: Value, sections: Value) -> String {
    let form = json!({
        "key": "odd", "languages": languages, "title": {"en": "Odd"}, "scales": scales, "sections": sections,
    });
    form.to_string()
}

#[tokio::test]
async fn an_enormous_form_costs_little_memory_and_time() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let english = || vec!["en".to_owned()];
    let bare = |count: usize| vec![json!({"code": "a", "label": {}}); count];
    let section =
        |questions: Vec<Value>| json!([{"key": "s", "title": {}, "questions": questions}]);
    let question = json!({"key": "q", "kind": "yes_no", "text": {}});
    let many: Vec<String> = (0..15_000).map(|n| format!("l{n}")).collect();
    let forms = [
        (
            "many languages and many texts",
            form(many, json!({"s": bare(4000)}), json!([])),
        ),
        (
            "a long language and many texts",
            form(
                vec!["x".repeat(120_000)],
                json!({"s": bare(4000)}),
                json!([]),
            ),
        ),
        (
            "a long name over many options",
            form(
                english(),
                json!({"x".repeat(120_000): bare(4000)}),
                json!([]),
            ),
        ),
        (
            "many questions",
            form(english(), json!({}), section(vec![question; 5000])),
        ),
    ];
    for (name, form) in forms {
        assert!(form.len() < 256 * 1024, "{name}: {}", form.len());
        for kind in ["application/json", "application/yaml"] {
            let answer = quickly(&author, kind, form.clone()).await;
            if answer.status == 201 {
                let tag = answer.header("etag").to_owned();
                let gone = author
                    .delete("/v1/forms/odd/draft")
                    .header("if-match", &tag);
                gone.send().await.expect(204);
            }
        }
    }
}

#[tokio::test]
async fn a_long_name_over_many_values_costs_little_memory_in_yaml() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let body = format!("? {}\n: [{}]", "x".repeat(130_000), "1,".repeat(60_000));
    quickly(&author, "application/yaml", body)
        .await
        .expect_problem(Code::JsonMalformed);
}

#[tokio::test]
async fn the_largest_form_there_may_be_can_be_published() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let option = |n: usize| json!({"code": format!("o{n}"), "label": {"en": "O"}});
    let scale: Vec<Value> = (0..200).map(option).collect();
    for kind in ["multiple_choice", "single_choice"] {
        let question = |n: usize| json!({"key": format!("q{n}"), "kind": kind, "scale": "s", "text": {"en": "Q"}});
        let questions: Vec<Value> = (0..500).map(question).collect();
        let key = kind.replace('_', "-");
        let form = json!({
            "key": key, "languages": ["en"], "title": {"en": "Large"}, "scales": {"s": scale},
            "sections": [{"key": "s", "title": {"en": "S"}, "questions": questions}],
        });
        create(&author, "application/json", form.to_string())
            .await
            .expect(201);
        let publish = author.post(&format!("/v1/forms/{key}/draft/publish"));
        publish.json(&json!({})).send().await.expect(201);
    }
}

#[tokio::test]
async fn keys_that_mean_something_to_postgres_can_be_published() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let words = [
        "select", "user", "ctid", "xmin", "tableoid", "oid", "record", "table", "null", "r", "c",
    ];
    let questions: Vec<Value> = words
        .iter()
        .map(|word| {
            let options = words.map(|code| json!({"code": code, "label": {"en": "O"}}));
            json!({"key": word, "kind": "multiple_choice", "text": {"en": "Q"}, "options": options})
        })
        .collect();
    let form = json!({
        "key": "select", "languages": ["en"], "title": {"en": "Words"},
        "sections": [{"key": "s", "title": {"en": "S"}, "questions": questions}],
    });
    create(&author, "application/json", form.to_string())
        .await
        .expect(201);
    let publish = author.post("/v1/forms/select/draft/publish");
    publish.json(&json!({})).send().await.expect(201);
}

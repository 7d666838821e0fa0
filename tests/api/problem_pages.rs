//! The pages that explain problems, and the page of the docs that lists them.

use std::fmt::Write;
use std::path::Path;

use aftercare::http::problem::{Code, FieldCode};

use crate::support::TestApp;

#[tokio::test]
async fn every_problem_has_a_page_with_its_mend_at_its_type() {
    let app = TestApp::start().await;
    for code in Code::ALL {
        let page = app
            .client()
            .get(&code.uri())
            .header("accept", "text/html,*/*;q=0.8");
        let page = page.send().await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let text = String::from_utf8(page.body).unwrap();
        assert!(text.contains(code.as_str()), "{text}");
        let first = code.mend().split(['`', '\'', '"']).next().unwrap();
        assert!(text.contains(first), "{text}");
        assert!(!text.contains('`'), "{text}");
    }
}

#[tokio::test]
async fn programs_get_a_problem_explained_as_json() {
    let app = TestApp::start().await;
    let explained = app
        .client()
        .get("/problems/receipt_used")
        .send()
        .await
        .expect(200);
    assert!(explained.header("vary").contains("accept"));
    let explained = explained.json();
    assert_eq!(explained["code"], "receipt_used");
    assert_eq!(explained["status"], 409);
    assert_eq!(explained["mend"], Code::ReceiptUsed.mend());
    let list = app
        .client()
        .get("/problems")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(list["problems"].as_array().unwrap().len(), Code::ALL.len());
    assert_eq!(
        list["fields"].as_array().unwrap().len(),
        FieldCode::ALL.len()
    );
}

#[tokio::test]
async fn the_list_of_problems_has_every_code_of_a_field() {
    let app = TestApp::start().await;
    let page = app.client().get("/problems").header("accept", "text/html");
    let page = page.send().await.expect(200);
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    let text = String::from_utf8(page.body).unwrap();
    for code in FieldCode::ALL {
        let word = format!("<code>{}</code>", code.as_str());
        assert!(text.contains(&word), "{word}");
    }
    assert!(text.contains("id=\"fields\""));
}

#[test]
fn the_page_of_the_docs_lists_every_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/problems.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, docs_page()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let hint = "docs/problems.md is stale: run UPDATE_DOCS=1 cargo test --test api problem_pages";
    assert!(committed == docs_page(), "{hint}");
}

/// The tables of the source as a page.
fn docs_page() -> String {
    let mut page = String::from(
        "# Problems

Every failure is a problem document (RFC 9457). Its `code` is a word for programs, its `type` is the address of a page
with the same explanation as here. A later version of the server may have more codes: treat one that you do not know by
its status.

This page is written from the tables in `src/http/problem/`.

| code | status | title | what to do |
| --- | ---: | --- | --- |
",
    );
    for code in Code::ALL {
        let (status, title, mend) = (code.status().as_u16(), code.title(), code.mend());
        writeln!(
            page,
            "| `{}` | {status} | {title} | {mend} |",
            code.as_str()
        )
        .unwrap();
    }
    page.push_str(
        "
## What can be wrong with a field

Where fields are at fault, `errors` has an entry for each: `pointer` is its place in the body (RFC 6901), `code` is one
of these words, `detail` is a sentence for people.

| code | meaning |
| --- | --- |
",
    );
    for code in FieldCode::ALL {
        writeln!(page, "| `{}` | {} |", code.as_str(), code.meaning()).unwrap();
    }
    page
}

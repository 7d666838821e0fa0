//! What stands at the root, and addresses with a slash too many.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::TestApp;
use crate::support::collection::Collection;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_slash_too_many_leads_to_the_address_without_it() {
    let app = TestApp::start().await;
    for (method, path, location) in [
        (Method::GET, "/v1/forms/", "/v1/forms"),
        (
            Method::GET,
            "/v1/forms/?limit=1&cursor=a%2Fb",
            "/v1/forms?limit=1&cursor=a%2Fb",
        ),
        (Method::POST, "/v1/sessions/", "/v1/sessions"),
        (Method::DELETE, "/v1/staff/x/", "/v1/staff/x"),
        (
            Method::GET,
            "/v1/forms/a%2F%2Fb/versions/1/",
            "/v1/forms/a%2F%2Fb/versions/1",
        ),
        (Method::HEAD, "/health/live/", "/health/live"),
    ] {
        let answer = app.client().call(method, path).send().await.expect(308);
        assert_eq!(answer.header("location"), location, "{path}");
    }
    let docs = app.client().get("/docs").send().await.expect(308);
    assert_eq!(docs.header("location"), "/docs/");
    app.client().get("/docs/").send().await.expect(200);
}

#[tokio::test]
async fn nobody_is_led_to_another_server() {
    let app = TestApp::start().await;
    for path in [
        "//evil.example/",
        "//evil.example/v1/forms/",
        "///",
        "/%2F/evil.example/",
        "/%5Cevil.example/",
        "/v1/forms//",
    ] {
        let answer = app.client().get(path).send().await.expect(404);
        assert_eq!(answer.header("location"), "", "{path}");
    }
}

#[tokio::test]
async fn a_person_at_the_root_finds_the_surveys_and_a_program_where_to_go_on() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let front = client.get("/").header("accept", BROWSER).send().await;
    let front = front.expect(200);
    assert_eq!(front.header("content-type"), "text/html; charset=utf-8");
    let front = front.text();
    for part in ["href=\"/c/test-campaign\"", "href=\"/welcome\""] {
        assert!(front.contains(part), "{part}");
    }
    let page = client
        .get("/welcome")
        .header("accept", BROWSER)
        .send()
        .await
        .expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let html = page.text();
    for part in [
        "익명 설문",
        "anonymous surveys",
        "href=\"/docs/\"",
        "href=\"/openapi.json\"",
        "href=\"/c/test-campaign\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("<script"));
    let policy = page.header("content-security-policy");
    let (_, style) = html.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(
        policy.contains(&format!("style-src 'sha256-{hash}'")),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");

    for accepted in [
        "*/*",
        "application/json",
        "application/json, text/html;q=0.5",
        "\u{1}",
    ] {
        let call = client
            .get("/")
            .header_bytes("accept", accepted.replace('\u{1}', "nonsense").as_bytes());
        let places = call.send().await.expect(200);
        assert_eq!(places.json()["openapi"], "/openapi.json", "{accepted}");
        assert!(
            places
                .header("vary")
                .to_ascii_lowercase()
                .starts_with("accept")
        );
        assert!(places.header("link").contains("rel=\"service-desc\""));
    }
    let expected = json!({
        "name": "Aftercare", "documentation": "/docs/", "openapi": "/openapi.json", "forms": "/v1/forms",
        "campaigns": "/v1/campaigns",
    });
    let places = client.get("/").send().await.expect(200).json();
    assert_eq!(places, expected);
    for link in expected.as_object().unwrap().values().skip(1) {
        let link = link.as_str().unwrap();
        if link.starts_with('/') {
            client.get(link).send().await.expect(200);
        }
    }
    let robots = client.get("/robots.txt").send().await.expect(200).text();
    assert!(robots.contains("Disallow: /\n"));
}

#[tokio::test]
async fn what_staff_wrote_is_escaped_on_the_page() {
    let collection = Collection::start().await;
    let change = json!({"title": {"en": "<script>alert(1)</script>\"'&"}});
    let changed = collection
        .staff
        .client
        .patch("/v1/campaigns/test-campaign")
        .json(&change);
    changed.send().await.expect(200);
    for path in ["/", "/welcome", "/c/test-campaign"] {
        let page = collection.app.client().get(path);
        let page = page.header("accept", "text/html").send().await;
        assert!(!page.expect(200).text().contains("<script>"), "{path}");
    }
}

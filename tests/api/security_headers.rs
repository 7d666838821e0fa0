//! Headers that protect, cross-origin rules, and pages that load nothing from elsewhere.

use aftercare::config::HttpConfig;
use aftercare::http::problem::Code;
use reqwest::Method;

use crate::support::TestApp;

const FRIEND: &str = "https://survey.clinic.example";

async fn app() -> TestApp {
    TestApp::start_with(HttpConfig::default().with_cors_origins(FRIEND)).await
}

#[tokio::test]
async fn answers_of_the_api_load_nothing_and_are_not_kept() {
    let app = TestApp::start().await;
    for path in ["/health/live", "/nothing"] {
        let answer = app.client().get(path).send().await;
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("server"), "");
    }
}

#[tokio::test]
async fn an_allowed_origin_may_call_and_read_the_useful_headers() {
    let app = app().await;
    let preflight = app
        .client()
        .call(Method::OPTIONS, "/v1/campaigns/x/responses")
        .header("origin", FRIEND)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "receipt,invitation,content-type,authorization,if-match",
        );
    let preflight = preflight.send().await.expect(200);
    assert_eq!(preflight.header("access-control-allow-origin"), FRIEND);
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("receipt")
    );
    assert_eq!(preflight.header("access-control-allow-credentials"), "");

    let answer = app
        .client()
        .get("/health/live")
        .header("origin", FRIEND)
        .send()
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    for name in [
        "etag",
        "location",
        "retry-after",
        "content-location",
        "www-authenticate",
    ] {
        assert!(
            answer
                .header("access-control-expose-headers")
                .contains(name),
            "{name}"
        );
    }
}

#[tokio::test]
async fn failures_can_be_read_by_an_allowed_origin_too() {
    let app = app().await;
    let answer = app
        .client()
        .get("/v1/staff")
        .header("origin", FRIEND)
        .send()
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    answer.expect_problem(Code::Unauthenticated);
}

#[tokio::test]
async fn other_origins_get_no_permission() {
    let open = TestApp::start().await;
    let app = app().await;
    for origin in [
        "https://evil.example",
        "null",
        "https://survey.clinic.example.evil.example",
    ] {
        for app in [&app, &open] {
            let preflight = app
                .client()
                .call(Method::OPTIONS, "/v1/sessions")
                .header("origin", origin);
            let preflight = preflight
                .header("access-control-request-method", "POST")
                .send()
                .await;
            assert_eq!(preflight.header("access-control-allow-origin"), "");
            preflight.expect_problem(Code::PreflightRefused);
            let answer = app
                .client()
                .get("/health/live")
                .header("origin", origin)
                .send()
                .await;
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
}

#[tokio::test]
async fn the_documentation_comes_whole_from_this_server() {
    let app = TestApp::start().await;
    let client = app.client();
    let moved = client.get("/docs").send().await.expect(308);
    let page = client
        .get(moved.header("location"))
        .send()
        .await
        .expect(200);
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'") && !policy.contains("http"),
        "{policy}"
    );
    let html = page.text();
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "{html}"
    );
    assert!(
        !html.contains("<script>"),
        "an inline script would be blocked"
    );
    let linked = html
        .split(['"', '\''])
        .filter(|part| part.starts_with("./"));
    let linked: Vec<_> = linked.map(|part| part.trim_start_matches("./")).collect();
    assert!(linked.len() >= 4, "{linked:?}");
    for file in linked {
        let answer = client
            .get(&format!("/docs/{file}"))
            .send()
            .await
            .expect(200);
        let media_type = answer.header("content-type");
        let name = std::path::Path::new(file);
        let fitting = match name.extension().and_then(std::ffi::OsStr::to_str) {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            _ => "image/png",
        };
        assert_eq!(media_type, fitting, "{file}");
        assert!(!answer.body.is_empty(), "{file}");
    }
    let start = client
        .get("/docs/swagger-initializer.js")
        .send()
        .await
        .expect(200)
        .text();
    assert!(
        start.contains("/openapi.json") && start.contains("\"validatorUrl\": \"none\""),
        "{start}"
    );
}

#[tokio::test]
async fn a_panic_in_a_handler_is_a_500_for_one_request_and_tells_nothing() {
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, HttpServer, web};

    async fn boom() -> HttpResponse {
        panic!("the secret of the panic")
    }
    let server = HttpServer::new(|| {
        let app = App::new().route("/boom", web::get().to(boom));
        app.wrap(from_fn(aftercare::http::middleware::security_headers::add))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    for _ in 0..3 {
        let answer = reqwest::get(format!("http://{address}/boom"))
            .await
            .unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let body = answer.text().await.unwrap();
        assert!(
            body.contains("\"internal\"") && !body.contains("secret"),
            "{body}"
        );
    }
    handle.stop(false).await;
}

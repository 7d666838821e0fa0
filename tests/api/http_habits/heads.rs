//! `HEAD` answers like `GET`, and leaves no trace.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use reqwest::Method;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::collection::Collection;

async fn head(client: &Client, path: &str) -> Answer {
    let answer = client.call(Method::HEAD, path).send().await;
    assert!(answer.body.is_empty());
    answer
}

async fn audited(admin: &Client) -> usize {
    let entries = admin.get("/v1/audit").send().await.expect(200).json();
    entries["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_head_on_what_is_audited_writes_no_entry_and_tells_no_figure() {
    let collection = Collection::start().await;
    let staff = collection
        .app
        .with_roles(&[Role::Admin, Role::Analyst])
        .await
        .client;
    let before = audited(&staff).await;
    for (path, kind) in [
        (
            "/v1/forms/every-kind/responses.csv",
            "text/csv; charset=utf-8; header=present",
        ),
        (
            "/v1/forms/every-kind/responses.ndjson",
            "application/x-ndjson",
        ),
        (
            "/v1/forms/every-kind/remarks.csv",
            "text/csv; charset=utf-8; header=present",
        ),
        (
            "/v1/forms/every-kind/codebook.csv",
            "text/csv; charset=utf-8; header=present",
        ),
        (
            "/v1/forms/every-kind/codes.csv",
            "text/csv; charset=utf-8; header=present",
        ),
        ("/v1/forms/every-kind/codebook.json", "application/json"),
        ("/v1/remarks", "application/json"),
    ] {
        let answer = staff
            .call(Method::HEAD, path)
            .header("accept-encoding", "zstd");
        let answer = answer.send().await.expect(200);
        assert_eq!(answer.header("content-type"), kind, "{path}");
        assert_eq!(answer.header("content-encoding"), "zstd", "{path}");
        assert!(answer.header("vary").contains("accept-encoding"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        for figure in ["content-length", "disclosure-control", "etag", "link"] {
            assert_eq!(answer.header(figure), "", "{path}");
        }
    }
    assert_eq!(audited(&staff).await, before);
    let file = head(&staff, "/v1/forms/every-kind/responses.csv").await;
    let name = "attachment; filename=\"every-kind-responses.csv\"";
    assert_eq!(file.header("content-disposition"), name);
    let listed = staff.get("/v1/remarks").send().await.expect(200);
    assert!(!listed.header("etag").is_empty());
    assert_eq!(
        audited(&staff).await,
        before + 1,
        "GET is recorded as before"
    );
}

#[tokio::test]
async fn a_head_is_refused_where_the_get_would_be() {
    let collection = Collection::start().await;
    let analyst = collection.app.with_staff(Role::Analyst).await.client;
    for (path, status) in [
        ("/v1/forms/none/responses.csv", 404),
        ("/v1/forms/none/remarks.csv", 404),
        ("/v1/forms/none/codebook.csv", 404),
        ("/v1/forms/every-kind/codebook.csv?language=fr", 404),
        ("/v1/forms/every-kind/responses.csv?k=1", 400),
        ("/v1/forms/every-kind/responses.csv?campaign=none", 400),
        ("/v1/forms/every-kind/remarks.csv?campaign=none", 400),
        ("/v1/remarks?state=lost", 400),
        ("/v1/remarks?campaign=none", 400),
    ] {
        assert_eq!(head(&analyst, path).await.status, status, "{path}");
    }
    let nobody = head(
        &collection.app.client(),
        "/v1/forms/every-kind/responses.csv",
    )
    .await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn a_head_is_no_way_to_another_method() {
    let app = TestApp::start().await;
    for path in ["/v1/sessions", "/v1/sessions/refresh", "/v1/passes"] {
        let answer = head(&app.client(), path).await.expect(405);
        assert!(!answer.header("allow").contains("HEAD"), "{path}");
    }
    let got = app.client().get("/v1/sessions").send().await;
    got.expect_problem(Code::MethodNotAllowed);
}

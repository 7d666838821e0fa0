//! The link to the next page.

use std::collections::BTreeSet;

use aftercare::config::HttpConfig;
use aftercare::domain::staff::role::Role;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};

/// The address of the next page, as a client library reads it.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get("link")?.to_str().unwrap();
    let (address, relation) = link.split_once(">; ").unwrap();
    assert_eq!(relation, "rel=\"next\"");
    Some(address.strip_prefix('<').unwrap().to_owned())
}

async fn ids(client: &Client, first: &str) -> Vec<String> {
    let (mut path, mut ids) = (first.to_owned(), Vec::new());
    loop {
        let page = client.get(&path).send().await.expect(200);
        let body = page.json();
        let items = body["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|item| item["number"].to_string() + item["id"].as_str().unwrap_or_default()),
        );
        assert_eq!(
            next(&page).is_some(),
            body["next_cursor"].is_string(),
            "{path}"
        );
        match next(&page) {
            Some(following) => path = following,
            None => return ids,
        }
    }
}

#[tokio::test]
async fn a_client_walks_a_list_by_its_links_and_keeps_its_filter() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    for _ in 0..4 {
        app.with_staff(Role::Author).await;
    }
    let found = ids(&admin, "/v1/staff?limit=2").await;
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 5);
    for name in ["A", "B", "C"] {
        let body = serde_json::json!({"email": format!("{name}@clinic.example"), "name": name, "roles": ["author"], "password": "correct horse battery staple"});
        admin.post("/v1/staff").json(&body).send().await.expect(201);
    }
    let filter = "action=staff_created&from=2020-01-01T00%3A00%3A00Z";
    let first = admin
        .get(&format!("/v1/audit?limit=1&{filter}"))
        .send()
        .await
        .expect(200);
    let following = next(&first).unwrap();
    assert!(
        following.starts_with("/v1/audit?limit=1&") && following.contains(filter),
        "{following}"
    );
    assert_eq!(
        ids(&admin, &format!("/v1/audit?{filter}&limit=1"))
            .await
            .len(),
        3
    );
}

#[tokio::test]
async fn a_link_takes_nothing_from_the_host_header_and_pages_of_allowed_origins_may_read_it() {
    const FRIEND: &str = "https://survey.clinic.example";
    let app = TestApp::start_with(HttpConfig::default().with_cors_origins(FRIEND)).await;
    let admin = app.with_staff(Role::Admin).await.client;
    app.with_staff(Role::Author).await;
    let page = admin
        .get("/v1/staff?limit=1")
        .header("host", "evil.example")
        .header("origin", FRIEND);
    let page = page.send().await.expect(200);
    assert!(next(&page).unwrap().starts_with("/v1/staff?"));
    let exposed = page
        .header("access-control-expose-headers")
        .to_ascii_lowercase();
    assert!(exposed.contains("link"), "{exposed}");
}

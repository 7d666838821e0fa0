//! Content codings, entity tags and `Vary`.

use std::io::Read;

use aftercare::domain::staff::role::Role;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::collection::Collection;

const BROWSER: &str = "gzip, deflate, br, zstd";

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        "br" => brotli::BrotliDecompress(&mut answer.body.as_slice(), &mut plain).unwrap(),
        "zstd" => plain = zstd::decode_all(answer.body.as_slice()).unwrap(),
        "gzip" => {
            let mut gzip = flate2::read::GzDecoder::new(answer.body.as_slice());
            gzip.read_to_end(&mut plain).unwrap();
        }
        "" => plain = answer.body.clone(),
        other => panic!("{other}"),
    }
    plain
}

async fn get(client: &Client, path: &str, accepted: &str) -> Answer {
    let call = client.get(path).header("accept-encoding", accepted);
    let answer = call.send().await.expect(200);
    assert_varies(&answer, path);
    answer
}

#[track_caller]
fn assert_varies(answer: &Answer, what: &str) {
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert_eq!(vary.len(), 1, "{what}: {vary:?}");
    let named = answer.header("vary").to_ascii_lowercase();
    assert_eq!(
        named.matches("accept-encoding").count(),
        1,
        "{what}: {named}"
    );
}

#[tokio::test]
async fn what_is_made_once_comes_in_every_coding_with_a_strong_tag_for_each() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    for path in [
        "/openapi.json",
        "/v1/form-definition.schema.json",
        "/v1/forms/every-kind/versions/1",
        "/v1/forms/every-kind",
    ] {
        let plain = client.get(path).send().await.expect(200);
        assert_varies(&plain, path);
        let mut tags = vec![plain.header("etag").to_owned()];
        for (accepted, coding) in [
            ("br", "br"),
            ("zstd", "zstd"),
            ("gzip", "gzip"),
            (BROWSER, "br"),
        ] {
            let packed = get(&client, path, accepted).await;
            assert_eq!(packed.header("content-encoding"), coding, "{path}");
            assert_eq!(unpacked(&packed), plain.body, "{path} {coding}");
            assert!(packed.body.len() < plain.body.len());
            tags.push(packed.header("etag").to_owned());
            let again = client
                .get(path)
                .header("accept-encoding", accepted)
                .header("if-none-match", packed.header("etag"))
                .send()
                .await
                .expect(304);
            assert_eq!(again.header("etag"), packed.header("etag"));
            assert!(again.body.is_empty());
            assert_varies(&again, path);
        }
        assert_eq!(tags.pop(), Some(tags[1].clone()), "br is br, whoever asks");
        assert!(tags.iter().all(|tag| tag.starts_with('"')), "{tags:?}");
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(
            tags.len(),
            4,
            "{path}: bytes that differ have tags that differ"
        );
    }
}

#[tokio::test]
async fn lists_are_compressed_and_their_weak_tag_is_the_same_in_every_coding() {
    let collection = Collection::start().await;
    let all = [Role::Admin, Role::Analyst, Role::Coordinator];
    let staff = collection.app.with_roles(&all).await.client;
    for path in [
        "/v1/forms",
        "/v1/forms/every-kind/versions",
        "/v1/campaigns",
        "/v1/campaigns/test-campaign/invitations",
        "/v1/remarks",
        "/v1/staff",
    ] {
        let plain = get(&staff, path, "identity").await;
        let tag = plain.header("etag");
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        for (accepted, coding) in [
            ("br", "br"),
            ("gzip", "gzip"),
            (BROWSER, "zstd"),
            ("zstd", "zstd"),
        ] {
            let packed = get(&staff, path, accepted).await;
            assert_eq!(packed.header("content-encoding"), coding, "{path}");
            assert_eq!(unpacked(&packed), plain.body, "{path} {coding}");
            assert_eq!(packed.header("etag"), tag);
        }
        let known = staff
            .get(path)
            .header("accept-encoding", BROWSER)
            .header("if-none-match", &format!("\"other\", {tag}"))
            .send()
            .await
            .expect(304);
        assert_eq!((known.header("etag"), known.body.len()), (tag, 0), "{path}");
        assert_varies(&known, path);
    }
    // The audit grows with each look at remarks, so its tag is compared at one moment.
    let audit = get(&staff, "/v1/audit", BROWSER).await;
    assert_eq!(audit.header("content-encoding"), "zstd");
    let known = staff
        .get("/v1/audit")
        .header("if-none-match", audit.header("etag"));
    known.send().await.expect(304);
}

#[tokio::test]
async fn a_list_that_has_changed_is_sent_again() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let before = admin.get("/v1/staff").send().await.expect(200);
    app.with_staff(Role::Author).await;
    let after = admin
        .get("/v1/staff")
        .header("if-none-match", before.header("etag"));
    let after = after.send().await.expect(200);
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn exports_come_in_zstd_first() {
    let collection = Collection::start().await;
    let analyst = collection.app.with_staff(Role::Analyst).await.client;
    for path in [
        "/v1/forms/every-kind/codebook.csv",
        "/v1/forms/every-kind/remarks.csv",
    ] {
        let plain = get(&analyst, path, "identity").await;
        for (accepted, coding) in [(BROWSER, "zstd"), ("br, gzip", "br"), ("gzip", "gzip")] {
            let packed = get(&analyst, path, accepted).await;
            assert_eq!(packed.header("content-encoding"), coding, "{path}");
            assert_eq!(unpacked(&packed), plain.body, "{path} {coding}");
        }
    }
}

#[tokio::test]
async fn a_problem_is_not_compressed_but_varies() {
    let app = TestApp::start().await;
    let client = app.client();
    for path in ["/v1/forms?limit=x", "/v1/staff", "/v1/campaigns/none"] {
        let refused = client
            .get(path)
            .header("accept-encoding", BROWSER)
            .send()
            .await;
        assert!(refused.status.is_client_error());
        assert_eq!(refused.header("content-encoding"), "");
        assert_varies(&refused, path);
    }
}

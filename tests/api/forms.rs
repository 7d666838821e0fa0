//! Published forms: languages, caching, compression, lists.

use std::io::Read;
use std::time::{Duration, Instant};

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::collection::{
    Collection, EVERY_KIND, definition, draft, publish, publish_draft,
};

const VERSION: &str = "/v1/forms/every-kind/versions/1";

#[tokio::test]
async fn the_newest_version_names_its_lasting_address() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let mut form = definition(EVERY_KIND);
    form["title"]["en"] = json!("Second");
    draft(&collection.staff.client, &form).await.expect(200);
    publish_draft(&collection.staff.client, "every-kind", &json!({}))
        .await
        .expect(201);
    let newest = client.get("/v1/forms/every-kind").send().await.expect(200);
    assert_eq!(
        newest.header("content-location"),
        "/v1/forms/every-kind/versions/2"
    );
    assert_eq!(newest.header("cache-control"), "public, max-age=60");
    let lasting = client
        .get("/v1/forms/every-kind/versions/2")
        .send()
        .await
        .expect(200);
    assert_eq!(lasting.json(), newest.json());
    assert_eq!(
        lasting.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    let versions = client
        .get("/v1/forms/every-kind/versions")
        .send()
        .await
        .expect(200)
        .json();
    let numbers: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["version"].clone())
        .collect();
    assert_eq!(numbers, [json!(1), json!(2)]);
    let listed = client.get("/v1/forms").send().await.expect(200).json();
    assert_eq!(listed["items"][0]["version"], 2);
    assert_eq!(listed["items"][0]["title"]["en"], "Second");
}

#[tokio::test]
async fn what_another_server_retires_is_seen_within_seconds_and_a_form_is_read_without_a_database()
{
    let collection = Collection::start().await;
    let app = &collection.app;
    let mut form = definition(EVERY_KIND);
    form["title"]["en"] = json!("Second");
    draft(&collection.staff.client, &form).await.expect(200);
    publish_draft(&collection.staff.client, "every-kind", &json!({}))
        .await
        .expect(201);
    let newest = async || {
        let reply = app.client().get("/v1/forms/every-kind").send().await;
        reply.expect(200).json()["version"].clone()
    };
    assert_eq!(newest().await, 2);
    // As a second server does.
    let retire =
        "UPDATE form_versions SET retired_at = now(), accepts_until = now() WHERE version = 2";
    let mut conn = app.connect().await;
    conn.batch_execute(retire).await.unwrap();
    let begin = Instant::now();
    while newest().await != 1 {
        assert!(begin.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(conn);

    let name = &app.database.name;
    let cut = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    app.database.outside(&cut).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let listed = app.client().get("/v1/forms").expecting_failure();
    assert_eq!(listed.send().await.status, 503);
    for _ in 0..3 {
        assert_eq!(newest().await, 1);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    client
        .get("/v1/forms/nothing")
        .send()
        .await
        .expect_problem(Code::FormUnknown);
    client
        .get("/v1/forms/nothing/versions")
        .send()
        .await
        .expect_problem(Code::FormUnknown);
    client
        .get("/v1/forms/every-kind/versions/7")
        .send()
        .await
        .expect_problem(Code::VersionUnknown);
    client
        .get("/v1/forms/every-kind/versions/99999999999")
        .send()
        .await
        .expect_problem(Code::NotFound);
    client
        .get("/v1/forms/every-kind/versions/one")
        .send()
        .await
        .expect_problem(Code::NotFound);
}

#[tokio::test]
async fn a_reader_gets_one_language_and_who_does_not_say_gets_all() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let titles = |form: Value| form["definition"]["title"].clone();
    let all = client.get(VERSION).send().await.expect(200).json();
    assert_eq!(titles(all), json!({"en": "Every kind", "ko": "모든 종류"}));
    let korean = client
        .get(VERSION)
        .header("accept-language", "ko-KR,ko;q=0.9,en;q=0.8")
        .send()
        .await
        .expect(200);
    assert_eq!(korean.header("content-language"), "ko");
    assert!(korean.header("vary").contains("accept-language"));
    assert_eq!(titles(korean.json()), json!({"ko": "모든 종류"}));
    let asked = format!("{VERSION}?language=en");
    let english = client
        .get(&asked)
        .header("accept-language", "ko")
        .send()
        .await
        .expect(200);
    assert_eq!(titles(english.json()), json!({"en": "Every kind"}));
    let foreign = client
        .get(VERSION)
        .header("accept-language", "fr")
        .send()
        .await
        .expect(200);
    assert_eq!(
        foreign.header("content-language"),
        "en",
        "the form's first language"
    );
    let unknown = client.get(&format!("{VERSION}?language=fr")).send().await;
    unknown.expect_problem(Code::LanguageNotOffered);
}

#[tokio::test]
async fn a_body_is_compressed_for_who_takes_it_and_not_sent_again_to_who_has_it() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let plain = client.get(VERSION).send().await.expect(200);
    let gzip = client
        .get(VERSION)
        .header("accept-encoding", "gzip")
        .send()
        .await
        .expect(200);
    let brotli = client
        .get(VERSION)
        .header("accept-encoding", "gzip, br")
        .send()
        .await
        .expect(200);
    assert_eq!(
        (
            gzip.header("content-encoding"),
            brotli.header("content-encoding")
        ),
        ("gzip", "br")
    );
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
    let mut unpacked = Vec::new();
    brotli::BrotliDecompress(&mut brotli.body.as_slice(), &mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    let tags = [
        plain.header("etag"),
        gzip.header("etag"),
        brotli.header("etag"),
    ];
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && !tags[0].starts_with("W/"),
        "{tags:?}"
    );
    let known = client
        .get(VERSION)
        .header("if-none-match", plain.header("etag"))
        .send()
        .await
        .expect(304);
    assert!(known.body.is_empty());
    assert_eq!(known.header("etag"), plain.header("etag"));
    client
        .get(VERSION)
        .header("if-none-match", gzip.header("etag"))
        .send()
        .await
        .expect(200);
    client
        .get(VERSION)
        .header("if-none-match", "\"other\"")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn a_list_of_forms_goes_on_where_its_page_ended() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    for key in ["charlie", "alpha", "bravo"] {
        let mut form = definition(EVERY_KIND);
        form["key"] = json!(key);
        publish(&author, &form).await;
    }
    let client = app.client();
    let first = client
        .get("/v1/forms?limit=2")
        .send()
        .await
        .expect(200)
        .json();
    let keys = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|form| form["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys(&first), ["alpha", "bravo"]);
    let next = format!(
        "/v1/forms?limit=2&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    let second = client.get(&next).send().await.expect(200).json();
    assert_eq!(
        (keys(&second), &second["next_cursor"]),
        (vec!["charlie".to_owned()], &Value::Null)
    );
}

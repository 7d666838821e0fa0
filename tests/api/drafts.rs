//! Writing forms, publishing and retiring them.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::collection::{
    Collection, EVERY_KIND, SHIPPED, definition, draft, new_receipt, publish, publish_draft,
};

const DRAFT: &str = "/v1/forms/every-kind/draft";

#[tokio::test]
async fn a_form_is_drafted_in_yaml_changed_and_published() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let created = author
        .post("/v1/forms")
        .raw("application/yaml", EVERY_KIND)
        .send()
        .await
        .expect(201);
    assert_eq!(created.header("location"), DRAFT);
    assert_eq!(created.json()["faults"], json!([]));
    let read = author.get(DRAFT).send().await.expect(200);
    assert_eq!(read.header("etag"), created.header("etag"));
    let mut changed = read.json()["definition"].clone();
    changed["title"]["en"] = json!("Every kind of question");
    let saved = author
        .put(DRAFT)
        .header("if-match", read.header("etag"))
        .json(&changed)
        .send()
        .await
        .expect(200);
    assert_ne!(saved.header("etag"), read.header("etag"));
    let version = publish_draft(&author, "every-kind", &json!({}))
        .await
        .expect(201);
    assert_eq!(
        version.header("location"),
        "/v1/forms/every-kind/versions/1"
    );
    assert_eq!(version.json()["definition"], changed);
    author
        .get(DRAFT)
        .send()
        .await
        .expect_problem(Code::DraftUnknown);
}

#[tokio::test]
async fn the_list_of_drafts_has_those_of_the_authors_scope_and_counts_their_faults() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let sound = definition(EVERY_KIND);
    let mut faulty = sound.clone();
    faulty["key"] = json!("faulty");
    faulty["sections"][0]["title"] = json!({});
    for form in [&sound, &faulty] {
        author.post("/v1/forms").json(form).send().await.expect(201);
    }
    let list = author.get("/v1/drafts").send().await.expect(200).json();
    let items = list["items"].as_array().unwrap().iter();
    let keys: Vec<_> = items.map(|it| it["form"].as_str().unwrap()).collect();
    assert_eq!(keys, ["every-kind", "faulty"]);
    assert_eq!(list["items"][0]["faults"], 0);
    assert_eq!(list["items"][0]["title"], sound["title"]);
    assert!(list["items"][1]["faults"].as_u64() > Some(0), "{list}");

    let first = author
        .get("/v1/drafts?limit=1")
        .send()
        .await
        .expect(200)
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = author
        .get(&format!("/v1/drafts?cursor={cursor}"))
        .send()
        .await;
    assert_eq!(rest.expect(200).json()["items"][0]["form"], "faulty");

    let scope = json!({"author": {"forms": ["faulty"]}});
    let limited = app.with_scopes(&[Role::Author], scope).await.client;
    let list = limited.get("/v1/drafts").send().await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["form"], "faulty");
}

#[tokio::test]
async fn what_is_handed_in_without_an_edition_gets_the_newest_and_an_older_one_is_kept() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let mut form = definition(EVERY_KIND);
    form.as_object_mut().unwrap().remove("edition");
    let created = author.post("/v1/forms").json(&form).send().await;
    let created = created.expect(201);
    assert_eq!(created.json()["definition"]["edition"], 2);
    form["edition"] = json!(1);
    let saved = author
        .put(DRAFT)
        .header("if-match", created.header("etag"))
        .json(&form)
        .send()
        .await;
    assert_eq!(saved.expect(200).json()["definition"]["edition"], 1);
}

#[tokio::test]
async fn a_change_needs_the_state_that_it_was_made_on() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let form = definition(EVERY_KIND);
    let created = author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect(201);
    author
        .put(DRAFT)
        .json(&form)
        .send()
        .await
        .expect_problem(Code::PreconditionRequired);
    let stale = author
        .put(DRAFT)
        .header("if-match", "\"stale\"")
        .json(&form)
        .send()
        .await;
    stale.expect_problem(Code::PreconditionFailed);
    draft(&author, &form)
        .await
        .expect_problem(Code::PreconditionFailed);
    author
        .delete(DRAFT)
        .send()
        .await
        .expect_problem(Code::PreconditionRequired);
    let publish = author
        .post(&format!("{DRAFT}/publish"))
        .header("if-match", "\"stale\"")
        .json(&json!({}));
    publish
        .send()
        .await
        .expect_problem(Code::PreconditionFailed);
    author
        .delete(DRAFT)
        .header("if-match", created.header("etag"))
        .send()
        .await
        .expect(204);
    author
        .get(DRAFT)
        .send()
        .await
        .expect_problem(Code::FormUnknown);
}

#[tokio::test]
async fn of_two_changes_at_once_on_the_same_state_one_is_refused() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let form = definition(EVERY_KIND);
    let created = author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect(201);
    let put = |title: &str| {
        let mut form = form.clone();
        form["title"]["en"] = json!(title);
        author
            .put(DRAFT)
            .header("if-match", created.header("etag"))
            .json(&form)
            .send()
    };
    let (one, other) = tokio::join!(put("one"), put("other"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn publishing_names_every_fault_at_once_with_its_pointer() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let mut form = definition(EVERY_KIND);
    form["title"] = json!({"en": "Only English"});
    form["sections"][1]["questions"][2]["max"] = json!(-1);
    let created = author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect(201);
    assert_eq!(
        created.json()["faults"].as_array().unwrap().len(),
        2,
        "they show in the draft already"
    );
    let refused = publish_draft(&author, "every-kind", &json!({}))
        .await
        .expect_problem(Code::DraftInvalid);
    assert_eq!(
        refused.pointers(),
        ["/title", "/sections/1/questions/2/max"]
    );
    app.client()
        .get("/v1/forms/every-kind")
        .send()
        .await
        .expect_problem(Code::FormUnknown);
}

#[tokio::test]
async fn a_draft_that_is_no_form_is_refused_with_the_field() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let mut form = definition(EVERY_KIND);
    form["sections"][0]["titel"] = json!({});
    let unknown = author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect_problem(Code::BodyInvalid);
    assert_eq!(unknown.pointers(), ["/sections/0/titel"]);
    let yaml = EVERY_KIND.replace("title: {en: You, ko: 나}", "titel: {en: You, ko: 나}");
    let unknown = author
        .post("/v1/forms")
        .raw("application/yaml", yaml)
        .send()
        .await;
    assert_eq!(
        unknown.expect_problem(Code::BodyInvalid).pointers(),
        ["/sections/0/titel"]
    );
    for yaml in ["a: [1", "a: &x 1\nb: *x", "\u{0}", "- - - -"] {
        let answer = author
            .post("/v1/forms")
            .raw("application/yaml", yaml)
            .send()
            .await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 422),
            "{yaml:?}: {answer:?}"
        );
    }
    let mut form = definition(EVERY_KIND);
    form["key"] = json!("../etc");
    let key = author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect_problem(Code::BodyInvalid);
    assert_eq!(key.pointers(), ["/key"]);
}

#[tokio::test]
async fn a_key_belongs_to_one_form_and_never_changes() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let mut form = definition(EVERY_KIND);
    publish(&author, &form).await;
    author
        .post("/v1/forms")
        .json(&form)
        .send()
        .await
        .expect_problem(Code::FormExists);
    form["key"] = json!("another");
    let put = author
        .put(DRAFT)
        .header("if-none-match", "*")
        .json(&form)
        .send()
        .await;
    assert_eq!(put.expect_problem(Code::BodyInvalid).pointers(), ["/key"]);
}

#[tokio::test]
async fn the_same_content_is_not_published_twice() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let form = definition(EVERY_KIND);
    publish(&author, &form).await;
    draft(&author, &form).await.expect(200);
    publish_draft(&author, "every-kind", &json!({}))
        .await
        .expect_problem(Code::DraftUnchanged);
}

#[tokio::test]
async fn of_two_publishings_at_once_one_finds_no_draft() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    author
        .post("/v1/forms")
        .json(&definition(EVERY_KIND))
        .send()
        .await
        .expect(201);
    let body = json!({});
    let (one, other) = tokio::join!(
        publish_draft(&author, "every-kind", &body),
        publish_draft(&author, "every-kind", &body)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 404]);
}

#[tokio::test]
async fn a_retired_version_takes_responses_until_its_grace_period_ends() {
    let collection = Collection::start().await;
    let answers = json!({"group": "c", "meals": "none", "distress": 0});
    let retire = |days: i64| {
        let call = collection
            .staff
            .client
            .post("/v1/forms/every-kind/versions/1/retire");
        call.json(&json!({"grace_days": days})).send()
    };
    // A campaign that is open would keep its only version from being retired.
    let campaign = collection
        .staff
        .client
        .post("/v1/campaigns/test-campaign/close");
    let closed = campaign.json(&json!({"grace_days": 30})).send().await;
    closed.expect(200);
    // And so would one that still accepts what was filled in before.
    retire(2).await.expect_problem(Code::VersionNeeded);
    let mut second = definition(EVERY_KIND);
    second["title"]["en"] = json!("The second version");
    draft(&collection.staff.client, &second).await.expect(200);
    publish_draft(&collection.staff.client, "every-kind", &json!({}))
        .await
        .expect(201);
    let retired = retire(2).await.expect(200).json();
    assert_eq!(retired["state"], "retired");
    assert_eq!(
        retire(300).await.expect(200).json(),
        retired,
        "a second time changes nothing"
    );
    let newest = collection.app.client().get("/v1/forms/every-kind");
    assert_eq!(newest.send().await.expect(200).json()["version"], 2);
    collection
        .app
        .client()
        .get("/v1/forms/every-kind/versions/1")
        .send()
        .await
        .expect(200);
    let offline = new_receipt();
    collection.send(&offline, &answers).await.expect(201);
    collection.app.clock.advance(TimeDelta::days(3));
    collection
        .send(&new_receipt(), &answers)
        .await
        .expect_problem(Code::VersionRetired);
    collection.send(&offline, &answers).await.expect(200);
}

#[tokio::test]
async fn a_published_version_cannot_be_changed_even_in_sql() {
    let collection = Collection::start().await;
    let (client, connection) =
        tokio_postgres::connect(&collection.app.database.url(), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    let refused = client
        .execute("UPDATE form_versions SET definition = '{}'", &[])
        .await
        .unwrap_err();
    assert!(
        refused
            .as_db_error()
            .unwrap()
            .message()
            .contains("never changes")
    );
}

#[tokio::test]
async fn the_shipped_form_can_be_published() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let key = publish(&author, &definition(SHIPPED)).await;
    let form = app
        .client()
        .get(&format!("/v1/forms/{key}?language=ko"))
        .send()
        .await
        .expect(200);
    assert_eq!(form.header("content-language"), "ko");
}

#[tokio::test]
async fn the_tag_of_a_change_is_good_for_the_next_however_a_number_is_written() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let mut form = definition(EVERY_KIND);
    form["scores"][0]["to"] = json!([-0.0, 100.0]);
    form["scores"][1]["at_least_answered"] = json!(0.300_000_000_000_000_04);
    let created = author.post("/v1/forms").json(&form).send().await;
    let mut tag = created.expect(201).header("etag").to_owned();
    for _ in 0..2 {
        let read = author.get("/v1/forms/every-kind/draft").send().await;
        assert_eq!(read.expect(200).header("etag"), tag);
        let saved = author.put("/v1/forms/every-kind/draft");
        let saved = saved.header("if-match", &tag).json(&form).send().await;
        tag = saved.expect(200).header("etag").to_owned();
    }
}

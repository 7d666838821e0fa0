//! The file of the remarks that were cleared.

use aftercare::app::export::remarks::RemarksExport;
use aftercare::app::export::{Limits, start};
use aftercare::domain::ids::CampaignId;
use aftercare::domain::staff::role::Role;
use aftercare::formats::csv::CsvOptions;
use aftercare::http::problem::Code;
use aftercare::store::exclusive_connection::ExclusiveConnection;
use diesel_async::SimpleAsyncConnection;
use futures_util::TryStreamExt;
use serde_json::json;

use super::{answers, audited, collection_with, find, list, review};
use crate::support::client::Client;
use crate::support::collection::{Collection, new_receipt};

const PATH: &str = "/v1/forms/every-kind/remarks.csv";

/// Clears all remarks at once.
async fn clear(collection: &Collection) {
    let all = "UPDATE remarks SET state = 'cleared'";
    collection
        .app
        .connect()
        .await
        .batch_execute(all)
        .await
        .unwrap();
}

/// Header and rows, in the order of the file.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    (header, rows.collect())
}

/// The last cell of each row.
async fn texts(client: &Client, query: &str) -> Vec<String> {
    let answer = client
        .get(&format!("{PATH}{query}"))
        .send()
        .await
        .expect(200);
    let rows = table(&answer.text()).1;
    rows.into_iter().map(|mut row| row.pop().unwrap()).collect()
}

#[tokio::test]
async fn only_what_was_cleared_is_exported_and_as_it_was_left() {
    let collection = collection_with(3).await;
    let client = &collection.staff.client;
    assert!(texts(client, "").await.is_empty());
    let story = find(client, "Story 0.").await;
    review(
        client,
        &story,
        &json!({"state": "cleared", "text": "Story […]"}),
    )
    .await
    .expect(200);
    let urgent = find(client, "Urgent 1.").await;
    review(client, &urgent, &json!({"state": "cleared"}))
        .await
        .expect(200);
    let other = find(client, "Story 2.").await;
    review(client, &other, &json!({"state": "withheld"}))
        .await
        .expect(200);

    let answer = client.get(PATH).send().await.expect(200);
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"every-kind-remarks.csv\""
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let (header, mut rows) = table(&answer.text());
    assert_eq!(
        header,
        ["campaign", "question", "language", "text"],
        "no column joins a remark to anything"
    );
    rows.sort();
    assert_eq!(
        rows,
        [
            ["test-campaign", "story", "en", "Story […]"],
            ["test-campaign", "urgent", "en", "Urgent 1."]
        ]
    );
    for remark in [&story, &urgent] {
        assert!(!answer.text().contains(remark["id"].as_str().unwrap()));
    }
    // What was taken back after it was cleared is not in the next file.
    let urgent = find(client, "Urgent 1.").await;
    review(client, &urgent, &json!({"state": "pending"}))
        .await
        .expect(200);
    assert_eq!(texts(client, "").await, ["Story […]"]);
}

#[tokio::test]
async fn two_exports_stand_in_different_orders_and_remarks_of_one_response_apart() {
    let collection = collection_with(30).await;
    clear(&collection).await;
    let client = &collection.staff.client;
    let (one, two) = (texts(client, "").await, texts(client, "").await);
    assert_ne!(one, two);
    let sorted = |mut texts: Vec<String>| {
        texts.sort();
        texts
    };
    assert_eq!(sorted(one.clone()), sorted(two));
    assert_eq!(one.len(), 60);
    let number = |text: &String| text.split(' ').next_back().unwrap().to_owned();
    let together = one
        .windows(2)
        .filter(|pair| number(&pair[0]) == number(&pair[1]))
        .count();
    // By chance it is one, more or less.
    assert!(together < 10, "{together}");
}

#[tokio::test]
async fn remarks_are_chosen_by_campaign_and_written_as_asked() {
    let collection = collection_with(1).await;
    collection.open("second", -1, 5).await;
    let body = json!({"form_version": 1, "language": "ko", "answers": answers("=1+1, \"그리고\"", "급함\n둘째 줄")});
    let call = collection
        .app
        .client()
        .post("/v1/campaigns/second/responses");
    call.header("receipt", &new_receipt())
        .json(&body)
        .send()
        .await
        .expect(201);
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        4
    );
    clear(&collection).await;
    let client = &collection.staff.client;
    assert_eq!(texts(client, "").await.len(), 4);
    assert_eq!(
        texts(client, "?campaign=test-campaign,second").await.len(),
        4
    );
    let mut safe = texts(client, "?campaign=second").await;
    safe.sort();
    assert_eq!(safe, ["'=1+1, \"그리고\"", "급함\n둘째 줄"]);
    assert!(
        texts(client, "?campaign=second&formulas=raw")
            .await
            .contains(&"=1+1, \"그리고\"".to_owned())
    );
    let marked = client
        .get(&format!("{PATH}?bom=true"))
        .send()
        .await
        .expect(200);
    assert!(marked.body.starts_with(b"\xef\xbb\xbfcampaign,"));
    for query in [
        "campaign=nothing",
        "campaign=",
        "week=2027-W05",
        "state=pending",
        "formulas=no",
    ] {
        let answer = client.get(&format!("{PATH}?{query}")).send().await;
        answer.expect_problem(Code::QueryInvalid);
    }
    let unknown = client.get("/v1/forms/nothing/remarks.csv").send().await;
    unknown.expect_problem(Code::FormUnknown);
}

#[tokio::test]
async fn an_export_of_remarks_is_recorded_before_it_is_sent() {
    let collection = collection_with(2).await;
    clear(&collection).await;
    let client = &collection.staff.client;
    texts(client, "").await;
    texts(client, "?campaign=test-campaign").await;
    client
        .get(&format!("{PATH}?campaign=nothing"))
        .send()
        .await
        .expect(400);
    for role in [Role::Admin, Role::Author, Role::Coordinator] {
        let other = collection.app.with_staff(role).await.client;
        other.get(PATH).send().await.expect_problem(Code::Forbidden);
    }
    let details =
        json!({"form": "every-kind", "filter": {"campaigns": ["test-campaign"]}, "rows": 4});
    let entry = (details, json!(collection.staff.id));
    assert_eq!(
        audited(&collection, "remarks_exported").await,
        [entry.clone(), entry]
    );

    let fail = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$; \
                CREATE TRIGGER fail BEFORE INSERT ON audit_entries EXECUTE FUNCTION fail()";
    collection
        .app
        .connect()
        .await
        .batch_execute(fail)
        .await
        .unwrap();
    let answer = client.get(PATH).expecting_failure().send().await;
    assert!(!answer.text().contains("Story"));
    answer.expect_problem(Code::Internal);
}

#[tokio::test]
async fn what_is_withheld_while_an_export_runs_is_in_it_or_not_as_it_was_recorded() {
    let collection = collection_with(4).await;
    clear(&collection).await;
    let campaign: String = collection.sql("SELECT id::text FROM campaigns").await;
    let campaign = CampaignId(campaign.parse().unwrap());
    let export = RemarksExport {
        campaigns: [(campaign, "test-campaign".to_owned())].into(),
        salt: [1; 32],
        options: CsvOptions::default(),
    };
    let conn = collection.app.state.app.pools.exports.get().await.unwrap();
    let connection = ExclusiveConnection::new(conn);
    let spool = &collection.app.state.app.spool;
    let started = start(connection, export, spool, Limits::default())
        .await
        .unwrap();
    assert_eq!(*started.report(), 8);
    // After it was counted and recorded, and before the first row is read.
    let client = &collection.staff.client;
    for remark in list(client, "state=cleared&limit=3").await.iter().take(3) {
        review(client, remark, &json!({"state": "withheld"}))
            .await
            .expect(200);
    }
    let pieces: Vec<_> = started
        .download()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let text = String::from_utf8(pieces.concat()).unwrap();
    assert_eq!(
        table(&text).1.len(),
        8,
        "one moment, for the count and for the rows"
    );
    assert_eq!(texts(client, "").await.len(), 5);
}

#[tokio::test]
async fn a_large_export_of_remarks_is_whole_and_one_that_breaks_is_seen_to_be_broken() {
    let collection = collection_with(1).await;
    let many = "INSERT INTO remarks SELECT gen_random_uuid(), campaign_id, question, language, repeat('words ', 20), 'cleared' \
                FROM remarks, generate_series(1, 20000)";
    collection
        .app
        .connect()
        .await
        .batch_execute(many)
        .await
        .unwrap();
    let client = &collection.staff.client;
    assert_eq!(texts(client, "").await.len(), 40_000);
    let token = &collection.staff.access_token;
    let url = format!("http://{}{PATH}", collection.app.address);
    let plain = reqwest::Client::builder()
        .user_agent(crate::support::logs::USER_AGENT)
        .no_proxy()
        .build()
        .unwrap();
    let mut response = plain.get(url).bearer_auth(token).send().await.unwrap();
    response.chunk().await.unwrap().unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND application_name = 'aftercare-export'";
    collection
        .app
        .connect()
        .await
        .batch_execute(kill)
        .await
        .unwrap();
    assert!(
        response.text().await.is_err(),
        "a broken export looks whole"
    );
}

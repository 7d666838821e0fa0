//! Reading remarks, and what that leaves behind.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{answers, audited, collection_with, list, review};
use crate::support::collection::{Collection, new_receipt};

#[tokio::test]
async fn analysts_read_what_nobody_has_read_yet() {
    let collection = collection_with(1).await;
    let remarks = list(&collection.staff.client, "").await;
    assert_eq!(remarks.len(), 2);
    let story = remarks
        .iter()
        .find(|remark| remark["question"] == "story")
        .unwrap();
    let fields: Vec<&String> = story.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "campaign", "doubt", "etag", "form", "id", "language", "marks", "question", "state",
            "text"
        ]
    );
    assert_eq!(story["text"], "Story 0.");
    assert_eq!(story["campaign"], "test-campaign");
    assert_eq!(
        (&story["form"], &story["language"]),
        (&json!("every-kind"), &json!("en"))
    );
    assert_eq!(story["state"], "pending");
}

#[tokio::test]
async fn only_analysts_read_remarks() {
    let collection = collection_with(1).await;
    for role in [Role::Admin, Role::Author, Role::Coordinator] {
        let other = collection.app.with_staff(role).await.client;
        let answer = other.get("/v1/remarks").send().await;
        answer.expect_problem(Code::Forbidden);
    }
    assert!(audited(&collection, "remarks_listed").await.is_empty());
}

#[tokio::test]
async fn pages_lead_through_all_remarks_in_the_order_of_their_ids() {
    let collection = collection_with(6).await;
    let remarks = list(&collection.staff.client, "limit=5").await;
    let ids: Vec<Uuid> = remarks
        .iter()
        .map(|remark| remark["id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(ids.len(), 12);
    assert!(ids.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn the_queue_begins_with_the_most_doubtful_remarks_and_shows_where_to_look() {
    let collection = Collection::start().await;
    for (story, urgent) in [
        ("I sleep badly.", "Nurse Ann Miller was kind."),
        ("김영희 선생님, 저는 가평군에 살아요", "Thank you."),
        ("My son Oliver and Dr. Patel helped.", "Nothing."),
    ] {
        let sent = collection
            .send(&new_receipt(), &answers(story, urgent))
            .await;
        sent.expect(201);
    }
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        6
    );
    let client = &collection.staff.client;
    for limit in [1, 2, 50] {
        let remarks = list(client, &format!("limit={limit}")).await;
        let texts: Vec<&str> = remarks
            .iter()
            .filter_map(|it| it["text"].as_str())
            .collect();
        assert_eq!(
            texts[..3],
            [
                "My son Oliver and Dr. Patel helped.",
                "김영희 선생님, 저는 가평군에 살아요",
                "Nurse Ann Miller was kind."
            ],
            "{limit}"
        );
        let places: Vec<_> = remarks
            .iter()
            .map(|it| {
                (
                    u64::MAX - it["doubt"].as_u64().unwrap(),
                    it["id"].as_str().unwrap(),
                )
            })
            .collect();
        assert!(places.len() == 6 && places.is_sorted(), "{places:?}");
    }
    let korean = &list(client, "").await[1];
    let text: Vec<char> = korean["text"].as_str().unwrap().chars().collect();
    let marked = korean["marks"].as_array().unwrap().iter().map(|mark| {
        let (start, end) = (
            mark["start"].as_u64().unwrap(),
            mark["end"].as_u64().unwrap(),
        );
        let part = text[start as usize..end as usize]
            .iter()
            .collect::<String>();
        (part, mark["reason"].as_str().unwrap())
    });
    assert_eq!(
        marked.collect::<Vec<_>>(),
        [
            ("김영희 선생님".to_owned(), "name"),
            ("가평군".to_owned(), "place")
        ]
    );
    // In a list of all states, the ids alone count.
    let ids: Vec<String> = list(client, "state=all&limit=4")
        .await
        .iter()
        .map(|it| it["id"].to_string())
        .collect();
    assert!(ids.len() == 6 && ids.is_sorted());
}

#[tokio::test]
async fn marks_are_stored_nowhere() {
    let collection = collection_with(1).await;
    let columns = "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns \
                   WHERE table_name = 'remarks' AND table_schema = 'public'";
    assert_eq!(
        collection.sql::<String>(columns).await,
        "id campaign_id question language text state"
    );
}

#[tokio::test]
async fn remarks_are_chosen_by_campaign_question_language_and_state() {
    let collection = collection_with(2).await;
    collection.open("second", -1, 5).await;
    let body = json!({"form_version": 1, "language": "ko", "answers": answers("이야기", "급함")});
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
        6
    );
    let client = &collection.staff.client;
    let remarks = list(client, "").await;
    review(client, &remarks[0], &json!({"state": "cleared"}))
        .await
        .expect(200);
    review(client, &remarks[1], &json!({"state": "withheld"}))
        .await
        .expect(200);
    for (query, expected) in [
        ("", 4),
        ("state=pending", 4),
        ("state=cleared", 1),
        ("state=withheld", 1),
        ("state=all", 6),
        ("state=all&campaign=second", 2),
        ("state=all&question=story", 3),
        ("state=all&language=ko", 2),
        ("state=all&language=ko&campaign=test-campaign", 0),
        ("state=all&question=nothing", 0),
        ("state=all&limit=1", 6),
    ] {
        assert_eq!(list(client, query).await.len(), expected, "{query}");
    }
    for query in [
        "state=open",
        "state=",
        "campaign=nothing",
        "campaign=",
        "limit=0",
        "cursor=bnVsbA",
        "week=2027-W05",
    ] {
        let answer = client.get(&format!("/v1/remarks?{query}")).send().await;
        answer.expect_problem(Code::QueryInvalid);
    }
}

#[tokio::test]
async fn remarks_of_responses_that_wait_are_not_shown() {
    let collection = Collection::start().await;
    collection.open_with_release_size("slow", -1, 5, 10).await;
    let body = json!({"form_version": 1, "language": "en", "answers": answers("Wait.", "For it.")});
    let call = collection.app.client().post("/v1/campaigns/slow/responses");
    call.header("receipt", &new_receipt())
        .json(&body)
        .send()
        .await
        .expect(201);
    collection.release().await;
    assert!(list(&collection.staff.client, "state=all").await.is_empty());
}

#[tokio::test]
async fn every_page_that_is_shown_is_in_the_audit_without_its_text() {
    let collection = collection_with(3).await;
    let client = &collection.staff.client;
    list(client, "limit=4&campaign=test-campaign").await;
    list(client, "state=withheld&question=story&language=en").await;
    client
        .get("/v1/remarks?state=open")
        .send()
        .await
        .expect(400);
    let entries = audited(&collection, "remarks_listed").await;
    let details: Vec<&Value> = entries.iter().map(|(details, _)| details).collect();
    assert_eq!(
        details,
        [
            &json!({"state": "withheld", "question": "story", "language": "en", "remarks": 0}),
            &json!({"state": "pending", "campaign": "test-campaign", "remarks": 2}),
            &json!({"state": "pending", "campaign": "test-campaign", "remarks": 4}),
        ]
    );
    assert!(
        entries
            .iter()
            .all(|(_, staff)| *staff == json!(collection.staff.id))
    );
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let collection = collection_with(1).await;
    let fail = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$; \
                CREATE TRIGGER fail BEFORE INSERT ON audit_entries EXECUTE FUNCTION fail()";
    diesel_async::SimpleAsyncConnection::batch_execute(&mut collection.app.connect().await, fail)
        .await
        .unwrap();
    let answer = collection
        .staff
        .client
        .get("/v1/remarks")
        .expecting_failure()
        .send()
        .await;
    assert!(!answer.text().contains("Story"));
    answer.expect_problem(Code::Internal);
}

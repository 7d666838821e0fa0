//! The sentences of docs/privacy.md that the database itself must keep.

use serde_json::json;
use uuid::Uuid;

use crate::support::collection::{Collection, new_receipt};

fn answers() -> serde_json::Value {
    json!({
        "group": "a", "meals": "some", "distress": 3, "exact": 5, "story": "Call 010-1234-5678 or mail a@example.org.",
        "urgent": "Slow mornings.",
    })
}

#[tokio::test]
async fn a_stored_response_holds_these_columns_and_no_others() {
    let collection = Collection::start().await;
    let columns = |table: &str| {
        format!(
            "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) \
             FROM information_schema.columns WHERE table_name = '{table}'"
        )
    };
    let of = async |table: &str| collection.sql::<String>(&columns(table)).await;
    assert_eq!(
        of("responses").await,
        "id uuid, campaign_id uuid, form_version_id uuid, language text, week date, record bytea"
    );
    assert_eq!(
        of("remarks").await,
        "id uuid, campaign_id uuid, question text, language text, text text, state text"
    );
    assert_eq!(
        of("waiting_remarks").await,
        "id uuid, campaign_id uuid, question text, language text, text text"
    );
    assert_eq!(
        of("arrivals").await,
        "id uuid, campaign_id uuid, form_version_id uuid, language text, week date, record bytea, remarks jsonb"
    );
    assert_eq!(
        of("tombstones").await,
        "id uuid, campaign_id uuid, replaced boolean"
    );
}

#[tokio::test]
async fn the_week_is_the_only_time_and_starts_on_monday() {
    let collection = Collection::start().await;
    collection
        .send(&new_receipt(), &answers())
        .await
        .expect(201);
    let monday = "SELECT extract(isodow FROM week)::int FROM responses";
    assert_eq!(collection.sql::<i32>(monday).await, 1);
}

#[tokio::test]
async fn the_receipt_is_nowhere_in_the_database() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    collection.send(&receipt, &answers()).await.expect(201);
    // The tables are read one after the other, so nothing may move meanwhile.
    assert_eq!(
        collection.sql::<i64>("SELECT count(*) FROM remarks").await,
        2
    );
    let mut conn = collection.app.connect().await;
    let dump = crate::support::postgres::dump_text(&mut conn).await;
    assert!(dump.contains("Slow mornings"), "the dump holds the data");
    assert!(!dump.contains(&receipt));
}

#[tokio::test]
async fn no_remark_shares_an_id_with_a_response_and_no_id_has_a_clock() {
    let collection = Collection::start().await;
    for _ in 0..5 {
        collection
            .send(&new_receipt(), &answers())
            .await
            .expect(201);
    }
    let ids = "SELECT array_agg(id::text) FROM (SELECT id FROM responses UNION ALL SELECT id FROM remarks) t";
    let ids: Vec<String> = collection.sql(ids).await;
    let ids: Vec<Uuid> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids.len(), 15);
    let different: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(different.len(), 15);
    assert!(ids.iter().all(|id| id.get_version_num() == 4));
}

#[tokio::test]
async fn a_remark_is_cleaned_on_the_way_in_and_waits_for_a_person() {
    let collection = Collection::start().await;
    collection
        .send(&new_receipt(), &answers())
        .await
        .expect(201);
    let story = "SELECT text || '|' || state FROM remarks WHERE question = 'story'";
    assert_eq!(
        collection.sql::<String>(story).await,
        "Call [phone] or mail [email].|pending"
    );
}

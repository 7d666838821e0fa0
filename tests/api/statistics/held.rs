//! Figures do not move with each person: what is withdrawn leaves them in batches.

use aftercare::app::tallies::renew;
use aftercare::domain::statistics::MAX_DAYS_HELD;
use aftercare::http::problem::Code;
use chrono::TimeDelta;

use super::{BY_PASS, MEASURES, PATH, fill, get, settle, withdraw};
use crate::support::collection::Collection;

const CAMPAIGN: &str = "batched";

/// Fewer than a batch may still wait.
const RELEASED: &str = "SELECT count(*) FROM responses";

/// Ways to break a measure down: what tallies tell, and what a pass over the responses tells.
const TABLES: [&str; 7] = [
    "",
    "&by=group",
    "&by=campaign,form_version",
    "&where=group:a",
    "&by=after,language",
    "&by=group,alone,week",
    BY_PASS,
];

async fn collection(seed: u64) -> (Collection, Vec<String>) {
    let collection = Collection::start().await;
    collection
        .open_with_release_size(CAMPAIGN, -1, 30, 10)
        .await;
    let receipts = fill(&collection, CAMPAIGN, 120, seed).await;
    (collection, receipts)
}

/// Every table through every door, as bytes.
async fn everything(collection: &Collection) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for measure in MEASURES {
        for by in TABLES {
            if by.contains(measure) {
                continue;
            }
            let query = format!("of={measure}{by}");
            let body = get(collection, &query).await.expect(200).body;
            all.push((query, body));
        }
    }
    let client = &collection.staff.client;
    for (path, accept) in [
        (format!("{PATH}?of=meals&by=group"), "text/csv"),
        ("/v1/forms/every-kind/report".to_owned(), "application/json"),
        ("/v1/forms/every-kind/report".to_owned(), "text/html"),
    ] {
        let call = client.get(&path).header("accept", accept);
        let body = call.send().await.expect(200).body;
        all.push((format!("{path} {accept}"), body));
    }
    all
}

fn assert_same(before: &[(String, Vec<u8>)], after: &[(String, Vec<u8>)], when: &str) {
    for ((what, before), (_, after)) in before.iter().zip(after) {
        assert!(before == after, "{when}: {what}");
    }
}

#[tokio::test]
async fn every_table_is_the_same_before_and_after_one_withdrawal_and_all_move_together() {
    let (collection, receipts) = collection(31).await;
    let before = everything(&collection).await;
    let released: i64 = collection.sql(RELEASED).await;
    withdraw(&collection, CAMPAIGN, &receipts[0]).await;
    // The response itself is gone at once.
    let left: i64 = collection.sql(RELEASED).await;
    assert_eq!(left, released - 1);
    settle(&collection).await;
    assert_same(&before, &everything(&collection).await, "after one");
    // What was not asked before could only be told without the response.
    let unasked = format!("of=meals&by=distress,alone{BY_PASS}");
    let refused = get(&collection, &unasked).await;
    let refused = refused.expect_problem(Code::FiguresHeld).json();
    let detail = refused["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(CAMPAIGN), "{detail}");
    get(&collection, &format!("{unasked}&campaign=test-campaign"))
        .await
        .expect(200);

    for receipt in &receipts[1..9] {
        withdraw(&collection, CAMPAIGN, receipt).await;
        settle(&collection).await;
    }
    assert_same(&before, &everything(&collection).await, "after nine");

    withdraw(&collection, CAMPAIGN, &receipts[9]).await;
    // Who asks for what waits makes figures follow, where it is time.
    get(&collection, &unasked).await.expect(200);
    let after = everything(&collection).await;
    let moved = before.iter().zip(&after).filter(|(then, now)| then != now);
    let moved = moved.count();
    assert!(moved * 10 > before.len() * 8, "{moved} of {}", before.len());
    // Through both doors the same again.
    for measure in ["meals", "distress", "score_difficulty"] {
        let told = get(&collection, &format!("of={measure}&by=group"))
            .await
            .expect(200);
        let counted = get(&collection, &format!("of={measure}&by=group{BY_PASS}"))
            .await
            .expect(200);
        assert_eq!(told.json(), counted.json());
    }
}

#[tokio::test]
async fn what_was_withdrawn_leaves_figures_with_the_next_release() {
    let (collection, receipts) = collection(32).await;
    withdraw(&collection, CAMPAIGN, &receipts[0]).await;
    let held = "SELECT withdrawn FROM tally_states";
    assert_eq!(collection.sql::<i32>(held).await, 1);
    let cells = "SELECT string_agg(encode(cells, 'hex'), ' ' ORDER BY grouping) FROM tallies";
    let before: String = collection.sql(cells).await;
    fill(&collection, CAMPAIGN, 10, 33).await;
    // Both move figures in one step: there is no time at which the batch shows and the withdrawal does not.
    let step = format!("SELECT ({cells}) = '{before}' OR withdrawn = 0 FROM tally_states");
    assert!(collection.sql::<bool>(&step).await);
    settle(&collection).await;
    assert_eq!(collection.sql::<i32>(held).await, 0);
    for measure in ["meals", "distress", "score_difficulty"] {
        let told = get(&collection, &format!("of={measure}&by=group"))
            .await
            .expect(200);
        let counted = get(&collection, &format!("of={measure}&by=group{BY_PASS}"))
            .await
            .expect(200);
        assert_eq!(told.json(), counted.json());
    }
}

#[tokio::test]
async fn what_was_withdrawn_leaves_figures_after_a_fortnight_however_little_changed() {
    let (collection, receipts) = collection(34).await;
    let cells = "SELECT string_agg(encode(cells, 'hex'), ' ' ORDER BY grouping) FROM tallies";
    let before: String = collection.sql(cells).await;
    withdraw(&collection, CAMPAIGN, &receipts[0]).await;
    let app = &collection.app.state.app;
    let days = i64::try_from(MAX_DAYS_HELD).unwrap();
    collection.app.clock.advance(TimeDelta::days(days - 1));
    assert_eq!(renew(app).await.unwrap(), 0);
    assert_eq!(collection.sql::<String>(cells).await, before);
    collection.app.clock.advance(TimeDelta::days(1));
    // The server may do so as well.
    renew(app).await.unwrap();
    assert_ne!(collection.sql::<String>(cells).await, before);
    // They are those of the responses that are left.
    let after: String = collection.sql(cells).await;
    collection
        .run("UPDATE tally_states SET built = false")
        .await;
    assert_eq!(renew(app).await.unwrap(), 1);
    assert_eq!(collection.sql::<String>(cells).await, after);
}

//! Tallies and a pass over the responses agree, whatever happened to the responses.

use aftercare::app::tallies::renew;
use aftercare::app::tasks::retention::erase_due;
use aftercare::domain::audit::Actor;

use chrono::NaiveDate;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use super::{BY_PASS, MEASURES, figures, fill, withdraw};
use crate::support::collection::Collection;
use crate::support::stored::{every_kind, publish, question, respond_synthetic};

/// What tallies can tell.
const TALLIED: [&str; 7] = [
    "",
    "&by=group",
    "&by=alone",
    "&by=campaign",
    "&by=campaign,form_version,group",
    "&by=form_version&where=group:b",
    "&by=campaign&campaign=other-campaign",
];

/// Checks that each measure has the same figures from tallies and from a pass.
async fn assert_agreement(collection: &Collection, when: &str) {
    for measure in MEASURES {
        for by in TALLIED {
            if by.contains(measure) && ["group", "alone"].contains(&measure) {
                continue;
            }
            let query = format!("of={measure}{by}");
            let told = figures(collection, &query).await;
            let counted = figures(collection, &format!("{query}{BY_PASS}")).await;
            assert_eq!(told, counted, "{when}: {query}");
        }
    }
}

/// The cells of all tallies, as one text.
async fn cells(collection: &Collection) -> String {
    let cells = "SELECT coalesce(string_agg(campaign_id || grouping || encode(cells, 'hex'), ' ' \
                 ORDER BY campaign_id, form_version_id, grouping), '') FROM tallies";
    collection.sql(cells).await
}

async fn forget_tallies(collection: &Collection) {
    let forget = "DELETE FROM tallies; UPDATE tally_states SET built = false";
    collection.run(forget).await;
}

#[tokio::test]
async fn tallies_agree_with_a_pass_after_release_withdrawal_and_erasure() {
    let collection = Collection::start().await;
    collection.open("other-campaign", -1, 30).await;
    assert_agreement(&collection, "without any response").await;
    let receipts = fill(&collection, "test-campaign", 200, 1).await;
    fill(&collection, "other-campaign", 120, 2).await;
    assert_agreement(&collection, "after release").await;
    for receipt in &receipts[..7] {
        withdraw(&collection, "test-campaign", receipt).await;
    }
    super::settle(&collection).await;
    assert_agreement(&collection, "after withdrawal").await;
    let kept = cells(&collection).await;
    forget_tallies(&collection).await;
    assert_eq!(renew(&collection.app.state.app).await.unwrap(), 2);
    assert_eq!(cells(&collection).await, kept, "built anew");

    let past = "UPDATE campaigns SET revision = revision + 1, opens_at = now() - interval '30 days', closes_at = now() - interval '20 days', \
                retained_until = now() - interval '1 day' WHERE key = 'test-campaign'";
    collection.run(past).await;
    let erased = erase_due(&collection.app.state.app, Actor::Server).await;
    assert_eq!(erased.unwrap().len(), 1);
    assert_agreement(&collection, "after erasure").await;
    let left: i64 = collection
        .sql("SELECT count(*) FROM tallies t JOIN campaigns c ON c.id = campaign_id WHERE key = 'test-campaign'")
        .await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_database_from_before_tallies_is_counted_once_and_then_kept_up_to_date() {
    let collection = Collection::start().await;
    collection.open("other-campaign", -1, 30).await;
    let receipts = fill(&collection, "test-campaign", 150, 3).await;
    forget_tallies(&collection).await;
    // Until they are built, each response is counted; changes meanwhile are not lost.
    assert_agreement(&collection, "before they are built").await;
    withdraw(&collection, "test-campaign", &receipts[0]).await;
    fill(&collection, "test-campaign", 5, 4).await;
    assert_eq!(renew(&collection.app.state.app).await.unwrap(), 1);
    assert_eq!(renew(&collection.app.state.app).await.unwrap(), 0);
    fill(&collection, "test-campaign", 5, 5).await;
    withdraw(&collection, "test-campaign", &receipts[1]).await;
    super::settle(&collection).await;
    assert_agreement(&collection, "after they were built").await;
    let kept = super::figures(&collection, "of=meals").await;
    assert!(kept["groups"][0]["responses"].as_u64().unwrap() > 140);
}

#[tokio::test]
async fn tallies_that_cannot_be_read_are_built_anew() {
    let collection = Collection::start().await;
    collection.open("other-campaign", -1, 30).await;
    fill(&collection, "test-campaign", 120, 6).await;
    let kept = cells(&collection).await;
    collection.run("UPDATE tallies SET cells = '\\xff'").await;
    assert_agreement(&collection, "with unreadable tallies").await;
    fill(&collection, "test-campaign", 1, 60).await;
    assert_eq!(renew(&collection.app.state.app).await.unwrap(), 1);
    assert_agreement(&collection, "built anew").await;
    assert_ne!(cells(&collection).await, kept);
}

#[tokio::test]
async fn a_change_that_is_not_committed_is_not_counted() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 20, 7).await;
    let kept = cells(&collection).await;
    // A release that cannot write its tallies moves nothing.
    collection
        .run("ALTER TABLE tallies ADD CONSTRAINT closed CHECK (length(cells) < 0) NOT VALID")
        .await;
    let receipt = crate::support::collection::new_receipt();
    let answers = serde_json::json!({"group": "a", "meals": "some", "distress": 3, "exact": 4});
    collection.send(&receipt, &answers).await.expect(201);
    let app = &collection.app.state.app;
    // It fails, or finds the server's own releaser at it, which fails as well.
    let released = aftercare::app::tasks::release::release_ripe(app).await;
    assert_eq!(released.unwrap_or(0), 0);
    let waiting: i64 = collection.sql_now("SELECT count(*) FROM arrivals").await;
    assert_eq!(waiting, 1);
    collection
        .run("ALTER TABLE tallies DROP CONSTRAINT closed")
        .await;
    assert_ne!(cells(&collection).await, kept);
    let waiting: i64 = collection.sql_now("SELECT count(*) FROM arrivals").await;
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn tallies_agree_with_a_pass_over_versions_that_differ() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 60, 8).await;
    let mut second = every_kind();
    let option = json!({"code": "d", "label": {"en": "D", "ko": "라"}});
    let options = question(&mut second, "group")["options"].as_array_mut();
    options.unwrap().push(option);
    question(&mut second, "sleep_hours")["max"] = json!(200_000);
    question(&mut second, "exact")["max"] = json!(40);
    let huge = json!({"code": "huge", "value": 3, "label": {"en": "Huge", "ko": "엄청"}});
    second["scales"]["difficulty"]
        .as_array_mut()
        .unwrap()
        .push(huge);
    let region = json!({"key": "region", "kind": "yes_no", "background": true, "text": {"en": "Town?", "ko": "도시?"}});
    let person = second["sections"][0]["questions"].as_array_mut();
    person.unwrap().push(region);
    let version = publish(&collection.app.state.app, &second).await;
    assert_eq!(version.number, 2);
    let campaign: String = collection.sql("SELECT id::text FROM campaigns").await;
    let monday = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
    let headings = vec![(campaign.parse().unwrap(), "ko", monday); 80];
    let mut conn = collection.app.connect().await;
    respond_synthetic(
        &mut conn,
        &version,
        &headings,
        &mut StdRng::seed_from_u64(9),
    )
    .await;
    forget_tallies(&collection).await;
    assert_eq!(renew(&collection.app.state.app).await.unwrap(), 1);

    let measures = [
        "group",
        "meals",
        "sleep_hours",
        "exact",
        "region",
        "help_from",
        "score_difficulty",
        "score_difficulty@2",
    ];
    for measure in measures {
        for by in ["", "group", "region", "form_version", "group,form_version"] {
            if by.split(',').any(|it| it == measure) {
                continue;
            }
            let query = match by {
                "" => format!("of={measure}"),
                by => format!("of={measure}&by={by}"),
            };
            let told = figures(&collection, &query).await;
            let counted = figures(&collection, &format!("{query}{BY_PASS}")).await;
            assert_eq!(told, counted, "{query}");
        }
    }
    let exact = figures(&collection, "of=exact").await;
    assert_eq!(exact["measure"]["highest"], 40.0);
    assert_eq!(exact["measure"]["categories"].as_array().unwrap().len(), 0);
    assert!(exact["groups"][0]["mean"]["value"].is_f64());
    let region = figures(&collection, "of=region").await;
    let not_asked = region["groups"][0]["missing"]["not_asked"]
        .as_i64()
        .unwrap();
    assert!((not_asked - 60).abs() <= 5, "{not_asked}");
    let group = figures(&collection, "of=group&by=form_version").await;
    let first_version = &group["groups"][0]["categories"];
    assert_eq!(
        first_version[3],
        json!({"code": "d", "count": 0, "share": null})
    );
    // The whole report as well.
    let path = "/v1/forms/every-kind/report?detail=full";
    let told = collection
        .staff
        .client
        .get(path)
        .send()
        .await
        .expect(200)
        .json();
    forget_tallies(&collection).await;
    let counted = collection
        .staff
        .client
        .get(path)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(told, counted);
}

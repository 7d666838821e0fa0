//! What is kept is deleted when its time is up.

use aftercare::app::tasks::retention;
use aftercare::domain::audit::Actor;
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use aftercare::store::responses::erase::{DueCampaign, StoredCounts};
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::cli::{Place, Serving};
use crate::support::collection::{Collection, OWN, new_receipt};

fn answers() -> Value {
    json!({"group": "a", "meals": "some", "distress": 3, "exact": 1, "story": "A remark."})
}

const LEFT: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM arrivals), (SELECT count(*) FROM responses), \
                    (SELECT count(*) FROM remarks), (SELECT count(*) FROM tombstones))";

impl Collection {
    async fn erase(&self) -> Vec<DueCampaign> {
        retention::erase_due(&self.app.state.app, Actor::Server)
            .await
            .unwrap()
    }
}

/// Two responses and a withdrawn one, and another campaign that is kept for longer.
async fn collected() -> Collection {
    let collection = Collection::start().await;
    collection.open("longer", -1, 300).await;
    for campaign in ["test-campaign", "longer"] {
        let until = Utc::now() + TimeDelta::days(if campaign == "longer" { 301 } else { 40 });
        let patch = collection
            .staff
            .client
            .patch(&format!("/v1/campaigns/{campaign}"));
        patch
            .json(&json!({"retained_until": until}))
            .send()
            .await
            .expect(200);
        let body = json!({"form_version": 1, "language": "en", "answers": answers()});
        for number in 0..3 {
            let receipt = new_receipt();
            let path = format!("/v1/campaigns/{campaign}/responses");
            let call = collection
                .app
                .client()
                .post(&path)
                .header("receipt", &receipt);
            call.json(&body).send().await.expect(201);
            if number == 0 {
                let own = collection.app.client().delete(&format!("{path}/own"));
                own.header("receipt", &receipt).send().await.expect(204);
            }
        }
    }
    collection.release().await;
    collection
}

#[tokio::test]
async fn nothing_is_deleted_before_its_time_and_everything_after() {
    let collection = collected().await;
    collection.app.clock.advance(TimeDelta::days(39));
    assert_eq!(collection.erase().await, []);
    assert_eq!(collection.sql::<String>(LEFT).await, "0 4 4 2");
    collection.app.clock.advance(TimeDelta::days(2));
    let due = retention::due(&collection.app.state.app).await.unwrap();
    let counts = StoredCounts {
        responses: 2,
        remarks: 2,
        tombstones: 1,
        ..StoredCounts::default()
    };
    assert_eq!(due[0].counts, counts);
    assert_eq!(
        collection.sql::<String>(LEFT).await,
        "0 4 4 2",
        "counting deletes nothing"
    );
    let erased = collection.erase().await;
    assert_eq!(erased, due);
    assert_eq!(collection.sql::<String>(LEFT).await, "0 2 2 1");
    assert_eq!(collection.erase().await, [], "once is enough");
    let campaign = collection
        .app
        .client()
        .get("/v1/campaigns/test-campaign")
        .send()
        .await;
    let campaign = campaign.expect(200).json();
    assert_eq!(campaign["state"], "closed");
    assert!(campaign["erased_at"].is_string());
    let staff = collection.app.with_roles(&[Role::Coordinator]).await;
    let patch = staff.client.patch("/v1/campaigns/test-campaign");
    let later = json!({"closes_at": Utc::now() + TimeDelta::days(90), "retained_until": Utc::now() + TimeDelta::days(91)});
    patch
        .json(&later)
        .send()
        .await
        .expect_problem(Code::CampaignClosed);
    let own = collection
        .app
        .client()
        .get(OWN)
        .header("receipt", &new_receipt());
    own.send().await.expect_problem(Code::ResponseUnknown);
}

#[tokio::test]
async fn servers_that_delete_at_once_do_it_once_and_write_it_down_once() {
    let collection = collected().await;
    collection.app.clock.advance(TimeDelta::days(41));
    let erased = join_all((0..6).map(|_| collection.erase())).await;
    assert_eq!(erased.iter().flatten().count(), 1);
    let entries = "SELECT string_agg(action || ' ' || coalesce(staff_id::text, 'nobody') || details, ';') FROM audit_entries \
                   WHERE action = 'campaign_erased'";
    let entries = collection.sql::<String>(entries).await;
    assert!(
        entries.starts_with("campaign_erased nobody{") && !entries.contains(';'),
        "{entries}"
    );
    assert!(entries.contains(r#""responses":2"#), "{entries}");
}

const TIME_IS_UP: &str = "UPDATE campaigns SET revision = revision + 1, opens_at = now() - interval '3 days', \
    closes_at = now() - interval '2 days', retained_until = now() - interval '1 day', erased_at = NULL";
const RESPONSES: &str = "SELECT count(*) FROM responses";

#[tokio::test(flavor = "multi_thread")]
async fn the_command_shows_what_is_due_and_deletes_it_only_when_told_to() {
    let place = Place::empty().await;
    let demo = Serving::start(place.command(&["demo", "--responses", "3"]));
    wait_for(&place, 3).await;
    drop(demo);
    place.execute(TIME_IS_UP).await;
    let dry = place.run(&["retention", "--dry-run"]);
    assert!(dry.status.success(), "{dry:?}");
    let line = String::from_utf8(dry.stdout).unwrap();
    assert!(line.contains("would be deleted: 3 responses"), "{line}");
    assert_eq!(place.count(RESPONSES).await, 3);
    let done = place.run(&["retention"]);
    let line = String::from_utf8(done.stdout).unwrap();
    assert!(line.contains("deleted: 3 responses"), "{line}");
    assert_eq!(place.count(RESPONSES).await, 0);
    let again = place.run(&["retention"]);
    assert!(
        again.status.success() && again.stdout.is_empty(),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_deletes_by_itself_what_is_due() {
    let place = Place::empty().await;
    let demo = Serving::start(place.command(&["demo", "--responses", "3"]));
    wait_for(&place, 3).await;
    drop(demo);
    place.execute(TIME_IS_UP).await;
    let _serving = place.serve(&[]);
    wait_for(&place, 0).await;
}

/// Waits until so many responses are released.
async fn wait_for(place: &Place, count: i64) {
    for _ in 0..100 {
        if place.count(RESPONSES).await == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("there never were {count} responses");
}

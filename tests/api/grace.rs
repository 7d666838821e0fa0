//! The end of a campaign, and the grace for what was filled in before it.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{
    Collection, EVERY_KIND, definition, draft, new_receipt, publish_draft,
};
use crate::support::logs::register_secret;

const COUNTS: &str =
    "SELECT concat_ws(' ', (SELECT count(*) FROM arrivals), (SELECT count(*) FROM responses))";

impl Collection {
    /// Opens a campaign that ends in two days and has the usual grace.
    async fn open_with_grace(&self, key: &str, access: &str) -> Value {
        let day = |days| Utc::now() + TimeDelta::days(days);
        let body = json!({
            "key": key, "form": self.form, "title": {"en": "Test"}, "access": access,
            "opens_at": day(-1), "closes_at": day(2), "release_size": 3,
        });
        let create = self.staff.client.post("/v1/campaigns").json(&body);
        create.send().await.expect(201).json()
    }

    async fn send_late(&self, campaign: &str, invitation: Option<&str>) -> Answer {
        let body = json!({
            "form_version": 1, "language": "en",
            "answers": {"group": "c", "meals": "none", "distress": 0},
        });
        let call = self
            .app
            .client()
            .post(&format!("/v1/campaigns/{campaign}/responses"));
        let call = call.header("receipt", &new_receipt());
        let call = match invitation {
            Some(invitation) => call.header("invitation", invitation),
            None => call,
        };
        call.json(&body).send().await
    }

    async fn make_one(&self, campaign: &str) -> Answer {
        let path = format!("/v1/campaigns/{campaign}/invitations");
        let call = self.staff.client.post(&path);
        call.json(&json!({"count": 1})).send().await
    }

    async fn view(&self, campaign: &str) -> Value {
        let get = self.app.client().get(&format!("/v1/campaigns/{campaign}"));
        get.send().await.expect(200).json()
    }

    async fn change(&self, campaign: &str, change: Value) -> Answer {
        let patch = self
            .staff
            .client
            .patch(&format!("/v1/campaigns/{campaign}"));
        patch.json(&change).send().await
    }
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_was_filled_in_before_the_end_is_accepted_for_two_weeks_and_waits_with_the_rest() {
    let collection = Collection::start().await;
    let created = collection.open_with_grace("spring", "open").await;
    assert_eq!(created["grace_days"], 14);
    let accepts_until = time(&created["accepts_until"]);
    assert_eq!(
        accepts_until,
        time(&created["closes_at"]) + TimeDelta::days(14)
    );
    collection.send_late("spring", None).await.expect(201);
    collection.app.clock.advance(TimeDelta::days(3));
    assert_eq!(collection.view("spring").await["state"], "closed");
    collection.send_late("spring", None).await.expect(201);
    assert_eq!(collection.sql::<String>(COUNTS).await, "2 0", "they wait");
    collection.app.clock.advance(TimeDelta::days(13));
    assert_eq!(
        collection.sql::<String>(COUNTS).await,
        "0 2",
        "what waits at the end of the grace is released together"
    );
    collection
        .send_late("spring", None)
        .await
        .expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn an_invitation_works_within_the_grace_but_none_is_made_and_no_pass_is_issued() {
    let mut collection = Collection::start().await;
    collection.open_with_grace("coded", "code").await;
    let made = collection.make_one("coded").await.expect(201).json();
    let invitation = made["invitations"][0].as_str().unwrap().to_owned();
    register_secret(&invitation);
    collection.open_with_grace("passes", "pass").await;
    collection.app.clock.advance(TimeDelta::days(3));
    collection.staff = collection.app.with_roles(&[Role::Coordinator]).await;
    collection
        .send_late("coded", Some(&invitation))
        .await
        .expect(201);
    let again = collection.send_late("coded", Some(&invitation)).await;
    again.expect_problem(Code::InvitationUsed);
    for campaign in ["coded", "passes"] {
        let refused = collection.make_one(campaign).await;
        refused.expect_problem(Code::CampaignClosed);
    }
    let late = collection.send_late("passes", None).await;
    late.expect_problem(Code::PassMissing);
    let reopened = collection
        .change(
            "passes",
            json!({"closes_at": Utc::now() + TimeDelta::days(9)}),
        )
        .await;
    reopened.expect_problem(Code::CampaignClosed);
}

#[tokio::test]
async fn closing_takes_a_grace_that_is_no_shorter_than_the_one_promised() {
    let collection = Collection::start().await;
    collection.open_with_grace("spring", "open").await;
    collection.send_late("spring", None).await.expect(201);
    let close = |body: Value| {
        let close = collection.staff.client.post("/v1/campaigns/spring/close");
        close.json(&body).send()
    };
    let shorter = close(json!({"grace_days": 3})).await;
    assert_eq!(
        shorter.expect_problem(Code::SettingsPromised).pointers(),
        ["/grace_days"]
    );
    let shorter = collection.change("spring", json!({"grace_days": 13})).await;
    shorter.expect_problem(Code::SettingsPromised);
    let unfit = close(json!({"grace_days": 91})).await;
    unfit.expect_problem(Code::BodyInvalid);
    let closed = close(json!({"grace_days": 20})).await.expect(200).json();
    assert_eq!(
        time(&closed["accepts_until"]),
        time(&closed["closed_at"]) + TimeDelta::days(20)
    );
    collection.send_late("spring", None).await.expect(201);
    assert_eq!(collection.sql::<String>(COUNTS).await, "2 0");
    let recorded = "SELECT details FROM audit_entries WHERE action = 'campaign_changed' ORDER BY number DESC LIMIT 1";
    let recorded = collection.json_row(recorded).await;
    assert_eq!(
        (
            &recorded["before"]["grace_days"],
            &recorded["after"]["grace_days"]
        ),
        (&json!(14), &json!(20))
    );
}

#[tokio::test]
async fn null_is_refused_where_a_campaign_needs_a_value_and_takes_away_where_it_does_not() {
    let collection = Collection::start().await;
    let nulls = [
        "title",
        "opens_at",
        "closes_at",
        "access",
        "release_size",
        "k",
        "retained_until",
        "grace_days",
    ];
    for field in nulls {
        let refused = collection
            .change("test-campaign", json!({field: null}))
            .await;
        assert_eq!(
            refused.expect_problem(Code::BodyInvalid).pointers(),
            [format!("/{field}")]
        );
    }
    let described = json!({"description": {"en": "Why"}});
    let described = collection.change("test-campaign", described).await;
    assert_eq!(described.expect(200).json()["description"]["en"], "Why");
    for field in ["description", "freezes_at", "form_version"] {
        let taken = collection
            .change("test-campaign", json!({field: null}))
            .await;
        assert_eq!(taken.expect(200).json()[field], Value::Null);
    }
}

#[tokio::test]
async fn an_open_campaign_with_responses_cannot_open_later() {
    let collection = Collection::start().await;
    let later = json!({"opens_at": Utc::now() + TimeDelta::days(1)});
    collection
        .change("test-campaign", later.clone())
        .await
        .expect(200);
    let earlier = json!({"opens_at": Utc::now() - TimeDelta::days(1)});
    collection
        .change("test-campaign", earlier)
        .await
        .expect(200);
    collection
        .send_late("test-campaign", None)
        .await
        .expect(201);
    let refused = collection.change("test-campaign", later).await;
    assert_eq!(
        refused.expect_problem(Code::BodyInvalid).pointers(),
        ["/opens_at"]
    );
}

#[tokio::test]
async fn a_version_that_a_campaign_needs_is_not_retired() {
    let collection = Collection::start().await;
    let client = &collection.staff.client;
    collection.open("upcoming", 5, 10).await;
    let retire = |version: i32| {
        let path = format!("/v1/forms/{}/versions/{version}/retire", collection.form);
        client.post(&path).json(&json!({"grace_days": 0})).send()
    };
    let refused = retire(1).await.expect_problem(Code::VersionNeeded);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("test-campaign") && detail.contains("upcoming"),
        "{detail}"
    );
    // Another version in use is enough for those that follow the newest, not for one that is pinned.
    collection
        .change("upcoming", json!({"form_version": 1}))
        .await
        .expect(200);
    collection.publish_second().await;
    let refused = retire(1).await.expect_problem(Code::VersionNeeded);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        !detail.contains("test-campaign") && detail.contains("upcoming"),
        "{detail}"
    );
    client
        .post("/v1/campaigns/upcoming/close")
        .send()
        .await
        .expect(200);
    retire(1).await.expect(200);
    retire(1).await.expect(200);
    retire(2).await.expect_problem(Code::VersionNeeded);
}

impl Collection {
    /// Publishes a second version, which asks the same.
    async fn publish_second(&self) -> Value {
        let mut second = definition(EVERY_KIND);
        second["title"]["en"] = json!("The second version");
        let saved = draft(&self.staff.client, &second).await;
        saved.expect(200);
        publish_draft(&self.staff.client, &self.form, &json!({}))
            .await
            .expect(201)
            .json()
    }
}

#[tokio::test]
async fn a_pinned_campaign_takes_its_version_only_and_is_not_reached_by_another() {
    let collection = Collection::start().await;
    collection.open("pinned", -1, 30).await;
    let unknown = collection
        .change("pinned", json!({"form_version": 2}))
        .await;
    assert_eq!(
        unknown.expect_problem(Code::BodyInvalid).pointers(),
        ["/form_version"]
    );
    let pinned = collection
        .change("pinned", json!({"form_version": 1}))
        .await;
    assert_eq!(pinned.expect(200).json()["form_version"], 1);
    let mut second = definition(EVERY_KIND);
    second["title"]["en"] = json!("Another title");
    let saved = draft(&collection.staff.client, &second).await;
    let reaches = json!([{"campaign": "test-campaign", "state": "open"}]);
    assert_eq!(saved.expect(200).json()["reaches"], reaches);
    let path = format!("/v1/forms/{}/draft", collection.form);
    let read = collection.staff.client.get(&path).send().await;
    assert_eq!(read.expect(200).json()["reaches"], reaches);
    let published = publish_draft(&collection.staff.client, &collection.form, &json!({}))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&published["version"], &published["reaches"]),
        (&json!(2), &reaches)
    );
    let send = |campaign: &str, version: i32| {
        let body = json!({
            "form_version": version, "language": "en",
            "answers": {"group": "c", "meals": "none", "distress": 0},
        });
        let path = format!("/v1/campaigns/{campaign}/responses");
        let call = collection.app.client().post(&path);
        call.header("receipt", &new_receipt()).json(&body).send()
    };
    send("test-campaign", 2).await.expect(201);
    send("pinned", 2)
        .await
        .expect_problem(Code::VersionNotTaken);
    send("pinned", 1).await.expect(201);
    let late = collection
        .change("pinned", json!({"form_version": 2}))
        .await;
    late.expect_problem(Code::BodyInvalid);
    collection
        .change("pinned", json!({"form_version": null}))
        .await
        .expect(200);
    send("pinned", 2).await.expect(201);
}

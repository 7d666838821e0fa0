//! What is recorded: forms, campaigns, accounts, roles, refused log-ins.

use std::time::Duration;

use aftercare::app::Caller;
use aftercare::app::campaigns::{self, NewCampaign};
use aftercare::app::forms::publish::publish_form;
use aftercare::app::staff::{self, NewAccount};
use aftercare::domain::audit::Actor;
use aftercare::domain::campaign::Schedule;
use aftercare::domain::campaign::access::Access;
use aftercare::domain::campaign::masking::{LeftOut, MaskingWeights};
use aftercare::domain::form::{Form, Text};
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::collection::{EVERY_KIND, definition};
use crate::support::logs::register_secret;

/// The entries of one action, the oldest first: who did it, and the details.
async fn entries(admin: &Client, action: &str) -> Vec<(Value, Value)> {
    let list = admin.get(&format!("/v1/audit?action={action}"));
    let list = list.send().await.expect(200).json();
    let items = list["items"].as_array().unwrap().iter().rev();
    items
        .map(|item| (item["staff"]["id"].clone(), item["details"].clone()))
        .collect()
}

#[tokio::test]
async fn publishing_and_retiring_a_version_are_recorded() {
    let app = TestApp::start().await;
    let staff = app.with_roles(&[Role::Admin, Role::Author]).await;
    let client = &staff.client;
    let form = client.post("/v1/forms").json(&definition(EVERY_KIND));
    form.send().await.expect(201);
    assert_eq!(entries(client, "form_version_published").await, []);
    let publish = client.post("/v1/forms/every-kind/draft/publish");
    publish.json(&json!({})).send().await.expect(201);
    for _ in 0..2 {
        let retire = client.post("/v1/forms/every-kind/versions/1/retire");
        retire
            .json(&json!({"grace_days": 0}))
            .send()
            .await
            .expect(200);
    }
    let who = json!(staff.id);
    let published = json!({"form": "every-kind", "version": 1});
    assert_eq!(
        entries(client, "form_version_published").await,
        [(who.clone(), published)]
    );
    let retired = entries(client, "form_version_retired").await;
    assert_eq!(retired.len(), 1, "a second time changes nothing");
    assert_eq!(retired[0].0, who);
    assert_eq!(retired[0].1["version"], 1);
}

#[tokio::test]
async fn a_recoding_with_consent_is_recorded_with_the_question() {
    let app = TestApp::start().await;
    let staff = app.with_roles(&[Role::Admin, Role::Author]).await;
    let mut recoded = definition(EVERY_KIND);
    recoded["scales"]["difficulty"][2]["value"] = json!(9);
    for form in [definition(EVERY_KIND), recoded] {
        let form = Form::check(serde_json::from_value(form).unwrap()).unwrap();
        let consent = ["meals".to_owned(), "after".to_owned()];
        let actor = Actor::Operator;
        publish_form(&app.state.app, actor, &form, &consent)
            .await
            .unwrap();
    }
    let published = entries(&staff.client, "form_version_published").await;
    assert_eq!(
        published[1].1,
        json!({"form": "every-kind", "version": 2, "recoded": ["meals", "after"], "by": "operator"})
    );
    assert_eq!(published[1].0, Value::Null);
}

#[tokio::test]
async fn creating_a_campaign_is_recorded_with_its_settings_and_only_if_it_succeeds() {
    let app = TestApp::start().await;
    let staff = app.with_roles(&[Role::Admin, Role::Coordinator]).await;
    let form = Form::check(serde_json::from_value(definition(EVERY_KIND)).unwrap()).unwrap();
    publish_form(&app.state.app, Actor::Operator, &form, &[])
        .await
        .unwrap();
    let now = Utc::now();
    let body = json!({
        "key": "spring", "form": "every-kind", "title": {"en": "Spring"}, "k": 7,
        "opens_at": now, "closes_at": now + TimeDelta::days(9),
    });
    for status in [201, 409] {
        let create = staff.client.post("/v1/campaigns").json(&body);
        create.send().await.expect(status);
    }
    let created = entries(&staff.client, "campaign_created").await;
    assert_eq!(created.len(), 1, "a refused one leaves no entry");
    assert_eq!(created[0].0, json!(staff.id));
    assert_eq!(created[0].1["campaign"], "spring");
    assert_eq!(created[0].1["settings"]["k"], 7);
}

#[tokio::test]
async fn roles_that_are_granted_or_taken_are_recorded_by_account_and_without_a_name() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await;
    let client = &admin.client;
    register_secret("ann@clinic.example");
    let body = json!({
        "email": "ann@clinic.example", "name": "Ann Miller", "roles": ["author"],
        "password": "correct horse battery staple",
    });
    let ann = client.post("/v1/staff").json(&body).send().await;
    let ann = ann.expect(201).json();
    let path = format!("/v1/staff/{}", ann["id"].as_str().unwrap());
    for change in [
        json!({"roles": ["analyst", "coordinator"]}),
        json!({"name": "Ann Smith"}),
        json!({"disabled": true}),
        json!({"disabled": true}),
        json!({"password": "another horse battery staple"}),
    ] {
        client.patch(&path).json(&change).send().await.expect(200);
    }
    let who = json!(admin.id);
    let account = &ann["id"];
    assert_eq!(
        entries(client, "staff_created").await,
        [(
            who.clone(),
            json!({"account": account, "roles": ["author"]})
        )]
    );
    let expected = [
        json!({"account": account, "granted": ["coordinator", "analyst"], "taken": ["author"]}),
        json!({"account": account, "disabled": true}),
        json!({"account": account, "password": true}),
    ];
    let expected = expected.map(|details| (who.clone(), details));
    assert_eq!(entries(client, "staff_changed").await, expected);
    let all = client.get("/v1/audit").send().await.expect(200).text();
    assert!(!all.contains("Ann") && !all.contains("clinic.example"));
}

#[tokio::test]
async fn log_ins_that_failed_are_recorded_without_what_was_typed() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await;
    let password = "correct horse battery staple";
    let id = app
        .with_password("bob@clinic.example", password, &[Role::Author])
        .await;
    for email in ["bob@clinic.example", "nobody@clinic.example"] {
        let body = json!({"email": email, "password": "wrong wrong wrong"});
        let answer = app.client().post("/v1/sessions").json(&body).send().await;
        answer.expect_problem(Code::LoginFailed);
        // Failures are recorded in the background.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let mut recorded = Vec::new();
    for _ in 0..100 {
        recorded = entries(&admin.client, "login_failed").await;
        if recorded.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let failed = |account: Value| (Value::Null, json!({"account": account}));
    assert_eq!(recorded, [failed(json!(id)), failed(Value::Null)]);
}

#[tokio::test]
async fn log_ins_that_were_refused_too_often_are_recorded_once_an_hour() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await;
    let id = app
        .with_password(
            "bob@clinic.example",
            "correct horse battery staple",
            &[Role::Author],
        )
        .await;
    let mut refused = 0;
    for _ in 0..12 {
        let body = json!({"email": "bob@clinic.example", "password": "wrong wrong wrong"});
        let answer = app.client().post("/v1/sessions").json(&body).send().await;
        if answer.status == 429 {
            answer.expect_problem(Code::TooManyRequests);
            refused += 1;
        }
    }
    assert!(refused > 2);
    // Refusals are recorded in the background.
    for _ in 0..300 {
        if !entries(&admin.client, "logins_refused").await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Time for more entries, which would be wrong.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let recorded = entries(&admin.client, "logins_refused").await;
    assert_eq!(recorded, [(Value::Null, json!({"account": id}))]);
}

#[tokio::test]
async fn what_is_undone_leaves_no_entry() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await;
    let new = |email: &str| NewAccount {
        email: email.to_owned(),
        name: "Twice".to_owned(),
        roles: vec![Role::Analyst],
        scopes: Default::default(),
        password: "correct horse battery staple".to_owned(),
    };
    for _ in 0..2 {
        let _ = staff::create(&app.state.app, Actor::Operator, new("x@clinic.example")).await;
    }
    assert_eq!(entries(&admin.client, "staff_created").await.len(), 1);
    let now = Utc::now();
    let campaign = NewCampaign {
        key: "nowhere".parse().unwrap(),
        form: "no-such-form".parse().unwrap(),
        title: Text::default(),
        description: None,
        schedule: Schedule {
            opens_at: now,
            closes_at: now + TimeDelta::days(1),
        },
        access: Access::Open,
        release_size: 10,
        k: 5,
        freezes_at: None,
        proof_of_work: None,
        retained_until: None,
        grace_days: 0,
        insights_from: None,
        left_out: LeftOut::default(),
        masking_weights: MaskingWeights::default(),
        form_version: None,
        testing: false,
    };
    campaigns::create(&app.state.app, &Caller::OPERATOR, campaign)
        .await
        .unwrap_err();
    assert_eq!(entries(&admin.client, "campaign_created").await, []);
}

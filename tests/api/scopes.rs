//! Roles that are limited to forms and campaigns: what they reach, what they do not, and what the refusals tell.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use chrono::{TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::LoggedIn;
use crate::support::client::{Answer, Client};
use crate::support::collection::{Collection, EVERY_KIND, definition, new_receipt, publish};
use crate::support::logs::register_secret;

/// A collection with a second campaign of its form, and a second form with a campaign.
async fn clinics() -> Collection {
    let collection = Collection::start().await;
    collection.open("other-campaign", -1, 30).await;
    let mut other = definition(EVERY_KIND);
    other["key"] = json!("other-form");
    publish(&collection.staff.client, &other).await;
    let campaign = new_campaign("foreign-campaign", "other-form");
    let opened = collection
        .staff
        .client
        .post("/v1/campaigns")
        .json(&campaign);
    opened.send().await.expect(201);
    collection
}

fn new_campaign(key: &str, form: &str) -> Value {
    let day = |days| Utc::now() + TimeDelta::days(days);
    json!({"key": key, "form": form, "title": {"en": "Test"}, "opens_at": day(-1), "closes_at": day(30), "release_size": 1})
}

/// Fills a campaign with responses that have a remark with this word.
async fn fill(collection: &Collection, campaign: &str, word: &str) {
    fill_with(collection, campaign, word, 7).await;
}

async fn fill_with(collection: &Collection, campaign: &str, word: &str, count: usize) {
    for number in 0..count {
        let answers = json!({"group": "a", "meals": "some", "distress": 3, "exact": 5,
            "story": format!("{word} {number}."), "urgent": format!("{word} and urgent {number}.")});
        let body = json!({"form_version": 1, "language": "en", "answers": answers});
        let path = format!("/v1/campaigns/{campaign}/responses");
        let call = collection.app.client().post(&path).json(&body);
        let sent = call.header("receipt", &new_receipt()).send().await;
        sent.expect(201);
    }
    collection.sql::<i64>("SELECT count(*) FROM remarks").await;
}

async fn limited(collection: &Collection, role: Role, scope: Value) -> LoggedIn {
    let scopes = json!({ (role.as_str()): scope });
    collection.app.with_scopes(&[role], scopes).await
}

#[tokio::test]
async fn a_coordinator_runs_the_campaigns_on_the_list_and_no_others() {
    let collection = clinics().await;
    let scope = json!({"campaigns": ["test-campaign", "foreign-campaign"]});
    let coordinator = limited(&collection, Role::Coordinator, scope).await.client;
    let all_of = async |campaign: &str| -> Vec<Answer> {
        let at = |rest: &str| format!("/v1/campaigns/{campaign}{rest}");
        let unknown = "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a";
        let calls = [
            coordinator.get(&at("/progress")),
            coordinator.patch(&at("")).json(&json!({"access": "code"})),
            coordinator.get(&at("/invitations")),
            coordinator
                .post(&at("/invitations"))
                .json(&json!({"count": 1})),
            coordinator.delete(&at(&format!("/invitations/{unknown}"))),
            coordinator.post(&at("/close")),
        ];
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.send().await);
        }
        answers
    };
    for own in ["test-campaign", "foreign-campaign"] {
        let statuses: Vec<_> = all_of(own)
            .await
            .iter()
            .map(|it| it.status.as_u16())
            .collect();
        assert_eq!(statuses, [200, 200, 200, 201, 404, 200]);
    }
    for answer in all_of("other-campaign").await {
        let challenge = answer.header("www-authenticate").to_owned();
        assert_eq!(challenge, "Bearer error=\"insufficient_scope\"");
        assert!(!answer.text().contains("other-campaign"));
        answer.expect_problem(Code::OutOfScope);
    }
    let open = "SELECT count(*) FROM campaigns WHERE closed_at IS NULL AND access = 'open'";
    assert_eq!(collection.sql_now::<i64>(open).await, 1);
    // A campaign on the list is not its form.
    let new = coordinator
        .post("/v1/campaigns")
        .json(&new_campaign("new", &collection.form));
    new.send().await.expect_problem(Code::OutOfScope);
    // There is no way around it by spelling.
    for spelt in ["other%2Dcampaign", "OTHER-CAMPAIGN"] {
        let answer = coordinator
            .post(&format!("/v1/campaigns/{spelt}/close"))
            .send()
            .await;
        assert!(
            [403, 404].contains(&answer.status.as_u16()),
            "{spelt}: {answer:?}"
        );
    }
    // What is for everybody stays so.
    coordinator
        .get("/v1/campaigns/other-campaign")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn the_scope_of_a_form_covers_its_campaigns_those_to_come_included() {
    let collection = clinics().await;
    let scope = json!({"forms": ["every-kind"]});
    let coordinator = limited(&collection, Role::Coordinator, scope).await.client;
    for (key, form, code) in [
        ("new", "every-kind", None),
        ("another", "other-form", Some(Code::OutOfScope)),
        ("another", "no-form", Some(Code::OutOfScope)),
        // The key of a campaign out of scope is refused like one that is free.
        ("foreign-campaign", "other-form", Some(Code::OutOfScope)),
    ] {
        let made = coordinator
            .post("/v1/campaigns")
            .json(&new_campaign(key, form))
            .send()
            .await;
        match code {
            None => drop(made.expect(201)),
            Some(code) => drop(made.expect_problem(code)),
        }
    }
    for (campaign, status) in [
        ("new", 200),
        ("other-campaign", 200),
        ("foreign-campaign", 403),
        ("none", 404),
    ] {
        let path = format!("/v1/campaigns/{campaign}/progress");
        coordinator.get(&path).send().await.expect(status);
    }
}

#[tokio::test]
async fn an_author_writes_the_forms_on_the_list_and_learns_of_no_others() {
    let collection = clinics().await;
    let author = limited(&collection, Role::Author, json!({"forms": ["new-form"]}))
        .await
        .client;
    let mut form = definition(EVERY_KIND);
    // A draft of somebody else that the public does not know.
    form["key"] = json!("secret-form");
    let made = collection
        .staff
        .client
        .post("/v1/forms")
        .json(&form)
        .send()
        .await;
    let tag = made.expect(201).header("etag").to_owned();
    let refusals = async |key: &str| -> Vec<Value> {
        let mut form = definition(EVERY_KIND);
        form["key"] = json!(key);
        let at = |rest: &str| format!("/v1/forms/{key}{rest}");
        let grace = json!({"grace_days": 0});
        let calls = [
            author.post("/v1/forms").json(&form),
            author.get(&at("/draft")),
            author
                .put(&at("/draft"))
                .header("if-match", &tag)
                .json(&form),
            author
                .put(&at("/draft"))
                .header("if-none-match", "*")
                .json(&form),
            author
                .put(&at("/draft"))
                .json(&json!({"key": "new-form", "languages": [], "title": {}, "sections": []})),
            author.delete(&at("/draft")).header("if-match", &tag),
            author.delete(&at("/draft")),
            author
                .post(&at("/draft/publish"))
                .header("if-match", "\"old\"")
                .json(&json!({})),
            author.post(&at("/versions/1/retire")).json(&grace),
        ];
        let mut answers = Vec::new();
        for call in calls {
            let answer = call.send().await.expect_problem(Code::OutOfScope);
            answers.push(answer.kind_of_problem());
        }
        answers
    };
    // The same for a draft, for a published form, and for what does not exist.
    let of_draft = refusals("secret-form").await;
    assert_eq!(of_draft, refusals("every-kind").await);
    assert_eq!(of_draft, refusals("no-form").await);
    // The form on the list did not exist, and is the author's to create.
    form["key"] = json!("new-form");
    publish(&author, &form).await;
    author
        .get("/v1/forms/new-form/changes?from=1&to=1")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn an_analyst_of_one_campaign_gets_the_file_that_the_filter_gives() {
    let collection = clinics().await;
    fill(&collection, "test-campaign", "Mine").await;
    fill(&collection, "other-campaign", "Theirs").await;
    let whole = &collection.staff.client;
    let scope = json!({"campaigns": ["test-campaign"]});
    let analyst = limited(&collection, Role::Analyst, scope).await.client;
    let at = |rest: &str| format!("/v1/forms/every-kind/{rest}");
    let filtered = whole
        .get(&at("responses.csv?campaign=test-campaign"))
        .send()
        .await
        .expect(200);
    for query in ["", "?campaign=test-campaign"] {
        let file = analyst
            .get(&at(&format!("responses.csv{query}")))
            .send()
            .await
            .expect(200);
        assert_eq!(file.text(), filtered.text());
        assert_eq!(
            file.header("disclosure-control"),
            filtered.header("disclosure-control")
        );
    }
    assert_eq!(filtered.text().lines().count(), 8);
    for query in [
        "campaign=other-campaign",
        "campaign=test-campaign,other-campaign",
    ] {
        for file in ["responses.csv", "remarks.csv"] {
            let path = at(&format!("{file}?{query}"));
            analyst
                .get(&path)
                .send()
                .await
                .expect_problem(Code::OutOfScope);
            analyst.call(Method::HEAD, &path).send().await.expect(403);
        }
    }
    for file in ["responses.csv", "remarks.csv", "codebook.csv"] {
        analyst
            .call(Method::HEAD, &at(file))
            .send()
            .await
            .expect(200);
        let other = format!("/v1/forms/other-form/{file}");
        analyst
            .get(&other)
            .send()
            .await
            .expect_problem(Code::OutOfScope);
        analyst.call(Method::HEAD, &other).send().await.expect(403);
    }
    // The audit says which campaigns were in the file.
    let admin = collection.app.with_staff(Role::Admin).await.client;
    let entries = admin
        .get("/v1/audit?action=responses_exported")
        .send()
        .await
        .expect(200)
        .json();
    for entry in entries["items"].as_array().unwrap() {
        assert_eq!(
            entry["details"]["filter"]["campaigns"],
            json!(["test-campaign"])
        );
    }
}

#[tokio::test]
async fn an_analyst_of_one_campaign_sees_what_is_withheld_of_it_and_of_no_other() {
    let collection = clinics().await;
    // Too few of one to show any, enough of the other.
    fill_with(&collection, "test-campaign", "Mine", 2).await;
    fill_with(&collection, "other-campaign", "Theirs", 7).await;
    let path = |query: &str| format!("/v1/forms/every-kind/responses.csv?{query}");
    let scope = json!({"campaigns": ["test-campaign"]});
    let mine = limited(&collection, Role::Analyst, scope).await.client;
    let scope = json!({"campaigns": ["other-campaign"]});
    let theirs = limited(&collection, Role::Analyst, scope).await.client;
    for query in ["", "campaign=test-campaign"] {
        let refused = mine.get(&path(query)).send().await;
        refused.expect_problem(Code::TooFewRecords);
    }
    for (client, query, withheld) in [
        (&theirs, "", 0),
        (&collection.staff.client, "", 2),
        (&collection.staff.client, "campaign=other-campaign", 0),
    ] {
        let file = client.get(&path(query)).send().await.expect(200);
        let figures = file.header("disclosure-control");
        assert!(figures.contains("records=7,"), "{figures}");
        let said = format!("withheld-records={withheld},");
        assert!(figures.contains(&said), "{figures}");
    }
}

#[tokio::test]
async fn an_analyst_reads_and_reviews_the_remarks_of_their_campaigns_only() {
    let collection = clinics().await;
    fill(&collection, "test-campaign", "Mine").await;
    fill(&collection, "other-campaign", "Theirs").await;
    let scope = json!({"campaigns": ["test-campaign"]});
    let analyst = limited(&collection, Role::Analyst, scope).await.client;
    let list = async |client: &Client| {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = client
                .get(&format!("/v1/remarks?state=all&limit=5{cursor}"))
                .send()
                .await;
            let page = page.expect(200).json();
            found.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    };
    let mine = list(&analyst).await;
    assert_eq!(mine.len(), 14);
    assert!(
        mine.iter()
            .all(|it| it["text"].as_str().unwrap().starts_with("Mine"))
    );
    // A cursor of somebody who sees more leads to nothing more.
    let all = collection
        .staff
        .client
        .get("/v1/remarks?state=all&limit=1")
        .send()
        .await
        .expect(200)
        .json();
    let cursor = all["next_cursor"].as_str().unwrap();
    let page = analyst
        .get(&format!("/v1/remarks?state=all&cursor={cursor}"))
        .send()
        .await;
    assert!(!page.expect(200).text().contains("Theirs"));
    let named = analyst
        .get("/v1/remarks?campaign=other-campaign")
        .send()
        .await;
    named.expect_problem(Code::OutOfScope);

    let everybodys = list(&collection.staff.client).await;
    let theirs = everybodys
        .iter()
        .find(|it| it["campaign"] == "other-campaign")
        .unwrap();
    let review = async |id: &str, tag: &str| {
        let path = format!("/v1/remarks/{id}");
        let call = analyst.patch(&path).header("if-match", tag);
        call.json(&json!({"state": "cleared"})).send().await
    };
    let unknown = review("4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "*").await;
    let unknown = unknown
        .expect_problem(Code::RemarkUnknown)
        .kind_of_problem();
    for tag in ["*", "\"old\"", theirs["etag"].as_str().unwrap()] {
        let answer = review(theirs["id"].as_str().unwrap(), tag).await;
        assert_eq!(answer.kind_of_problem(), unknown);
    }
    for remark in &mine {
        review(remark["id"].as_str().unwrap(), "*")
            .await
            .expect(200);
    }
    let cleared = "SELECT count(*) FROM remarks WHERE state = 'cleared'";
    assert_eq!(collection.sql_now::<i64>(cleared).await, 14);
    let file = analyst
        .get("/v1/forms/every-kind/remarks.csv")
        .send()
        .await
        .expect(200);
    assert_eq!(file.text().matches("Mine").count(), 14);
    // Whoever reads the audit sees that not all remarks were shown.
    let admin = collection.app.with_staff(Role::Admin).await.client;
    let entries = admin
        .get("/v1/audit?action=remarks_listed")
        .send()
        .await
        .expect(200)
        .json();
    let scoped = json!({"campaigns": ["test-campaign"]});
    let entries = entries["items"].as_array().unwrap();
    assert!(
        entries
            .iter()
            .any(|entry| entry["details"]["scope"] == scoped)
    );
}

#[tokio::test]
async fn a_change_of_scope_counts_from_the_next_request_on() {
    let collection = clinics().await;
    let app = &collection.app;
    let password = "a long password for the scopes";
    let id = app
        .with_password("cora@clinic.example", password, &[Role::Coordinator])
        .await;
    let login = json!({"email": "cora@clinic.example", "password": password});
    let session = app
        .client()
        .post("/v1/sessions")
        .json(&login)
        .send()
        .await
        .expect(201)
        .json();
    let secret = |value: &Value| {
        let text = value.as_str().unwrap().to_owned();
        register_secret(&text);
        text
    };
    let refresh = secret(&session["refresh_token"]);
    let client = app.client().with_token(&secret(&session["access_token"]));
    let key = json!({"label": "Counts", "role": "coordinator"});
    let key = client
        .post("/v1/api-keys")
        .json(&key)
        .send()
        .await
        .expect(201)
        .json();
    let job = app.client().with_token(&secret(&key["key"]));
    let progress = async |client: &Client, campaign: &str| {
        let path = format!("/v1/campaigns/{campaign}/progress");
        client.get(&path).send().await.status.as_u16()
    };
    let admin = app.with_staff(Role::Admin).await.client;
    let path = format!("/v1/staff/{id}");
    let change = async |body: Value| {
        admin
            .patch(&path)
            .json(&body)
            .send()
            .await
            .expect(200)
            .json()
    };
    for client in [&client, &job] {
        assert_eq!(progress(client, "other-campaign").await, 200);
    }
    let limit = json!({"coordinator": {"forms": [], "campaigns": ["test-campaign"]}});
    let account = change(json!({"scopes": limit})).await;
    assert_eq!(account["scopes"], limit);
    let body = json!({"refresh_token": refresh});
    let renewed = app
        .client()
        .post("/v1/sessions/refresh")
        .json(&body)
        .send()
        .await
        .expect(200)
        .json();
    secret(&renewed["refresh_token"]);
    let renewed = app.client().with_token(&secret(&renewed["access_token"]));
    for client in [&client, &job, &renewed] {
        assert_eq!(progress(client, "other-campaign").await, 403);
        assert_eq!(progress(client, "test-campaign").await, 200);
    }
    // Other changes leave it, and what the list gives can be sent back.
    let account = change(json!({"name": "Cora"})).await;
    change(json!({"scopes": account["scopes"], "roles": ["coordinator", "analyst"]})).await;
    assert_eq!(progress(&client, "other-campaign").await, 403);
    // The limit goes with its role.
    let account = change(json!({"roles": ["analyst"]})).await;
    assert_eq!(account["scopes"]["coordinator"], Value::Null);
    change(json!({"roles": ["coordinator"], "scopes": {}})).await;
    assert_eq!(progress(&client, "other-campaign").await, 200);

    let entries = admin
        .get("/v1/audit?action=staff_changed")
        .send()
        .await
        .expect(200)
        .json();
    let entries = entries["items"].as_array().unwrap();
    let first = &entries.last().unwrap()["details"];
    let after = json!({"coordinator": {"campaigns": ["test-campaign"]}});
    assert_eq!(first["scopes"], json!({"before": {}, "after": after}));
    let taken = &entries[1]["details"];
    assert_eq!(taken["scopes"], json!({"before": after, "after": {}}));
}

#[tokio::test]
async fn a_key_reaches_no_further_than_the_role_of_its_owner() {
    let collection = clinics().await;
    fill(&collection, "test-campaign", "Mine").await;
    fill(&collection, "other-campaign", "Theirs").await;
    let scope = json!({"campaigns": ["test-campaign", "foreign-campaign"]});
    let analyst = limited(&collection, Role::Analyst, scope).await.client;
    let make = async |body: Value| {
        let made = analyst
            .post("/v1/api-keys")
            .json(&body)
            .send()
            .await
            .expect(201)
            .json();
        let text = made["key"].as_str().unwrap().to_owned();
        register_secret(&text);
        collection.app.client().with_token(&text)
    };
    let free = make(json!({"label": "All", "role": "analyst"})).await;
    let bound = make(json!({"label": "One", "role": "analyst", "form": "every-kind"})).await;
    for job in [&free, &bound] {
        let file = job
            .get("/v1/forms/every-kind/responses.csv")
            .send()
            .await
            .expect(200);
        assert!(!file.text().contains("other-campaign"));
        let other = job.get("/v1/forms/every-kind/remarks.csv?campaign=other-campaign");
        other.send().await.expect_problem(Code::OutOfScope);
    }
    free.get("/v1/forms/other-form/codebook.csv")
        .send()
        .await
        .expect(200);
    let other = bound.get("/v1/forms/other-form/codebook.csv").send().await;
    other.expect_problem(Code::ApiKeyOutOfScope);
}

#[tokio::test]
async fn a_scope_that_does_not_fit_is_named_by_its_field() {
    let collection = clinics().await;
    register_secret("a long first password");
    let admin = collection.app.with_staff(Role::Admin).await.client;
    let keys: Vec<String> = (0..101).map(|number| format!("form-{number}")).collect();
    let cases = [
        (
            json!({"coordinator": {"campaigns": ["none"]}}),
            "/scopes/coordinator/campaigns",
        ),
        (
            json!({"coordinator": {"forms": ["none"]}}),
            "/scopes/coordinator/forms",
        ),
        (
            json!({"coordinator": {"forms": ["every-kind", "NO KEY"]}}),
            "/scopes/coordinator/forms/1",
        ),
        (json!({"coordinator": {}}), "/scopes/coordinator"),
        (
            json!({"coordinator": {"forms": [], "campaigns": []}}),
            "/scopes/coordinator",
        ),
        (json!({"author": {"forms": []}}), "/scopes/author"),
        (json!({"author": {"forms": keys}}), "/scopes/author/forms"),
        (
            json!({"author": {"campaigns": ["test-campaign"]}}),
            "/scopes/author/campaigns",
        ),
        (json!({"admin": {"forms": ["every-kind"]}}), "/scopes/admin"),
        (
            json!({"analyst": {"forms": ["every-kind"]}}),
            "/scopes/analyst",
        ),
        (
            json!({"coordinator": "test-campaign"}),
            "/scopes/coordinator",
        ),
        (json!([]), "/scopes"),
    ];
    let account = collection
        .app
        .with_roles(&[Role::Author, Role::Coordinator])
        .await;
    let path = format!("/v1/staff/{}", account.id);
    for (scopes, pointer) in cases {
        let change = admin
            .patch(&path)
            .json(&json!({"scopes": scopes}))
            .send()
            .await;
        assert!(
            change.pointers().contains(&pointer.to_owned()),
            "{scopes}: {change:?}"
        );
        change.expect_problem(Code::BodyInvalid);
    }
    // A new account can be limited from the beginning.
    let new = json!({"email": "new@clinic.example", "name": "New", "roles": ["author", "analyst"], "password": "a long first password",
        "scopes": {"author": {"forms": ["form-to-come"]}, "analyst": {"forms": ["every-kind"], "campaigns": ["foreign-campaign"]}}});
    let made = admin
        .post("/v1/staff")
        .json(&new)
        .send()
        .await
        .expect(201)
        .json();
    assert_eq!(made["scopes"]["author"], json!({"forms": ["form-to-come"]}));
    let entries = admin
        .get("/v1/audit?action=staff_created")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        entries["items"][0]["details"]["scopes"]["analyst"],
        new["scopes"]["analyst"]
    );
    let unlimited = admin.get(&path).send().await.expect(200).json();
    assert_eq!(unlimited["scopes"], json!({}));
}

#[tokio::test]
async fn limits_that_this_program_cannot_read_let_nobody_in() {
    let collection = clinics().await;
    let coordinator = limited(
        &collection,
        Role::Coordinator,
        json!({"forms": ["every-kind"]}),
    )
    .await;
    let get = || {
        coordinator
            .client
            .get("/v1/campaigns/foreign-campaign/progress")
    };
    for scopes in [
        r#"{"coordinator": {"clinics": ["a"]}}"#,
        r#"{"coordinator": null}"#,
    ] {
        collection
            .run(&format!(
                "UPDATE staff SET scopes = '{scopes}' WHERE id = '{}'",
                coordinator.id
            ))
            .await;
        get().expecting_failure().send().await.expect(500);
    }
    collection
        .run(&format!(
            "UPDATE staff SET scopes = '{{\"coordinator\": {{}}}}' WHERE id = '{}'",
            coordinator.id
        ))
        .await;
    get().send().await.expect_problem(Code::OutOfScope);
}

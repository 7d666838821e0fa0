//! What a key opens: the operations that say so, for its role and its form. Nothing else.

use aftercare::domain::staff::api_key;
use aftercare::domain::staff::role::Role;
use aftercare::http::app::api;
use aftercare::http::problem::Code;
use reqwest::Method;
use serde_json::{Value, json};

use super::{make, make_for_form};
use crate::support::TestApp;
use crate::support::collection::{Collection, publish};

/// An operation of the document, with its path filled in.
struct Operation {
    id: String,
    method: Method,
    path: String,
    /// Whether it needs a token.
    guarded: bool,
    /// The roles of which a key needs one; none when it does not open to keys.
    keys: Option<Vec<String>>,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_slice(api().json()).unwrap();
    let mut found = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = operation["security"].as_array().cloned();
            let security = security.unwrap_or_default();
            let opens_to_keys = security.iter().any(|one| one["api_key"].is_array());
            let roles = operation["x-roles"].as_array().into_iter().flatten();
            let roles = roles.map(|role| role.as_str().unwrap().to_owned());
            found.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: filled(template),
                guarded: security.iter().any(|one| one["staff"].is_array()),
                keys: opens_to_keys.then(|| roles.collect()),
            });
        }
    }
    assert!(found.len() > 30);
    found
}

fn filled(template: &str) -> String {
    let steps = template.split('/').map(|step| match step {
        "{form}" => "every-kind",
        "{campaign}" => "test-campaign",
        "{version}" => "1",
        step if step.starts_with('{') => "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a",
        step => step,
    });
    steps.collect::<Vec<_>>().join("/")
}

#[test]
fn what_opens_to_keys_is_meant_to() {
    let mut open: Vec<_> = operations();
    open.retain(|operation| operation.keys.is_some());
    assert!(open.iter().all(|it| it.guarded && it.method == Method::GET));
    let mut ids: Vec<_> = open.iter().map(|operation| &*operation.id).collect();
    ids.sort_unstable();
    // Whoever adds one here means it: it only reads, and a job needs it.
    assert_eq!(
        ids,
        [
            "export_codebook",
            "export_codebook_json",
            "export_codes",
            "export_data_package",
            "export_remarks",
            "export_responses",
            "export_responses_ndjson",
            "export_responses_parquet",
            "export_responses_sav",
            "export_responses_xlsx",
            "get_campaign_progress",
            "get_report",
            "get_statistics",
            "list_audit_entries",
        ]
    );
    for &role in Role::ALL {
        let opens = |it: &Operation| it.keys.iter().flatten().any(|word| word == role.as_str());
        let opens = open.iter().any(opens);
        assert_eq!(opens, api_key::ROLES.contains(&role), "{role:?}");
    }
}

#[tokio::test]
async fn a_key_opens_exactly_the_operations_that_say_so_for_its_role() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let owner = app.with_roles(Role::ALL).await;
    for role in api_key::ROLES {
        let key = make(&owner.client, role.as_str()).await.client(app);
        for operation in operations().iter().filter(|it| it.guarded) {
            let (method, path) = (operation.method.clone(), &operation.path);
            let needed = match &*operation.id {
                "get_statistics" => "?of=meals",
                _ => "",
            };
            let answer = key.call(method, &format!("{path}{needed}")).send().await;
            let roles = operation.keys.iter().flatten();
            if roles.clone().any(|word| word == role.as_str()) {
                answer.expect(200);
            } else {
                answer.expect_problem(Code::ApiKeyOutOfScope);
            }
        }
    }
}

#[tokio::test]
async fn an_operation_that_is_closed_to_keys_does_not_look_at_anything_else() {
    let app = TestApp::start().await;
    let owner = app.with_roles(Role::ALL).await;
    let key = make(&owner.client, "analyst").await.client(&app);
    // Query, body and media type are all wrong.
    for operation in operations().iter().filter(|it| it.guarded) {
        if operation
            .keys
            .iter()
            .flatten()
            .any(|role| role == "analyst")
        {
            continue;
        }
        let path = format!("{}?colour=red&limit=many", operation.path);
        let call = key.call(operation.method.clone(), &path);
        let answer = call.raw("text/plain", "{").send().await;
        answer.expect_problem(Code::ApiKeyOutOfScope);
    }
    // A key makes no key, and ends no session.
    let body = json!({"label": "A child", "role": "analyst"});
    let made = key.post("/v1/api-keys").json(&body).send().await;
    made.expect_problem(Code::ApiKeyOutOfScope);
    owner.client.get("/v1/staff").send().await.expect(200);
}

#[tokio::test]
async fn a_key_exports_what_its_owner_exports() {
    let collection = Collection::start().await;
    let staff = &collection.staff.client;
    let key = make(staff, "analyst").await.client(&collection.app);
    for file in ["responses.csv", "codebook.csv?language=en", "remarks.csv"] {
        let path = format!("/v1/forms/{}/{file}", collection.form);
        let by_key = key.get(&path).send().await.expect(200);
        let by_token = staff.get(&path).send().await.expect(200);
        assert!(by_key.text().contains(','));
        assert_eq!(by_key.text(), by_token.text());
    }
}

#[tokio::test]
async fn a_key_for_a_form_opens_this_form_and_its_campaigns_only() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let owner = app.with_roles(Role::ALL).await;
    let document: Value = serde_json::from_slice(app.state.api.json()).unwrap();
    let other = &document["components"]["schemas"]["FormDefinition"]["example"];
    let other = publish(&owner.client, other).await;
    let campaign = json!({
        "key": "other", "form": other, "title": {"en": "Other"},
        "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2036-01-01T00:00:00Z",
    });
    let campaign = owner.client.post("/v1/campaigns").json(&campaign);
    campaign.send().await.expect(201);

    let analyst = make_for_form(&owner.client, "analyst", &other).await;
    let coordinator = make_for_form(&owner.client, "coordinator", &other).await;
    let admin = make_for_form(&owner.client, "admin", &other).await;
    let [analyst, coordinator, admin] = [analyst, coordinator, admin].map(|key| key.client(app));
    let exports = ["responses.csv", "codebook.csv", "remarks.csv"];
    for file in exports {
        let own = analyst.get(&format!("/v1/forms/{other}/{file}"));
        own.send().await.expect(200);
        for form in [&*collection.form, "no-such-form", "NO KEY"] {
            let foreign = analyst.get(&format!("/v1/forms/{form}/{file}"));
            let refused = foreign.send().await;
            assert!(refused.text().contains("another form"));
            refused.expect_problem(Code::ApiKeyOutOfScope);
        }
    }
    let own = coordinator.get("/v1/campaigns/other/progress");
    own.send().await.expect(200);
    for campaign in ["test-campaign", "no-such-campaign", "NO KEY"] {
        let foreign = coordinator.get(&format!("/v1/campaigns/{campaign}/progress"));
        let refused = foreign.send().await;
        refused.expect_problem(Code::ApiKeyOutOfScope);
    }
    // The audit is of all forms.
    let audit = admin.get("/v1/audit").send().await;
    assert!(audit.text().contains("all of them"));
    audit.expect_problem(Code::ApiKeyOutOfScope);
    // The filter of an export names campaigns of its form only.
    let path = format!("/v1/forms/{other}/responses.csv?campaign=test-campaign");
    let foreign = analyst.get(&path).send().await;
    foreign.expect_problem(Code::QueryInvalid);
}

#[tokio::test]
async fn a_key_without_a_form_opens_all_of_them() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let owner = app.with_roles(Role::ALL).await;
    let key = make(&owner.client, "coordinator").await.client(app);
    let progress = key.get("/v1/campaigns/test-campaign/progress");
    progress.send().await.expect(200);
    let unknown = key.get("/v1/campaigns/no-such-campaign/progress");
    let unknown = unknown.send().await;
    unknown.expect_problem(Code::CampaignUnknown);
    let key = make(&owner.client, "admin").await.client(app);
    key.get("/v1/audit").send().await.expect(200);
    let progress = key.get("/v1/campaigns/test-campaign/progress");
    let refused = progress.send().await;
    let detail = "The key has the role admin, and this operation needs coordinator.";
    assert_eq!(refused.json()["detail"], detail);
}

#[tokio::test]
async fn a_key_that_is_mistyped_cut_off_or_made_up_opens_nothing() {
    let collection = Collection::start().await;
    let app = &collection.app;
    let made = make(&collection.staff.client, "analyst").await;
    let key = &*made.text;
    let path = format!("/v1/forms/{}/codebook.csv", collection.form);
    let made_up = api_key::ApiKeySecret::from_random([7; 32]);
    let mut odd = vec![
        format!("{key}0"),
        key[..58].to_owned(),
        "aftercare_".to_owned(),
        format!("aftercare_{}", "é".repeat(20)),
        format!("aftercare_{}", "0".repeat(6000)),
        format!("{}{}", &key[..10], key[10..].to_ascii_uppercase()),
        made_up.expose().to_owned(),
    ];
    odd.retain(|odd| odd != key);
    for odd in &odd {
        let call = app.client().get(&path);
        let call = call.header_bytes("authorization", format!("Bearer {odd}").as_bytes());
        let answer = call.send().await;
        // Bytes that are no text are no key.
        let code = match odd.is_ascii() {
            true => Code::ApiKeyInvalid,
            false => Code::Unauthenticated,
        };
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer error=\"invalid_token\""),
            "{challenge}"
        );
        answer.expect_problem(code);
    }
    // What does not begin like a key is taken for an access token.
    for odd in [&key[1..], &key[10..], &*key.to_ascii_uppercase()] {
        let answer = app.client().with_token(odd).get(&path).send().await;
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer error=\"invalid_token\""),
            "{challenge}"
        );
        answer.expect_problem(Code::Unauthenticated);
    }
    // Only in its header, and only once.
    let in_query = app.client().get(&format!("{path}?api_key={key}"));
    let in_query = in_query.send().await;
    in_query.expect_problem(Code::Unauthenticated);
    let twice = app.client().get(&path);
    let twice = twice.header("authorization", &format!("Bearer {key}"));
    let twice = twice.header("authorization", &format!("Bearer {key}"));
    twice.send().await.expect_problem(Code::Unauthenticated);
    made.client(app).get(&path).send().await.expect(200);
}

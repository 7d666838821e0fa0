//! The examples of the OpenAPI document on the demonstration: what `/docs` fills in can be sent as it stands.

use std::collections::BTreeSet;

use reqwest::{Client, Method};
use serde_json::Value;

use crate::cli::{Place, Serving};
use crate::support::document::{Document, request_example};

const PASSWORD: &str = "a password for the test";

/// Every operation, in an order in which somebody could try them out.
const ORDER: [&str; 65] = [
    "get_liveness",
    "get_readiness",
    "get_jwks",
    "get_issuer_directory",
    "list_forms",
    "get_form",
    "list_form_versions",
    "get_form_version",
    "list_campaigns",
    "get_campaign",
    "get_form_insights",
    "get_campaign_insights",
    "create_response",
    "get_own_response",
    "correct_own_response",
    "get_own_summary",
    "list_form_changes",
    "export_responses",
    "export_responses_ndjson",
    "export_responses_parquet",
    "export_responses_xlsx",
    "export_responses_sav",
    "export_data_package",
    "export_codebook",
    "export_codebook_json",
    "export_codes",
    "export_remarks",
    "get_statistics",
    "get_report",
    // Figures by several questions wait for what was withdrawn.
    "withdraw_own_response",
    "list_remarks",
    "review_remark",
    "create_form",
    "list_form_drafts",
    "get_form_draft",
    "update_form_draft",
    "try_form_draft",
    "delete_form_draft",
    "publish_form_draft",
    "retire_form_version",
    "create_campaign",
    "update_campaign",
    "get_campaign_progress",
    "create_invitations",
    "list_invitation_batches",
    "revoke_invitations",
    "close_campaign",
    "issue_pass",
    "issue_pass_by_key",
    "create_staff",
    "create_session",
    "refresh_session",
    "list_staff",
    "get_staff",
    "update_staff",
    "create_api_key",
    "list_api_keys",
    "revoke_api_key",
    "list_audit_entries",
    "get_own_account",
    "list_sessions",
    "end_session",
    "end_other_sessions",
    "update_own_password",
    "delete_session",
];

/// What nobody can fill in beforehand. The first two take bytes that a library makes, the next two take a secret. The last
/// would end the only session there is.
const NOT_PREFILLED: [&str; 5] = [
    "issue_pass",
    "issue_pass_by_key",
    "refresh_session",
    "update_own_password",
    "end_session",
];

struct Tryer {
    document: Document,
    client: Client,
    address: String,
    token: String,
}

impl Tryer {
    /// The method, the path and the description of an operation.
    fn operation(&self, id: &str) -> (Method, String, &Value) {
        for (path, item) in self.document.0["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["operationId"] == id {
                    let method = method.to_uppercase().parse().unwrap();
                    return (method, path.clone(), operation);
                }
            }
        }
        panic!("there is no operation {id}");
    }

    /// Sends an operation with what is filled in, and with `copied` where an id must be copied from another reply.
    async fn send(&self, id: &str, copied: &str) -> Value {
        let (method, mut path, operation) = self.operation(id);
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let value = match filled_in(parameter) {
                Some(value) => value,
                None if parameter["required"] == true => copied.to_owned(),
                None => continue,
            };
            match parameter["in"].as_str().unwrap() {
                "path" => path = path.replace(&format!("{{{name}}}"), &value),
                "query" => query.push((name, value)),
                _ => headers.push((name, value)),
            }
        }
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.address));
        request = request.query(&query).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = request_example(&self.document.0, operation) {
            request = request.json(&body);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status();
        let text = reply.text().await.unwrap();
        assert!(status.is_success(), "{id}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// What the page fills in for a parameter.
fn filled_in(parameter: &Value) -> Option<String> {
    let schema = &parameter["schema"];
    let value = parameter
        .get("example")
        .or_else(|| schema.get("example"))
        .or_else(|| schema.get("default"))?;
    Some(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

#[tokio::test]
async fn every_example_works_on_the_demonstration() {
    let place = Place::empty().await;
    let mut demo = place.command(&["demo", "--responses", "300"]);
    demo.env("AFTERCARE_DEMO_PASSWORD", PASSWORD);
    let serving = Serving::start(demo);
    let client = Client::builder().no_proxy().build().unwrap();
    let login = client
        .post(format!("{}/v1/sessions", serving.address))
        .json(&serde_json::json!({"email": "demo@aftercare.example", "password": PASSWORD}));
    let session: Value = login.send().await.unwrap().json().await.unwrap();
    let tryer = Tryer {
        document: Document::read(),
        client,
        address: serving.address.clone(),
        token: session["access_token"].as_str().unwrap().to_owned(),
    };
    let mut copied = String::new();
    for id in ORDER {
        if NOT_PREFILLED.contains(&id) {
            continue;
        }
        let item = tryer.send(id, &copied).await;
        if id == "delete_form_draft" {
            tryer.send("create_form", &copied).await;
        }
        copied = match id {
            "list_remarks" | "list_invitation_batches" | "list_api_keys" => {
                item["items"][0]["id"].as_str().unwrap().to_owned()
            }
            "create_staff" => item["id"].as_str().unwrap().to_owned(),
            _ => copied,
        };
    }
}

#[test]
fn every_operation_is_tried_out() {
    let document = Document::read();
    let paths = document.0["paths"].as_object().unwrap();
    let operations = paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values());
    let ids: BTreeSet<_> = operations
        .map(|one| one["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ORDER.into_iter().collect());
}

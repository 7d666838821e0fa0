//! Wrong queries and bodies: every fault at once, each with its place and in plain words.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::collection::Collection;

/// The wrong parameters, as `name code`.
async fn faults(client: &Client, path: &str) -> Vec<String> {
    let problem = client
        .get(path)
        .send()
        .await
        .expect_problem(Code::QueryInvalid)
        .json();
    let errors = problem["errors"].as_array().unwrap();
    let shown = errors.iter().map(|error| {
        assert!(error["pointer"].is_null(), "{error}");
        assert_plain(error["detail"].as_str().unwrap());
        format!(
            "{} {}",
            error["parameter"].as_str().unwrap(),
            error["code"].as_str().unwrap()
        )
    });
    let mut shown: Vec<_> = shown.collect();
    shown.sort_unstable();
    shown
}

#[tokio::test]
async fn an_empty_cursor_is_the_first_page() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let list = async |path| client.get(path).send().await.expect(200).json();
    let first = list("/v1/campaigns?limit=1").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 1);
    assert_eq!(list("/v1/campaigns?limit=1&cursor=").await, first);
    assert_eq!(
        faults(&client, "/v1/forms?cursor=0").await,
        ["cursor invalid_value"]
    );
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_fraction_of_nothing() {
    let collection = Collection::start().await;
    let author = &collection.staff.client;
    let retire = |days: &'static str| {
        let call = author.post("/v1/forms/every-kind/versions/1/retire");
        call.raw("application/json", format!("{{\"grace_days\": {days}}}"))
    };
    for days in ["44.5", "-1.0", "366.0", "1e3", "44.0, \"grace_days\": 1"] {
        let refused = retire(days).send().await.expect(422);
        assert_eq!(refused.pointers(), ["/grace_days"], "{days}");
    }
    // An open campaign keeps the version that it needs.
    let close = author.post("/v1/campaigns/test-campaign/close");
    close.send().await.expect(200);
    retire("44.0").send().await.expect(200);
    retire("4.4e1").send().await;
    let draft = "key: in-yaml\nlanguages: [en]\ntitle: {en: A}\nsections: [{key: a, title: {en: A}, questions: [\
                 {key: b, kind: text, max_length: 44.0, text: {en: B}}]}]\n";
    let made = author
        .post("/v1/forms")
        .raw("application/yaml", draft)
        .send()
        .await;
    let made = made.expect(201).json();
    let length = &made["definition"]["sections"][0]["questions"][0]["max_length"];
    assert_eq!(length, &json!(44));
}

/// A sentence without the words of Rust.
fn assert_plain(detail: &str) {
    for word in [
        "i32",
        "u16",
        "u32",
        "string",
        "Option",
        "invalid type",
        "variant",
        "struct",
    ] {
        assert!(!detail.contains(word), "{detail}");
    }
    assert!(detail.ends_with('.'), "{detail}");
}

#[tokio::test]
async fn all_faults_of_a_query_come_at_once_and_name_their_parameter() {
    let collection = Collection::start().await;
    let roles = [Role::Admin, Role::Author, Role::Analyst, Role::Coordinator];
    let staff = collection.app.with_roles(&roles).await.client;
    for (path, expected) in [
        (
            "/v1/forms?limit=abc&from=x&foo=1",
            vec![
                "foo unknown_parameter",
                "from unknown_parameter",
                "limit wrong_type",
            ],
        ),
        (
            "/v1/forms?limit=0&cursor=%25",
            vec!["cursor invalid_value", "limit range"],
        ),
        (
            "/v1/forms?limit=99999999999999999999999",
            vec!["limit range"],
        ),
        ("/v1/forms?limit=-1", vec!["limit range"]),
        ("/v1/forms?limit=", vec!["limit wrong_type"]),
        (
            "/v1/forms?limit=1&limit=2&cursor=a%00b",
            vec!["cursor nul_character", "limit duplicate_parameter"],
        ),
        (
            "/v1/campaigns?state=lost&limit=201",
            vec!["limit range", "state unknown_value"],
        ),
        (
            "/v1/forms/every-kind?language=en&lang=ko",
            vec!["lang unknown_parameter"],
        ),
        (
            "/v1/forms/every-kind/changes?to=two&form=x",
            vec![
                "form unknown_parameter",
                "from missing_parameter",
                "to wrong_type",
            ],
        ),
        (
            "/v1/forms/every-kind/changes",
            vec!["from missing_parameter", "to missing_parameter"],
        ),
        (
            "/v1/audit?from=2027-02-04T00:00:00Z&to=2027-02-03T00:00:00Z&action=slept&limit=0",
            vec!["action unknown_value", "limit range", "to before_start"],
        ),
        (
            "/v1/audit?from=yesterday&to=%2B12345-01-01T00:00:00Z",
            vec!["from invalid_value", "to range"],
        ),
        (
            "/v1/remarks?state=lost&cursor=eA&limit=x",
            vec![
                "cursor invalid_value",
                "limit wrong_type",
                "state unknown_value",
            ],
        ),
        (
            "/v1/remarks?campaign=none",
            vec!["campaign campaign_unknown"],
        ),
        (
            "/v1/forms/every-kind/responses.csv?from_week=2027-5&to_week=2027-W99&bom=1&formulas=no&k=x&values=words&layout=tall&missing=never&version=1,x&format=csv",
            vec![
                "bom wrong_type",
                "format unknown_parameter",
                "formulas unknown_value",
                "from_week invalid_value",
                "k wrong_type",
                "layout unknown_value",
                "missing unknown_value",
                "to_week invalid_value",
                "values unknown_value",
                "version invalid_value",
            ],
        ),
        (
            "/v1/forms/every-kind/responses.ndjson?version=9&response_language=fr&columns=meals,story,help_from&language=fr",
            vec![
                "columns column_unknown",
                "language language_not_offered",
                "response_language language_not_offered",
                "version version_unknown",
            ],
        ),
        (
            "/v1/forms/every-kind/responses.csv?from_week=2027-W06&to_week=2027-W05",
            vec!["to_week before_start"],
        ),
        (
            "/v1/forms/every-kind/responses.csv?k=2&campaign=none&sensitive=nothing",
            vec![
                "campaign campaign_unknown",
                "k range",
                "sensitive question_unknown",
            ],
        ),
        (
            "/v1/forms/every-kind/responses.csv?k=5000&sensitive=group",
            vec!["k range", "sensitive background_question"],
        ),
        (
            "/v1/forms/every-kind/remarks.csv?campaign=none",
            vec!["campaign campaign_unknown"],
        ),
        (
            "/v1/campaigns/test-campaign/invitations?limit=500&x=1",
            vec!["limit range", "x unknown_parameter"],
        ),
    ] {
        assert_eq!(faults(&staff, path).await, expected, "{path}");
    }
    let bad_format = staff
        .post("/v1/campaigns/test-campaign/invitations?format=pdf&page=1")
        .json(&json!({"count": 1}));
    let problem = bad_format
        .send()
        .await
        .expect_problem(Code::QueryInvalid)
        .json();
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
}

#[tokio::test]
async fn a_fault_says_what_would_be_right() {
    let app = TestApp::start().await;
    for (query, detail) in [
        (
            "foo=1",
            "There is no such parameter here. Expected one of `state`, `limit`, `cursor`.",
        ),
        (
            "state=lost",
            "Expected one of `open`, `upcoming`, `closed`, `all`.",
        ),
        ("limit=abc", "Expected a whole number."),
        ("limit=201", "It must be from 1 to 200."),
        ("limit=1&limit=1", "It may be given only once."),
        (
            "cursor=abc",
            "It is none that this list gave; start again without it.",
        ),
    ] {
        let problem = app
            .client()
            .get(&format!("/v1/campaigns?{query}"))
            .send()
            .await
            .json();
        assert_eq!(problem["errors"][0]["detail"], detail, "{query}");
        assert!(
            !problem.to_string().contains("lost"),
            "what was sent is not repeated"
        );
    }
}

#[tokio::test]
async fn a_version_that_is_no_number_is_not_found() {
    let collection = Collection::start().await;
    let answer = collection
        .app
        .client()
        .get("/v1/forms/every-kind/versions/two?foo=1")
        .send()
        .await;
    answer.expect_problem(Code::NotFound);
}

/// The faults of a body, as `pointer code`.
async fn body_faults(client: &Client, path: &str, body: &Value) -> Vec<String> {
    let problem = client
        .post(path)
        .json(body)
        .send()
        .await
        .expect_problem(Code::BodyInvalid)
        .json();
    let errors = problem["errors"].as_array().unwrap();
    let shown = errors.iter().map(|error| {
        format!(
            "{} {}",
            error["pointer"].as_str().unwrap(),
            error["code"].as_str().unwrap()
        )
    });
    let mut shown: Vec<_> = shown.collect();
    shown.sort_unstable();
    shown
}

#[tokio::test]
async fn all_faults_of_a_body_come_at_once_those_of_the_shape_and_those_of_the_rules() {
    let app = TestApp::start().await;
    let staff = app
        .with_roles(&[Role::Admin, Role::Coordinator, Role::Author])
        .await
        .client;
    let account = json!({"email": "ann", "roles": ["author", "king"], "password": "short", "admin": true, "age": 7});
    assert_eq!(
        body_faults(&staff, "/v1/staff", &account).await,
        [
            "/admin unknown_field",
            "/age unknown_field",
            "/email email",
            "/name missing_field",
            "/password length",
            "/roles/1 unknown_value"
        ]
    );
    let campaign = json!({"key": "Not A Key", "form": 7, "title": [], "opens_at": "soon", "closes_at": null, "k": "five", "access": "nobody"});
    assert_eq!(
        body_faults(&staff, "/v1/campaigns", &campaign).await,
        [
            "/access unknown_value",
            "/closes_at wrong_type",
            "/form wrong_type",
            "/k wrong_type",
            "/key key_malformed",
            "/opens_at invalid_value",
            "/title wrong_type"
        ]
    );
    let form = json!({
        "key": "a", "languages": "en", "title": {"en": 7}, "colour": "red",
        "sections": [{"key": "s", "questions": [{"key": "q", "kind": "essay", "text": {"en": "Q"}, "min": {}}, {"kind": "yes_no"}]}],
    });
    let found = body_faults(&staff, "/v1/forms", &form).await;
    for expected in [
        "/colour unknown_field",
        "/languages wrong_type",
        "/title/en wrong_type",
        "/sections/0/questions/0/kind unknown_value",
        "/sections/0/questions/1/key missing_field",
    ] {
        assert!(
            found.iter().any(|fault| fault == expected),
            "{expected}: {found:?}"
        );
    }
}

#[tokio::test]
async fn a_field_that_is_given_twice_is_one_of_the_faults() {
    let app = TestApp::start().await;
    let body = r#"{"email": "a", "email": "b", "password": 7, "admin": true}"#;
    let refused = app
        .client()
        .post("/v1/sessions")
        .raw("application/json", body)
        .send()
        .await;
    let mut pointers = refused.pointers();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/admin", "/email", "/password"]);
}

#[tokio::test]
async fn a_question_that_is_answered_twice_is_never_taken() {
    let collection = Collection::start().await;
    let body = r#"{"form_version": 1, "language": "en", "answers": {"group": "a", "group": "b"}}"#;
    let call = collection
        .app
        .client()
        .post("/v1/campaigns/test-campaign/responses");
    let call = call.header("receipt", "AbCdEfGhIjKlMnOpQrStUv");
    let refused = call.raw("application/json", body).send().await;
    assert_eq!(refused.pointers(), ["/answers"]);
    refused.expect_problem(Code::BodyInvalid);
}

#[tokio::test]
async fn a_body_of_nothing_but_faults_is_answered_soon() {
    let app = TestApp::start().await;
    let fields: serde_json::Map<_, _> = (0..15_000).map(|n| (format!("f{n}"), json!(n))).collect();
    let body = Value::Object(fields);
    let started = std::time::Instant::now();
    let found = body_faults(&app.client(), "/v1/sessions", &body).await;
    assert_eq!(found.len(), 50, "no more than anybody mends at once");
    assert!(started.elapsed().as_secs() < 5);
}

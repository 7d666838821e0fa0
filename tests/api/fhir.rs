//! Forms and responses as resources of FHIR, over HTTP and at the terminal.

use aftercare::domain::staff::role::Role;
use aftercare::formats::fhir::MEDIA_TYPE;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::cli::command;
use crate::support::TestApp;
use crate::support::client::{Answer, Call};
use crate::support::collection::{Collection, OWN, RESPONSES, new_receipt};

const SECOND_EDITION: &str = include_str!("../forms/second-edition.yaml");
const FOREIGN: &str = include_str!("../forms/foreign-questionnaire.json");

const FORM: &str = "/v1/forms/every-kind";

#[tokio::test]
async fn a_version_is_a_questionnaire_for_who_asks_for_one() {
    let collection = Collection::start().await;
    let client = collection.app.client();
    let fhir = |path: &str| client.get(path).header("accept", MEDIA_TYPE);
    let version = fhir("/v1/forms/every-kind/versions/1")
        .send()
        .await
        .expect(200);
    assert_eq!(version.header("content-type"), MEDIA_TYPE);
    assert!(version.header("cache-control").contains("immutable"));
    let vary = version.header("vary").to_owned();
    assert!(
        vary.starts_with("accept, accept-encoding, accept-language"),
        "{vary}"
    );
    let resource = version.json();
    assert_eq!(resource["resourceType"], "Questionnaire");
    assert_eq!(resource["url"], "urn:aftercare:form:every-kind");
    assert_eq!(
        (&resource["version"], &resource["status"]),
        (&json!("1"), &json!("active"))
    );
    assert_eq!(resource["title"], "Every kind");
    let newest = fhir(FORM).send().await.expect(200);
    assert_eq!(
        newest.header("content-location"),
        "/v1/forms/every-kind/versions/1"
    );
    assert_eq!(newest.header("etag"), version.header("etag"));
    // The same address without `Accept` is another representation, with another tag.
    let plain = client.get(FORM).send().await.expect(200);
    assert_eq!(plain.header("content-type"), "application/json");
    assert_eq!(plain.header("vary"), vary);
    assert_ne!(plain.header("etag"), version.header("etag"));
    let known = fhir(FORM).header("if-none-match", version.header("etag"));
    known.send().await.expect(304);
    // All languages are in it; the one that is read stands in the elements.
    let korean = fhir("/v1/forms/every-kind?language=ko")
        .send()
        .await
        .expect(200);
    assert_eq!(korean.header("content-language"), "ko");
    assert_eq!(korean.json()["title"], "모든 종류");
    assert_eq!(
        korean.json()["_title"]["extension"][0]["extension"][1]["valueString"],
        "Every kind"
    );
}

#[tokio::test]
async fn a_questionnaire_comes_back_as_the_same_form() {
    let collection = Collection::start().await;
    let author = &collection.staff.client;
    let call = author.get(FORM).header("accept", MEDIA_TYPE);
    let questionnaire = call.send().await.expect(200).text();
    let saved = author
        .put("/v1/forms/every-kind/draft")
        .header("if-none-match", "*")
        .raw(MEDIA_TYPE, questionnaire)
        .send()
        .await
        .expect(200);
    assert_eq!(saved.json()["faults"], json!([]));
    assert_eq!(saved.json()["import_notes"], json!(null));
    let published = author
        .post("/v1/forms/every-kind/draft/publish")
        .json(&json!({}));
    published.send().await.expect_problem(Code::DraftUnchanged);
}

#[tokio::test]
async fn what_a_form_cannot_carry_is_refused_by_its_place_until_it_may_be_left_out() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let refused = author
        .post("/v1/forms")
        .raw(MEDIA_TYPE, FOREIGN)
        .send()
        .await;
    assert_eq!(
        refused.pointers()[..3],
        ["/item/0/prefix", "/item/2/item/2/type", "/item/2/item/5"]
    );
    assert_eq!(refused.json()["errors"][0]["code"], "not_carried");
    refused.expect_problem(Code::BodyInvalid);
    let call = author
        .post("/v1/forms?leave_out=true")
        .raw(MEDIA_TYPE, FOREIGN);
    let draft = call.send().await.expect(201).json();
    let notes = draft["import_notes"].to_string();
    assert!(
        notes.contains("/item/0/prefix: prefix is not carried (left out)"),
        "{notes}"
    );
    let other = author
        .post("/v1/forms")
        .raw(MEDIA_TYPE, r#"{"resourceType": "Patient"}"#);
    let other = other.send().await;
    assert_eq!(other.pointers(), ["/resourceType"]);
    other.expect_problem(Code::BodyInvalid);
    let none = author.post("/v1/forms").raw(MEDIA_TYPE, "{").send().await;
    none.expect_problem(Code::JsonMalformed);
}

/// A response to the form of every kind, as a tool for FHIR would send it.
fn response() -> Value {
    let coding = |list: &str, code: &str| json!({"valueCoding": {"system": format!("urn:aftercare:form:every-kind:{list}"), "code": code}});
    json!({
        "resourceType": "QuestionnaireResponse", "status": "completed", "language": "en",
        "questionnaire": "urn:aftercare:form:every-kind|1", "authored": "2026-11-27T10:11:12+09:00",
        "meta": {"profile": ["http://hl7.org/fhir/4.0/StructureDefinition/QuestionnaireResponse"]},
        "item": [
            {"linkId": "section__person", "text": "You", "item": [
                {"linkId": "group", "answer": [coding("group", "a")]},
                {"linkId": "alone", "extension": [{
                    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined",
                }]},
            ]},
            {"linkId": "section__days", "item": [
                {"linkId": "meals", "answer": [coding("difficulty", "some")]},
                {"linkId": "help_from", "answer": [coding("help_from", "friends"), coding("help_from", "family")]},
                {"linkId": "distress", "answer": [{"valueInteger": 7}]},
                {"linkId": "weight", "answer": [{"valueDecimal": 61.5}]},
            ]},
            {"linkId": "section__deeper", "item": [
                {"linkId": "family_role", "answer": [{"valueBoolean": true}]},
                {"linkId": "exact", "answer": [{"valueInteger": 3}]},
                {"linkId": "after", "answer": [coding("difficulty", "none")]},
                {"linkId": "story", "answer": [{"valueString": "It went well."}]},
            ]},
            {"linkId": "score_difficulty", "answer": [{"valueDecimal": 99}]},
        ],
    })
}

/// The same in JSON.
fn answers() -> Value {
    json!({
        "group": "a", "alone": null, "meals": "some", "help_from": ["family", "friends"], "distress": 7, "weight": 61.5,
        "family_role": true, "exact": 3, "after": "none", "story": "It went well.",
    })
}

fn post(collection: &Collection, receipt: &str, resource: &Value) -> Call {
    let call = collection.app.client().post(RESPONSES);
    call.header("receipt", receipt)
        .raw(MEDIA_TYPE, resource.to_string())
}

async fn send(collection: &Collection, receipt: &str, resource: &Value) -> Answer {
    post(collection, receipt, resource).send().await
}

#[tokio::test]
async fn the_same_answers_are_the_same_response_in_json_and_in_fhir() {
    let collection = Collection::start().await;
    let (one, other) = (new_receipt(), new_receipt());
    let sent = send(&collection, &one, &response()).await.expect(201);
    let replay = collection.send(&one, &answers()).await.expect(200);
    assert_eq!(sent.json(), replay.json());
    // What another tool computed is computed anew.
    let score = &sent.json()["summary"]["scores"][0];
    assert_eq!(
        (&score["key"], &score["value"]),
        (&json!("difficulty"), &json!(40.0))
    );
    collection.send(&other, &answers()).await.expect(201);
    send(&collection, &other, &response()).await.expect(200);
    let mut changed = response();
    changed["item"][1]["item"][2]["answer"][0]["valueInteger"] = json!(8);
    let conflict = send(&collection, &other, &changed).await;
    conflict.expect_problem(Code::ReceiptUsed);
}

#[tokio::test]
async fn ones_own_response_comes_out_as_it_can_be_sent() {
    let collection = Collection::start_with(SECOND_EDITION).await;
    let receipt = new_receipt();
    let answers = json!({
        "source": "poster", "read": true, "operated": "2024-05", "cancer": "other", "cancer_other": "A rare one",
        "eating": "never", "walking": "always", "washing": null, "pain": 60, "nights": 3, "weight": 44.5,
        "help_from": ["family", "others"], "help_other": "A friend", "wishes": ["work", "sleep"],
        "discharged": "2024-06", "by_any": true, "by_more": false, "by_source": true, "by_read": false,
        "by_less": true, "by_none": true,
    });
    collection.send(&receipt, &answers).await.expect(201);
    let own = || collection.app.client().get(OWN).header("receipt", &receipt);
    let plain = own().send().await.expect(200);
    assert_eq!(plain.header("content-type"), "application/json");
    let fhir = own().header("accept", MEDIA_TYPE).send().await.expect(200);
    assert_eq!(fhir.header("content-type"), MEDIA_TYPE);
    assert!(fhir.header("vary").starts_with("accept,"));
    let resource = fhir.json();
    assert_eq!(
        resource["questionnaire"],
        "urn:aftercare:form:second-edition|1"
    );
    let fields: Vec<&String> = resource.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "item",
            "language",
            "questionnaire",
            "resourceType",
            "status"
        ]
    );
    let again = send(&collection, &receipt, &resource).await.expect(200);
    assert_eq!(again.json()["summary"], plain.json()["summary"]);
    // A slip is corrected in FHIR as well.
    let mut corrected = resource.clone();
    corrected["item"].as_array_mut().unwrap().remove(0);
    let call = collection.app.client().put(OWN).header("receipt", &receipt);
    let call = call.raw(MEDIA_TYPE, corrected.to_string()).send().await;
    assert_eq!(call.pointers(), ["/item/2/item/4/answer/0/valueBoolean"]);
    call.expect_problem(Code::AnswersInvalid);
}

#[tokio::test]
async fn a_response_may_begin_with_a_byte_order_mark() {
    let collection = Collection::start().await;
    let call = collection.app.client().post(RESPONSES);
    let call = call
        .header("receipt", &new_receipt())
        .raw(MEDIA_TYPE, format!("\u{feff}{}", response()));
    call.send().await.expect(201);
}

#[tokio::test]
async fn a_fault_points_into_the_resource_that_was_sent() {
    let collection = Collection::start().await;
    let mut resource = response();
    resource["item"][0]["item"][0]["answer"][0]["valueCoding"]["code"] = json!("z");
    resource["item"][1]["item"][1]["answer"][1]["valueCoding"]["code"] = json!("friends");
    resource["item"][1]["item"][2]["answer"][0] = json!({"valueInteger": 11});
    let sent = send(&collection, &new_receipt(), &resource).await;
    assert_eq!(
        sent.pointers(),
        [
            "/item/0/item/0/answer/0/valueCoding",
            "/item/1/item/1/answer/1/valueCoding",
            "/item/1/item/2/answer/0/valueInteger",
            "/item/2/item/0/answer/0/valueBoolean",
            "/item/2/item/1/answer/0/valueInteger",
            "/item/2/item/2/answer/0/valueCoding",
            "/item/2/item/3/answer/0/valueString",
        ]
    );
    sent.expect_problem(Code::AnswersInvalid);
    let mut resource = response();
    resource["item"][0]["item"][0]["linkId"] = json!("nothing");
    let sent = send(&collection, &new_receipt(), &resource).await;
    assert_eq!(sent.pointers(), ["/item/0/item/0/linkId"]);
    sent.expect_problem(Code::AnswersInvalid);
    for (field, value, pointer, code) in [
        (
            "questionnaire",
            json!("urn:aftercare:form:every-kind|7"),
            "/questionnaire",
            "version_unknown",
        ),
        (
            "questionnaire",
            json!("urn:aftercare:form:other|1"),
            "/questionnaire",
            "invalid_value",
        ),
        (
            "questionnaire",
            json!("urn:aftercare:form:every-kind"),
            "/questionnaire",
            "invalid_value",
        ),
        ("questionnaire", json!(null), "/questionnaire", "wrong_type"),
        ("status", json!("in-progress"), "/status", "invalid_value"),
        ("language", json!("fr"), "/language", "language_not_offered"),
        (
            "resourceType",
            json!("Patient"),
            "/resourceType",
            "invalid_value",
        ),
        ("item", json!({}), "/item", "wrong_type"),
        ("mood", json!(1), "/mood", "unknown_field"),
    ] {
        let mut resource = response();
        resource[field] = value;
        let sent = send(&collection, &new_receipt(), &resource).await;
        assert_eq!(sent.pointers(), [pointer]);
        assert_eq!(sent.json()["errors"][0]["code"], code, "{field}");
        sent.expect_problem(Code::BodyInvalid);
    }
}

#[tokio::test]
async fn what_names_a_person_is_refused_and_the_time_of_writing_is_not_kept() {
    let collection = Collection::start().await;
    let mut resource = response();
    for (field, value) in [
        ("subject", json!({"reference": "Patient/4711"})),
        ("author", json!({"display": "Kim"})),
        ("source", json!({"reference": "Patient/4711"})),
        ("identifier", json!({"value": "MRN-4711"})),
        ("encounter", json!({"reference": "Encounter/1"})),
        ("basedOn", json!([{"reference": "CarePlan/1"}])),
        ("partOf", json!([{"reference": "Procedure/1"}])),
        ("contained", json!([{"resourceType": "Patient"}])),
    ] {
        resource[field] = value;
    }
    let sent = send(&collection, &new_receipt(), &resource).await;
    assert_eq!(sent.json()["errors"].as_array().unwrap().len(), 8);
    for error in sent.json()["errors"].as_array().unwrap() {
        assert_eq!(error["code"], "identifying", "{error}");
    }
    assert!(!sent.text().contains("4711"), "{}", sent.text());
    sent.expect_problem(Code::BodyInvalid);
    // Nothing of it was stored, so the receipt is still free for the response itself.
    let receipt = new_receipt();
    let mut resource = response();
    resource["text"] = json!({"status": "generated", "div": "<div>Kim, 10:11:12</div>"});
    send(&collection, &receipt, &resource).await.expect(201);
    let own = collection.app.client().get(OWN).header("receipt", &receipt);
    let own = own
        .header("accept", MEDIA_TYPE)
        .send()
        .await
        .expect(200)
        .text();
    assert!(!own.contains("10:11:12") && !own.contains("Kim"), "{own}");
}

#[test]
fn the_terminal_brings_a_form_out_as_a_questionnaire_and_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (resource, yaml, strange) = (path("form.json"), path("form.yaml"), path("form.txt"));
    let shipped = "forms/daily-life-after-treatment.yaml";
    let form = |arguments: &[&str]| command(&[&["form"], arguments].concat()).output().unwrap();
    let out = form(&["export", shipped, "--out", &resource]);
    assert!(out.status.success(), "{out:?}");
    let out = form(&["export", shipped, "--out", &strange, "--format", "fhir"]);
    assert!(out.status.success(), "{out:?}");
    assert_eq!(
        std::fs::read(&resource).unwrap(),
        std::fs::read(&strange).unwrap()
    );
    let back = form(&["import", &strange, "--format", "fhir", "--out", &yaml]);
    assert!(back.status.success() && back.stderr.is_empty(), "{back:?}");
    let changes = form(&["changes", shipped, &yaml]);
    let said = String::from_utf8(changes.stdout).unwrap();
    assert!(said.contains("nothing changed"), "{said}");
}

#[test]
fn the_terminal_names_what_of_a_questionnaire_cannot_be_carried() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = folder.path().join("form.yaml");
    let import = |more: &[&str]| {
        let files = [
            "form",
            "import",
            "tests/forms/foreign-questionnaire.json",
            "--out",
        ];
        let all = [&files[..], &[yaml.to_str().unwrap()], more].concat();
        command(&all).output().unwrap()
    };
    let refused = import(&[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && !yaml.exists());
    assert!(
        said.contains("/item/2/item/7: attachments are not carried"),
        "{said}"
    );
    assert!(
        said.contains("7 cannot be carried; nothing was written"),
        "{said}"
    );
    let left_out = import(&["--leave-out"]);
    let said = String::from_utf8(left_out.stderr).unwrap();
    assert!(left_out.status.success() && yaml.exists(), "{said}");
    assert!(said.contains("(to mend before it is published)"), "{said}");
}

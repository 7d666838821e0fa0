use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::fault::Fault;
use crate::domain::form::{Form, FormDefinition};
use crate::formats::forms_for_tests::{
    EVERY_KIND, SECOND_EDITION, SHIPPED, form_of, generated, leveled,
};

fn written(form: &Form) -> Value {
    write(form, Published::default()).resource
}

fn read_value(resource: &Value) -> Imported {
    read(resource.to_string().as_bytes()).unwrap()
}

fn said(remarks: &[Fault<String>]) -> Vec<String> {
    let said = remarks.iter();
    said.map(|it| format!("{}: {}", it.pointer, it.kind))
        .collect()
}

fn round_trip(form: &Form) {
    let languages = form.definition().languages.iter().map(String::as_str);
    for language in languages.map(Some).chain([None]) {
        let published = Published {
            version: Some(3),
            date: Some("2026-11-27T00:00:00Z"),
            language,
        };
        let read = read_value(&write(form, published).resource);
        assert_eq!(said(&read.left_out), [""; 0]);
        assert_eq!(said(&read.notes), [""; 0]);
        assert_eq!(&read.definition, form.definition());
        let again = Form::check(read.definition).unwrap();
        assert_eq!(again.digest(), form.digest());
    }
}

#[test]
fn the_shipped_form_comes_back_as_it_was() {
    round_trip(&form_of(SHIPPED));
}

#[test]
fn every_kind_of_question_comes_back_as_it_was() {
    round_trip(&form_of(EVERY_KIND));
}

#[test]
fn the_kinds_and_bounds_of_the_second_edition_come_back_as_they_were() {
    round_trip(&form_of(SECOND_EDITION));
}

#[test]
fn levels_of_masking_come_back_as_they_were() {
    round_trip(&leveled());
}

#[test]
fn a_form_from_before_there_were_editions_keeps_its_digest() {
    let mut definition = form_of(EVERY_KIND).definition().clone();
    definition.edition = None;
    round_trip(&Form::check(definition).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_generated_form_comes_back_as_it_was(
        parts in prop::collection::vec((any::<u8>(), "[ -%'-;=-~가-힣\n]{0,12}", any::<bool>(), 1..=255_u8), 1..8),
    ) {
        let definition: FormDefinition = serde_json::from_value(generated(&parts)).unwrap();
        round_trip(&Form::check(definition.as_written_today()).unwrap());
    }

    #[test]
    fn a_damaged_resource_never_makes_it_fall_over(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = written(&form_of(EVERY_KIND)).to_string().into_bytes();
        let at = place.index(bytes.len());
        bytes[at] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read(&bytes);
    }
}

/// The item with this `linkId`, wherever it stands.
fn item<'a>(value: &'a Value, link_id: &str) -> Option<&'a Value> {
    let items = value["item"].as_array()?;
    items.iter().find_map(|it| match it["linkId"] == link_id {
        true => Some(it),
        false => item(it, link_id),
    })
}

fn item_mut<'a>(value: &'a mut Value, link_id: &str) -> Option<&'a mut Value> {
    let items = value["item"].as_array_mut()?;
    items
        .iter_mut()
        .find_map(|it| match it["linkId"] == link_id {
            true => Some(it),
            false => item_mut(it, link_id),
        })
}

fn extension<'a>(value: &'a Value, url: &str) -> Option<&'a Value> {
    let extensions = value["extension"].as_array()?;
    extensions.iter().find(|it| it["url"] == url)
}

#[test]
fn other_tools_find_types_conditions_and_bounds_in_the_elements_of_fhir() {
    let resource = written(&form_of(EVERY_KIND));
    let of = |link_id: &str| item(&resource, link_id).unwrap().clone();
    for (link_id, item_type) in [
        ("group", "choice"),
        ("alone", "boolean"),
        ("distress", "integer"),
        ("weight", "decimal"),
        ("story", "text"),
        ("section__days", "group"),
        ("notice__help", "display"),
        ("score_difficulty", "decimal"),
    ] {
        assert_eq!(of(link_id)["type"], item_type, "{link_id}");
    }
    let system = "urn:aftercare:form:every-kind:difficulty";
    assert_eq!(
        of("meals")["answerOption"][1],
        json!({"valueCoding": {
            "system": system, "code": "some", "display": "Some",
            "_display": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
                {"url": "lang", "valueCode": "ko"}, {"url": "content", "valueString": "조금"},
            ]}]},
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 1}],
        }})
    );
    assert_eq!(
        of("help_from")["enableWhen"],
        json!([
            {"question": "meals", "operator": "=", "answerCoding": {"system": system, "code": "some"}},
            {"question": "meals", "operator": "=", "answerCoding": {"system": system, "code": "much"}},
            {"question": "alone", "operator": "=", "answerBoolean": true},
        ])
    );
    assert_eq!(of("help_from")["enableBehavior"], "any");
    assert_eq!(of("help_from")["repeats"], true);
    assert_eq!(of("distress")["required"], true);
    assert_eq!(of("story")["maxLength"], 200);
    assert_eq!(
        extension(&of("weight"), names::MIN_VALUE).unwrap()["valueDecimal"],
        json!(-0.5)
    );
    // `not` is no operator of enableWhen: it asks nothing of an answer that is not there.
    let deeper = of("section__deeper");
    let expression = extension(&deeper, names::ENABLE_WHEN_EXPRESSION).unwrap();
    assert_eq!(
        expression["valueExpression"]["expression"],
        "(%resource.repeat(item).where(linkId = 'group').answer.value.where(code = 'c').exists().not() \
         and %resource.repeat(item).where(linkId = 'distress').answer.value.where($this <= 8).exists())"
    );
    assert!(extension(&of("score_difficulty"), names::CALCULATED_EXPRESSION).is_some());
    let remarks = said(&write(&form_of(SECOND_EDITION), Published::default()).remarks);
    for expected in [
        "/item/0: a value from the address",
        "/item/1/item/2: other tools do not see: earliest, latest",
        "/item/2/item/6: other tools show a ranking as a choice",
    ] {
        assert!(
            remarks.iter().any(|it| it.starts_with(expected)),
            "{expected}: {remarks:#?}"
        );
    }
}

#[test]
fn what_was_edited_in_the_resource_counts() {
    let mut resource = written(&form_of(EVERY_KIND));
    item_mut(&mut resource, "meals").unwrap()["text"] = json!("Eating?");
    item_mut(&mut resource, "help_from").unwrap()["enableWhen"] =
        json!([{"question": "distress", "operator": ">", "answerInteger": 3}]);
    let distress = item_mut(&mut resource, "distress").unwrap();
    for extension in distress["extension"].as_array_mut().unwrap() {
        if extension["url"] == names::MAX_VALUE {
            extension["valueInteger"] = json!(7);
        }
    }
    distress["required"] = json!(false);
    item_mut(&mut resource, "alone").unwrap()["type"] = json!("text");
    let read = read_value(&resource);
    let find = |key: &str| {
        let mut questions = read.definition.questions();
        json!(questions.find(|(_, it)| it.key == key).unwrap().1)
    };
    assert_eq!(find("meals")["text"]["en"], "Eating?");
    assert_eq!(
        (&find("distress")["max"], &find("distress")["required"]),
        (&json!(7), &json!(null))
    );
    assert_eq!(find("alone")["kind"], "text");
    // The form has faults now, so what stood in both places could not be compared; here the type told.
    assert!(Form::check(read.definition.clone()).is_err());
    item_mut(&mut resource, "alone").unwrap()["type"] = json!("boolean");
    let read = read_value(&resource);
    let mut questions = read.definition.questions();
    let help = questions.find(|(_, it)| it.key == "help_from").unwrap().1;
    assert_eq!(
        json!(help.show_when),
        json!({"question": "distress", "more_than": 3.0})
    );
    assert!(
        said(&read.notes)
            .iter()
            .any(|it| it.contains("the condition was changed")),
        "{:?}",
        read.notes
    );
}

fn foreign() -> Value {
    serde_json::from_str(include_str!(
        "../../../tests/forms/foreign-questionnaire.json"
    ))
    .unwrap()
}

#[test]
fn a_questionnaire_of_other_people_is_read_and_nothing_is_dropped_in_silence() {
    let read = read_value(&foreign());
    let (left_out, notes) = (said(&read.left_out), said(&read.notes));
    for expected in [
        "/item/0/prefix: prefix is not carried",
        "/item/2/item/2/type: the text beside the options",
        "/item/2/item/4/item/1: a condition in FHIRPath",
        "/item/2/item/5: a response has one answer to each question",
        "/item/2/item/6: times of day",
        "/item/2/item/7: attachments",
        "/item/2/item/8: an item that nobody can answer",
    ] {
        assert!(
            left_out.iter().any(|it| it.starts_with(expected)),
            "{expected}: {left_out:#?}"
        );
    }
    assert_eq!(left_out.len(), 7, "{left_out:#?}");
    for expected in [
        "/copyright: copyright is not carried",
        "/version: versions are numbered",
        "/item/0/linkId: \"/44250-9\" is no valid key, or taken, and becomes \"q_44250_9\"",
        "/item/2/item/4: sections are not nested",
        "/item/2/item/4/item/0/item/1: questions are not nested",
    ] {
        assert!(
            notes.iter().any(|it| it.starts_with(expected)),
            "{expected}: {notes:#?}"
        );
    }
    let form = &read.definition;
    assert_eq!(form.key, "mood-check");
    assert_eq!(form.languages, ["en", "de"]);
    let find = |key: &str| json!(form.questions().find(|(_, it)| it.key == key).unwrap().1);
    assert_eq!(
        find("q_44250_9")["external"],
        json!([{"system": "http://loinc.org", "code": "44250-9"}])
    );
    assert_eq!(find("q_44250_9")["text"]["de"], "Wenig Interesse?");
    assert_eq!(find("q_44255_8")["scale"], "often");
    assert_eq!(
        json!(form.scales["often"][0]),
        json!({"code": "la6568_5", "value": 0, "label": {"en": "Not at all", "de": "Nie"},
            "external": [{"system": "http://loinc.org", "code": "LA6568-5"}]})
    );
    assert_eq!(
        find("q_44255_8")["show_when"],
        json!({"question": "q_44250_9", "is": "la6569_3"})
    );
    assert_eq!(find("more_height")["unit"], json!({"ucum": "cm"}));
    assert_eq!(find("more_height")["max"], json!(250));
    assert_eq!(find("more_what")["kind"], "multiple_choice");
    assert_eq!(find("more_what")["options"][2]["exclusive"], true);
    assert_eq!(find("more_number")["options"][1]["value"], 2);
    assert_eq!(find("yes")["hint"]["en"], "Say yes");
    assert_eq!(find("why")["max_length"], 80);
    let inner = form.sections.iter().find(|it| it.key == "more_inner");
    assert_eq!(
        json!(inner.unwrap().show_when),
        json!({"all": [
            {"question": "more_height", "at_least": 100.0},
            {"not": {"question": "more_what", "includes": "sleep"}},
        ]})
    );
    let faults = Form::check(form.clone()).unwrap_err();
    assert!(
        faults
            .iter()
            .all(|it| it.kind.to_string().contains("\"de\"")),
        "{faults:?}"
    );
    assert_eq!(
        read.place(&faults[0].pointer).map(ToString::to_string),
        Some(String::new()),
    );
}

#[test]
fn what_is_no_questionnaire_is_refused() {
    for (bytes, place) in [
        (r#"{"resourceType": "Patient"}"#, "/resourceType"),
        (r#"[]"#, "/resourceType"),
        (
            r#"{"resourceType": "Questionnaire", "status": "draft"}"#,
            "/item",
        ),
        (
            "{\"resourceType\": \"Questionnaire\", \"title\": \"a\\u0000\"}",
            "/title",
        ),
    ] {
        match read(bytes.as_bytes()) {
            Err(ReadFault::At(pointer, _)) => assert_eq!(pointer.as_str(), place),
            other => panic!("{bytes}: {other:?}"),
        }
    }
    assert!(matches!(read(b"{"), Err(ReadFault::Malformed(_))));
}

/// Answers to the second edition's form, and what its score came to.
fn own_response() -> Value {
    let answers = json!({
        "source": "poster", "read": true, "operated": "2024-05", "born": "1970", "visit": "2024-05-06", "cancer": "other",
        "cancer_other": "A rare one", "eating": "never", "walking": "always", "washing": null, "pain": 60, "nights": 3,
        "weight": 44.5, "help_from": ["family", "others"], "help_other": "A friend", "wishes": ["work", "sleep"],
    });
    let answers = serde_json::from_value(answers).unwrap();
    let scores = [("days", 50.0)];
    write_response(&form_of(SECOND_EDITION), 1, "en", &answers, &scores)
}

/// `script/fhir` shows the file to a reader that is not ours.
#[test]
fn a_response_is_written_as_it_was_validated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fhir/own-response.json");
    let fresh = serde_json::to_string_pretty(&own_response()).unwrap() + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == fresh,
        "tests/fhir/own-response.json is stale: run with UPDATE_DOCS=1"
    );
}

#[test]
fn a_response_that_was_written_reads_back_as_the_same_answers() {
    let form = form_of(SECOND_EDITION);
    let sent = parse_response(own_response()).unwrap();
    assert_eq!((sent.form.as_str(), sent.version), ("second-edition", 1));
    assert_eq!(sent.language.as_deref(), Some("en"));
    let filled = sent.answers(&form).unwrap();
    assert_eq!(filled.answers.0.len(), 16);
    let again = write_response(&form, 1, "en", &filled.answers, &[("days", 50.0)]);
    assert_eq!(again, own_response());
}

#[test]
fn a_code_of_another_terminology_names_the_option_that_has_it() {
    let form = form_of(SECOND_EDITION);
    let response = |coding: Value| {
        json!({
            "resourceType": "QuestionnaireResponse", "status": "completed",
            "questionnaire": "https://clinic.example/Questionnaire/second-edition|1",
            "item": [{"linkId": "eating", "answer": [{"valueCoding": coding}]}],
        })
    };
    let read = |coding: Value| parse_response(response(coding)).unwrap().answers(&form);
    for coding in [
        json!({"system": "http://loinc.org", "code": "LA6568-5"}),
        json!({"system": "urn:aftercare:form:second-edition:often", "code": "never"}),
        json!({"code": "never"}),
    ] {
        assert_eq!(read(coding).unwrap().answers.0["eating"], "never");
    }
    let faults = read(json!({"system": "http://loinc.org", "code": "never"})).unwrap_err();
    assert_eq!(faults[0].kind, ResponseFault::UnknownOption);
    assert_eq!(faults[0].pointer.as_str(), "/item/0/answer/0/valueCoding");
}

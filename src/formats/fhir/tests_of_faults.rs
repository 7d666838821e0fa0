//! What resources of other tools say that a form or a response cannot take as it stands.

use serde_json::{Value, json};

use super::*;
use crate::domain::fault::Fault;
use crate::formats::forms_for_tests::{SECOND_EDITION, form_of};

fn said<T: ToString>(remarks: &[Fault<T>]) -> Vec<String> {
    let said = remarks.iter();
    said.map(|it| format!("{}: {}", it.pointer, it.kind.to_string()))
        .collect()
}

/// The answers of one item to the second edition's form, or the faults.
fn answers_of(item: Value) -> Result<Value, Vec<String>> {
    let resource = json!({
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "questionnaire": "urn:aftercare:form:second-edition|1", "item": [item],
    });
    let sent = parse_response(resource).unwrap();
    let filled = sent.answers(&form_of(SECOND_EDITION));
    filled.map(|it| json!(it.answers.0)).map_err(|it| said(&it))
}

#[test]
fn a_quantity_is_a_number_in_the_unit_of_its_question() {
    let read = |link_id: &str, quantity: Value| {
        answers_of(json!({"linkId": link_id, "answer": [{"valueQuantity": quantity}]}))
    };
    let ucum = "http://unitsofmeasure.org";
    for fitting in [
        json!({"value": 44.5}),
        json!({"value": 44.5, "unit": "kg"}),
        json!({"value": 44.5, "system": ucum, "code": "kg", "unit": "kilogram"}),
    ] {
        assert_eq!(read("weight", fitting), Ok(json!({"weight": 44.5})));
    }
    for (other, field) in [
        (json!({"value": 44.5, "comparator": "<"}), "comparator"),
        (json!({"value": 150, "unit": "lb"}), "unit"),
        (json!({"value": 150, "code": "[lb_av]"}), "code"),
        (
            json!({"value": 44.5, "system": "http://example.org", "code": "kg"}),
            "system",
        ),
        (json!({"value": 44.5, "code": 1}), "code"),
    ] {
        let faults = read("weight", other.clone()).unwrap_err();
        let place = format!("/item/0/answer/0/valueQuantity/{field}: ");
        assert!(
            faults.len() == 1 && faults[0].starts_with(&place),
            "{other}: {faults:?}"
        );
    }
}

#[test]
fn an_answer_with_two_values_or_with_a_value_that_was_declined_is_refused() {
    let reason = json!([{
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "asked-declined",
    }]);
    for (item, place) in [
        (
            json!({"answer": [{"valueInteger": 60, "valueString": "sixty"}]}),
            "/item/0/answer/0/valueString",
        ),
        (
            json!({"answer": [{"valueInteger": 60}], "extension": reason}),
            "/item/0/answer",
        ),
        (
            json!({"answer": [{"valueInteger": 60, "extension": reason}]}),
            "/item/0/answer/0/valueInteger",
        ),
        (
            json!({"answer": [{"valueInteger": 60, "_valueInteger": {"extension": reason}}]}),
            "/item/0/answer/0/valueInteger",
        ),
        (
            json!({"answer": [{"valueInteger": null}]}),
            "/item/0/answer/0/valueInteger",
        ),
    ] {
        let mut item = item;
        item["linkId"] = json!("pain");
        let faults = answers_of(item.clone()).unwrap_err();
        assert!(
            faults.len() == 1 && faults[0].starts_with(&format!("{place}: ")),
            "{item}: {faults:?}"
        );
    }
}

#[test]
fn declining_is_read_on_the_item_on_the_answer_and_on_the_value() {
    let declined = json!({"extension": [{
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "asked-declined",
    }]});
    for answer in [
        declined.clone(),
        json!({"_valueCoding": declined}),
        json!({"valueCoding": declined}),
        json!({"_valueBoolean": declined}),
    ] {
        let item = json!({"linkId": "eating", "answer": [answer]});
        assert_eq!(answers_of(item), Ok(json!({"eating": null})), "{answer}");
    }
    let unknown = json!({"extension": [{
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown",
    }]});
    let item = json!({"linkId": "eating", "answer": [unknown]});
    assert_eq!(answers_of(item), Ok(json!({})));
}

/// A Questionnaire with these items in one group.
fn questionnaire(items: Value) -> Value {
    json!({
        "resourceType": "Questionnaire", "status": "draft", "language": "en", "url": "http://example.org/one", "title": "One",
        "item": [{"linkId": "all", "type": "group", "text": "All", "item": items}],
    })
}

fn read_items(items: Value) -> Imported {
    read(questionnaire(items).to_string().as_bytes()).unwrap()
}

fn question(read: &Imported, key: &str) -> Value {
    let mut questions = read.definition.questions();
    json!(questions.find(|(_, it)| it.key == key).unwrap().1)
}

/// Whether just one of the remarks begins with this place and holds these words.
fn says(remarks: &[Fault<String>], place: &str, words: &str) -> bool {
    let said = said(remarks);
    let found = said
        .iter()
        .filter(|it| it.starts_with(&format!("{place}: ")) && it.contains(words));
    found.count() == 1
}

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition";

#[test]
fn a_hidden_group_is_left_out_with_its_questions() {
    let group = |hidden: bool| {
        json!([
            {"linkId": "asked", "type": "boolean", "text": "Asked?"},
            {"linkId": "inner", "type": "group", "text": "Inner",
                "extension": [{"url": format!("{FHIR}/questionnaire-hidden"), "valueBoolean": hidden}],
                "item": [{"linkId": "silent", "type": "boolean", "text": "Silent?"}]},
        ])
    };
    let read = read_items(group(true));
    assert_eq!(read.definition.questions().count(), 1);
    assert!(
        says(&read.left_out, "/item/0/item/1", "hidden group"),
        "{:?}",
        read.left_out
    );
    let read = read_items(group(false));
    assert_eq!(read.definition.questions().count(), 2);
    assert_eq!(said(&read.left_out), [""; 0]);
}

/// What becomes of a condition on a weight in kilograms, and on a choice of LOINC.
fn shown_when(condition: &Value) -> (Value, Imported) {
    let unit = json!({"system": "http://unitsofmeasure.org", "code": "kg"});
    let coding =
        |system: &str, code: &str| json!({"system": system, "code": code, "display": code});
    let read = read_items(json!([
        {"linkId": "weight", "type": "quantity", "text": "Weight?",
            "extension": [{"url": format!("{FHIR}/questionnaire-unit"), "valueCoding": unit}]},
        {"linkId": "chosen", "type": "choice", "text": "Which?", "answerOption": [
            {"valueCoding": coding("http://loinc.org", "a")},
            {"valueCoding": coding("http://snomed.info/sct", "b")},
            {"valueCoding": {"code": "c", "display": "C"}},
        ]},
        {"linkId": "then", "type": "boolean", "text": "Then?", "enableWhen": [condition]},
    ]));
    (question(&read, "then")["show_when"].clone(), read)
}

#[test]
fn a_condition_on_a_quantity_in_another_unit_is_named() {
    let condition = |quantity: Value| json!({"question": "weight", "operator": ">", "answerQuantity": quantity});
    for fitting in [
        json!({"value": 100}),
        json!({"value": 100, "unit": "kg"}),
        json!({"value": 100, "system": "http://unitsofmeasure.org", "code": "kg"}),
    ] {
        let (shown, read) = shown_when(&condition(fitting));
        assert_eq!(shown, json!({"question": "weight", "more_than": 100.0}));
        assert_eq!(said(&read.left_out), [""; 0]);
    }
    for other in [
        json!({"value": 220, "unit": "lb"}),
        json!({"value": 220, "system": "http://unitsofmeasure.org", "code": "[lb_av]"}),
    ] {
        let (shown, read) = shown_when(&condition(other));
        assert_eq!(shown, Value::Null);
        let place = "/item/0/item/2/enableWhen/0";
        assert!(
            says(&read.left_out, place, "the unit of the question is kg"),
            "{:?}",
            read.left_out
        );
    }
}

#[test]
fn a_condition_on_a_coding_of_another_system_is_named() {
    let condition =
        |coding: Value| json!({"question": "chosen", "operator": "=", "answerCoding": coding});
    for (coding, code) in [
        (json!({"system": "http://loinc.org", "code": "a"}), "a"),
        (json!({"code": "b"}), "b"),
        (json!({"system": "http://loinc.org", "code": "c"}), "c"),
    ] {
        let (shown, _) = shown_when(&condition(coding));
        assert_eq!(shown, json!({"question": "chosen", "is": code}));
    }
    let (shown, read) = shown_when(&condition(
        json!({"system": "http://snomed.info/sct", "code": "a"}),
    ));
    assert_eq!(shown, Value::Null);
    let place = "/item/0/item/2/enableWhen/0";
    assert!(
        says(&read.left_out, place, "no option of the question"),
        "{:?}",
        read.left_out
    );
}

#[test]
fn several_conditions_say_whether_any_or_all_of_them_count() {
    let read = |count: usize, behavior: Value| {
        let term = json!({"question": "first", "operator": "=", "answerBoolean": true});
        let mut then = json!({"linkId": "then", "type": "boolean", "text": "Then?", "enableWhen": vec![term; count]});
        if !behavior.is_null() {
            then["enableBehavior"] = behavior;
        }
        read_items(json!([{"linkId": "first", "type": "boolean", "text": "First?"}, then]))
    };
    for (count, behavior) in [
        (2, json!("any")),
        (2, json!("all")),
        (1, json!("any")),
        (1, Value::Null),
    ] {
        let read = read(count, behavior);
        assert_eq!(said(&read.left_out), [""; 0]);
        assert!(question(&read, "then")["show_when"].is_object());
    }
    for (count, behavior) in [(2, Value::Null), (2, json!("either")), (1, json!("either"))] {
        let read = read(count, behavior);
        let place = "/item/0/item/1/enableBehavior";
        assert!(
            says(&read.left_out, place, "any or all"),
            "{:?}",
            read.left_out
        );
        assert_eq!(question(&read, "then")["show_when"], Value::Null);
    }
}

#[test]
fn every_code_that_is_renamed_is_named() {
    let read = read_items(
        json!([{"linkId": "chosen", "type": "choice", "text": "Which?", "answerOption": [
            {"valueInteger": 1},
            {"valueString": "Not at all"},
            {"valueCoding": {"system": "http://loinc.org", "code": "LA6568-5", "display": "Never"}},
            {"valueCoding": {"system": "http://loinc.org", "code": "kept", "display": "Kept"}},
        ]}]),
    );
    let options = question(&read, "chosen")["options"].clone();
    let place = "/item/0/item/0/answerOption";
    for (number, value) in [
        (0, "valueInteger"),
        (1, "valueString"),
        (2, "valueCoding/code"),
    ] {
        let code = options[number]["code"].as_str().unwrap();
        let words = format!("becomes {code:?}");
        let place = format!("{place}/{number}/{value}");
        assert!(says(&read.notes, &place, &words), "{:?}", read.notes);
    }
    assert_eq!(options[3]["code"], "kept");
    assert!(
        !said(&read.notes)
            .iter()
            .any(|it| it.starts_with(&format!("{place}/3")))
    );
}

#[test]
fn counts_that_are_too_large_are_lowered_and_said_by_their_place() {
    let extension =
        |name: &str, value: i64| json!([{"url": format!("{FHIR}/{name}"), "valueInteger": value}]);
    let options = json!([{"valueCoding": {"code": "a", "display": "A"}}, {"valueCoding": {"code": "b", "display": "B"}}]);
    let read = read_items(json!([
        {"linkId": "told", "type": "text", "text": "Tell", "maxLength": 70_000},
        {"linkId": "exact", "type": "decimal", "text": "Number?", "extension": extension("maxDecimalPlaces", 300)},
        {"linkId": "minus", "type": "decimal", "text": "Number?", "extension": extension("maxDecimalPlaces", -1)},
        {"linkId": "many", "type": "choice", "repeats": true, "text": "Which?", "answerOption": options,
            "extension": extension("questionnaire-maxOccurs", 1_000)},
    ]));
    assert_eq!(question(&read, "told")["max_length"], 4_000);
    assert_eq!(question(&read, "exact")["decimals"], 4);
    assert_eq!(question(&read, "minus")["decimals"], 2);
    assert_eq!(question(&read, "many")["most"], 2);
    for (place, words) in [
        ("/item/0/item/0/maxLength", "70000"),
        ("/item/0/item/1/extension", "300"),
        ("/item/0/item/3/extension", "1000"),
    ] {
        assert!(says(&read.notes, place, words), "{:?}", read.notes);
    }
    assert!(
        says(&read.left_out, "/item/0/item/2/extension", "-1"),
        "{:?}",
        read.left_out
    );
}

#[test]
fn a_question_that_cannot_be_read_is_named_by_its_place() {
    let resource = questionnaire(json!([
        {"linkId": "first", "type": "boolean", "text": "First?"},
        {"linkId": "age", "type": "integer", "text": "Age?",
            "extension": [{"url": format!("{FHIR}/minValue"), "valueInteger": "ten"}]},
    ]));
    match read(resource.to_string().as_bytes()) {
        Err(ReadFault::At(place, _)) => assert_eq!(place.as_str(), "/item/0/item/1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_byte_order_mark_before_a_resource_is_skipped() {
    let resource = questionnaire(json!([{"linkId": "first", "type": "boolean", "text": "First?"}]));
    let marked = format!("\u{feff}{resource}");
    assert_eq!(parse(marked.as_bytes()).unwrap(), resource);
    assert_eq!(
        read(marked.as_bytes())
            .unwrap()
            .definition
            .questions()
            .count(),
        1
    );
    assert!(parse("\u{feff}\u{feff}{}".as_bytes()).is_err());
}

#[test]
fn a_questionnaire_of_more_than_eight_mebibytes_is_refused() {
    let mut bytes = vec![b' '; MAX_FILE];
    assert!(matches!(read(&bytes), Err(ReadFault::Malformed(_))));
    bytes.push(b' ');
    assert!(matches!(read(&bytes), Err(ReadFault::TooLarge)));
}

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

use serde_json::json;
use uuid::Uuid;

use super::super::report::Detail;
use super::super::{Pass, Query, StoredResponse};
use super::*;
use crate::domain::codebook::Columns;
use crate::domain::disclosure::cell_key::{CellKeyMethod, Parameters};
use crate::domain::ids::{FormVersionId, ResponseId};
use crate::domain::response::{Occasion, RawAnswers, validate};
use crate::domain::server_key::ServerKey;
use crate::domain::week::IsoWeek;

/// `joy` counts the other way round than `pain`.
fn form() -> Form {
    let texts = |text: &str| json!({"en": text});
    let option =
        |code: &str, value: i32| json!({"code": code, "value": value, "label": texts(code)});
    let of_person = |code: &str| json!({"code": code, "label": texts(code)});
    let asked = |key: &str| json!({"key": key, "kind": "single_choice", "scale": "extent", "text": texts(key)});
    let definition = json!({
        "key": "short", "edition": 2, "languages": ["en"], "title": texts("Short"),
        "scales": {"extent": [option("none", 0), option("some", 1), option("much", 2)]},
        "sections": [{"key": "all", "title": texts("All"), "questions": [
            {"key": "group", "kind": "single_choice", "background": true, "text": texts("Group?"),
             "options": [of_person("large"), of_person("small"), of_person("empty")]},
            asked("pain"), asked("joy"),
        ]}],
        "scores": [{"key": "load", "title": texts("Load"), "of": ["pain", "joy"], "reversed": ["joy"], "method": "raw_mean"}],
    });
    Form::check(serde_json::from_value(definition).unwrap()).unwrap()
}

/// The insights of so many people of each group, who all have some pain and no joy.
fn insights(form: &Form, people: &[(&str, u128)]) -> Insights {
    let columns = Columns::of(&[(1, form)]);
    let method = CellKeyMethod::new(Parameters::DEFAULT, CellKeyMethod::DEFAULT_FLOOR).unwrap();
    let version = FormVersionId(Uuid::nil());
    let key = ServerKey::new([7; 32]);
    let week: IsoWeek = "2027-W05".parse().unwrap();
    let answered = |query: Query| {
        let mut pass = Pass::new(&query, &[(version, 1, form)]);
        let groups = people.iter().enumerate();
        for (number, group) in groups.flat_map(|(at, (group, count))| {
            (0..*count).map(move |number| (at as u128 * 1000 + number, *group))
        }) {
            let answers = json!({"group": group, "pain": "some", "joy": "none"});
            let answers: RawAnswers = serde_json::from_value(answers).unwrap();
            let occasion = Occasion {
                week,
                language: "en",
            };
            let valid = validate(form, &answers, occasion).unwrap();
            let record = form.layout().encode(form.questions(), valid.as_slice());
            let response = StoredResponse {
                campaign: 0,
                version,
                language: "en",
                week: week.monday(),
                record: &record,
            };
            let id = ResponseId(Uuid::from_u128(number));
            pass.add(response, || key.record_key(id)).unwrap();
        }
        pass.finish().protect(&method)
    };
    let newest = Newest { version: 1, form };
    let items = Report::queries(&columns, &["spring".to_owned()], "en", Detail::Full).into_iter();
    let items = items.filter(|it| Insights::needs(&it.overall.measure, newest));
    let items = items.map(|item| ReportItem {
        overall: answered(item.overall),
        by: item.by.into_iter().map(answered).collect(),
        by_campaign: item.by_campaign.map(answered),
    });
    let report = Report {
        form: "short".to_owned(),
        title: "Short".to_owned(),
        language: "en".to_owned(),
        campaigns: vec!["spring".to_owned()],
        detail: Detail::Full,
        items: items.collect(),
    };
    Insights::of(report, newest)
}

#[test]
fn the_hardest_question_comes_first_whichever_way_it_counts() {
    let form = form();
    let found = insights(&form, &[("large", 60), ("small", 25)]);
    let named: Vec<&str> = found
        .everybody
        .difficulties
        .iter()
        .map(|it| it.question.as_str())
        .collect();
    assert_eq!(named, ["joy", "pain"]);
    assert_eq!(found.everybody.areas.len(), 1);
    let alike = |code: &str| found.alike(&format!("group:{code}")).unwrap().group.clone();
    assert_eq!(alike("large").difficulties.len(), 2);
    assert_eq!(alike("small").difficulties.len(), 2);
    assert_eq!(alike("empty"), GroupInsights::default());
}

#[test]
fn nothing_is_said_of_a_few_and_nothing_of_all_but_a_few() {
    let form = form();
    for few in [1, 4] {
        let found = insights(&form, &[("large", 60), ("small", few)]);
        assert_eq!(found.everybody.difficulties.len(), 2);
        for code in ["large", "small", "empty"] {
            let alike = found.alike(&format!("group:{code}")).unwrap();
            assert_eq!(alike.group, &GroupInsights::default(), "{code}, {few}");
        }
    }
}

#[test]
fn people_like_somebody_are_asked_for_by_background_questions_alone() {
    let form = form();
    let found = insights(&form, &[("large", 60)]);
    let refused = |text: &str| found.alike(text).unwrap_err();
    assert_eq!(
        refused("group"),
        QueryFault::ConditionMalformed("group".to_owned())
    );
    assert_eq!(
        refused("pain:some"),
        QueryFault::ConditionQuestionUnknown("pain".to_owned())
    );
    assert_eq!(
        refused("group:none"),
        QueryFault::ConditionCodeUnknown("group:none".to_owned())
    );
    let twice = ["group:large".to_owned(), "group:small".to_owned()];
    let faults = found.people_like(&twice).unwrap_err();
    assert_eq!(faults, [QueryFault::ConditionTwice("group".to_owned())]);
}

//! Forms, answers, records, scores and rows as the code wrote them before there were editions (`tests/corpus/edition-1`).
//! A version that was published then stays as it was.

use serde_json::{Value, json};
use uuid::Uuid;

use super::csv::CsvOptions;
use super::csv_table::CsvTable;
use super::table::{Layout, Shape, Table, TableWriter};
use crate::domain::codebook::tests::occasion;
use crate::domain::codebook::{CampaignLabel, Columns, RowContent, RowProjection};
use crate::domain::disclosure::codebook;
use crate::domain::form::{Edition, Form, FormDefinition};
use crate::domain::ids::CampaignId;
use crate::domain::response::{RawAnswers, Summary, validate};
use crate::domain::week::IsoWeek;

/// What the code of today makes of these answers.
fn outcome(form: &Form, said: &Value) -> Value {
    let said: RawAnswers = serde_json::from_value(said.clone()).unwrap();
    let language = &form.definition().languages[0];
    let valid = match validate(form, &said, occasion()) {
        Ok(valid) => valid,
        Err(faults) => {
            let fault = faults
                .iter()
                .map(|fault| json!([fault.pointer.to_string(), fault.kind.code()]));
            return json!({"faults": fault.collect::<Vec<_>>()});
        }
    };
    let record = form.layout().encode(form.questions(), valid.as_slice());
    let columns = Columns::of(&[(1, form)]);
    let campaign = CampaignLabel {
        id: CampaignId(Uuid::from_u128(7)),
        key: "spring",
    };
    let row = RowContent {
        campaign: &campaign,
        language,
        week: "2027-W05".parse::<IsoWeek>().unwrap().monday(),
        answers: valid.as_slice(),
    };
    let mut csv = CsvTable::new(CsvOptions::default());
    let projection = RowProjection::of(&columns, 1);
    let codebook = codebook(&columns, language);
    let (mut layout, _) = Layout::of(&columns, &codebook, Shape::default(), |_| true);
    layout.write(projection.cells(row), &mut csv).unwrap();
    json!({
        "record": hex::encode(record),
        "summary": Summary::of(form, valid.as_slice(), language),
        "row": String::from_utf8(csv.take()).unwrap(),
    })
}

/// The outcome as it is for a reader who takes null, an empty list or an empty text for a hidden question as nothing. The
/// code of that time refused them, in every edition alike.
fn without_empty_answers(said: &Value, outcome: &Value) -> Value {
    let mut outcome = outcome.clone();
    if let Some(faults) = outcome.get_mut("faults").and_then(Value::as_array_mut) {
        let nothing = [json!(null), json!([]), json!("")];
        faults.retain(|fault| {
            let there = said.pointer(fault[0].as_str().unwrap());
            fault[1] != "hidden" || !there.is_some_and(|there| nothing.contains(there))
        });
    }
    outcome
}

#[test]
fn what_was_published_under_the_first_edition_stays_as_it_was() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/edition-1");
    let mut responses = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let stored = kept["stored"].as_str().unwrap();
        let definition: FormDefinition = serde_json::from_str(stored).unwrap();
        assert_eq!(definition.edition(), Edition::First);
        let written = serde_json::to_string(&definition).unwrap();
        assert_eq!(written, stored, "{} byte for byte", path.display());
        let form = Form::check(definition).unwrap();
        assert_eq!(json!(form.digest().to_string()), kept["digest"]);
        assert_eq!(serde_json::to_value(form.layout()).unwrap(), kept["layout"]);
        let mut header = CsvTable::new(CsvOptions::default());
        let about = Table {
            codebook: codebook(&Columns::of(&[(1, &form)]), "en"),
            ..Table::default()
        };
        let (table, _) = Table::of(&Columns::of(&[(1, &form)]), about, |_| true);
        header.begin(&table).unwrap();
        assert_eq!(
            json!(String::from_utf8(header.take()).unwrap()),
            kept["header"]
        );
        for response in kept["responses"].as_array().unwrap() {
            let found = outcome(&form, &response["said"]);
            let kept = without_empty_answers(&response["said"], &response["outcome"]);
            if kept["faults"] == json!([]) {
                assert!(found.get("record").is_some());
                responses += 1;
                continue;
            }
            assert_eq!(found, kept, "{}: {}", path.display(), response["said"]);
            responses += 1;
        }
    }
    assert_eq!(responses, 280);
}

//! The rows that are questions.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Survey, relevant};
use crate::domain::form::{
    DatePrecision, OptionDefinition, QuestionDefinition, QuestionKind, Specify, Text,
};
use crate::formats::conditions::Asked;
use crate::formats::names::key;
use crate::formats::xlsform::constraints::{bounds, constraint, whole_if_possible};
use crate::formats::xlsform::reading::{Cells, Reading};
use crate::formats::xlsform::types::{RowType, parse_type};
use crate::formats::xlsform::write::parameters;
use crate::formats::xlsform::xpath::parse;
use crate::formats::xlsform::{acknowledged, end_labels, type_of};

/// The characters of a free text that names no bound.
const TEXT_LENGTH: u16 = 1_000;
/// The characters of a text beside "other".
const OTHER_LENGTH: u16 = 200;
/// The decimals of a number that names none.
const DECIMALS: u8 = 2;

impl Survey<'_> {
    pub(super) fn question(
        &mut self,
        cells: &Cells,
        kind: QuestionKind,
        list: Option<(&str, bool)>,
        reading: &mut Reading,
    ) {
        let mut known = vec!["type", "name", "required", "relevant", "constraint"];
        if kind == QuestionKind::Rating {
            known.push("parameters");
        }
        reading.others("survey", cells, &known);
        let mut fields = cells.ours.clone();
        let relevant = relevant(cells, &mut fields, reading);
        let kind = match fields
            .get("kind")
            .map(|it| serde_json::from_value(it.clone()))
        {
            Some(Ok(ours)) if type_of(ours) == type_of(kind) => ours,
            // The type was changed in the sheet.
            Some(_) => {
                let what =
                    "the type was changed, so the columns aftercare_ of this row are not read";
                reading.note("survey", cells.row, "type", what);
                fields.clear();
                kind
            }
            None => kind,
        };
        let name = cells.word("name");
        let key = key(name, "q", &mut self.keys);
        if key != name {
            let what = format!("{name:?} is no valid key, or taken, and becomes {key:?}");
            reading.note("survey", cells.row, "name", what);
        }
        let kind_name = kind.name();
        fields.insert("key".to_owned(), json!(key));
        fields.insert("kind".to_owned(), json!(kind_name));
        fields.insert(
            "text".to_owned(),
            json!(reading.text("survey", cells, "label", name)),
        );
        if let Some(required) = required(cells, reading) {
            fields.insert("required".to_owned(), json!(required));
        }
        let mut asked = Asked {
            key,
            kind,
            options: Vec::new(),
            score: None,
        };
        if parse_type(cells.word("type")) == RowType::Acknowledge {
            fields.insert("acknowledge".to_owned(), json!(true));
            asked.options = vec![acknowledged()];
        }
        if kind == QuestionKind::Date && !fields.contains_key("background") {
            fields.insert("background".to_owned(), json!(true));
            let what =
                "a date describes the person, so it is a background question, kept to the month";
            reading.note("survey", cells.row, "type", what);
        }
        if let Some((list, other)) = list.filter(|_| kind != QuestionKind::YesNo) {
            self.options(cells, list, other, &mut fields, &mut asked, reading);
        }
        let question: QuestionDefinition = match serde_json::from_value(Value::Object(fields)) {
            Ok(question) => question,
            Err(error) => {
                let what = format!("the question cannot be read: {error}");
                return reading.lost("survey", cells.row, "type", what);
            }
        };
        let question = self.bounded(question, cells, reading);
        self.questions.insert(name.to_owned(), asked);
        let row = cells.row;
        if let Some(section) = self.section(row, reading) {
            section.questions.push((row, question, relevant));
        }
    }

    /// The scale or the options of a choice.
    fn options(
        &mut self,
        cells: &Cells,
        list_name: &str,
        other: bool,
        fields: &mut Map<String, Value>,
        asked: &mut Asked,
        reading: &mut Reading,
    ) {
        let Some(list) = self.lists.get(list_name) else {
            let what = format!("the sheet choices has no list {list_name:?}");
            reading.lost("survey", cells.row, "type", what);
            fields.remove("scale");
            fields.insert("options".to_owned(), json!([]));
            return;
        };
        let option = |(name, option): &(String, OptionDefinition)| {
            (name.clone(), option.code.clone(), option.value)
        };
        asked.options = list.options.iter().map(option).collect();
        let mut definitions = list.definitions();
        let excludes = cells.word("constraint").contains("count-selected") && !list.is_scale;
        let scale = self.shared.get(list_name).filter(|_| !other && !excludes);
        if let Some(scale) = scale {
            fields.insert("scale".to_owned(), json!(scale));
            return;
        }
        if other {
            self.or_other(cells, &mut definitions, asked, reading);
        }
        fields.remove("scale");
        fields.insert("options".to_owned(), json!(definitions));
    }

    /// The option "other" with a text beside it, as `or_other` stands for.
    fn or_other(
        &mut self,
        cells: &Cells,
        options: &mut Vec<OptionDefinition>,
        asked: &mut Asked,
        reading: &mut Reading,
    ) {
        if !options.iter().any(|option| option.code == "other") {
            options.push(OptionDefinition {
                code: "other".to_owned(),
                label: reading.in_all("Other"),
                value: None,
                exclusive: false,
                fixed: false,
                specify: None,
                external: Vec::new(),
            });
            let other = || "other".to_owned();
            asked.options.push((other(), other(), None));
        }
        let key = key(&format!("{}_other", asked.key), "q", &mut self.keys);
        let what =
            format!("the text beside \"other\" becomes {key:?}, of {OTHER_LENGTH} characters");
        reading.note("survey", cells.row, "type", what);
        let text = reading.in_all("Specify other.");
        for option in options.iter_mut().filter(|it| it.code == "other") {
            option.specify = Some(Specify {
                key: key.clone(),
                text: text.clone(),
                max_length: OTHER_LENGTH,
            });
        }
    }

    /// The question with its hint and its bounds: as they were written, or as they were edited since.
    fn bounded(
        &mut self,
        mut question: QuestionDefinition,
        cells: &Cells,
        reading: &mut Reading,
    ) -> QuestionDefinition {
        if let Some(hint) = cells.text("hint") {
            let own = hint.0.iter().filter_map(|(tag, words)| {
                let ends = end_labels(&question, tag).unwrap_or_default();
                let own = match words.strip_suffix(&ends) {
                    Some(own) if !ends.is_empty() => own.strip_suffix('\n').unwrap_or(own),
                    _ => words,
                };
                (!own.is_empty()).then(|| (tag.clone(), own.to_owned()))
            });
            let own: BTreeMap<_, _> = own.collect();
            question.hint = (!own.is_empty()).then_some(Text(own));
        }
        self.range(&mut question, cells, reading);
        let scale = question.scale.as_ref().and_then(|it| self.scales.get(it));
        let options = scale
            .or(question.options.as_ref())
            .cloned()
            .unwrap_or_default();
        let cell = cells.word("constraint");
        let written = constraint(&question, &options).unwrap_or_default();
        if !cell.is_empty() && cell != written {
            let read = parse(cell).and_then(|expr| {
                let precision = question.precision.unwrap_or(DatePrecision::Month);
                bounds(&expr, question.kind, precision)
            });
            match read {
                Ok(found) => {
                    question.min = found.min.or(question.min);
                    question.max = found.max.or(question.max);
                    question.max_length = found.max_length.or(question.max_length);
                    question.earliest = found.earliest.or(question.earliest);
                    question.latest = found.latest.or(question.latest);
                    for option in question.options.iter_mut().flatten() {
                        option.exclusive |= found.exclusive.contains(&option.code);
                    }
                    let missed = |code: &&String| {
                        let options = question.options.as_ref();
                        !options.is_some_and(|it| it.iter().any(|option| option.code == **code))
                    };
                    for code in found.exclusive.iter().filter(missed) {
                        let what = format!(
                            "{code:?} is no option of this question alone, so it excludes no other"
                        );
                        reading.lost("survey", cells.row, "constraint", what);
                    }
                }
                Err(why) => reading.lost("survey", cells.row, "constraint", why),
            }
        }
        if question.kind == QuestionKind::Text && question.max_length.is_none() {
            question.max_length = Some(TEXT_LENGTH);
            let what = format!("a text has a bound; it is {TEXT_LENGTH} characters");
            reading.note("survey", cells.row, "constraint", what);
        }
        if question.kind == QuestionKind::Decimal && question.decimals.is_none() {
            question.decimals = Some(DECIMALS);
            let what = format!("the number has {DECIMALS} decimals");
            reading.note("survey", cells.row, "type", what);
        }
        question
    }

    /// The bounds of a range.
    fn range(&self, question: &mut QuestionDefinition, cells: &Cells, reading: &mut Reading) {
        let cell = cells.word("parameters");
        if question.kind != QuestionKind::Rating || Some(cell) == parameters(question).as_deref() {
            return;
        }
        // The defaults of XLSForm.
        let (mut start, mut end, mut step) = (1.0, 10.0, 1.0);
        for part in cell.split([' ', ';', ',']).filter(|part| !part.is_empty()) {
            let number = part
                .split_once('=')
                .and_then(|(name, number)| Some((name, number.parse::<f64>().ok()?)));
            match number {
                Some(("start", number)) => start = number,
                Some(("end", number)) => end = number,
                Some(("step", number)) => step = number,
                _ => {
                    let what = format!("{part:?} is not carried");
                    reading.lost("survey", cells.row, "parameters", what);
                }
            }
        }
        #[allow(clippy::float_cmp, reason = "it is read, not computed")]
        let single = step == 1.0;
        question.step = whole_if_possible(step).filter(|_| !single);
        question.min = whole_if_possible(start);
        question.max = whole_if_possible(end);
    }
}

fn required(cells: &Cells, reading: &mut Reading) -> Option<bool> {
    match cells.word("required").to_lowercase().as_str() {
        "yes" | "true" | "true()" | "1" => Some(true),
        "" | "no" | "false" | "false()" | "0" => None,
        _ => {
            let what = "a question is required always or never";
            reading.lost("survey", cells.row, "required", what);
            None
        }
    }
}

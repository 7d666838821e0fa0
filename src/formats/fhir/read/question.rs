//! What the elements of FHIR say of a question.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::asked::{takes_many, type_of};
use super::super::element::Element;
use super::super::names::{
    CHOICE_ORIENTATION, DISPLAY_CATEGORY, ENTRY_FORMAT, HIDDEN, ITEM_CONTROL, MAX_DECIMAL_PLACES,
    MAX_OCCURS, MAX_VALUE, MIN_OCCURS, MIN_VALUE, SLIDER_STEP, UCUM, UNIT, system_of,
};
use super::super::reading::{OptionRead, Reading, merged};
use super::choices::{answer_option, external};
use crate::domain::form::{ExternalCode, QuestionKind};
use crate::domain::pointer::Pointer;

/// The most characters of a text that has no bound.
const TEXT_LENGTH: u16 = 1_000;
/// The most characters of a text.
const MAX_TEXT_LENGTH: u64 = 4_000;
/// The most decimals of a number.
const MAX_DECIMALS: u64 = 4;
/// The decimals of a number that does not say how many.
const DECIMALS: u64 = 2;

/// Controls that change the look alone, which is the client's.
const LOOKS: [&str; 18] = [
    "radio-button",
    "check-box",
    "drop-down",
    "autocomplete",
    "text-area",
    "text-box",
    "spinner",
    "list",
    "table",
    "htable",
    "gtable",
    "atable",
    "inline",
    "prompt",
    "page",
    "tab-container",
    "header",
    "footer",
];

/// A question as the elements of FHIR have it.
#[derive(Debug, Default)]
pub struct Standard {
    /// The fields of its definition, without its key.
    pub fields: Map<String, Value>,
    /// Its options, with what stood for each.
    pub options: Vec<OptionRead>,
    /// The value set that they came from.
    pub set: Option<String>,
}

/// Takes what says how an item is shown. Gives the controls that are more than look.
pub(super) fn controls(item: &mut Element, reading: &mut Reading) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(mut control) = item.extension(ITEM_CONTROL) {
        let concept = control.take("valueCodeableConcept").unwrap_or_default();
        let codings = concept.get("coding").and_then(Value::as_array);
        let codes = codings
            .into_iter()
            .flatten()
            .filter_map(|it| it.get("code")?.as_str());
        for code in codes {
            if !LOOKS.contains(&code.to_lowercase().as_str()) {
                found.push(code.to_owned());
            }
        }
    }
    if item.extension(CHOICE_ORIENTATION).is_some() {
        reading.note(&item.place, "how options are laid out is the client's");
    }
    found
}

/// Reads an item that is no group.
///
/// # Errors
///
/// Why a form has no place for it.
pub fn standard(item: &mut Element, reading: &mut Reading) -> Result<Standard, String> {
    let item_type = item.word("type").unwrap_or_default();
    let hidden = item.extension_value(HIDDEN, "Boolean");
    if hidden.and_then(|it| it.as_bool()).unwrap_or_default() {
        return Err("nobody is asked a hidden item, so it is left out".to_owned());
    }
    let repeats = item.flag("repeats").unwrap_or_default();
    let has_options = item.has("answerOption") || item.has("answerValueSet");
    let (kind, is_choice) = match item_type.as_str() {
        "choice" | "open-choice" => (choice(repeats), true),
        "integer" | "string" if has_options => (choice(repeats), true),
        "boolean" => ("yes_no", false),
        "integer" => ("integer", false),
        "decimal" | "quantity" => ("decimal", false),
        "date" => ("date", false),
        "text" | "string" => ("text", false),
        "display" => ("statement", false),
        "dateTime" | "time" => return Err("times of day are not carried".to_owned()),
        "attachment" => {
            return Err("attachments are not carried: they can show who somebody is".to_owned());
        }
        "reference" => {
            return Err("a reference names something outside the form, or somebody".to_owned());
        }
        "url" => return Err("addresses are not carried: ask for a text".to_owned()),
        other => return Err(format!("the type {other:?} is not known")),
    };
    if item_type == "open-choice" {
        let what = "the text beside the options is not carried; add an option with `specify`";
        reading.lost(&item.place.child("type"), what);
    }
    if repeats && !is_choice {
        let what = "a response has one answer to each question, so it does not repeat";
        reading.lost(&item.place.child("repeats"), what);
    }
    if item.flag("readOnly").unwrap_or_default() {
        return Err("an item that nobody can answer is left out".to_owned());
    }
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), kind.into());
    if let Some(text) = item.text("text", reading) {
        fields.insert("text".to_owned(), json!(text));
    }
    if item.flag("required").unwrap_or_default() {
        fields.insert("required".to_owned(), true.into());
    }
    let codes = codes(item, reading);
    if !codes.is_empty() {
        fields.insert("external".to_owned(), json!(codes));
    }
    for control in controls(item, reading) {
        if control == "slider" && kind == "integer" {
            fields.insert("kind".to_owned(), "rating".into());
            fields.insert("slider".to_owned(), true.into());
        } else {
            let what = format!("the control {control:?} is not carried");
            reading.lost(&item.place.child("extension"), what);
        }
    }
    let mut read = Standard {
        fields,
        ..Standard::default()
    };
    match kind {
        "single_choice" | "multiple_choice" => read.choices(item, reading),
        "integer" | "decimal" => read.number(kind, item, reading),
        "date" => read.date(item, reading),
        "text" => match item.whole("maxLength") {
            Some(length) => {
                let place = item.place.child("maxLength");
                let length = count(&json!(length), MAX_TEXT_LENGTH, &place, reading);
                read.put("max_length", json!(length));
            }
            None => {
                let what = format!("a text has a bound; it is {TEXT_LENGTH} characters");
                reading.note(&item.place, what);
                read.put("max_length", json!(TEXT_LENGTH));
            }
        },
        _ => {}
    }
    read.initial(kind, item, reading);
    Ok(read)
}

/// A count that is not above the most that a form takes.
fn count(value: &Value, most: u64, place: &Pointer, reading: &mut Reading) -> Option<u64> {
    let Some(count) = value.as_u64() else {
        reading.lost(place, format!("{value} is no count"));
        return None;
    };
    if count > most {
        reading.note(
            place,
            format!("{count} is more than there can be, so it is {most}"),
        );
    }
    Some(count.min(most))
}

fn choice(repeats: bool) -> &'static str {
    if repeats {
        "multiple_choice"
    } else {
        "single_choice"
    }
}

fn codes(item: &mut Element, reading: &mut Reading) -> Vec<ExternalCode> {
    let mut codes = Vec::new();
    for (place, coding) in item.list("code") {
        match external(&coding) {
            Some(code) => codes.push(code),
            None => reading.lost(&place, "a code without a system is not carried"),
        }
        if coding.get("display").is_some() {
            reading.note(
                &place.child("display"),
                "the display of a code is not carried",
            );
        }
    }
    codes
}

impl Standard {
    fn put(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
    }

    fn choices(&mut self, item: &mut Element, reading: &mut Reading) {
        let mut taken = BTreeSet::new();
        for (place, option) in item.list("answerOption") {
            let read = answer_option(&place, option, &mut taken, reading);
            self.options.extend(read);
        }
        if let Some(set) = item.word("answerValueSet") {
            let id = set.strip_prefix('#');
            match id.and_then(|id| Some((id, reading.value_sets.get(id)?.clone()))) {
                Some((id, options)) => {
                    self.options = options;
                    self.set = Some(id.to_owned());
                }
                None => {
                    let what = format!(
                        "the value set {set} is not contained in the resource, so its options are not known"
                    );
                    reading.lost(&item.place.child("answerValueSet"), what);
                }
            }
        }
        let options: Vec<_> = self.options.iter().map(|it| &it.option).collect();
        let options = json!(options);
        self.put("options", options);
        let place = item.place.child("extension");
        let all = self.options.len().clamp(1, usize::from(u8::MAX)) as u64;
        for (name, url) in [("fewest", MIN_OCCURS), ("most", MAX_OCCURS)] {
            let given = item.extension_value(url, "Integer");
            if let Some(count) = given.and_then(|it| count(&it, all, &place, reading)) {
                self.put(name, json!(count));
            }
        }
    }

    fn number(&mut self, kind: &str, item: &mut Element, reading: &mut Reading) {
        for (name, url) in [("min", MIN_VALUE), ("max", MAX_VALUE)] {
            let bound = ["Integer", "Decimal"]
                .into_iter()
                .find_map(|ending| item.extension_value(url, ending))
                .or_else(|| item.extension_value(url, "Quantity")?.get("value").cloned());
            if let Some(bound) = bound {
                self.put(name, bound);
            }
        }
        if let Some(step) = item.extension_value(SLIDER_STEP, "Integer") {
            let one = step == json!(1);
            if !one {
                self.put("step", step);
            }
        }
        if kind == "decimal" {
            let decimals = item.extension_value(MAX_DECIMAL_PLACES, "Integer");
            let place = item.place.child("extension");
            let decimals = decimals.and_then(|it| count(&it, MAX_DECIMALS, &place, reading));
            let decimals = decimals.unwrap_or_else(|| {
                let what = format!("the number has {DECIMALS} decimals");
                reading.note(&item.place, what);
                DECIMALS
            });
            self.put("decimals", json!(decimals));
        }
        if let Some(mut unit) = item.extension(UNIT) {
            let coding = unit.take("valueCoding").unwrap_or_default();
            let Some(mut coding) = Element::new(unit.place.child("valueCoding"), coding) else {
                return;
            };
            let (system, code) = (coding.word("system"), coding.word("code"));
            let label = coding.text("display", reading);
            let mut read = Map::new();
            match (system.as_deref(), code) {
                (Some(UCUM) | None, Some(code)) => {
                    read.insert("ucum".to_owned(), code.into());
                }
                (Some(system), Some(code)) => {
                    let what =
                        format!("the unit {code} of {system} is not carried, only those of UCUM");
                    reading.lost(&coding.place.child("code"), what);
                }
                _ => {}
            }
            if let Some(label) = label {
                read.insert("label".to_owned(), json!(label));
            }
            coding.finish(reading);
            if !read.is_empty() {
                self.put("unit", Value::Object(read));
            }
        }
    }

    fn date(&mut self, item: &mut Element, reading: &mut Reading) {
        match item
            .extension_value(ENTRY_FORMAT, "String")
            .as_ref()
            .and_then(Value::as_str)
        {
            Some("YYYY-MM-DD") => self.put("precision", json!("day")),
            Some("YYYY") => self.put("precision", json!("year")),
            Some("YYYY-MM") => {}
            _ => {
                let what = "the date is kept to the month, since a day can single a person out";
                reading.note(&item.place, what);
            }
        }
        // Every date is one, since it describes a person.
        self.put("background", json!(true));
        for (name, url) in [("earliest", MIN_VALUE), ("latest", MAX_VALUE)] {
            if let Some(bound) = item.extension_value(url, "Date") {
                self.put(name, bound);
            }
        }
    }

    /// What is filled in beforehand.
    fn initial(&mut self, kind: &str, item: &mut Element, reading: &mut Reading) {
        let selected: Vec<Value> = self
            .options
            .iter()
            .filter(|it| it.selected)
            .map(|it| json!(it.option.code))
            .collect();
        let mut given = selected;
        for (place, initial) in item.list("initial") {
            let Some(mut initial) = Element::new(place, initial) else {
                continue;
            };
            let value = match initial.choice("value") {
                Some((ending, value)) if !self.options.is_empty() => option_value(&ending, &value)
                    .and_then(|value| {
                        let mut options = self.options.iter();
                        options.find(|it| it.ending == ending && it.value == value)
                    })
                    .map(|it| json!(it.option.code)),
                Some((_, value @ Value::Number(_))) if matches!(kind, "integer" | "decimal") => {
                    Some(value)
                }
                Some((_, value @ Value::Bool(_))) if kind == "yes_no" => Some(value),
                _ => None,
            };
            match value {
                Some(value) => given.push(value),
                None => {
                    let what = "this value cannot be filled in beforehand here";
                    reading.lost(&initial.place, what);
                }
            }
            initial.finish(reading);
        }
        let default = match (kind, given.as_slice()) {
            (_, []) => return,
            ("multiple_choice", all) => json!(all),
            (_, [one, ..]) => one.clone(),
        };
        self.put("default", default);
    }
}

/// What stands for an option: the code of a coding, or the number or text itself.
pub fn option_value(ending: &str, value: &Value) -> Option<String> {
    match (ending, value) {
        ("Coding", coding) => {
            let text = |name: &str| coding.get(name)?.as_str().map(str::to_owned);
            text("code").or_else(|| text("display"))
        }
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// A text that stands within a question: its hint, or what an end of it means.
pub fn beside(
    place: Pointer,
    child: Value,
    fields: &mut Map<String, Value>,
    reading: &mut Reading,
) {
    let Some(mut child) = Element::new(place.clone(), child) else {
        return;
    };
    for field in ["linkId", "type"] {
        child.take(field);
    }
    child.extension(DISPLAY_CATEGORY);
    let mut name = "hint";
    for control in controls(&mut child, reading) {
        name = match control.as_str() {
            "lower" => "min_label",
            "upper" => "max_label",
            _ => "hint",
        };
    }
    let text = child.text("text", reading);
    child.finish(reading);
    match text {
        Some(text) if !fields.contains_key(name) => {
            fields.insert(name.to_owned(), json!(text));
        }
        _ => reading.lost(&place, "a question has one hint"),
    }
}

/// Lays the fields of our own over those of FHIR, if they are of the same kind still.
pub(super) fn overlay(
    read: &mut Standard,
    mut ours: Map<String, Value>,
    item_type: &str,
    place: &Pointer,
    reading: &mut Reading,
) {
    if let Some(kind) = ours.get("kind") {
        let kind: Option<QuestionKind> = serde_json::from_value(kind.clone()).ok();
        let many = read.fields.get("kind") == Some(&json!("multiple_choice"));
        let fits = kind.is_some_and(|kind| {
            type_of(kind) == item_type
                || (kind == QuestionKind::Statement && item_type == "boolean")
        });
        let fits = fits && (!many || kind.is_none_or(takes_many));
        if !fits {
            reading.note(&place.child("type"), "the type was changed in the resource");
            ours.remove("kind");
        }
    }
    without_concept(&mut read.fields, ours.get("concept"));
    let fields = Value::Object(std::mem::take(&mut read.fields));
    if let Value::Object(fields) = merged(fields, ours) {
        read.fields = fields;
    }
}

/// A concept is one of the codes of its item.
pub fn without_concept(fields: &mut Map<String, Value>, concept: Option<&Value>) {
    let Some(concept) = concept else { return };
    let text = |name: &str| concept.get(name).and_then(Value::as_str);
    let system = text("system").and_then(system_of);
    let coding = json!({"system": system, "code": text("code")});
    let Some(Value::Array(codes)) = fields.get_mut("external") else {
        return;
    };
    if let Some(at) = codes.iter().position(|it| *it == coding) {
        codes.remove(at);
    }
    if codes.is_empty() {
        fields.remove("external");
    }
}

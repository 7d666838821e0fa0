//! A question into an item.

use serde_json::{Map, Number, Value, json};

use super::super::asked::{list_system, takes_many, type_of};
use super::super::element::Element;
use super::super::names::{
    CODING, ENTRY_FORMAT, MAX_DECIMAL_PLACES, MAX_OCCURS, MAX_VALUE, MIN_OCCURS, MIN_VALUE,
    OPTION_EXCLUSIVE, ORDINAL_VALUE, SLIDER_STEP, UCUM, UNIT, system_of,
};
use super::super::read::{answer_option, beside, standard, without_concept};
use super::super::reading::Reading;
use super::{Writer, codings, control, fields, finished, instructions, ours, set};
use crate::domain::form::{
    DatePrecision, ExternalCode, OptionDefinition, QuestionDefinition, QuestionKind, options_of,
};
use crate::domain::pointer::Pointer;

/// The most options that are shown as buttons.
const BUTTONS: usize = 12;

impl Writer<'_> {
    /// Writes a question, and the texts beside its options, which are items of their own.
    pub(super) fn question(
        &mut self,
        question: &QuestionDefinition,
        list: &Pointer,
        items: &mut Vec<Value>,
    ) {
        let place = list.child(items.len());
        let form = self.definition;
        let (mut item, mut extensions) = self.standard(question);
        let mut own = self.not_said(question, &item, &extensions);
        let has_code = item.contains_key("code");
        let unseen: Vec<&str> = own
            .keys()
            .map(String::as_str)
            .filter(|name| !["scale", "kind", "background", "matrix"].contains(name))
            .filter(|name| *name != "concept" || !has_code)
            .collect();
        if !unseen.is_empty() {
            let what = format!("other tools do not see: {}", unseen.join(", "));
            self.remark(&place, what);
        }
        if question.kind == QuestionKind::Ranking {
            let what = "other tools show a ranking as a choice of several; the order of the answers is the ranking";
            self.remark(&place, what);
        }
        self.route(
            question.show_when.as_ref(),
            &mut item,
            &mut extensions,
            &mut own,
            &place,
        );
        if !own.is_empty() {
            extensions.push(ours(own));
        }
        items.push(finished(item, extensions));
        let system = list_system(form, question);
        for option in options_of(form, question) {
            let Some(specify) = &option.specify else {
                continue;
            };
            let mut item = Map::new();
            set(&mut item, "linkId", specify.key.as_str());
            self.text(&mut item, "text", &specify.text);
            set(&mut item, "type", "string");
            item.insert("maxLength".to_owned(), specify.max_length.into());
            let coding = json!({"system": system, "code": option.code});
            item.insert(
                "enableWhen".to_owned(),
                json!([{"question": question.key, "operator": "=", "answerCoding": coding}]),
            );
            let mut own = Map::new();
            set(&mut own, "element", "specify");
            set(&mut own, "question", question.key.as_str());
            set(&mut own, "option", option.code.as_str());
            items.push(finished(item, vec![ours(own)]));
        }
    }

    /// The fields of a question that cannot be read from the elements of FHIR.
    fn not_said(
        &self,
        question: &QuestionDefinition,
        item: &Map<String, Value>,
        extensions: &[Value],
    ) -> Map<String, Value> {
        let mut wanted = fields(question);
        wanted.remove("key");
        wanted.remove("show_when");
        let options: Vec<OptionDefinition> = options_of(self.definition, question)
            .iter()
            .map(|it| OptionDefinition {
                specify: None,
                ..it.clone()
            })
            .collect();
        if !options.is_empty() {
            wanted.insert("options".to_owned(), json!(options));
        }
        let mut reading = self.reading();
        let written = finished(item.clone(), extensions.to_vec());
        let mut element = Element::new(Pointer::root(), written).unwrap_or_default();
        let children = element.list("item");
        let read = standard(&mut element, &mut reading);
        let mut read = read.map(|it| it.fields).unwrap_or_default();
        for (place, child) in children {
            beside(place, child, &mut read, &mut reading);
        }
        without_concept(&mut read, wanted.get("concept"));
        difference(wanted, &read)
    }

    fn reading(&self) -> Reading {
        Reading {
            languages: self.definition.languages.clone(),
            base: self.language.to_owned(),
            ..Reading::default()
        }
    }

    /// What the elements of FHIR say, and the extensions of others.
    fn standard(&self, question: &QuestionDefinition) -> (Map<String, Value>, Vec<Value>) {
        let kind = question.kind;
        let is_display = kind == QuestionKind::Statement && !question.acknowledge;
        let mut item = Map::new();
        let mut extensions = Vec::new();
        set(&mut item, "linkId", question.key.as_str());
        let concept = question.concept.as_ref().and_then(|it| {
            Some(ExternalCode {
                system: system_of(&it.system)?.to_owned(),
                code: it.code.clone(),
            })
        });
        let codes: Vec<ExternalCode> = concept
            .into_iter()
            .chain(question.external.iter().cloned())
            .collect();
        if !is_display && !codes.is_empty() {
            item.insert("code".to_owned(), codings(&codes));
        }
        self.text(&mut item, "text", &question.text);
        let item_type = match kind {
            QuestionKind::Statement if question.acknowledge => "boolean",
            kind => type_of(kind),
        };
        set(&mut item, "type", item_type);
        if question.required && !is_display {
            item.insert("required".to_owned(), true.into());
        }
        if takes_many(kind) {
            item.insert("repeats".to_owned(), true.into());
        }
        let options = options_of(self.definition, question);
        if !options.is_empty() {
            extensions.extend(match (takes_many(kind), options.len()) {
                (true, _) => Some(control("check-box")),
                (false, ..=BUTTONS) => Some(control("radio-button")),
                _ => Some(control("drop-down")),
            });
            let system = list_system(self.definition, question);
            let options = self.options(question, options, &system);
            item.insert("answerOption".to_owned(), Value::Array(options));
        }
        for (url, count) in [(MIN_OCCURS, question.fewest), (MAX_OCCURS, question.most)] {
            if let Some(count) = count {
                extensions.push(json!({"url": url, "valueInteger": count}));
            }
        }
        self.number(question, &mut item, &mut extensions);
        if kind == QuestionKind::Date {
            date(question, &mut extensions);
        }
        if let (QuestionKind::Text, Some(length)) = (kind, question.max_length) {
            item.insert("maxLength".to_owned(), length.into());
        }
        if let (QuestionKind::YesNo, Some(default)) = (kind, &question.default) {
            item.insert("initial".to_owned(), json!([{"valueBoolean": default}]));
        }
        let beside = [
            ("hint", question.hint.as_ref(), instructions()),
            ("lower", question.min_label.as_ref(), control("lower")),
            ("upper", question.max_label.as_ref(), control("upper")),
        ];
        let mut children = Vec::new();
        for (name, text, extension) in beside {
            // A text that is only shown has nothing within it.
            let Some(text) = text.filter(|_| !is_display) else {
                continue;
            };
            let mut child = Map::new();
            set(&mut child, "linkId", format!("{}__{name}", question.key));
            self.text(&mut child, "text", text);
            set(&mut child, "type", "display");
            children.push(finished(child, vec![extension]));
        }
        if !children.is_empty() {
            item.insert("item".to_owned(), Value::Array(children));
        }
        (item, extensions)
    }

    fn number(
        &self,
        question: &QuestionDefinition,
        item: &mut Map<String, Value>,
        extensions: &mut Vec<Value>,
    ) {
        let decimal = match question.kind {
            QuestionKind::Decimal => true,
            QuestionKind::Integer | QuestionKind::Rating => false,
            _ => return,
        };
        let ending = if decimal { "Decimal" } else { "Integer" };
        let said = |number: &Number| decimal || is_integer(number);
        for (url, bound) in [(MIN_VALUE, &question.min), (MAX_VALUE, &question.max)] {
            if let Some(bound) = bound.as_ref().filter(|it| said(it)) {
                let mut extension = Map::new();
                set(&mut extension, "url", url);
                extension.insert(format!("value{ending}"), json!(bound));
                extensions.push(Value::Object(extension));
            }
        }
        if question.slider {
            extensions.push(control("slider"));
            let step = question.step.clone().unwrap_or_else(|| 1.into());
            if is_integer(&step) {
                extensions.push(json!({"url": SLIDER_STEP, "valueInteger": step}));
            }
        }
        if let (true, Some(decimals)) = (decimal, question.decimals) {
            extensions.push(json!({"url": MAX_DECIMAL_PLACES, "valueInteger": decimals}));
        }
        if let Some(unit) = &question.unit {
            let mut coding = Map::new();
            if let Some(ucum) = &unit.ucum {
                set(&mut coding, "system", UCUM);
                set(&mut coding, "code", ucum.as_str());
            }
            if let Some(label) = &unit.label {
                self.text(&mut coding, "display", label);
            }
            extensions.push(json!({"url": UNIT, "valueCoding": coding}));
        }
        if let Some(Value::Number(default)) = &question.default
            && said(default)
        {
            let mut initial = Map::new();
            initial.insert(format!("value{ending}"), json!(default));
            item.insert("initial".to_owned(), json!([initial]));
        }
    }

    /// The options of a list.
    pub(super) fn options(
        &self,
        question: &QuestionDefinition,
        options: &[OptionDefinition],
        system: &str,
    ) -> Vec<Value> {
        let is_default = |code: &str| match &question.default {
            Some(Value::Array(codes)) => codes.iter().any(|it| it == code),
            Some(default) => default == code,
            None => false,
        };
        let mut taken = std::collections::BTreeSet::new();
        let written = options.iter().map(|option| {
            let mut coding = Map::new();
            set(&mut coding, "system", system);
            set(&mut coding, "code", option.code.as_str());
            self.text(&mut coding, "display", &option.label);
            if let Some(value) = option.value {
                let ordinal = json!([{"url": ORDINAL_VALUE, "valueDecimal": value}]);
                coding.insert("extension".to_owned(), ordinal);
            }
            let mut written = Map::new();
            written.insert("valueCoding".to_owned(), Value::Object(coding));
            if is_default(&option.code) {
                written.insert("initialSelected".to_owned(), true.into());
            }
            let mut extensions = Vec::new();
            if option.exclusive {
                extensions.push(json!({"url": OPTION_EXCLUSIVE, "valueBoolean": true}));
            }
            for code in &option.external {
                extensions.push(json!({"url": CODING, "valueCoding": code}));
            }
            let plain = finished(written.clone(), extensions.clone());
            let mut reading = self.reading();
            let read = answer_option(&Pointer::root(), plain, &mut taken, &mut reading);
            let read = read.map(|it| fields(&it.option)).unwrap_or_default();
            let mut wanted = fields(option);
            wanted.remove("specify");
            let own = difference(wanted, &read);
            if !own.is_empty() {
                extensions.push(ours(own));
            }
            finished(written, extensions)
        });
        written.collect()
    }
}

fn date(question: &QuestionDefinition, extensions: &mut Vec<Value>) {
    let format = match question.precision {
        Some(DatePrecision::Day) => "YYYY-MM-DD",
        Some(DatePrecision::Year) => "YYYY",
        Some(DatePrecision::Month) | None => "YYYY-MM",
    };
    extensions.push(json!({"url": ENTRY_FORMAT, "valueString": format}));
    let bounds = [
        (MIN_VALUE, &question.earliest),
        (MAX_VALUE, &question.latest),
    ];
    for (url, bound) in bounds {
        let absolute = |it: &&String| it.starts_with(|c: char| c.is_ascii_digit());
        if let Some(bound) = bound.as_ref().filter(absolute) {
            extensions.push(json!({"url": url, "valueDate": bound}));
        }
    }
}

/// Whether FHIR has it as an integer, which has 32 bits.
fn is_integer(number: &Number) -> bool {
    let whole = number.as_i64().map(i32::try_from);
    matches!(whole, Some(Ok(_)))
}

/// What has to be laid over the fields that were read, so that they are those that are wanted.
fn difference(wanted: Map<String, Value>, read: &Map<String, Value>) -> Map<String, Value> {
    let mut own = Map::new();
    for name in read.keys().filter(|name| !wanted.contains_key(*name)) {
        own.insert(name.clone(), Value::Null);
    }
    for (name, value) in wanted {
        if read.get(&name) != Some(&value) {
            own.insert(name, value);
        }
    }
    own
}

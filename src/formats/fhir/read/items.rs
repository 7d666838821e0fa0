//! The items of a Questionnaire: sections, questions, notices and scores.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::asked::{Asked, questions, takes_many, type_of};
use super::super::calculations::{calculation, computable};
use super::super::element::Element;
use super::super::fhirpath::Known;
use super::super::names::{
    CALCULATED_EXPRESSION, DISPLAY_CATEGORY, ENABLE_WHEN_EXPRESSION, HIDDEN, VARIABLE,
};
use super::super::reading::{OptionRead, Reading, merged};
use super::super::routing::{self, Linked, Routing};
use super::choices::{answer_option, external};
use super::question::{Standard, controls, option_value, standard};
use crate::domain::form::{ConditionDefinition, Form, FormDefinition, QuestionKind, Specify, Text};
use crate::domain::pointer::Pointer;
use crate::formats::xlsform::key;

/// The condition of an item, as it stands there and as we wrote it.
#[derive(Debug, Clone)]
struct Routed {
    place: Pointer,
    said: Routing,
    ours: Option<ConditionDefinition>,
}

#[derive(Debug)]
struct Group {
    key: String,
    place: Pointer,
    title: Option<Text>,
    routed: Option<Routed>,
    ours: Map<String, Value>,
    sections: usize,
    holds_groups: bool,
}

#[derive(Debug)]
struct Section {
    place: Pointer,
    fields: Map<String, Value>,
    routed: Vec<Routed>,
    questions: Vec<Question>,
}

#[derive(Debug)]
struct Question {
    place: Pointer,
    fields: Map<String, Value>,
    routed: Vec<Routed>,
    set: Option<String>,
}

/// A part that is no question: its place, its fields and its condition.
#[derive(Debug)]
struct Other {
    place: Pointer,
    fields: Map<String, Value>,
    routed: Option<Routed>,
    expression: Option<String>,
}

/// A question by its `linkId`, as conditions see it.
#[derive(Debug)]
struct ReadQuestion {
    key: String,
    asked: Asked,
    options: Vec<OptionRead>,
}

/// Everything that was read of the items.
#[derive(Debug, Default)]
pub(super) struct Parts {
    keys: BTreeSet<String>,
    section_keys: BTreeSet<String>,
    groups: Vec<Group>,
    open: bool,
    sections: Vec<Section>,
    notices: Vec<Other>,
    scores: Vec<Other>,
    parameters: Vec<Other>,
    specify: Vec<(Pointer, Map<String, Value>)>,
    linked: BTreeMap<String, ReadQuestion>,
}

/// Reads the items. Scales that no question uses stand in the form already.
pub(super) fn read(
    items: Vec<(Pointer, Value)>,
    form: &mut Map<String, Value>,
    reading: &mut Reading,
) -> Parts {
    let mut parts = Parts::default();
    for (place, item) in items {
        parts.item(place, item, &[], reading);
    }
    parts.specified(reading);
    parts.shared(form, reading);
    parts
}

impl Linked for Parts {
    fn question(&self, link_id: &str) -> Option<(&str, &Asked)> {
        let read = self.linked.get(link_id)?;
        Some((&read.key, &read.asked))
    }

    fn code(&self, link_id: &str, ending: &str, value: &Value) -> Option<String> {
        let value = option_value(ending, value)?;
        let mut options = self.linked.get(link_id)?.options.iter();
        let found = options.find(|it| it.ending == ending && it.value == value)?;
        Some(found.option.code.clone())
    }
}

impl Parts {
    fn item(&mut self, place: Pointer, value: Value, inherited: &[Routed], reading: &mut Reading) {
        let Some(mut item) = Element::new(place.clone(), value) else {
            return reading.lost(&place, "an item is an object");
        };
        let mut ours = item.ours(reading).unwrap_or_default();
        let element = ours.remove("element");
        let link_id = item.word("linkId").unwrap_or_default();
        let children = item.list("item");
        match element.as_ref().and_then(Value::as_str) {
            Some("parameter") => self.parameter(item, &link_id, reading),
            Some("score") => self.score(item, ours, reading),
            Some("notice") => self.notice(item, ours, reading),
            Some("specify") => self.specify(item, &link_id, ours, reading),
            Some("description") => {
                item.take("type");
                let text = item.text("text", reading);
                let group = self.groups.last_mut();
                if let (Some(text), Some(group)) = (text, group) {
                    group.ours.insert("description".to_owned(), json!(text));
                }
                item.finish(reading);
            }
            Some("matrix") => {
                for field in ["type", "text"] {
                    item.take(field);
                }
                controls(&mut item, reading);
                item.finish(reading);
                for (place, child) in children {
                    self.item(place, child, inherited, reading);
                }
            }
            _ => match item.peek("type") == "group" {
                true => self.group(item, &link_id, ours, children, reading),
                false => self.question(item, &link_id, ours, children, inherited, reading),
            },
        }
    }

    fn group(
        &mut self,
        mut item: Element,
        link_id: &str,
        mut ours: Map<String, Value>,
        children: Vec<(Pointer, Value)>,
        reading: &mut Reading,
    ) {
        let place = item.place.clone();
        if item.flag("repeats").unwrap_or_default() {
            let count = children.len();
            let what = format!(
                "a response has one answer to each question, so a repeat cannot be carried; its {count} items are left out"
            );
            return reading.lost(&place, what);
        }
        let routed = routed(&mut item, &mut ours, reading);
        let key = self.key_of_section(link_id, &mut ours, &place, reading);
        let title = item.text("text", reading);
        item.take("type");
        for control in controls(&mut item, reading) {
            let what = format!("the control {control:?} is not carried");
            reading.lost(&place.child("extension"), what);
        }
        item.finish(reading);
        if !self.groups.is_empty() {
            let what = "sections are not nested: the group becomes a section of its own, under the conditions of both";
            reading.note(&place, what);
        }
        self.open = false;
        self.groups.push(Group {
            key,
            place: place.clone(),
            title,
            routed,
            ours,
            sections: 0,
            holds_groups: false,
        });
        for (place, child) in children {
            self.item(place, child, &[], reading);
        }
        self.open = false;
        if let Some(group) = self.groups.pop() {
            match (group.sections, group.holds_groups) {
                (0, true) if group.title.is_some() => {
                    let what = "sections are not nested: the heading of a group that holds only groups is left out";
                    reading.lost(&place.child("text"), what);
                }
                (0, false) => {
                    let what = "the group has no question that was read, so it is left out";
                    reading.lost(&place, what);
                }
                _ => {}
            }
        }
    }

    fn key_of_section(
        &mut self,
        link_id: &str,
        ours: &mut Map<String, Value>,
        place: &Pointer,
        reading: &mut Reading,
    ) -> String {
        if let Some(Value::String(own)) = ours.remove("key")
            && self.section_keys.insert(own.clone())
        {
            return own;
        }
        let made = key(link_id, "section", &mut self.section_keys);
        if made != link_id {
            let what = format!("{link_id:?} is no valid key, or taken, and becomes {made:?}");
            reading.note(&place.child("linkId"), what);
        }
        made
    }

    /// The section that the next question stands in.
    fn section(&mut self, place: &Pointer, reading: &mut Reading) -> Option<&mut Section> {
        if self.open {
            return self.sections.last_mut();
        }
        self.open = true;
        let routed = self.groups.iter().filter_map(|it| it.routed.clone());
        let routed = routed.collect();
        for group in self.groups.iter_mut().rev().skip(1) {
            group.holds_groups = true;
        }
        let mut fields = Map::new();
        let (key, title, place) = match self.groups.last_mut() {
            Some(group) => {
                group.sections += 1;
                let mut own = group.key.clone();
                if group.sections > 1 {
                    own = key(&own, "section", &mut self.section_keys);
                    let what = format!(
                        "what follows the group within it becomes another section of {:?}",
                        group.key
                    );
                    reading.note(place, what);
                } else {
                    fields.extend(group.ours.clone());
                }
                let title = group.title.clone().unwrap_or_else(|| {
                    let what = format!("there is no text, so {:?} stands for it", group.key);
                    reading.note(&group.place.child("text"), what);
                    reading.in_all(&group.key)
                });
                (own, title, group.place.clone())
            }
            None => {
                let own = key("questions", "section", &mut self.section_keys);
                let what = format!("questions outside of a group become the section {own:?}");
                reading.note(place, what);
                let title = reading.in_all(&own);
                (own, title, place.clone())
            }
        };
        fields.insert("key".to_owned(), json!(key));
        fields.insert("title".to_owned(), json!(title));
        self.sections.push(Section {
            place,
            fields,
            routed,
            questions: Vec::new(),
        });
        self.sections.last_mut()
    }

    fn question(
        &mut self,
        mut item: Element,
        link_id: &str,
        mut ours: Map<String, Value>,
        children: Vec<(Pointer, Value)>,
        inherited: &[Routed],
        reading: &mut Reading,
    ) {
        let place = item.place.clone();
        let own = routed(&mut item, &mut ours, reading);
        let item_type = item.peek("type");
        let mut read = match standard(&mut item, reading) {
            Ok(read) => read,
            Err(why) => {
                let count = children.len();
                reading.lost(&place, why);
                if count > 0 {
                    let what = format!("the {count} items within are left out with it");
                    reading.lost(&place.child("item"), what);
                }
                return;
            }
        };
        item.finish(reading);
        let mut all: Vec<Routed> = inherited.to_vec();
        all.extend(own);
        let mut within = Vec::new();
        for (place, child) in children {
            let is_display = child.get("type").and_then(Value::as_str) == Some("display");
            if is_display && item_type != "display" {
                beside(place, child, &mut read.fields, reading);
            } else {
                within.push((place, child));
            }
        }
        overlay(&mut read, ours, &item_type, &place, reading);
        let key = self.question_key(link_id, &place, reading);
        read.fields.insert("key".to_owned(), json!(key));
        if !read.fields.contains_key("text") {
            let what = format!("there is no text, so the key {key:?} stands for it");
            reading.note(&place.child("text"), what);
            let text = json!(reading.in_all(&key));
            read.fields.insert("text".to_owned(), text);
        }
        self.link(link_id, &key, &read);
        let question = Question {
            place: place.clone(),
            fields: read.fields,
            routed: all.clone(),
            set: read.set,
        };
        if let Some(section) = self.section(&place, reading) {
            section.questions.push(question);
        }
        for (place, child) in within {
            let what = "questions are not nested: it follows the one that it stands in, under the conditions of both";
            reading.note(&place, what);
            self.item(place, child, &all, reading);
        }
    }

    fn question_key(&mut self, link_id: &str, place: &Pointer, reading: &mut Reading) -> String {
        let key = key(link_id, "q", &mut self.keys);
        if key != link_id {
            let what = format!("{link_id:?} is no valid key, or taken, and becomes {key:?}");
            reading.note(&place.child("linkId"), what);
        }
        key
    }

    fn link(&mut self, link_id: &str, key: &str, read: &Standard) {
        let kind = read.fields.get("kind").cloned().unwrap_or_default();
        let kind = serde_json::from_value(kind).unwrap_or(QuestionKind::Text);
        let system = read.options.iter().find_map(|it| it.system.clone());
        let asked = Asked {
            kind,
            system: system.unwrap_or_default(),
            options: read.options.iter().map(|it| it.option.clone()).collect(),
            bounds: None,
            shown_when: Vec::new(),
        };
        let linked = ReadQuestion {
            key: key.to_owned(),
            asked,
            options: read.options.clone(),
        };
        self.linked.insert(link_id.to_owned(), linked);
    }

    fn parameter(&mut self, mut item: Element, link_id: &str, reading: &mut Reading) {
        let place = item.place.clone();
        for field in ["type", "required"] {
            item.take(field);
        }
        item.extension(HIDDEN);
        let text = item.text("text", reading).unwrap_or_default();
        let mut taken = BTreeSet::new();
        let mut options = Vec::new();
        for (place, option) in item.list("answerOption") {
            options.extend(answer_option(&place, option, &mut taken, reading));
        }
        item.finish(reading);
        let key = self.question_key(link_id, &place, reading);
        let values: Vec<_> = options.iter().map(|it| it.option.clone()).collect();
        let fields = [
            ("key", json!(key)),
            ("text", json!(text)),
            ("values", json!(values)),
        ];
        let read = Standard {
            fields: [("kind".to_owned(), json!("single_choice"))]
                .into_iter()
                .collect(),
            options,
            set: None,
        };
        self.link(link_id, &key, &read);
        self.parameters.push(Other {
            place,
            fields: named(fields),
            routed: None,
            expression: None,
        });
    }

    fn score(&mut self, mut item: Element, mut fields: Map<String, Value>, reading: &mut Reading) {
        for field in ["type", "readOnly"] {
            item.take(field);
        }
        item.extension(HIDDEN);
        while item.extension(VARIABLE).is_some() {}
        let expression = expression(&mut item, CALCULATED_EXPRESSION);
        let title = item.text("text", reading).unwrap_or_default();
        let codes: Vec<_> = item
            .list("code")
            .iter()
            .filter_map(|(_, coding)| external(coding))
            .collect();
        let place = item.place.clone();
        item.finish(reading);
        fields.insert("title".to_owned(), json!(title));
        if !codes.is_empty() {
            fields.insert("external".to_owned(), json!(codes));
        }
        self.scores.push(Other {
            place,
            fields,
            routed: None,
            expression,
        });
    }

    fn notice(&mut self, mut item: Element, mut ours: Map<String, Value>, reading: &mut Reading) {
        let routed = routed(&mut item, &mut ours, reading);
        item.take("type");
        let text = item.text("text", reading).unwrap_or_default();
        let place = item.place.clone();
        item.finish(reading);
        ours.insert("text".to_owned(), json!(text));
        self.notices.push(Other {
            place,
            fields: ours,
            routed,
            expression: None,
        });
    }

    fn specify(
        &mut self,
        mut item: Element,
        link_id: &str,
        mut ours: Map<String, Value>,
        reading: &mut Reading,
    ) {
        for field in ["type", "enableWhen"] {
            item.take(field);
        }
        let text = item.text("text", reading).unwrap_or_default();
        ours.insert("text".to_owned(), json!(text));
        let length = item.take("maxLength").unwrap_or_default();
        ours.insert("max_length".to_owned(), length);
        ours.insert("key".to_owned(), json!(link_id));
        let place = item.place.clone();
        item.finish(reading);
        self.specify.push((place, ours));
    }

    /// Puts each text beside an option into its option.
    fn specified(&mut self, reading: &mut Reading) {
        for (place, mut fields) in std::mem::take(&mut self.specify) {
            let (question, option) = (fields.remove("question"), fields.remove("option"));
            let specify: Option<Specify> = serde_json::from_value(Value::Object(fields)).ok();
            let mut questions = self.sections.iter_mut().flat_map(|it| &mut it.questions);
            let found = questions
                .find(|it| it.fields.get("key") == question.as_ref())
                .and_then(|it| it.fields.get_mut("options")?.as_array_mut())
                .and_then(|it| it.iter_mut().find(|it| it.get("code") == option.as_ref()))
                .and_then(Value::as_object_mut);
            match (found, specify) {
                (Some(found), Some(specify)) => {
                    found.insert("specify".to_owned(), json!(specify));
                }
                _ => reading.lost(&place, "the option of this text is not there"),
            }
        }
    }

    /// Options that several questions share become scales.
    fn shared(&mut self, form: &mut Map<String, Value>, reading: &mut Reading) {
        let mut scales = match form.remove("scales") {
            Some(Value::Object(scales)) => scales,
            _ => Map::new(),
        };
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let questions = self.sections.iter().flat_map(|it| &it.questions);
        for set in questions.filter_map(|it| it.set.clone()) {
            *used.entry(set).or_default() += 1;
        }
        let mut taken = scales.keys().cloned().collect();
        let of_set: BTreeMap<String, String> = used
            .into_iter()
            .filter(|(_, count)| *count > 1)
            .map(|(set, _)| (set.clone(), key(&set, "scale", &mut taken)))
            .collect();
        for question in self.sections.iter_mut().flat_map(|it| &mut it.questions) {
            let own = question.fields.get("scale").and_then(Value::as_str);
            let of_set = question.set.as_ref().and_then(|it| of_set.get(it));
            let Some(name) = own.map(str::to_owned).or(of_set.cloned()) else {
                continue;
            };
            let options = question.fields.remove("options").unwrap_or_default();
            let scale = scales
                .entry(name.clone())
                .or_insert_with(|| options.clone());
            if *scale == options {
                question.fields.insert("scale".to_owned(), json!(name));
            } else {
                let what =
                    format!("its options are not those of the scale {name}, so they are its own");
                reading.note(&question.place, what);
                question.fields.remove("scale");
                question.fields.insert("options".to_owned(), options);
            }
        }
        if !scales.is_empty() {
            form.insert("scales".to_owned(), Value::Object(scales));
        }
    }

    /// Lets a condition count that was changed in the resource, and says which calculations were.
    pub fn compare(&mut self, first: &FormDefinition, reading: &mut Reading) {
        let Ok(form) = Form::check(first.clone()) else {
            return;
        };
        let questions = questions(&form.definition().clone());
        let scores = computable(&form, &questions);
        let known = Known {
            questions: &questions,
            scores: &scores,
        };
        let sections = self.sections.iter_mut().flat_map(|section| {
            let of_questions = section.questions.iter_mut().flat_map(|it| &mut it.routed);
            section.routed.iter_mut().chain(of_questions)
        });
        let notices = self.notices.iter_mut().flat_map(|it| &mut it.routed);
        for routed in sections.chain(notices) {
            let Some(ours) = &routed.ours else { continue };
            let written = Routing::of(ours, known).unwrap_or(Routing::Always);
            if written != routed.said {
                reading.note(&routed.place, "the condition was changed in the resource");
                routed.ours = None;
            }
        }
        for (read, (definition, score)) in self.scores.iter().zip(form.scores()) {
            let written = calculation(&form, definition, score, known);
            if written.map(|it| it.expression) != read.expression {
                let what = "the calculation is not that of the score, which goes by the extension of our own alone";
                reading.note(&read.place, what);
            }
        }
    }

    /// Puts everything into the form.
    pub fn put(&self, form: &mut Map<String, Value>, reading: &mut Reading) {
        let mut sections = Vec::new();
        for section in &self.sections {
            let mut fields = section.fields.clone();
            self.show_when(&mut fields, &section.routed, reading);
            let mut questions = Vec::new();
            for question in &section.questions {
                let mut fields = question.fields.clone();
                self.show_when(&mut fields, &question.routed, reading);
                questions.push(Value::Object(fields));
            }
            fields.insert("questions".to_owned(), Value::Array(questions));
            sections.push(Value::Object(fields));
        }
        let others = |list: &[Other], reading: &mut Reading| -> Vec<Value> {
            let list = list.iter().map(|it| {
                let mut fields = it.fields.clone();
                self.show_when(&mut fields, it.routed.as_slice(), reading);
                Value::Object(fields)
            });
            list.collect()
        };
        for (name, list) in [
            ("notices", others(&self.notices, reading)),
            ("scores", others(&self.scores, reading)),
            ("parameters", others(&self.parameters, reading)),
        ] {
            form.insert(name.to_owned(), Value::Array(list));
        }
        form.insert("sections".to_owned(), Value::Array(sections));
    }

    fn show_when(&self, fields: &mut Map<String, Value>, routed: &[Routed], reading: &mut Reading) {
        let conditions = routed.iter().filter_map(|it| self.resolve(it, reading));
        let mut conditions: Vec<ConditionDefinition> = conditions.collect();
        let condition = match conditions.pop() {
            None => return,
            Some(only) if conditions.is_empty() => only,
            Some(last) => {
                conditions.push(last);
                ConditionDefinition {
                    all: Some(conditions),
                    ..ConditionDefinition::default()
                }
            }
        };
        fields.insert("show_when".to_owned(), json!(condition));
    }

    fn resolve(&self, routed: &Routed, reading: &mut Reading) -> Option<ConditionDefinition> {
        if let Some(ours) = &routed.ours {
            return Some(ours.clone());
        }
        match &routed.said {
            Routing::Always => None,
            Routing::Terms { terms, any } => match routing::condition(terms, *any, self) {
                Ok(condition) => Some(condition),
                Err((number, why)) => {
                    let place = routed.place.child("enableWhen").child(number);
                    reading.lost(&place, format!("the condition cannot be carried: {why}"));
                    None
                }
            },
            Routing::Expression(_) => {
                let what = "a condition in FHIRPath is not carried; write it as enableWhen or as show_when";
                reading.lost(&routed.place, what);
                None
            }
        }
    }

    /// Where each part of the definition stands in the resource.
    pub fn places(&self) -> BTreeMap<Pointer, Pointer> {
        let root = Pointer::root();
        let mut places = BTreeMap::from([(root.clone(), root.clone())]);
        for (number, section) in self.sections.iter().enumerate() {
            let at = root.child("sections").child(number);
            places.insert(at.clone(), section.place.clone());
            for (number, question) in section.questions.iter().enumerate() {
                let at = at.child("questions").child(number);
                places.insert(at, question.place.clone());
            }
        }
        for (name, list) in [
            ("notices", &self.notices),
            ("scores", &self.scores),
            ("parameters", &self.parameters),
        ] {
            for (number, part) in list.iter().enumerate() {
                places.insert(root.child(name).child(number), part.place.clone());
            }
        }
        places
    }
}

fn named<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
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
fn overlay(
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
    let system = text("system").and_then(super::super::names::system_of);
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

fn expression(item: &mut Element, url: &str) -> Option<String> {
    let value = item.extension_value(url, "Expression")?;
    value.get("expression")?.as_str().map(str::to_owned)
}

/// The condition of an item.
fn routed(
    item: &mut Element,
    ours: &mut Map<String, Value>,
    reading: &mut Reading,
) -> Option<Routed> {
    let place = item.place.clone();
    let ours = match ours.remove("show_when").map(serde_json::from_value) {
        Some(Ok(condition)) => Some(condition),
        Some(Err(error)) => {
            reading.lost(&place, format!("the condition cannot be read: {error}"));
            None
        }
        None => None,
    };
    let terms: Vec<Value> = item
        .list("enableWhen")
        .into_iter()
        .map(|(_, term)| term)
        .collect();
    let behavior = item.word("enableBehavior");
    let expression = expression(item, ENABLE_WHEN_EXPRESSION);
    let said = match (terms.is_empty(), expression) {
        (false, expression) => {
            if expression.is_some() {
                let what = "it has enableWhen and an expression; the expression is not carried";
                reading.lost(&place.child("extension"), what);
            }
            Routing::Terms {
                any: terms.len() > 1 && behavior.as_deref() == Some("any"),
                terms,
            }
        }
        (true, Some(expression)) => Routing::Expression(expression),
        (true, None) => Routing::Always,
    };
    let is_something = ours.is_some() || said != Routing::Always;
    is_something.then_some(Routed { place, said, ours })
}

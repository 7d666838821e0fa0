//! The items of a Questionnaire: sections, questions, notices and scores.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::asked::Asked;
use super::super::element::Element;
use super::super::names::{CALCULATED_EXPRESSION, ENABLE_WHEN_EXPRESSION, HIDDEN, VARIABLE};
use super::super::reading::{OptionRead, Reading};
use super::super::routing::Routing;
use super::choices::{answer_option, external};
use super::question::{Standard, beside, controls, overlay, standard};
use crate::domain::form::{ConditionDefinition, QuestionKind, Text, Unit};
use crate::domain::pointer::Pointer;
use crate::formats::names::key;

/// The condition of an item, as it stands there and as we wrote it.
#[derive(Debug, Clone)]
pub(super) struct Routed {
    pub(super) place: Pointer,
    pub(super) said: Routing,
    pub(super) ours: Option<ConditionDefinition>,
}

#[derive(Debug)]
pub(super) struct Group {
    key: String,
    place: Pointer,
    title: Option<Text>,
    routed: Option<Routed>,
    ours: Map<String, Value>,
    sections: usize,
    holds_groups: bool,
}

#[derive(Debug)]
pub(super) struct Section {
    pub(super) place: Pointer,
    pub(super) fields: Map<String, Value>,
    pub(super) routed: Vec<Routed>,
    pub(super) questions: Vec<Question>,
}

#[derive(Debug)]
pub(super) struct Question {
    pub(super) place: Pointer,
    pub(super) fields: Map<String, Value>,
    pub(super) routed: Vec<Routed>,
    pub(super) set: Option<String>,
}

/// A part that is no question: its place, its fields and its condition.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) place: Pointer,
    pub(super) fields: Map<String, Value>,
    pub(super) routed: Option<Routed>,
    pub(super) expression: Option<String>,
}

/// A question by its `linkId`, as conditions see it.
#[derive(Debug)]
pub(super) struct ReadQuestion {
    pub(super) key: String,
    pub(super) asked: Asked,
    pub(super) options: Vec<OptionRead>,
    pub(super) unit: Option<Unit>,
}

/// Everything that was read of the items.
#[derive(Debug, Default)]
pub(super) struct Parts {
    keys: BTreeSet<String>,
    section_keys: BTreeSet<String>,
    groups: Vec<Group>,
    open: bool,
    pub(super) sections: Vec<Section>,
    pub(super) notices: Vec<Other>,
    pub(super) scores: Vec<Other>,
    pub(super) parameters: Vec<Other>,
    pub(super) specify: Vec<(Pointer, Map<String, Value>)>,
    pub(super) linked: BTreeMap<String, ReadQuestion>,
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
        let hidden = item.extension_value(HIDDEN, "Boolean");
        if hidden.is_some_and(|it| it == true) {
            let count = children.len();
            let what = format!(
                "nobody is asked a hidden group, so it is left out; so are its {count} items"
            );
            return reading.lost(&place, what);
        }
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
            unit: read
                .fields
                .get("unit")
                .and_then(|it| serde_json::from_value(it.clone()).ok()),
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
}

fn named<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
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
            match (behavior.as_deref(), terms.len()) {
                (Some("any"), 2..) => Routing::Terms { any: true, terms },
                (Some("any" | "all"), _) | (None, 1) => Routing::Terms { any: false, terms },
                _ => {
                    let what = "the condition cannot be carried: enableBehavior is any or all";
                    reading.lost(&place.child("enableBehavior"), what);
                    Routing::Always
                }
            }
        }
        (true, Some(expression)) => Routing::Expression(expression),
        (true, None) => Routing::Always,
    };
    let is_something = ours.is_some() || said != Routing::Always;
    is_something.then_some(Routed { place, said, ours })
}

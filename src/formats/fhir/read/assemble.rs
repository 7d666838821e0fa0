//! What was read of the items, put together: texts beside options, scales, conditions, and where everything stands.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::asked::{Asked, questions};
use super::super::calculations::{calculation, computable};
use super::super::fhirpath::Known;
use super::super::reading::Reading;
use super::super::routing::{self, Linked, Routing};
use super::items::{Other, Parts, Routed};
use super::question::option_value;
use crate::domain::form::{
    ConditionDefinition, Form, FormDefinition, QuestionDefinition, Specify, Unit,
};
use crate::domain::pointer::Pointer;
use crate::formats::names::key;

impl Linked for Parts {
    fn question(&self, link_id: &str) -> Option<(&str, &Asked)> {
        let read = self.linked.get(link_id)?;
        Some((&read.key, &read.asked))
    }

    fn code(&self, link_id: &str, ending: &str, value: &Value) -> Option<String> {
        let system = value.get("system").and_then(Value::as_str);
        let value = option_value(ending, value)?;
        let mut options = self.linked.get(link_id)?.options.iter();
        let found = options.find(|it| {
            it.ending == ending && it.value == value && system.is_none_or(|system| it.is_of(system))
        })?;
        Some(found.option.code.clone())
    }

    fn unit(&self, link_id: &str) -> Option<&Unit> {
        self.linked.get(link_id)?.unit.as_ref()
    }
}

impl Parts {
    /// Puts each text beside an option into its option.
    pub(super) fn specified(&mut self, reading: &mut Reading) {
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
    pub(super) fn shared(&mut self, form: &mut Map<String, Value>, reading: &mut Reading) {
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
    pub(super) fn compare(&mut self, first: &FormDefinition, reading: &mut Reading) {
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
    pub(super) fn put(&self, form: &mut Map<String, Value>, reading: &mut Reading) {
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

    /// Where the first question stands that has a field of another type than a definition.
    pub(super) fn unreadable(&self) -> Option<&Pointer> {
        let mut questions = self.sections.iter().flat_map(|it| &it.questions);
        let found = questions.find(|it| {
            let fields = Value::Object(it.fields.clone());
            serde_json::from_value::<QuestionDefinition>(fields).is_err()
        })?;
        Some(&found.place)
    }

    /// Where each part of the definition stands in the resource.
    pub(super) fn places(&self) -> BTreeMap<Pointer, Pointer> {
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

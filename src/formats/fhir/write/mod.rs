//! A form into a Questionnaire.

mod questions;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::asked::{Questions, questions};
use super::calculations::{calculation, computable};
use super::fhirpath::{Known, condition, score_link};
use super::names::{
    CALCULATED_EXPRESSION, CONSTRAINT, DEFINITION, DISPLAY_CATEGORIES, DISPLAY_CATEGORY, HIDDEN,
    ITEM_CONTROL, ITEM_CONTROLS, TRANSLATION, VARIABLE, form_url, option_system,
};
use super::routing::Routing;
use crate::domain::fault::Fault;
use crate::domain::form::{
    ConditionDefinition, ConstraintDefinition, ExternalCode, Form, FormDefinition,
    QuestionDefinition, QuestionKind, ScoreDefinition, SectionDefinition, Text,
};
use crate::domain::pointer::Pointer;

/// What is known of a form besides its definition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Published<'a> {
    /// The number of the version, if it is published.
    pub version: Option<i32>,
    /// When it was published, as an instant.
    pub date: Option<&'a str>,
    /// The language of the texts that stand in the elements themselves; the others are translations. The first one of
    /// the form if it does not say.
    pub language: Option<&'a str>,
}

/// A Questionnaire, and what tools other than Aftercare do not find in it.
#[derive(Debug)]
pub struct Written {
    /// The resource.
    pub resource: Value,
    /// What stands only in the extension of our own, by its place in the resource.
    pub remarks: Vec<Fault<String>>,
}

/// Writes a form as a Questionnaire. Reading it gives an equal form.
pub fn write(form: &Form, published: Published<'_>) -> Written {
    let definition = form.definition();
    let first = definition.languages.first().map_or("", String::as_str);
    let questions = questions(definition);
    let scores = computable(form, &questions);
    let mut writer = Writer {
        form,
        definition,
        language: published.language.unwrap_or(first),
        known: Known {
            questions: &questions,
            scores: &scores,
        },
        remarks: Vec::new(),
    };
    let resource = writer.resource(published);
    Written {
        resource,
        remarks: writer.remarks,
    }
}

struct Writer<'a> {
    form: &'a Form,
    definition: &'a FormDefinition,
    language: &'a str,
    known: Known<'a>,
    remarks: Vec<Fault<String>>,
}

impl Writer<'_> {
    fn resource(&mut self, published: Published<'_>) -> Value {
        let form = self.definition;
        let mut root = Map::new();
        set(&mut root, "resourceType", "Questionnaire");
        set(&mut root, "language", self.language);
        set(&mut root, "url", form_url(&form.key));
        if let Some(version) = published.version {
            set(&mut root, "version", version.to_string());
        }
        set(&mut root, "name", machine_name(&form.key));
        self.text(&mut root, "title", &form.title);
        let is_published = published.version.is_some();
        set(
            &mut root,
            "status",
            if is_published { "active" } else { "draft" },
        );
        if let Some(date) = published.date {
            set(&mut root, "date", date);
        }
        if let Some(description) = &form.description {
            self.text(&mut root, "description", description);
        }
        let mut extensions: Vec<Value> = Vec::new();
        for constraint in &form.constraints {
            extensions.extend(self.constraint(constraint));
        }
        if !form.advice.is_empty() {
            let what = "other tools do not show the advice of the personal summary";
            self.remark(&Pointer::root().child("extension"), what);
        }
        let mut rest = fields(form);
        for carried in [
            "title",
            "description",
            "sections",
            "scores",
            "notices",
            "parameters",
        ] {
            rest.remove(carried);
        }
        if let Some(Value::Object(scales)) = rest.get_mut("scales") {
            let used = |name: &String| {
                let mut questions = form.questions();
                questions.any(|(_, it)| it.scale.as_ref() == Some(name))
            };
            scales.retain(|name, _| !used(name));
            if scales.is_empty() {
                rest.remove("scales");
            }
        }
        extensions.push(ours(rest));
        root.insert("extension".to_owned(), Value::Array(extensions));
        let place = Pointer::root().child("item");
        let mut items: Vec<Value> = Vec::new();
        for parameter in &form.parameters {
            let question = QuestionDefinition {
                options: Some(parameter.values.clone()),
                ..QuestionDefinition::new(
                    &parameter.key,
                    QuestionKind::SingleChoice,
                    &parameter.text,
                )
            };
            let mut item = Map::new();
            set(&mut item, "linkId", parameter.key.as_str());
            self.text(&mut item, "text", &parameter.text);
            set(&mut item, "type", "choice");
            let system = option_system(&form.key, &parameter.key);
            let options = self.options(&question, &parameter.values, &system);
            item.insert("answerOption".to_owned(), Value::Array(options));
            let element = [("element".to_owned(), json!("parameter"))];
            let extensions = vec![hidden(), ours(element.into_iter().collect())];
            items.push(finished(item, extensions));
            let what = "a value from the address, which other tools do not fill in";
            self.remark(&place.child(items.len() - 1), what);
        }
        for section in &form.sections {
            let place = place.child(items.len());
            items.push(self.section(section, &place));
        }
        for notice in &form.notices {
            let place = place.child(items.len());
            let mut item = Map::new();
            set(&mut item, "linkId", format!("notice__{}", notice.key));
            self.text(&mut item, "text", &notice.text);
            set(&mut item, "type", "display");
            let mut own = fields(notice);
            own.remove("text");
            own.remove("show_when");
            set(&mut own, "element", "notice");
            let mut extensions = Vec::new();
            self.route(
                Some(&notice.show_when),
                &mut item,
                &mut extensions,
                &mut own,
                &place,
            );
            extensions.push(ours(own));
            items.push(finished(item, extensions));
        }
        for (definition, score) in self.form.scores() {
            let place = place.child(items.len());
            let said = calculation(self.form, definition, score, self.known);
            items.push(self.score(definition, said, &place));
        }
        root.insert("item".to_owned(), Value::Array(items));
        Value::Object(root)
    }

    fn section(&mut self, section: &SectionDefinition, place: &Pointer) -> Value {
        let mut item = Map::new();
        set(&mut item, "linkId", format!("section__{}", section.key));
        self.text(&mut item, "text", &section.title);
        set(&mut item, "type", "group");
        let mut own = Map::new();
        set(&mut own, "key", section.key.as_str());
        let mut extensions = Vec::new();
        self.route(
            section.show_when.as_ref(),
            &mut item,
            &mut extensions,
            &mut own,
            place,
        );
        extensions.push(ours(own));
        let inner = place.child("item");
        let mut items = Vec::new();
        if let Some(description) = &section.description {
            let mut item = Map::new();
            set(&mut item, "linkId", format!("about__{}", section.key));
            self.text(&mut item, "text", description);
            set(&mut item, "type", "display");
            let element = [("element".to_owned(), json!("description"))];
            items.push(finished(item, vec![ours(element.into_iter().collect())]));
        }
        let mut questions = section.questions.iter().peekable();
        while let Some(question) = questions.next() {
            let Some(matrix) = &question.matrix else {
                self.question(question, &inner, &mut items);
                continue;
            };
            let place = inner.child(items.len()).child("item");
            let mut rows = Vec::new();
            self.question(question, &place, &mut rows);
            while let Some(next) = questions.next_if(|it| it.matrix.as_ref() == Some(matrix)) {
                self.question(next, &place, &mut rows);
            }
            let mut item = Map::new();
            set(&mut item, "linkId", format!("matrix__{}", question.key));
            set(&mut item, "type", "group");
            let element = [("element".to_owned(), json!("matrix"))];
            let extensions = vec![control("htable"), ours(element.into_iter().collect())];
            item.insert("item".to_owned(), Value::Array(rows));
            items.push(finished(item, extensions));
        }
        item.insert("item".to_owned(), Value::Array(items));
        finished(item, extensions)
    }

    fn score(
        &mut self,
        definition: &ScoreDefinition,
        said: Option<super::calculations::Calculation>,
        place: &Pointer,
    ) -> Value {
        let mut item = Map::new();
        set(&mut item, "linkId", score_link(&definition.key));
        if !definition.external.is_empty() {
            item.insert("code".to_owned(), codings(&definition.external));
        }
        self.text(&mut item, "text", &definition.title);
        set(&mut item, "type", "decimal");
        item.insert("readOnly".to_owned(), true.into());
        let mut extensions = vec![hidden()];
        match said {
            Some(said) => {
                for (name, expression) in said.variables {
                    extensions.push(json!({
                        "url": VARIABLE,
                        "valueExpression": {"name": name, "language": "text/fhirpath", "expression": expression},
                    }));
                }
                extensions.push(json!({
                    "url": CALCULATED_EXPRESSION,
                    "valueExpression": {"language": "text/fhirpath", "expression": said.expression},
                }));
                if !definition.bands.is_empty() {
                    self.remark(place, "other tools do not name the bands of the score");
                }
            }
            None => {
                let what = format!(
                    "the score {} is not computed by other tools",
                    definition.key
                );
                self.remark(place, what);
            }
        }
        let mut own = fields(definition);
        own.remove("title");
        own.remove("external");
        set(&mut own, "element", "score");
        extensions.push(ours(own));
        finished(item, extensions)
    }

    /// A constraint as other tools check it. The definition of it stands in the fields of the form.
    fn constraint(&mut self, constraint: &ConstraintDefinition) -> Option<Value> {
        let counts = match &constraint.when {
            Some(when) => condition(when, self.known),
            None => answered(&constraint.require, self.known),
        };
        let said = counts.zip(condition(&constraint.require, self.known));
        let Some((counts, require)) = said else {
            let what = format!("other tools do not check the constraint {}", constraint.key);
            self.remark(&Pointer::root().child("extension"), what);
            return None;
        };
        let message = constraint.message.get(self.language).unwrap_or_default();
        Some(json!({
            "url": CONSTRAINT,
            "extension": [
                {"url": "key", "valueId": constraint.key.replace('_', "-")},
                {"url": "severity", "valueCode": "error"},
                {"url": "expression", "valueString": format!("({counts}).not() or ({require})")},
                {"url": "human", "valueString": message},
            ],
        }))
    }

    /// Says when an item is shown.
    fn route(
        &mut self,
        condition: Option<&ConditionDefinition>,
        item: &mut Map<String, Value>,
        extensions: &mut Vec<Value>,
        own: &mut Map<String, Value>,
        place: &Pointer,
    ) {
        let Some(condition) = condition else { return };
        let routing = Routing::of(condition, self.known);
        if routing.is_none() {
            self.remark(
                place,
                "other tools show it always: FHIR cannot say its condition",
            );
        }
        let routing = routing.unwrap_or(Routing::Always);
        let read = match &routing {
            Routing::Terms { terms, any } => {
                super::routing::condition(terms, *any, self.known.questions).ok()
            }
            _ => None,
        };
        if read.as_ref() != Some(condition) {
            own.insert("show_when".to_owned(), json!(condition));
        }
        routing.put(item, extensions);
    }

    fn text(&self, fields: &mut Map<String, Value>, name: &str, text: &Text) {
        if let Some(words) = text.get(self.language) {
            set(fields, name, words);
        }
        let translations = text.0.iter().filter(|(tag, _)| *tag != self.language);
        let translations: Vec<Value> = translations
            .map(|(tag, words)| {
                json!({"url": TRANSLATION, "extension": [
                    {"url": "lang", "valueCode": tag}, {"url": "content", "valueString": words},
                ]})
            })
            .collect();
        if !translations.is_empty() {
            fields.insert(format!("_{name}"), json!({"extension": translations}));
        }
    }

    fn remark(&mut self, place: &Pointer, what: impl Into<String>) {
        self.remarks.push(Fault::at(place.clone(), what.into()));
    }
}

/// That every question has an answer that a condition names.
fn answered(require: &ConditionDefinition, known: Known<'_>) -> Option<String> {
    fn keys<'a>(condition: &'a ConditionDefinition, found: &mut Vec<&'a str>) {
        let lists = [&condition.any, &condition.all];
        let lists = lists.into_iter().flatten().flatten();
        for part in lists.chain(condition.not.as_deref()) {
            keys(part, found);
        }
        found.extend(condition.question.as_deref());
        found.extend(condition.comparison().map(|(_, _, other)| other));
    }
    let mut found = Vec::new();
    keys(require, &mut found);
    found.sort_unstable();
    found.dedup();
    let parts = found.into_iter().map(|key| {
        let answered = ConditionDefinition {
            question: Some(key.to_owned()),
            answered: Some(true),
            ..ConditionDefinition::default()
        };
        condition(&answered, known)
    });
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    Some(parts.join(" and "))
}

fn set(fields: &mut Map<String, Value>, name: &str, value: impl Into<String>) {
    fields.insert(name.to_owned(), Value::String(value.into()));
}

/// The fields of a part as they are written.
fn fields(part: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(part) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The extension of our own with these fields.
fn ours(fields: Map<String, Value>) -> Value {
    json!({"url": DEFINITION, "valueString": Value::Object(fields).to_string()})
}

fn hidden() -> Value {
    json!({"url": HIDDEN, "valueBoolean": true})
}

fn control(code: &str) -> Value {
    let coding = json!({"system": ITEM_CONTROLS, "code": code});
    json!({"url": ITEM_CONTROL, "valueCodeableConcept": {"coding": [coding]}})
}

fn instructions() -> Value {
    let coding = json!({"system": DISPLAY_CATEGORIES, "code": "instructions"});
    json!({"url": DISPLAY_CATEGORY, "valueCodeableConcept": {"coding": [coding]}})
}

fn codings(codes: &[ExternalCode]) -> Value {
    json!(codes)
}

fn finished(mut item: Map<String, Value>, extensions: Vec<Value>) -> Value {
    if !extensions.is_empty() {
        item.insert("extension".to_owned(), Value::Array(extensions));
    }
    Value::Object(item)
}

/// A name as programs write it: the key in one word.
fn machine_name(key: &str) -> String {
    let words = key.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

/// What a reader of other tools knows of a form: how conditions read back.
impl super::routing::Linked for Questions {
    fn question(&self, link_id: &str) -> Option<(&str, &super::asked::Asked)> {
        let (key, asked) = self.get_key_value(link_id)?;
        Some((key, asked))
    }

    fn code(&self, _: &str, _: &str, value: &Value) -> Option<String> {
        Some(value.get("code")?.as_str()?.to_owned())
    }
}

//! A QuestionnaireResponse into answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::asked::{list_system, takes_many};
use super::super::fhirpath::score_link;
use super::super::names::{DATA_ABSENT_REASON, form_of_url};
use super::super::quantity::fits;
use super::DECLINED;
use crate::domain::fault::Fault;
use crate::domain::form::{Form, QuestionDefinition, options_of};
use crate::domain::pointer::{Pointer, find_nul};
use crate::domain::response::RawAnswers;

/// What names the person, those around them, or a record elsewhere.
const IDENTIFYING: [&str; 8] = [
    "identifier",
    "basedOn",
    "partOf",
    "subject",
    "encounter",
    "author",
    "source",
    "contained",
];

/// What tools put in by themselves, and what repeats the answers in words. The time of writing is one of them.
const DROPPED: [&str; 10] = [
    "id",
    "meta",
    "text",
    "authored",
    "extension",
    "_status",
    "_language",
    "_authored",
    "_questionnaire",
    "_id",
];

/// What can be wrong with a resource before its answers are looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseFault {
    /// A field is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field has another type than it takes.
    #[error("must be {0}")]
    WrongType(&'static str),
    /// A field cannot be read.
    #[error("{0}")]
    Invalid(String),
    /// A field is not one of the resource.
    #[error("the resource has no such field")]
    UnknownField,
    /// A field can say whose answers these are.
    #[error("it can say whose answers these are; leave it out")]
    Identifying,
    /// The version has no such question.
    #[error("this version of the form has no item with this linkId")]
    UnknownQuestion,
    /// The question has no such option.
    #[error("is not an option of this question")]
    UnknownOption,
    /// A question stands twice.
    #[error("the item stands twice")]
    Twice,
}

type Faults = Vec<Fault<ResponseFault>>;

/// A QuestionnaireResponse that was sent. Its answers are not read yet, since that takes the form.
#[derive(Debug)]
pub struct Sent {
    /// The key of the form.
    pub form: String,
    /// The number of the version.
    pub version: i32,
    /// The language in which it was filled in, if it says so.
    pub language: Option<String>,
    items: Value,
}

/// The answers of a QuestionnaireResponse, and where each stands.
#[derive(Debug)]
pub struct Filled {
    /// The answers.
    pub answers: RawAnswers,
    places: BTreeMap<String, (Pointer, Vec<Pointer>)>,
}

impl Filled {
    /// Where in the resource the answer stands that a pointer into the answers names.
    pub fn place(&self, pointer: &Pointer) -> Pointer {
        let mut parts = pointer.as_str().split('/').skip(1);
        let found = parts.next().and_then(|key| self.places.get(key));
        let Some((item, answers)) = found else {
            return Pointer::root().child("item");
        };
        let number = parts.next().and_then(|it| it.parse::<usize>().ok());
        match (number.and_then(|it| answers.get(it)), answers.as_slice()) {
            (Some(answer), _) => answer.clone(),
            (None, [only]) => only.clone(),
            _ => item.clone(),
        }
    }
}

/// Reads all of a QuestionnaireResponse but its answers.
///
/// # Errors
///
/// Everything that is wrong.
pub fn parse_response(resource: Value) -> Result<Sent, Faults> {
    let root = Pointer::root();
    if let Some(pointer) = find_nul(&resource) {
        let what = "text may not hold U+0000".to_owned();
        return Err(vec![Fault::at(pointer, ResponseFault::Invalid(what))]);
    }
    let Value::Object(mut fields) = resource else {
        let fault = ResponseFault::WrongType("an object");
        return Err(vec![Fault::at(root, fault)]);
    };
    let mut faults = Vec::new();
    let mut word = |name: &'static str| match fields.remove(name) {
        Some(Value::String(word)) => Ok(Some(word)),
        Some(_) => Err(Fault::at(
            root.child(name),
            ResponseFault::WrongType("a text"),
        )),
        None => Ok(None),
    };
    let mut required = |name: &'static str, faults: &mut Faults| match word(name) {
        Ok(Some(word)) => Some(word),
        Ok(None) => {
            faults.push(Fault::at(root.child(name), ResponseFault::Missing(name)));
            None
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    let of_type = required("resourceType", &mut faults);
    if of_type.is_some_and(|it| it != "QuestionnaireResponse") {
        let what = "the resource must be a QuestionnaireResponse".to_owned();
        let fault = ResponseFault::Invalid(what);
        return Err(vec![Fault::at(root.child("resourceType"), fault)]);
    }
    let status = required("status", &mut faults);
    if status.is_some_and(|it| !["completed", "amended"].contains(&it.as_str())) {
        let what = "only what is completed or amended is taken".to_owned();
        faults.push(Fault::at(
            root.child("status"),
            ResponseFault::Invalid(what),
        ));
    }
    let canonical = required("questionnaire", &mut faults);
    let named = canonical.as_deref().map(version_of);
    if let Some(None) = named {
        let what = "it must name the form and, behind a |, the number of its version, such as urn:aftercare:form:sleep|3";
        let fault = ResponseFault::Invalid(what.to_owned());
        faults.push(Fault::at(root.child("questionnaire"), fault));
    }
    let language = match word("language") {
        Ok(language) => language,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    let items = fields.remove("item").unwrap_or_else(|| json!([]));
    for name in fields.keys() {
        let fault = match name.as_str() {
            name if IDENTIFYING.contains(&name) => ResponseFault::Identifying,
            name if DROPPED.contains(&name) => continue,
            _ => ResponseFault::UnknownField,
        };
        faults.push(Fault::at(root.child(name), fault));
    }
    match (named.flatten(), faults.is_empty()) {
        (Some((form, version)), true) => Ok(Sent {
            form,
            version,
            language,
            items,
        }),
        _ => Err(faults),
    }
}

/// The form and the version that a canonical address names.
fn version_of(canonical: &str) -> Option<(String, i32)> {
    let (url, version) = canonical.split_once('|')?;
    let key = form_of_url(url).or_else(|| url.rsplit('/').next())?;
    Some((key.to_owned(), version.parse().ok()?))
}

impl Sent {
    /// The answers, in the terms of the version that they were given to. Whether they fit is not checked.
    ///
    /// # Errors
    ///
    /// Everything that cannot be read as an answer.
    pub fn answers(self, form: &Form) -> Result<Filled, Faults> {
        let mut reader = Reader {
            form,
            structure: structure(form),
            filled: Filled {
                answers: RawAnswers::default(),
                places: BTreeMap::new(),
            },
            faults: Vec::new(),
        };
        reader.items(&Pointer::root().child("item"), self.items);
        match reader.faults.is_empty() {
            true => Ok(reader.filled),
            false => Err(reader.faults),
        }
    }
}

/// The `linkId` of every item that is no question.
fn structure(form: &Form) -> BTreeSet<String> {
    let definition = form.definition();
    let mut ids = BTreeSet::new();
    for section in &definition.sections {
        ids.extend([
            format!("section__{}", section.key),
            format!("about__{}", section.key),
        ]);
        for question in &section.questions {
            let key = &question.key;
            ids.extend([
                format!("matrix__{key}"),
                format!("{key}__hint"),
                format!("{key}__lower"),
                format!("{key}__upper"),
            ]);
        }
    }
    let notices = definition.notices.iter();
    ids.extend(notices.map(|it| format!("notice__{}", it.key)));
    let scores = definition.scores.iter();
    ids.extend(scores.map(|it| score_link(&it.key)));
    ids
}

struct Reader<'a> {
    form: &'a Form,
    structure: BTreeSet<String>,
    filled: Filled,
    faults: Faults,
}

impl Reader<'_> {
    fn fault(&mut self, place: Pointer, fault: ResponseFault) {
        self.faults.push(Fault::at(place, fault));
    }

    fn items(&mut self, place: &Pointer, items: Value) {
        let Value::Array(items) = items else {
            return self.fault(place.clone(), ResponseFault::WrongType("a list of items"));
        };
        for (number, item) in items.into_iter().enumerate() {
            let place = place.child(number);
            match item {
                Value::Object(item) => self.item(&place, item),
                _ => self.fault(place, ResponseFault::WrongType("an object")),
            }
        }
    }

    fn item(&mut self, place: &Pointer, mut item: Map<String, Value>) {
        let link_id = match item.remove("linkId") {
            Some(Value::String(link_id)) => link_id,
            Some(_) => {
                return self.fault(place.child("linkId"), ResponseFault::WrongType("a text"));
            }
            None => return self.fault(place.child("linkId"), ResponseFault::Missing("linkId")),
        };
        let answers = item.remove("answer");
        let mut declined = is_declined(&Value::Object(item.clone()));
        if let Some(items) = item.remove("item") {
            self.items(&place.child("item"), items);
        }
        let known = ["text", "definition", "extension", "id"];
        let others = item
            .keys()
            .filter(|name| !known.contains(&name.trim_start_matches('_')));
        for name in others.cloned().collect::<Vec<_>>() {
            self.fault(place.child(name), ResponseFault::UnknownField);
        }
        let form = self.form;
        let Some(question) = form.question_definition(&link_id) else {
            // What other tools compute is computed anew here.
            if !self.structure.contains(&link_id) {
                self.fault(place.child("linkId"), ResponseFault::UnknownQuestion);
            }
            return;
        };
        if self.filled.places.contains_key(&link_id) {
            return self.fault(place.clone(), ResponseFault::Twice);
        }
        let list = place.child("answer");
        let answers = match answers {
            None => Vec::new(),
            Some(Value::Array(answers)) => answers,
            Some(_) => return self.fault(list, ResponseFault::WrongType("a list of answers")),
        };
        let (mut said, mut places) = (Vec::new(), Vec::new());
        for (number, answer) in answers.into_iter().enumerate() {
            let place = list.child(number);
            match self.answer(question, &place, answer) {
                Some((Value::Null, _)) => declined = true,
                Some((value, place)) => {
                    said.push(value);
                    places.push(place);
                }
                None => {}
            }
        }
        if declined && !said.is_empty() {
            let what = "a question is answered or declined, not both".to_owned();
            return self.fault(list, ResponseFault::Invalid(what));
        }
        let said = match (said.len(), takes_many(question.kind)) {
            (0, _) if declined => Some(Value::Null),
            (0, _) => None,
            (_, true) => Some(Value::Array(said)),
            (1, false) => said.pop(),
            // Too many for the question, which is what it will be told.
            (_, false) => Some(Value::Array(said)),
        };
        if let Some(said) = said {
            self.filled.answers.0.insert(link_id.clone(), said);
        }
        let places = (place.clone(), places);
        self.filled.places.insert(link_id, places);
    }

    /// One answer, and where its value stands. It is null when it was declined.
    fn answer(
        &mut self,
        question: &QuestionDefinition,
        place: &Pointer,
        answer: Value,
    ) -> Option<(Value, Pointer)> {
        let Value::Object(mut answer) = answer else {
            self.fault(place.clone(), ResponseFault::WrongType("an object"));
            return None;
        };
        if let Some(items) = answer.remove("item") {
            self.items(&place.child("item"), items);
        }
        let declined = is_declined(&Value::Object(answer.clone()));
        let (absent, values): (Vec<_>, Vec<_>) = answer
            .into_iter()
            .filter(|(name, _)| name.trim_start_matches('_').starts_with("value"))
            .partition(|(name, value)| name.starts_with('_') || is_only_declined(value));
        let declined = declined || absent.iter().any(|(_, value)| is_declined(value));
        let mut values = values.into_iter();
        let Some((name, value)) = values.next() else {
            return declined.then(|| (Value::Null, place.clone()));
        };
        let second = values.next().map(|(name, _)| name);
        if let Some(name) = second.or(declined.then(|| name.clone())) {
            let what = "an answer has one value, or was declined".to_owned();
            self.fault(place.child(name), ResponseFault::Invalid(what));
            return None;
        }
        let place = place.child(&name);
        let value = match name.as_str() {
            "valueCoding" => self.coding(question, &place, &value)?,
            "valueQuantity" => self.quantity(question, &place, &value)?,
            "valueBoolean" | "valueInteger" | "valueDecimal" | "valueString" | "valueDate"
                if !value.is_null() =>
            {
                value
            }
            _ => {
                let what = "a coding, a quantity, a boolean, a number, a text or a date";
                self.fault(place, ResponseFault::WrongType(what));
                return None;
            }
        };
        Some((value, place))
    }

    fn quantity(
        &mut self,
        question: &QuestionDefinition,
        place: &Pointer,
        value: &Value,
    ) -> Option<Value> {
        if let Err((field, what)) = fits(value, question.unit.as_ref()) {
            self.fault(place.child(field), ResponseFault::Invalid(what));
            return None;
        }
        let number = value.get("value").filter(|it| it.is_number());
        if number.is_none() {
            self.fault(place.child("value"), ResponseFault::WrongType("a number"));
        }
        number.cloned()
    }

    /// The code of an option, which may be named by a code of another terminology as well.
    fn coding(
        &mut self,
        question: &QuestionDefinition,
        place: &Pointer,
        coding: &Value,
    ) -> Option<Value> {
        let text = |name: &str| coding.get(name).and_then(Value::as_str);
        let Some(code) = text("code") else {
            self.fault(place.child("code"), ResponseFault::Missing("code"));
            return None;
        };
        let own = list_system(self.form.definition(), question);
        let found = match text("system") {
            Some(system) if system != own => {
                let mut options = options_of(self.form.definition(), question).iter();
                options
                    .find(|option| {
                        let mut codes = option.external.iter();
                        codes.any(|it| it.system == system && it.code == code)
                    })
                    .map(|option| option.code.clone())
            }
            _ => Some(code.to_owned()),
        };
        if found.is_none() {
            self.fault(place.clone(), ResponseFault::UnknownOption);
        }
        found.map(Value::from)
    }
}

/// Whether a value says that it was declined, and nothing else.
fn is_only_declined(value: &Value) -> bool {
    let fields = value.as_object();
    is_declined(value) && fields.is_some_and(|it| it.keys().all(|name| name == "extension"))
}

fn is_declined(item: &Value) -> bool {
    let extensions = item.get("extension").and_then(Value::as_array);
    extensions.into_iter().flatten().any(|it| {
        let text = |name: &str| it.get(name).and_then(Value::as_str);
        text("url") == Some(DATA_ABSENT_REASON) && text("valueCode") == Some(DECLINED)
    })
}

//! Answers into a QuestionnaireResponse.

use serde_json::{Value, json};

use super::super::asked::list_system;
use super::super::fhirpath::score_link;
use super::super::names::{DATA_ABSENT_REASON, form_url, option_system};
use super::DECLINED;
use crate::domain::form::{Form, OptionDefinition, QuestionDefinition, QuestionKind, options_of};
use crate::domain::response::RawAnswers;

/// Writes the answers to a version as a QuestionnaireResponse, with what its scores came to. It says nothing about the
/// person, nor when they answered.
pub fn write_response(
    form: &Form,
    version: i32,
    language: &str,
    answers: &RawAnswers,
    scores: &[(&str, f64)],
) -> Value {
    let definition = form.definition();
    let writer = ResponseWriter {
        form,
        language,
        answers,
    };
    let mut items = Vec::new();
    for parameter in &definition.parameters {
        let system = option_system(&definition.key, &parameter.key);
        items.extend(writer.item(&parameter.key, &system, &parameter.values));
    }
    for section in &definition.sections {
        let mut within = Vec::new();
        let mut questions = section.questions.iter().peekable();
        while let Some(question) = questions.next() {
            let Some(matrix) = &question.matrix else {
                writer.question(question, &mut within);
                continue;
            };
            let mut rows = Vec::new();
            writer.question(question, &mut rows);
            while let Some(next) = questions.next_if(|it| it.matrix.as_ref() == Some(matrix)) {
                writer.question(next, &mut rows);
            }
            if !rows.is_empty() {
                let link_id = format!("matrix__{}", question.key);
                within.push(json!({"linkId": link_id, "item": rows}));
            }
        }
        if !within.is_empty() {
            let link_id = format!("section__{}", section.key);
            items.push(json!({"linkId": link_id, "item": within}));
        }
    }
    for (key, value) in scores {
        let link_id = score_link(key);
        items.push(json!({"linkId": link_id, "answer": [{"valueDecimal": value}]}));
    }
    let mut resource = json!({
        "resourceType": "QuestionnaireResponse",
        "language": language,
        "questionnaire": format!("{}|{version}", form_url(&definition.key)),
        "status": "completed",
    });
    if let (false, Some(fields)) = (items.is_empty(), resource.as_object_mut()) {
        fields.insert("item".to_owned(), Value::Array(items));
    }
    resource
}

struct ResponseWriter<'a> {
    form: &'a Form,
    language: &'a str,
    answers: &'a RawAnswers,
}

impl ResponseWriter<'_> {
    /// The item of a question that was answered or declined, and those of the texts beside its options.
    fn question(&self, question: &QuestionDefinition, items: &mut Vec<Value>) {
        let form = self.form.definition();
        let options = options_of(form, question);
        items.extend(self.item(&question.key, &list_system(form, question), options));
        for specify in options.iter().filter_map(|it| it.specify.as_ref()) {
            items.extend(self.item(&specify.key, "", &[]));
        }
    }

    fn item(&self, key: &str, system: &str, options: &[OptionDefinition]) -> Option<Value> {
        let said = self.answers.0.get(key)?;
        let kind = self.form.question_definition(key)?.kind;
        let answers: Vec<Value> = match said {
            Value::Null => {
                let reason = json!({"url": DATA_ABSENT_REASON, "valueCode": DECLINED});
                return Some(json!({"linkId": key, "extension": [reason]}));
            }
            Value::Array(all) => all.iter().collect::<Vec<_>>(),
            one => vec![one],
        }
        .into_iter()
        .map(|it| self.answer(kind, system, options, it))
        .collect();
        // A list without an option looks like one that was left blank, and so it reads as such.
        (!answers.is_empty()).then(|| json!({"linkId": key, "answer": answers}))
    }

    fn answer(
        &self,
        kind: QuestionKind,
        system: &str,
        options: &[OptionDefinition],
        said: &Value,
    ) -> Value {
        match kind {
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice | QuestionKind::Ranking => {
                let option = options.iter().find(|it| *said == *it.code);
                let display = option.and_then(|it| it.label.get(self.language));
                let mut coding = json!({"system": system, "code": said});
                if let (Some(display), Some(fields)) = (display, coding.as_object_mut()) {
                    fields.insert("display".to_owned(), json!(display));
                }
                json!({"valueCoding": coding})
            }
            QuestionKind::Rating | QuestionKind::Integer => json!({"valueInteger": said}),
            QuestionKind::Decimal => json!({"valueDecimal": said}),
            QuestionKind::YesNo | QuestionKind::Statement => json!({"valueBoolean": said}),
            QuestionKind::Date => json!({"valueDate": said}),
            QuestionKind::Text => json!({"valueString": said}),
        }
    }
}

//! A form into a dictionary.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::annotations::written as tag;
use super::codes::{default_of, names, range, yes_no};
use super::columns::{COLUMNS, header};
use super::logic::written;
use super::scores::{Ranges, calculation};
use super::{SCORE, SHEET};
use crate::domain::form::{
    ConditionDefinition, Form, FormDefinition, HighIs, OptionDefinition, QuestionDefinition,
    QuestionKind, SectionDefinition, Text, options_of,
};
use crate::formats::conditions::{Asked, Questions, all, expression};
use crate::formats::imported::Remark;
use crate::formats::names::key;

/// A dictionary, and what it does not hold.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What is not in it, or stands otherwise there.
    pub remarks: Vec<Remark>,
}

/// Why a form cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// It has no texts in this language.
    #[error("the form has no language {0:?}")]
    NoLanguage(String),
    /// A definition is plain data, which always can be written.
    #[error("the definition cannot be written")]
    Definition,
}

/// A row that is being written.
#[derive(Debug, Default)]
struct Line {
    name: String,
    header: String,
    kind: &'static str,
    label: String,
    choices: String,
    note: String,
    validation: String,
    min: String,
    max: String,
    branching: String,
    required: bool,
    matrix: String,
    tags: Vec<String>,
}

/// Writes a form in one language, its first unless it is said.
///
/// # Errors
///
/// When the form has no such language.
pub fn write(form: &Form, language: Option<&str>) -> Result<Written, WriteFault> {
    let definition = form.definition();
    let first = definition.languages.first().map_or("", String::as_str);
    let language = language.unwrap_or(first).to_owned();
    if !definition.languages.contains(&language) {
        return Err(WriteFault::NoLanguage(language));
    }
    let mut writer = Writer {
        form: definition,
        language,
        questions: Questions::new(),
        ranges: Ranges::new(),
        conditional: Vec::new(),
        names: BTreeSet::new(),
        calculations: BTreeMap::new(),
        lines: Vec::new(),
        remarks: Vec::new(),
    };
    writer.record_id();
    writer.about();
    for section in &definition.sections {
        writer.section(section)?;
    }
    writer.scores();
    writer.notices();
    writer.finish()
}

struct Writer<'a> {
    form: &'a FormDefinition,
    language: String,
    /// What is carried so far, by the name of its field.
    questions: Questions,
    ranges: Ranges,
    /// The fields that routing can hide.
    conditional: Vec<String>,
    names: BTreeSet<String>,
    /// The calculation of each score of which all questions were passed, or why there is none.
    calculations: BTreeMap<String, Result<String, &'static str>>,
    lines: Vec<Line>,
    remarks: Vec<Remark>,
}

/// The title that a dictionary stands for: the words of its form's name.
pub(super) fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

impl Writer<'_> {
    /// The first field of a project names the record.
    fn record_id(&mut self) {
        let name = "record_id".to_owned();
        self.names.insert(name.clone());
        self.lines.push(Line {
            name,
            kind: "text",
            label: "Record ID".to_owned(),
            ..Line::default()
        });
    }

    /// Something about the row that is written next, or about the header.
    fn remark(&mut self, column: &str, what: impl Into<String>) {
        let row = u32::try_from(self.lines.len() + 2).unwrap_or(u32::MAX);
        self.remark_at(row, column, what);
    }

    fn remark_at(&mut self, row: u32, column: &str, what: impl Into<String>) {
        self.remarks.push(Remark {
            sheet: SHEET,
            row,
            column: header(column).to_owned(),
            what: what.into(),
        });
    }

    fn text(&self, text: &Text) -> String {
        text.get(&self.language).unwrap_or_default().to_owned()
    }

    /// What of the form itself is not carried.
    fn about(&mut self) {
        let form = self.form;
        let own = self.language.clone();
        for language in form.languages.iter().filter(|it| **it != own) {
            let what =
                format!("a dictionary has one language; the texts in {language:?} are not in it");
            self.remark_at(1, "field_label", what);
        }
        let own = self.text(&form.title);
        if own != title(&form.key) {
            let what = format!("the title {own:?} is not in it");
            self.remark_at(1, "form_name", what);
        }
        for (there, what) in [
            (form.description.is_some(), "the description of the form"),
            (!form.parameters.is_empty(), "parameters of the address"),
            (!form.constraints.is_empty(), "rules over several questions"),
            (!form.advice.is_empty(), "advice for the personal summary"),
        ] {
            if there {
                self.remark_at(1, "field_name", format!("{what}: not in it"));
            }
        }
    }

    fn section(&mut self, section: &SectionDefinition) -> Result<(), WriteFault> {
        let mut header = self.text(&section.title);
        if let Some(description) = &section.description {
            header = format!("{header}\n{}", self.text(description));
        }
        if section.show_when.is_some() {
            let what = "the condition of the section stands at each of its questions";
            self.remark("branching_logic", what);
        }
        for question in &section.questions {
            self.question(question, section.show_when.as_ref(), &mut header)?;
            self.reckon();
        }
        if !header.is_empty() {
            let what = format!(
                "the section {} has no question that is carried",
                section.key
            );
            self.remark("section_header", what);
        }
        Ok(())
    }

    fn question(
        &mut self,
        question: &QuestionDefinition,
        around: Option<&ConditionDefinition>,
        header: &mut String,
    ) -> Result<(), WriteFault> {
        if question.kind == QuestionKind::Ranking {
            let what = format!("the ranking {} is left out", question.key);
            self.remark("field_type", what);
            return Ok(());
        }
        let options = options_of(self.form, question);
        let names = names(options);
        let mut line = Line {
            name: question.key.clone(),
            header: std::mem::take(header),
            label: self.text(&question.text),
            note: question
                .hint
                .as_ref()
                .map(|it| self.text(it))
                .unwrap_or_default(),
            required: question.required,
            matrix: question.matrix.clone().unwrap_or_default(),
            ..Line::default()
        };
        let mut rest = match serde_json::to_value(question) {
            Ok(Value::Object(fields)) => fields,
            _ => return Err(WriteFault::Definition),
        };
        let carried = [
            "key",
            "kind",
            "text",
            "hint",
            "required",
            "show_when",
            "scale",
            "options",
            "matrix",
        ];
        rest.retain(|field, _| !carried.contains(&field.as_str()));
        self.kind(question, &mut line, &mut rest);
        self.choices(options, &names, &mut line);
        if let Some(default) = rest.remove("default") {
            match default_of(&default, question.kind, options, &names) {
                Some(default) => line.tags.push(tag("DEFAULT", &default)),
                None => self.remark("field_annotation", "the default is not in it"),
            }
        }
        if rest.remove("order").is_some() {
            line.tags.push("@RANDOMORDER".to_owned());
        }
        for field in rest.keys() {
            let what = format!("{field} of {} is not in it", question.key);
            self.remark("field_annotation", what);
        }
        let conditions: Vec<_> = [around, question.show_when.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        line.branching = self.branching(&conditions);
        if !conditions.is_empty() {
            self.conditional.push(question.key.clone());
        }
        self.known(question, options, names);
        self.names.insert(question.key.clone());
        self.lines.push(line);
        for option in options {
            self.specified(question, option, &conditions);
        }
        Ok(())
    }

    /// The text beside an option, which is a field of its own.
    fn specified(
        &mut self,
        question: &QuestionDefinition,
        option: &OptionDefinition,
        around: &[ConditionDefinition],
    ) {
        let Some(specify) = &option.specify else {
            return;
        };
        let what = format!(
            "the text beside {} is a question of its own there",
            option.code
        );
        self.remark("field_name", what);
        let mut chosen = ConditionDefinition {
            question: Some(question.key.clone()),
            ..ConditionDefinition::default()
        };
        match question.kind {
            QuestionKind::MultipleChoice => chosen.includes = Some(option.code.clone()),
            _ => chosen.is = Some(crate::domain::form::Scalar::Code(option.code.clone())),
        }
        let conditions: Vec<_> = around.iter().cloned().chain([chosen]).collect();
        let line = Line {
            name: specify.key.clone(),
            kind: "notes",
            label: self.text(&specify.text),
            branching: self.branching(&conditions),
            tags: vec![tag("CHARLIMIT", &specify.max_length.to_string())],
            ..Line::default()
        };
        self.names.insert(specify.key.clone());
        self.lines.push(line);
    }

    fn branching(&mut self, conditions: &[ConditionDefinition]) -> String {
        if conditions.is_empty() {
            return String::new();
        }
        let said = expression(&all(conditions.to_vec()), &self.questions)
            .and_then(|expr| written(&expr, &self.questions));
        if said.is_none() {
            let what = "it is shown always there: its condition cannot be said";
            self.remark("branching_logic", what);
        }
        said.unwrap_or_default()
    }

    /// Keeps what conditions and scores need to know of a question.
    fn known(
        &mut self,
        question: &QuestionDefinition,
        options: &[OptionDefinition],
        names: Vec<String>,
    ) {
        let mut asked = Asked::of(question, options);
        for (option, name) in asked.options.iter_mut().zip(names) {
            option.0 = name;
        }
        if question.kind == QuestionKind::YesNo {
            asked.options = yes_no();
        }
        let is_askable = !matches!(question.kind, QuestionKind::Text | QuestionKind::Statement);
        if is_askable {
            if let Some(range) = range(question, &asked) {
                self.ranges.insert(question.key.clone(), range);
            }
            self.questions.insert(question.key.clone(), asked);
        }
    }

    /// Finds the calculations of scores as soon as all their questions were passed, for conditions may test them from
    /// then on.
    fn reckon(&mut self) {
        let form = self.form;
        for score in &form.scores {
            let passed = score.of.iter().all(|key| !self.awaits(key));
            let earlier = score.of_scores.iter();
            let known = earlier
                .clone()
                .all(|key| self.calculations.contains_key(key));
            if !passed || !known || self.calculations.contains_key(&score.key) {
                continue;
            }
            let said = calculation(score, &self.ranges, &self.conditional);
            if said.is_ok() {
                let name = format!("{SCORE}{}", score.key);
                let earlier = earlier.map(|key| format!("{SCORE}{key}"));
                let mut items = score.of.iter().cloned().chain(earlier);
                if items.any(|it| self.conditional.contains(&it)) {
                    self.conditional.push(name.clone());
                }
                self.ranges.insert(name.clone(), (f64::NAN, f64::NAN));
                self.questions.insert(name.clone(), Asked::of_score(score));
                self.names.insert(name);
            }
            self.calculations.insert(score.key.clone(), said);
        }
    }

    /// Whether the question is still to come. One that is left out never comes, and has no number.
    fn awaits(&self, key: &str) -> bool {
        let left_out = |question: &QuestionDefinition| {
            question.key == key && question.kind == QuestionKind::Ranking
        };
        !self.names.contains(key) && !self.form.questions().any(|(_, it)| left_out(it))
    }

    fn scores(&mut self) {
        let form = self.form;
        for score in &form.scores {
            let calculation = match self.calculations.remove(&score.key) {
                Some(Ok(calculation)) => calculation,
                why => {
                    let why = why
                        .and_then(Result::err)
                        .unwrap_or("its questions are not there");
                    let what = format!("the score {} is left out: {why}", score.key);
                    self.remark("select_choices_or_calculations", what);
                    continue;
                }
            };
            if !score.bands.is_empty() || !score.external.is_empty() {
                let what = format!("bands and terms of the score {} are not in it", score.key);
                self.remark("field_annotation", what);
            }
            if score.high_is == HighIs::Better {
                let what = format!(
                    "what a high number of the score {} tells is not in it",
                    score.key
                );
                self.remark("field_annotation", what);
            }
            let label = self.text(&score.title);
            self.lines.push(Line {
                name: format!("{SCORE}{}", score.key),
                kind: "calc",
                label,
                choices: calculation,
                ..Line::default()
            });
        }
    }

    fn notices(&mut self) {
        let form = self.form;
        for notice in &form.notices {
            let name = key(&format!("notice_{}", notice.key), "notice", &mut self.names);
            let what = format!(
                "the notice {} is a text at the end of the form there",
                notice.key
            );
            self.remark("field_type", what);
            let line = Line {
                name,
                kind: "descriptive",
                label: self.text(&notice.text),
                branching: self.branching(std::slice::from_ref(&notice.show_when)),
                ..Line::default()
            };
            self.lines.push(line);
        }
    }

    fn finish(self) -> Result<Written, WriteFault> {
        let form_name = self.form.key.replace('-', "_");
        let mut writer = csv::Writer::from_writer(Vec::new());
        let headers = COLUMNS.iter().map(|(_, header)| *header);
        writer
            .write_record(headers)
            .map_err(|_| WriteFault::Definition)?;
        for line in &self.lines {
            let tags = line.tags.join(" ");
            let required = if line.required { "y" } else { "" };
            let cells = [
                &line.name,
                &form_name,
                &line.header,
                line.kind,
                &line.label,
                &line.choices,
                &line.note,
                &line.validation,
                &line.min,
                &line.max,
                "",
                &line.branching,
                required,
                "",
                "",
                &line.matrix,
                "",
                &tags,
            ];
            writer
                .write_record(cells)
                .map_err(|_| WriteFault::Definition)?;
        }
        Ok(Written {
            bytes: writer.into_inner().map_err(|_| WriteFault::Definition)?,
            remarks: self.remarks,
        })
    }
}

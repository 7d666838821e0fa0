//! A form into a dictionary.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::annotations::written as tag;
use super::columns::{COLUMNS, header};
use super::logic::written;
use super::scores::{Ranges, calculation};
use super::{SCORE, SHEET};
use crate::domain::form::{
    ConditionDefinition, DatePrecision, Form, FormDefinition, OptionDefinition, QuestionDefinition,
    QuestionKind, SectionDefinition, Text,
};
use crate::formats::conditions::{Asked, Questions, all, expression, options_of};
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

    /// The type of a field, its bounds and what is said in tags. Takes what is carried out of `rest`.
    fn kind(
        &mut self,
        question: &QuestionDefinition,
        line: &mut Line,
        rest: &mut Map<String, Value>,
    ) {
        let mut take = |fields: &[&str]| fields.iter().for_each(|it| drop(rest.remove(*it)));
        let number = |it: &Option<Number>| it.as_ref().map(Number::to_string).unwrap_or_default();
        line.kind = match question.kind {
            QuestionKind::SingleChoice => "radio",
            QuestionKind::MultipleChoice => {
                if let Some(most) = question.most {
                    line.tags.push(tag("MAXCHECKED", &most.to_string()));
                }
                take(&["most"]);
                "checkbox"
            }
            QuestionKind::YesNo => "yesno",
            QuestionKind::Statement => {
                if question.acknowledge {
                    take(&["acknowledge"]);
                    self.remark("field_type", "nobody acknowledges the text there");
                }
                "descriptive"
            }
            QuestionKind::Text => {
                if let Some(most) = question.max_length {
                    line.tags.push(tag("CHARLIMIT", &most.to_string()));
                }
                take(&["max_length"]);
                "notes"
            }
            QuestionKind::Integer | QuestionKind::Decimal => {
                line.validation = match question.decimals {
                    Some(decimals) => format!("number_{decimals}dp"),
                    None => "integer".to_owned(),
                };
                (line.min, line.max) = (number(&question.min), number(&question.max));
                take(&["min", "max", "decimals"]);
                "text"
            }
            QuestionKind::Rating => {
                self.slider(question, line);
                take(&["min", "max", "min_label", "max_label", "slider", "anchors"]);
                "slider"
            }
            QuestionKind::Date => {
                line.validation = "date_ymd".to_owned();
                self.dates(question, line);
                take(&["precision", "earliest", "latest", "reason", "background"]);
                "text"
            }
            QuestionKind::Ranking => "",
        };
    }

    /// The ends and the labels of a slider, which has three.
    fn slider(&mut self, question: &QuestionDefinition, line: &mut Line) {
        let number = |it: &Option<Number>| it.as_ref().and_then(Number::as_f64).unwrap_or_default();
        let (min, max) = (number(&question.min), number(&question.max));
        let label = |it: &Option<Text>| it.as_ref().map(|it| self.text(it)).unwrap_or_default();
        let mut labels = [
            label(&question.min_label),
            String::new(),
            label(&question.max_label),
        ];
        let mut lost = 0;
        for anchor in &question.anchors {
            #[allow(clippy::cast_precision_loss, reason = "a rating has small numbers")]
            let at = anchor.at as f64;
            let [left, middle, right] = &mut labels;
            let label = match at {
                _ if (at - min).abs() < 1e-9 => left,
                _ if (at - max).abs() < 1e-9 => right,
                _ if (at - f64::midpoint(min, max)).abs() < 1e-9 => middle,
                _ => {
                    lost += 1;
                    continue;
                }
            };
            match label.is_empty() {
                true => *label = self.text(&anchor.label),
                false => lost += 1,
            }
        }
        if lost > 0 {
            let what = format!("{lost} labels of points are not in it: a slider has three");
            self.remark("select_choices_or_calculations", what);
        }
        if !question.slider {
            let what = "the rating is a slider there";
            self.remark("field_type", what);
        }
        if labels.iter().any(|it| !it.is_empty()) {
            let labels = labels.map(|it| self.label_of(&it));
            line.choices = labels.join(" | ");
        }
        line.validation = "number".to_owned();
        (line.min, line.max) = (min.to_string(), max.to_string());
    }

    fn dates(&mut self, question: &QuestionDefinition, line: &mut Line) {
        let precision = question.precision.unwrap_or(DatePrecision::Month);
        if precision != DatePrecision::Day {
            let what = format!(
                "the whole date is asked there, and not the {} alone",
                precision.name()
            );
            self.remark("text_validation_type_or_show_slider_number", what);
        }
        for (column, bound, is_last) in [
            ("text_validation_min", &question.earliest, false),
            ("text_validation_max", &question.latest, true),
        ] {
            let Some(bound) = bound else { continue };
            let period = precision.read(bound);
            let day = period.and_then(|it| match is_last {
                true => last_day(it, precision),
                false => it.start(),
            });
            let cell = match (bound.as_str(), day) {
                ("today", _) => "today".to_owned(),
                (_, Some(day)) => day.to_string(),
                _ => {
                    self.remark(column, format!("the bound {bound:?} is not in it"));
                    continue;
                }
            };
            match is_last {
                true => line.max = cell,
                false => line.min = cell,
            }
        }
    }

    /// The options with the codes that they have there.
    fn choices(&mut self, options: &[OptionDefinition], names: &[String], line: &mut Line) {
        if options.is_empty() {
            return;
        }
        let renamed: Vec<String> = options
            .iter()
            .zip(names)
            .filter(|(option, name)| option.code != **name && option.code != format!("c_{name}"))
            .map(|(option, name)| format!("{} is {name}", option.code))
            .collect();
        if !renamed.is_empty() {
            let what = format!("codes are their numbers there: {}", renamed.join(", "));
            self.remark("select_choices_or_calculations", what);
        }
        let mut lost: BTreeSet<&str> = BTreeSet::new();
        for (option, name) in options.iter().zip(names) {
            if option.fixed {
                lost.insert("that an option keeps its place");
            }
            if !option.external.is_empty() {
                lost.insert("options in other terminologies");
            }
            if option.value.is_some_and(|it| it.to_string() != *name) {
                lost.insert("the numbers of the options");
            }
        }
        for what in lost {
            self.remark(
                "select_choices_or_calculations",
                format!("{what}: not in it"),
            );
        }
        let exclusive: Vec<&str> = options
            .iter()
            .zip(names)
            .filter(|(option, _)| option.exclusive)
            .map(|(_, name)| name.as_str())
            .collect();
        if !exclusive.is_empty() {
            line.tags.push(tag("NONEOFTHEABOVE", &exclusive.join(",")));
        }
        let mut choices = Vec::new();
        for (option, name) in options.iter().zip(names) {
            let label = self.text(&option.label);
            choices.push(format!("{name}, {}", self.label_of(&label)));
        }
        line.choices = choices.join(" | ");
    }

    /// A label without what parts one from the next.
    fn label_of(&mut self, label: &str) -> String {
        if label.contains(['|', '\n']) {
            let what =
                format!("the label {label:?} has a bar or a line break, which part labels there");
            self.remark("select_choices_or_calculations", what);
        }
        label.replace('|', "/").replace('\n', " ")
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

    fn scores(&mut self) {
        let form = self.form;
        for score in &form.scores {
            let name = format!("{SCORE}{}", score.key);
            let said = calculation(score, &self.ranges, &self.conditional);
            let calculation = match said {
                Ok(calculation) => calculation,
                Err(why) => {
                    let what = format!("the score {} is left out: {why}", score.key);
                    self.remark("select_choices_or_calculations", what);
                    continue;
                }
            };
            if !score.bands.is_empty() || !score.external.is_empty() {
                let what = format!("bands and terms of the score {} are not in it", score.key);
                self.remark("field_annotation", what);
            }
            let items = score.of.iter().cloned();
            let mut items = items.chain(score.of_scores.iter().map(|key| format!("{SCORE}{key}")));
            if items.any(|it| self.conditional.contains(&it)) {
                self.conditional.push(name.clone());
            }
            self.ranges.insert(name.clone(), (f64::NAN, f64::NAN));
            self.questions.insert(name.clone(), Asked::of_score(score));
            self.names.insert(name.clone());
            let label = self.text(&score.title);
            self.lines.push(Line {
                name,
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

/// The codes of options there: their numbers, where each has one of its own, since calculations take codes for numbers.
fn names(options: &[OptionDefinition]) -> Vec<String> {
    let values: BTreeSet<i32> = options.iter().filter_map(|it| it.value).collect();
    let name = |option: &OptionDefinition| match option.value {
        Some(value) if values.len() == options.len() => value.to_string(),
        _ => option.code.clone(),
    };
    options.iter().map(name).collect()
}

/// Yes and no as REDCap codes them.
pub(super) fn yes_no() -> Vec<(String, String, Option<i32>)> {
    let option = |name: &str, code: &str, value| (name.to_owned(), code.to_owned(), Some(value));
    vec![option("1", "yes", 1), option("0", "no", 0)]
}

/// The lowest and the highest number that the field of a question has there.
pub(super) fn range(question: &QuestionDefinition, asked: &Asked) -> Option<(f64, f64)> {
    let bound = |it: &Option<Number>| it.as_ref().and_then(Number::as_f64);
    match question.kind {
        QuestionKind::Rating | QuestionKind::Integer | QuestionKind::Decimal => {
            Some((bound(&question.min)?, bound(&question.max)?))
        }
        QuestionKind::SingleChoice | QuestionKind::YesNo => {
            let values = asked
                .options
                .iter()
                .map(|(name, _, value)| value.filter(|it| it.to_string() == *name).map(f64::from));
            let values: Vec<f64> = values.collect::<Option<_>>()?;
            let low = values.iter().copied().reduce(f64::min)?;
            Some((low, values.iter().copied().reduce(f64::max)?))
        }
        _ => None,
    }
}

/// The default as a code there.
fn default_of(
    default: &Value,
    kind: QuestionKind,
    options: &[OptionDefinition],
    names: &[String],
) -> Option<String> {
    let name = |code: &str| {
        let mut pairs = options.iter().zip(names);
        Some(pairs.find(|(option, _)| option.code == code)?.1.clone())
    };
    match (kind, default) {
        (QuestionKind::SingleChoice, Value::String(code)) => name(code),
        (QuestionKind::MultipleChoice, Value::Array(codes)) => {
            let codes: Option<Vec<String>> = codes.iter().map(|it| name(it.as_str()?)).collect();
            codes.map(|it| it.join(","))
        }
        (QuestionKind::YesNo, Value::Bool(flag)) => Some(i32::from(*flag).to_string()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// The last day of a month or a year.
fn last_day(
    period: crate::domain::form::Period,
    precision: DatePrecision,
) -> Option<chrono::NaiveDate> {
    let first = period.start()?;
    let months = match precision {
        DatePrecision::Day => return Some(first),
        DatePrecision::Month => 1,
        DatePrecision::Year => 12,
    };
    first
        .checked_add_months(chrono::Months::new(months))?
        .pred_opt()
}

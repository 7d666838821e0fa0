//! A form into a workbook.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::calculations::calculation;
use super::constraints::constraint;
use super::workbook::{Table, write as write_workbook};
use super::{
    NO_CALCULATION, NO_EDITION, OURS, WriteFault, acknowledged, end_labels, type_of, yes_no_words,
};
use crate::domain::form::{
    ConditionDefinition, Form, FormDefinition, OptionDefinition, QuestionDefinition, QuestionKind,
    SectionDefinition, Text, options_of,
};
use crate::formats::conditions::{Asked, Questions, expression, questions};
use crate::formats::imported::Remark;

/// A workbook, and what tools that read XLSForm do not find in it.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What stands only in columns of our own.
    pub remarks: Vec<Remark>,
}

/// Writes a form as an XLSForm. Reading it gives an equal form.
///
/// # Errors
///
/// When a text is longer than a cell can be.
pub fn write(form: &Form) -> Result<Written, WriteFault> {
    let definition = form.definition();
    let mut writer = Writer {
        form: definition,
        questions: questions_of(definition),
        survey: Vec::new(),
        choices: Vec::new(),
        remarks: Vec::new(),
    };
    for section in &definition.sections {
        writer.section(section)?;
    }
    writer.notices()?;
    writer.scores()?;
    writer.lists()?;
    let settings = writer.settings()?;
    let translated = |field: &str| {
        let tags = definition.languages.iter();
        tags.map(move |tag| column(field, tag)).collect::<Vec<_>>()
    };
    let plain = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    let survey = [
        plain(&["type", "name"]),
        translated("label"),
        translated("hint"),
        plain(&[
            "required",
            "relevant",
            "constraint",
            "parameters",
            "calculation",
        ]),
    ];
    let choices = [plain(&["list_name", "name"]), translated("label")];
    let table = |leading: Vec<String>, lines| Table { leading, lines };
    let bytes = write_workbook(&[
        ("survey", table(survey.concat(), writer.survey)),
        ("choices", table(choices.concat(), writer.choices)),
        (
            "settings",
            table(
                plain(&["form_title", "form_id", "default_language"]),
                vec![settings],
            ),
        ),
    ])?;
    Ok(Written {
        bytes,
        remarks: writer.remarks,
    })
}

type Line = BTreeMap<String, String>;

struct Writer<'a> {
    form: &'a FormDefinition,
    questions: Questions,
    survey: Vec<Line>,
    choices: Vec<Line>,
    remarks: Vec<Remark>,
}

impl Writer<'_> {
    fn section(&mut self, section: &SectionDefinition) -> Result<(), WriteFault> {
        let mut line = line(&[
            ("type", "begin_group"),
            ("name", &format!("section__{}", section.key)),
        ]);
        let mut rest = fields(section)?;
        for carried in ["title", "questions", "description"] {
            rest.remove(carried);
        }
        texts(&mut line, "label", &section.title);
        self.relevant(&mut line, section.show_when.as_ref());
        ours(&mut line, rest);
        self.survey.push(line);
        if let Some(description) = &section.description {
            let name = format!("description__{}", section.key);
            let mut line = self::line(&[("type", "note"), ("name", &name)]);
            texts(&mut line, "label", description);
            ours_one(&mut line, "element", "description");
            self.survey.push(line);
        }
        for question in &section.questions {
            self.question(question)?;
        }
        self.survey.push(self::line(&[("type", "end_group")]));
        Ok(())
    }

    fn question(&mut self, question: &QuestionDefinition) -> Result<(), WriteFault> {
        let list = match question.kind {
            QuestionKind::YesNo => Some(yes_no_list(self.form)),
            _ => question.scale.clone().or_else(|| {
                question.options.as_ref()?;
                // The list of a scale may have the name of the question.
                Some(match self.form.scales.contains_key(&question.key) {
                    true => format!("options__{}", question.key),
                    false => question.key.clone(),
                })
            }),
        };
        let kind = match question.acknowledge {
            true => "acknowledge",
            false => type_of(question.kind),
        };
        let type_cell = match &list {
            Some(list) => format!("{kind} {list}"),
            None => kind.to_owned(),
        };
        let mut line = line(&[("type", &type_cell), ("name", &question.key)]);
        texts(&mut line, "label", &question.text);
        for tag in &self.form.languages {
            let hint = question.hint.as_ref().and_then(|hint| hint.get(tag));
            let ends = end_labels(question, tag);
            let shown: Vec<&str> = [hint, ends.as_deref()].into_iter().flatten().collect();
            if !shown.is_empty() {
                line.insert(column("hint", tag), shown.join("\n"));
            }
        }
        if question.required {
            line.insert("required".to_owned(), "yes".to_owned());
        }
        self.relevant(&mut line, question.show_when.as_ref());
        if let Some(constraint) = constraint(question, options_of(self.form, question)) {
            line.insert("constraint".to_owned(), constraint);
        }
        if let Some(parameters) = parameters(question) {
            line.insert("parameters".to_owned(), parameters);
        }
        let mut rest = fields(question)?;
        for carried in ["key", "text", "hint", "required", "options"] {
            rest.remove(carried);
        }
        ours(&mut line, rest);
        self.survey.push(line);
        if let (Some(list), Some(options)) = (list, &question.options) {
            self.options(&list, options, false)?;
        }
        Ok(())
    }

    fn options(
        &mut self,
        list: &str,
        options: &[OptionDefinition],
        scale: bool,
    ) -> Result<(), WriteFault> {
        for option in options {
            let mut line = line(&[("list_name", list), ("name", &option.code)]);
            texts(&mut line, "label", &option.label);
            let mut rest = fields(option)?;
            rest.remove("code");
            rest.remove("label");
            ours(&mut line, rest);
            if scale {
                ours_one(&mut line, "element", "scale");
            }
            self.choices.push(line);
        }
        Ok(())
    }

    /// The scales, and the list of yes and no.
    fn lists(&mut self) -> Result<(), WriteFault> {
        let form = self.form;
        for (name, options) in &form.scales {
            self.options(name, options, true)?;
        }
        let kinds = form.questions().map(|(_, question)| question.kind);
        if kinds.into_iter().any(|kind| kind == QuestionKind::YesNo) {
            let list = yes_no_list(form);
            for (place, code) in ["yes", "no"].into_iter().enumerate() {
                let mut line = line(&[("list_name", &list), ("name", code)]);
                for tag in &form.languages {
                    let (yes, no) = yes_no_words(tag);
                    let word = if place == 0 { yes } else { no };
                    line.insert(column("label", tag), word.to_owned());
                }
                ours_one(&mut line, "element", "yes_no");
                self.choices.push(line);
            }
        }
        Ok(())
    }

    fn notices(&mut self) -> Result<(), WriteFault> {
        let form = self.form;
        for notice in &form.notices {
            let name = format!("notice__{}", notice.key);
            let mut line = line(&[("type", "note"), ("name", &name)]);
            texts(&mut line, "label", &notice.text);
            self.relevant(&mut line, Some(&notice.show_when));
            let mut rest = fields(notice)?;
            rest.remove("text");
            ours(&mut line, rest);
            ours_one(&mut line, "element", "notice");
            self.survey.push(line);
        }
        Ok(())
    }

    fn scores(&mut self) -> Result<(), WriteFault> {
        let form = self.form;
        for score in &form.scores {
            let name = format!("score__{}", score.key);
            let mut line = line(&[("type", "calculate"), ("name", &name)]);
            let said = calculation(form, score, &self.questions);
            if said.is_none() {
                self.remark(
                    "calculation",
                    format!("the score {} is not computed by other tools", score.key),
                );
            }
            let said = said.unwrap_or_else(|| NO_CALCULATION.to_owned());
            line.insert("calculation".to_owned(), said);
            ours(&mut line, fields(score)?);
            ours_one(&mut line, "element", "score");
            self.survey.push(line);
        }
        Ok(())
    }

    fn relevant(&mut self, line: &mut Line, condition: Option<&ConditionDefinition>) {
        let Some(condition) = condition else { return };
        match expression(condition, &self.questions) {
            Some(expr) => {
                line.insert("relevant".to_owned(), expr.to_string());
            }
            None => self.remark(
                "relevant",
                "other tools show it always: XPath cannot say its condition".to_owned(),
            ),
        }
    }

    /// Something about the line that is written next.
    fn remark(&mut self, column: &str, what: String) {
        self.remarks.push(Remark {
            sheet: "survey",
            row: u32::try_from(self.survey.len() + 2).unwrap_or(u32::MAX),
            column: column.to_owned(),
            what,
        });
    }

    fn settings(&mut self) -> Result<Line, WriteFault> {
        let form = self.form;
        let first = form.languages.first().map_or("", String::as_str);
        let mut line = line(&[
            ("form_title", form.title.get(first).unwrap_or_default()),
            ("form_id", &form.key),
            ("default_language", &language(first)),
        ]);
        for (field, there) in [
            ("constraints", !form.constraints.is_empty()),
            ("parameters", !form.parameters.is_empty()),
            ("advice", !form.advice.is_empty()),
        ] {
            if there {
                self.remarks.push(Remark {
                    sheet: "settings",
                    row: 2,
                    column: format!("{OURS}{field}"),
                    what: format!("other tools know nothing of the {field} of the form"),
                });
            }
        }
        let mut rest = fields(form)?;
        for carried in ["key", "scales", "sections", "scores", "notices"] {
            rest.remove(carried);
        }
        ours(&mut line, rest);
        if form.edition.is_none() {
            ours_one(&mut line, "edition", NO_EDITION);
        }
        Ok(line)
    }
}

/// What conditions need to know: the questions, and the scores that other tools reckon.
pub(super) fn questions_of(form: &FormDefinition) -> Questions {
    let mut known = questions(form);
    let statements = known
        .values_mut()
        .filter(|it| it.kind == QuestionKind::Statement);
    statements.for_each(|it| it.options = vec![acknowledged()]);
    let said: Vec<_> = form
        .scores
        .iter()
        .filter(|score| calculation(form, score, &known).is_some())
        .map(|score| (format!("score__{}", score.key), Asked::of_score(score)))
        .collect();
    known.extend(said);
    known
}

/// The header of a translated column.
pub(super) fn column(field: &str, tag: &str) -> String {
    format!("{field}::{}", language(tag))
}

/// XLSForm writes a language as its name and its tag.
fn language(tag: &str) -> String {
    format!("{tag} ({tag})")
}

/// The name of the list of yes and no.
fn yes_no_list(form: &FormDefinition) -> String {
    let taken = form.scales.contains_key("yes_no")
        || form
            .questions()
            .any(|(_, question)| question.key == "yes_no");
    if taken { "answers__yes_no" } else { "yes_no" }.to_owned()
}

/// The bounds of a rating.
pub(super) fn parameters(question: &QuestionDefinition) -> Option<String> {
    let (min, max) = (question.min.as_ref()?, question.max.as_ref()?);
    let step = question
        .step
        .as_ref()
        .map_or("1".to_owned(), ToString::to_string);
    (question.kind == QuestionKind::Rating).then(|| format!("start={min} end={max} step={step}"))
}

fn line(cells: &[(&str, &str)]) -> Line {
    let cell = |(name, cell): &(&str, &str)| ((*name).to_owned(), (*cell).to_owned());
    cells.iter().map(cell).collect()
}

fn texts(line: &mut Line, field: &str, text: &Text) {
    for (tag, words) in &text.0 {
        line.insert(column(field, tag), words.clone());
    }
}

fn fields(part: &impl Serialize) -> Result<Map<String, Value>, WriteFault> {
    match serde_json::to_value(part) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(WriteFault::Definition),
    }
}

/// Puts each field into a column of our own. So a field that XLSForm has no column for is never lost, whatever it is.
fn ours(line: &mut Line, fields: Map<String, Value>) {
    for (name, value) in fields {
        let cell = match value {
            Value::Null => continue,
            Value::String(text)
                if serde_json::from_str::<Value>(&text).is_err() && !text.is_empty() =>
            {
                text
            }
            other => other.to_string(),
        };
        line.insert(format!("{OURS}{name}"), cell);
    }
}

fn ours_one(line: &mut Line, name: &str, value: &str) {
    line.insert(format!("{OURS}{name}"), value.to_owned());
}

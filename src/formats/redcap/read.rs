//! A dictionary into a definition: the whole of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::columns::{Cells, DictionaryFault, header, rows};
use super::scores::{Ranges, Read, score};
use super::write::title;
use super::{SCORE, SHEET, logic};
use crate::domain::form::{
    ConditionDefinition, FormDefinition, OptionDefinition, QuestionDefinition, ScoreDefinition,
    is_language_tag,
};
use crate::domain::pointer::Pointer;
use crate::formats::conditions::{Asked, Questions, condition};
use crate::formats::imported::{self, Imported, Remark};
use crate::formats::names::{form_key, key};

/// The language of texts of which it is not known.
const UNDETERMINED: &str = "und";

/// A section that is being read.
#[derive(Debug)]
pub(super) struct Section {
    key: String,
    title: String,
    description: Option<String>,
    row: u32,
    questions: Vec<(u32, QuestionDefinition, String)>,
}

/// The state of reading.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub language: String,
    notes: Vec<Remark>,
    left_out: Vec<Remark>,
    /// Fields by their name.
    pub questions: Questions,
    pub ranges: Ranges,
    /// The names of all rows.
    names: BTreeSet<String>,
    /// The names that routing can hide.
    conditional: BTreeSet<String>,
    pub keys: BTreeSet<String>,
    section_keys: BTreeSet<String>,
    sections: Vec<Section>,
    /// The name and the row of each calculation, with its label.
    calculations: Vec<(u32, String, String, String)>,
}

/// Reads a dictionary. Its texts are in one language, which no dictionary names.
///
/// # Errors
///
/// When it is none, too large, or the language is no tag.
pub fn read(bytes: &[u8], language: Option<&str>) -> Result<Imported, DictionaryFault> {
    let rows = rows(bytes)?;
    let mut reading = Reading {
        language: language.unwrap_or(UNDETERMINED).to_owned(),
        ..Reading::default()
    };
    if !is_language_tag(&reading.language) {
        let what = format!("{:?} is no tag of a language", reading.language);
        return Err(DictionaryFault::NotADictionary(what));
    }
    if language.is_none() {
        let what = "a dictionary names no language, so it is \"und\"; say which one it is";
        reading.note(1, "field_label", what);
    }
    let names = rows.iter().map(|it| it.get("field_name").to_owned());
    reading.names = names.collect();
    let name = rows.first().map_or("", |it| it.get("form_name")).to_owned();
    let mut instrument = None;
    for (place, cells) in rows.iter().enumerate() {
        if place == 0 && is_record_id(cells) {
            let what = "the first field names the record, which no response does";
            reading.note(cells.row, "field_name", what);
            continue;
        }
        let own = cells.get("form_name");
        if instrument.is_some_and(|it| it != own) {
            let what = format!("the instrument {own:?} becomes part of the same form");
            reading.note(cells.row, "form_name", what);
        }
        let is_new = instrument != Some(own);
        instrument = Some(own);
        reading.piped(cells);
        reading.row(cells, is_new);
    }
    reading.finish(&name)
}

/// Whether it is the field that names the record, which comes first in every project.
fn is_record_id(cells: &Cells) -> bool {
    let name = cells.get("field_name");
    let plain = [
        "text_validation_type_or_show_slider_number",
        "branching_logic",
        "required_field",
    ];
    cells.get("field_type") == "text"
        && (name == "id" || name.ends_with("_id"))
        && plain.iter().all(|it| cells.get(it).is_empty())
}

impl Reading {
    /// Says that something was read otherwise than it stands.
    pub fn note(&mut self, row: u32, column: &str, what: impl Into<String>) {
        push(&mut self.notes, row, column, what.into());
    }

    /// Says that something is left out.
    pub fn lost(&mut self, row: u32, column: &str, what: impl Into<String>) {
        push(&mut self.left_out, row, column, what.into());
    }

    /// A text in the one language.
    pub fn text(&self, words: &str) -> Value {
        json!({ self.language.clone(): words })
    }

    fn row(&mut self, cells: &Cells, is_new_instrument: bool) {
        let header = cells.get("section_header");
        if !header.is_empty() || (is_new_instrument && !self.sections.is_empty()) {
            self.section(cells.row, header, cells.get("form_name"));
        }
        if cells.get("field_type") == "calc" {
            self.others(cells, &["select_choices_or_calculations"]);
            let label = match cells.get("field_label") {
                "" => cells.get("field_name"),
                label => label,
            };
            let name = cells.get("field_name");
            let cell = cells.get("select_choices_or_calculations");
            self.calculations.push((
                cells.row,
                name.to_owned(),
                label.to_owned(),
                cell.to_owned(),
            ));
            return;
        }
        let Some(question) = self.question(cells) else {
            return;
        };
        if self.sections.is_empty() {
            self.section(cells.row, "", cells.get("form_name"));
        }
        let branching = cells.get("branching_logic").to_owned();
        if !branching.is_empty() {
            self.conditional.insert(cells.get("field_name").to_owned());
        }
        if let Some(section) = self.sections.last_mut() {
            section.questions.push((cells.row, question, branching));
        }
    }

    /// Says which texts hold something that REDCap puts other words for.
    fn piped(&mut self, cells: &Cells) {
        let mut texts = vec!["section_header", "field_label", "field_note"];
        if cells.get("field_type") != "calc" {
            texts.push("select_choices_or_calculations");
        }
        for column in texts {
            let cell = cells.get(column);
            let parts = cell.split('[').skip(1);
            let inner = parts.filter_map(|it| it.split_once(']').map(|(inner, _)| inner));
            for inner in inner {
                if !self.is_piped(inner) {
                    continue;
                }
                let what = format!(
                    "[{inner}] is not replaced: whoever answers sees it in the text as it stands"
                );
                self.lost(cells.row, column, what);
            }
        }
    }

    /// Whether REDCap puts other words for it: a field, with a code or format, or one of its own names, such as
    /// `record-name`.
    fn is_piped(&self, inner: &str) -> bool {
        let name = inner.split(['(', ':']).next().unwrap_or(inner).trim();
        let is_own = name.contains('-')
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        is_own || (!name.is_empty() && self.names.contains(name))
    }

    /// Says of every cell that holds something, and is not one of `known`, that it is not carried.
    pub fn others(&mut self, cells: &Cells, known: &[&str]) {
        let always = [
            "field_name",
            "form_name",
            "section_header",
            "field_type",
            "field_label",
        ];
        let names = cells.by_name.keys();
        let others = names.filter(|it| !always.contains(&it.as_str()));
        for name in others.filter(|it| !known.contains(&it.as_str())) {
            self.lost(cells.row, name, "this cell is not carried");
        }
    }

    fn section(&mut self, row: u32, header: &str, instrument: &str) {
        let (title, description) = match header.split_once('\n') {
            Some((title, description)) => (title.trim(), Some(description.trim().to_owned())),
            None => (header, None),
        };
        let title = match title {
            "" => {
                let what = "there is no header, so the name of the instrument stands for it";
                self.note(row, "section_header", what);
                self::title(instrument)
            }
            title => title.to_owned(),
        };
        self.sections.push(Section {
            key: key(&title, "section", &mut self.section_keys),
            title,
            description: description.filter(|it| !it.is_empty()),
            row,
            questions: Vec::new(),
        });
    }

    /// The condition that branching logic says.
    fn branching(&mut self, row: u32, cell: &str) -> Option<ConditionDefinition> {
        if cell.is_empty() {
            return None;
        }
        let read = logic::read(cell, &self.questions);
        match read.and_then(|expr| condition(&expr, &self.questions)) {
            Ok(condition) => Some(condition),
            Err(why) => {
                self.lost(row, "branching_logic", format!("{cell}: {why}"));
                None
            }
        }
    }

    /// The scores, each with its row.
    fn scores(&mut self) -> Vec<(u32, Value)> {
        let (mut scores, mut keys) = (Vec::new(), BTreeSet::new());
        for (row, name, label, cell) in std::mem::take(&mut self.calculations) {
            let Read {
                mut fields,
                note,
                conditional,
            } = match score(&cell, &self.ranges, &self.conditional) {
                Ok(read) => read,
                Err(why) => {
                    let what = format!("{cell}: {why}");
                    self.lost(row, "select_choices_or_calculations", what);
                    continue;
                }
            };
            if let Some(note) = note {
                self.note(row, "select_choices_or_calculations", note);
            }
            if conditional {
                self.conditional.insert(name.clone());
            }
            let own = name.strip_prefix(SCORE).unwrap_or(&name);
            let key = key(own, "s", &mut keys);
            if format!("{SCORE}{key}") != name {
                let what = format!("the calculation {name:?} becomes the score {key:?}");
                self.note(row, "field_name", what);
            }
            fields.insert("key".to_owned(), json!(key));
            fields.insert("title".to_owned(), self.text(&label));
            let fields = Value::Object(fields);
            if let Ok(score) = serde_json::from_value::<ScoreDefinition>(fields.clone()) {
                self.ranges.insert(name.clone(), (f64::NAN, f64::NAN));
                self.questions.insert(name, Asked::of_score(&score));
            }
            scores.push((row, fields));
        }
        scores
    }

    /// The options that the questions of a table share. A table has one list of them.
    fn scales(&mut self) -> BTreeMap<String, Vec<OptionDefinition>> {
        let mut scales: BTreeMap<String, Vec<OptionDefinition>> = BTreeMap::new();
        let questions = self.sections.iter_mut().flat_map(|it| &mut it.questions);
        for (_, question, _) in questions {
            let (Some(table), Some(options)) = (&question.matrix, &question.options) else {
                continue;
            };
            let shared = scales
                .entry(table.clone())
                .or_insert_with(|| options.clone());
            if shared == options {
                question.scale = Some(table.clone());
                question.options = None;
            }
        }
        scales
    }

    fn finish(mut self, form_name: &str) -> Result<Imported, DictionaryFault> {
        let mut places = BTreeMap::new();
        let root = Pointer::root();
        places.insert(root.clone(), (SHEET, 1));
        let mut scores = Vec::new();
        for (row, fields) in self.scores() {
            places.insert(root.child("scores").child(scores.len()), (SHEET, row));
            scores.push(fields);
        }
        let scales = self.scales();
        let mut sections = Vec::new();
        for section in std::mem::take(&mut self.sections) {
            if section.questions.is_empty() {
                let what = "the section has no question that was read, so it is left out";
                self.lost(section.row, "section_header", what);
                continue;
            }
            let place = root.child("sections").child(sections.len());
            places.insert(place.clone(), (SHEET, section.row));
            let mut questions = Vec::new();
            for (row, mut question, branching) in section.questions {
                let place = place.child("questions").child(questions.len());
                places.insert(place, (SHEET, row));
                question.show_when = self.branching(row, &branching);
                questions.push(json!(question));
            }
            let mut fields = Map::new();
            fields.insert("key".to_owned(), json!(section.key));
            fields.insert("title".to_owned(), self.text(&section.title));
            if let Some(description) = section.description {
                fields.insert("description".to_owned(), self.text(&description));
            }
            fields.insert("questions".to_owned(), json!(questions));
            sections.push(Value::Object(fields));
        }
        let form_name = if form_name.is_empty() {
            "imported"
        } else {
            form_name
        };
        let definition = json!({
            "key": form_key(form_name),
            "languages": [self.language.clone()],
            "title": self.text(&title(form_name)),
            "scales": scales,
            "sections": sections,
            "scores": scores,
        });
        let definition: FormDefinition = serde_json::from_value(definition)
            .map_err(|error| DictionaryFault::NotADictionary(error.to_string()))?;
        self.left_out.sort_by_key(|it| it.row);
        self.notes.sort_by_key(|it| it.row);
        Ok(Imported {
            definition: definition.as_written_today(),
            notes: self.notes,
            left_out: self.left_out,
            places,
        })
    }
}

fn push(list: &mut Vec<Remark>, row: u32, column: &str, what: String) {
    let remark = |what| Remark {
        sheet: SHEET,
        row,
        column: header(column).to_owned(),
        what,
    };
    imported::push(list, remark(what), |more| remark(more.to_owned()));
}

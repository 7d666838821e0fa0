//! A workbook into a definition: the whole of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Remark;
use super::calculations::calculation;
use super::choices::lists;
use super::names::{Column, form_key, tag_of};
use super::survey::survey;
use super::workbook::{self, Sheet, WorkbookFault};
use super::write::{NO_CALCULATION, NO_EDITION, questions};
use crate::domain::form::{FormDefinition, Text};
use crate::domain::pointer::{Pointer, find_nul};

/// The most remarks of each sort.
const MAX_REMARKS: usize = 1_000;
/// The language of a text that names none.
const UNDETERMINED: &str = "und";

/// What was read of a workbook.
#[derive(Debug)]
pub struct Imported {
    /// The form. It is not checked yet.
    pub definition: FormDefinition,
    /// What was read otherwise than it stands.
    pub notes: Vec<Remark>,
    /// What is not in the definition.
    pub left_out: Vec<Remark>,
    places: BTreeMap<Pointer, (&'static str, u32)>,
}

impl Imported {
    /// The sheet and row of the part of the definition at `pointer`, or of the nearest part around it.
    pub fn place(&self, pointer: &Pointer) -> Option<(&'static str, u32)> {
        let mut pointer = pointer.clone();
        loop {
            if let Some(place) = self.places.get(&pointer) {
                return Some(*place);
            }
            if pointer == Pointer::root() {
                return None;
            }
            pointer = pointer.parent();
        }
    }
}

/// Reads a workbook.
///
/// # Errors
///
/// When it is no workbook, too large, or has no sheet `survey`.
pub fn read(bytes: &[u8]) -> Result<Imported, WorkbookFault> {
    let mut sheets = workbook::read(bytes, &["survey", "choices", "settings"])?;
    let survey_sheet = sheets.remove("survey").ok_or_else(|| {
        WorkbookFault::NotAWorkbook("it has no sheet \"survey\", so it is no XLSForm".to_owned())
    })?;
    let choices_sheet = sheets.remove("choices").unwrap_or_default();
    let settings_sheet = sheets.remove("settings").unwrap_or_default();
    let mut reading = Reading::default();
    let settings = reading.cells("settings", settings_sheet);
    let settings = settings.into_iter().next().unwrap_or_default();
    reading.languages(&settings, [&survey_sheet, &choices_sheet]);
    let choices = reading.cells("choices", choices_sheet);
    let survey_rows = reading.cells("survey", survey_sheet);
    let lists = lists(&choices, &mut reading);
    let parts = survey(&survey_rows, &lists, &mut reading);
    let mut form = reading.settings(&settings);
    form.extend(parts);
    let form = Value::Object(form);
    if find_nul(&form).is_some() {
        let fault = "a cell holds U+0000, which no text here may hold".to_owned();
        return Err(WorkbookFault::NotAWorkbook(fault));
    }
    let definition: FormDefinition = match serde_json::from_value(form) {
        Ok(definition) => definition,
        Err(error) => {
            let fault = format!("its columns aftercare_ cannot be read: {error}");
            return Err(WorkbookFault::NotAWorkbook(fault));
        }
    };
    reading.compare_calculations(&definition);
    let stored =
        matches!(settings.ours.get("edition"), Some(Value::String(it)) if it == NO_EDITION);
    Ok(Imported {
        definition: match stored {
            true => definition,
            false => definition.as_written_today(),
        },
        left_out: reading.losses(),
        notes: reading.notes,
        places: reading.places,
    })
}

/// A row with its cells by what they hold.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub row: u32,
    plain: BTreeMap<String, String>,
    texts: BTreeMap<&'static str, Text>,
    /// The fields of our own.
    pub ours: Map<String, Value>,
    /// Headers of other cells that hold something.
    others: Vec<String>,
}

impl Cells {
    /// The cell of a field of XLSForm without the spaces around it.
    pub fn word(&self, field: &str) -> &str {
        self.plain.get(field).map_or("", |cell| cell.trim())
    }

    /// The text of a field, if it has one in any language.
    pub fn text(&self, field: &str) -> Option<&Text> {
        self.texts.get(field).filter(|text| !text.0.is_empty())
    }
}

/// The state of reading.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The languages; the first is the default.
    pub languages: Vec<String>,
    /// What was read otherwise than it stands.
    notes: Vec<Remark>,
    left_out: Vec<Remark>,
    /// Columns that are not carried: their first row, and how many cells they have.
    columns: BTreeMap<(&'static str, String), (u32, usize)>,
    /// The calculation of each score, and its row.
    pub calculations: Vec<(u32, String)>,
    /// Where each part of the definition stands.
    pub places: BTreeMap<Pointer, (&'static str, u32)>,
}

impl Reading {
    /// Says that something was read otherwise than it stands.
    pub fn note(&mut self, sheet: &'static str, row: u32, column: &str, what: impl Into<String>) {
        push(&mut self.notes, sheet, row, column, what.into());
    }

    /// Says that something is left out.
    pub fn lost(&mut self, sheet: &'static str, row: u32, column: &str, what: impl Into<String>) {
        push(&mut self.left_out, sheet, row, column, what.into());
    }

    /// Says of every cell that holds something, and is not one of `known`, that its column is not carried.
    pub fn others(&mut self, sheet: &'static str, cells: &Cells, known: &[&str]) {
        let plain = cells
            .plain
            .keys()
            .filter(|name| !known.contains(&name.as_str()));
        for name in plain.chain(&cells.others) {
            let first = (cells.row, 0);
            let entry = self.columns.entry((sheet, name.clone())).or_insert(first);
            entry.1 += 1;
        }
    }

    /// The text of a row in every language. Where there is none, its name stands for it.
    pub fn text(&mut self, sheet: &'static str, cells: &Cells, field: &str, name: &str) -> Text {
        if let Some(text) = cells.text(field) {
            return text.clone();
        }
        let what = format!("there is no {field}, so the name {name:?} stands for it");
        self.note(sheet, cells.row, field, what);
        self.in_all(name)
    }

    /// The same words in every language.
    pub fn in_all(&self, words: &str) -> Text {
        let tags = self.languages.iter();
        Text(tags.map(|tag| (tag.clone(), words.to_owned())).collect())
    }

    fn losses(&mut self) -> Vec<Remark> {
        for ((sheet, column), (row, count)) in std::mem::take(&mut self.columns) {
            let what = match count {
                1 => "this column is not carried".to_owned(),
                _ => format!("this column is not carried; it has {count} cells"),
            };
            self.lost(sheet, row, &column, what);
        }
        self.left_out
            .sort_by_key(|it| (std::cmp::Reverse(it.sheet), it.row));
        std::mem::take(&mut self.left_out)
    }

    /// Says which calculations were changed in the sheet: a score goes by the columns of our own.
    fn compare_calculations(&mut self, definition: &FormDefinition) {
        let questions = questions(definition);
        let read = std::mem::take(&mut self.calculations);
        for ((row, cell), score) in read.into_iter().zip(&definition.scores) {
            let written = calculation(definition, score, &questions);
            if cell != written.as_deref().unwrap_or(NO_CALCULATION) {
                let what = "the calculation is not that of the score, which goes by the columns aftercare_ alone";
                self.note("survey", row, "calculation", what);
            }
        }
    }

    /// The languages that the headers name, in their order, after the default.
    fn languages(&mut self, settings: &Cells, sheets: [&Sheet; 2]) {
        let stated = settings.word("default_language");
        let default = tag_of(stated);
        if default.is_none() && !stated.is_empty() && stated != "default" {
            let what = format!(
                "the language {stated:?} is not known; write it with its tag, as in \"English (en)\""
            );
            self.note("settings", settings.row, "default_language", what);
        }
        let mut bare = None;
        let mut tags = Vec::new();
        let names = ["survey", "choices"].into_iter().zip(sheets);
        for (name, header) in
            names.flat_map(|(name, sheet)| sheet.columns.iter().map(move |it| (name, it)))
        {
            match Column::of(header) {
                Column::Text(_, None) => bare = bare.or(Some((name, header))),
                Column::Text(_, Some(tag)) if !tags.contains(&tag) => tags.push(tag),
                _ => {}
            }
        }
        let default = match (default, bare) {
            (Some(tag), _) => Some(tag),
            (None, Some((sheet, header))) => {
                let what = "no language is named, so it is \"und\"; name one as default_language in the sheet settings";
                self.note(sheet, 1, header, what);
                Some(UNDETERMINED.to_owned())
            }
            (None, None) => None,
        };
        let named = tags.into_iter().filter(|tag| Some(tag) != default.as_ref());
        self.languages = default.iter().cloned().chain(named).collect();
        if self.languages.is_empty() {
            self.languages.push(UNDETERMINED.to_owned());
        }
        if let Some(Value::Array(ours)) = settings.ours.get("languages") {
            let ours: Vec<String> = ours
                .iter()
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect();
            let added = self
                .languages
                .iter()
                .filter(|tag| !ours.contains(tag))
                .cloned();
            let added: Vec<_> = added.collect();
            self.languages = ours.into_iter().chain(added).collect();
        }
    }

    /// The rows of a sheet with their cells sorted by what they hold.
    fn cells(&mut self, name: &'static str, sheet: Sheet) -> Vec<Cells> {
        let columns: BTreeMap<&String, Column> = sheet
            .columns
            .iter()
            .map(|it| (it, Column::of(it)))
            .collect();
        let default = self.languages.first().cloned().unwrap_or_default();
        let mut rows = Vec::new();
        for row in &sheet.rows {
            let mut cells = Cells {
                row: row.number,
                ..Cells::default()
            };
            for (header, cell) in &row.cells {
                match columns.get(header) {
                    Some(Column::Plain(field)) if !cell.trim().is_empty() => {
                        if cells.plain.insert(field.clone(), cell.clone()).is_some() {
                            let what = "two columns hold the same; one of them is left out";
                            self.lost(name, row.number, header, what);
                        }
                    }
                    Some(Column::Text(field, tag)) if !cell.trim().is_empty() => {
                        let text = cells.texts.entry(field).or_default();
                        let tag = tag.clone().unwrap_or_else(|| default.clone());
                        if text.0.insert(tag, cell.clone()).is_some() {
                            let what =
                                "the text stands twice in this language; one of them is left out";
                            self.lost(name, row.number, header, what);
                        }
                    }
                    Some(Column::Ours(field)) => {
                        let value = serde_json::from_str(cell);
                        let value = value.unwrap_or_else(|_| Value::from(cell.clone()));
                        cells.ours.insert(field.clone(), value);
                    }
                    Some(Column::Other) | None if !cell.trim().is_empty() => {
                        cells.others.push(header.clone());
                    }
                    _ => {}
                }
            }
            rows.push(cells);
        }
        rows
    }

    /// The fields of the form itself.
    fn settings(&mut self, settings: &Cells) -> Map<String, Value> {
        let known = [
            "form_title",
            "form_id",
            "default_language",
            "version",
            "style",
        ];
        self.others("settings", settings, &known);
        for (column, why) in [
            ("version", "versions are numbered when they are published"),
            ("style", "the style is the client's"),
        ] {
            if !settings.word(column).is_empty() {
                self.note("settings", settings.row, column, why);
            }
        }
        let mut form = settings.ours.clone();
        if form.get("edition").is_some_and(Value::is_string) {
            form.remove("edition");
        }
        let (title, id) = (settings.word("form_title"), settings.word("form_id"));
        let name = if id.is_empty() { title } else { id };
        let key = form_key(if name.is_empty() { "imported" } else { name });
        if key != id {
            self.note(
                "settings",
                settings.row,
                "form_id",
                format!("the key of the form is {key:?}"),
            );
        }
        let title = if title.is_empty() { &key } else { title };
        let titles = match form
            .get("title")
            .map(|it| serde_json::from_value::<Text>(it.clone()))
        {
            Some(Ok(mut ours)) => {
                // The title in the sheet is that of the default language.
                if let Some(first) = self.languages.first() {
                    let kept = ours.get(first).is_some_and(|it| it.trim() == title);
                    if !kept {
                        ours.0.insert(first.clone(), title.to_owned());
                    }
                }
                ours
            }
            _ => {
                if self.languages.len() > 1 {
                    self.note(
                        "settings",
                        settings.row,
                        "form_title",
                        "the title is the same in every language",
                    );
                }
                self.in_all(title)
            }
        };
        form.insert("title".to_owned(), serde_json::json!(titles));
        form.insert("key".to_owned(), key.into());
        form.insert("languages".to_owned(), serde_json::json!(self.languages));
        self.places
            .insert(Pointer::root(), ("settings", settings.row));
        form
    }
}

fn push(list: &mut Vec<Remark>, sheet: &'static str, row: u32, column: &str, what: String) {
    if list.len() < MAX_REMARKS {
        list.push(Remark {
            sheet,
            row: row.max(1),
            column: column.to_owned(),
            what,
        });
    }
}

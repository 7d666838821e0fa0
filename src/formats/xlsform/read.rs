//! A workbook into a definition: the whole of it.

use serde_json::{Map, Value};

use super::calculations::calculation;
use super::choices::lists;
use super::names::{Column, tag_of};
use super::reading::{Cells, Reading};
use super::survey::survey;
use super::workbook::{self, Sheet, WorkbookFault};
use super::write::questions_of;
use super::{NO_CALCULATION, NO_EDITION};
use crate::domain::form::{FormDefinition, Text};
use crate::domain::pointer::{Pointer, find_nul};
use crate::formats::imported::Imported;
use crate::formats::names::form_key;

/// The language of a text that names none.
const UNDETERMINED: &str = "und";

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

impl Reading {
    /// Says which calculations were changed in the sheet: a score goes by the columns of our own.
    fn compare_calculations(&mut self, definition: &FormDefinition) {
        let questions = questions_of(definition);
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

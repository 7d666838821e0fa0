//! The state of reading a workbook: its rows, and what is to be said of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::names::Column;
use super::workbook::Sheet;
use crate::domain::form::Text;
use crate::domain::pointer::Pointer;
use crate::formats::imported::{self, Remark};

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

    /// Whether the column `disabled` says that the row is not asked; none where it says neither yes nor no.
    pub fn is_disabled(&self) -> Option<bool> {
        match self.word("disabled").to_lowercase().as_str() {
            "yes" | "true" | "true()" => Some(true),
            "" | "no" | "false" | "false()" => Some(false),
            _ => None,
        }
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
    pub notes: Vec<Remark>,
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
            .filter(|name| !known.contains(&name.as_str()))
            .filter(|name| *name != "disabled" || cells.is_disabled().is_none());
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

    /// What is left out, by row.
    pub fn losses(&mut self) -> Vec<Remark> {
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

    /// The rows of a sheet with their cells sorted by what they hold.
    pub fn cells(&mut self, name: &'static str, sheet: Sheet) -> Vec<Cells> {
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
                        let before = cells.plain.insert(field.clone(), cell.clone());
                        if before.is_some() {
                            let what = "two columns hold the same; one of them is left out";
                            self.lost(name, row.number, header, what);
                        }
                    }
                    Some(Column::Text(field, tag)) if !cell.trim().is_empty() => {
                        for inner in piped(cell) {
                            let what = format!(
                                "${{{inner}}} is not replaced: whoever answers sees it in the text as it stands"
                            );
                            self.lost(name, row.number, header, what);
                        }
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
}

/// What a text holds as `${name}`, for which other tools put an answer.
fn piped(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${").skip(1);
    let inner = parts.filter_map(|it| it.split_once('}').map(|(inner, _)| inner));
    inner.filter(|it| !it.trim().is_empty())
}

fn push(list: &mut Vec<Remark>, sheet: &'static str, row: u32, column: &str, what: String) {
    let remark = |what| Remark {
        sheet,
        row: row.max(1),
        column: column.to_owned(),
        what,
    };
    imported::push(list, remark(what), |more| remark(more.to_owned()));
}

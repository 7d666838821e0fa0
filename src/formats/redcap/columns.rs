//! The columns of a dictionary, and a dictionary as rows of cells.

use std::collections::BTreeMap;

/// The most bytes of a dictionary.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// The most rows of a dictionary.
const MAX_ROWS: usize = 20_000;

/// The columns in their order: the name by which the API of REDCap knows them, and the header that its files have.
pub(super) const COLUMNS: [(&str, &str); 18] = [
    ("field_name", "Variable / Field Name"),
    ("form_name", "Form Name"),
    ("section_header", "Section Header"),
    ("field_type", "Field Type"),
    ("field_label", "Field Label"),
    (
        "select_choices_or_calculations",
        "Choices, Calculations, OR Slider Labels",
    ),
    ("field_note", "Field Note"),
    (
        "text_validation_type_or_show_slider_number",
        "Text Validation Type OR Show Slider Number",
    ),
    ("text_validation_min", "Text Validation Min"),
    ("text_validation_max", "Text Validation Max"),
    ("identifier", "Identifier?"),
    ("branching_logic", "Branching Logic (Show field only if...)"),
    ("required_field", "Required Field?"),
    ("custom_alignment", "Custom Alignment"),
    ("question_number", "Question Number (surveys only)"),
    ("matrix_group_name", "Matrix Group Name"),
    ("matrix_ranking", "Matrix Ranking?"),
    ("field_annotation", "Field Annotation"),
];

/// The header of a column.
pub(super) fn header(name: &str) -> &str {
    let column = COLUMNS.iter().find(|(it, _)| *it == name);
    column.map_or(name, |(_, header)| header)
}

/// Why a file is not read as a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DictionaryFault {
    /// It is none.
    #[error("the file is no data dictionary of REDCap: {0}")]
    NotADictionary(String),
    /// It is larger than a form needs.
    #[error("the dictionary is too large: {0}")]
    TooLarge(String),
}

/// A row of a dictionary.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Its number as a spreadsheet counts, from 1.
    pub row: u32,
    /// The cells that hold anything, by the name of the column.
    pub by_name: BTreeMap<String, String>,
}

impl Cells {
    /// A cell without the spaces around it.
    pub fn get(&self, name: &str) -> &str {
        self.by_name.get(name).map_or("", String::as_str)
    }
}

/// The name of the column with this header.
fn column(cell: &str) -> Option<&'static str> {
    let cell = cell.trim();
    let found = COLUMNS
        .iter()
        .find(|(name, header)| cell.eq_ignore_ascii_case(header) || cell == *name);
    found.map(|(name, _)| *name)
}

/// Without the mark that spreadsheets put before UTF-8.
fn text(bytes: &[u8]) -> Result<&str, DictionaryFault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| DictionaryFault::NotADictionary("it is not UTF-8".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Whether a CSV file is a dictionary, by its first line.
pub fn is_dictionary(bytes: &[u8]) -> bool {
    has_header(bytes, b',')
}

/// What separates the cells of a dictionary that has no commas there.
fn other_separator(bytes: &[u8]) -> Option<&'static str> {
    let others = [(b';', "semicolons"), (b'\t', "tabs")];
    let found = others.into_iter().find(|(it, _)| has_header(bytes, *it));
    found.map(|(_, name)| name)
}

/// Whether the first line names the columns that every dictionary has.
fn has_header(bytes: &[u8], separator: u8) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    let Ok(first) = text(first) else { return false };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .from_reader(first.as_bytes());
    let Some(Ok(header)) = reader.records().next() else {
        return false;
    };
    let names: Vec<_> = header.iter().filter_map(column).collect();
    ["field_name", "field_type", "field_label"]
        .iter()
        .all(|it| names.contains(it))
}

/// The row of the first cell in quotes whose quote is not closed before the next separator or the end. The reader of CSV
/// takes all rows after it for a part of the cell, and says nothing.
fn unclosed_quote(bytes: &[u8]) -> Option<u32> {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut row, mut is_blank) = (1, true);
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'"' => {
                loop {
                    let end = rest.iter().position(|byte| *byte == b'"');
                    let Some(after) = end.and_then(|end| rest.get(end + 1..)) else {
                        return Some(row);
                    };
                    rest = after;
                    match rest.split_first() {
                        Some((b'"', after)) => rest = after,
                        Some((b',' | b'\r' | b'\n', _)) | None => break,
                        Some(_) => return Some(row),
                    }
                }
                is_blank = false;
            }
            b'\r' | b'\n' => {
                // As the reader counts, which passes over empty lines.
                row += u32::from(!is_blank);
                is_blank = true;
                continue;
            }
            b',' => {
                is_blank = false;
                continue;
            }
            _ => is_blank = false,
        }
        let end = rest
            .iter()
            .position(|it| matches!(it, b',' | b'\r' | b'\n'));
        rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
    }
    None
}

/// The rows of a dictionary.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Cells>, DictionaryFault> {
    if bytes.len() > MAX_FILE {
        let what = format!("the file may have {MAX_FILE} bytes");
        return Err(DictionaryFault::TooLarge(what));
    }
    if let Some(separator) = other_separator(bytes) {
        let what = format!("its cells are separated by {separator}; the separator must be a comma");
        return Err(DictionaryFault::NotADictionary(what));
    }
    if !is_dictionary(bytes) {
        let what = "its first line does not name the columns \"Variable / Field Name\", \"Field Type\" and \"Field Label\"";
        return Err(DictionaryFault::NotADictionary(what.to_owned()));
    }
    if let Some(row) = unclosed_quote(bytes) {
        let what = format!(
            "row {row}: a quote opens a cell and does not close it; a quote within a cell is written twice"
        );
        return Err(DictionaryFault::NotADictionary(what));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text(bytes)?.as_bytes());
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for (number, record) in (1_u32..).zip(reader.records()) {
        let record = record.map_err(|error| DictionaryFault::NotADictionary(error.to_string()))?;
        if number == 1 {
            let name = |cell: &str| column(cell).map_or_else(|| cell.to_owned(), str::to_owned);
            names = record.iter().map(name).collect();
            continue;
        }
        if rows.len() == MAX_ROWS {
            let what = format!("it may have {MAX_ROWS} rows");
            return Err(DictionaryFault::TooLarge(what));
        }
        let mut cells = Cells {
            row: number,
            by_name: BTreeMap::new(),
        };
        for (place, cell) in record.iter().enumerate() {
            if cell.contains('\0') {
                let what = "a cell holds U+0000, which no text here may hold";
                return Err(DictionaryFault::NotADictionary(what.to_owned()));
            }
            if !cell.trim().is_empty() {
                let name = names.get(place).cloned();
                let name = name.unwrap_or_else(|| format!("column {}", place + 1));
                cells.by_name.insert(name, cell.trim().to_owned());
            }
        }
        if !cells.by_name.is_empty() {
            rows.push(cells);
        }
    }
    Ok(rows)
}

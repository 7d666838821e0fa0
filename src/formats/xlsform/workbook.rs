//! A workbook as sheets of named columns. What is read is bounded, whatever the file claims.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use zip::ZipArchive;

/// The most bytes of a file.
pub const MAX_FILE: usize = 4 * 1024 * 1024;
/// The most bytes of all its parts once they are unpacked.
const MAX_UNPACKED: u64 = 16 * 1024 * 1024;
/// The most parts of a file.
const MAX_PARTS: usize = 500;
/// The most rows that a sheet uses.
const MAX_ROWS: u32 = 20_000;
/// The most columns that a sheet uses.
const MAX_COLUMNS: u32 = 1_000;
/// The most bytes of text in all cells. Many cells may share one string of the file.
const MAX_TEXT: usize = 8 * 1024 * 1024;

/// Why a file is not read as a workbook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookFault {
    /// It is none.
    #[error("the file is no XLSX workbook: {0}")]
    NotAWorkbook(String),
    /// It is larger than a form needs.
    #[error("the workbook is too large: {0}")]
    TooLarge(String),
}

/// A sheet: a header, and rows of cells by the name of their column.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// The columns in their order, with spaces around the name taken off.
    pub columns: Vec<String>,
    /// The rows below the header that hold anything.
    pub rows: Vec<Row>,
}

/// A row of a sheet.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Its number in the spreadsheet, from 1.
    pub number: u32,
    /// Its cells that hold anything.
    pub cells: BTreeMap<String, String>,
}

/// Reads the sheets of these names; their case and the spaces around them do not count.
pub(super) fn read(
    bytes: &[u8],
    wanted: &[&str],
) -> Result<BTreeMap<String, Sheet>, WorkbookFault> {
    measure(bytes)?;
    let not_one = |error: calamine::XlsxError| WorkbookFault::NotAWorkbook(error.to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(not_one)?;
    let (mut sheets, mut text) = (BTreeMap::new(), 0);
    for name in workbook.sheet_names() {
        let plain = name.trim().to_lowercase();
        if !wanted.contains(&plain.as_str()) || sheets.contains_key(&plain) {
            continue;
        }
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(not_one)?;
        let mut grid: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
        while let Some(cell) = cells.next_cell().map_err(not_one)? {
            let (row, column) = cell.get_position();
            let value = written(cell.get_value());
            if value.is_empty() {
                continue;
            }
            if row >= MAX_ROWS || column >= MAX_COLUMNS {
                return Err(WorkbookFault::TooLarge(format!(
                    "the sheet {plain:?} may use {MAX_ROWS} rows and {MAX_COLUMNS} columns"
                )));
            }
            text += value.len();
            if text > MAX_TEXT {
                return Err(WorkbookFault::TooLarge(format!(
                    "its cells may hold {MAX_TEXT} bytes of text"
                )));
            }
            grid.entry(row).or_default().insert(column, value);
        }
        sheets.insert(plain, Sheet::of(grid));
    }
    Ok(sheets)
}

/// Unpacks every part once and throws it away, so that a small file cannot grow into a large one in memory.
fn measure(bytes: &[u8]) -> Result<(), WorkbookFault> {
    if bytes.len() > MAX_FILE {
        return Err(WorkbookFault::TooLarge(format!(
            "the file may have {MAX_FILE} bytes"
        )));
    }
    let not_one = |error: String| WorkbookFault::NotAWorkbook(error);
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| not_one(error.to_string()))?;
    if archive.len() > MAX_PARTS {
        return Err(WorkbookFault::TooLarge(format!(
            "the file may have {MAX_PARTS} parts"
        )));
    }
    let mut left = MAX_UNPACKED;
    for place in 0..archive.len() {
        let part = archive
            .by_index(place)
            .map_err(|error| not_one(error.to_string()))?;
        let taken = io::copy(&mut part.take(left + 1), &mut io::sink())
            .map_err(|error| not_one(error.to_string()))?;
        left = left.checked_sub(taken).ok_or_else(|| {
            WorkbookFault::TooLarge(format!("unpacked, it may have {MAX_UNPACKED} bytes"))
        })?;
    }
    Ok(())
}

/// A cell as text. Whole numbers have no point, as a person would write them.
fn written(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(date) => date.as_f64().to_string(),
        DataRef::Error(error) => error.to_string(),
    }
}

impl Sheet {
    fn of(mut grid: BTreeMap<u32, BTreeMap<u32, String>>) -> Self {
        let Some((_, header)) = grid.pop_first() else {
            return Self::default();
        };
        let mut columns: BTreeMap<u32, String> = BTreeMap::new();
        for (place, name) in header {
            let name = name.trim().to_owned();
            // Of two columns of one name the second is one that nobody knows.
            let taken = columns.values().any(|it| *it == name);
            let name = if taken {
                format!("{name}, column {}", place + 1)
            } else {
                name
            };
            columns.insert(place, name);
        }
        let row = |(number, cells): (u32, BTreeMap<u32, String>)| Row {
            number: number + 1,
            cells: cells
                .into_iter()
                .map(|(place, cell)| match columns.get(&place) {
                    Some(name) => (name.clone(), cell),
                    None => (format!("column {}", place + 1), cell),
                })
                .collect(),
        };
        Self {
            rows: grid.into_iter().map(row).collect(),
            columns: columns.into_values().collect(),
        }
    }
}

/// A sheet that is being written.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The columns that come first; the others follow by name.
    pub leading: Vec<String>,
    /// The rows.
    pub lines: Vec<BTreeMap<String, String>>,
}

/// Writes sheets. Every cell is text, so that a spreadsheet program changes none.
pub(super) fn write(tables: &[(&str, Table)]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = Workbook::new();
    // Equal forms give equal bytes, so the file does not hold when it was made.
    let start = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&start));
    let bold = Format::new().set_bold();
    for (name, table) in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name)?;
        sheet.set_freeze_panes(1, 0)?;
        let mut columns = table.leading.clone();
        for name in table.lines.iter().flat_map(BTreeMap::keys) {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let (_, others) = columns.split_at_mut(table.leading.len());
        others.sort();
        for (place, name) in (0_u16..).zip(&columns) {
            sheet.write_string_with_format(0, place, name, &bold)?;
            sheet.set_column_width(place, 24)?;
        }
        for (number, line) in (1_u32..).zip(&table.lines) {
            for (place, name) in (0_u16..).zip(&columns) {
                if let Some(cell) = line.get(name) {
                    sheet.write_string(number, place, cell)?;
                }
            }
        }
    }
    workbook.save_to_buffer()
}

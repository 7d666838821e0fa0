//! A table as an Excel workbook (ECMA-376), written in pieces.
//!
//! It writes by itself rather than through `rust_xlsxwriter`, which keeps a workbook in memory or its sheets in plain
//! temporary files until all of it is there: a million responses are too much for the one, and answers have no place in
//! the other. Texts stand in the cells themselves, so nothing needs to be known before the first row, and no text is ever
//! run as a formula.

use std::fmt::Write as _;

use super::codebook::codes;
use super::csv::RowFault;
use super::table::shape::MissingShown;
use super::table::{Field, Table, TableWriter, WeekNames, WriteFault};
use super::zip_stream::ZipStream;

/// The rows that a sheet can have, with the header.
const MAX_ROWS: u32 = 1_048_576;

/// The columns that a sheet can have.
pub const MAX_COLUMNS: usize = 16_384;

/// A piece of a sheet that is worth compressing.
const CHUNK: usize = 64 * 1024;

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// Writes a table as a workbook: the responses, on several sheets if one is too small, the columns and the codes.
#[derive(Default)]
pub struct XlsxTable {
    zip: ZipStream,
    missing: MissingShown,
    weeks: WeekNames,
    header: Vec<String>,
    columns: Vec<[String; 2]>,
    codes: Vec<Vec<String>>,
    /// The names of the sheets so far.
    sheets: Vec<String>,
    /// The rows of the present sheet.
    rows: u32,
    sheet: String,
    text: String,
}

impl XlsxTable {
    fn start_sheet(&mut self, name: &str) -> Result<(), WriteFault> {
        self.sheets.push(name.to_owned());
        let number = self.sheets.len();
        let file = format!("xl/worksheets/sheet{number}.xml");
        self.zip.start(&file)?;
        self.rows = 0;
        self.sheet.push_str(XML);
        // The header stays in sight.
        let _ = write!(
            self.sheet,
            r#"<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"#
        );
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), WriteFault> {
        self.sheet.push_str("</sheetData></worksheet>");
        self.drain()
    }

    fn start_responses(&mut self) -> Result<(), WriteFault> {
        let name = match self.sheets.len() {
            0 => "responses".to_owned(),
            more => format!("responses {}", more + 1),
        };
        self.start_sheet(&name)?;
        let header = std::mem::take(&mut self.header);
        self.texts(&header)?;
        self.header = header;
        Ok(())
    }

    /// A row of texts.
    fn texts(&mut self, texts: &[impl AsRef<str>]) -> Result<(), WriteFault> {
        self.sheet.push_str("<row>");
        texts
            .iter()
            .for_each(|it| text_cell(&mut self.sheet, it.as_ref()));
        self.end_row()
    }

    fn end_row(&mut self) -> Result<(), WriteFault> {
        self.sheet.push_str("</row>");
        self.rows += 1;
        match self.sheet.len() >= CHUNK {
            true => self.drain(),
            false => Ok(()),
        }
    }

    fn drain(&mut self) -> Result<(), WriteFault> {
        self.zip.write(self.sheet.as_bytes())?;
        self.sheet.clear();
        Ok(())
    }

    fn file(&mut self, name: &str, content: &str) -> Result<(), WriteFault> {
        self.zip.start(name)?;
        self.zip.write(content.as_bytes())
    }

    /// The parts that say which sheets there are.
    fn workbook(&mut self) -> Result<(), WriteFault> {
        let (mut sheets, mut relations, mut types) = (String::new(), String::new(), String::new());
        for (name, number) in self.sheets.iter().zip(1..) {
            let _ = write!(
                sheets,
                r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#
            );
            let _ = write!(
                relations,
                r#"<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
            );
            let _ = write!(
                types,
                r#"<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
            );
        }
        self.file(
            "xl/workbook.xml",
            &format!(r#"{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>"#),
        )?;
        self.file(
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"{XML}<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>"#
            ),
        )?;
        self.file(
            "_rels/.rels",
            &format!(
                r#"{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        )?;
        self.file(
            "[Content_Types].xml",
            &format!(
                r#"{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>"#
            ),
        )
    }
}

impl TableWriter for XlsxTable {
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault> {
        if table.columns.len() > MAX_COLUMNS {
            return Err(WriteFault::Format(format!(
                "more than {MAX_COLUMNS} columns"
            )));
        }
        self.missing = table.shape.missing;
        self.header = table.columns.iter().map(|it| it.name.clone()).collect();
        let described = table.columns.iter();
        self.columns = described
            .map(|it| [it.name.clone(), it.title.clone()])
            .collect();
        let codes = codes(&table.codebook_by_version).map(|code| {
            let number = code.number.map_or_else(String::new, |it| it.to_string());
            let level = code.level.map_or_else(String::new, |it| it.to_string());
            let (column, version) = (code.column.to_owned(), code.version.to_string());
            let [kind, code, label] = [code.kind, code.code, code.label].map(str::to_owned);
            vec![column, version, kind, code, number, label, level]
        });
        self.codes = codes.collect();
        self.start_responses()
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault> {
        if self.rows == MAX_ROWS {
            self.end_sheet()?;
            self.start_responses()?;
        }
        self.sheet.push_str("<row>");
        let mut width = 0;
        for field in fields {
            width += 1;
            match field {
                Field::Flag(_) | Field::Whole(_) | Field::Decimal(_) | Field::Float(..) => {
                    self.sheet.push_str("<c><v>");
                    field.write_text(&mut self.weeks, &mut self.sheet);
                    self.sheet.push_str("</v></c>");
                }
                Field::Missing(missing) => match self.missing.shown(missing) {
                    Some(flavour) => text_cell(&mut self.sheet, flavour),
                    None => self.sheet.push_str("<c/>"),
                },
                Field::Empty => self.sheet.push_str("<c/>"),
                Field::Text(text) | Field::Code(text) => text_cell(&mut self.sheet, text),
                Field::Week(_) | Field::Period(..) | Field::Date(_) => {
                    self.text.clear();
                    field.write_text(&mut self.weeks, &mut self.text);
                    text_cell(&mut self.sheet, &self.text);
                }
            }
        }
        if width != self.header.len() {
            return Err(RowFault.into());
        }
        self.end_row()
    }

    fn end(&mut self) -> Result<(), WriteFault> {
        self.end_sheet()?;
        self.start_sheet("columns")?;
        self.texts(&["column", "text"])?;
        for row in std::mem::take(&mut self.columns) {
            self.texts(&row)?;
        }
        self.end_sheet()?;
        self.start_sheet("codes")?;
        self.texts(&super::codebook::CODES_HEADER)?;
        for row in std::mem::take(&mut self.codes) {
            self.texts(&row)?;
        }
        self.end_sheet()?;
        self.workbook()?;
        self.zip.finish()
    }

    fn is_full(&self) -> bool {
        self.zip.is_full()
    }

    fn take(&mut self) -> Vec<u8> {
        self.zip.take()
    }
}

/// A cell with a text. What XML cannot hold becomes U+FFFD.
fn text_cell(sheet: &mut String, text: &str) {
    sheet.push_str(r#"<c t="inlineStr"><is><t xml:space="preserve">"#);
    for character in text.chars() {
        match character {
            '&' => sheet.push_str("&amp;"),
            '<' => sheet.push_str("&lt;"),
            '>' => sheet.push_str("&gt;"),
            '\r' => sheet.push_str("&#13;"),
            '\t' | '\n' => sheet.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => sheet.push('\u{fffd}'),
            other => sheet.push(other),
        }
    }
    sheet.push_str("</t></is></c>");
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::formats::csv::{CsvOptions, Formulas};
    use crate::formats::csv_table::CsvTable;
    use crate::formats::table::tests::{Fixture, shapes, versions};

    fn text(cell: &Data) -> String {
        match cell {
            Data::Empty => String::new(),
            Data::Float(number) => number.to_string(),
            other => other.to_string(),
        }
    }

    #[test]
    fn a_workbook_says_what_the_csv_file_says() {
        let versions = versions();
        let fixture = Fixture::of(&versions);
        let raw = CsvOptions {
            bom: false,
            formulas: Formulas::Raw,
        };
        for shape in shapes() {
            let bytes = fixture.written(shape, XlsxTable::default());
            let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
            assert_eq!(book.sheet_names(), ["responses", "columns", "codes"]);
            let sheet = book.worksheet_range("responses").unwrap();
            let csv = fixture.written(shape, CsvTable::new(raw));
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(csv.as_slice());
            let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            assert_eq!(sheet.height(), rows.len());
            for (cells, row) in sheet.rows().zip(&rows) {
                assert_eq!(cells.len(), row.len());
                for (cell, expected) in cells.iter().zip(row) {
                    let same = match (cell, expected.parse::<f64>()) {
                        (Data::Float(number), Ok(expected)) => *number == expected,
                        _ => text(cell) == expected,
                    };
                    assert!(same, "{cell:?} {expected}");
                }
            }
            let codes = book.worksheet_range("codes").unwrap();
            let labels = codes.rows().map(|row| text(&row[5]));
            assert!(labels.into_iter().any(|label| label == "=A; b=B"));
        }
    }

    #[test]
    fn a_text_stays_what_it_is() {
        let mut cell = String::new();
        text_cell(&mut cell, "<a> & \u{1}\u{b} 식사\n");
        let expected = "&lt;a&gt; &amp; \u{fffd}\u{fffd} 식사\n";
        assert!(cell.contains(expected), "{cell}");
    }
}

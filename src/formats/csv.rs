//! CSV as RFC 4180 has it: commas, CRLF, quotes where they are needed, UTF-8.
//!
//! A spreadsheet runs a cell that starts with `=`, `+`, `-` or `@` as a formula, quoted or not, and what a
//! formula does is up to whoever wrote it. So a text that looks like one gets an apostrophe in front, which
//! spreadsheets take to mean "this is text" (OWASP, "CSV Injection"). Numbers are ours and stay numbers.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write as _;

use serde::Deserialize;

use crate::domain::codebook::Fixed;

/// A piece of a file that is worth sending: large enough to be efficient, small enough to hold a few.
const CHUNK: usize = 64 * 1024;

/// Room for a piece and the row that makes it full.
const ROOM: usize = CHUNK + 8 * 1024;

/// What Excel needs to recognise UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether a byte order mark comes first.
    pub bom: bool,
    /// What becomes of texts that a spreadsheet would run.
    pub formulas: Formulas,
}

/// What becomes of texts that a spreadsheet would run as a formula.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formulas {
    /// An apostrophe goes in front of them.
    #[default]
    Safe,
    /// They are left as they are.
    Raw,
}

/// A row cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("a row has another number of cells than the header")]
pub struct RowFault;

/// A CSV file that is written in pieces.
///
/// It writes by itself rather than through the `csv` crate: an export has millions of cells, nearly all of them codes
/// and numbers, which never need quotes (`docs/decisions/0004-csv-writer.md`). The tests read with that crate what it
/// writes.
pub struct CsvWriter {
    formulas: Formulas,
    written: Vec<u8>,
    /// Where the present row begins.
    begun: usize,
    cells: usize,
    width: Option<usize>,
}

impl CsvWriter {
    /// An empty file.
    pub fn new(options: CsvOptions) -> Self {
        let mut written = Vec::with_capacity(ROOM);
        if options.bom {
            written.extend_from_slice(BOM);
        }
        Self {
            formulas: options.formulas,
            begun: written.len(),
            written,
            cells: 0,
            width: None,
        }
    }

    /// A cell of text.
    pub fn text(&mut self, text: &str) {
        self.separate();
        let text = match self.formulas {
            Formulas::Safe => escape_formula(text),
            Formulas::Raw => Cow::Borrowed(text),
        };
        if text.contains(['"', ',', '\r', '\n']) {
            self.written.push(b'"');
            self.written
                .extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.written.push(b'"');
        } else {
            self.written.extend_from_slice(text.as_bytes());
        }
    }

    /// A cell with a code: lower-case letters, digits and `_`, beginning with a letter or a digit, which the checks
    /// of a form see to. So it needs neither quotes nor care.
    pub fn code(&mut self, code: &str) {
        self.separate();
        self.written.extend_from_slice(code.as_bytes());
    }

    /// A cell with a whole number.
    pub fn whole(&mut self, number: i64) {
        self.decimal(Fixed {
            scaled: number,
            decimals: 0,
        });
    }

    /// A cell with a decimal number, as its `Display` writes it, but quicker.
    pub fn decimal(&mut self, number: Fixed) {
        self.separate();
        if number.scaled < 0 {
            self.written.push(b'-');
        }
        let unit = 10_u64.saturating_pow(u32::from(number.decimals));
        let digits = number.scaled.unsigned_abs();
        self.digits(digits / unit, 1);
        if number.decimals > 0 {
            self.written.push(b'.');
            self.digits(digits % unit, usize::from(number.decimals));
        }
    }

    /// A cell with any other number.
    pub fn number(&mut self, number: impl Display) {
        self.separate();
        // A vector takes everything.
        let _ = write!(self.written, "{number}");
    }

    /// An empty cell.
    pub fn blank(&mut self) {
        self.separate();
    }

    /// The end of a row. The first row fixes how many cells all of them have. A lone empty cell is quoted, since an empty
    /// line would be no row at all to most readers.
    ///
    /// # Errors
    ///
    /// When the row has more or fewer.
    pub fn end_row(&mut self) -> Result<(), RowFault> {
        if *self.width.get_or_insert(self.cells) != self.cells {
            return Err(RowFault);
        }
        if self.cells == 1 && self.written.len() == self.begun {
            self.written.extend_from_slice(b"\"\"");
        }
        self.cells = 0;
        self.written.extend_from_slice(b"\r\n");
        self.begun = self.written.len();
        Ok(())
    }

    /// Whether enough is written to send it.
    pub fn is_full(&self) -> bool {
        self.written.len() >= CHUNK
    }

    /// What was written since the last time; the rows go on after it.
    pub fn take(&mut self) -> Vec<u8> {
        self.begun = 0;
        std::mem::replace(&mut self.written, Vec::with_capacity(ROOM))
    }

    /// The digits of a number, with zeros in front if it has fewer than these.
    #[allow(clippy::cast_possible_truncation, reason = "a digit is below ten")]
    fn digits(&mut self, mut number: u64, at_least: usize) {
        // As many as the highest number has.
        let mut buffer = [0_u8; 20];
        let mut used = 0;
        for place in buffer.iter_mut().rev() {
            if number == 0 && used >= at_least {
                break;
            }
            *place = b'0' + (number % 10) as u8;
            number /= 10;
            used += 1;
        }
        let unused = buffer.len() - used;
        self.written.extend(buffer.iter().skip(unused));
    }

    fn separate(&mut self) {
        if self.cells > 0 {
            self.written.push(b',');
        }
        self.cells += 1;
    }
}

/// The text, with an apostrophe in front if a spreadsheet would take it for a formula.
///
/// Spaces and quotes before the sign do not help: some programs strip them first. Tab, carriage return and line
/// feed at the start count as well, and so do the full-width signs, which some take for the narrow ones.
pub fn escape_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Cow::Borrowed(text);
    }
    let starts_badly = text.starts_with(['\t', '\r', '\n']);
    let ignored = |c: char| c.is_whitespace() || c.is_control() || IGNORED.contains(&c);
    let rest = text.trim_start_matches(ignored);
    if starts_badly || rest.starts_with(SIGNS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Signs that start a formula.
const SIGNS: [char; 9] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{2212}',
];

/// Quotes, and characters that cannot be seen.
const IGNORED: [char; 8] = [
    '"', '\'', '`', '\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}',
];

#[cfg(test)]
mod tests {
    use csv::ReaderBuilder;
    use proptest::prelude::*;

    use super::*;

    /// A cell as a test hands it in.
    #[derive(Debug, Clone)]
    enum Given {
        Text(String),
        Number(i64),
        Decimal(Fixed),
        Blank,
    }

    fn sheet(rows: &[Vec<Given>], options: CsvOptions) -> Vec<u8> {
        let mut sheet = CsvWriter::new(options);
        let mut written = Vec::new();
        for row in rows {
            for cell in row {
                match cell {
                    Given::Text(text) => sheet.text(text),
                    Given::Number(number) => sheet.whole(*number),
                    Given::Decimal(number) => sheet.decimal(*number),
                    Given::Blank => sheet.blank(),
                }
            }
            sheet.end_row().unwrap();
            // Taking after each row must make no difference.
            written.extend(sheet.take());
        }
        written
    }

    fn read(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    }

    fn cell() -> impl Strategy<Value = Given> {
        prop_oneof![
            "[=+@ \"'\t\r\n,;a-z0-9\u{ff1d}\u{feff}-]{0,6}".prop_map(Given::Text),
            "\\PC{0,12}".prop_map(Given::Text),
            any::<i64>().prop_map(Given::Number),
            (-1000_i64..1000).prop_map(Given::Number),
            (any::<i64>(), 0_u8..5)
                .prop_map(|(scaled, decimals)| Given::Decimal(Fixed { scaled, decimals })),
            (-1000_i64..1000, 1_u8..5)
                .prop_map(|(scaled, decimals)| Given::Decimal(Fixed { scaled, decimals })),
            Just(Given::Blank),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(rows in (1_usize..5).prop_flat_map(|width| {
            prop::collection::vec(prop::collection::vec(cell(), width), 1..5)
        }), raw: bool) {
            let formulas = if raw { Formulas::Raw } else { Formulas::Safe };
            // A reader takes a byte order mark at the start of a file away, so a header comes first, as it does in life.
            let header = vec![vec![Given::Text("name".to_owned()); rows[0].len()]];
            let written = [header, rows.clone()].concat();
            let mut read = read(&sheet(&written, CsvOptions { bom: false, formulas }));
            read.remove(0);
            prop_assert_eq!(read.len(), rows.len());
            for (given, read) in rows.iter().flatten().zip(read.iter().flatten()) {
                let expected = match given {
                    Given::Text(text) if raw => text.clone(),
                    Given::Text(text) => escape_formula(text).into_owned(),
                    Given::Number(number) => number.to_string(),
                    Given::Decimal(number) => number.to_string(),
                    Given::Blank => String::new(),
                };
                prop_assert_eq!(read, &expected);
            }
        }

        #[test]
        fn no_text_starts_like_a_formula(text: String) {
            let safe = escape_formula(&text);
            prop_assert!(*safe == *text || *safe == "'".to_owned() + &text);
            prop_assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            prop_assert!(!safe.trim().trim_start_matches('"').starts_with(['=', '+', '-', '@']));
        }
    }

    #[test]
    fn a_formula_is_made_harmless_and_a_number_is_left_alone() {
        for bad in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            " =1",
            "\"=1",
            "' \"=1",
            "\u{ff1d}1",
            "\u{ff0b}1",
            "\u{ff0d}1",
            "\u{ff20}x",
            "\u{feff}=1",
            "\u{3000}=1",
            "=cmd|' /C calc'!A0",
        ] {
            assert_eq!(escape_formula(bad), format!("'{bad}"), "{bad:?}");
        }
        for good in [
            "",
            " ",
            "a=1",
            "1-2",
            "식사",
            "(가상) 밥",
            "'tis",
            "\"quoted\"",
            "a\n=1",
            "#1",
            "–dash",
        ] {
            assert_eq!(escape_formula(good), good);
        }
        let row = vec![Given::Number(-5), Given::Text("-5".into()), Given::Blank];
        let options = CsvOptions {
            bom: true,
            formulas: Formulas::Safe,
        };
        assert_eq!(sheet(&[row], options), b"\xef\xbb\xbf-5,'-5,\r\n");
    }

    #[test]
    fn quotes_commas_and_line_ends_are_quoted_and_rows_end_in_crlf() {
        let row = |texts: [&str; 3]| texts.map(|text| Given::Text(text.into())).to_vec();
        let rows = [
            row(["a,b", "say \"hi\"", "two\r\nlines"]),
            row(["", "é", "끝"]),
        ];
        let written = String::from_utf8(sheet(&rows, CsvOptions::default())).unwrap();
        assert_eq!(
            written,
            "\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\r\n,é,끝\r\n"
        );
    }

    #[test]
    fn a_short_row_is_an_error() {
        let mut sheet = CsvWriter::new(CsvOptions::default());
        sheet.text("a");
        sheet.text("b");
        sheet.end_row().unwrap();
        sheet.text("a");
        assert!(sheet.end_row().is_err());
    }
}

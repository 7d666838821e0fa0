//! A table as an SPSS system file (`.sav`), which Stata, R and others read as well.
//!
//! The format is public: *PSPP Developers Guide*, "System File Format". A file has a dictionary and then the cases, in
//! blocks of eight bytes that are compressed by a code for each. All texts are UTF-8.
//!
//! - Choices are strings with their codes, which never move, and have value labels; with `values=numbers` they are numbers.
//! - A missing number is the system-missing value. Where the file says why, it is one of five numbers below all that the
//!   question takes, which are declared as missing and labelled.
//! - Of a string, SPSS takes three values for missing: `MSK`, `NA` and `NASK` are. `NI` and `ASKU`, which are what a person
//!   did, are labelled values.

#[cfg(test)]
mod tests;

use crate::domain::codebook::Missing;
use crate::formats::csv::RowFault;
use crate::formats::table::shape::MissingShown;
use crate::formats::table::{
    Field, Table, TableColumn, TableWriter, ValueType, WeekNames, WriteFault,
};

/// A piece of a file that is worth sending.
const CHUNK: usize = 64 * 1024;

/// Bytes of an element of a case.
const ELEMENT: usize = 8;

/// What the compression adds to a small whole number.
const BIAS: f64 = 100.0;

/// The most bytes of names and labels.
const NAME: usize = 64;
const VARIABLE_LABEL: usize = 255;
const VALUE_LABEL: usize = 120;

/// The widths of strings whose values no list names.
const WEEK: usize = 8;
const DATE: usize = 10;
const TEXT: usize = 255;

/// Words that no variable may be called.
const RESERVED: [&str; 13] = [
    "all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with",
];

/// The reasons in the order of their numbers, the lowest first, with their labels.
const REASONS: [(Missing, &str); 5] = [
    (Missing::Masked, "masked"),
    (Missing::Declined, "declined"),
    (Missing::Blank, "left blank"),
    (Missing::NotAsked, "not in this version"),
    (Missing::Hidden, "not shown"),
];

/// Writes a table as a system file.
#[derive(Default)]
pub struct SavTable {
    variables: Vec<Variable>,
    missing: MissingShown,
    weeks: WeekNames,
    text: String,
    cases: Cases,
}

/// A variable of the file.
struct Variable {
    name: String,
    label: String,
    kind: Kind,
    /// Values as they stand in the file, with their labels.
    labels: Vec<(String, String)>,
    measure: i32,
}

#[derive(Clone, Copy)]
enum Kind {
    /// With the digits after the point, and the number of the first of [`REASONS`].
    Number { decimals: u8, lowest: f64 },
    /// With its width in bytes.
    Text { width: usize },
}

/// The elements of the cases, compressed: eight codes, then what they do not say themselves.
#[derive(Default)]
struct Cases {
    codes: Vec<u8>,
    rest: Vec<u8>,
    written: Vec<u8>,
}

impl Cases {
    fn push(&mut self, code: u8, bytes: &[u8]) {
        self.codes.push(code);
        self.rest.extend_from_slice(bytes);
        if self.codes.len() == ELEMENT {
            self.written.append(&mut self.codes);
            self.written.append(&mut self.rest);
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 1 to 251"
    )]
    fn number(&mut self, number: Option<f64>) {
        match number {
            None => self.push(255, &[]),
            Some(it) if it.fract() == 0.0 && (1.0..=251.0).contains(&(it + BIAS)) => {
                self.push((it + BIAS) as u8, &[]);
            }
            Some(it) => self.push(253, &it.to_le_bytes()),
        }
    }

    /// A string that fills as many elements as its width takes.
    fn string(&mut self, text: &str, width: usize) {
        let text = cut(text, width).as_bytes();
        for element in 0..width.div_ceil(ELEMENT) {
            let rest = text.get(element * ELEMENT..).unwrap_or_default();
            match padded(rest) {
                [b' ', b' ', b' ', b' ', b' ', b' ', b' ', b' '] => self.push(254, &[]),
                bytes => self.push(253, &bytes),
            }
        }
    }

    fn end(&mut self) {
        self.push(252, &[]);
        while !self.codes.is_empty() {
            self.push(0, &[]);
        }
    }
}

/// The first eight bytes, with spaces behind if there are fewer.
fn padded(bytes: &[u8]) -> [u8; ELEMENT] {
    let mut element = [b' '; ELEMENT];
    for (place, byte) in element.iter_mut().zip(bytes) {
        *place = *byte;
    }
    element
}

/// As much of a text as so many bytes hold.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl Variable {
    fn of(column: &TableColumn, missing: MissingShown, taken: &[Self]) -> Self {
        let kind = Kind::of(column, missing);
        let mut labels: Vec<_> = (column.categories.iter())
            .map(|it| (it.value.clone(), it.label.clone()))
            .collect();
        let has_reasons = !column.own;
        for (place, (reason, label)) in (0_u8..).zip(REASONS) {
            if let Some(word) = missing.shown(reason).filter(|_| has_reasons) {
                let value = match kind {
                    Kind::Number { lowest, .. } => (lowest + f64::from(place)).to_string(),
                    Kind::Text { .. } => word.to_owned(),
                };
                labels.push((value, label.to_owned()));
            }
        }
        let measure = match (column.closed, kind) {
            (_, Kind::Text { .. }) => 1,
            (true, Kind::Number { .. }) => 2,
            (false, Kind::Number { .. }) => 3,
        };
        Self {
            name: name(&column.name, taken),
            label: cut(&column.title, VARIABLE_LABEL).to_owned(),
            kind,
            labels,
            measure,
        }
    }

    /// How many elements it takes of a case.
    fn elements(&self) -> usize {
        match self.kind {
            Kind::Number { .. } => 1,
            Kind::Text { width } => width.div_ceil(ELEMENT),
        }
    }
}

impl Kind {
    fn of(column: &TableColumn, missing: MissingShown) -> Self {
        let decimals = match column.value_type {
            ValueType::Flag | ValueType::Whole => Some(0),
            ValueType::Decimal(decimals) => Some(decimals),
            ValueType::Number => Some(4),
            ValueType::Text | ValueType::Any | ValueType::Week | ValueType::Date(_) => None,
        };
        if let Some(decimals) = decimals {
            let min = column.min.as_ref().and_then(|min| min.parse().ok());
            let min: f64 = min.unwrap_or_default();
            let mut lowest = -9999.0;
            while lowest + 5.0 > min {
                lowest = lowest * 10.0 - 9.0;
            }
            return Self::Number { decimals, lowest };
        }
        let words = missing.words().into_iter().map(str::len).max();
        let width = match column.value_type {
            ValueType::Week => WEEK,
            ValueType::Date(_) => DATE,
            _ if column.closed => {
                let values = column.categories.iter().map(|it| it.value.len());
                values.chain(words).max().unwrap_or(1).clamp(1, TEXT)
            }
            _ => TEXT,
        };
        Self::Text { width }
    }
}

/// A name that no other variable has.
fn name(column: &str, taken: &[Variable]) -> String {
    let free = |name: &str| taken.iter().all(|it| it.name != name) && !RESERVED.contains(&name);
    let short = cut(column, NAME);
    if free(short) {
        return short.to_owned();
    }
    let number = taken.len() + 1;
    format!("{}_{number}", cut(column, NAME - 6))
}

/// Bytes of the dictionary.
#[derive(Default)]
struct Dictionary(Vec<u8>);

impl Dictionary {
    fn int(&mut self, number: i32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a dictionary is far smaller than 2 GiB"
    )]
    fn length(&mut self, length: usize) {
        self.int(length as i32);
    }

    fn float(&mut self, number: f64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// A text in a field of this width.
    fn field(&mut self, text: &str, width: usize) {
        let text = cut(text, width);
        self.0.extend_from_slice(text.as_bytes());
        self.fill(b' ', width - text.len());
    }

    fn fill(&mut self, byte: u8, count: usize) {
        self.0.extend(std::iter::repeat_n(byte, count));
    }

    fn header(&mut self, title: &str, elements: usize) {
        self.field("$FL2", 4);
        self.field("@(#) SPSS DATA FILE aftercare", 60);
        self.int(2);
        self.length(elements);
        // Compressed, not weighted; how many cases there are is not known beforehand.
        self.int(1);
        self.int(0);
        self.int(-1);
        self.float(BIAS);
        // A file of the same responses is the same file, so it does not say when it was made.
        self.field("01 Jan 00", 9);
        self.field("00:00:00", 8);
        self.field(title, 64);
        self.fill(0, 3);
    }

    fn variable(&mut self, number: usize, variable: &Variable, missing: &[String]) {
        let (kind, format) = match variable.kind {
            Kind::Number { decimals, .. } => (0, (5 << 16) | (16 << 8) | i32::from(decimals)),
            Kind::Text { width } => {
                let width = i32::try_from(width).unwrap_or_default();
                (width, (1 << 16) | (width << 8))
            }
        };
        self.int(2);
        self.int(kind);
        self.int(1);
        match variable.kind {
            // A range.
            Kind::Number { .. } if !missing.is_empty() => self.int(-2),
            Kind::Text { width } if width <= ELEMENT => self.length(missing.len()),
            _ => self.int(0),
        }
        self.int(format);
        self.int(format);
        self.field(&format!("V{number}"), 8);
        self.length(variable.label.len());
        let width = variable.label.len().next_multiple_of(4);
        self.field(&variable.label, width);
        match variable.kind {
            Kind::Number { lowest, .. } if !missing.is_empty() => {
                self.float(lowest);
                self.float(lowest + 4.0);
            }
            Kind::Text { width } if width <= ELEMENT => {
                missing.iter().for_each(|word| self.field(word, ELEMENT));
            }
            _ => {}
        }
        for _ in 1..variable.elements() {
            self.int(2);
            self.int(-1);
            (0..4).for_each(|_| self.int(0));
            self.field("", 8);
        }
    }

    /// The labels of a variable whose values fit into an element; `place` is that of its first element, from 1.
    fn value_labels(&mut self, place: usize, variable: &Variable) {
        if variable.labels.is_empty() {
            return;
        }
        self.int(3);
        self.length(variable.labels.len());
        for (value, label) in &variable.labels {
            match variable.kind {
                Kind::Number { .. } => self.float(value.parse().unwrap_or_default()),
                Kind::Text { .. } => self.field(value, ELEMENT),
            }
            let label = cut(label, VALUE_LABEL);
            self.0.push(u8::try_from(label.len()).unwrap_or_default());
            self.field(label, (label.len() + 1).next_multiple_of(ELEMENT) - 1);
        }
        self.int(4);
        self.int(1);
        self.length(place);
    }

    fn extension(&mut self, subtype: i32, size: usize, content: Self) {
        self.int(7);
        self.int(subtype);
        self.length(size);
        self.length(content.0.len() / size);
        self.0.extend(content.0);
    }
}

/// The three values of a string, or the numbers, that count as missing.
fn declared(variable: &Variable, missing: MissingShown) -> Vec<String> {
    let labelled = |word: &str| variable.labels.iter().any(|(value, _)| value == word);
    match variable.kind {
        Kind::Number { lowest, .. } => {
            let first = lowest.to_string();
            Vec::from_iter(labelled(&first).then_some(first))
        }
        Kind::Text { .. } => [Missing::Masked, Missing::Hidden, Missing::NotAsked]
            .into_iter()
            .filter_map(|reason| missing.shown(reason))
            .filter(|word| labelled(word))
            .map(str::to_owned)
            .collect(),
    }
}

impl SavTable {
    fn dictionary(&self, title: &str) -> Vec<u8> {
        let mut file = Dictionary::default();
        file.header(title, self.variables.iter().map(Variable::elements).sum());
        for (variable, number) in self.variables.iter().zip(1..) {
            file.variable(number, variable, &declared(variable, self.missing));
        }
        let mut place = 1;
        for variable in &self.variables {
            if variable.elements() == 1 {
                file.value_labels(place, variable);
            }
            place += variable.elements();
        }
        self.extensions(&mut file);
        file.int(999);
        file.int(0);
        file.0
    }

    fn extensions(&self, file: &mut Dictionary) {
        let mut machine = Dictionary::default();
        // IEEE 754, little-endian, UTF-8.
        [1, 0, 0, -1, 1, 1, 2, 65001]
            .into_iter()
            .for_each(|it| machine.int(it));
        file.extension(3, 4, machine);
        let mut floats = Dictionary::default();
        [-f64::MAX, f64::MAX, (-f64::MAX).next_up()]
            .into_iter()
            .for_each(|it| floats.float(it));
        file.extension(4, 8, floats);
        let mut display = Dictionary::default();
        for variable in &self.variables {
            let is_text = matches!(variable.kind, Kind::Text { .. });
            [variable.measure, 12, i32::from(!is_text)]
                .into_iter()
                .for_each(|it| display.int(it));
        }
        file.extension(11, 4, display);
        let names = self.variables.iter().zip(1..);
        let names = names.map(|(variable, number)| format!("V{number}={}", variable.name));
        let names = names.collect::<Vec<_>>().join("\t");
        file.extension(13, 1, Dictionary(names.into_bytes()));
        file.extension(20, 1, Dictionary(b"UTF-8".to_vec()));
        let (mut labels, mut missing) = (Dictionary::default(), Dictionary::default());
        for variable in self.variables.iter().filter(|it| it.elements() > 1) {
            self.long_string(variable, &mut labels, &mut missing);
        }
        for (subtype, content) in [(21, labels), (22, missing)] {
            if !content.0.is_empty() {
                file.extension(subtype, 1, content);
            }
        }
    }

    /// The labels and the missing values of a string of more than eight bytes.
    fn long_string(&self, variable: &Variable, labels: &mut Dictionary, missing: &mut Dictionary) {
        let Kind::Text { width } = variable.kind else {
            return;
        };
        if !variable.labels.is_empty() {
            labels.length(variable.name.len());
            labels.field(&variable.name, variable.name.len());
            labels.length(width);
            labels.length(variable.labels.len());
            for (value, label) in &variable.labels {
                labels.length(width);
                labels.field(value, width);
                let label = cut(label, VALUE_LABEL);
                labels.length(label.len());
                labels.field(label, label.len());
            }
        }
        let declared = declared(variable, self.missing);
        if !declared.is_empty() {
            missing.length(variable.name.len());
            missing.field(&variable.name, variable.name.len());
            missing
                .0
                .push(u8::try_from(declared.len()).unwrap_or_default());
            missing.length(ELEMENT);
            declared
                .iter()
                .for_each(|word| missing.field(word, ELEMENT));
        }
    }
}

impl TableWriter for SavTable {
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault> {
        self.missing = table.shape.missing;
        for column in &table.columns {
            let variable = Variable::of(column, self.missing, &self.variables);
            self.variables.push(variable);
        }
        self.cases.written = self.dictionary(&table.title);
        Ok(())
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault> {
        let mut variables = self.variables.iter();
        for field in fields {
            let variable = variables.next().ok_or(RowFault)?;
            let shown = match field {
                Field::Missing(missing) => self.missing.shown(missing).map(|word| (missing, word)),
                _ => None,
            };
            match variable.kind {
                Kind::Number { lowest, .. } => {
                    let place = |(missing, _)| {
                        let mut reasons = (0_u8..).zip(REASONS);
                        reasons.find(|(_, (reason, _))| *reason == missing)
                    };
                    let reason = shown.and_then(place);
                    let reason = reason.map(|(place, _)| lowest + f64::from(place));
                    self.cases.number(reason.or_else(|| field.number()));
                }
                Kind::Text { width } => {
                    self.text.clear();
                    match shown {
                        Some((_, word)) => self.text.push_str(word),
                        None => field.write_text(&mut self.weeks, &mut self.text),
                    }
                    self.cases.string(&self.text, width);
                }
            }
        }
        match variables.next() {
            Some(_) => Err(RowFault.into()),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), WriteFault> {
        self.cases.end();
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.cases.written.len() >= CHUNK
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.cases.written)
    }
}

//! The columns of a table with their types, and how a cell of the codebook becomes one of the table.

use std::collections::HashMap;

use super::field::Field;
use super::shape::Values;
use crate::domain::codebook::{Cell, CodeEntry, Entry, Fixed, Missing};
use crate::domain::form::DatePrecision;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Text: one of the column's categories, if it has some.
    Text,
    /// 0 or 1.
    Flag,
    /// A whole number.
    Whole,
    /// A number with so many digits after the point.
    Decimal(u8),
    /// Any number.
    Number,
    /// An ISO week, `2027-W05`, or the month, the quarter or the year that it belongs to.
    Week,
    /// A day, a month or a year.
    Date(DatePrecision),
    /// A value of another column, whose type is that column's: `value` of the long layout.
    Any,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub value_type: ValueType,
    /// What it means, for a person.
    pub title: String,
    /// What can stand in it, where that is a list, and the values that have a label of their own.
    pub categories: Vec<Category>,
    /// Whether it belongs to the layout rather than to the form.
    pub own: bool,
    /// Whether nothing else than the categories can stand in it.
    pub closed: bool,
    /// The least number.
    pub min: Option<String>,
    /// The greatest number.
    pub max: Option<String>,
}

/// A value with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// As it stands in the file.
    pub value: String,
    /// What it means.
    pub label: String,
    /// The number that it stands for in scores.
    pub number: Option<i32>,
}

impl TableColumn {
    /// A column that no entry of the codebook describes.
    pub fn plain(name: &str, value_type: ValueType, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            value_type,
            title: title.to_owned(),
            own: true,
            categories: Vec::new(),
            closed: false,
            min: None,
            max: None,
        }
    }

    /// The column that this entry of the codebook describes.
    pub fn of(entry: &Entry, values: Values) -> Self {
        let writing = Writing::of(entry, values);
        let value_type = match writing {
            Writing::Labels(_) => ValueType::Text,
            Writing::Numbers => ValueType::Whole,
            Writing::Plain => value_type(entry),
        };
        let text = entry.label.as_ref();
        let title = text.map_or_else(
            || entry.text.clone(),
            |label| format!("{} – {label}", entry.text),
        );
        let mut categories: Vec<Category> = Vec::new();
        // A group has no number.
        let told = |code: &&CodeEntry| code.level.is_none() || !matches!(writing, Writing::Numbers);
        for code in entry.codes.iter().filter(told) {
            let value = match writing {
                Writing::Labels(_) => code.label.clone(),
                Writing::Numbers => code.number.unwrap_or_default().to_string(),
                Writing::Plain => code.code.clone(),
            };
            if categories.iter().all(|known| known.value != value) {
                categories.push(Category {
                    value,
                    label: code.label.clone(),
                    number: code.number,
                });
            }
        }
        let bounded = matches!(value_type, ValueType::Whole | ValueType::Decimal(_));
        let bound = |of: &Option<String>| of.clone().filter(|_| bounded);
        Self {
            name: entry.column.clone(),
            value_type,
            title,
            own: false,
            categories,
            closed: !entry.codes.is_empty() && has_list(entry),
            min: bound(&entry.min),
            max: bound(&entry.max),
        }
    }
}

/// Whether the codes of an entry are all that can stand in its column.
fn has_list(entry: &Entry) -> bool {
    matches!(
        entry.kind,
        "single_choice" | "multiple_choice" | "group" | "yes_no" | "statement" | "band"
    )
}

fn value_type(entry: &Entry) -> ValueType {
    match entry.kind {
        "multiple_choice" | "group" | "yes_no" | "statement" => ValueType::Flag,
        "integer" | "rating" | "ranking" => ValueType::Whole,
        "decimal" | "score" => ValueType::Decimal(entry.decimals.unwrap_or_default()),
        "week" => ValueType::Week,
        "date" => ValueType::Date(match entry.precision {
            Some("month") => DatePrecision::Month,
            Some("year") => DatePrecision::Year,
            _ => DatePrecision::Day,
        }),
        _ => ValueType::Text,
    }
}

/// How the answers in one column are written.
#[derive(Debug, Clone)]
pub enum Writing {
    /// As they are, choices by their codes.
    Plain,
    /// Choices by their numbers.
    Numbers,
    /// Choices by their labels, which stand here by their codes.
    Labels(HashMap<String, String>),
}

impl Writing {
    /// How the answers in the column of this entry are written.
    pub fn of(entry: &Entry, values: Values) -> Self {
        let numbered = |code: &CodeEntry| code.number.is_some() || code.level.is_some();
        let is_choice = entry.kind != "band";
        match values {
            Values::Numbers
                if is_choice && !entry.codes.is_empty() && entry.codes.iter().all(numbered) =>
            {
                Self::Numbers
            }
            Values::Labels if has_list(entry) => {
                let codes = entry.codes.iter();
                let labels = codes.map(|code| (code.code.clone(), code.label.clone()));
                Self::Labels(labels.collect())
            }
            Values::Codes | Values::Numbers | Values::Labels => Self::Plain,
        }
    }

    /// The cell as the table has it.
    pub fn field<'a>(&'a self, cell: Cell<'a>) -> Field<'a> {
        match (self, cell) {
            (Self::Labels(labels), Cell::Choice(option)) => label(labels, &option.code),
            (Self::Labels(labels), Cell::Chosen(flag) | Cell::YesNo(flag)) => {
                label(labels, if flag { "1" } else { "0" })
            }
            (Self::Labels(labels), Cell::Group(group)) => label(labels, &group.code),
            // It stands for several numbers.
            (Self::Numbers, Cell::Group(_)) => Field::Missing(Missing::Masked),
            (Self::Numbers, Cell::Choice(option)) => {
                option.value.map_or(Field::Code(&option.code), |number| {
                    Field::Whole(number.into())
                })
            }
            (_, cell) => plain(cell),
        }
    }
}

fn label<'a>(labels: &'a HashMap<String, String>, code: &'a str) -> Field<'a> {
    let label = labels.get(code);
    label.map_or(Field::Code(code), |label| Field::Text(label))
}

/// The cell with choices by their codes.
pub fn plain(cell: Cell<'_>) -> Field<'_> {
    match cell {
        Cell::Campaign(campaign) => Field::Text(campaign.key),
        Cell::Language(tag) => Field::Text(tag),
        Cell::Week(monday) => Field::Week(monday),
        Cell::Period(kind, number) => Field::Period(kind, number),
        Cell::Group(group) => Field::Code(&group.code),
        Cell::Choice(option) => Field::Code(&option.code),
        Cell::Chosen(flag) | Cell::YesNo(flag) => Field::Flag(flag),
        Cell::Date(period) => Field::Date(period),
        Cell::Whole(number) => Field::Whole(number),
        Cell::Decimal(number) => Field::Decimal(number),
        Cell::Score(number, decimals) => score(number, decimals),
        Cell::Missing(missing) => Field::Missing(missing),
    }
}

/// A score, which is rounded already.
#[allow(
    clippy::cast_possible_truncation,
    reason = "it is a whole number below the bound"
)]
fn score<'a>(number: f64, decimals: u8) -> Field<'a> {
    let scaled = (number * 10_f64.powi(decimals.into())).round();
    if scaled.abs() < 1e15 {
        let scaled = scaled as i64;
        Field::Decimal(Fixed { scaled, decimals })
    } else {
        Field::Float(number, decimals)
    }
}

//! Statistics as a table: a row a group.
//!
//! First come the dimensions, then the counts, the mean with its interval, and for each category its count and its share
//! with its interval: `severe__count`, `severe__share`, `severe__lower`, `severe__upper`.

use super::csv::{CsvOptions, CsvWriter, RowFault};
use super::parquet::small_table;
use super::table::{Field, ValueType, WriteFault};
use crate::domain::disclosure::cell_key::{ProtectedCount, ProtectedFigure};
use crate::domain::statistics::{Dimension, PublishedGroup, Statistics, Value};

/// The columns of every table, behind those of the dimensions.
const COUNTS: [&str; 6] = [
    "responses",
    "answered",
    "hidden",
    "not_asked",
    "blank",
    "declined",
];

/// Digits after the point of a figure.
const DECIMALS: u8 = 4;

/// The table as CSV.
///
/// # Errors
///
/// When a row does not fit the header, which none does.
pub fn statistics_csv(statistics: &Statistics, options: CsvOptions) -> Result<Vec<u8>, RowFault> {
    let mut csv = CsvWriter::new(options);
    let columns = columns(statistics);
    columns.iter().for_each(|(name, _)| csv.text(name));
    csv.end_row()?;
    for group in &statistics.groups {
        for field in fields(statistics, group) {
            match field {
                Field::Text(text) => csv.text(text),
                Field::Whole(number) => csv.number(number),
                Field::Float(number, _) => csv.number(number),
                _ => csv.blank(),
            }
        }
        csv.end_row()?;
    }
    Ok(csv.take())
}

/// The table as a Parquet file: counts and versions are whole numbers, figures are numbers, the rest is text. What is not
/// shown is null.
///
/// # Errors
///
/// When a row does not fit the header, which none does.
pub fn statistics_parquet(statistics: &Statistics) -> Result<Vec<u8>, WriteFault> {
    let groups = statistics.groups.iter();
    let rows = groups.map(|group| fields(statistics, group));
    small_table("statistics", &columns(statistics), rows)
}

fn columns(statistics: &Statistics) -> Vec<(String, ValueType)> {
    let dimension = |it: &Dimension| {
        let value_type = match it {
            Dimension::FormVersion => ValueType::Whole,
            _ => ValueType::Text,
        };
        (it.name().to_owned(), value_type)
    };
    let mut columns: Vec<_> = statistics.by.iter().map(dimension).collect();
    let counts = COUNTS.iter();
    columns.extend(counts.map(|name| ((*name).to_owned(), ValueType::Whole)));
    let figure = |name: String| (name, ValueType::Decimal(DECIMALS));
    if statistics.measure.numbers.is_some() {
        let names = ["mean", "mean_lower", "mean_upper"];
        columns.extend(names.map(|name| figure(name.to_owned())));
    }
    for category in &statistics.measure.categories {
        let name = |part: &str| format!("{}__{part}", category.code);
        columns.push((name("count"), ValueType::Whole));
        columns.extend(["share", "lower", "upper"].map(|part| figure(name(part))));
    }
    columns
}

/// The row of a group.
fn fields<'a>(statistics: &'a Statistics, group: &'a PublishedGroup) -> Vec<Field<'a>> {
    let by = statistics.by.iter().zip(&group.by);
    let value = |(dimension, value): (&Dimension, &'a Value)| {
        let code = value.code();
        match (dimension, code.parse()) {
            (Dimension::FormVersion, Ok(number)) => Field::Whole(number),
            _ => Field::Text(code),
        }
    };
    let mut fields: Vec<Field<'a>> = by.map(value).collect();
    let counts = [&group.responses, &group.answered].into_iter();
    fields.extend(counts.chain(&group.missing).map(count));
    if statistics.measure.numbers.is_some() {
        fields.extend(figure(group.mean.as_ref()));
    }
    for (counted, share) in group.counts.iter().zip(&group.shares) {
        fields.push(count(counted));
        fields.extend(figure(share.as_ref()));
    }
    fields
}

fn count<'f>(count: &ProtectedCount) -> Field<'f> {
    i64::try_from(count.value).map_or(Field::Empty, Field::Whole)
}

fn figure<'f>(figure: Option<&ProtectedFigure>) -> [Field<'f>; 3] {
    match figure {
        Some(it) => [it.value, it.lower, it.upper].map(|number| Field::Float(number, DECIMALS)),
        None => [Field::Empty; 3],
    }
}

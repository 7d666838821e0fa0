//! Statistics as a table: a row a group.
//!
//! First come the dimensions, then the counts, the mean with its interval, and for each category its count and its share
//! with its interval: `severe__count`, `severe__share`, `severe__lower`, `severe__upper`.

use super::csv::{CsvOptions, CsvWriter, RowFault};
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::statistics::{PublishedGroup, Statistics};

/// The columns of every table, behind those of the dimensions.
const COUNTS: [&str; 6] = [
    "responses",
    "answered",
    "hidden",
    "not_asked",
    "blank",
    "declined",
];

/// Writes the whole table.
///
/// # Errors
///
/// When a row does not fit the header, which none does.
pub fn statistics_csv(statistics: &Statistics, options: CsvOptions) -> Result<Vec<u8>, RowFault> {
    let mut csv = CsvWriter::new(options);
    statistics.by.iter().for_each(|it| csv.text(it.name()));
    COUNTS.iter().for_each(|name| csv.text(name));
    let has_mean = statistics.measure.numbers.is_some();
    if has_mean {
        let names = ["mean", "mean_lower", "mean_upper"];
        names.iter().for_each(|name| csv.text(name));
    }
    for category in &statistics.measure.categories {
        for part in ["count", "share", "lower", "upper"] {
            csv.text(&format!("{}__{part}", category.code));
        }
    }
    csv.end_row()?;
    for group in &statistics.groups {
        row(&mut csv, group, has_mean);
        csv.end_row()?;
    }
    Ok(csv.take())
}

fn row(csv: &mut CsvWriter, group: &PublishedGroup, has_mean: bool) {
    group.by.iter().for_each(|value| csv.text(value.code()));
    let counts = [&group.responses, &group.answered].into_iter();
    counts
        .chain(&group.missing)
        .for_each(|count| csv.number(count.value));
    if has_mean {
        figure(csv, group.mean.as_ref());
    }
    for (count, share) in group.counts.iter().zip(&group.shares) {
        csv.number(count.value);
        figure(csv, share.as_ref());
    }
}

fn figure(csv: &mut CsvWriter, figure: Option<&ProtectedFigure>) {
    match figure {
        Some(it) => {
            for number in [it.value, it.lower, it.upper] {
                csv.number(number);
            }
        }
        None => (0..3).for_each(|_| csv.blank()),
    }
}

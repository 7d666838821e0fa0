//! One cell of a table.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::domain::codebook::{Fixed, Missing};
use crate::domain::form::Period;
use crate::domain::period::PeriodKind;
use crate::domain::week::IsoWeek;

/// One cell of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// Words of somebody: a label, a key, a language.
    Text(&'a str),
    /// A code or a name of ours: lower-case letters, digits, `_` and `@`, or a null flavour.
    Code(&'a str),
    /// 0 or 1.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A decimal number.
    Decimal(Fixed),
    /// A number too large for [`Fixed`], with its digits after the point.
    Float(f64, u8),
    /// The ISO week of this Monday.
    Week(NaiveDate),
    /// The month, quarter or year with this number, in the place of a week.
    Period(PeriodKind, u32),
    /// A day, a month or a year.
    Date(Period),
    /// Nothing, for this reason.
    Missing(Missing),
    /// Nothing, and nothing is missing.
    Empty,
}

/// The names of weeks, which are few where rows are many.
#[derive(Debug, Default)]
pub struct WeekNames(HashMap<NaiveDate, String>);

impl WeekNames {
    /// The name of the week of this Monday: `2027-W05`.
    pub fn name(&mut self, monday: NaiveDate) -> &str {
        let name = self.0.entry(monday);
        name.or_insert_with(|| IsoWeek::of(monday).to_string())
    }
}

impl Field<'_> {
    /// Writes it as text, as a CSV file has it; nothing for what is missing. For formats whose columns hold text.
    pub fn write_text(&self, weeks: &mut WeekNames, text: &mut String) {
        // A string takes everything.
        let _ = match *self {
            Self::Text(words) | Self::Code(words) => text.write_str(words),
            Self::Flag(flag) => text.write_str(if flag { "1" } else { "0" }),
            Self::Whole(number) => write!(text, "{number}"),
            Self::Decimal(number) => write!(text, "{number}"),
            Self::Float(number, decimals) => {
                write!(text, "{number:.digits$}", digits = decimals.into())
            }
            Self::Week(monday) => text.write_str(weeks.name(monday)),
            Self::Period(kind, number) => text.write_str(&kind.written(number)),
            Self::Date(period) => write!(text, "{period}"),
            Self::Missing(_) | Self::Empty => Ok(()),
        };
    }

    /// The number, for formats whose numbers are floating.
    #[allow(
        clippy::cast_precision_loss,
        reason = "numbers of a form are far below 2^53"
    )]
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Flag(flag) => Some(f64::from(u8::from(flag))),
            Self::Whole(number) => Some(number as f64),
            Self::Decimal(fixed) => {
                Some(fixed.scaled as f64 / 10_f64.powi(i32::from(fixed.decimals)))
            }
            Self::Float(number, _) => Some(number),
            _ => None,
        }
    }
}

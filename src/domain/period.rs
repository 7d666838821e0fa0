//! Weeks, and the longer times that they belong to.

use chrono::{Datelike, Days, Months, NaiveDate};
use strum::{EnumString, IntoStaticStr};

use crate::domain::week::IsoWeek;

/// A week, or a longer time made of whole weeks.
///
/// A week belongs to the month, the quarter and the year in which its Thursday lies, as ISO 8601 assigns weeks to years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum PeriodKind {
    /// An ISO week: `2027-W05`.
    Week,
    /// A month: `2027-02`.
    Month,
    /// A quarter: `2027-Q1`.
    Quarter,
    /// A year: `2027`.
    Year,
}

impl PeriodKind {
    /// The name of the dimension.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The number of the period with the week of this Monday. Later ones have greater numbers.
    pub fn number(self, monday: NaiveDate) -> u32 {
        let thursday = monday.checked_add_days(Days::new(3)).unwrap_or(monday);
        let year = u32::try_from(thursday.year()).unwrap_or_default();
        match self {
            Self::Week => u32::try_from(monday.num_days_from_ce()).unwrap_or_default(),
            Self::Month => year * 12 + thursday.month0(),
            Self::Quarter => year * 4 + thursday.month0() / 3,
            Self::Year => year,
        }
    }

    /// The Mondays of the first and of the last week of the period with this number.
    pub fn weeks(self, number: u32) -> Option<(NaiveDate, NaiveDate)> {
        let (year, month0, months) = match self {
            Self::Week => {
                let monday = NaiveDate::from_num_days_from_ce_opt(number.try_into().ok()?)?;
                return Some((monday, monday));
            }
            Self::Month => (number / 12, number % 12, 1),
            Self::Quarter => (number / 4, number % 4 * 3, 3),
            Self::Year => (number, 0, 12),
        };
        let first = NaiveDate::from_ymd_opt(year.try_into().ok()?, month0 + 1, 1)?;
        let after = first.checked_add_months(Months::new(months))?;
        // The week is that of its Thursday: the first and the last one of the period.
        let first = IsoWeek::of(first.checked_add_days(Days::new(3))?).monday();
        let last = IsoWeek::of(after.checked_sub_days(Days::new(4))?).monday();
        Some((first, last))
    }

    /// The period with this number, as it is written.
    pub fn written(self, number: u32) -> String {
        match self {
            Self::Week => {
                let days = i32::try_from(number).unwrap_or_default();
                let monday = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or_default();
                IsoWeek::of(monday).to_string()
            }
            Self::Month => format!("{:04}-{:02}", number / 12, number % 12 + 1),
            Self::Quarter => format!("{:04}-Q{}", number / 4, number % 4 + 1),
            Self::Year => format!("{number:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_belongs_to_the_month_quarter_and_year_of_its_thursday() {
        use PeriodKind::{Month, Quarter, Week, Year};
        for (monday, expected) in [
            ((2026, 12, 28), ["2026-W53", "2026-12", "2026-Q4", "2026"]),
            ((2024, 12, 30), ["2025-W01", "2025-01", "2025-Q1", "2025"]),
            ((2027, 3, 29), ["2027-W13", "2027-04", "2027-Q2", "2027"]),
        ] {
            let (year, month, day) = monday;
            let monday = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            let written =
                [Week, Month, Quarter, Year].map(|kind| kind.written(kind.number(monday)));
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn the_weeks_of_a_period_are_those_that_belong_to_it() {
        let mut monday = NaiveDate::from_ymd_opt(2023, 12, 25).unwrap();
        while monday.year() < 2033 {
            for kind in [
                PeriodKind::Week,
                PeriodKind::Month,
                PeriodKind::Quarter,
                PeriodKind::Year,
            ] {
                let number = kind.number(monday);
                let (first, last) = kind.weeks(number).unwrap();
                assert!(first <= monday && monday <= last, "{kind:?} {monday}");
                for end in [first, last] {
                    assert_eq!(kind.number(end), number);
                }
                assert_eq!(
                    kind.number(first - Days::new(7)),
                    PeriodKind::number(kind, first) - step(kind)
                );
                assert_ne!(kind.number(last + Days::new(7)), number);
            }
            monday = monday + Days::new(7);
        }
    }

    fn step(kind: PeriodKind) -> u32 {
        if kind == PeriodKind::Week { 7 } else { 1 }
    }
}

//! The ISO week: the only time that is stored with a response.

use std::fmt::{self, Display};
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A week of ISO 8601, from Monday to Sunday, written `2027-W05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IsoWeek {
    monday: NaiveDate,
}

/// The text is not a week such as `2027-W05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an ISO week such as 2027-W05")]
pub struct NotAWeek;

impl IsoWeek {
    /// The week that `date` lies in.
    pub fn of(date: NaiveDate) -> Self {
        let past_monday = u64::from(date.weekday().num_days_from_monday());
        Self {
            monday: date
                .checked_sub_days(Days::new(past_monday))
                .unwrap_or(NaiveDate::MIN),
        }
    }

    /// The first day of the week.
    pub fn monday(self) -> NaiveDate {
        self.monday
    }

    /// The last day of the week.
    pub fn sunday(self) -> NaiveDate {
        self.monday
            .checked_add_days(Days::new(6))
            .unwrap_or(NaiveDate::MAX)
    }
}

impl Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let week = self.monday.iso_week();
        write!(f, "{:04}-W{:02}", week.year(), week.week())
    }
}

impl FromStr for IsoWeek {
    type Err = NotAWeek;

    fn from_str(text: &str) -> Result<Self, NotAWeek> {
        let (year, week) = text.split_once("-W").ok_or(NotAWeek)?;
        let digits = |part: &str, count: usize| {
            part.len() == count && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(week, 2) {
            return Err(NotAWeek);
        }
        let (year, week) = (
            year.parse().map_err(|_| NotAWeek)?,
            week.parse().map_err(|_| NotAWeek)?,
        );
        let monday = NaiveDate::from_isoywd_opt(year, week, Weekday::Mon).ok_or(NotAWeek)?;
        Ok(Self { monday })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_written_and_read_the_same() {
        let week = IsoWeek::of(NaiveDate::from_ymd_opt(2027, 1, 1).unwrap());
        assert_eq!(
            week.to_string(),
            "2026-W53",
            "the first of January 2027 is a Friday of the old year's last week"
        );
        assert_eq!("2026-W53".parse(), Ok(week));
        assert_eq!(
            week.monday(),
            NaiveDate::from_ymd_opt(2026, 12, 28).unwrap()
        );
    }

    #[test]
    fn what_is_no_week_is_refused() {
        for text in [
            "",
            "2027",
            "2027-W54",
            "2027-W00",
            "2027-5",
            "+027-W05",
            "2027-W5",
            "2025-W53",
            "2027-W05 ",
        ] {
            assert_eq!(text.parse::<IsoWeek>(), Err(NotAWeek), "{text:?}");
        }
    }
}

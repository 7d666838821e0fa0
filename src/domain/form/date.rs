//! Dates as answers: whole days, months or years, and the bounds of them.
//!
//! A response is kept with its week and without its day, so everything here goes by the week. A relative bound is
//! counted from the week of answering, and a date within that week is kept as that of its Monday: otherwise somebody who
//! says "today" or "this month" would say on which day of the week the response came.

use std::fmt::{self, Display};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::week::IsoWeek;

const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2099;

/// How long a response may be on its way, as when it was filled in offline, before a relative lower bound refuses it.
const LEEWAY: Days = Days::new(35);

/// How exactly a date is asked and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePrecision {
    /// `2026-11-26`
    Day,
    /// `2026-11`
    Month,
    /// `2026`
    Year,
}

/// A day, a month or a year: how many there are between it and the first one of 1900.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    precision: DatePrecision,
    number: u32,
}

impl DatePrecision {
    /// The number of bytes of a period in a record. The numbers of all of them are below the reserved values.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::Day => 3,
            Self::Month => 2,
            Self::Year => 1,
        }
    }

    /// How it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The period that `date` lies in; none before 1900 and after 2099.
    pub fn period(self, date: NaiveDate) -> Option<Period> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
            return None;
        }
        let years = u32::try_from(date.year() - FIRST_YEAR).ok()?;
        let number = match self {
            Self::Day => u32::try_from((date - epoch()).num_days()).ok()?,
            Self::Month => years * 12 + date.month0(),
            Self::Year => years,
        };
        Some(Period {
            precision: self,
            number,
        })
    }

    /// The period with this number.
    pub fn numbered(self, number: u32) -> Option<Period> {
        let period = Period {
            precision: self,
            number,
        };
        (period.start()?.year() <= LAST_YEAR).then_some(period)
    }

    /// Reads `2026-11-26`, `2026-11` or `2026`: a date at least as exact as this.
    pub fn read(self, text: &str) -> Option<Period> {
        let digits = |part: &str, count: usize| -> Option<u32> {
            let plain = part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok())?
        };
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = parts.next().map(|part| digits(part, 2));
        let day = parts.next().map(|part| digits(part, 2));
        if parts.next().is_some() {
            return None;
        }
        let exact_enough = match self {
            Self::Day => day.is_some(),
            Self::Month => month.is_some(),
            Self::Year => true,
        };
        let date = NaiveDate::from_ymd_opt(
            i32::try_from(year).ok()?,
            month.unwrap_or(Some(1))?,
            day.unwrap_or(Some(1))?,
        )?;
        exact_enough.then(|| self.period(date))?
    }
}

impl Period {
    /// How many periods lie between it and the first one of 1900.
    pub const fn number(self) -> u32 {
        self.number
    }

    /// Its first day.
    pub fn start(self) -> Option<NaiveDate> {
        match self.precision {
            DatePrecision::Day => epoch().checked_add_days(Days::new(self.number.into())),
            DatePrecision::Month => epoch().checked_add_months(Months::new(self.number)),
            DatePrecision::Year => {
                epoch().checked_add_months(Months::new(self.number.checked_mul(12)?))
            }
        }
    }

    /// The period as it is kept with a response of this week: one that begins within the week becomes that of its Monday.
    #[must_use]
    pub fn within(self, week: IsoWeek) -> Self {
        let begins_within = self
            .start()
            .is_some_and(|start| week.monday() < start && start <= end_of(week));
        if begins_within {
            self.precision.period(week.monday()).unwrap_or(self)
        } else {
            self
        }
    }
}

impl Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(start) = self.start() else {
            return Ok(());
        };
        match self.precision {
            DatePrecision::Day => write!(f, "{}", start.format("%Y-%m-%d")),
            DatePrecision::Month => write!(f, "{}", start.format("%Y-%m")),
            DatePrecision::Year => write!(f, "{}", start.format("%Y")),
        }
    }
}

/// The first or the last date that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateBound {
    /// This one.
    At(Period),
    /// So long before or after the week of answering.
    Relative {
        /// Whether it lies before it.
        before: bool,
        /// Months between them.
        months: u32,
        /// Days more.
        days: u32,
    },
}

impl DateBound {
    /// Reads a date, `today`, or an ISO 8601 duration such as `-P5Y`, `P6M`, `-P1Y6M` or `-P2W`.
    pub fn read(text: &str, precision: DatePrecision) -> Option<Self> {
        if text == "today" {
            return Some(Self::Relative {
                before: false,
                months: 0,
                days: 0,
            });
        }
        let (before, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let Some(mut rest) = rest.strip_prefix('P') else {
            return precision.read(text).map(Self::At);
        };
        let (mut months, mut days) = (0, 0);
        let mut units = ['Y', 'M', 'W', 'D'].as_slice();
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let count: u32 = rest
                .get(..end)?
                .parse()
                .ok()
                .filter(|count| *count <= 9999)?;
            let unit = rest.get(end..)?.chars().next()?;
            let place = units.iter().position(|known| *known == unit)?;
            units = units.get(place + 1..)?;
            match unit {
                'Y' => months += count * 12,
                'M' => months += count,
                'W' => days += count * 7,
                _ => days += count,
            }
            rest = rest.get(end + 1..)?;
        }
        (units.len() < 4).then_some(Self::Relative {
            before,
            months,
            days,
        })
    }

    /// The least period that an answer of this week can have, with a leeway for what was on its way for long.
    pub fn earliest(self, precision: DatePrecision, week: IsoWeek) -> Option<Period> {
        match self {
            Self::At(period) => Some(period),
            Self::Relative { .. } => {
                precision.period(self.from(week.monday())?.checked_sub_days(LEEWAY)?)
            }
        }
    }

    /// The last period that an answer of this week can have.
    pub fn latest(self, precision: DatePrecision, week: IsoWeek) -> Option<Period> {
        match self {
            Self::At(period) => Some(period),
            Self::Relative { .. } => precision.period(self.from(end_of(week))?),
        }
    }

    fn from(self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::At(period) => period.start(),
            Self::Relative {
                before: true,
                months,
                days,
            } => date
                .checked_sub_months(Months::new(months))?
                .checked_sub_days(Days::new(days.into())),
            Self::Relative { months, days, .. } => date
                .checked_add_months(Months::new(months))?
                .checked_add_days(Days::new(days.into())),
        }
    }

    /// Whether nothing lies between this lower bound and `latest`, whatever the week; unknown where only one of them is
    /// relative.
    pub fn is_after(self, latest: Self) -> bool {
        match (self, latest) {
            (Self::At(one), Self::At(other)) => one > other,
            (Self::Relative { .. }, Self::Relative { .. }) => {
                self.from(epoch()) > latest.from(epoch())
            }
            _ => false,
        }
    }
}

/// The Monday after the week: east of the server the next week begins before its own does.
fn end_of(week: IsoWeek) -> NaiveDate {
    week.monday()
        .checked_add_days(Days::new(7))
        .unwrap_or(NaiveDate::MAX)
}

fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_is_read_as_exactly_as_it_is_kept_and_no_less() {
        use DatePrecision::{Day, Month, Year};
        for (precision, text, read) in [
            (Day, "2026-11-26", Some("2026-11-26")),
            (Day, "2026-11", None),
            (Month, "2026-11-26", Some("2026-11")),
            (Month, "2026-11", Some("2026-11")),
            (Month, "2026", None),
            (Year, "2026-11-26", Some("2026")),
            (Year, "1900", Some("1900")),
            (Day, "1900-01-01", Some("1900-01-01")),
            (Day, "2099-12-31", Some("2099-12-31")),
            (Day, "2024-02-29", Some("2024-02-29")),
            (Day, "2026-02-29", None),
            (Year, "1899", None),
            (Year, "2100", None),
            (Month, "2026-13", None),
            (Month, "2026-1", None),
            (Day, "2026-11-26T10:00", None),
            (Day, "2026-11-26-01", None),
            (Year, "+026", None),
            (Year, "", None),
        ] {
            let found = precision.read(text).map(|period| period.to_string());
            assert_eq!(found.as_deref(), read, "{precision:?} {text}");
        }
    }

    #[test]
    fn every_period_has_its_number_and_fits_its_bytes() {
        use DatePrecision::{Day, Month, Year};
        for precision in [Day, Month, Year] {
            let last = precision.read("2099-12-31").unwrap().number();
            for number in 0..=last {
                let period = precision.numbered(number).unwrap();
                assert_eq!(precision.read(&period.to_string()), Some(period));
            }
            assert_eq!(precision.numbered(last + 1), None);
            assert!(u64::from(last) + 3 < 1 << (8 * precision.width()));
        }
    }

    /// Whatever day of the week it is, somebody who says "today" or the month or year of today leaves the same trace.
    #[test]
    fn a_date_of_today_says_nothing_about_the_day_of_the_week() {
        for monday in ["2026-11-23", "2026-11-30", "2026-12-28", "2027-02-22"] {
            let week = IsoWeek::of(day(monday));
            for precision in [
                DatePrecision::Day,
                DatePrecision::Month,
                DatePrecision::Year,
            ] {
                let kept: Vec<_> = (0..=7)
                    .map(|days| day(monday) + Days::new(days))
                    .map(|today| precision.period(today).unwrap().within(week))
                    .collect();
                assert!(kept.iter().all(|one| one == &kept[0]), "{kept:?}");
            }
            let past = DatePrecision::Day.period(day("2020-02-29")).unwrap();
            assert_eq!(past.within(week), past);
        }
    }

    #[test]
    fn bounds_go_by_the_week_with_room_for_what_came_late() {
        let week = IsoWeek::of(day("2026-11-26"));
        let read = |text| DateBound::read(text, DatePrecision::Day);
        let latest = |text| {
            let bound = read(text).unwrap().latest(DatePrecision::Day, week);
            bound.unwrap().to_string()
        };
        let earliest = |text| {
            let bound = read(text).unwrap().earliest(DatePrecision::Day, week);
            bound.unwrap().to_string()
        };
        assert_eq!(latest("today"), "2026-11-30");
        assert_eq!(latest("P1Y"), "2027-11-30");
        assert_eq!(latest("-P1W"), "2026-11-23");
        assert_eq!(latest("2026-11-26"), "2026-11-26");
        assert_eq!(earliest("-P5Y"), "2021-10-19");
        assert_eq!(earliest("-P1Y6M3D"), "2025-04-15");
        assert_eq!(earliest("2021-11-26"), "2021-11-26");
        for bad in [
            "", "P", "-P", "P5", "P5X", "P1D1Y", "PT5H", "-today", "tomorrow", "P99999Y",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let after = |one, other| read(one).unwrap().is_after(read(other).unwrap());
        assert!(after("today", "-P1Y") && after("2026-01-02", "2026-01-01"));
        assert!(!after("-P5Y", "today") && !after("2026-01-02", "today"));
    }
}

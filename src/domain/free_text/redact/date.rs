//! Dates: inside a resident registration number, and as a reason to leave a number alone.

/// Whether `month` and `day` (two digits each at most) can be a date. 29 February always can.
pub(super) fn is_month_day(month: &str, day: &str) -> bool {
    let last = match month.parse() {
        Ok(2) => 29,
        Ok(4 | 6 | 9 | 11) => 30,
        Ok(1..=12u8) => 31,
        _ => return false,
    };
    day.parse().is_ok_and(|day: u8| (1..=last).contains(&day))
}

/// Whether the digits start with YYMMDD.
pub(super) fn starts_with_yymmdd(digits: &str) -> bool {
    matches!((digits.get(2..4), digits.get(4..6)), (Some(month), Some(day)) if is_month_day(month, day))
}

/// Whether the digits start with YYMMDD, where the day may be one that its month has not: people mistype, and invent.
pub(super) fn starts_with_birth(digits: &str) -> bool {
    let within = |from: usize, last: u8| {
        let part = digits.get(from..from + 2).map(str::parse::<u8>);
        matches!(part, Some(Ok(part)) if (1..=last).contains(&part))
    };
    within(2, 12) && within(4, 31)
}

/// Whether the digits are a year of living memory or of a plan.
pub(super) fn is_year(digits: &str) -> bool {
    digits.len() == 4 && matches!(digits.parse(), Ok(1900..=2099u16))
}

/// Whether the digits as a whole are a date: YYYYMMDD, YYMMDD or YYYYMM.
pub(super) fn is_date(digits: &str) -> bool {
    let year = digits.get(..4).is_some_and(is_year);
    match digits.len() {
        8 => year && digits.get(2..).is_some_and(starts_with_yymmdd),
        6 => {
            starts_with_yymmdd(digits)
                || (year
                    && digits
                        .get(4..)
                        .is_some_and(|month| is_month_day(month, "1")))
        }
        _ => false,
    }
}

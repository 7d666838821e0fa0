//! Numbers about health, money and time, which stay in the text.

use super::date::{is_date, is_month_day, is_year};
use super::digits::{Group, Groups, Separator};

/// The index behind a date, a number with thousands or a decimal number that starts at the `i`th group, if any.
pub(super) fn at(groups: &Groups<'_>, i: usize) -> Option<usize> {
    date(groups, i)
        .or_else(|| thousands(groups, i))
        .or_else(|| decimal(groups, i))
}

/// 2026-11-03, 2026. 11. 3, 03/11/2026.
fn date(groups: &Groups<'_>, i: usize) -> Option<usize> {
    let joins = |sep| {
        matches!(
            sep,
            Separator::Dash | Separator::WideDash | Separator::Dot | Separator::Slash
        )
    };
    let (a, b, c) = (
        groups.get(i)?,
        groups.after(i, joins)?,
        groups.after(i + 1, joins)?,
    );
    let short = |group: &Group<'_>| group.digits.len() <= 2;
    let dated = if is_year(a.digits) {
        short(b) && short(c) && is_month_day(b.digits, c.digits)
    } else {
        short(a)
            && short(b)
            && is_year(c.digits)
            && (is_month_day(a.digits, b.digits) || is_month_day(b.digits, a.digits))
    };
    (dated && a.sep == b.sep).then_some(i + 3)
}

/// 2,500,000.
fn thousands(groups: &Groups<'_>, i: usize) -> Option<usize> {
    if groups.get(i)?.digits.len() > 3 {
        return None;
    }
    let mut next = i + 1;
    while groups
        .after(next - 1, |sep| sep == Separator::Comma)
        .is_some_and(|group| group.digits.len() == 3)
    {
        next += 1;
    }
    (next > i + 1).then_some(next)
}

/// 11.2, 0.012345: one dot only, and at most six decimals.
fn decimal(groups: &Groups<'_>, i: usize) -> Option<usize> {
    let (whole, fraction) = (
        groups.get(i)?,
        groups.after(i, |sep| sep == Separator::Dot)?,
    );
    let tight = fraction.start - whole.end == 1;
    (tight
        && whole.digits.len() <= 5
        && fraction.digits.len() <= 6
        && fraction.sep != Separator::Dot)
        .then_some(i + 2)
}

/// Whether the digits are more likely a date, a year or a round amount than a record number.
pub(super) fn is_plain(digits: &str) -> bool {
    is_date(digits) || is_year(digits) || is_round(digits)
}

/// Whether the digits are a round amount: 150000, 2500000.
fn is_round(digits: &str) -> bool {
    digits.len() <= 10 && !digits.starts_with('0') && digits.ends_with("000")
}

/// Whether `from-to` is a range of amounts: rising, and both round or close together.
pub(super) fn is_range(from: &str, to: &str) -> bool {
    let (Ok(low), Ok(high)) = (from.parse::<u32>(), to.parse::<u32>()) else {
        return false;
    };
    let leading_zero = from.starts_with('0') || to.starts_with('0');
    !leading_zero && low < high && ((low % 10 == 0 && high % 10 == 0) || high - low < 100)
}

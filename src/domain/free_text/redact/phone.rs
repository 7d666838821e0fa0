//! Phone numbers in the national form of Korea. The forms of other countries have their own file.

use super::context::Context;
use super::date::is_year;
use super::decision::Match;
use super::digits::{Groups, Joined, Separator, is_dash, is_mask};
use super::kind::Kind;
use super::numbering_plan as plan;
use super::phone_abroad;
use super::quantity::is_range;

/// The phone number that starts at the `i`th group and that its digits alone show.
pub(super) fn certain(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    let found = phone_abroad::international(groups, i)
        .or_else(|| korean(groups, i))
        .or_else(|| masked(groups, i))
        .or_else(|| phone_abroad::with_trunk_prefix(groups, i, barrier))
        .or_else(|| phone_abroad::nanp(groups, i, false))?;
    Some(with_sign(groups, i, barrier, &found))
}

/// The phone number that starts at the `i`th group and that only the words around it, or their absence, show.
pub(super) fn by_context(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    let found = short(groups, i, barrier)
        .or_else(|| phone_abroad::nanp(groups, i, true))
        .or_else(|| phone_abroad::nanp_unseparated(groups, i, barrier))?;
    Some(with_sign(groups, i, barrier, &found))
}

/// The national form: 010-0000-0000, 02)000-0000, 0310000000.
fn korean(groups: &Groups<'_>, i: usize) -> Option<Joined> {
    let first = groups.get(i)?;
    if !first.digits.starts_with('0') {
        return None;
    }
    let joins =
        |sep: Separator| sep.in_phone() || matches!(sep, Separator::Slash | Separator::Comma);
    groups
        .join(i, plan::MAX_DIGITS, plan::MAX_DIGITS, joins)
        .into_iter()
        .rev()
        .find(|joined| {
            let in_place = |cut: &usize| {
                Some(*cut) == plan::korean_prefix(&joined.digits) || cut + 4 == joined.digits.len()
            };
            // A mobile number is recognised with any grouping, the others only with the groups of the numbering plan.
            let split =
                joined.boundaries.iter().all(in_place) || plan::is_korean_mobile(&joined.digits);
            split && plan::is_korean(&joined.digits)
        })
}

/// A Korean number with a part masked: 010-****-0000, 010-0000-****.
fn masked(groups: &Groups<'_>, i: usize) -> Option<Joined> {
    let first = groups.get(i)?;
    if plan::korean_prefix(first.digits) != Some(first.digits.len()) {
        return None;
    }
    if let Some(last) = groups
        .after(i, |sep| sep == Separator::Mask)
        .filter(|last| last.digits.len() == 4)
    {
        return Some(Joined {
            end: last.end,
            next: i + 2,
            ..Joined::default()
        });
    }
    let middle = groups
        .after(i, Separator::in_phone)
        .filter(|middle| matches!(middle.digits.len(), 3 | 4))?;
    let rest = groups.text.get(middle.end..)?;
    let masks = rest.trim_start_matches(|c| is_dash(c) || matches!(c, ' ' | '.'));
    let mask = masks.chars().take_while(|&c| is_mask(c)).count();
    let skipped = rest.len() - masks.len();
    let length: usize = masks.chars().take(mask).map(char::len_utf8).sum();
    (mask >= 3 && skipped <= 3).then(|| Joined {
        end: middle.end + skipped + length,
        next: i + 2,
        ..Joined::default()
    })
}

/// Eight or seven digits without an area: 1588-0000, 0000-0000, 000-0000.
fn short(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Joined> {
    let first = groups.get(i)?;
    let bare = first
        .digits
        .get(..4)
        .filter(|_| first.digits.len() == 8)
        .is_some_and(plan::is_nationwide);
    let joins = |sep| {
        matches!(
            sep,
            Separator::Dash | Separator::WideDash | Separator::Space | Separator::Dot
        )
    };
    let slash = |sep| sep == Separator::Slash && plan::is_nationwide(first.digits);
    let second = groups
        .after(i, |sep| joins(sep) || slash(sep))
        .filter(|second| second.digits.len() == 4 && matches!(first.digits.len(), 3 | 4));
    let (end, next) = match second {
        Some(second) => (second.end, i + 2),
        None if bare => (first.end, i + 1),
        None => return None,
    };
    let context = Context::new(groups.text, barrier, first.start, end);
    let phone = context.mentions_phone();
    let years = second.is_some_and(|second| is_year(first.digits) && is_year(second.digits));
    let range = second.is_some_and(|second| is_range(first.digits, second.digits));
    if context.unit_follows() || context.names_record() || years || (range && !phone) {
        return None;
    }
    let tight = first.sep == Separator::Dash;
    let sure = bare
        || plan::is_nationwide(first.digits)
        || (first.digits.len() == 4 && tight && !is_year(first.digits));
    (sure || (phone && !range)).then(|| Joined {
        end,
        next,
        ..Joined::default()
    })
}

/// Takes in the plus sign or the parenthesis that the number starts with.
fn with_sign(groups: &Groups<'_>, i: usize, barrier: usize, found: &Joined) -> Match {
    let start = groups.get(i).map_or(0, |group| group.start);
    let before = groups.text.get(barrier..start).unwrap_or_default();
    let inside = groups.text.get(start..found.end).unwrap_or_default();
    let mut sign = usize::from(before.ends_with('+'));
    let unsigned = before.get(..before.len() - sign).unwrap_or_default();
    if unsigned.ends_with('(') && inside.contains(')') {
        sign += 1;
    }
    Match {
        start: start - sign,
        end: found.end,
        next: found.next,
        kind: Kind::Phone,
    }
}

//! Phone numbers in the international form, and in the national forms of other countries.

use super::context::Context;
use super::digits::{Groups, Joined, Separator};
use super::numbering_plan as plan;

/// Country code 82 after a plus sign, the international prefix 00 or the prefix of a Korean carrier (001, 002, 006).
const KOREA: [&str; 5] = ["82", "0082", "00182", "00282", "00682"];

/// The most digits and groups of one number: 15 digits of E.164, and an international prefix.
const MAX_DIALLED: usize = 18;
const MAX_GROUPS: usize = 8;

/// The international form (ITU-T E.164): `+82 …`, `82-…`, `0082 …`, `+1 …`, `0044 …`, and a plus sign before digits of
/// a valid length.
pub(super) fn international(groups: &Groups<'_>, i: usize) -> Option<Joined> {
    let first = groups.get(i)?;
    let plus = groups.text.get(..first.start)?.ends_with('+');
    let abroad = first
        .digits
        .strip_prefix("00")
        .filter(|code| !code.starts_with('0') && (1..=3).contains(&code.len()));
    if !plus && abroad.is_none() && !matches!(first.digits, "82" | "001" | "002" | "006") {
        return None;
    }
    let all = groups.join(i, MAX_GROUPS, MAX_DIALLED, Separator::in_phone);
    let korean = |joined: &&Joined| {
        let rest = KOREA.iter().find_map(|code| {
            joined
                .digits
                .strip_prefix(code)
                .filter(|_| plus || joined.boundaries.contains(&code.len()))
        });
        joined.last_len >= 4 && rest.is_some_and(plan::is_korean_international)
    };
    let nanp = |joined: &&Joined| {
        plus && joined.last_len >= 4 && joined.digits.strip_prefix('1').is_some_and(plan::is_nanp)
    };
    // A single digit behind a blank is the next word, not the number any more.
    let other = |joined: &&Joined| {
        let digits = if plus {
            Some(joined.digits.as_str())
        } else {
            joined.digits.get(2..).filter(|_| abroad.is_some())
        };
        let whole = joined.boundaries.is_empty() && plus;
        digits.is_some_and(plan::is_international)
            && (whole || (!joined.boundaries.is_empty() && joined.last_len >= 2))
    };
    let longest = |fits: &dyn Fn(&&Joined) -> bool| all.iter().rev().find(fits).cloned();
    longest(&korean)
        .or_else(|| longest(&nanp))
        .or_else(|| longest(&other))
}

/// The national form of other countries with the trunk prefix 0: 020 7946 0000, 03-0000-0000.
pub(super) fn with_trunk_prefix(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Joined> {
    let first = groups.get(i)?;
    let inside = i > 0
        && groups
            .get(i - 1)
            .is_some_and(|before| before.sep == Separator::Dash && before.end > barrier);
    if inside {
        return None;
    }
    if !first.digits.starts_with('0')
        || first.digits.starts_with("00")
        || !(2..=5).contains(&first.digits.len())
    {
        return None;
    }
    groups
        .join(i, 4, 11, Separator::in_phone)
        .into_iter()
        .find(|joined| {
            joined.digits.len() >= 10
                && joined.last_len >= 3
                && (1..=3).contains(&joined.boundaries.len())
        })
}

/// The form of the North American Numbering Plan (NANP): 3-3-4, and an optional 1 before. Parts that only blanks
/// separate may be three amounts in a row, so they count only if `blanks` is set.
pub(super) fn nanp(groups: &Groups<'_>, i: usize, blanks: bool) -> Option<Joined> {
    let lead = usize::from(groups.get(i)?.digits == "1");
    if lead == 1 && groups.after(i, Separator::in_phone).is_none() {
        return None;
    }
    let parts = [
        groups.get(i + lead)?,
        groups.get(i + lead + 1)?,
        groups.get(i + lead + 2)?,
    ];
    let [area, exchange, line] = parts;
    let shaped = area.digits.len() == 3 && exchange.digits.len() == 3 && line.digits.len() == 4;
    let joined = area.sep.in_phone() && exchange.sep.in_phone();
    let held = blanks || area.sep != Separator::Space || exchange.sep != Separator::Space;
    let all_round = parts
        .iter()
        .all(|part| part.digits.ends_with('0') && !part.digits.starts_with('0'));
    if shaped && joined && area.digits.starts_with(|c| matches!(c, '2'..='9')) && !all_round && held
    {
        return Some(Joined {
            end: line.end,
            next: i + lead + 3,
            ..Joined::default()
        });
    }
    None
}

/// Ten digits of the NANP in one run, with a word about phoning.
pub(super) fn nanp_unseparated(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Joined> {
    let group = groups.get(i)?;
    let context = Context::new(groups.text, barrier, group.start, group.end);
    (plan::is_nanp(group.digits) && context.mentions_phone_in_english()).then(|| Joined {
        end: group.end,
        next: i + 1,
        ..Joined::default()
    })
}

//! Korean resident registration numbers, and those of foreigners.
//!
//! Layout: YYMMDD-GNNNNNN, the birth date and then a digit for sex and century (1 to 4 for Koreans, 5 to 8 for
//! foreigners). The last digit was a checksum until October 2020; later numbers are random behind the G,
//! so the checksum says nothing and is not asked for. Numbers of which the end is hidden count as well.

use super::context::Context;
use super::date::{is_date, starts_with_yymmdd};
use super::decision::Match;
use super::digits::{Groups, Separator, is_dash, is_mask};
use super::kind::Kind;

/// The number that starts at the `i`th group, if any.
pub(super) fn at(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    let first = groups.get(i)?;
    let hit = |end, next| {
        Some(Match {
            start: first.start,
            end,
            next,
            kind: Kind::ResidentNumber,
        })
    };
    let rest = groups.text.get(first.end..).unwrap_or_default();
    let dated = starts_with_yymmdd(first.digits);

    if first.digits.len() == 13 && dated && first.digits.get(6..).is_some_and(has_sex) {
        return hit(first.end, i + 1);
    }
    let whole_year = first.digits.len() == 8 && is_date(first.digits);
    if (first.digits.len() == 6 && dated) || whole_year {
        let joins = |sep| {
            matches!(
                sep,
                Separator::Dash
                    | Separator::WideDash
                    | Separator::Space
                    | Separator::Dot
                    | Separator::Comma
            )
        };
        if let Some(second) = groups
            .after(i, joins)
            .filter(|second| has_sex(second.digits))
        {
            let hidden = groups.text.get(second.end..).map_or(0, masked);
            if second.digits.len() == 7 {
                return hit(second.end, i + 2);
            }
            // The end hidden, or left off behind the digit for sex.
            let cut_off = first.sep == Separator::Dash && second.digits.len() == 1;
            if (hidden > 0 || cut_off) && second.digits.len() < 7 {
                return hit(second.end + hidden, i + 2);
            }
        }
        let dash = rest
            .chars()
            .next()
            .filter(|&c| is_dash(c))
            .map_or(0, char::len_utf8);
        let hidden = rest.get(dash..).map_or(0, masked);
        if hidden > 0 {
            return hit(first.end + dash + hidden, i + 1);
        }
    }
    if dated
        && (6..=12).contains(&first.digits.len())
        && Context::new(groups.text, barrier, first.start, first.end).names_resident()
    {
        // The front of one, or what somebody has typed of it.
        return match groups
            .after(i, |sep| sep == Separator::Dash)
            .filter(|second| second.digits.len() < 7)
        {
            Some(second) => hit(second.end, i + 2),
            None => hit(first.end, i + 1),
        };
    }
    None
}

/// Whether the digits start with one for sex and century.
fn has_sex(digits: &str) -> bool {
    digits.starts_with(|c| matches!(c, '1'..='8'))
}

/// The length of the characters at the start of `text` that hide digits, if they are enough to be that.
fn masked(text: &str) -> usize {
    let end = text.find(|c| !is_mask(c)).unwrap_or(text.len());
    if text
        .get(..end)
        .is_some_and(|mask| mask.chars().count() >= 4)
    {
        end
    } else {
        0
    }
}

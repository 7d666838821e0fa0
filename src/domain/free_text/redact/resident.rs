//! Korean resident registration numbers, and those of foreigners.
//!
//! Layout: YYMMDD-GNNNNNN. The first part is the birth date; G tells sex and century (1 to 4 for Koreans, 5 to 8 for
//! foreigners). The last digit was a check digit until October 2020. The digits behind the G of later numbers are
//! random, so no check digit is verified. Numbers with a masked end count as well.

use std::sync::LazyLock;

use regex::Regex;

use super::context::Context;
use super::date::{is_date, starts_with_birth, starts_with_yymmdd};
use super::decision::Match;
use super::digits::{Group, Groups, Separator, is_dash, is_mask};
use super::finding::Finding;
use super::joint;
use super::kind::Kind;
use super::pattern::{pattern, values};
use super::unit::unit_follows;

/// The birth date with dots, words or signs between its parts, and the second part directly behind it.
static PARTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> (?: 19 | 20 )? [0-9]{2} \s? [.년/\-] \s? (?: 0? [1-9] | 1[0-2] ) \s? [.월/\-] \s? (?: [12][0-9] | 3[01] | 0?[1-9] ) \s? (?: 일 \s? 생? )? [\s.,~–—\-]{0,3} [1-8][0-9]{6} )",
    )
});

/// Finds numbers whose birth date is written in parts: 66.11.30.-1000000.
pub(super) fn parted(piece: &str) -> Vec<Finding> {
    values(
        piece,
        &PARTED,
        Kind::ResidentNumber,
        |before, value, after| {
            let digit = |c: char| c.is_ascii_digit();
            // A date and an amount have the same form: 2024.03.12 1250000.
            let halves = value.trim_end_matches(digit);
            let joined = halves.ends_with(is_dash) || halves.contains('생');
            let from = before.char_indices().rev().nth(11).map_or(0, |(at, _)| at);
            let near = before.get(from..).unwrap_or_default();
            let named = ["주민", "민증", "등록번호"]
                .iter()
                .any(|cue| near.contains(cue));
            !before.ends_with(digit)
                && !after.starts_with(digit)
                && (joined || (named && !unit_follows(after)))
        },
    )
}

/// The number that starts at the `i`th group, if any.
pub(super) fn at(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    let start = groups.get(i)?.start;
    let (end, next) = undivided(groups, i)
        .or_else(|| divided(groups, i))
        .or_else(|| masked(groups, i))
        .or_else(|| named(groups, i, barrier))?;
    Some(Match {
        start,
        end,
        next,
        kind: Kind::ResidentNumber,
    })
}

/// Thirteen digits in one run.
fn undivided(groups: &Groups<'_>, i: usize) -> Option<(usize, usize)> {
    let first = groups.get(i)?;
    let whole = first.digits.len() == 13
        && starts_with_birth(first.digits)
        && first.digits.get(6..).is_some_and(starts_with_sex_digit);
    whole.then_some((first.end, i + 1))
}

/// The birth date, and the second part in a group of its own: complete, masked at its end, or cut off behind the
/// digit for sex.
fn divided(groups: &Groups<'_>, i: usize) -> Option<(usize, usize)> {
    let first = birth_date(groups, i)?;
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
    let second = groups
        .after(i, |_| true)
        .filter(|second| {
            let gap = groups.text.get(first.end..second.start).unwrap_or_default();
            joins(first.sep) || (second.digits.len() == 7 && joint::sign(gap) == gap.len())
        })
        .filter(|second| starts_with_sex_digit(second.digits))?;
    // Two amounts: 210431 1500000원.
    let dated = first.digits.len() == 8 || starts_with_yymmdd(first.digits);
    let after = groups.text.get(second.end..).unwrap_or_default();
    if !dated && first.sep != Separator::Dash && unit_follows(after) {
        return None;
    }
    let mask = groups.text.get(second.end..).map_or(0, mask_length);
    let cut_off = first.sep == Separator::Dash && second.digits.len() == 1;
    match second.digits.len() {
        7 => Some((second.end, i + 2)),
        0..7 if mask > 0 || cut_off => Some((second.end + mask, i + 2)),
        _ => None,
    }
}

/// The birth date, and the whole second part masked.
fn masked(groups: &Groups<'_>, i: usize) -> Option<(usize, usize)> {
    let first = birth_date(groups, i)?;
    let rest = groups.text.get(first.end..)?;
    let dash = rest
        .chars()
        .next()
        .filter(|&c| is_dash(c))
        .map_or(0, char::len_utf8);
    let mask = rest.get(dash..).map_or(0, mask_length);
    (mask > 0).then_some((first.end + dash + mask, i + 1))
}

/// The birth date alone, or with a part of what follows it, after a name for the number.
fn named(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<(usize, usize)> {
    let first = groups.get(i)?;
    let dated = starts_with_birth(first.digits) && (6..=12).contains(&first.digits.len());
    if !dated || !Context::new(groups.text, barrier, first.start, first.end).names_resident() {
        return None;
    }
    let second = groups
        .after(i, |sep| sep == Separator::Dash)
        .filter(|second| second.digits.len() < 7);
    Some(second.map_or((first.end, i + 1), |second| (second.end, i + 2)))
}

/// The `i`th group, if it is a date of six or eight digits.
fn birth_date<'g, 't>(groups: &'g Groups<'t>, i: usize) -> Option<&'g Group<'t>> {
    groups.get(i).filter(|group| match group.digits.len() {
        6 => starts_with_birth(group.digits),
        8 => is_date(group.digits),
        _ => false,
    })
}

/// Whether the digits start with one for sex and century.
fn starts_with_sex_digit(digits: &str) -> bool {
    digits.starts_with(|c| matches!(c, '1'..='8'))
}

/// The length in bytes of the mask at the start of `text`; 0 for fewer than four mask characters.
fn mask_length(text: &str) -> usize {
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

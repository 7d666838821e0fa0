//! Record numbers: the numbers by which a hospital, a bank or an insurer identifies people. They have no common
//! format, so any long number counts as one unless it looks like a date, a round amount or a quantity.

use super::context::Context;
use super::decision::{Decision, Match};
use super::digits::{Groups, Joined, Separator};
use super::kind::Kind;
use super::quantity::is_plain;

/// The fewest digits of a record number, and the fewest when a word names it.
const MIN_DIGITS: usize = 6;
const MIN_DIGITS_NAMED: usize = 5;

/// The most digits of an amount that is not round.
const MAX_AMOUNT_DIGITS: usize = 9;

/// The most groups and digits of one record number.
const MAX_GROUPS: usize = 8;
const MAX_DIGITS: usize = 40;

/// Decides on the groups from the `i`th on that dashes join.
pub(super) fn at(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Decision> {
    let first = groups.get(i)?;
    let chain = groups.longest(i, MAX_GROUPS, first.digits.len().max(MAX_DIGITS), |sep| {
        sep == Separator::Dash
    });
    let start = prefix_start(groups.text, barrier, first.start);
    let named = |chain: &Joined| {
        chain.digits.len() >= MIN_DIGITS_NAMED
            && Context::new(groups.text, barrier, start, chain.end).names_record()
    };
    if !is_long(groups, i, &chain) && !named(&chain) {
        return None;
    }

    let context = Context::new(groups.text, barrier, start, chain.end);
    let found = Decision::Found(Match {
        start,
        end: chain.end,
        next: chain.next,
        kind: Kind::RecordNumber,
    });
    if named(&chain) && !context.unit_follows() {
        return Some(found);
    }
    if !is_long(groups, i, &chain) {
        return None;
    }
    let amount = chain.digits.len() <= MAX_AMOUNT_DIGITS
        && (context.mentions_amount() || context.unit_follows());
    let plain = parts(groups, i, &chain).all(is_plain);
    if plain || amount {
        Some(Decision::Plain(chain.next))
    } else {
        Some(found)
    }
}

/// Whether there are enough digits, and not only in small parts such as 3-6-12.
fn is_long(groups: &Groups<'_>, i: usize, chain: &Joined) -> bool {
    let longest = parts(groups, i, chain).map(str::len).max().unwrap_or(0);
    let like_an_account = chain.boundaries.len() >= 2 && longest >= 4 && chain.digits.len() >= 9;
    longest >= MIN_DIGITS
        || (longest == MIN_DIGITS - 1 && chain.digits.len() >= 9)
        || like_an_account
}

fn parts<'t>(groups: &Groups<'t>, i: usize, chain: &Joined) -> impl Iterator<Item = &'t str> {
    (i..chain.next)
        .filter_map(|k| groups.get(k))
        .map(|group| group.digits)
}

/// The start of the number with up to four letters that belong to it: A1234567, SN-1234567.
fn prefix_start(text: &str, barrier: usize, start: usize) -> usize {
    let before = text.get(barrier..start).unwrap_or_default();
    let letters = before.strip_suffix('-').unwrap_or(before);
    let rest = letters.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let length = letters.len() - rest.len();
    // Behind another number they may be its unit.
    let unit = rest
        .trim_end_matches(|c: char| c.is_whitespace() || c == '/')
        .ends_with(|c: char| c.is_ascii_digit());
    if (1..=4).contains(&length) && !unit {
        barrier + rest.len()
    } else {
        start
    }
}

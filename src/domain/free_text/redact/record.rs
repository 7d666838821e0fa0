//! Record numbers: what a hospital, a bank or an insurer numbers people by. They have no common shape,
//! so any long number is taken for one unless it looks like a date, a round amount or a quantity.

use super::context::Context;
use super::decision::{Decision, Match};
use super::digits::{Groups, Joined, Separator};
use super::kind::Kind;
use super::quantity::is_plain;

/// From how many digits a number is long, and from how many when a word names it.
const LONG: usize = 6;
const NAMED: usize = 5;

/// An amount has at most so many digits, unless it is round.
const MAX_AMOUNT: usize = 9;

/// At most so many groups and digits belong to one record number.
const MAX_GROUPS: usize = 8;
const MAX_DIGITS: usize = 40;

/// Looks at the groups from the `i`th on that dashes join. `stop` says where a surer finding starts.
pub(super) fn at(
    groups: &Groups<'_>,
    i: usize,
    barrier: usize,
    stop: impl Fn(usize) -> bool,
) -> Option<Decision> {
    let first = groups.get(i)?;
    let mut chains = groups.join(i, first.digits.len().max(MAX_DIGITS), |sep| {
        sep == Separator::Dash
    });
    chains.truncate(MAX_GROUPS);
    let start = prefixed(groups.text, barrier, first.start);
    let named = |chain: &Joined| {
        chain.digits.len() >= NAMED
            && Context::new(groups.text, barrier, start, chain.end).names_record()
    };
    if !chains
        .last()
        .is_some_and(|chain| is_long(groups, i, chain) || named(chain))
    {
        return None;
    }
    let chain = chains
        .into_iter()
        .enumerate()
        .take_while(|&(k, _)| k == 0 || !stop(i + k))
        .last()?
        .1;

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
    let amount =
        chain.digits.len() <= MAX_AMOUNT && (context.speaks_of_amount() || context.unit_follows());
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
    let like_an_account = chain.cuts.len() >= 2 && longest >= 4 && chain.digits.len() >= 9;
    longest >= LONG || (longest == LONG - 1 && chain.digits.len() >= 9) || like_an_account
}

fn parts<'t>(groups: &Groups<'t>, i: usize, chain: &Joined) -> impl Iterator<Item = &'t str> {
    (i..chain.next)
        .filter_map(|k| groups.get(k))
        .map(|group| group.digits)
}

/// Takes in up to four letters that belong to the number: A1234567, SN-1234567.
fn prefixed(text: &str, barrier: usize, start: usize) -> usize {
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

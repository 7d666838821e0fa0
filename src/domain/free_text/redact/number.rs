//! Visits the digit groups from left to right and decides on each.
//!
//! A decision to keep groups because of what follows them skips all of them. A later finding therefore cannot
//! change it, and redaction is idempotent.

use std::sync::LazyLock;

use regex::Regex;

use super::decision::{Decision, Match};
use super::digits::{Groups, Separator};
use super::finding::Finding;
use super::kind::Kind;
use super::pattern::pattern;
use super::{card, phone, quantity, record, resident};

/// Finds resident registration numbers, card numbers and phone numbers that their digits alone show.
pub(super) fn by_form(piece: &str) -> Vec<Finding> {
    walk(piece, |groups, i, barrier| {
        let certain = |k| certain(groups, k, barrier);
        match certain(i) {
            Some(found) => Decision::Found(with_extension(
                groups,
                with_short_groups(groups, found, certain),
            )),
            None => Decision::Plain(i + 1),
        }
    })
}

/// Finds the phone numbers and record numbers that the words around them show, or that nothing speaks against.
pub(super) fn by_context(piece: &str) -> Vec<Finding> {
    walk(piece, |groups, i, barrier| {
        if let Some(next) = quantity::at(groups, i) {
            return Decision::Plain(next);
        }
        if let Some(found) = phone::by_context(groups, i, barrier) {
            let found = with_short_groups(groups, found, |_| None);
            return Decision::Found(with_extension(groups, found));
        }
        record::at(groups, i, barrier).unwrap_or(Decision::Plain(i + 1))
    })
}

fn walk(piece: &str, decide: impl Fn(&Groups<'_>, usize, usize) -> Decision) -> Vec<Finding> {
    let groups = Groups::of(piece);
    let (mut findings, mut i, mut barrier) = (Vec::new(), 0, 0);
    while groups.get(i).is_some() {
        match decide(&groups, i, barrier) {
            Decision::Found(found) => {
                findings.push(Finding {
                    start: found.start,
                    end: found.end,
                    kind: found.kind,
                });
                barrier = found.end;
                i = found.next;
            }
            Decision::Plain(next) => i = next,
        }
    }
    findings
}

/// Extends an identifier by the short groups that a dash joins to it, such as an extension number.
fn with_short_groups(
    groups: &Groups<'_>,
    mut found: Match,
    certain: impl Fn(usize) -> Option<Match>,
) -> Match {
    while let Some(last) = found.next.checked_sub(1).and_then(|last| groups.get(last)) {
        let more = groups
            .after(found.next - 1, |sep| {
                matches!(sep, Separator::Dash | Separator::Slash)
            })
            .filter(|more| match last.sep {
                // A second ending: 010-0000-0000/1111.
                Separator::Slash => found.kind == Kind::Phone && more.digits.len() == 4,
                _ => more.digits.len() <= 4,
            });
        match more {
            Some(more) if last.end == found.end && certain(found.next).is_none() => {
                found.end = more.end;
                found.next += 1;
            }
            _ => break,
        }
    }
    found
}

static EXTENSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ [\s,(]{0,2} (?: 내선 | 교환 | (?-u:\b) ext (?: ension )? \.? ) (?: \s? 번호 )? [\s:]{0,2} [0-9]{1,5}",
    )
});

/// Extends a phone number by the extension that a word names.
fn with_extension(groups: &Groups<'_>, mut found: Match) -> Match {
    let behind = groups.text.get(found.end..).unwrap_or_default();
    if let Some(extension) = EXTENSION.find(behind).filter(|_| found.kind == Kind::Phone) {
        found.end += extension.end();
        found.next += 1;
    }
    found
}

/// The identifier at the `i`th group that its digits alone show.
fn certain(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    resident::at(groups, i, barrier)
        .or_else(|| card::at(groups, i))
        .or_else(|| phone::certain(groups, i, barrier))
}

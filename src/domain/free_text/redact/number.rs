//! Visits the digit groups from left to right and decides on each.
//!
//! A decision to keep groups because of what follows them skips all of them. A later finding therefore cannot
//! change it, and redaction is idempotent.

use super::decision::{Decision, Match};
use super::digits::{Groups, Separator};
use super::span::Finding;
use super::{card, phone, quantity, record, resident};

/// Finds resident registration numbers, card numbers, phone numbers and record numbers.
pub(super) fn find(piece: &str) -> Vec<Finding> {
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

fn decide(groups: &Groups<'_>, i: usize, barrier: usize) -> Decision {
    let certain = |k| certain(groups, k, barrier);
    if let Some(found) = certain(i) {
        return Decision::Found(with_short_groups(groups, found, certain));
    }
    let plain = quantity::at(groups, i).filter(|&next| (i + 1..next).all(|k| certain(k).is_none()));
    if let Some(next) = plain {
        return Decision::Plain(next);
    }
    if let Some(found) = phone::by_context(groups, i, barrier) {
        return Decision::Found(with_short_groups(groups, found, certain));
    }
    record::at(groups, i, barrier, |k| certain(k).is_some()).unwrap_or(Decision::Plain(i + 1))
}

/// Extends an identifier by the short groups that a dash joins to it, such as an extension number.
fn with_short_groups(
    groups: &Groups<'_>,
    mut found: Match,
    certain: impl Fn(usize) -> Option<Match>,
) -> Match {
    while let Some(last) = found.next.checked_sub(1).and_then(|last| groups.get(last)) {
        let more = groups
            .after(found.next - 1, |sep| sep == Separator::Dash)
            .filter(|more| more.digits.len() <= 4);
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

/// The identifier at the `i`th group that its digits alone show.
fn certain(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    resident::at(groups, i, barrier)
        .or_else(|| card::at(groups, i))
        .or_else(|| phone::certain(groups, i, barrier))
}

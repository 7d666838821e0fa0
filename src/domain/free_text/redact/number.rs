//! Walks over the digit groups from left to right and decides on each.
//!
//! A decision to leave groups alone because of what follows skips all of them. So what is found further on
//! cannot change it, and redacting twice gives the same.

use super::decision::{Decision, Match};
use super::digits::{Groups, Separator};
use super::span::Finding;
use super::{card, phone, quantity, record, resident};

/// Finds resident registration numbers, card numbers, phone numbers and record numbers.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let groups = Groups::of(piece);
    let (mut found, mut i, mut barrier) = (Vec::new(), 0, 0);
    while groups.get(i).is_some() {
        match decide(&groups, i, barrier) {
            Decision::Found(hit) => {
                found.push(Finding {
                    start: hit.start,
                    end: hit.end,
                    kind: hit.kind,
                });
                barrier = hit.end;
                i = hit.next;
            }
            Decision::Plain(next) => i = next,
        }
    }
    found
}

fn decide(groups: &Groups<'_>, i: usize, barrier: usize) -> Decision {
    let sure = |k| sure(groups, k, barrier);
    if let Some(hit) = sure(i) {
        return Decision::Found(to_the_end(groups, hit, sure));
    }
    let plain = quantity::at(groups, i).filter(|&next| (i + 1..next).all(|k| sure(k).is_none()));
    if let Some(next) = plain {
        return Decision::Plain(next);
    }
    if let Some(hit) = phone::likely(groups, i, barrier) {
        return Decision::Found(to_the_end(groups, hit, sure));
    }
    record::at(groups, i, barrier, |k| sure(k).is_some()).unwrap_or(Decision::Plain(i + 1))
}

/// Takes in short groups that a dash joins to a finding, such as an extension, so that no end of a number is left.
fn to_the_end(groups: &Groups<'_>, mut hit: Match, sure: impl Fn(usize) -> Option<Match>) -> Match {
    while let Some(last) = hit.next.checked_sub(1).and_then(|last| groups.get(last)) {
        let more = groups
            .after(hit.next - 1, |sep| sep == Separator::Dash)
            .filter(|more| more.digits.len() <= 4);
        match more {
            Some(more) if last.end == hit.end && sure(hit.next).is_none() => {
                hit.end = more.end;
                hit.next += 1;
            }
            _ => break,
        }
    }
    hit
}

/// What the digits alone give away.
fn sure(groups: &Groups<'_>, i: usize, barrier: usize) -> Option<Match> {
    resident::at(groups, i, barrier)
        .or_else(|| card::at(groups, i))
        .or_else(|| phone::sure(groups, i, barrier))
}

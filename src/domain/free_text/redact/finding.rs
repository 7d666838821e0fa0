//! What a detector found.

use super::kind::Kind;

/// A finding of one detector: byte offsets into the piece of text that it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// The findings in order. Of two that overlap, the one that starts first stays, and of those the longer.
pub(super) fn without_overlap(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| (finding.start, std::cmp::Reverse(finding.end)));
    let mut end = 0;
    found.retain(|finding| {
        let apart = finding.start >= end;
        end = end.max(finding.end);
        apart
    });
    found
}

//! Patterns that are fixed in the source. The regex crate matches in time linear in the text, and every repetition in
//! a pattern is bounded, so that a search for all matches is linear too.

use regex::{Regex, RegexBuilder};

use super::finding::Finding;
use super::kind::Kind;

/// Compiles a pattern written in this module; case is ignored and blanks in the pattern do not count.
pub(in crate::domain::free_text) fn pattern(source: &str) -> Regex {
    build(source, true)
}

/// Compiles a pattern as [`pattern`] does; capitals count.
pub(in crate::domain::free_text) fn pattern_with_case(source: &str) -> Regex {
    build(source, false)
}

#[allow(
    clippy::expect_used,
    reason = "the pattern is a constant, and a test of each detector compiles it"
)]
fn build(source: &str, any_case: bool) -> Regex {
    RegexBuilder::new(source)
        .case_insensitive(any_case)
        .ignore_whitespace(true)
        .size_limit(64 << 20)
        .build()
        .expect("a pattern in the source compiles")
}

/// The places of the group `value` in all matches, where `good` holds for what comes before it, itself, and what follows.
pub(super) fn values(
    piece: &str,
    pattern: &Regex,
    kind: Kind,
    good: impl Fn(&str, &str, &str) -> bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(captures) = pattern.captures_at(piece, from) {
        let Some((whole, value)) = captures.get(0).zip(captures.name("value")) else {
            break;
        };
        let (start, end) = (value.start(), value.end());
        let before = piece.get(..start).unwrap_or_default();
        let after = piece.get(end..).unwrap_or_default();
        if good(before, value.as_str(), after) {
            found.push(Finding { start, end, kind });
            from = end;
        } else {
            // What was taken for a value may be the word that names one.
            from = if start > whole.start() { start } else { end };
        }
    }
    found
}

/// Whether a value stands alone: neither a letter or digit before it nor one behind it continues it.
pub(super) fn stands_alone(before: &str, after: &str) -> bool {
    !before.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
}

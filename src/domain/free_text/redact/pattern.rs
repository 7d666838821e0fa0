//! Patterns that are fixed in the source. The regex crate matches in time linear in the text.

use regex::{Regex, RegexBuilder};

/// Compiles a pattern written in this module; case is ignored and blanks in the pattern do not count.
#[allow(
    clippy::expect_used,
    reason = "the pattern is a constant, and a test of each detector compiles it"
)]
pub(super) fn pattern(source: &str) -> Regex {
    RegexBuilder::new(source)
        .case_insensitive(true)
        .ignore_whitespace(true)
        .build()
        .expect("a pattern in the source compiles")
}

//! Free text: what is redacted on the way in, what a reviewer is shown, and what a reviewer may do with it.

mod gazetteer;
pub mod marks;
pub mod redact;
pub mod review;

use unicode_normalization::UnicodeNormalization;

/// Compiles the patterns, which the first text would wait for otherwise.
pub fn prepare() {
    // Digits, Latin letters, Korean ones and a word for a name, so that no detector skips it.
    let text = redact::redact("별명 a1").text;
    let _ = marks::marks(&text);
}

/// A text as a person reads it: composed, without what cannot be seen, its lines broken in one way. Two texts that read the
/// same are the same.
pub fn as_read(text: &str) -> String {
    redact::normalise(text)
}

/// The characters of a text as a person counts them: composed, and without those that cannot be seen. A letter that reading
/// writes out, as it does with ligatures of whole phrases, counts as the one that was typed.
pub fn characters(text: &str) -> usize {
    as_read(text).chars().count().min(text.nfc().count())
}

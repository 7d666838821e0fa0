//! Removes direct identifiers from remarks (free-text answers) before they are stored.
//!
//! It finds identifiers by their form: e-mail addresses, phone numbers, resident registration numbers, card numbers,
//! links and long record numbers, in Korean and English text. It does not find names, postal addresses,
//! account names such as @name, number plates, birth dates, numbers of five digits or fewer without a word that
//! names them, numbers in words other than phone numbers, or a story that identifies a person.
//! A reviewer reads every remark before any export.
//!
//! The detectors run one after the other, the most specific first. Each sees only the pieces of text between
//! the earlier findings, so a placeholder is never part of a new finding. Time is linear in the text:
//! look-behind and look-ahead have a fixed size, or skip what they have consumed.
//!
//! Pure: no I/O, no clock, no randomness. Neither [`Kind`] nor the `Debug` form of [`Redacted`] shows any text.

mod card;
mod context;
mod date;
mod decision;
mod digits;
mod email;
mod kind;
mod link;
mod normal;
mod number;
mod numbering_plan;
mod pattern;
mod phone;
mod phone_abroad;
mod quantity;
mod record;
mod resident;
mod span;
mod spelled;

pub(super) use normal::normalise;
#[cfg(test)]
mod tests;

use std::fmt;

pub use kind::Kind;
use span::{Detector, Spans};

/// The detectors in the order in which they run.
const DETECTORS: [Detector; 5] = [
    link::with_scheme,
    email::find,
    link::bare,
    spelled::find,
    number::find,
];

/// A remark without its direct identifiers.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The normalised text, with a placeholder in the place of every finding.
    pub text: String,
    /// The kind of every finding in the order of the text, never its content.
    pub found: Vec<Kind>,
}

impl Redacted {
    /// How many findings there were of `kind`.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.found.iter().filter(|&&found| found == kind).count()
    }
}

/// Shows the kinds but not the text, which is an answer and belongs in no log.
impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted")
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}

/// Replaces the direct identifiers in `text` by placeholders such as `[phone]`.
///
/// The text is normalised first (full-width digits become ASCII digits, invisible characters are removed).
/// Ordinary numbers about health, money and time stay. Redaction is idempotent.
///
/// ```
/// use aftercare::domain::free_text::redact::{Kind, redact};
///
/// let remark = redact("혈압 130/80, 전화는 010-0000-1234");
/// assert_eq!(remark.text, "혈압 130/80, 전화는 [phone]");
/// assert_eq!(remark.found, [Kind::Phone]);
/// ```
#[must_use]
pub fn redact(text: &str) -> Redacted {
    let text = normal::normalise(text);
    let spans = scan(&text);
    Redacted {
        text: spans.render(),
        found: spans
            .findings()
            .iter()
            .map(|finding| finding.kind)
            .collect(),
    }
}

/// Runs every detector over a normalised text.
fn scan(text: &str) -> Spans<'_> {
    let mut spans = Spans::new(text);
    for detector in DETECTORS {
        spans.detect(detector);
    }
    spans
}

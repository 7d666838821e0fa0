//! Removes direct identifiers from remarks (free-text answers) before they are stored.
//!
//! It finds identifiers by their form and by the words before them, in Korean and English text: one file a kind, and a
//! table of them, `DETECTORS`. It does not find names, places without a house number, workplaces, or a story that
//! identifies a person; those are [marked](super::marks) for the reviewer, who reads every remark before any export.
//!
//! The detectors run one after the other, the most specific first. Each sees only the pieces of text between
//! the earlier findings, so a placeholder is never part of a new finding. They run until none finds anything more, so
//! redaction is idempotent. Time is linear in the text: look-behind and look-ahead have a fixed size, repetitions in
//! patterns are bounded.
//!
//! Pure: no I/O, no clock, no randomness. Neither [`Kind`] nor the `Debug` form of [`Redacted`] shows any text.

mod account;
mod address;
mod birth;
mod card;
mod code;
mod context;
mod coordinates;
mod date;
mod decision;
mod digits;
mod email;
mod finding;
mod form;
mod joint;
mod kind;
mod link;
mod network;
mod normal;
mod number;
mod numbering_plan;
pub(super) mod pattern;
mod phone;
mod phone_abroad;
mod plate;
mod public;
mod quantity;
mod record;
mod resident;
mod secret;
mod span;
mod spelled;
mod unit;

pub(super) use normal::normalise;
pub(super) use public::find as public_numbers;
#[cfg(test)]
pub(super) mod tests;

use std::fmt;

pub use kind::Kind;
use span::{Detector, Spans};

/// The version of the rules. It goes up when they find more, so that the audit tells by which of them a remark was
/// cleaned that had waited.
pub const VERSION: u32 = 4;

/// The detectors in the order in which they run, the most specific first, and whether what they find has a digit in it.
/// Most of what lies between findings has none.
const DETECTORS: [(Detector, bool); 20] = [
    (link::with_scheme, false),
    (email::find, false),
    (link::bare, false),
    (network::find, true),
    (coordinates::find, false),
    (secret::find, false),
    (resident::parted, true),
    (birth::find, false),
    (form::find, true),
    (code::of_account, true),
    (card::in_fours, true),
    (number::by_form, true),
    (spelled::find, false),
    (code::find, true),
    (account::find, false),
    (address::find, false),
    (plate::find, false),
    (link::spelled, false),
    (number::by_context, true),
    (code::of_anything, true),
];

/// How often the detectors run at most. They run again as long as they find anything, so that redacting twice changes
/// nothing more; a text that needs a third time is not one that people write.
const MAX_PASSES: usize = 8;

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
    for _ in 0..MAX_PASSES {
        spans.keep(public::find);
        let found = DETECTORS
            .into_iter()
            .fold(false, |found, (detector, with_digit)| {
                spans.detect(detector, with_digit) || found
            });
        // What is a guess in other remarks.
        let more = (spans.has(Kind::CardNumber) && spans.detect(card::behind, true))
            | (spans.has(Kind::Password) && spans.detect(secret::other, true));
        if !found && !more {
            break;
        }
    }
    spans
}

//! Free text: what is redacted on the way in, and what a reviewer may do with it.

pub mod redact;
pub mod review;

/// A text as a person reads it: composed, without what cannot be seen, its lines broken in one way. Two texts that read the
/// same are the same.
pub fn as_read(text: &str) -> String {
    redact::normalise(text)
}

//! Free text: what is redacted on the way in, and what a reviewer may do with it.

pub mod redact;
pub mod review;

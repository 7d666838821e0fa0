//! What keeps a response anonymous.

pub mod k_anonymity;
pub mod receipt;
pub mod redact;

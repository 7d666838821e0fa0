//! What keeps a response anonymous.

pub mod receipt;
pub mod redact;

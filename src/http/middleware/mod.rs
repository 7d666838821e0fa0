//! What is done for every request.

pub mod observe;
pub mod security_headers;

//! Middleware for every request.

pub mod cors;
pub mod deprecation;
pub mod observe;
pub mod security_headers;

//! Middleware for every request.

pub mod compression;
pub mod cors;
pub mod crowd;
pub mod deprecation;
pub mod observe;
pub mod security_headers;

//! Members of staff: their roles, and the lifetime of their sessions.

pub mod account;
pub mod role;
pub mod session_policy;

//! Members of staff: their roles, the lifetime of their sessions, and the API keys of their scheduled jobs.

pub mod account;
pub mod api_key;
pub mod role;
pub mod session_policy;

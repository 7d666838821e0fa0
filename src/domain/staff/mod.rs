//! Members of staff: their roles and what these reach, the lifetime of their sessions, and the API keys of their scheduled jobs.

pub mod account;
pub mod api_key;
pub mod role;
pub mod scope;
pub mod session_policy;

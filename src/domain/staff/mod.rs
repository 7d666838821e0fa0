//! Members of staff: their roles and what these reach, the lifetime of their sessions, the API keys of their scheduled jobs,
//! and what an OpenID Connect provider says of them.

pub mod account;
pub mod api_key;
pub mod id_token;
pub mod log_in_attempt;
pub mod role;
pub mod role_mapping;
pub mod scope;
pub mod session_policy;

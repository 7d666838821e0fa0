//! Members of staff: what they may do, and for how long a log-in is good.

pub mod account;
pub mod role;
pub mod session_policy;

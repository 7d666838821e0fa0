//! Members of staff.

pub mod role;

//! The use cases, callable without HTTP.

pub mod export;
pub mod form_catalog;
pub mod intake;
pub mod pass_keys;
pub mod password;
pub mod single_flight;

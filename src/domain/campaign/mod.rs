//! A campaign: a collection of responses to one form in a window of time.

pub mod access;
pub mod privacy_settings;
pub mod statement;

//! The labelled corpus, properties, and single cases.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may stop where something is wrong"
)]

mod cases;
mod corpus;
pub(in crate::domain::free_text) mod fresh;
mod properties;

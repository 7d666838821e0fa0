//! The harness.

#![allow(
    dead_code,
    reason = "a harness may offer more than is used at the moment"
)]

pub mod app;
pub mod certificates;
pub mod client;
pub mod collection;
pub mod document;
pub mod gate;
pub mod logs;
pub mod pass_client;
pub mod postgres;
pub mod provider;
pub mod stored;
pub mod wiretap;

pub use app::TestApp;

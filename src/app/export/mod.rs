//! Exports: what is stored, streamed as files for analysts, with disclosure control.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`read`] | a stored response, read for an export |
//! | [`suppress`] | counting, planning what to suppress, the figures of it |
//! | [`selection`] | which rows of the suppressed table are in a file |
//! | [`report`] | what the suppression took away |
//! | [`mod@write`] | the export of responses |
//! | [`remarks`] | the export of remarks |
//! | [`download`] | from Postgres to the client, with as little memory for a million rows as for ten |
//!
//! Which columns there are and what they mean is decided in [`crate::domain::codebook`].

pub mod download;
pub mod read;
pub mod remarks;
pub mod report;
pub mod selection;
pub mod suppress;
pub mod write;

pub use self::download::{Download, ExportError};
pub use self::report::Report;

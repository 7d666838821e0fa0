//! Exports: what is stored, streamed as files for analysts, with disclosure control.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`request`] | what is asked for, checked against the form |
//! | [`job`] | the export of responses: three passes over its rows |
//! | [`rows`] | the rows: responses decoded, suppressed and filtered |
//! | [`plan`] | first pass: counts, and plans what to suppress |
//! | [`mod@measure`] | second pass: the figures of the file |
//! | [`mod@write`] | third pass: writes the file |
//! | [`mod@file`] | how the file is written |
//! | [`audited`] | what the audit says of it |
//! | [`selection`] | which rows of the suppressed table are in a file |
//! | [`campaigns`] | which campaigns the caller may see |
//! | [`report`] | the figures |
//! | [`remarks`] | the export of remarks |
//! | [`download`] | the transport to the client, with as little memory for a million rows as for ten |
//! | [`spool`] | where the file waits for a slow client |
//! | [`error`] | why an export broke off |
//!
//! Which columns there are and what they mean is decided in [`crate::domain::codebook`], what a file looks like in
//! [`crate::formats`].

pub mod audited;
pub mod campaigns;
pub mod download;
pub mod error;
pub mod file;
pub mod job;
pub mod measure;
pub mod plan;
pub mod remarks;
pub mod report;
pub mod request;
pub mod rows;
pub mod selection;
pub mod spool;
pub mod write;

pub use self::download::{Download, Limits, start};
pub use self::error::ExportError;
pub use self::file::FileSpec;
pub use self::job::ResponsesExport;
pub use self::report::{MaskedColumn, MaskedRole, Report};
pub use self::rows::ExportVersion;
pub use self::spool::Spool;

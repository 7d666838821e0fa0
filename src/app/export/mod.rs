//! Exports: what is stored, streamed as files for analysts, with disclosure control.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`request`] | what is asked for, checked against the form |
//! | [`job`] | the export of responses, campaign by campaign |
//! | [`tables`] | what follows from the versions of the form alone: columns, and what is masked with what |
//! | [`rows`] | the rows: responses decoded, suppressed and filtered |
//! | [`masked_table`] | the masked table of a campaign, as it is kept |
//! | [`plan`] | makes the masked table of a campaign: the first two passes |
//! | [`cache`] | masked tables that are kept |
//! | [`mod@measure`] | the figures of the file |
//! | [`mod@write`] | the last pass: writes the file |
//! | [`mod@file`] | how the file is written |
//! | [`audited`] | what the audit says of it |
//! | [`selection`] | which rows of the suppressed table are in a file |
//! | [`campaigns`] | which campaigns the caller may see |
//! | [`report`] | the figures |
//! | [`remarks`] | the export of remarks |
//! | [`download`] | the transport to the client, piece by piece |
//! | [`spool`] | where the file waits for a slow client |
//! | [`error`] | why an export broke off |
//!
//! Which columns there are and what they mean is decided in [`crate::domain::codebook`], what a file looks like in
//! [`crate::formats`].

pub mod audited;
pub mod cache;
pub mod campaigns;
pub mod download;
pub mod error;
pub mod file;
pub mod job;
pub mod masked_table;
pub mod measure;
pub mod plan;
pub mod remarks;
pub mod report;
pub mod request;
pub mod rows;
pub mod selection;
pub mod spool;
pub mod tables;
pub mod write;

pub use self::cache::PlanCache;
pub use self::download::{Download, Limits, start};
pub use self::error::ExportError;
pub use self::file::FileSpec;
pub use self::job::{CampaignTable, ResponsesExport};
pub use self::report::{MaskedColumn, MaskedRole, Report};
pub use self::spool::Spool;
pub use self::tables::ExportVersion;

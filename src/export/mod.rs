//! Exports: what is stored, as files for analysts; and invitations, as files for coordinators.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`csv`] | text and numbers into CSV: RFC 4180, harmless in spreadsheets |
//! | [`read`] | a stored response, read for an export |
//! | [`wide`] | a response into a row of the wide export |
//! | [`masking`] | counting, planning what to mask, the figures of it |
//! | [`selection`] | which rows of the masked table are in a file |
//! | [`report`] | what the masking took away |
//! | [`codebook`] | the description of the columns, as a table |
//! | [`invitations`] | codes to hand out, as a table and as cards for print |
//! | [`stream`] | the export of responses |
//! | [`remarks`] | the export of remarks |
//! | [`download`] | from Postgres to the client, with as little memory for a million rows as for ten |
//!
//! Which columns there are and what they mean is decided in [`crate::domain::codebook`].

pub mod codebook;
pub mod csv;
pub mod download;
pub mod invitations;
pub mod masking;
pub mod read;
pub mod remarks;
pub mod report;
pub mod selection;
pub mod stream;
pub mod wide;

pub use self::csv::{CsvOptions, Formulas};
pub use self::download::{Download, ExportError};
pub use self::report::Report;

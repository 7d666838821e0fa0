//! Bytes in and out, pure: what a file looks like, whatever its rows come from.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`csv`] | text and numbers into CSV: RFC 4180, harmless in spreadsheets |
//! | [`table`] | a table of responses, and what a file format must do to write it |
//! | [`csv_table`], [`ndjson`], [`data_package`] | such a table as CSV, as NDJSON, as a Frictionless Data Package |
//! | [`xlsx_table`] | such a table as an Excel workbook |
//! | [`sav`] | such a table as an SPSS system file |
//! | [`parquet`] | such a table as a Parquet file |
//! | [`zip_stream`] | a zip archive in pieces |
//! | [`file_format`] | which files there are |
//! | [`codebook`] | the description of the columns, as a table |
//! | [`statistics`] [`report`] | statistics as a table, the report of a form as a page |
//! | [`own_summary`] | the personal summary of a response as a page |
//! | [`invitation_sheet`] | invitations to hand out, as a table and as cards for print |
//! | [`fhir`] | forms and responses as FHIR resources, in and out |
//! | [`xlsform`] | forms as XLSForm workbooks, in and out |
//! | [`redcap`] | forms as data dictionaries of REDCap, in and out |
//! | [`imported`] | what comes of reading a form in another format |
//! | `conditions`, `expression`, `tokens`, `names` | what these formats share: conditions as expressions, their words, and keys made of names |
//! | `chart`, `words` | what pages share: values as SVG, and the words of the page itself |

mod chart;
mod conditions;
mod expression;
mod names;
mod tokens;
mod words;

pub mod codebook;
pub mod csv;
pub mod csv_table;
pub mod data_package;
pub mod fhir;
pub mod file_format;
pub mod imported;
pub mod invitation_sheet;
pub mod ndjson;
pub mod own_summary;
pub mod parquet;
pub mod redcap;
pub mod report;
pub mod sav;
pub mod statistics;
pub mod table;
pub mod xlsform;
pub mod xlsx_table;
pub mod zip_stream;

#[cfg(test)]
mod edition_1_corpus;
#[cfg(test)]
mod forms_for_tests;

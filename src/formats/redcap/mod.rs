//! Forms as data dictionaries of REDCap: a CSV file with one row a field and 18 columns.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `columns` | the columns, and a dictionary as rows of cells |
//! | `annotations` | action tags, such as `@NONEOFTHEABOVE='9'` |
//! | `codes` | the codes of options, and what numbers fields have |
//! | `logic` | branching logic and calculations, read and written |
//! | `scores` | scores as calculations, and back |
//! | `write` | a form into a dictionary |
//! | `read`, `questions` | a dictionary into a definition |
//!
//! A dictionary has one language and no columns of our own. So what it has no place for is named, by row and column.

mod annotations;
mod codes;
mod columns;
mod logic;
mod questions;
mod read;
mod scores;
#[cfg(test)]
mod tests;
mod write;

pub use columns::{DictionaryFault, is_dictionary};
pub use read::read;
pub use write::{WriteFault, Written, write};

/// The media type of a dictionary.
pub const MEDIA_TYPE: &str = "text/csv";

/// What remarks call the file, which has one table.
const SHEET: &str = "dictionary";

/// How the variables of scores begin.
const SCORE: &str = "score_";

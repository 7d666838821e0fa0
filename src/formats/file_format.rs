//! The files that a table of responses can be written into.

use super::csv::CsvOptions;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv(CsvOptions),
    /// A JSON object a line.
    Ndjson,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self::Csv(CsvOptions::default())
    }
}

impl FileFormat {
    /// Its name, which is also the ending of a file's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

//! The files that a table of responses can be written into.

use super::csv::CsvOptions;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv(CsvOptions),
    /// A JSON object a line.
    Ndjson,
    /// A Frictionless Data Package, with its CSV files written like this.
    DataPackage(CsvOptions),
    /// An Excel workbook.
    Xlsx,
    /// A Parquet file.
    Parquet,
    /// An SPSS system file.
    Sav,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self::Csv(CsvOptions::default())
    }
}

impl FileFormat {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Ndjson => "ndjson",
            Self::DataPackage(_) => "data-package",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Sav => "sav",
        }
    }

    /// Whether it lists the codes of all versions beside the rows.
    pub const fn lists_codes(self) -> bool {
        matches!(self, Self::DataPackage(_) | Self::Xlsx)
    }

    /// How the name of such a file ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv(_) => "responses.csv",
            Self::Ndjson => "responses.ndjson",
            Self::DataPackage(_) => "data-package.zip",
            Self::Xlsx => "responses.xlsx",
            Self::Parquet => "responses.parquet",
            Self::Sav => "responses.sav",
        }
    }
}

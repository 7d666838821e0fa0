//! The query parameters of exports.

use std::str::FromStr;

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::app::exports::ResponsesRequest;
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::formats::file_format::FileFormat;
use crate::formats::table::Shape;
use crate::formats::table::shape::{LayoutKind, MissingShown, Values};
use crate::http::extract::query::parsed;
use crate::http::problem::{FieldCode, faults};

// Unknown parameters are refused. serde cannot combine this with fields shared between structs.
macro_rules! query {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of_field:meta])* $field:ident: $kind:ty,)* }) => {
        #[derive(Debug, Deserialize, Validate, IntoParams)]
        $(#[$meta])*
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$of_field])* $field: $kind,)*
        }
    };
}

macro_rules! csv_query {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        query! {
            $(#[$meta])*
            pub struct $name {
                $($fields)*
                /// Starts the file with a byte order mark, by which Excel recognises UTF-8.
                #[serde(default)]
                #[param(default = false)]
                bom: bool,
                /// Whether text that a spreadsheet would run as a formula gets a leading apostrophe. If missing: `safe`.
                #[serde(default)]
                #[param(value_type = Option<Formulas>)]
                formulas: Formulas,
            }
        }

        impl $name {
            /// The format of the file.
            pub fn csv(&self) -> CsvOptions {
                CsvOptions {
                    bom: self.bom,
                    formulas: self.formulas,
                }
            }
        }
    };
}

macro_rules! responses_query {
    ($query:ident! { $(#[$meta:meta])* pub struct $name:ident; }) => {
        $query! {
            $(#[$meta])*
            #[validate(schema(function = in_order, skip_on_field_errors = false))]
            pub struct $name {
                /// Only rows with one of these visible campaigns: keys, separated by commas.
                #[param(example = "world-cancer-day-2027")]
                campaign: Option<String>,
                /// Only rows with one of these visible versions of the form: numbers, separated by commas.
                #[serde(default, deserialize_with = "parsed")]
                #[param(value_type = Option<String>, example = "1")]
                version: Option<VersionList>,
                /// Only rows with one of these visible languages: tags, separated by commas. For the language of labels, see
                /// `language`.
                #[param(example = "ko")]
                response_language: Option<String>,
                /// Only rows whose visible ISO week, such as `2027-W05`, is this one or later.
                #[serde(default, deserialize_with = "parsed")]
                #[param(value_type = Option<String>)]
                from_week: Option<IsoWeek>,
                /// Only rows whose visible ISO week is this one or earlier.
                #[serde(default, deserialize_with = "parsed")]
                #[param(value_type = Option<String>)]
                to_week: Option<IsoWeek>,
                /// The minimum number of responses that share their visible background. It must not be less than that of any
                /// campaign of the form; by default, the responses of each campaign are suppressed by its own.
                #[param(minimum = 5, maximum = 1000, example = 10)]
                k: Option<u32>,
                /// Keys of questions other than background questions, separated by commas, at most 20. The header `Diversity`
                /// says how diverse the answers to them are among responses that share their background.
                #[param(example = "distress,eating_meals")]
                sensitive: Option<String>,
                /// What a row is. If missing: `wide`.
                #[serde(default)]
                #[param(value_type = Option<LayoutKind>)]
                layout: LayoutKind,
                /// How the answers to choices are written. If missing: `codes`.
                #[serde(default)]
                #[param(value_type = Option<Values>)]
                values: Values,
                /// What stands where there is no answer. If missing: `blank`.
                #[serde(default)]
                #[param(value_type = Option<MissingShown>)]
                missing: MissingShown,
                /// Only these columns: names of the codebook, separated by commas. The key of a multiple choice stands for all
                /// of its columns. They come in the order of the table, and suppression is the same whatever is chosen.
                #[param(example = "campaign,eating_meals,score_eating")]
                columns: Option<String>,
                /// Language of labels and texts: one of those of the newest version; the default is the first of these.
                #[param(example = "en")]
                language: Option<String>,
            }
        }

        impl $name {
            /// The request of the use case, for this kind of file.
            pub fn request(&self, format: FileFormat) -> ResponsesRequest {
                ResponsesRequest {
                    campaigns: self.campaign.as_deref().map(list),
                    versions: self.version.clone().map(|versions| versions.0),
                    response_languages: self.response_language.as_deref().map(list),
                    from_week: self.from_week,
                    to_week: self.to_week,
                    k: self.k,
                    sensitive: self.sensitive.as_deref().map(list).unwrap_or_default(),
                    format,
                    shape: Shape {
                        layout: self.layout,
                        values: self.values,
                        missing: self.missing,
                    },
                    columns: self.columns.as_deref().map(list),
                    language: self.language.clone(),
                }
            }
        }

        impl Weeks for $name {
            fn weeks(&self) -> Option<(IsoWeek, IsoWeek)> {
                self.from_week.zip(self.to_week)
            }
        }
    };
}

responses_query! { csv_query! {
    /// Which responses to export, and how a file with CSV looks.
    pub struct ResponsesCsvQuery;
} }

responses_query! { query! {
    /// Which responses to export, and how the file looks.
    pub struct ResponsesQuery;
} }

csv_query! {
    /// Which remarks to export, and the format of the file.
    pub struct RemarksCsvQuery {
        /// Only remarks of these campaigns: keys, separated by commas.
        #[param(example = "world-cancer-day-2027")]
        campaign: Option<String>,
    }
}

csv_query! {
    /// The language and the format of the codebook.
    pub struct CodebookQuery {
        /// Language of texts and labels: one of those of the newest version; the default is the first of these.
        #[param(example = "en")]
        language: Option<String>,
        /// Which versions of a column are described. If missing: `newest`.
        #[serde(default)]
        #[param(value_type = Option<CodebookVersions>)]
        versions: CodebookVersions,
    }
}

query! {
    /// The language of the codebook.
    pub struct CodebookJsonQuery {
        /// Language of texts and labels: one of those of the newest version; the default is the first of these.
        #[param(example = "en")]
        language: Option<String>,
        /// Which versions of a column are described. If missing: `newest`.
        #[serde(default)]
        #[param(value_type = Option<CodebookVersions>)]
        versions: CodebookVersions,
    }
}

csv_query! {
    /// The language and the format of the list of codes.
    pub struct CodesQuery {
        /// Language of labels: one of those of the newest version; the default is the first of these.
        #[param(example = "en")]
        language: Option<String>,
    }
}

/// Which versions of a column are described.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodebookVersions {
    /// The newest version that has the column.
    #[default]
    Newest,
    /// Each version that has the column.
    Each,
}

/// Numbers of versions, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionList(Vec<i32>);

/// The text is no such list.
#[derive(Debug, thiserror::Error)]
#[error("expected numbers of versions, separated by commas")]
pub struct NoVersionList;

impl FromStr for VersionList {
    type Err = NoVersionList;

    fn from_str(text: &str) -> Result<Self, NoVersionList> {
        let numbers = text.split(',').map(|word| word.trim().parse());
        let numbers = numbers.collect::<Result<_, _>>();
        numbers.map(Self).map_err(|_| NoVersionList)
    }
}

impl RemarksCsvQuery {
    /// The requested campaigns.
    pub fn campaigns(&self) -> Option<Vec<String>> {
        self.campaign.as_deref().map(list)
    }
}

impl CodebookQuery {
    /// The requested language.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Whether each version of a column is described.
    pub fn each_version(&self) -> bool {
        self.versions == CodebookVersions::Each
    }
}

impl CodebookJsonQuery {
    /// The requested language.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Whether each version of a column is described.
    pub fn each_version(&self) -> bool {
        self.versions == CodebookVersions::Each
    }
}

impl CodesQuery {
    /// The requested language.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }
}

/// Splits at commas.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

/// A query with a first and a last week.
trait Weeks {
    /// Both, if both are given.
    fn weeks(&self) -> Option<(IsoWeek, IsoWeek)>;
}

impl<T: Weeks> Weeks for &T {
    fn weeks(&self) -> Option<(IsoWeek, IsoWeek)> {
        (**self).weeks()
    }
}

fn in_order(query: &impl Weeks) -> Result<(), ValidationError> {
    match query.weeks() {
        Some((from, to)) if from > to => Err(faults::of_field(
            "to_week",
            FieldCode::BeforeStart,
            "It must not be before `from_week`.",
        )),
        _ => Ok(()),
    }
}

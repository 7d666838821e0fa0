//! The query parameters of exports.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::{Validate, ValidationError};

use crate::app::exports::ResponsesRequest;
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::http::extract::query::parsed;
use crate::http::problem::{FieldCode, faults};

// Unknown parameters are refused. serde cannot combine this with fields shared between structs.
macro_rules! csv_query {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of_field:meta])* $field:ident: $kind:ty,)* }) => {
        #[derive(Debug, Deserialize, Validate, IntoParams)]
        $(#[$meta])*
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$of_field])* $field: $kind,)*
            /// Starts the file with a byte order mark, by which Excel recognises UTF-8.
            #[serde(default)]
            #[param(default = false)]
            bom: bool,
            /// Whether text that a spreadsheet would run as a formula gets a leading apostrophe. If missing: `safe`.
            #[serde(default)]
            #[param(value_type = Option<Formulas>)]
            formulas: Formulas,
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

csv_query! {
    /// Which responses to export, and the format of the file.
    #[validate(schema(function = in_order, skip_on_field_errors = false))]
    pub struct ResponsesQuery {
        /// Only rows with one of these visible campaigns: keys, separated by commas.
        #[param(example = "world-cancer-day-2027")]
        campaign: Option<String>,
        /// Only rows whose visible ISO week, such as `2027-W05`, is this one or later.
        #[serde(default, deserialize_with = "parsed")]
        #[param(value_type = Option<String>)]
        from_week: Option<IsoWeek>,
        /// Only rows whose visible ISO week is this one or earlier.
        #[serde(default, deserialize_with = "parsed")]
        #[param(value_type = Option<String>)]
        to_week: Option<IsoWeek>,
        /// The minimum number of responses that share their visible background. It must not be less than that of any
        /// campaign of the form; the default is the maximum of these.
        #[param(minimum = 5, maximum = 1000, example = 10)]
        k: Option<u32>,
        /// Keys of questions other than background questions, separated by commas, at most 20. The header `Diversity`
        /// says how diverse the answers to them are among responses that share their background.
        #[param(example = "distress,eating_meals")]
        sensitive: Option<String>,
    }
}

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
    }
}

impl ResponsesQuery {
    /// The request of the use case.
    pub fn request(&self) -> ResponsesRequest {
        ResponsesRequest {
            campaigns: self.campaign.as_deref().map(list),
            from_week: self.from_week,
            to_week: self.to_week,
            k: self.k,
            sensitive: self.sensitive.as_deref().map(list).unwrap_or_default(),
            options: self.csv(),
        }
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
}

/// Splits at commas.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

fn in_order(query: &ResponsesQuery) -> Result<(), ValidationError> {
    match query.from_week.zip(query.to_week) {
        Some((from, to)) if from > to => Err(faults::of_field(
            "to_week",
            FieldCode::BeforeStart,
            "It must not be before `from_week`.",
        )),
        _ => Ok(()),
    }
}

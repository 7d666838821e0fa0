//! What can be asked of an export.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::exports::ResponsesRequest;
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::http::problem::{Code, Problem};

// Unknown parameters are refused, with which serde does not let structs share fields.
macro_rules! csv_query {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of_field:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$of_field])* $field: $kind,)*
            /// Starts the file with a byte order mark, from which Excel knows that it is UTF-8.
            #[serde(default)]
            #[param(default = false)]
            bom: bool,
            /// Whether text that a spreadsheet would run as a formula gets an apostrophe in front.
            #[serde(default)]
            #[param(inline)]
            formulas: Formulas,
        }

        impl $name {
            /// How the file is written.
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
    /// Which responses, and how they are written.
    pub struct ResponsesQuery {
        /// Only rows that show one of these campaigns: their keys, separated by commas.
        #[param(example = "world-cancer-day-2027,spring-2027")]
        campaign: Option<String>,
        /// Only rows that show this ISO week or a later one.
        #[param(example = "2027-W05")]
        from_week: Option<String>,
        /// Only rows that show this ISO week or an earlier one.
        #[param(example = "2027-W08")]
        to_week: Option<String>,
        /// How many responses share what is shown of their background at least. Not less than any campaign of the form sets;
        /// the greatest of these is the default.
        #[param(minimum = 5, maximum = 1000, example = 10)]
        k: Option<u32>,
        /// Questions other than background ones, by key, separated by commas, at most 20: the header `Diversity` says how different the
        /// answers to them are among responses that share their background.
        #[param(example = "distress,eating_meals")]
        sensitive: Option<String>,
    }
}

csv_query! {
    /// Which remarks, and how they are written.
    pub struct RemarksCsvQuery {
        /// Only remarks of these campaigns: their keys, separated by commas.
        #[param(example = "world-cancer-day-2027,spring-2027")]
        campaign: Option<String>,
    }
}

csv_query! {
    /// How the codebook is written.
    pub struct CodebookQuery {
        /// Language of texts and labels: one of those of the newest version, of which the first is the default.
        #[param(example = "en")]
        language: Option<String>,
    }
}

impl ResponsesQuery {
    /// The request.
    ///
    /// # Errors
    ///
    /// When a week cannot be read, or the weeks are in the wrong order.
    pub fn request(&self) -> Result<ResponsesRequest, Problem> {
        let from_week = week("from_week", self.from_week.as_deref())?;
        let to_week = week("to_week", self.to_week.as_deref())?;
        if from_week.zip(to_week).is_some_and(|(from, to)| from > to) {
            return Err(wrong("`from_week` is later than `to_week`."));
        }
        Ok(ResponsesRequest {
            campaigns: self.campaign.as_deref().map(list),
            from_week,
            to_week,
            k: self.k,
            sensitive: self.sensitive.as_deref().map(list).unwrap_or_default(),
            options: self.csv(),
        })
    }
}

impl RemarksCsvQuery {
    /// The keys of the campaigns that were asked for.
    pub fn campaigns(&self) -> Option<Vec<String>> {
        self.campaign.as_deref().map(list)
    }
}

impl CodebookQuery {
    /// The language that was asked for.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }
}

/// The words between commas.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

fn week(name: &str, text: Option<&str>) -> Result<Option<IsoWeek>, Problem> {
    let parse = |text: &str| text.parse::<IsoWeek>();
    let week = text.map(parse).transpose();
    week.map_err(|error| wrong(format!("`{name}` {error}.")))
}

fn wrong(detail: impl Into<String>) -> Problem {
    Problem::new(Code::QueryInvalid).detail(detail)
}

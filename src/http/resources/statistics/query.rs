//! The query parameters of statistics.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::{Validate, ValidationError};

use crate::app::statistics::StatisticsRequest;
use crate::domain::statistics::Asked;
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::http::extract::query::parsed;
use crate::http::problem::{FieldCode, faults};

/// Which figures, of which responses.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = in_order, skip_on_field_errors = false))]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// What the figures are about: a question or a score by its name in exports, such as `eating_meals`, `eating_meals@3`
    /// or `score_eating`.
    #[param(example = "score_eating")]
    of: String,
    /// By what they are broken down, at most three names, separated by commas: `campaign`, `form_version`, `language`,
    /// `week`, `month`, `quarter`, `year`, or a question that has options, is a yes or no, or has at most 32 numbers. A
    /// week belongs to the month, the quarter and the year in which its Thursday lies.
    #[param(example = "cancer_type,age_band")]
    by: Option<String>,
    /// Only responses of these campaigns: keys, separated by commas.
    #[param(example = "world-cancer-day-2027")]
    campaign: Option<String>,
    /// Only responses to these versions of the form: numbers, separated by commas.
    #[param(example = "1")]
    version: Option<String>,
    /// Only responses that were filled in in these languages: BCP 47 tags, separated by commas.
    #[param(example = "ko")]
    response_language: Option<String>,
    /// Only responses of this ISO week, such as `2027-W05`, or later.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<String>)]
    from_week: Option<IsoWeek>,
    /// Only responses of this ISO week or earlier.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<String>)]
    to_week: Option<IsoWeek>,
    /// Only responses with these answers: `question:code`, at most two, separated by commas, and
    /// three together with `by`.
    #[serde(rename = "where")]
    #[param(rename = "where", example = "sex:female")]
    conditions: Option<String>,
    /// Language of texts and labels: one of those of the newest version; the default is the first of these.
    #[param(example = "en")]
    language: Option<String>,
    /// CSV only: starts the file with a byte order mark, by which Excel recognises UTF-8.
    #[serde(default)]
    #[param(default = false)]
    bom: bool,
    /// CSV only: whether text that a spreadsheet would run as a formula gets a leading apostrophe. If missing: `safe`.
    #[serde(default)]
    #[param(value_type = Option<Formulas>)]
    formulas: Formulas,
}

impl StatisticsQuery {
    /// The request of the use case.
    pub fn request(&self) -> StatisticsRequest {
        let chosen = |text: &Option<String>| text.as_deref().map(list);
        StatisticsRequest {
            asked: Asked {
                of: self.of.clone(),
                by: chosen(&self.by).unwrap_or_default(),
                versions: chosen(&self.version),
                response_languages: chosen(&self.response_language),
                from_week: self.from_week,
                to_week: self.to_week,
                conditions: chosen(&self.conditions).unwrap_or_default(),
            },
            campaigns: chosen(&self.campaign),
            language: self.language.clone(),
        }
    }

    /// The format of the file.
    pub fn csv(&self) -> CsvOptions {
        CsvOptions {
            bom: self.bom,
            formulas: self.formulas,
        }
    }
}

/// Splits at commas.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

fn in_order(query: &StatisticsQuery) -> Result<(), ValidationError> {
    match query.from_week.zip(query.to_week) {
        Some((from, to)) if from > to => Err(faults::of_field(
            "to_week",
            FieldCode::BeforeStart,
            "It must not be before `from_week`.",
        )),
        _ => Ok(()),
    }
}

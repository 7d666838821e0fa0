//! The schemas of export parameters.

use serde::Deserialize;
use utoipa::ToSchema;

use super::described_as;
use crate::formats::csv;
use crate::formats::table::shape;

described_as! {
    csv::Formulas => Formulas;
    shape::LayoutKind => Layout;
    shape::Values => Values;
    shape::MissingShown => MissingValues;
}

/// How texts are written that a spreadsheet would run as a formula.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Formulas {
    /// With an apostrophe in front.
    Safe,
    /// Unchanged.
    Raw,
}

/// What a row of the table is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A response, with a column for each question.
    Wide,
    /// An answer, with the columns `record`, campaign, version, language and week, `column`, `value`, `number`, `missing`.
    Long,
}

/// How the answers to choices are written.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// By the code of the option.
    Codes,
    /// By the number that the option stands for. A question that has an option without a number keeps its codes.
    Numbers,
    /// By the label of the option, in the requested language.
    Labels,
}

/// What stands where there is no answer. A suppressed value is always `MSK`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingValues {
    /// Nothing.
    Blank,
    /// The reason, as a null flavour of HL7: `NA` hidden by routing, `NASK` not in that version, `NI` left blank, `ASKU`
    /// declined.
    Reasons,
}

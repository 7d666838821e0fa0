//! The schemas of export parameters.

use serde::Deserialize;
use utoipa::ToSchema;

use super::described_as;
use crate::formats::csv;

described_as! {
    csv::Formulas => Formulas;
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

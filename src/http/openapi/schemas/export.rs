//! The schemas of what can be asked of an export.

use serde::Deserialize;
use utoipa::ToSchema;

use super::described_as;
use crate::formats::csv;

described_as! {
    csv::Formulas => Formulas;
}

/// What becomes of texts that a spreadsheet would run as a formula.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(default = "safe")]
pub enum Formulas {
    /// An apostrophe goes in front of them.
    Safe,
    /// They are left as they are.
    Raw,
}

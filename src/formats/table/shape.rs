//! What a caller chooses of a table: its layout, and how choices and missing values are written.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantNames};

use crate::domain::codebook::Missing;

/// How a table of responses looks, whatever its format is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// What a row is.
    pub layout: LayoutKind,
    /// How the answers to choices are written.
    pub values: Values,
    /// What stands where there is no answer.
    pub missing: MissingShown,
}

/// What a row of a table is.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LayoutKind {
    /// A response.
    #[default]
    Wide,
    /// An answer.
    Long,
}

/// How the answers to choices are written.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Values {
    /// By the code of the option.
    #[default]
    Codes,
    /// By the number that the option stands for, where each option of the question has one.
    Numbers,
    /// By what a person reads.
    Labels,
}

/// What stands where there is no answer. What is masked always says so.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MissingShown {
    /// Nothing.
    #[default]
    Blank,
    /// The reason, as a null flavour of HL7.
    Reasons,
}

impl MissingShown {
    /// What a file says of a missing value; none where it says nothing.
    ///
    /// What is masked always says so: an analyst must not take it for an answer that was never given.
    pub fn shown(self, missing: Missing) -> Option<&'static str> {
        let says = self == Self::Reasons || missing == Missing::Masked;
        says.then(|| missing.null_flavour())
    }

    /// Everything that [`shown`](Self::shown) can say.
    pub fn words(self) -> Vec<&'static str> {
        let all = Missing::ALL.into_iter();
        all.filter_map(|missing| self.shown(missing)).collect()
    }
}

//! What a campaign promises of files of single responses, beside `k`.
//!
//! Both are fixed with the first response. With others the same rows would be masked in another way, and whoever has files
//! of before and after could join them by the answers that no file masks, and would see what neither file shows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::form::Text;

/// Background questions whose answers are in no file of single responses: the words of each by its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeftOut(pub BTreeMap<String, Text>);

impl LeftOut {
    /// The questions with these keys, without their words.
    pub fn of_keys(keys: impl IntoIterator<Item = String>) -> Self {
        Self(keys.into_iter().map(|key| (key, Text::default())).collect())
    }

    /// The keys of the questions.
    pub fn keys(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// Whether both leave out the same questions, in whatever words.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.keys().eq(other.0.keys())
    }

    /// The questions in this language, each in its own words; the key of one that has no words in it.
    pub(super) fn words(&self, language: &str) -> Vec<&str> {
        self.0
            .iter()
            .map(|(key, text)| text.get(language).unwrap_or(key))
            .collect()
    }
}

/// How much a masked cell costs, from 1 to [`MAX_WEIGHT`]: by the key of a background question or the name of a metadata column.
/// What is not there costs as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaskingWeights(pub BTreeMap<String, u8>);

/// The greatest weight.
pub const MAX_WEIGHT: u8 = 100;

impl MaskingWeights {
    /// The metadata columns that can have a weight. A campaign is masked by itself, so its key never is.
    pub const METADATA: [&str; 3] = ["form_version", "language", "week"];
}

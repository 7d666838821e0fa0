//! Levels: what the answer to a background question can be told as when the answer itself would single somebody out.

use serde::{Deserialize, Serialize};

use super::text::Text;

/// Answers that a level tells as one: options of a choice, or the numbers of a band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDefinition {
    /// Stable code of the group, as it stands in exports; no option and no other group of the question has it.
    pub code: String,
    /// What a person reads.
    pub label: Text,
    /// Choices: the codes of the options that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<String>>,
    /// Numbers: the least answer that belongs to it. It ends where the next one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<serde_json::Number>,
}

/// A checked level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// Choices: for each option the place of its group. What no group names stays as the level before has it, and has a place
    /// behind the groups.
    Groups(Vec<u8>),
    /// Numbers: where each band begins, ascending, in units of the last decimal.
    Bands(Vec<i64>),
}

impl Level {
    /// The place of the group of the option at this place.
    pub fn group(&self, option: u8) -> Option<u8> {
        match self {
            Self::Groups(groups) => groups.get(usize::from(option)).copied(),
            Self::Bands(_) => None,
        }
    }

    /// The place of the band of this number, in units of the last decimal. What lies below the first belongs to it.
    pub fn band(&self, number: i64) -> Option<u8> {
        match self {
            Self::Groups(_) => None,
            Self::Bands(from) => {
                let after = from.partition_point(|from| *from <= number);
                u8::try_from(after.saturating_sub(1)).ok()
            }
        }
    }

    /// The least and the greatest number of the band at this place, of those up to `max`.
    pub fn band_ends(&self, band: u8, max: i64) -> Option<(i64, i64)> {
        match self {
            Self::Groups(_) => None,
            Self::Bands(from) => {
                let band = usize::from(band);
                let end = from.get(band + 1).map_or(max, |next| next - 1);
                Some((*from.get(band)?, end))
            }
        }
    }
}

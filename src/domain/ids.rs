//! Identifiers and keys. Each has a type of its own, so that the compiler rejects mix-ups.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A campaign. Random.
    CampaignId;
    /// A form. Random.
    FormId;
    /// A published version of a form. Random.
    FormVersionId;
    /// A response. Derived from its receipt by HMAC, see [`crate::domain::response::receipt`].
    ResponseId;
    /// A remark. Derived from the receipt and the question, independently of the response's id.
    RemarkId;
    /// An account of staff. Random.
    StaffId;
    /// A session of an account. Random.
    SessionId;
    /// A batch of invitations. Random.
    InvitationBatchId;
    /// An API key, which is not the text of the key. Random.
    ApiKeyId;
}

/// The text is not a valid key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is lower-case words and digits joined by single dashes")]
pub struct KeyMalformed;

/// Whether a text is lower-case words and digits joined by single dashes (kebab case), of any length.
pub fn is_kebab_case(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(is_word)
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident, $max_length:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The maximum number of characters of a key.
            pub const MAX_LENGTH: usize = $max_length;

            /// The key as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = KeyMalformed;

            fn from_str(text: &str) -> Result<Self, KeyMalformed> {
                if text.len() <= Self::MAX_LENGTH && is_kebab_case(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(KeyMalformed)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

keys! {
    /// The key of a campaign, which is its address.
    CampaignKey, 60;
    /// The key of a form, which is its address.
    FormKey, 40;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_lower_case_words_joined_by_single_dashes() {
        for key in ["a", "world-cancer-day-2027", "7"] {
            assert_eq!(key.parse::<CampaignKey>().unwrap().as_str(), key);
        }
        for text in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "A",
            "a b",
            "ä",
            &"a".repeat(41),
        ] {
            assert_eq!(text.parse::<FormKey>(), Err(KeyMalformed), "{text}");
        }
    }
}

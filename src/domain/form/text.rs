//! Text in several languages, and the choice of one.

use std::collections::BTreeMap;

use language_tags::LanguageTag;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text in every language of its form: BCP 47 tag → text.
///
/// Where one language was asked for, the map holds just that one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"ko": "식사", "en": "Eating"}))]
pub struct Text(pub BTreeMap<String, String>);

impl Text {
    /// The text in `language`, if it is there.
    pub fn get(&self, language: &str) -> Option<&str> {
        self.0.get(language).map(String::as_str)
    }

    /// The same text with every language but `language` left out.
    #[must_use]
    pub fn only(&self, language: &str) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(tag, _)| *tag == language)
                .map(|(tag, text)| (tag.clone(), text.clone()))
                .collect(),
        )
    }
}

/// RFC 5646, section 4.4.1: no tag of the registry needs more, and grammar alone sets no bound.
const MAX_TAG_LENGTH: usize = 35;

/// Whether `tag` is a well-formed and valid BCP 47 language tag.
pub fn is_language_tag(tag: &str) -> bool {
    tag.len() <= MAX_TAG_LENGTH
        && LanguageTag::parse(tag)
            .is_ok_and(|parsed| parsed.is_valid() && parsed.to_string() == tag)
}

/// The offered language that serves a reader of `range` best: RFC 4647 lookup.
///
/// `ko-KR` finds `ko`; `pt` finds `pt-BR` when there is no plain `pt`, since
/// one kind of Portuguese serves its reader better than a foreign language.
pub fn look_up<'a>(offered: &'a [String], range: &str) -> Option<&'a str> {
    let equal = |wanted: &str| {
        offered
            .iter()
            .find(|tag| tag.eq_ignore_ascii_case(wanted))
            .map(String::as_str)
    };
    let mut wanted = range;
    loop {
        if let Some(found) = equal(wanted) {
            return Some(found);
        }
        let Some((shorter, _)) = wanted.rsplit_once('-') else {
            break;
        };
        // A single letter only introduces what follows it, so it goes as well.
        wanted = match shorter.rsplit_once('-') {
            Some((rest, single)) if single.len() == 1 => rest,
            _ => shorter,
        };
    }
    offered
        .iter()
        .find(|tag| {
            tag.split('-')
                .next()
                .is_some_and(|primary| primary.eq_ignore_ascii_case(wanted))
        })
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let offered = ["ko".to_owned(), "en".to_owned(), "pt-BR".to_owned()];
        for (range, expected) in [
            ("ko", Some("ko")),
            ("KO-kr", Some("ko")),
            ("en-Latn-GB-x-private", Some("en")),
            ("pt", Some("pt-BR")),
            ("pt-PT", Some("pt-BR")),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(look_up(&offered, range), expected, "{range:?}");
        }
    }

    #[test]
    fn language_tags_are_those_of_bcp_47() {
        for good in ["ko", "en", "en-GB", "zh-Hans", "pt-BR"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "korean!", "xx-", "e", "en_GB", "qqqqqqqqqq"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }
}

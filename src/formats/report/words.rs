//! The page's own words, in the languages that there are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

type ByLanguage = BTreeMap<String, BTreeMap<String, String>>;

static ALL: LazyLock<ByLanguage> =
    LazyLock::new(|| serde_json::from_str(include_str!("words.json")).unwrap_or_default());

/// The language of the words where a page is in one that they do not have.
const DEFAULT: &str = "en";

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    own: Option<&'static BTreeMap<String, String>>,
}

impl Words {
    /// Those of this language, or of English.
    pub fn of(language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or(language);
        let own = ALL.get(language).or_else(|| ALL.get(primary));
        Self {
            own: own.or_else(|| ALL.get(DEFAULT)),
        }
    }

    /// The words with this name.
    pub fn get(&self, name: &str) -> &'static str {
        self.own
            .and_then(|words| words.get(name))
            .map_or("", String::as_str)
    }

    /// The same with a value in the place of `{name}`.
    pub fn with(&self, name: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(name).to_owned();
        for (place, value) in values {
            text = text.replace(&format!("{{{place}}}"), value);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_all_words_with_the_same_places() {
        let english = ALL.get(DEFAULT).unwrap();
        assert!(english.len() > 20);
        let places = |text: &str| -> Vec<String> {
            let mut places: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|it| Some(it.split_once('}')?.0.to_owned()))
                .collect();
            places.sort();
            places
        };
        for (language, words) in ALL.iter() {
            for (name, text) in english {
                assert_eq!(places(&words[name]), places(text), "{language} {name}");
            }
            assert_eq!(words.len(), english.len(), "{language}");
        }
        assert_eq!(Words::of("ko-KR").get("yes"), "예");
        assert_eq!(Words::of("fr").get("yes"), "Yes");
    }
}

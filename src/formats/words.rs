//! The words of a page itself, in the languages that there are, and the direction of its text.

use std::collections::BTreeMap;

/// The words of a page: by language, by name.
pub type AllWords = BTreeMap<String, BTreeMap<String, String>>;

/// The language of the words where a page is in one that they do not have.
const DEFAULT: &str = "en";

/// Languages that are written from right to left, and scripts.
const RIGHT_TO_LEFT: [&str; 14] = [
    "ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi",
];
const SCRIPTS_RIGHT_TO_LEFT: [&str; 6] = ["Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"];

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    language: &'static str,
    own: Option<&'static BTreeMap<String, String>>,
}

impl Words {
    /// Those of this language, or of English.
    pub fn of(all: &'static AllWords, language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or(language);
        let found = [language, primary, DEFAULT].into_iter();
        let mut found = found.filter_map(|tag| all.get_key_value(tag));
        match found.next() {
            Some((tag, own)) => Self {
                language: tag,
                own: Some(own),
            },
            None => Self {
                language: DEFAULT,
                own: None,
            },
        }
    }

    /// Their language.
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// The words with this name.
    pub fn get(&self, name: &str) -> &'static str {
        self.own
            .and_then(|words| words.get(name))
            .map_or("", String::as_str)
    }

    /// The same with a value in the place of `{name}`.
    pub fn with(&self, name: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(name);
        let mut text = String::new();
        // What is put in is not searched again.
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((place, behind)) = after.split_once('}') else {
                break;
            };
            let value = values.iter().find(|(name, _)| *name == place);
            text.push_str(value.map_or("", |(_, value)| value));
            rest = behind;
        }
        text.push_str(rest);
        text
    }
}

/// The direction in which this language is written, as HTML says it.
pub fn direction(language: &str) -> &'static str {
    let mut parts = language.split('-');
    let primary = parts.next().unwrap_or_default();
    let mut script =
        parts.filter(|part| part.len() == 4 && !part.starts_with(|c: char| c.is_ascii_digit()));
    let to_left = match script.next() {
        Some(script) => SCRIPTS_RIGHT_TO_LEFT.contains(&script),
        None => RIGHT_TO_LEFT.contains(&primary),
    };
    if to_left { "rtl" } else { "ltr" }
}

/// Checks that every language has the same words, with the same places.
#[cfg(test)]
pub fn assert_complete(all: &AllWords) {
    let english = all.get(DEFAULT).unwrap();
    assert!(english.len() > 5);
    let places = |text: &str| -> Vec<String> {
        let mut places: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|it| Some(it.split_once('}')?.0.to_owned()))
            .collect();
        places.sort();
        places
    };
    assert!(all.len() > 1);
    for (language, words) in all {
        for (name, text) in english {
            assert_eq!(places(&words[name]), places(text), "{language} {name}");
        }
        assert_eq!(words.len(), english.len(), "{language}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static ALL: LazyLock<AllWords> = LazyLock::new(|| {
        let words = |yes: &str, both: &str| {
            let words = [("yes", yes), ("both", both)];
            words
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into()
        };
        BTreeMap::from([
            ("en".to_owned(), words("Yes", "{a} and {b}")),
            ("ko".to_owned(), words("예", "{b}, {a}")),
        ])
    });

    #[test]
    fn words_are_of_the_nearest_language_and_what_is_put_in_is_not_searched() {
        assert_eq!(Words::of(&ALL, "ko-KR").get("yes"), "예");
        assert_eq!(Words::of(&ALL, "fr").get("yes"), "Yes");
        assert_eq!(Words::of(&ALL, "fr").language(), "en");
        let put = Words::of(&ALL, "ko").with("both", &[("a", "{b}"), ("b", "x")]);
        assert_eq!(put, "x, {b}");
    }

    #[test]
    fn a_language_has_its_direction() {
        for (tag, expected) in [
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("ku-Arab", "rtl"),
            ("az-Latn-IR", "ltr"),
            ("fa-Latn", "ltr"),
            ("ko", "ltr"),
        ] {
            assert_eq!(direction(tag), expected, "{tag}");
        }
    }
}

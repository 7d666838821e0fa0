//! Languages and headers as people write them.

use crate::domain::form::is_language_tag;

/// The tag of a language: `English (en)`, `en`, or a name that is in the list.
pub(super) fn tag_of(language: &str) -> Option<String> {
    let language = language.trim();
    let bracketed = language
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .map(|(_, tag)| tag.trim());
    if let Some(tag) = bracketed
        .or(Some(language))
        .filter(|tag| is_language_tag(tag))
    {
        return Some(tag.to_owned());
    }
    let tag = match language.to_lowercase().as_str() {
        "arabic" | "العربية" => "ar",
        "bengali" => "bn",
        "chinese" | "中文" => "zh",
        "dutch" | "nederlands" => "nl",
        "english" => "en",
        "french" | "français" | "francais" => "fr",
        "german" | "deutsch" => "de",
        "hindi" => "hi",
        "indonesian" => "id",
        "italian" | "italiano" => "it",
        "japanese" | "日本語" => "ja",
        "korean" | "한국어" => "ko",
        "persian" | "farsi" => "fa",
        "portuguese" | "português" => "pt",
        "russian" | "русский" => "ru",
        "spanish" | "español" | "espanol" => "es",
        "swahili" | "kiswahili" => "sw",
        "turkish" | "türkçe" => "tr",
        "ukrainian" => "uk",
        "urdu" => "ur",
        "vietnamese" => "vi",
        _ => return None,
    };
    Some(tag.to_owned())
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    /// A field of XLSForm.
    Plain(String),
    /// The label or hint in the language of this tag; without one, in the default language.
    Text(&'static str, Option<String>),
    /// A field of our own.
    Ours(String),
    /// Anything else, or a language that is not known.
    Other,
}

impl Column {
    /// Reads a header.
    pub fn of(header: &str) -> Self {
        if let Some(field) = header.strip_prefix(super::OURS) {
            return Self::Ours(field.to_owned());
        }
        let (field, language) = match header.split_once("::") {
            Some((field, language)) => (field, Some(language)),
            None => (header, None),
        };
        let field = field.trim().to_lowercase().replace([' ', '-'], "_");
        let text = match field.as_str() {
            "label" | "caption" => Some("label"),
            "hint" => Some("hint"),
            _ => None,
        };
        match (text, language) {
            (Some(text), None) => Self::Text(text, None),
            (Some(text), Some(language)) => match tag_of(language) {
                Some(tag) => Self::Text(text, Some(tag)),
                None => Self::Other,
            },
            (None, Some(_)) => Self::Other,
            (None, None) => Self::Plain(match field.as_str() {
                "relevance" => "relevant".to_owned(),
                "calculate" => "calculation".to_owned(),
                "id_string" => "form_id".to_owned(),
                _ => field,
            }),
        }
    }
}

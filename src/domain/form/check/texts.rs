//! Languages, and every text in each of them.

use std::collections::BTreeSet;

use super::{Check, FormFault, MAX_LANGUAGES};
use crate::domain::form::definition::Edition;
use crate::domain::form::text::{Text, is_language_tag};
use crate::domain::pointer::Pointer;

const MAX_TEXT_LENGTH: usize = 4000;

impl Check<'_> {
    pub(super) fn languages(&mut self) {
        let form = self.form;
        let pointer = Pointer::root().child("languages");
        if form.languages.is_empty() {
            self.fault(&pointer, FormFault::Empty);
        }
        if form.languages.len() > MAX_LANGUAGES {
            let count = form.languages.len();
            self.fault(&pointer, FormFault::TooManyLanguages { count });
        }
        let mut seen = BTreeSet::new();
        for (place, tag) in form.languages.iter().enumerate() {
            if !is_language_tag(tag) {
                self.fault(
                    &pointer.child(place),
                    FormFault::LanguageMalformed { tag: tag.clone() },
                );
            }
            if !seen.insert(tag) {
                self.fault(
                    &pointer.child(place),
                    FormFault::LanguageTwice { tag: tag.clone() },
                );
            }
        }
    }

    /// The texts of the form itself; those of its parts are checked with the part.
    pub(super) fn texts(&mut self) {
        let form = self.form;
        self.text(&form.title, &Pointer::root().child("title"));
        self.optional_text(
            form.description.as_ref(),
            &Pointer::root().child("description"),
        );
    }

    pub(super) fn optional_text(&mut self, text: Option<&Text>, pointer: &Pointer) {
        if let Some(text) = text {
            self.text(text, pointer);
        }
    }

    pub(super) fn text(&mut self, text: &Text, pointer: &Pointer) {
        let form = self.form;
        // Otherwise there would be a fault for every text in each of them.
        if form.languages.len() > MAX_LANGUAGES {
            return;
        }
        for language in form.languages.iter().filter(|tag| is_language_tag(tag)) {
            match text.get(language) {
                None => self.fault(
                    pointer,
                    FormFault::TextMissing {
                        language: language.clone(),
                    },
                ),
                Some(words) if words.trim().is_empty() => {
                    self.fault(
                        &pointer.child(language),
                        FormFault::TextBlank {
                            language: language.clone(),
                        },
                    );
                }
                Some(words) if words.chars().count() > MAX_TEXT_LENGTH => {
                    self.fault(&pointer.child(language), FormFault::TextTooLong);
                }
                Some(words) => self.plain(words, &pointer.child(language)),
            }
        }
        for language in text
            .0
            .keys()
            .filter(|language| !form.languages.contains(language))
        {
            let fault = FormFault::TextLanguageUnknown {
                language: language.clone(),
            };
            self.fault(&pointer.child(language), fault);
        }
    }

    /// Texts are plain: no HTML, and nothing that cannot be seen.
    pub(super) fn plain(&mut self, words: &str, pointer: &Pointer) {
        if self.form.edition() == Edition::First {
            return;
        }
        if let Some(c) = words.chars().find(|c| is_invisible(*c)) {
            self.fault(pointer, FormFault::TextInvisible { code: c.into() });
        }
        if let Some(tag) = tag_in(words) {
            self.fault(pointer, FormFault::TextTag { tag });
        }
    }
}

/// The beginning of the first HTML tag, by the rule of HTML itself: `<` directly before a letter, `/`, `!` or `?`.
fn tag_in(words: &str) -> Option<String> {
    words.match_indices('<').find_map(|(at, _)| {
        let rest = words.get(at..)?;
        let next = rest.chars().nth(1)?;
        let begins = next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
        begins.then(|| rest.chars().take(12).collect())
    })
}

/// Whether a text of a form may not hold this: it cannot be seen, and is not needed to write any language. Joiners, marks
/// of direction and isolates are.
fn is_invisible(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Soft hyphen, combining joiner, separators of Mongolian, lines and paragraphs, byte order mark, fillers.
        '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{115F}' | '\u{1160}'
        | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}'
        // Zero-width space, embeddings and overrides of direction, invisible operators, tags.
        | '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{E0000}'..='\u{E007F}' => true,
        _ => c.is_control(),
    }
}

//! Languages, and every text in each of them.

use std::collections::BTreeSet;

use super::{Check, FormFault, MAX_LANGUAGES};
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
                Some(_) => {}
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
}

//! The texts of two languages beside each other, and the questions of one.

use std::collections::BTreeMap;

use super::Linter;
use super::advice::Advice;
use super::reading::primary;
use super::texts::TextAt;
use crate::domain::form::FormDefinition;
use crate::domain::pointer::Pointer;

/// Shorter texts differ by chance.
const COMPARED_FROM: usize = 40;

/// How many times as long as the rest of the form says.
const MUCH: f64 = 2.5;

/// A word of fewer letters may be the same everywhere.
const LETTERS: usize = 4;

impl Linter<'_> {
    /// Compares every language with the form's first one.
    pub(super) fn languages(&mut self, form: &FormDefinition, texts: &[TextAt]) {
        let Some((first, others)) = form.languages.split_first() else {
            return;
        };
        for other in others {
            // One language needs more letters than another, so a text is held against the whole form.
            let total = |language: &str| -> f64 {
                let lengths = texts.iter().filter_map(|text| text.words.get(language));
                lengths.map(|words| length(words)).sum()
            };
            let usual = total(other) / total(first).max(1.0);
            for text in texts {
                if let (Some(one), Some(two)) = (text.words.get(first), text.words.get(other)) {
                    let pointer = text.pointer.child(other);
                    self.pair(&pointer, (first, one), (other, two), usual);
                }
            }
        }
    }

    fn pair(
        &mut self,
        pointer: &Pointer,
        (first, one): (&str, &str),
        (second, two): (&str, &str),
        usual: f64,
    ) {
        if primary(first) != primary(second) && same(one, two) && is_language(one) {
            let other = first.to_owned();
            self.advise(pointer, Advice::SameText { other });
            return;
        }
        let longest = one.chars().count().max(two.chars().count());
        let times = length(two) / length(one).max(1.0) / usual.max(f64::MIN_POSITIVE);
        let differs = !(1.0 / MUCH..=MUCH).contains(&times);
        if longest >= COMPARED_FROM && differs {
            let (other, longer) = (first.to_owned(), times > 1.0);
            self.advise(pointer, Advice::LengthDiffers { other, longer });
        }
    }

    /// Two questions of one text.
    pub(super) fn repeated_questions(&mut self, form: &FormDefinition) {
        let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
        for (section_place, section) in form.sections.iter().enumerate() {
            let sections = Pointer::root().child("sections").child(section_place);
            for (place, question) in section.questions.iter().enumerate() {
                let text = sections.child("questions").child(place).child("text");
                for (language, words) in &question.text.0 {
                    let key = (language.clone(), plain(words));
                    match seen.get(&key) {
                        Some(first) => {
                            let key = first.clone();
                            self.advise(&text.child(language), Advice::TextTwice { key });
                        }
                        None => drop(seen.insert(key, question.key.clone())),
                    }
                }
            }
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a text has at most 4000 characters"
)]
fn length(words: &str) -> f64 {
    words.chars().count() as f64
}

/// The words alone, in lower case.
fn plain(words: &str) -> String {
    let words = super::reading::words(words).map(str::to_lowercase);
    words.collect::<Vec<_>>().join(" ")
}

/// Whether two texts have the same words.
pub(super) fn same(one: &str, two: &str) -> bool {
    !plain(one).is_empty() && plain(one) == plain(two)
}

/// Whether a text is written in a language, and no number or abbreviation.
fn is_language(words: &str) -> bool {
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    letters >= LETTERS && (words != words.to_uppercase() || !words.is_ascii())
}

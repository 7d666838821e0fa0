//! Advice on a sound form: what a reviewer of questionnaires would say. Nothing here is a fault.
//!
//! False alarms make people stop reading, so a rule that cannot tell keeps silent. No rule asks for an option "prefer not
//! to say": every question can be declined.

mod advice;
mod languages;
mod length;
mod reading;
mod structure;
#[cfg(test)]
mod tests;
mod texts;
mod wording;

pub use advice::Advice;
pub use length::Length;
pub use reading::Reading;

use self::languages::same;
use self::length::length_of;
use self::texts::texts_of;
use super::Form;
use crate::domain::fault::Fault;
use crate::domain::pointer::Pointer;

/// The most minutes for what everybody sees.
const MAX_MINUTES: f64 = 10.0;

/// The most years of school that a text should need: a reader of about 13 years.
const MAX_GRADE: f64 = 8.0;

/// What there is to say about a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Each piece of advice with its place, rule by rule.
    pub advice: Vec<Fault<Advice>>,
    /// How long the form takes.
    pub length: Length,
    /// How hard it is to read, by language.
    pub readings: Vec<Reading>,
}

/// Collects advice.
struct Linter<'a> {
    found: &'a mut Vec<Fault<Advice>>,
}

impl Linter<'_> {
    fn advise(&mut self, pointer: &Pointer, advice: Advice) {
        self.found.push(Fault::at(pointer.clone(), advice));
    }
}

impl Review {
    /// Reviews a form.
    pub fn of(form: &Form) -> Self {
        let form = form.definition();
        let texts = texts_of(form);
        let length = length_of(form);
        let prose = |language: &String| {
            let texts = texts.iter().filter(|text| text.is_prose());
            let words = texts.filter_map(|text| text.words.get(language));
            reading::read(language, words.map(String::as_str))
        };
        let readings: Vec<Reading> = form.languages.iter().map(prose).collect();
        let mut advice = Vec::new();
        let mut linter = Linter { found: &mut advice };
        linter.whole(length, &readings);
        for text in &texts {
            for (language, words) in &text.words {
                linter.wording(text, language, words);
            }
        }
        linter.structure(form);
        linter.repeated_questions(form);
        linter.languages(form, &texts);
        Self {
            advice,
            length,
            readings,
        }
    }
}

impl Linter<'_> {
    fn whole(&mut self, length: Length, readings: &[Reading]) {
        if length.least > MAX_MINUTES {
            let minutes = rounded(length.least);
            self.advise(&Pointer::root(), Advice::LongForm { minutes });
        }
        for (place, reading) in readings.iter().enumerate() {
            if let Some(grade) = reading.grade.filter(|grade| *grade > MAX_GRADE) {
                let (language, grade) = (reading.language.clone(), rounded(grade));
                let pointer = Pointer::root().child("languages").child(place);
                self.advise(&pointer, Advice::HardToRead { language, grade });
            }
        }
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes and years of school are small and positive"
)]
fn rounded(number: f64) -> u64 {
    number.round().max(0.0) as u64
}

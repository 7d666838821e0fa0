//! How long a form takes.

use std::collections::BTreeSet;

use super::reading::count_words;
use crate::domain::form::{FormDefinition, QuestionDefinition, QuestionKind, Text};

/// Silent reading, words a minute: the mean over the 17 languages of the International Reading Speed Texts
/// (Trauzettel-Klosinski and Dietz 2012, doi:10.1167/iovs.11-8284). Korean is not among them.
const WORDS_A_MINUTE: f64 = 184.0;

/// The time that a form takes, in minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    /// For the questions that everybody sees.
    pub least: f64,
    /// For every question of the form, even those that exclude each other.
    pub most: f64,
}

/// The seconds for thinking and answering, without reading. Round figures of our own, such that a usual question with its
/// reading takes 10 seconds or a little more. That is what Pew Research Center measures in its online panel ("How we keep
/// our online surveys from running too long", 2022); it gives no times for thinking alone.
fn seconds(kind: QuestionKind) -> f64 {
    match kind {
        QuestionKind::Statement => 0.0,
        QuestionKind::YesNo => 3.0,
        QuestionKind::SingleChoice | QuestionKind::Rating => 5.0,
        QuestionKind::Text => 40.0,
        _ => 10.0,
    }
}

/// How long the form takes in the language that takes longest.
pub(super) fn length_of(form: &FormDefinition) -> Length {
    let lengths = form
        .languages
        .iter()
        .map(|language| in_language(form, language));
    let zero = Length {
        least: 0.0,
        most: 0.0,
    };
    lengths.fold(zero, |a, b| Length {
        least: a.least.max(b.least),
        most: a.most.max(b.most),
    })
}

fn in_language(form: &FormDefinition, language: &str) -> Length {
    let minutes = |text: &Text| reading(language, text);
    let start = minutes(&form.title) + form.description.as_ref().map_or(0.0, minutes);
    let (mut least, mut most) = (start, start);
    let mut known_scales = BTreeSet::new();
    for section in &form.sections {
        let heading = minutes(&section.title) + section.description.as_ref().map_or(0.0, minutes);
        most += heading;
        if section.show_when.is_none() {
            least += heading;
        }
        for question in &section.questions {
            let minutes = minutes_of(form, language, question, &mut known_scales);
            most += minutes;
            if section.show_when.is_none() && question.show_when.is_none() {
                least += minutes;
            }
        }
    }
    Length { least, most }
}

/// The labels of a shared scale are read once.
fn minutes_of<'f>(
    form: &'f FormDefinition,
    language: &str,
    question: &'f QuestionDefinition,
    known_scales: &mut BTreeSet<&'f str>,
) -> f64 {
    let minutes = |text: &Text| reading(language, text);
    let scale = question.scale.as_ref();
    let new = scale.filter(|name| known_scales.insert(name.as_str()));
    let shared = new.and_then(|name| form.scales.get(name));
    let options = question.options.as_ref().or(shared).into_iter().flatten();
    let texts = [&question.hint, &question.min_label, &question.max_label];
    minutes(&question.text)
        + texts.into_iter().flatten().map(minutes).sum::<f64>()
        + options.map(|option| minutes(&option.label)).sum::<f64>()
        + seconds(question.kind) / 60.0
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a text has at most 4000 characters"
)]
fn reading(language: &str, text: &Text) -> f64 {
    let words = text
        .get(language)
        .map_or(0, |text| count_words(language, text));
    words as f64 / WORDS_A_MINUTE
}

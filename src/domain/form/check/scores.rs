//! Scores, bands, notices and advice.

use std::collections::BTreeMap;

use super::{Check, FormFault};
use crate::domain::form::condition::{Condition, ConditionDefinition};
use crate::domain::form::definition::Edition;
use crate::domain::form::question::Question;
use crate::domain::form::score::{FirstScore, Rule, Score, ScoreDefinition, ScoreMethod};
use crate::domain::form::text::Text;
use crate::domain::pointer::Pointer;

/// The most scores of a form. Each is analysed, so that a check takes a moment only.
const MAX_SCORES: usize = 200;

impl Check<'_> {
    pub(super) fn scores(
        &mut self,
        questions: &[Question],
        sections: &[Option<Condition>],
    ) -> Vec<Score> {
        let form = self.form;
        let mut keys = BTreeMap::new();
        let mut scores: Vec<Option<Score>> = Vec::new();
        let count = form.scores.len();
        if form.edition() > Edition::First && count > MAX_SCORES {
            self.fault(
                &Pointer::root().child("scores"),
                FormFault::TooManyScores { count },
            );
            return Vec::new();
        }
        for (place, score) in form.scores.iter().enumerate() {
            let pointer = Pointer::root().child("scores").child(place);
            self.key(&score.key, pointer.child("key"), &mut keys);
            self.text(&score.title, &pointer.child("title"));
            let [low, high] = score.to;
            if !(low.is_finite() && high.is_finite() && low < high) {
                self.fault(&pointer.child("to"), FormFault::ScoreRange);
            }
            self.external(&score.external, &pointer.child("external"));
            self.band_names(score, &pointer.child("bands"));
            let checked = match form.edition() {
                Edition::First => Some(self.first_score(score, &pointer, questions)),
                Edition::Second => self.exact_score(place, &pointer, questions, sections, &scores),
            };
            scores.push(checked);
        }
        // Where one is missing there is a fault, and nobody looks at the list.
        scores.into_iter().flatten().collect()
    }

    fn band_names(&mut self, score: &ScoreDefinition, pointer: &Pointer) {
        let mut codes = BTreeMap::new();
        for (place, band) in score.bands.iter().enumerate() {
            let pointer = pointer.child(place);
            self.key(&band.code, pointer.child("code"), &mut codes);
            self.text(&band.label, &pointer.child("label"));
        }
    }

    /// A score of the first edition.
    fn first_score(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
        questions: &[Question],
    ) -> Score {
        self.first_fields(score, pointer);
        if !(0.0..=1.0).contains(&score.at_least_answered) {
            self.fault(&pointer.child("at_least_answered"), FormFault::ScoreShare);
        }
        self.bands(score, &pointer.child("bands"));
        let of = self.mapped(score, &pointer.child("of"), questions);
        Score {
            scores: Vec::new(),
            questions: of.iter().map(|(place, ..)| *place).collect(),
            rule: Rule::First(FirstScore::new(score, of)),
        }
    }

    /// What came with the second edition is not in the first.
    fn first_fields(&mut self, score: &ScoreDefinition, pointer: &Pointer) {
        let old = [ScoreMethod::Mean, ScoreMethod::Sum].contains(&score.method);
        let fields = [
            ("method", !old),
            ("of_scores", !score.of_scores.is_empty()),
            ("reversed", !score.reversed.is_empty()),
            ("weights", !score.weights.is_empty()),
            ("values", !score.values.is_empty()),
            ("plus", score.plus.is_some()),
            ("count_when", !score.count_when.is_empty()),
            ("table", !score.table.is_empty()),
            ("at_least_items", score.at_least_items.is_some()),
            ("hidden", score.hidden.is_some()),
            ("round", score.round.is_some()),
        ];
        for (field, _) in fields.into_iter().filter(|(_, present)| *present) {
            self.fault(&pointer.child(field), FormFault::NeedsEdition { field });
        }
    }

    fn mapped(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
        questions: &[Question],
    ) -> Vec<(usize, f64, f64)> {
        if score.of.is_empty() {
            self.fault(pointer, FormFault::Empty);
        }
        let mut of: Vec<(usize, f64, f64)> = Vec::new();
        for (number, key) in score.of.iter().enumerate() {
            let pointer = pointer.child(number);
            let key = key.clone();
            let found = questions
                .iter()
                .enumerate()
                .find(|(_, question)| question.key == key);
            match found {
                None => self.fault(&pointer, FormFault::QuestionUnknown { key }),
                Some((place, _)) if of.iter().any(|(there, ..)| *there == place) => {
                    self.fault(&pointer, FormFault::ScoreQuestionTwice { key });
                }
                Some((place, question)) => match question.kind.range() {
                    Some((low, high)) => of.push((place, low, high)),
                    None => self.fault(&pointer, FormFault::ScoreNotNumeric { key }),
                },
            }
        }
        of
    }

    fn bands(&mut self, score: &ScoreDefinition, pointer: &Pointer) {
        let [low, high] = score.to;
        let mut before = f64::NEG_INFINITY;
        for (place, band) in score.bands.iter().enumerate() {
            let pointer = pointer.child(place);
            #[allow(clippy::float_cmp, reason = "the author repeats the very number")]
            if place == 0 && band.from != low {
                self.fault(&pointer.child("from"), FormFault::FirstBand { low });
            } else if band.from <= before || (band.from > high && score.method == ScoreMethod::Mean)
            {
                self.fault(&pointer.child("from"), FormFault::BandOrder);
            }
            before = band.from;
        }
    }

    pub(super) fn notices(&mut self, questions: &[Question]) -> Vec<Condition> {
        let notices = self.form.notices.iter();
        let notices = notices.map(|it| (it.key.as_str(), &it.show_when, &it.text));
        self.shown_texts("notices", notices, questions)
    }

    pub(super) fn advice(&mut self, questions: &[Question]) -> Vec<Condition> {
        let advice = self.form.advice.iter();
        let advice = advice.map(|it| (it.key.as_str(), &it.show_when, &it.text));
        self.shown_texts("advice", advice, questions)
    }

    /// Texts that are shown when a condition over all questions and scores holds.
    fn shown_texts<'t>(
        &mut self,
        list: &'static str,
        texts: impl Iterator<Item = (&'t str, &'t ConditionDefinition, &'t Text)>,
        questions: &[Question],
    ) -> Vec<Condition> {
        let mut keys = BTreeMap::new();
        let mut conditions = Vec::new();
        for (place, (key, show_when, text)) in texts.enumerate() {
            let pointer = Pointer::root().child(list).child(place);
            self.key(key, pointer.child("key"), &mut keys);
            self.text(text, &pointer.child("text"));
            conditions.extend(self.show_when(Some(show_when), &pointer, questions, None));
        }
        conditions
    }
}

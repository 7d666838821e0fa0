//! Scores, bands and notices.

use std::collections::BTreeMap;

use super::{Check, FormFault};
use crate::domain::form::condition::Condition;
use crate::domain::form::definition::{ScoreDefinition, ScoreMethod};
use crate::domain::form::question::Question;
use crate::domain::form::score::Score;
use crate::domain::pointer::Pointer;

impl Check<'_> {
    pub(super) fn scores(&mut self, questions: &[Question]) -> Vec<Score> {
        let form = self.form;
        let mut keys = BTreeMap::new();
        let mut scores = Vec::new();
        for (place, score) in form.scores.iter().enumerate() {
            let pointer = Pointer::root().child("scores").child(place);
            self.key(&score.key, pointer.child("key"), &mut keys);
            self.text(&score.title, &pointer.child("title"));
            let [low, high] = score.to;
            if !(low.is_finite() && high.is_finite() && low < high) {
                self.fault(&pointer.child("to"), FormFault::ScoreRange);
            }
            if !(0.0..=1.0).contains(&score.at_least_answered) {
                self.fault(&pointer.child("at_least_answered"), FormFault::ScoreShare);
            }
            self.external(&score.external, &pointer.child("external"));
            self.bands(score, &pointer.child("bands"));
            scores.push(self.score(score, &pointer.child("of"), questions));
        }
        scores
    }

    fn score(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
        questions: &[Question],
    ) -> Score {
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
        Score { of }
    }

    fn bands(&mut self, score: &ScoreDefinition, pointer: &Pointer) {
        let mut codes = BTreeMap::new();
        let [low, high] = score.to;
        let mut before = f64::NEG_INFINITY;
        for (place, band) in score.bands.iter().enumerate() {
            let pointer = pointer.child(place);
            self.key(&band.code, pointer.child("code"), &mut codes);
            self.text(&band.label, &pointer.child("label"));
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
        let form = self.form;
        let mut keys = BTreeMap::new();
        let mut conditions = Vec::new();
        for (place, notice) in form.notices.iter().enumerate() {
            let pointer = Pointer::root().child("notices").child(place);
            self.key(&notice.key, pointer.child("key"), &mut keys);
            self.text(&notice.text, &pointer.child("text"));
            conditions.extend(self.show_when(Some(&notice.show_when), &pointer, questions, None));
        }
        conditions
    }
}

//! What scores come to, remembered by the answers that they are computed from.
//!
//! A score looks at a few questions with a few options each, so the same answers come again and again, and to look the
//! score up costs a tenth of computing it.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::item::{Places, Said, said_of_score};
use crate::domain::codebook::Missing;
use crate::domain::form::{Answer, Form};

/// No more is remembered of one score: answers to a question with many numbers may all differ.
const MOST: usize = 4096;

/// The scores of one version.
#[derive(Debug)]
pub struct ScoreMemo {
    scores: Vec<Known>,
    /// The answers that the present score is computed from, as they are stored.
    key: Vec<u8>,
}

#[derive(Debug, Default)]
struct Known {
    /// Where its answers lie in a record.
    slots: Vec<Range<usize>>,
    said: FxHashMap<Vec<u8>, (Option<usize>, Option<f64>, Missing)>,
}

impl ScoreMemo {
    /// Nothing of the scores of this form.
    pub fn new(form: &Form) -> Self {
        let slots: Vec<Option<Range<usize>>> = (form.layout().slots(form.questions()))
            .map(|(_, slot)| slot.map(|it| it.offset..it.offset + it.width))
            .collect();
        let known = form.scores().map(|(_, score)| Known {
            slots: (score.questions().iter())
                .filter_map(|place| slots.get(*place).cloned().flatten())
                .collect(),
            said: FxHashMap::default(),
        });
        Self {
            scores: known.collect(),
            key: Vec::new(),
        }
    }

    /// What a response says to the score at this place.
    pub fn said(
        &mut self,
        form: &Form,
        place: usize,
        answers: &[Answer],
        record: &[u8],
    ) -> Said<'static> {
        let compute = || said_of_score(&form.answered(answers).score(place));
        let Some(known) = self.scores.get_mut(place) else {
            return compute();
        };
        self.key.clear();
        for slot in &known.slots {
            self.key
                .extend(record.get(slot.clone()).unwrap_or_default());
        }
        if let Some(said) = known.said.get(self.key.as_slice()) {
            return recalled(*said);
        }
        let said = compute();
        if known.said.len() < MOST {
            known.said.insert(self.key.clone(), kept(said));
        }
        said
    }
}

fn kept(said: Said<'_>) -> (Option<usize>, Option<f64>, Missing) {
    match said {
        Said::Missing(reason) => (None, None, reason),
        Said::Given(Places::One(band), number) => (Some(band), number, Missing::Blank),
        Said::Given(_, number) => (None, number, Missing::Blank),
    }
}

fn recalled((band, number, reason): (Option<usize>, Option<f64>, Missing)) -> Said<'static> {
    match number {
        None => Said::Missing(reason),
        Some(_) => Said::Given(band.map_or(Places::None, Places::One), number),
    }
}

//! Conditions on scores: on earlier scores only, over questions that come before.

use super::{Check, FormFault};
use crate::domain::form::condition::{Condition, ConditionDefinition, Scalar, ScoreTest};
use crate::domain::form::definition::Edition;
use crate::domain::form::question::Question;
use crate::domain::form::score::dependencies;
use crate::domain::pointer::Pointer;

impl Check<'_> {
    /// The checked test `field` of the score with this key.
    pub(super) fn score_condition(
        &mut self,
        condition: &ConditionDefinition,
        key: &str,
        field: &'static str,
        pointer: &Pointer,
        earlier: &[Question],
    ) -> Option<Condition> {
        let form = self.form;
        let place = self.score_place(key, &pointer.child("score"), earlier)?;
        let test = match field {
            "is" => match condition.is {
                Some(Scalar::Number(number)) => Some(ScoreTest::Is(number)),
                _ => None,
            },
            "at_least" => condition.at_least.map(ScoreTest::AtLeast),
            "at_most" => condition.at_most.map(ScoreTest::AtMost),
            "more_than" => condition.more_than.map(ScoreTest::MoreThan),
            "less_than" => condition.less_than.map(ScoreTest::LessThan),
            "answered" => condition.answered.map(ScoreTest::Given),
            "band" => {
                let code = condition.band.as_deref().unwrap_or_default();
                let bands = form.scores.get(place).map_or(&[][..], |score| &score.bands);
                let found = bands.iter().position(|band| band.code == code);
                if found.is_none() {
                    let (key, code) = (key.to_owned(), code.to_owned());
                    self.fault(&pointer.child(field), FormFault::BandUnknown { key, code });
                    return None;
                }
                found.map(ScoreTest::Band)
            }
            _ => None,
        };
        if test.is_none() {
            let key = key.to_owned();
            self.fault(&pointer.child(field), FormFault::CannotCompareScore { key });
        }
        test.map(|test| Condition::Score(place, test))
    }

    /// The place of a score that only looks at questions before, and comes before the score that looks at it.
    fn score_place(&mut self, key: &str, pointer: &Pointer, earlier: &[Question]) -> Option<usize> {
        let form = self.form;
        if form.edition() == Edition::First {
            self.fault(pointer, FormFault::NeedsEdition { field: "score" });
            return None;
        }
        let found = form.scores.iter().position(|score| score.key == key);
        let Some(place) = found.filter(|place| *place < self.scores_before) else {
            let key = key.to_owned();
            self.fault(
                pointer,
                match found {
                    Some(_) => FormFault::ScoreLooksForward { key },
                    None => FormFault::ScoreUnknown { key },
                },
            );
            return None;
        };
        let (questions, _) = dependencies(&form.scores, place);
        let is_earlier = |key: &&str| earlier.iter().any(|question| question.key == **key);
        // One that no question has is a fault of the score.
        let exists = |key: &&str| form.questions().any(|(_, question)| question.key == **key);
        if let Some(question) = questions
            .into_iter()
            .find(|key| exists(key) && !is_earlier(key))
        {
            let (key, question) = (key.to_owned(), question.to_owned());
            self.fault(pointer, FormFault::ScoreNotYet { key, question });
            return None;
        }
        Some(place)
    }
}

//! What a score depends on, as far as its definition tells.

use std::collections::BTreeSet;

use super::ScoreDefinition;
use crate::domain::form::condition::ConditionDefinition;

/// The keys of the questions that a score depends on, directly or by way of earlier scores, and the places of these.
pub fn dependencies(scores: &[ScoreDefinition], place: usize) -> (BTreeSet<&str>, BTreeSet<usize>) {
    let (mut questions, mut found) = (BTreeSet::new(), BTreeSet::new());
    let mut open = vec![place];
    while let Some(place) = open.pop() {
        let Some(score) = scores.get(place) else {
            continue;
        };
        questions.extend(score.of.iter().map(String::as_str));
        let mut named: Vec<&str> = score.of_scores.iter().map(String::as_str).collect();
        for condition in &score.count_when {
            condition.each(&mut |part| {
                questions.extend(part.questions());
                named.extend(part.score.as_deref());
            });
        }
        // A score looks at earlier ones only, so this comes to an end.
        let earlier = scores.iter().enumerate().take(place);
        for (other, _) in earlier.filter(|(_, score)| named.contains(&&*score.key)) {
            if found.insert(other) {
                open.push(other);
            }
        }
    }
    (questions, found)
}

impl ConditionDefinition {
    /// The keys of the questions that this part looks at itself: the one that is tested, and the one it is compared with.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        let compared = self.comparison().map(|(_, _, key)| key);
        self.question.as_deref().into_iter().chain(compared)
    }

    /// Calls `look` with the condition and every part of it.
    pub fn each<'a>(&'a self, look: &mut dyn FnMut(&'a Self)) {
        look(self);
        let parts = self.any.iter().chain(&self.all).flatten();
        for part in parts.chain(self.not.as_deref()) {
            part.each(look);
        }
    }
}

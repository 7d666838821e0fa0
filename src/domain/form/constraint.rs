//! Checked rules over the answers to several questions.

use super::condition::Condition;

/// A checked constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// When it counts; none for: when every question that it requires something of has an answer.
    pub when: Option<Condition>,
    /// What must hold then.
    pub require: Condition,
    /// The places of the questions that it requires something of, ascending.
    pub places: Vec<usize>,
}

impl Constraint {
    /// Calls `visit` with the place of every question that the constraint looks at.
    pub fn each_place(&self, visit: &mut impl FnMut(usize)) {
        if let Some(when) = &self.when {
            when.each_place(visit);
        }
        self.require.each_place(visit);
    }

    pub(super) fn new(when: Option<Condition>, require: Condition) -> Self {
        let mut places = Vec::new();
        require.each_place(&mut |place| places.push(place));
        places.sort_unstable();
        places.dedup();
        Self {
            when,
            require,
            places,
        }
    }
}

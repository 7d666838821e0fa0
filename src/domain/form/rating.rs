//! The steps of a rating, for those who show each as a button.

use serde_json::Number;

use super::{QuestionDefinition, Text};

/// A rating with more steps is easier to answer as a number.
const MOST_STEPS: i64 = 20;

impl QuestionDefinition {
    /// The steps of a rating with what they mean: the label of their anchor, or that of the end. None where its bounds are
    /// no whole numbers, or where it has too many steps to show each.
    pub fn rating_steps(&self) -> Option<Vec<(i64, Option<&Text>)>> {
        let whole = |number: &Option<Number>| number.as_ref()?.as_i64();
        let (min, max) = (whole(&self.min)?, whole(&self.max)?);
        let step = whole(&self.step).unwrap_or(1).max(1);
        if max.saturating_sub(min) / step > MOST_STEPS {
            return None;
        }
        let mut steps = Vec::new();
        let mut at = min;
        while at <= max {
            let anchor = self.anchors.iter().find(|anchor| anchor.at == at);
            let end = match at {
                _ if at == min => self.min_label.as_ref(),
                _ if at == max => self.max_label.as_ref(),
                _ => None,
            };
            steps.push((at, anchor.map(|anchor| &anchor.label).or(end)));
            at = at.saturating_add(step);
        }
        Some(steps)
    }
}

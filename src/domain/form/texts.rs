//! Every text of a form, wherever it stands.

use super::definition::{FormDefinition, OptionDefinition};
use super::text::Text;

impl FormDefinition {
    /// The same form with every text in `language` only.
    #[must_use]
    pub fn in_language(&self, language: &str) -> Self {
        let mut form = self.clone();
        form.languages = vec![language.to_owned()];
        form.each_text(|text| *text = text.only(language));
        form
    }

    /// Calls `change` on every text of the form.
    fn each_text(&mut self, mut change: impl FnMut(&mut Text)) {
        let change = &mut change;
        change(&mut self.title);
        self.description.as_mut().map(&mut *change);
        let in_option = |option: &mut OptionDefinition, change: &mut dyn FnMut(&mut Text)| {
            change(&mut option.label);
            if let Some(specify) = &mut option.specify {
                change(&mut specify.text);
            }
        };
        for option in self.scales.values_mut().flatten() {
            in_option(option, change);
        }
        for parameter in &mut self.parameters {
            change(&mut parameter.text);
            for option in &mut parameter.values {
                in_option(option, change);
            }
        }
        for constraint in &mut self.constraints {
            change(&mut constraint.message);
        }
        for section in &mut self.sections {
            change(&mut section.title);
            section.description.as_mut().map(&mut *change);
            for question in &mut section.questions {
                change(&mut question.text);
                for text in [
                    &mut question.hint,
                    &mut question.min_label,
                    &mut question.max_label,
                ] {
                    text.as_mut().map(&mut *change);
                }
                let unit = question.unit.as_mut().and_then(|unit| unit.label.as_mut());
                unit.map(&mut *change);
                for group in question.coarser.iter_mut().flatten() {
                    change(&mut group.label);
                }
                for anchor in &mut question.anchors {
                    change(&mut anchor.label);
                }
                for option in question.options.iter_mut().flatten() {
                    in_option(option, change);
                }
            }
        }
        for score in &mut self.scores {
            change(&mut score.title);
            for band in &mut score.bands {
                change(&mut band.label);
            }
        }
        for notice in &mut self.notices {
            change(&mut notice.text);
        }
        for advice in &mut self.advice {
            change(&mut advice.text);
        }
    }
}

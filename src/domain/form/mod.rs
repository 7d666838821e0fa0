//! A form: its definition, the checks at publishing, and the changes between versions.
//!
//! [`FormDefinition`] is what an author writes. [`Form::check`] turns it into a sound [`Form`], or gives all its
//! faults. Functions that take a `Form` rely on it and do not check again.

mod answer;
mod changes;
mod check;
mod condition;
mod definition;
mod digest;
mod lint;
mod question;
mod record;
mod score;
mod source;
mod text;

pub use answer::{Answer, Value};
pub use changes::{Change, Changes, ElementChange, recoded_without_consent};
pub(crate) use changes::{is_score_recoded, options_of};
pub use check::FormFault;
pub(crate) use check::scaled;
pub use condition::{Condition, ConditionDefinition, Scalar, Test};
pub use definition::{
    BandDefinition, Concept, Edition, FormDefinition, NoticeDefinition, OptionDefinition,
    QuestionDefinition, QuestionKind, ScoreDefinition, ScoreMethod, SectionDefinition,
};
pub use digest::Digest;
pub use lint::{Advice, Length, Reading, Review};
pub use question::{Choice, Kind, Question};
pub use record::{Layout, RecordFault, Slot};
pub use score::{Score, ScoreValue};
pub use source::{Source, SourceFault, Syntax};
pub use text::{Text, is_language_tag, look_up};

use super::fault::Fault;

/// A form that passed every check, ready to validate, store and score responses.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    definition: FormDefinition,
    questions: Vec<Question>,
    sections: Vec<Option<Condition>>,
    notices: Vec<Condition>,
    scores: Vec<Score>,
    layout: Layout,
    digest: Digest,
}

impl Form {
    /// Checks a definition.
    ///
    /// # Errors
    ///
    /// Every fault in it, in the order of the document.
    pub fn check(definition: FormDefinition) -> Result<Self, Vec<Fault<FormFault>>> {
        let checked = check::check(&definition)?;
        let layout = Layout::of(&checked.questions);
        let digest = Digest::of(&definition, &layout);
        Ok(Self {
            definition,
            questions: checked.questions,
            sections: checked.sections,
            notices: checked.notices,
            scores: checked.scores,
            layout,
            digest,
        })
    }

    /// The definition as it was written.
    pub fn definition(&self) -> &FormDefinition {
        &self.definition
    }

    /// The form's key.
    pub fn key(&self) -> &str {
        &self.definition.key
    }

    /// All questions in the order of the form.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The place of the question with this key.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.questions
            .iter()
            .position(|question| question.key == key)
    }

    /// The condition of the section at this place.
    pub fn section_condition(&self, section: usize) -> Option<&Condition> {
        self.sections.get(section).and_then(Option::as_ref)
    }

    /// Every notice with its checked condition.
    pub fn notices(&self) -> impl Iterator<Item = (&NoticeDefinition, &Condition)> {
        self.definition.notices.iter().zip(&self.notices)
    }

    /// Every score with its definition.
    pub fn scores(&self) -> impl Iterator<Item = (&ScoreDefinition, &Score)> {
        self.definition.scores.iter().zip(&self.scores)
    }

    /// The place of each answer in a stored record.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The digest of the content and the layout: equal digests, equal forms.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

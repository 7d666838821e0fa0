//! A form: its definition, the checks at publishing, and the changes between versions.
//!
//! [`FormDefinition`] is what an author writes. [`Form::check`] turns it into a sound [`Form`], or gives all its
//! faults. Functions that take a `Form` rely on it and do not check again.

mod answer;
mod changes;
mod check;
mod coarser;
mod condition;
mod constraint;
mod date;
mod definition;
mod digest;
mod lint;
mod order;
mod particulars;
mod question;
mod rating;
mod record;
pub(crate) mod routing;
mod score;
mod source;
mod text;
mod texts;
mod without_effect;

pub use answer::{Answer, Value};
pub use changes::{Change, Changes, ElementChange, recoded_without_consent};
pub(crate) use changes::{is_score_recoded, options_of};
pub use check::FormFault;
pub(crate) use check::{MAX_KEY_LENGTH, is_reserved, scaled};
pub use coarser::{GroupDefinition, Level};
pub use condition::{
    Comparison, Condition, ConditionDefinition, LookedAt, Scalar, ScoreTest, Test,
};
pub use constraint::Constraint;
pub use date::{DateBound, DatePrecision, Period};
pub use definition::{
    AdviceDefinition, Concept, Edition, FormDefinition, NoticeDefinition, OptionDefinition,
    ParameterDefinition, QuestionDefinition, QuestionKind, SectionDefinition,
};
pub use digest::Digest;
pub use lint::{Advice, Length, Reading, Review};
pub use order::shuffled;
pub use particulars::{Anchor, ConstraintDefinition, ExternalCode, OptionOrder, Specify, Unit};
pub use question::{Choice, Kind, Limits, NO_SECTION, Question};
pub use record::{Layout, RecordFault, Slot};
pub use score::{
    Answered, BandDefinition, HiddenRule, HighIs, Possible, RoundDefinition, RoundingRule, Score,
    ScoreDefinition, ScoreMethod, ScoreValue, TableCell, TableRange, TableRowDefinition, TableWord,
};
pub use source::{Source, SourceFault, Syntax};
pub use text::{Text, is_language_tag, look_up};
pub use without_effect::WithoutEffect;

use std::collections::BTreeMap;

use super::fault::Fault;

/// A form that passed every check, ready to validate, store and score responses.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    definition: FormDefinition,
    questions: Vec<Question>,
    sections: Vec<Option<Condition>>,
    notices: Vec<Condition>,
    advice: Vec<Condition>,
    scores: Vec<Score>,
    constraints: Vec<Constraint>,
    /// The definitions of the questions that stand elsewhere than among the questions, by key.
    elsewhere: BTreeMap<String, QuestionDefinition>,
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
            elsewhere: elsewhere(&definition),
            definition,
            questions: checked.questions,
            sections: checked.sections,
            notices: checked.notices,
            advice: checked.advice,
            scores: checked.scores,
            constraints: checked.constraints,
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

    /// Every piece of advice with its checked condition.
    pub fn advice(&self) -> impl Iterator<Item = (&AdviceDefinition, &Condition)> {
        self.definition.advice.iter().zip(&self.advice)
    }

    /// Every score with its definition.
    pub fn scores(&self) -> impl Iterator<Item = (&ScoreDefinition, &Score)> {
        self.definition.scores.iter().zip(&self.scores)
    }

    /// The lowest and the highest number that each score can come to, by its key.
    pub fn score_ranges(&self) -> BTreeMap<String, [f64; 2]> {
        let ranges = self.scores().map(|(definition, score)| {
            let (low, high) = score.reach();
            (definition.key.clone(), [low, high])
        });
        ranges.collect()
    }

    /// Every rule over several questions with its checked conditions.
    pub fn constraints(&self) -> impl Iterator<Item = (&ConstraintDefinition, &Constraint)> {
        self.definition.constraints.iter().zip(&self.constraints)
    }

    /// The definition of every question by its key, with its section: also of the parameters of the address and of the
    /// texts beside options, which are questions of their own here.
    pub fn question_definitions(
        &self,
    ) -> BTreeMap<&str, (Option<&SectionDefinition>, &QuestionDefinition)> {
        let asked = self.definition.questions();
        let asked = asked.map(|(section, it)| (it.key.as_str(), (Some(section), it)));
        let elsewhere = self.elsewhere.values().map(|it| {
            let place = self.place(&it.key).and_then(|at| self.questions.get(at));
            let section = place.and_then(|it| self.definition.sections.get(it.section));
            (it.key.as_str(), (section, it))
        });
        asked.chain(elsewhere).collect()
    }

    /// The definition of the question with this key, wherever it stands.
    pub fn question_definition(&self, key: &str) -> Option<&QuestionDefinition> {
        let asked = self.definition.questions().map(|(_, it)| it);
        let mut asked = asked.filter(|it| it.key == key);
        asked.next().or_else(|| self.elsewhere.get(key))
    }

    /// The answers to the first questions, one for each, with what is needed to score them.
    pub fn answered<'a>(&'a self, answers: &'a [Answer]) -> Answered<'a> {
        Answered {
            questions: &self.questions,
            scores: &self.scores,
            answers,
            known: &[],
        }
    }

    /// What has no effect in the definition although it looks as if it had.
    pub fn without_effect(&self) -> Vec<Fault<WithoutEffect>> {
        without_effect::of(&self.definition)
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

/// Parameters of the address and texts beside options, as the questions that they come to.
fn elsewhere(form: &FormDefinition) -> BTreeMap<String, QuestionDefinition> {
    let parameters = form.parameters.iter().map(|it| QuestionDefinition {
        background: true,
        options: Some(it.values.clone()),
        ..QuestionDefinition::new(&it.key, QuestionKind::SingleChoice, &it.text)
    });
    let options = form.questions().filter_map(|(_, it)| it.options.as_ref());
    let texts = options
        .flatten()
        .filter_map(|option| option.specify.as_ref());
    let texts = texts.map(|it| QuestionDefinition {
        max_length: Some(it.max_length),
        ..QuestionDefinition::new(&it.key, QuestionKind::Text, &it.text)
    });
    let all = parameters.chain(texts);
    all.map(|it| (it.key.clone(), it)).collect()
}

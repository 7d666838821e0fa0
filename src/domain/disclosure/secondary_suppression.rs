//! What a cell gives away of another one that is masked.
//!
//! A question about life after stomach cancer is shown to those who had stomach cancer. Whoever sees it answered knows
//! the cancer, masked or not. So what hangs on a masked answer is masked with it:
//!
//! - a question that routing shows for some answers only, and whatever hangs on that question in turn;
//! - a score over such questions, or over the masked one;
//! - where the version of the form is masked, every column in which versions differ: one that only some of them have, one that
//!   has other options or bounds, or one that is shown under another condition.
//!
//! Then two people who differ in masked answers only, and in what routing made of them, have the same row.

use std::collections::HashMap;

use super::QuasiIdentifiers;
use super::k_anonymity::QiSet;
use crate::domain::codebook::{Column, Columns, Content, MetadataColumn};
use crate::domain::form::{
    Choice, Condition, ConditionDefinition, Form, Kind, Question, QuestionDefinition,
    SectionDefinition,
};

/// For each version, the quasi-identifiers that each column gives away; columns are counted with the leading ones.
#[derive(Debug, Clone)]
pub struct SecondarySuppression {
    versions: HashMap<i32, Vec<QiSet>>,
}

impl SecondarySuppression {
    /// Works them out for all versions of an export.
    pub fn of(columns: &Columns<'_>, quasi: &QuasiIdentifiers) -> Self {
        let differing = Differing::between(columns);
        let version = QiSet::of(
            MetadataColumn::ALL
                .iter()
                .position(|column| *column == MetadataColumn::FormVersion),
        );
        let of_version = |(number, form): &(i32, &Form)| {
            let visibility_dependencies_of =
                visibility_dependencies_of(columns, quasi, *number, form);
            let leading = MetadataColumn::ALL.len();
            let own = (0..leading).map(|column| quasi.set_of(column));
            let rest = (leading..).zip(columns.as_slice()).map(|(place, column)| {
                let versions = if differing.differs(column) {
                    version
                } else {
                    QiSet::NONE
                };
                let depends_on = depends_on(column, *number, form, &visibility_dependencies_of);
                quasi.set_of(place).union(versions).union(depends_on)
            });
            (*number, own.chain(rest).collect())
        };
        Self {
            versions: columns.versions().iter().map(of_version).collect(),
        }
    }

    /// By column, for the responses to one version. A column must be masked when one of these is.
    pub fn of_version(&self, version: i32) -> &[QiSet] {
        self.versions.get(&version).map_or(&[], Vec::as_slice)
    }

    /// What a column gives away in any version.
    pub fn ever(&self, column: usize) -> QiSet {
        self.versions
            .values()
            .filter_map(|columns| columns.get(column))
            .fold(QiSet::NONE, |all, one| all.union(*one))
    }
}

/// For each question of a version, the quasi-identifiers that an answer to it gives away: its own, and all that
/// decide whether it is shown.
fn visibility_dependencies_of(
    columns: &Columns<'_>,
    quasi: &QuasiIdentifiers,
    version: i32,
    form: &Form,
) -> Vec<QiSet> {
    let own = |question: &Question| {
        (MetadataColumn::ALL.len()..)
            .zip(columns.as_slice())
            .filter(|(_, column)| {
                column.versions.contains(&version) && column.question() == Some(&question.key)
            })
            .fold(QiSet::NONE, |all, (place, _)| {
                all.union(quasi.set_of(place))
            })
    };
    // Conditions look only backwards, so what they look at is worked out before.
    form.questions()
        .iter()
        .fold(Vec::new(), |mut all, question| {
            let section = form.section_condition(question.section);
            let conditions = section.into_iter().chain(&question.show_when);
            let found = conditions.fold(own(question), |found, condition| {
                found.union(referenced_questions(condition, &all))
            });
            all.push(found);
            all
        })
}

fn referenced_questions(condition: &Condition, before: &[QiSet]) -> QiSet {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => {
            parts.iter().fold(QiSet::NONE, |all, part| {
                all.union(referenced_questions(part, before))
            })
        }
        Condition::Not(part) => referenced_questions(part, before),
        Condition::Test(place, _) => before.get(*place).copied().unwrap_or_default(),
    }
}

/// What the cell of a column hangs on. One that a version does not have is always empty in it.
fn depends_on(
    column: &Column,
    version: i32,
    form: &Form,
    visibility_dependencies_of: &[QiSet],
) -> QiSet {
    if !column.versions.contains(&version) {
        return QiSet::NONE;
    }
    questions_of(column, form)
        .filter_map(|key| visibility_dependencies_of.get(form.place(key)?))
        .fold(QiSet::NONE, |all, one| all.union(*one))
}

/// The keys of the questions that a column is filled from.
fn questions_of<'a>(column: &'a Column, form: &'a Form) -> impl Iterator<Item = &'a str> {
    let score = match &column.content {
        Content::Score { score } => Some(score),
        _ => None,
    };
    let of_score = form
        .scores()
        .filter(move |(definition, _)| Some(&definition.key) == score)
        .flat_map(|(definition, _)| definition.of.iter().map(String::as_str));
    column.question().into_iter().chain(of_score)
}

/// The questions that are not the same in all versions.
struct Differing<'a> {
    versions: &'a [(i32, &'a Form)],
    questions: HashMap<&'a str, bool>,
}

impl<'a> Differing<'a> {
    fn between(columns: &'a Columns<'a>) -> Self {
        let mut differing = Self {
            versions: columns.versions(),
            questions: HashMap::new(),
        };
        let Some((_, newest)) = differing.versions.last() else {
            return differing;
        };
        for question in newest.questions() {
            let differs = differing.look(newest, question);
            differing.questions.insert(&question.key, differs);
        }
        differing
    }

    /// Whether versions can differ in what stands in this column of one and the same person.
    fn differs(&self, column: &Column) -> bool {
        if column.versions.len() < self.versions.len() {
            return true;
        }
        let newest = self.versions.last().map(|(_, form)| form);
        newest.is_some_and(|form| questions_of(column, form).any(|key| self.question_differs(key)))
    }

    /// Whether a question differs; one that the newest version does not have does.
    fn question_differs(&self, key: &str) -> bool {
        self.questions.get(key).copied().unwrap_or(true)
    }

    fn look(&self, newest: &'a Form, question: &'a Question) -> bool {
        let Some(shape) = Shape::of(newest, &question.key) else {
            return true;
        };
        let same =
            |(_, form): &(i32, &Form)| Shape::of(form, &question.key).as_ref() == Some(&shape);
        let conditions = newest.section_condition(question.section).into_iter();
        let mut referenced_questions = Vec::new();
        conditions
            .chain(&question.show_when)
            .for_each(|condition| visibility_dependencies(condition, &mut referenced_questions));
        !self.versions.iter().all(same)
            || referenced_questions
                .into_iter()
                .filter_map(|place| newest.questions().get(place))
                .any(|question| self.question_differs(&question.key))
    }
}

fn visibility_dependencies(condition: &Condition, places: &mut Vec<usize>) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => {
            parts
                .iter()
                .for_each(|part| visibility_dependencies(part, places));
        }
        Condition::Not(part) => visibility_dependencies(part, places),
        Condition::Test(place, _) => places.push(*place),
    }
}

/// Everything that decides what can stand in the cells of a question. The order of its options and the words are not in it.
#[derive(PartialEq)]
struct Shape<'a> {
    kind: Kind,
    required: bool,
    section: Option<&'a ConditionDefinition>,
    show_when: Option<&'a ConditionDefinition>,
}

impl<'a> Shape<'a> {
    fn of(form: &'a Form, key: &str) -> Option<Self> {
        let question = form.questions().get(form.place(key)?)?;
        let (section, definition): (&SectionDefinition, &QuestionDefinition) = form
            .definition()
            .questions()
            .find(|(_, definition)| definition.key == key)?;
        let sorted = |choices: &[Choice]| {
            let mut choices = choices.to_vec();
            choices.sort_by(|one, other| one.code.cmp(&other.code));
            choices
        };
        Some(Self {
            kind: match &question.kind {
                Kind::SingleChoice(choices) => Kind::SingleChoice(sorted(choices)),
                Kind::MultipleChoice(choices) => Kind::MultipleChoice(sorted(choices)),
                other => other.clone(),
            },
            required: question.required,
            section: section.show_when.as_ref(),
            show_when: definition.show_when.as_ref(),
        })
    }
}

//! Secondary suppression: which cells must be suppressed since they would give a suppressed one away.
//!
//! A question about life after stomach cancer is shown to those who had stomach cancer. Whoever sees it answered knows
//! the cancer, suppressed or not. So what depends on a suppressed answer is suppressed with it:
//!
//! - a question that routing shows for some answers only, and whatever depends on that question in turn;
//! - a question that a constraint of the form ties to a suppressed one: what is required of both tells of one by the other;
//! - a score over such questions, or over the suppressed one, also by way of another score or of a condition that counts;
//! - a question that is shown for some values of such a score only;
//! - where the version of the form is suppressed, every column in which versions differ: one that only some of them have, one that
//!   has other options or bounds, or one that is shown under another condition.
//!
//! Then two people who differ in suppressed answers only, and in what routing made of them, have the same row.
//! The term is that of Hundepool and others, *Statistical Disclosure Control* (2012); the rule for skip patterns is our own.

use std::collections::HashMap;

use super::QuasiIdentifiers;
use super::k_anonymity::QiSet;
use crate::domain::codebook::{Column, ColumnIndex, ColumnKind, Columns, MetadataColumn};
use crate::domain::form::{
    Choice, Condition, ConditionDefinition, Constraint, Edition, Form, Kind, Limits, LookedAt,
    Question, ScoreDefinition, Text,
};

/// For each version and column, the quasi-identifiers that the column is suppressed with.
#[derive(Debug, Clone)]
pub struct SecondarySuppression {
    versions: HashMap<i32, Vec<QiSet>>,
}

impl SecondarySuppression {
    /// Works them out for all versions of an export.
    pub fn of(columns: &Columns<'_>, quasi: &QuasiIdentifiers) -> Self {
        let differing = Differing::between(columns);
        let form_version = quasi.set_of(columns.metadata(MetadataColumn::FormVersion));
        let of_version = |(number, form): &(i32, &Form)| {
            let visibility = visibility_dependencies(columns, quasi, *number, form);
            let suppressed_with = |(index, column): (ColumnIndex, &Column)| {
                let versions = if differing.differs(column) {
                    form_version
                } else {
                    QiSet::NONE
                };
                let depends_on = depends_on(column, *number, form, &visibility);
                quasi.set_of(index).union(versions).union(depends_on)
            };
            (*number, columns.iter().map(suppressed_with).collect())
        };
        Self {
            versions: columns.versions().iter().map(of_version).collect(),
        }
    }

    /// By column, for the responses to one version. A column must be suppressed when one of these is.
    pub fn of_version(&self, version: i32) -> &[QiSet] {
        self.versions.get(&version).map_or(&[], Vec::as_slice)
    }

    /// What a column is suppressed with in any version.
    pub fn ever(&self, column: ColumnIndex) -> QiSet {
        self.versions
            .values()
            .filter_map(|by_column| column.of(by_column))
            .fold(QiSet::NONE, |all, one| all.union(*one))
    }
}

/// For each question of a version, the quasi-identifiers that an answer to it gives away: its own, all that decide
/// whether it is shown, and those that a constraint ties it to.
fn visibility_dependencies(
    columns: &Columns<'_>,
    quasi: &QuasiIdentifiers,
    version: i32,
    form: &Form,
) -> Vec<QiSet> {
    let own = |question: &Question| {
        columns
            .iter()
            .filter(|(_, column)| {
                column.versions.contains(&version) && column.question() == Some(&question.key)
            })
            .fold(QiSet::NONE, |all, (index, _)| {
                all.union(quasi.set_of(index))
            })
    };
    let mut all: Vec<QiSet> = form.questions().iter().map(own).collect();
    // Conditions look only backwards, so one round would do, but constraints look everywhere.
    loop {
        let before = all.clone();
        for (place, question) in form.questions().iter().enumerate() {
            let section = form.section_condition(question.section);
            let conditions = section.into_iter().chain(&question.show_when);
            let found = conditions.fold(QiSet::NONE, |found, condition| {
                found.union(condition_dependencies(condition, form, &all))
            });
            give(&mut all, place, found);
        }
        for (_, constraint) in form.constraints() {
            let mut found = QiSet::NONE;
            constraint.each_place(&mut |place| {
                found = found.union(all.get(place).copied().unwrap_or_default());
            });
            constraint.each_place(&mut |place| give(&mut all, place, found));
        }
        if all == before {
            return all;
        }
    }
}

/// Adds what the answer to the question at this place gives away.
fn give(all: &mut [QiSet], place: usize, found: QiSet) {
    if let Some(one) = all.get_mut(place) {
        *one = one.union(found);
    }
}

/// What the outcome of a condition gives away; `before` has the dependencies of the questions that it looks at.
fn condition_dependencies(condition: &Condition, form: &Form, before: &[QiSet]) -> QiSet {
    referenced_questions(condition, form)
        .into_iter()
        .filter_map(|place| before.get(place))
        .fold(QiSet::NONE, |all, one| all.union(*one))
}

/// What the cell of a column depends on. One that a version does not have is always empty in it.
fn depends_on(column: &Column, version: i32, form: &Form, visibility: &[QiSet]) -> QiSet {
    if !column.versions.contains(&version) {
        return QiSet::NONE;
    }
    questions_of(column, form)
        .filter_map(|key| visibility.get(form.place(key)?))
        .fold(QiSet::NONE, |all, one| all.union(*one))
}

/// The keys of the questions that a column is filled from.
fn questions_of<'a>(column: &'a Column, form: &'a Form) -> impl Iterator<Item = &'a str> {
    let score = match &column.kind {
        ColumnKind::Score { score } => Some(score),
        _ => None,
    };
    let of_score = form
        .scores()
        .filter(move |(definition, _)| Some(&definition.key) == score)
        .flat_map(|(_, checked)| checked.questions())
        .filter_map(|place| form.questions().get(*place))
        .map(|question| question.key.as_str());
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
        differing.follow_constraints(newest);
        differing
    }

    /// Where one question of a constraint differs, what may stand beside it differs too.
    fn follow_constraints(&mut self, newest: &'a Form) {
        loop {
            let before = self.questions.clone();
            for (_, constraint) in newest.constraints() {
                let mut tied: Vec<&'a str> = Vec::new();
                constraint.each_place(&mut |place| {
                    tied.extend(newest.questions().get(place).map(|it| it.key.as_str()));
                });
                if tied.iter().any(|key| self.question_differs(key)) {
                    self.questions
                        .extend(tied.into_iter().map(|key| (key, true)));
                }
            }
            // A question that is shown by one of these differs with it.
            for question in newest.questions() {
                let differs = self.question_differs(&question.key) || self.look(newest, question);
                self.questions.insert(&question.key, differs);
            }
            if self.questions == before {
                return;
            }
        }
    }

    /// Whether versions can differ in what stands in this column of one and the same person.
    fn differs(&self, column: &Column) -> bool {
        if column.versions.len() < self.versions.len() {
            return true;
        }
        // Editions round a mean alike but for the last digit of a float.
        let editions = || {
            self.versions
                .iter()
                .map(|(_, form)| form.definition().edition())
        };
        if matches!(column.kind, ColumnKind::Score { .. }) && editions().min() != editions().max() {
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
        let referenced: Vec<usize> = conditions
            .chain(&question.show_when)
            .flat_map(|condition| referenced_questions(condition, newest))
            .collect();
        !self.versions.iter().all(same)
            || referenced
                .into_iter()
                .filter_map(|place| newest.questions().get(place))
                .any(|question| self.question_differs(&question.key))
    }
}

/// The places of the questions that a condition looks at, itself or by way of a score.
fn referenced_questions(condition: &Condition, form: &Form) -> Vec<usize> {
    let questions = |looked_at: LookedAt| match looked_at {
        LookedAt::Question(place) => vec![place],
        LookedAt::Score(place) => form
            .scores()
            .nth(place)
            .map(|(_, score)| score.questions().to_vec())
            .unwrap_or_default(),
    };
    condition
        .looks_at()
        .into_iter()
        .flat_map(questions)
        .collect()
}

/// The scores that decide whether a question is shown, without their words.
fn referenced_scores(form: &Form, question: &Question) -> Vec<ScoreDefinition> {
    let section = form.section_condition(question.section);
    let conditions = section.into_iter().chain(&question.show_when);
    let mut places: Vec<usize> = Vec::new();
    for looked_at in conditions.flat_map(Condition::looks_at) {
        if let LookedAt::Score(place) = looked_at {
            let others = form.scores().nth(place).map(|(_, score)| score.scores());
            places.extend(others.unwrap_or_default());
            places.push(place);
        }
    }
    let definitions = &form.definition().scores;
    let without_words = |place: usize| {
        let mut score = definitions.get(place)?.clone();
        score.title = Text::default();
        for band in &mut score.bands {
            band.label = Text::default();
        }
        Some(score)
    };
    places.into_iter().filter_map(without_words).collect()
}

/// Everything that decides what can stand in the cells of a question. The order of its options and the words are not in it.
#[derive(PartialEq)]
struct Shape<'a> {
    kind: Kind,
    limits: Limits,
    required: bool,
    /// By whose rules a list without an option is an answer to a question that must be answered.
    edition: Option<Edition>,
    section: Option<&'a ConditionDefinition>,
    show_when: Option<&'a ConditionDefinition>,
    /// When a constraint on it counts, and what it requires.
    constraints: Vec<(Option<&'a ConditionDefinition>, &'a ConditionDefinition)>,
    scores: Vec<ScoreDefinition>,
}

impl<'a> Shape<'a> {
    fn of(form: &'a Form, key: &str) -> Option<Self> {
        let question = form.questions().get(form.place(key)?)?;
        let definition = form.question_definition(key)?;
        let section = form.definition().sections.get(question.section);
        let sorted = |choices: &[Choice]| {
            let mut choices = choices.to_vec();
            choices.sort_by(|one, other| one.code.cmp(&other.code));
            choices
        };
        Some(Self {
            kind: match &question.kind {
                Kind::SingleChoice(choices) => Kind::SingleChoice(sorted(choices)),
                Kind::MultipleChoice(choices) => Kind::MultipleChoice(sorted(choices)),
                Kind::Ranking { choices, most } => Kind::Ranking {
                    choices: sorted(choices),
                    most: *most,
                },
                other => other.clone(),
            },
            limits: question.limits,
            required: question.required,
            edition: (question.required && matches!(question.kind, Kind::MultipleChoice(_)))
                .then(|| form.definition().edition()),
            section: section.and_then(|section| section.show_when.as_ref()),
            show_when: definition.show_when.as_ref(),
            constraints: constraints_on(form, key),
            scores: referenced_scores(form, question),
        })
    }
}

fn constraints_on<'a>(
    form: &'a Form,
    key: &str,
) -> Vec<(Option<&'a ConditionDefinition>, &'a ConditionDefinition)> {
    let place = form.place(key);
    let looks = |constraint: &Constraint| {
        let mut looks = false;
        constraint.each_place(&mut |at| looks |= Some(at) == place);
        looks
    };
    form.constraints()
        .filter(|(_, constraint)| looks(constraint))
        .map(|(definition, _)| (definition.when.as_ref(), &definition.require))
        .collect()
}

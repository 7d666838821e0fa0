//! Which columns an export has.

use super::codings::{self, Coding};
use crate::domain::form::{Form, GroupDefinition, Kind, Question, QuestionDefinition};

/// A column that is filled from what is stored beside the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataColumn {
    /// The key of the campaign.
    Campaign,
    /// The version of the form that was answered.
    FormVersion,
    /// The language in which the form was read.
    Language,
    /// The ISO week in which the response came.
    Week,
}

impl MetadataColumn {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [
        Self::Campaign,
        Self::FormVersion,
        Self::Language,
        Self::Week,
    ];

    /// The name of the column; no question may have it as its key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::FormVersion => "form_version",
            Self::Language => "language",
            Self::Week => "week",
        }
    }
}

/// The place of a column in [`Columns`], counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnIndex(usize);

impl ColumnIndex {
    /// The element for this column of a slice that has one for each column.
    pub fn of<T>(self, by_column: &[T]) -> Option<&T> {
        by_column.get(self.0)
    }
}

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, which never changes its meaning.
    pub name: String,
    /// What stands in it.
    pub kind: ColumnKind,
    /// The versions whose responses can have something in it, ascending.
    pub versions: Vec<i32>,
    /// Whether it holds the answer to a question that is a background question in any version.
    pub background: bool,
    /// The name of its coding: its own without the option, so that the options of a multiple choice share one.
    pub coding: String,
}

impl Column {
    /// The key of the question whose answer it holds, if it holds one.
    pub fn question(&self) -> Option<&str> {
        match &self.kind {
            ColumnKind::Answer { question }
            | ColumnKind::Option { question, .. }
            | ColumnKind::Group { question, .. }
            | ColumnKind::Band { question } => Some(question),
            ColumnKind::Metadata(_) | ColumnKind::Score { .. } => None,
        }
    }

    /// Whether it tells in groups what other columns tell exactly.
    pub const fn is_coarser(&self) -> bool {
        matches!(
            self.kind,
            ColumnKind::Group { .. } | ColumnKind::Band { .. }
        )
    }

    /// Whether somebody who knows a person may know what stands in it.
    pub fn is_quasi_identifier(&self) -> bool {
        self.background || matches!(self.kind, ColumnKind::Metadata(_))
    }
}

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// What is stored beside the answers.
    Metadata(MetadataColumn),
    /// The answer to a question.
    Answer {
        /// The question's key.
        question: String,
    },
    /// Whether an option of a multiple choice was chosen, or its place in a ranking.
    Option {
        /// The question's key.
        question: String,
        /// The option's code.
        option: String,
    },
    /// Whether one of a group of options of a multiple choice was chosen.
    Group {
        /// The question's key.
        question: String,
        /// The level of the group, counted from 0.
        level: usize,
        /// The place of the group in its level.
        group: usize,
    },
    /// The band of a number: the finest that is told.
    Band {
        /// The question's key.
        question: String,
    },
    /// A score.
    Score {
        /// The score's key.
        score: String,
    },
}

/// The columns over several versions of one form, the metadata first.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    versions: Vec<(i32, &'a Form)>,
    columns: Vec<Column>,
}

impl<'a> Columns<'a> {
    /// The columns over these versions, which may come in any order.
    pub fn of(versions: &[(i32, &'a Form)]) -> Self {
        let mut versions = versions.to_vec();
        versions.sort_by_key(|(version, _)| *version);
        let questions = codings::of_questions(&versions);
        let scores = codings::of_scores(&versions, &questions);
        let mut columns = metadata_columns(&versions);
        for coding in &questions {
            question_columns(&versions, coding, &mut columns);
        }
        columns.extend(scores.into_iter().map(|coding| {
            let name = format!("score_{}", coding.name);
            Column {
                coding: name.clone(),
                name,
                versions: numbers(&versions, &coding.at),
                kind: ColumnKind::Score { score: coding.key },
                background: false,
            }
        }));
        Self { versions, columns }
    }

    /// All columns.
    pub fn as_slice(&self) -> &[Column] {
        &self.columns
    }

    /// All columns, each with its place.
    pub fn iter(&self) -> impl Iterator<Item = (ColumnIndex, &Column)> {
        (0..).map(ColumnIndex).zip(&self.columns)
    }

    /// The place of a metadata column. They come first, in their order.
    pub const fn metadata(&self, column: MetadataColumn) -> ColumnIndex {
        ColumnIndex(column as usize)
    }

    /// The names of all columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The versions, ascending.
    pub fn versions(&self) -> &[(i32, &'a Form)] {
        &self.versions
    }

    /// The form of this version.
    pub(super) fn form(&self, version: i32) -> Option<&'a Form> {
        self.versions
            .iter()
            .find(|(number, _)| *number == version)
            .map(|(_, form)| *form)
    }

    /// The question of a column as the newest version has it: by its levels answers are told coarser, whichever version was
    /// answered.
    pub(in crate::domain) fn newest_question(
        &self,
        column: &Column,
    ) -> Option<(&'a Question, &'a QuestionDefinition)> {
        let (form, key) = (self.newest(column)?, column.question()?);
        let question = form.questions().get(form.place(key)?)?;
        Some((question, form.question_definition(key)?))
    }

    /// The group that a column tells.
    pub(super) fn group(&self, column: &Column) -> Option<&'a GroupDefinition> {
        let ColumnKind::Group { level, group, .. } = &column.kind else {
            return None;
        };
        let (_, definition) = self.newest_question(column)?;
        definition.coarser.get(*level)?.get(*group)
    }

    /// The newest form that has this column.
    pub(super) fn newest(&self, column: &Column) -> Option<&'a Form> {
        self.form(*column.versions.last()?)
    }
}

fn metadata_columns(versions: &[(i32, &Form)]) -> Vec<Column> {
    let column = |column: MetadataColumn| Column {
        name: column.name().to_owned(),
        kind: ColumnKind::Metadata(column),
        versions: versions.iter().map(|(version, _)| *version).collect(),
        background: false,
        coding: column.name().to_owned(),
    };
    MetadataColumn::ALL.map(column).to_vec()
}

/// The columns of one coding: none for free text and plain statements, one an option for a multiple choice or a ranking,
/// else one.
fn question_columns(versions: &[(i32, &Form)], coding: &Coding, columns: &mut Vec<Column>) {
    let question_at = |at: usize| -> Option<&Question> {
        let (_, form) = versions.get(at)?;
        form.questions().get(form.place(&coding.key)?)
    };
    let kind_at = |at: usize| question_at(at).map(|question| &question.kind);
    // What describes the person in one version does so in each coding.
    let describes = |at: usize| question_at(at).is_some_and(|question| question.background);
    let background = (0..versions.len()).any(describes);
    // Within a coding options only come, so the newest version of it has them all.
    let Some(newest) = coding.at.last().and_then(|at| kind_at(*at)) else {
        return;
    };
    let column = |name: &str| Column {
        name: name.to_owned(),
        kind: ColumnKind::Answer {
            question: coding.key.clone(),
        },
        versions: numbers(versions, &coding.at),
        background,
        coding: coding.name.clone(),
    };
    let newest_form = coding.at.last().and_then(|at| versions.get(*at));
    let definition = newest_form.and_then(|(_, form)| form.question_definition(&coding.key));
    let coarser = definition.map_or(&[][..], |it| &it.coarser);
    match newest {
        Kind::Text { .. } | Kind::Statement { acknowledge: false } => {}
        Kind::MultipleChoice(choices) | Kind::Ranking { choices, .. } => {
            columns.extend(choices.iter().map(|choice| {
                let has_it =
                    |at: &usize| kind_at(*at).is_some_and(|k| k.place(&choice.code).is_some());
                let at: Vec<_> = coding.at.iter().copied().filter(has_it).collect();
                Column {
                    name: format!("{}__{}", coding.name, choice.code),
                    kind: ColumnKind::Option {
                        question: coding.key.clone(),
                        option: choice.code.clone(),
                    },
                    versions: numbers(versions, &at),
                    background,
                    coding: coding.name.clone(),
                }
            }));
            let levels = coarser.iter().enumerate();
            let groups = levels.flat_map(|(level, groups)| {
                let groups = groups.iter().enumerate();
                groups.map(move |(group, definition)| (level, group, definition))
            });
            columns.extend(groups.map(|(level, group, definition)| Column {
                name: format!("{}__{}", coding.name, definition.code),
                kind: ColumnKind::Group {
                    question: coding.key.clone(),
                    level,
                    group,
                },
                ..column(&coding.name)
            }));
        }
        Kind::Whole { .. } | Kind::Decimal { .. } if !coarser.is_empty() => {
            columns.push(column(&coding.name));
            columns.push(Column {
                name: format!("{}__band", coding.name),
                kind: ColumnKind::Band {
                    question: coding.key.clone(),
                },
                ..column(&coding.name)
            });
        }
        _ => columns.push(column(&coding.name)),
    }
}

fn numbers(versions: &[(i32, &Form)], at: &[usize]) -> Vec<i32> {
    at.iter()
        .filter_map(|at| versions.get(*at))
        .map(|(version, _)| *version)
        .collect()
}

//! Which columns an export has.

use super::codings::{self, Coding};
use super::{Entry, RowProjection};
use crate::domain::form::{Form, Kind, Question};

/// A column that every export starts with.
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

/// A column that is filled from the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, which never changes its meaning.
    pub name: String,
    /// What stands in it.
    pub content: Content,
    /// The versions whose responses can have something in it, ascending.
    pub versions: Vec<i32>,
    /// Whether it describes the person, in any of these versions.
    pub background: bool,
    /// The coding that it belongs to: the options of a multiple choice are columns of one.
    pub(crate) coding: usize,
}

impl Column {
    /// The key of the question whose answer it holds; none for a score.
    pub fn question(&self) -> Option<&str> {
        match &self.content {
            Content::Answer { question } | Content::Option { question, .. } => Some(question),
            Content::Score { .. } => None,
        }
    }

    /// The name of its coding: its own without the option.
    pub(crate) fn coding_name(&self) -> &str {
        let option = match &self.content {
            Content::Option { option, .. } => self.name.strip_suffix(option.as_str()),
            _ => None,
        };
        let coding = option.and_then(|name| name.strip_suffix("__"));
        coding.unwrap_or(&self.name)
    }
}

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The answer to a question.
    Answer {
        /// The question's key.
        question: String,
    },
    /// Whether an option of a multiple choice was chosen.
    Option {
        /// The question's key.
        question: String,
        /// The option's code.
        option: String,
    },
    /// A score.
    Score {
        /// The score's key.
        score: String,
    },
}

/// The columns over several versions of one form.
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
        let mut columns = Vec::new();
        for (number, coding) in questions.iter().enumerate() {
            question_columns(&versions, number, coding, &mut columns);
        }
        columns.extend(
            (questions.len()..)
                .zip(&scores)
                .map(|(number, coding)| Column {
                    name: format!("score_{}", coding.name),
                    content: Content::Score {
                        score: coding.key.clone(),
                    },
                    versions: numbers(&versions, &coding.at),
                    background: false,
                    coding: number,
                }),
        );
        Self { versions, columns }
    }

    /// The names of all columns, the leading ones included.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let leading = MetadataColumn::ALL
            .into_iter()
            .map(|column| -> &str { column.name() });
        leading.chain(self.columns.iter().map(|column| column.name.as_str()))
    }

    /// The columns that are filled from the answers.
    pub fn as_slice(&self) -> &[Column] {
        &self.columns
    }

    /// The versions, ascending.
    pub fn versions(&self) -> &[(i32, &'a Form)] {
        &self.versions
    }

    /// How the responses to one version fill the columns.
    pub fn plan(&self, version: i32) -> RowProjection<'a> {
        RowProjection::of(self, version)
    }

    /// The description of every column, the leading ones included, in `language` where there is a text in it.
    pub fn codebook(&self, language: &str) -> Vec<Entry> {
        super::entry::codebook(self, language)
    }

    /// The form of this version.
    pub(crate) fn form(&self, version: i32) -> Option<&'a Form> {
        self.versions
            .iter()
            .find(|(number, _)| *number == version)
            .map(|(_, form)| *form)
    }

    /// The newest form that has this column.
    pub(crate) fn newest(&self, column: &Column) -> Option<&'a Form> {
        self.form(*column.versions.last()?)
    }
}

/// The columns of one coding: none for free text, one an option for a multiple choice, else one.
fn question_columns(
    versions: &[(i32, &Form)],
    number: usize,
    coding: &Coding,
    columns: &mut Vec<Column>,
) {
    let question_at = |at: usize| -> Option<&Question> {
        let (_, form) = versions.get(at)?;
        form.questions().get(form.place(&coding.key)?)
    };
    let kind_at = |at: usize| question_at(at).map(|question| &question.kind);
    let describes = |at: &usize| question_at(*at).is_some_and(|question| question.background);
    let background = coding.at.iter().any(describes);
    // Within a coding options only come, so the newest version of it has them all.
    let Some(newest) = coding.at.last().and_then(|at| kind_at(*at)) else {
        return;
    };
    match newest {
        Kind::Text { .. } => {}
        Kind::MultipleChoice(choices) => columns.extend(choices.iter().map(|choice| {
            let has_it = |at: &usize| kind_at(*at).is_some_and(|k| k.place(&choice.code).is_some());
            let at: Vec<_> = coding.at.iter().copied().filter(has_it).collect();
            Column {
                name: format!("{}__{}", coding.name, choice.code),
                content: Content::Option {
                    question: coding.key.clone(),
                    option: choice.code.clone(),
                },
                versions: numbers(versions, &at),
                background,
                coding: number,
            }
        })),
        _ => columns.push(Column {
            name: coding.name.clone(),
            content: Content::Answer {
                question: coding.key.clone(),
            },
            versions: numbers(versions, &coding.at),
            background,
            coding: number,
        }),
    }
}

fn numbers(versions: &[(i32, &Form)], at: &[usize]) -> Vec<i32> {
    at.iter()
        .filter_map(|at| versions.get(*at))
        .map(|(version, _)| *version)
        .collect()
}

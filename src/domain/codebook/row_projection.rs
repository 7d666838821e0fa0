//! How the responses to one version fill the columns: worked out once a version, then used for every row.

use std::cell::OnceCell;

use chrono::NaiveDate;

use super::{
    CampaignLabel, Cell, Column, ColumnIndex, ColumnKind, Columns, Fixed, MetadataColumn, Missing,
};
use crate::domain::form::{
    Answer, Form, GroupDefinition, Kind, Level, OptionDefinition, QuestionDefinition, ScoreValue,
    Value, options_of,
};

/// What the cells of a row are filled from: a response to one version.
#[derive(Debug, Clone, Copy)]
pub struct RowContent<'a> {
    /// The campaign.
    pub campaign: &'a CampaignLabel<'a>,
    /// The language in which the form was read.
    pub language: &'a str,
    /// The Monday of the week.
    pub week: NaiveDate,
    /// One answer for each question of the version.
    pub answers: &'a [Answer],
}

/// One step for each column.
#[derive(Debug, Clone)]
pub struct RowProjection<'a> {
    version: i32,
    form: Option<&'a Form>,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Clone)]
enum Step<'a> {
    /// What is stored beside the answers.
    Metadata(MetadataColumn),
    /// This version does not have it.
    NotAsked,
    /// The answer to the question at this place.
    Answer {
        place: usize,
        /// The options by their place in this version, as the newest version of the coding has them.
        options: Vec<&'a OptionDefinition>,
        decimals: u8,
    },
    /// Whether this option of the question at this place was chosen.
    Option { place: usize, option: u8 },
    /// Whether one of these options of the question at this place was chosen.
    Group { place: usize, options: Vec<u8> },
    /// The band of the number at this place.
    Band {
        place: usize,
        level: &'a Level,
        groups: &'a [GroupDefinition],
    },
    /// The score at this place.
    Score(usize),
}

impl<'a> RowProjection<'a> {
    /// How the responses to this version fill these columns.
    pub fn of(columns: &Columns<'a>, version: i32) -> Self {
        let form = columns.form(version);
        let step = |column: &Column| {
            form.filter(|_| column.versions.contains(&version))
                .and_then(|form| step(columns, column, form))
                .unwrap_or(Step::NotAsked)
        };
        Self {
            version,
            form,
            steps: columns.as_slice().iter().map(step).collect(),
        }
    }

    /// One cell for each column.
    pub fn cells<'r>(&'r self, row: RowContent<'r>) -> impl Iterator<Item = Cell<'r>> {
        // Scores are computed from scores, so all of them are worked out at once.
        let scores = OnceCell::new();
        self.steps.iter().map(move |step| match (step, self.form) {
            (Step::Score(place), Some(form)) => {
                let all = scores.get_or_init(|| form.answered(row.answers).every_score());
                all.get(*place)
                    .map_or(Cell::Missing(Missing::NotAsked), score_cell)
            }
            _ => self.fill(step, &row),
        })
    }

    /// The cell of one column.
    pub fn cell<'r>(&'r self, column: ColumnIndex, row: &RowContent<'r>) -> Cell<'r> {
        column
            .of(&self.steps)
            .map_or(Cell::Missing(Missing::NotAsked), |step| {
                self.fill(step, row)
            })
    }

    fn fill<'r>(&'r self, step: &'r Step<'a>, row: &RowContent<'r>) -> Cell<'r> {
        let not_asked = Cell::Missing(Missing::NotAsked);
        match step {
            Step::Metadata(metadata) => self.metadata(*metadata, row),
            Step::NotAsked => not_asked,
            Step::Answer {
                place,
                options,
                decimals,
            } => match given(row.answers, *place) {
                Err(missing) => Cell::Missing(missing),
                Ok(Value::Choice(option)) => options
                    .get(usize::from(*option))
                    .map_or(not_asked, |option| Cell::Choice(option)),
                Ok(Value::Whole(number)) => Cell::Whole(*number),
                Ok(Value::Decimal(scaled)) => Cell::Decimal(Fixed {
                    scaled: *scaled,
                    decimals: *decimals,
                }),
                Ok(Value::YesNo(yes)) => Cell::YesNo(*yes),
                Ok(Value::Date(period)) => Cell::Date(*period),
                Ok(Value::Choices(_) | Value::Ranking(_) | Value::Text(_)) => not_asked,
            },
            Step::Option { place, option } => match given(row.answers, *place) {
                Err(missing) => Cell::Missing(missing),
                Ok(Value::Choices(chosen)) => Cell::Chosen(chosen.contains(option)),
                Ok(Value::Ranking(order)) => (1..)
                    .zip(order)
                    .find(|(_, place)| *place == option)
                    .map_or(Cell::Missing(Missing::Blank), |(rank, _)| Cell::Whole(rank)),
                Ok(_) => not_asked,
            },
            Step::Group { place, options } => match given(row.answers, *place) {
                Err(missing) => Cell::Missing(missing),
                Ok(Value::Choices(chosen)) => {
                    Cell::Chosen(options.iter().any(|option| chosen.contains(option)))
                }
                Ok(_) => not_asked,
            },
            Step::Band {
                place,
                level,
                groups,
            } => match given(row.answers, *place) {
                Err(missing) => Cell::Missing(missing),
                Ok(Value::Whole(number) | Value::Decimal(number)) => {
                    let band = level.band(*number).map(usize::from);
                    let group = band.and_then(|band| groups.get(band));
                    group.map_or(not_asked, Cell::Group)
                }
                Ok(_) => not_asked,
            },
            Step::Score(place) => self.form.map_or(not_asked, |form| {
                score_cell(&form.answered(row.answers).score(*place))
            }),
        }
    }

    fn metadata<'r>(&self, column: MetadataColumn, row: &RowContent<'r>) -> Cell<'r> {
        match column {
            MetadataColumn::Campaign => Cell::Campaign(row.campaign),
            MetadataColumn::FormVersion => Cell::Whole(i64::from(self.version)),
            MetadataColumn::Language => Cell::Language(row.language),
            MetadataColumn::Week => Cell::Week(row.week),
        }
    }
}

fn score_cell<'a>(score: &ScoreValue) -> Cell<'a> {
    match score.value {
        Some(value) => Cell::Score(value, score.decimals),
        None if score.shown == 0 => Cell::Missing(Missing::Hidden),
        None => Cell::Missing(Missing::Blank),
    }
}

fn given(answers: &[Answer], place: usize) -> Result<&Value, Missing> {
    match answers.get(place) {
        Some(Answer::Given(value)) => Ok(value),
        Some(Answer::Declined) => Err(Missing::Declined),
        Some(Answer::Blank) => Err(Missing::Blank),
        Some(Answer::Hidden) => Err(Missing::Hidden),
        None => Err(Missing::NotAsked),
    }
}

fn step<'a>(columns: &Columns<'a>, column: &Column, form: &'a Form) -> Option<Step<'a>> {
    Some(match &column.kind {
        ColumnKind::Metadata(metadata) => Step::Metadata(*metadata),
        ColumnKind::Answer { question } => {
            let place = form.place(question)?;
            let kind = &form.questions().get(place)?.kind;
            Step::Answer {
                place,
                options: newest_options(kind, columns.newest(column)?, question),
                decimals: match kind {
                    Kind::Decimal { decimals, .. } => *decimals,
                    _ => 0,
                },
            }
        }
        ColumnKind::Option { question, option } => {
            let place = form.place(question)?;
            let option = form.questions().get(place)?.kind.place(option)?;
            Step::Option { place, option }
        }
        ColumnKind::Group { question, .. } => {
            let place = form.place(question)?;
            let kind = &form.questions().get(place)?.kind;
            let options = columns.group(column)?.options.iter().flatten();
            Step::Group {
                place,
                options: options.filter_map(|code| kind.place(code)).collect(),
            }
        }
        ColumnKind::Band { question } => {
            let (newest, definition) = columns.newest_question(column)?;
            Step::Band {
                place: form.place(question)?,
                level: newest.coarser.first()?,
                groups: definition.coarser.first()?,
            }
        }
        ColumnKind::Score { score } => {
            let mut scores = form.definition().scores.iter();
            Step::Score(scores.position(|definition| definition.key == *score)?)
        }
    })
}

/// The options of `kind` in their order, each with the words of the newest version, so that one code has one
/// label in a whole export.
fn newest_options<'a>(kind: &Kind, newest: &'a Form, question: &str) -> Vec<&'a OptionDefinition> {
    let options = definition_of(newest, question)
        .map(|definition| options_of(newest.definition(), definition))
        .unwrap_or_default();
    kind.choices()
        .iter()
        .filter_map(|choice| options.iter().find(|option| option.code == choice.code))
        .collect()
}

/// The definition of a question.
pub(super) fn definition_of<'a>(form: &'a Form, question: &str) -> Option<&'a QuestionDefinition> {
    form.question_definition(question)
}

//! The personal summary: what a response says of its own writer, to be read and to be taken to the care team.
//!
//! It shows what the author of the form wrote, and claims nothing of its own.

use super::summary::Summary;
use crate::domain::form::routing::holds;
use crate::domain::form::{Answer, Answered, Form, HighIs, Kind, Text, Value, options_of};

/// So many areas are called the heaviest, at most.
pub const HEAVIEST: usize = 3;

/// What a response says of its writer, in the language of the response.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalSummary {
    /// One for each score of which at least one question counts, in the order of the form.
    pub areas: Vec<Area>,
    /// The places of the areas that weigh most, the heaviest first.
    pub heaviest: Vec<usize>,
    /// What to raise with the care team: what looks at one of the heaviest areas first.
    pub advice: Vec<Passage>,
    /// The notices that the answers call for.
    pub notices: Vec<Passage>,
    /// By what other people are like the writer.
    pub likeness: Option<Likeness>,
}

/// An area of daily life: a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The key of the score.
    pub key: String,
    /// What is scored.
    pub title: String,
    /// The score; none when too few questions were answered.
    pub value: Option<f64>,
    /// Digits after the point.
    pub decimals: u8,
    /// The least score that there can be.
    pub lowest: f64,
    /// The greatest.
    pub highest: f64,
    /// What a high number tells.
    pub high_is: HighIs,
    /// The code of its band.
    pub band: Option<String>,
    /// The band in words.
    pub band_label: Option<String>,
    /// How many questions were answered.
    pub answered: usize,
    /// How many were shown.
    pub shown: usize,
}

/// A text of the form, with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The key.
    pub key: String,
    /// The text.
    pub text: String,
}

/// The answer that the writer has in common with others: to the first background question with options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The key of the question.
    pub question: String,
    /// What it asks.
    pub text: String,
    /// The code of the answer.
    pub code: String,
    /// The answer in words.
    pub label: String,
}

impl PersonalSummary {
    /// The summary of these answers, one for each question of the form.
    pub fn of(form: &Form, answers: &[Answer], language: &str) -> Self {
        let values = form.answered(answers).every_score();
        let answered = Answered {
            known: &values,
            ..form.answered(answers)
        };
        let said = |text: &Text| text.get(language).unwrap_or_default().to_owned();
        let mut areas = Vec::new();
        // By area, how much it weighs and the place of its score.
        let mut weights = Vec::new();
        let mut scores = Vec::new();
        for (place, ((definition, score), value)) in form.scores().zip(&values).enumerate() {
            if value.shown == 0 {
                continue;
            }
            let (lowest, highest) = score.reach();
            let band = value.band.and_then(|place| definition.bands.get(place));
            let lightest = match definition.high_is {
                HighIs::Worse => 0,
                HighIs::Better => definition.bands.len().saturating_sub(1),
            };
            let is_light = value.band == Some(lightest);
            weights.push(
                (value.value)
                    .filter(|_| !is_light)
                    .and_then(|value| weight(value, (lowest, highest), definition.high_is)),
            );
            scores.push(place);
            areas.push(Area {
                key: definition.key.clone(),
                title: said(&definition.title),
                value: value.value,
                decimals: value.decimals,
                lowest,
                highest,
                high_is: definition.high_is,
                band: band.map(|band| band.code.clone()),
                band_label: band.map(|band| said(&band.label)),
                answered: value.answered,
                shown: value.shown,
            });
        }
        let mut heaviest: Vec<(usize, f64)> = (weights.into_iter().enumerate())
            .filter_map(|(place, weight)| Some((place, weight?)))
            .collect();
        // Those that weigh alike stay in the order of the form.
        heaviest.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        heaviest.truncate(HEAVIEST);
        let heaviest: Vec<usize> = heaviest.into_iter().map(|(place, _)| place).collect();
        let heavy_scores = heaviest.iter().filter_map(|place| scores.get(*place));
        let heavy_scores: Vec<usize> = heavy_scores.copied().collect();
        let mut advice: Vec<(usize, Passage)> = (form.advice())
            .filter(|(_, condition)| holds(condition, &answered))
            .map(|(advice, condition)| {
                let rank = heavy_scores
                    .iter()
                    .position(|score| condition.looks_at_score(*score));
                let passage = Passage {
                    key: advice.key.clone(),
                    text: said(&advice.text),
                };
                (rank.unwrap_or(HEAVIEST), passage)
            })
            .collect();
        advice.sort_by_key(|(rank, _)| *rank);
        let called = Summary::of(form, answers, language).notices;
        let notices = form
            .notices()
            .filter(|(notice, _)| called.contains(&notice.key));
        Self {
            areas,
            heaviest,
            advice: advice.into_iter().map(|(_, passage)| passage).collect(),
            notices: notices
                .map(|(notice, _)| Passage {
                    key: notice.key.clone(),
                    text: said(&notice.text),
                })
                .collect(),
            likeness: likeness(form, answers, language),
        }
    }
}

/// How far the score lies from where there is no difficulty, as a share of the whole; none where it does not.
fn weight(value: f64, (lowest, highest): (f64, f64), high_is: HighIs) -> Option<f64> {
    let share = (value - lowest) / (highest - lowest);
    let weight = match high_is {
        HighIs::Worse => share,
        HighIs::Better => 1.0 - share,
    };
    (weight > 0.0).then_some(weight)
}

fn likeness(form: &Form, answers: &[Answer], language: &str) -> Option<Likeness> {
    let asked = form.definition().questions().map(|(_, question)| question);
    let mut background = asked.filter(|question| question.background);
    background.find_map(|definition| {
        let place = form.place(&definition.key)?;
        let question = form.questions().get(place)?;
        let (Kind::SingleChoice(choices), Some(Answer::Given(Value::Choice(chosen)))) =
            (&question.kind, answers.get(place))
        else {
            return None;
        };
        let code = choices.get(usize::from(*chosen))?.code.clone();
        let options = options_of(form.definition(), definition);
        let option = options.iter().find(|option| option.code == code)?;
        Some(Likeness {
            question: definition.key.clone(),
            text: definition.text.get(language)?.to_owned(),
            label: option.label.get(language)?.to_owned(),
            code,
        })
    })
}

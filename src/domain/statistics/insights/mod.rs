//! Insights: what everybody may see of a form. How scores lie and which difficulties are the commonest, of all who answered
//! and of those who gave one answer to a background question, and how scores changed from campaign to campaign.
//!
//! Everything is picked from a [`Report`], so each figure is the one that statistics give. A higher score is taken to mean
//! more difficulty, unless `high_is` says otherwise.

use super::measure::{Category, Measure};
use super::published::{Change, PublishedGroup, Statistics, Value};
use super::query::QueryFault;
use super::report::{Report, ReportItem};
use crate::domain::disclosure::cell_key::{ProtectedChange, ProtectedFigure};
use crate::domain::form::{Form, HighIs, ScoreDefinition};

/// The most background answers by which somebody can ask for people like them.
pub const MAX_LIKE: usize = 3;

/// The most difficulties that are named of a group.
const MAX_DIFFICULTIES: usize = 3;

/// What everybody may see of a form.
#[derive(Debug, Clone)]
pub struct Insights {
    /// The key of the form.
    pub form: String,
    /// Its title.
    pub title: String,
    /// The language of the texts.
    pub language: String,
    /// The keys of the campaigns, by when they open.
    pub campaigns: Vec<String>,
    /// The scores, in the order of the form.
    pub areas: Vec<Area>,
    /// Of all who answered.
    pub everybody: GroupInsights,
    /// How scores changed from the campaign before the last to the last.
    pub changes: Vec<AreaChange>,
    /// By each background question.
    background: Vec<Background>,
}

/// A score.
#[derive(Debug, Clone)]
pub struct Area {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its bands.
    pub bands: Vec<Category>,
}

/// What is said of a group of people. Of one that is too small, nothing is said, as of one with nobody in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupInsights {
    /// How many responses there are.
    pub responses: u64,
    /// How their scores lie.
    pub areas: Vec<AreaInsights>,
    /// What they find hardest, the hardest first.
    pub difficulties: Vec<Difficulty>,
}

/// How a score lies in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaInsights {
    /// The key of the score.
    pub area: String,
    /// How many have it.
    pub answered: u64,
    /// Its mean.
    pub mean: Option<ProtectedFigure>,
    /// The share of each band, in the order of the area.
    pub shares: Vec<Option<ProtectedFigure>>,
}

/// A question that a group finds hard.
#[derive(Debug, Clone, PartialEq)]
pub struct Difficulty {
    /// The key of the question.
    pub question: String,
    /// The question as a person reads it.
    pub text: String,
    /// The key of the first score in which it counts.
    pub area: String,
    /// Where the mean of its answers lies, between 0 for none of the difficulty and 1 for all of it.
    pub extent: f64,
    /// How many answered.
    pub answered: u64,
    /// The answers.
    pub answers: Vec<Category>,
    /// The share of each answer.
    pub shares: Vec<Option<ProtectedFigure>>,
}

/// How the mean of a score changed.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaChange {
    /// The key of the score.
    pub area: String,
    /// The key of the earlier campaign.
    pub from: String,
    /// The key of the later one.
    pub to: String,
    /// The change.
    pub mean: ProtectedChange,
}

/// The people who gave one answer to a background question.
#[derive(Debug, Clone)]
pub struct Alike<'a> {
    /// The key of the question.
    pub question: &'a str,
    /// The question.
    pub text: &'a str,
    /// The answer.
    pub answer: &'a Category,
    /// What is said of them.
    pub group: &'a GroupInsights,
}

#[derive(Debug, Clone)]
struct Background {
    question: Measure,
    /// By category of the question.
    groups: Vec<GroupInsights>,
}

/// The newest version of a form, whose texts and scores insights have.
#[derive(Debug, Clone, Copy)]
pub struct Newest<'f> {
    /// Its number.
    pub version: i32,
    /// The form.
    pub form: &'f Form,
}

/// How the answers to a question count in the first score that it is part of.
struct Item<'a> {
    area: &'a str,
    reversed: bool,
}

impl Insights {
    /// What insights need of a report: scores, and the questions that count in them.
    pub fn needs(measure: &Measure, newest: Newest<'_>) -> bool {
        newest.score(measure).is_some() || newest.item(measure).is_some()
    }

    /// Picks them from a report over the items that they need. Texts and scores are those of the newest version.
    pub fn of(report: Report, newest: Newest<'_>) -> Self {
        let items = &report.items;
        let scores = || {
            items
                .iter()
                .filter_map(|it| Some((newest.score(&it.overall.measure)?, it)))
        };
        let area = |(score, item): (&ScoreDefinition, &ReportItem<Statistics>)| Area {
            key: score.key.clone(),
            title: item.overall.measure.text.clone(),
            bands: item.overall.measure.categories.clone(),
        };
        let overall = |item: &'_ ReportItem<Statistics>| item.overall.groups.first().cloned();
        let questions = items.iter().flat_map(|it| &it.by);
        let mut background: Vec<Background> = Vec::new();
        for question in questions.filter_map(|it| it.by.first()?.question()) {
            if background
                .iter()
                .all(|it| it.question.name != question.name)
            {
                let groups = question.categories.iter().map(|category| {
                    let find = |item: &ReportItem<Statistics>| {
                        group_of(item, &question.name, &category.code).cloned()
                    };
                    GroupInsights::of(items, newest, find)
                });
                background.push(Background {
                    groups: groups.collect(),
                    question: question.clone(),
                });
            }
        }
        let changes = scores().flat_map(|(score, item)| {
            let changes = item.by_campaign.iter().flat_map(|it| &it.changes);
            let mut changes = changes.filter_map(|change| AreaChange::of(&score.key, change));
            changes.next_back()
        });
        Self {
            areas: scores().map(area).collect(),
            everybody: GroupInsights::of(items, newest, overall),
            changes: changes.collect(),
            background,
            form: report.form,
            title: report.title,
            language: report.language,
            campaigns: report.campaigns,
        }
    }

    /// The people who gave this answer: `question:code`.
    ///
    /// # Errors
    ///
    /// When it names no background question with options, or none of its options.
    pub fn alike(&self, text: &str) -> Result<Alike<'_>, QueryFault> {
        let Some((name, code)) = text.split_once(':') else {
            return Err(QueryFault::ConditionMalformed(text.to_owned()));
        };
        let mut questions = self.background.iter();
        let found = questions.find(|it| it.question.name == name);
        let Background { question, groups } =
            found.ok_or_else(|| QueryFault::ConditionQuestionUnknown(name.to_owned()))?;
        let mut answers = question.categories.iter().zip(groups);
        let (answer, group) = answers
            .find(|(category, _)| category.code == code)
            .ok_or_else(|| QueryFault::ConditionCodeUnknown(text.to_owned()))?;
        Ok(Alike {
            question: &question.name,
            text: &question.text,
            answer,
            group,
        })
    }

    /// The people who gave this answer to a question, in the coding of the newest version.
    pub fn who_answered(&self, question: &str, code: &str) -> Option<&GroupInsights> {
        let mut codings = self.background.iter().filter(|it| {
            let name = &it.question.name;
            name.split('@').next() == Some(question)
        });
        let Background { question, groups } = codings.next_back()?;
        let mut answers = question.categories.iter().zip(groups);
        answers
            .find(|(category, _)| category.code == code)
            .map(|(_, group)| group)
    }

    /// The people like somebody with these answers, for each answer apart.
    ///
    /// # Errors
    ///
    /// All that is wrong with the answers.
    pub fn people_like(&self, answers: &[String]) -> Result<Vec<Alike<'_>>, Vec<QueryFault>> {
        let (mut alike, mut faults) = (Vec::<Alike<'_>>::new(), Vec::new());
        if answers.len() > MAX_LIKE {
            faults.push(QueryFault::TooManyLike);
        }
        for text in answers.iter().take(MAX_LIKE) {
            match self.alike(text) {
                Ok(one) if alike.iter().any(|it| it.question == one.question) => {
                    faults.push(QueryFault::ConditionTwice(one.question.to_owned()));
                }
                Ok(one) => alike.push(one),
                Err(fault) => faults.push(fault),
            }
        }
        match faults.is_empty() {
            true => Ok(alike),
            false => Err(faults),
        }
    }
}

impl GroupInsights {
    /// Of the group that `find` finds for each item. Nothing, where its published count is 0.
    fn of(
        items: &[ReportItem<Statistics>],
        newest: Newest<'_>,
        find: impl Fn(&ReportItem<Statistics>) -> Option<PublishedGroup>,
    ) -> Self {
        let mut insights = Self::default();
        for item in items {
            let Some(group) = find(item).filter(|it| it.responses.value > 0) else {
                continue;
            };
            insights.responses = group.responses.value;
            if group.answered.value == 0 {
                continue;
            }
            match newest.score(&item.overall.measure) {
                Some(score) => insights.areas.push(AreaInsights {
                    area: score.key.clone(),
                    answered: group.answered.value,
                    mean: group.mean,
                    shares: group.shares,
                }),
                None => insights.difficulties.extend(Difficulty::of(
                    &item.overall.measure,
                    newest,
                    group,
                )),
            }
        }
        let difficulties = &mut insights.difficulties;
        difficulties.sort_by(|one, other| other.extent.total_cmp(&one.extent));
        difficulties.truncate(MAX_DIFFICULTIES);
        insights
    }
}

impl Difficulty {
    fn of(measure: &Measure, newest: Newest<'_>, group: PublishedGroup) -> Option<Self> {
        let Item { area, reversed } = newest.item(measure)?;
        let numbers = measure.numbers?;
        let from_lowest = (group.mean?.value - numbers.lowest) / (numbers.highest - numbers.lowest);
        let extent = match reversed {
            true => 1.0 - from_lowest,
            false => from_lowest,
        };
        extent.is_finite().then(|| Self {
            question: measure.name.clone(),
            text: measure.text.clone(),
            area: area.to_owned(),
            extent,
            answered: group.answered.value,
            answers: measure.categories.clone(),
            shares: group.shares,
        })
    }
}

impl AreaChange {
    fn of(score: &str, change: &Change) -> Option<Self> {
        Some(Self {
            area: score.to_owned(),
            from: change.from.clone(),
            to: change.to.clone(),
            mean: change.mean?,
        })
    }
}

impl<'f> Newest<'f> {
    /// The score that is measured, as this version has it.
    fn score(&self, measure: &Measure) -> Option<&'f ScoreDefinition> {
        let key = self.key(measure)?.strip_prefix("score_")?;
        let mut scores = self.form.definition().scores.iter();
        scores.find(|it| it.key == key && measure.kind == "score")
    }

    /// How the question that is measured counts in this version.
    fn item(&self, measure: &Measure) -> Option<Item<'f>> {
        let question = self.key(measure).filter(|_| measure.kind != "score")?;
        let mut scores = self.form.definition().scores.iter();
        let score = scores.find(|score| score.of.iter().any(|key| key == question))?;
        Some(Item {
            area: &score.key,
            reversed: score.reversed.iter().any(|key| key == question)
                != (score.high_is == HighIs::Better),
        })
    }

    /// The name without the version in which its coding began, if this version has it.
    fn key<'m>(&self, measure: &'m Measure) -> Option<&'m str> {
        measure.part(self.version)?;
        measure.name.split('@').next()
    }
}

/// The published group of those who gave this answer. None where no other answer has a published count: then the few who
/// gave one are what everybody has more than this group, and whoever compares the two sees where they stand.
fn group_of<'i>(
    item: &'i ReportItem<Statistics>,
    question: &str,
    code: &str,
) -> Option<&'i PublishedGroup> {
    let by = |it: &&Statistics| it.by.first().is_some_and(|it| it.name() == question);
    let groups = &item.by.iter().find(by)?.groups;
    let asked = Value::Plain(code.to_owned());
    let is_asked = |it: &&PublishedGroup| it.by.first() == Some(&asked);
    let mut others = groups.iter().filter(|it| !is_asked(it));
    others.find(|it| it.answered.value > 0)?;
    groups.iter().find(is_asked)
}

#[cfg(test)]
mod tests;

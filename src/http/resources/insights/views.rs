//! Insights in replies. Short: a phone on a bad connection reads them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::disclosure::cell_key::{ProtectedChange, ProtectedFigure};
use crate::domain::statistics::{
    Alike, Area, AreaChange, AreaInsights, Category, Difficulty, GroupInsights, Insights,
};

/// Figures for everybody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "form": "daily-life-after-treatment", "title": "Daily life after cancer treatment", "language": "en",
    "campaigns": ["world-cancer-day-2027"],
    "areas": [{"key": "eating", "title": "Eating (higher = more difficulty)", "bands": [
        {"code": "little", "label": "Little difficulty"}, {"code": "great", "label": "Great difficulty"},
    ]}],
    "questions": [{"key": "eating_meals", "text": "How difficult are meals?", "area": "eating", "answers": [
        {"code": "none", "label": "Not difficult"}, {"code": "severe", "label": "Very difficult"},
    ]}],
    "everybody": {
        "responses": 412,
        "areas": [{"area": "eating", "answered": 398, "mean": {"value": 41.3, "lower": 38.8, "upper": 43.8}, "shares": [0.61, 0.39]}],
        "difficulties": [{"question": "eating_meals", "answered": 398, "shares": [0.31, 0.12]}],
    },
    "people_like_you": [{
        "question": "cancer_type", "text": "Which cancer?", "answer": "breast", "label": "Breast cancer",
        "people": {"responses": 0, "areas": [], "difficulties": []},
    }],
    "changes": [{"area": "eating", "from": "spring-2026", "to": "world-cancer-day-2027", "mean": {"value": -2.1, "lower": -5.6, "upper": 1.4}}],
}))]
pub struct InsightsView {
    /// The key of the form.
    pub form: String,
    /// Its title.
    pub title: String,
    /// The language of the texts.
    pub language: String,
    /// The keys of the campaigns whose responses are counted, by when they open.
    pub campaigns: Vec<String>,
    /// The scores, each an area of life, in the order of the form.
    pub areas: Vec<InsightAreaView>,
    /// The questions that are named among difficulties.
    pub questions: Vec<InsightQuestionView>,
    /// All who answered.
    pub everybody: InsightPeopleView,
    /// The people who gave the same answer to a background question, for each answer in `like`.
    pub people_like_you: Vec<InsightLikeYouView>,
    /// How the mean of each score changed from the campaign before the last to the last.
    pub changes: Vec<InsightChangeView>,
}

/// A score.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightAreaView {
    /// Its key.
    #[schema(example = "eating")]
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its bands in words, from the lowest on.
    pub bands: Vec<InsightWordsView>,
}

/// A band or an answer in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightWordsView {
    /// Its code.
    #[schema(example = "little")]
    pub code: String,
    /// As a person reads it; null where the code says it: 0 for no, 1 for yes, or a number.
    #[schema(required)]
    pub label: Option<String>,
}

/// A group of people. One that is too small has no figures, like one with nobody in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightPeopleView {
    /// How many responses there are, inexact on purpose.
    #[schema(example = 412)]
    pub responses: u64,
    /// How their scores lie. Scores of which nothing can be said are left out.
    pub areas: Vec<InsightScoreView>,
    /// The questions that they find hardest, at most three, the hardest first.
    pub difficulties: Vec<InsightDifficultyView>,
}

/// How a score lies.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightScoreView {
    /// The key of the score.
    #[schema(example = "eating")]
    pub area: String,
    /// How many have the score.
    #[schema(example = 398)]
    pub answered: u64,
    /// Its mean, with an interval of 95 %; null where nothing can be said.
    #[schema(required)]
    pub mean: Option<InsightFigureView>,
    /// The share of each band of the area, in their order; null where nothing can be said.
    #[schema(example = json!([0.61, 0.39]))]
    pub shares: Vec<Option<f64>>,
}

/// A question.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightQuestionView {
    /// Its key.
    #[schema(example = "eating_meals")]
    pub key: String,
    /// The question.
    pub text: String,
    /// The key of the score in which it counts.
    #[schema(example = "eating")]
    pub area: String,
    /// Its answers in words.
    pub answers: Vec<InsightWordsView>,
}

/// A question that people find hard.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightDifficultyView {
    /// The key of the question.
    #[schema(example = "eating_meals")]
    pub question: String,
    /// How many answered it.
    #[schema(example = 398)]
    pub answered: u64,
    /// The share of each answer of the question, in their order; null where nothing can be said.
    #[schema(example = json!([0.31, 0.12]))]
    pub shares: Vec<Option<f64>>,
}

/// The people who gave one answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightLikeYouView {
    /// The key of the background question.
    #[schema(example = "cancer_type")]
    pub question: String,
    /// The question.
    pub text: String,
    /// The code of the answer.
    #[schema(example = "breast")]
    pub answer: String,
    /// As a person reads it; null where the code says it.
    #[schema(required)]
    pub label: Option<String>,
    /// What is said of them.
    pub people: InsightPeopleView,
}

/// How the mean of a score changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightChangeView {
    /// The key of the score.
    #[schema(example = "eating")]
    pub area: String,
    /// The key of the earlier campaign.
    #[schema(example = "spring-2026")]
    pub from: String,
    /// The key of the later one.
    #[schema(example = "world-cancer-day-2027")]
    pub to: String,
    /// The change, with an interval of 95 %. Where it holds 0, the change may be chance.
    pub mean: InsightFigureView,
}

/// A figure with its interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightFigureView {
    /// The figure.
    #[schema(example = 41.3)]
    pub value: f64,
    /// The lower end of the interval of 95 %.
    #[schema(example = 38.8)]
    pub lower: f64,
    /// The upper end.
    #[schema(example = 43.8)]
    pub upper: f64,
}

impl InsightsView {
    /// What is said of a form, and of these people.
    pub fn new(insights: &Insights, alike: &[Alike<'_>]) -> Self {
        Self {
            form: insights.form.clone(),
            title: insights.title.clone(),
            language: insights.language.clone(),
            campaigns: insights.campaigns.clone(),
            areas: insights.areas.iter().map(Into::into).collect(),
            questions: questions(insights, alike),
            everybody: (&insights.everybody).into(),
            people_like_you: alike.iter().map(Into::into).collect(),
            changes: insights.changes.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Area> for InsightAreaView {
    fn from(area: &Area) -> Self {
        Self {
            key: area.key.clone(),
            title: area.title.clone(),
            bands: area.bands.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Category> for InsightWordsView {
    fn from(category: &Category) -> Self {
        Self {
            code: category.code.clone(),
            label: category.label.clone(),
        }
    }
}

impl From<&GroupInsights> for InsightPeopleView {
    fn from(group: &GroupInsights) -> Self {
        Self {
            responses: group.responses,
            areas: group.areas.iter().map(Into::into).collect(),
            difficulties: group.difficulties.iter().map(Into::into).collect(),
        }
    }
}

impl From<&AreaInsights> for InsightScoreView {
    fn from(area: &AreaInsights) -> Self {
        Self {
            area: area.area.clone(),
            answered: area.answered,
            mean: area.mean.map(Into::into),
            shares: area.shares.iter().map(share).collect(),
        }
    }
}

/// The questions that are named of these people, each once.
fn questions(insights: &Insights, alike: &[Alike<'_>]) -> Vec<InsightQuestionView> {
    let groups = alike.iter().map(|it| it.group);
    let groups = std::iter::once(&insights.everybody).chain(groups);
    let mut questions: Vec<InsightQuestionView> = Vec::new();
    for difficulty in groups.flat_map(|group| &group.difficulties) {
        if questions.iter().all(|it| it.key != difficulty.question) {
            questions.push(InsightQuestionView {
                key: difficulty.question.clone(),
                text: difficulty.text.clone(),
                area: difficulty.area.clone(),
                answers: difficulty.answers.iter().map(Into::into).collect(),
            });
        }
    }
    questions
}

impl From<&Difficulty> for InsightDifficultyView {
    fn from(difficulty: &Difficulty) -> Self {
        Self {
            question: difficulty.question.clone(),
            answered: difficulty.answered,
            shares: difficulty.shares.iter().map(share).collect(),
        }
    }
}

impl From<&Alike<'_>> for InsightLikeYouView {
    fn from(alike: &Alike<'_>) -> Self {
        Self {
            question: alike.question.to_owned(),
            text: alike.text.to_owned(),
            answer: alike.answer.code.clone(),
            label: alike.answer.label.clone(),
            people: alike.group.into(),
        }
    }
}

impl From<&AreaChange> for InsightChangeView {
    fn from(change: &AreaChange) -> Self {
        Self {
            area: change.area.clone(),
            from: change.from.clone(),
            to: change.to.clone(),
            mean: change.mean.into(),
        }
    }
}

impl From<ProtectedFigure> for InsightFigureView {
    fn from(figure: ProtectedFigure) -> Self {
        Self {
            value: figure.value,
            lower: figure.lower,
            upper: figure.upper,
        }
    }
}

impl From<ProtectedChange> for InsightFigureView {
    fn from(change: ProtectedChange) -> Self {
        Self {
            value: change.value,
            lower: change.lower,
            upper: change.upper,
        }
    }
}

fn share(figure: &Option<ProtectedFigure>) -> Option<f64> {
    figure.map(|figure| figure.value)
}

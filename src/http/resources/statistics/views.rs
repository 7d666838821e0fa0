//! Statistics on the wire.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::disclosure::cell_key::{
    CellKeyMethod, Parameters, ProtectedChange, ProtectedCount, ProtectedFigure,
};
use crate::domain::statistics::{
    Category, Change, Dimension, Measure, PublishedGroup, Statistics, Value,
};

/// Figures about a question or a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsView {
    /// The key of the form.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// What the figures are about.
    pub measure: MeasureView,
    /// By what they are broken down.
    pub by: Vec<DimensionView>,
    /// The groups. One that is not listed has a published count of 0 everywhere.
    pub groups: Vec<GroupView>,
    /// Where broken down by campaign: how each group changed from one campaign to the next, in the order in which they open.
    pub changes: Vec<ChangeView>,
    /// How the figures are protected.
    pub protection: ProtectionView,
}

/// A question or a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// Its name in exports.
    #[schema(example = "score_eating")]
    pub name: String,
    /// The kind of the question, or `score`.
    #[schema(example = "score")]
    pub kind: String,
    /// The question as a person reads it, or the title of the score.
    #[schema(example = "Eating")]
    pub text: String,
    /// The least number that an answer can stand for; null without numbers.
    #[schema(required)]
    pub lowest: Option<f64>,
    /// The greatest one.
    #[schema(required)]
    pub highest: Option<f64>,
    /// Its options, numbers or bands.
    pub categories: Vec<CategoryView>,
}

/// What a table is broken down by.
#[derive(Debug, Serialize, ToSchema)]
pub struct DimensionView {
    /// Its name in the query.
    #[schema(example = "cancer_type")]
    pub name: String,
    /// The question as a person reads it; null for what is no question.
    #[schema(required, example = "Which cancer were you treated for?")]
    pub text: Option<String>,
    /// Its categories, where it is a question.
    #[schema(example = json!([{"code": "stomach", "label": "Stomach", "number": null}]))]
    pub categories: Vec<CategoryView>,
}

/// An option, a number or a band.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryView {
    /// The code, as in exports.
    #[schema(example = "stomach")]
    pub code: String,
    /// What a person reads; null where the code says it.
    #[schema(required, example = "Stomach")]
    pub label: Option<String>,
    /// The number that it stands for.
    #[schema(required)]
    pub number: Option<f64>,
}

/// A group of responses. Every count has noise.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// Its value in each dimension: a code, or the null flavour of HL7 for the reason why there is none: `NA` hidden by
    /// routing, `NASK` not asked, `NI` left blank, `ASKU` declined.
    #[schema(example = json!({"cancer_type": "stomach", "age_band": "50_to_59"}))]
    pub by: BTreeMap<String, String>,
    /// How many responses there are.
    pub responses: u64,
    /// How many of them have an answer. Shares are of these.
    pub answered: u64,
    /// How many have none, by reason.
    pub missing: MissingView,
    /// The mean; null without numbers, and where too few have one.
    #[schema(required)]
    pub mean: Option<FigureView>,
    /// By category.
    pub categories: Vec<CategoryCountView>,
}

/// Responses without an answer, by reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// Hidden by routing; for a score, all its questions.
    pub hidden: u64,
    /// The version that was answered does not have it.
    pub not_asked: u64,
    /// Left blank; for a score, too few of its questions have an answer.
    pub blank: u64,
    /// Declined.
    pub declined: u64,
}

/// Responses in one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryCountView {
    /// The code of the category.
    #[schema(example = "severe")]
    pub code: String,
    /// How many.
    pub count: u64,
    /// Their share of those with an answer, from 0 to 1; null where too few have one.
    #[schema(required)]
    pub share: Option<FigureView>,
}

/// A figure with its interval of 95 %, which includes the noise.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// The figure.
    pub value: f64,
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// How a group changed from one campaign to the next.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// The key of the earlier campaign.
    #[schema(example = "world-cancer-day-2027")]
    pub from: String,
    /// The key of the later one.
    #[schema(example = "world-cancer-day-2028")]
    pub to: String,
    /// The values of the group in the other dimensions.
    pub by: BTreeMap<String, String>,
    /// The change of the mean. Where the interval holds 0, it may be chance.
    #[schema(required)]
    pub mean: Option<FigureView>,
    /// The change of the share of each category.
    pub categories: Vec<CategoryChangeView>,
}

/// How the share of a category changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryChangeView {
    /// The code of the category.
    #[schema(example = "severe")]
    pub code: String,
    /// The change of its share.
    #[schema(required)]
    pub share: Option<FigureView>,
}

/// How figures are protected: by the cell key method.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectionView {
    /// The method.
    #[schema(example = "cell_key")]
    pub method: &'static str,
    /// No published count but 0 is farther from the true one.
    #[schema(example = 5)]
    pub largest_noise: u32,
    /// The variance of the noise.
    #[schema(example = 3.0)]
    pub variance: f64,
    /// No published count is from 1 to this.
    #[schema(example = 2)]
    pub threshold: u32,
    /// A lesser count is given as 0, and no share or mean is made of it.
    #[schema(example = 10)]
    pub floor: u64,
}

impl StatisticsView {
    /// These statistics of this form.
    pub fn new(form: String, statistics: &Statistics) -> Self {
        Self {
            form,
            measure: (&statistics.measure).into(),
            by: statistics.by.iter().map(Into::into).collect(),
            groups: groups_of(statistics),
            changes: changes_of(statistics),
            protection: ProtectionView::default(),
        }
    }
}

/// The groups of a table.
pub fn groups_of(statistics: &Statistics) -> Vec<GroupView> {
    let names: Vec<&str> = statistics.by.iter().map(Dimension::name).collect();
    let codes = codes(statistics);
    let groups = statistics.groups.iter();
    groups
        .map(|group| GroupView::new(group, &names, &codes))
        .collect()
}

/// The changes of its groups.
pub fn changes_of(statistics: &Statistics) -> Vec<ChangeView> {
    let is_campaign = |it: &&Dimension| matches!(it, Dimension::Campaign);
    let others = statistics.by.iter().filter(|it| !is_campaign(it));
    let others: Vec<&str> = others.map(Dimension::name).collect();
    let codes = codes(statistics);
    let changes = statistics.changes.iter();
    changes
        .map(|change| ChangeView::new(change, &others, &codes))
        .collect()
}

fn codes(statistics: &Statistics) -> Vec<&str> {
    let categories = statistics.measure.categories.iter();
    categories.map(|it| it.code.as_str()).collect()
}

impl Default for ProtectionView {
    fn default() -> Self {
        Self {
            method: "cell_key",
            largest_noise: Parameters::DEFAULT.largest_noise,
            variance: Parameters::DEFAULT.variance,
            threshold: Parameters::DEFAULT.threshold,
            floor: CellKeyMethod::DEFAULT_FLOOR,
        }
    }
}

impl From<&Measure> for MeasureView {
    fn from(measure: &Measure) -> Self {
        Self {
            name: measure.name.clone(),
            kind: measure.kind.to_owned(),
            text: measure.text.clone(),
            lowest: measure.numbers.map(|it| it.lowest),
            highest: measure.numbers.map(|it| it.highest),
            categories: measure.categories.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Dimension> for DimensionView {
    fn from(dimension: &Dimension) -> Self {
        Self {
            name: dimension.name().to_owned(),
            text: dimension.question().map(|question| question.text.clone()),
            categories: dimension.categories().iter().map(Into::into).collect(),
        }
    }
}

impl From<&Category> for CategoryView {
    fn from(category: &Category) -> Self {
        Self {
            code: category.code.clone(),
            label: category.label.clone(),
            number: category.number,
        }
    }
}

impl GroupView {
    fn new(group: &PublishedGroup, names: &[&str], codes: &[&str]) -> Self {
        let [hidden, not_asked, blank, declined] = group.missing.map(|it: ProtectedCount| it.value);
        let categories = codes.iter().zip(&group.counts).zip(&group.shares);
        Self {
            by: named(names, &group.by),
            responses: group.responses.value,
            answered: group.answered.value,
            missing: MissingView {
                hidden,
                not_asked,
                blank,
                declined,
            },
            mean: group.mean.map(Into::into),
            categories: categories
                .map(|((code, count), share)| CategoryCountView {
                    code: (*code).to_owned(),
                    count: count.value,
                    share: share.map(Into::into),
                })
                .collect(),
        }
    }
}

impl ChangeView {
    fn new(change: &Change, names: &[&str], codes: &[&str]) -> Self {
        let categories = codes.iter().zip(&change.shares);
        Self {
            from: change.from.clone(),
            to: change.to.clone(),
            by: named(names, &change.by),
            mean: change.mean.map(Into::into),
            categories: categories
                .map(|(code, share)| CategoryChangeView {
                    code: (*code).to_owned(),
                    share: share.map(Into::into),
                })
                .collect(),
        }
    }
}

impl From<ProtectedFigure> for FigureView {
    fn from(figure: ProtectedFigure) -> Self {
        Self {
            value: figure.value,
            lower: figure.lower,
            upper: figure.upper,
        }
    }
}

impl From<ProtectedChange> for FigureView {
    fn from(change: ProtectedChange) -> Self {
        Self {
            value: change.value,
            lower: change.lower,
            upper: change.upper,
        }
    }
}

fn named(names: &[&str], values: &[Value]) -> BTreeMap<String, String> {
    let pairs = names.iter().zip(values);
    pairs
        .map(|(name, value)| ((*name).to_owned(), value.code().to_owned()))
        .collect()
}

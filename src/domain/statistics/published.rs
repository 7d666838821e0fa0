//! Published figures: what is left of a cross-table after protection.

use super::measure::Measure;
use super::query::{Dimension, Query};
use crate::domain::codebook::Missing;
use crate::domain::disclosure::cell_key::{ProtectedChange, ProtectedCount, ProtectedFigure};

/// Statistics that may be published.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// What they are about.
    pub measure: Measure,
    /// By what they are broken down.
    pub by: Vec<Dimension>,
    /// The groups, in the order of their values.
    pub groups: Vec<PublishedGroup>,
    /// How groups changed from one campaign to the next, if they are broken down by campaign.
    pub changes: Vec<Change>,
}

/// One group of responses.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedGroup {
    /// Its value in each dimension.
    pub by: Vec<Value>,
    /// How many responses there are.
    pub responses: ProtectedCount,
    /// How many of them have an answer.
    pub answered: ProtectedCount,
    /// How many have none: hidden by routing, not asked, left blank, declined.
    pub missing: [ProtectedCount; 4],
    /// How many are in each category.
    pub counts: Vec<ProtectedCount>,
    /// The share of each category among those with an answer; none below the floor.
    pub shares: Vec<Option<ProtectedFigure>>,
    /// The mean; none below the floor, or without numbers.
    pub mean: Option<ProtectedFigure>,
}

/// The value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A code, a key, a number.
    Plain(String),
    /// There is none, for this reason.
    Missing(Missing),
}

/// How a group changed from one campaign to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The key of the earlier campaign.
    pub from: String,
    /// The key of the later one.
    pub to: String,
    /// The values of the group, in the order of the dimensions, without the campaign.
    pub by: Vec<Value>,
    /// The change of the mean.
    pub mean: Option<ProtectedChange>,
    /// The change of the share of each category.
    pub shares: Vec<Option<ProtectedChange>>,
}

impl Value {
    pub(super) fn plain(text: String) -> Self {
        Self::Plain(text)
    }

    /// The value as files show it: its code, or the null flavour of HL7 for the reason why there is none.
    pub fn code(&self) -> &str {
        match self {
            Self::Plain(code) => code,
            Self::Missing(reason) => reason.null_flavour(),
        }
    }
}

impl PublishedGroup {
    /// Whether every published count is 0.
    pub(super) fn is_empty(&self) -> bool {
        let counts = [&self.responses, &self.answered].into_iter();
        let mut counts = counts.chain(&self.missing).chain(&self.counts);
        counts.all(|count| count.value == 0)
    }
}

impl Statistics {
    pub(super) fn new(query: &Query, groups: Vec<PublishedGroup>) -> Self {
        Self {
            measure: query.measure.clone(),
            by: query.by.clone(),
            changes: changes(query, &groups),
            groups,
        }
    }
}

/// With four digits after the point: more would be noise.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

/// The same for a figure.
pub(super) fn rounded_figure(figure: ProtectedFigure) -> ProtectedFigure {
    ProtectedFigure {
        value: rounded(figure.value),
        lower: rounded(figure.lower),
        upper: rounded(figure.upper),
        base: figure.base,
    }
}

/// The changes between each campaign and the next one that has a group with the same values.
fn changes(query: &Query, groups: &[PublishedGroup]) -> Vec<Change> {
    let is_campaign = |dimension: &Dimension| matches!(dimension, Dimension::Campaign);
    let Some(at) = query.by.iter().position(is_campaign) else {
        return Vec::new();
    };
    let others = |group: &PublishedGroup| -> Vec<Value> {
        let by = group.by.iter().enumerate();
        by.filter(|(place, _)| *place != at)
            .map(|(_, value)| value.clone())
            .collect()
    };
    let campaign = |group: &PublishedGroup| group.by.get(at).map(|it| it.code().to_owned());
    let order = |group: &PublishedGroup| {
        let key = campaign(group).unwrap_or_default();
        query.campaigns.iter().position(|it| *it == key)
    };
    let change = |later: &PublishedGroup| {
        let alike = groups.iter().filter(|it| others(it) == others(later));
        let before = alike.filter(|it| order(it) < order(later));
        let earlier = before.max_by_key(|it| order(it))?;
        let shares = later.shares.iter().zip(&earlier.shares);
        let between = |(now, then): (&Option<ProtectedFigure>, &Option<ProtectedFigure>)| {
            let change = now.as_ref()?.change_from(then.as_ref()?);
            Some(ProtectedChange {
                value: rounded(change.value),
                lower: rounded(change.lower),
                upper: rounded(change.upper),
            })
        };
        Some(Change {
            from: campaign(earlier)?,
            to: campaign(later)?,
            by: others(later),
            mean: between((&later.mean, &earlier.mean)),
            shares: shares.map(between).collect(),
        })
    };
    groups.iter().filter_map(change).collect()
}

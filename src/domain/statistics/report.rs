//! The report of a form: every question and score, overall, by each background question, and from campaign to campaign.

use strum::IntoStaticStr;

use super::measure::{Measure, names};
use super::published::Statistics;
use super::query::{Dimension, Query};
use crate::domain::codebook::Columns;

/// How much a report says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Detail {
    /// Of all responses, with what changed from campaign to campaign.
    #[default]
    Overall,
    /// By each background question and by campaign as well.
    Full,
}

impl Detail {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a report says of one question or score.
#[derive(Debug, Clone)]
pub struct ReportItem<T> {
    /// Of all responses.
    pub overall: T,
    /// By each background question; none where only all are told of.
    pub by: Vec<T>,
    /// By campaign, where there are several.
    pub by_campaign: Option<T>,
}

/// A report that may be published.
#[derive(Debug, Clone)]
pub struct Report {
    /// The key of the form.
    pub form: String,
    /// Its title.
    pub title: String,
    /// The language of the texts.
    pub language: String,
    /// How much it says.
    pub detail: Detail,
    /// The keys of the campaigns, by when they open.
    pub campaigns: Vec<String>,
    /// Every question and score that can be counted, in the order of an export; scores last.
    pub items: Vec<ReportItem<Statistics>>,
}

impl Report {
    /// What a report over these columns is made of, with texts in `language` where there are any.
    pub fn queries(
        columns: &Columns<'_>,
        campaigns: &[String],
        language: &str,
        detail: Detail,
    ) -> Vec<ReportItem<Query>> {
        let measures = names(columns).filter_map(|name| Measure::find(columns, name, language));
        let measures: Vec<Measure> = measures.collect();
        let background: Vec<&Measure> = (measures.iter())
            .filter(|it| detail == Detail::Full && it.background && !it.categories.is_empty())
            .collect();
        let item = |measure: &Measure| {
            let query = |by: Option<Dimension>| {
                let by = by.into_iter().collect();
                Query::over_all(columns, measure.clone(), by, campaigns.to_vec())
            };
            let others = background.iter().filter(|it| it.name != measure.name);
            let by = others.map(|it| query(Some(Dimension::Question(Box::new((*it).clone())))));
            ReportItem {
                overall: query(None),
                by: by.collect(),
                by_campaign: (campaigns.len() > 1).then(|| query(Some(Dimension::Campaign))),
            }
        };
        measures.iter().map(item).collect()
    }
}

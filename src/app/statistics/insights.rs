//! Insights: figures of a form for everybody, without an account.
//!
//! Nobody can make the server count much: figures come from tallies, are computed once for each form or campaign, language
//! and state of the responses, and all that can be asked of them is picked from what was computed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::report::{Loaded, answered, load_kept};
use super::scope::{Scope, StatisticsRefused, method};
use crate::app::export::ExportVersion;
use crate::app::{App, Failure, failures};
use crate::domain::campaign::{Campaign, InsightsRule};
use crate::domain::disclosure::cell_key::Cell;
use crate::domain::form::Form;
use crate::domain::ids::{CampaignId, CampaignKey, FormId, FormKey, FormVersionId};
use crate::domain::statistics::{
    Detail, FromTallies, Insights, Newest, Query, QueryFault, Report, ReportItem,
};
use crate::store::AsyncPgConnection;
use crate::store::campaigns::{campaigns_of, find_campaign};
use crate::store::forms::{find_form, list_version_refs};
use crate::store::responses::tallies::{TallyState, states_of};

/// The most insights that are kept.
const MOST: usize = 64;

/// Why there are no insights.
#[derive(Debug)]
pub enum InsightsRefused {
    /// There is no published form with this key.
    FormUnknown,
    /// There is no campaign with this key.
    CampaignUnknown,
    /// What is asked for does not fit the form.
    Unfit(Vec<QueryFault>),
    /// The machinery.
    Failure(Failure),
}

failures!(InsightsRefused);

/// What insights can be about: the versions of a form, and its campaigns whose figures are for everybody.
pub struct Publishing {
    versions: Vec<ExportVersion>,
    campaigns: Vec<Campaign>,
    rules: Vec<InsightsRule>,
}

/// What insights depend on, but for the figures.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CacheKey {
    versions: Vec<FormVersionId>,
    campaigns: Vec<(CampaignId, InsightsRule)>,
    language: String,
}

/// Insights with the revisions of the tallies that they are of.
type Kept = (Vec<(CampaignId, i64)>, Arc<Insights>);

/// Insights that were computed. Who asks for those that are being computed waits for them, and nobody else does.
#[derive(Default)]
pub struct InsightsCache(Mutex<HashMap<CacheKey, Place>>);

type Place = Arc<tokio::sync::Mutex<Option<Kept>>>;

impl InsightsCache {
    fn place(&self, key: CacheKey) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST && !places.contains_key(&key) {
            let idle = |(_, place): &(&CacheKey, &Place)| Arc::strong_count(place) == 1;
            let idle = places.iter().find(idle).map(|(key, _)| key.clone());
            idle.and_then(|key| places.remove(&key));
        }
        Arc::clone(places.entry(key).or_default())
    }
}

impl Publishing {
    /// All campaigns of a form.
    ///
    /// # Errors
    ///
    /// When there is no such form, or no version of it is published.
    pub async fn of_form(app: &App, form: &FormKey) -> Result<Self, InsightsRefused> {
        let mut conn = app.connection().await?;
        let form = find_form(&mut conn, form).await?;
        let form = form.ok_or(InsightsRefused::FormUnknown)?;
        let campaigns = campaigns_of(&mut conn, form.id).await?;
        Self::find(app, &mut conn, form.id, campaigns).await
    }

    /// One campaign.
    ///
    /// # Errors
    ///
    /// When there is no such campaign.
    pub async fn of_campaign(app: &App, key: &CampaignKey) -> Result<Self, InsightsRefused> {
        let mut conn = app.connection().await?;
        let found = find_campaign(&mut conn, key).await?;
        let campaign = found.ok_or(InsightsRefused::CampaignUnknown)?;
        Self::find(app, &mut conn, campaign.form_id, vec![campaign]).await
    }

    async fn find(
        app: &App,
        conn: &mut AsyncPgConnection,
        form: FormId,
        mut campaigns: Vec<Campaign>,
    ) -> Result<Self, InsightsRefused> {
        let mut versions = Vec::new();
        for version in list_version_refs(conn, form).await? {
            let published = app.forms.get(conn, version.id).await?;
            versions.push(ExportVersion {
                id: published.id,
                number: published.version,
                form: Arc::clone(&published.form),
            });
        }
        if versions.is_empty() {
            return Err(InsightsRefused::FormUnknown);
        }
        let now = app.now();
        campaigns.retain(|campaign| campaign.insights(now) != InsightsRule::None);
        campaigns.sort_by(|one, other| {
            let opens_at = |it: &Campaign| it.schedule.opens_at;
            (opens_at(one), &one.key).cmp(&(opens_at(other), &other.key))
        });
        Ok(Self {
            rules: campaigns.iter().map(|it| it.insights(now)).collect(),
            campaigns,
            versions,
        })
    }

    /// The newest version of the form.
    pub fn newest(&self) -> Option<&Form> {
        self.versions.last().map(|it| &*it.form)
    }

    /// The languages in which there are texts.
    pub fn languages(&self) -> &[String] {
        let newest = self.versions.last();
        newest.map_or(&[], |it| &it.form.definition().languages)
    }

    fn key(&self, language: &str) -> CacheKey {
        let campaigns = self.campaigns.iter().map(|it| it.id);
        CacheKey {
            versions: self.versions.iter().map(|it| it.id).collect(),
            campaigns: campaigns.zip(self.rules.iter().copied()).collect(),
            language: language.to_owned(),
        }
    }
}

/// The insights of what is published, with texts in this language.
///
/// # Errors
///
/// When the database fails.
pub async fn insights(
    app: &App,
    publishing: &Publishing,
    language: &str,
) -> Result<Arc<Insights>, InsightsRefused> {
    let ids: Vec<CampaignId> = publishing.campaigns.iter().map(|it| it.id).collect();
    let states = states_of(&mut *app.connection().await?, &ids).await?;
    let revision = |state: &TallyState| (state.campaign_id, state.revision);
    let revisions: Vec<(CampaignId, i64)> = states.iter().map(revision).collect();
    let place = app.insights.place(publishing.key(language));
    let mut kept = place.lock().await;
    match &*kept {
        Some((then, known)) if *then == revisions => return Ok(Arc::clone(known)),
        _ => {}
    }
    let computed = compute(app, publishing, language, &states).await;
    let computed = Arc::new(computed.map_err(|refused| match refused {
        StatisticsRefused::Failure(failure) => failure,
        _ => Failure::Internal("insights are refused like statistics"),
    })?);
    *kept = Some((revisions, Arc::clone(&computed)));
    Ok(computed)
}

async fn compute(
    app: &App,
    publishing: &Publishing,
    language: &str,
    states: &[TallyState],
) -> Result<Insights, StatisticsRefused> {
    let versions = publishing.versions.clone();
    let scope = Scope::of_everybody(versions, &publishing.campaigns, language.to_owned());
    // Whoever has no account cannot make the server count: the background task builds tallies soon.
    let loaded = load_kept(app, &scope, states).await?;
    let mut loaded = loaded.ok_or(Failure::Unavailable)?;
    let mut large_enough = Vec::with_capacity(publishing.rules.len());
    for (place, rule) in publishing.rules.iter().enumerate() {
        // One of which no count is published has no part in figures of the form, or these would tell of it.
        let needed = match rule {
            InsightsRule::None => i64::MAX,
            InsightsRule::All => 1,
            InsightsRule::From(size) => (*size).into(),
        };
        large_enough.push(published_size(&loaded, place)? >= needed);
    }
    let shown = |place: usize| large_enough.get(place).copied().unwrap_or_default();
    loaded.retain(|(_, place, _)| shown(*place));
    let campaigns = scope.keys();
    let newest = publishing.versions.last();
    let newest = newest.ok_or(Failure::Internal("a form without versions"))?;
    let newest = Newest {
        version: newest.number,
        form: &newest.form,
    };
    let mut queries = Report::queries(&scope.columns(), &campaigns, language, Detail::Full);
    queries.retain(|item| Insights::needs(&item.overall.measure, newest));
    let queries: Vec<_> = queries.into_iter().map(from_tallies_alone).collect();
    let mut report = answered(app, &scope, (&queries, Detail::Full), states, &loaded).await?;
    let mut places = 0..;
    report
        .campaigns
        .retain(|_| places.next().is_some_and(shown));
    Ok(Insights::of(report, newest))
}

/// Without the means that only a pass over the responses tells.
fn from_tallies_alone(item: ReportItem<Query>) -> ReportItem<Query> {
    let told = |query: Query| match FromTallies::new(&query) {
        Some(_) => query,
        None => query.without_numbers(),
    };
    ReportItem {
        overall: told(item.overall),
        by: item.by.into_iter().map(told).collect(),
        by_campaign: item.by_campaign.map(told),
    }
}

/// The number of responses of a campaign, as statistics give it.
fn published_size(loaded: &[Loaded], place: usize) -> Result<i64, Failure> {
    let mut all = Cell::default();
    for (version, _, tallies) in loaded.iter().filter(|(_, it, _)| *it == place) {
        all.merge(version.tallies.responses(tallies));
    }
    let count = method()?.count_from_floor(all).value;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

//! The report of a form: all its figures at once, from tallies.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt;

use super::count::{begin, count, follow};
use super::scope::{Scope, StatisticsRefused, method, record};
use crate::app::form_catalog::PublishedVersion;
use crate::app::{App, Caller, Failure};
use crate::domain::audit::AuditEvent;
use crate::domain::ids::{CampaignId, FormKey, FormVersionId};
use crate::domain::server_key::ServerKey;
use crate::domain::statistics::{
    CrossTable, Detail, FromTallies, Query, Report, ReportItem, ScoreMemo, Statistics, Tallies,
};
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::responses::stream::{Order, ResponsesFilter, end_snapshot, stream_responses};
use crate::store::responses::tallies::{TallyState, states_of, tallies_by};

/// Which report.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// Only responses of the campaigns with these keys; of any that the caller reaches, if none is given.
    pub campaigns: Option<Vec<String>>,
    /// The language of texts; the first of the newest version, if none is given.
    pub language: Option<String>,
    /// How much it says.
    pub detail: Detail,
}

/// The tallies of one version in one campaign, given by its place.
pub(super) type Loaded = (Arc<PublishedVersion>, usize, Tallies);

/// The report of a form.
///
/// # Errors
///
/// When the caller does not reach it, a campaign is unknown, the form is not in this language, or there were too many.
pub async fn report(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: ReportRequest,
) -> Result<Report, StatisticsRefused> {
    let counted = app.limits.count_statistics(caller.actor.staff_id());
    counted.map_err(StatisticsRefused::TooMany)?;
    let mut conn = app.connection().await?;
    let scope = find(app, &mut conn, caller, form, &request).await?;
    let states = states_of(&mut conn, &scope.ids()).await?;
    drop(conn);
    let campaigns = scope.keys();
    let event = AuditEvent::ReportRead {
        form: form.to_string(),
        campaigns: campaigns.clone(),
    };
    record(app, caller, event).await?;
    let loaded = load(app, &scope, &states).await?;
    let queries = Report::queries(
        &scope.columns(),
        &campaigns,
        &scope.language,
        request.detail,
    );
    answered(app, &scope, (&queries, request.detail), &states, &loaded).await
}

/// The report with the figures of these queries.
pub(super) async fn answered(
    app: &App,
    scope: &Scope,
    (queries, detail): (&[ReportItem<Query>], Detail),
    states: &[TallyState],
    loaded: &[Loaded],
) -> Result<Report, StatisticsRefused> {
    let mut items = Vec::with_capacity(queries.len());
    for item in queries {
        let mut by = Vec::with_capacity(item.by.len());
        for query in &item.by {
            by.push(figures(app, scope, query, states, loaded).await?);
        }
        items.push(ReportItem {
            overall: figures(app, scope, &item.overall, states, loaded).await?,
            by,
            by_campaign: match &item.by_campaign {
                Some(query) => Some(figures(app, scope, query, states, loaded).await?),
                None => None,
            },
        });
        // It takes a moment; others get their turn.
        tokio::task::yield_now().await;
    }
    Ok(Report {
        form: scope.form_key(),
        title: scope.title(),
        language: scope.language.clone(),
        detail,
        campaigns: scope.keys(),
        items,
    })
}

/// Checks a request as [`report`] does, and counts nothing.
///
/// # Errors
///
/// As [`report`].
pub async fn check_report(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: &ReportRequest,
) -> Result<(), StatisticsRefused> {
    let mut conn = app.connection().await?;
    find(app, &mut conn, caller, form, request).await.map(drop)
}

async fn find(
    app: &App,
    conn: &mut AsyncPgConnection,
    caller: &Caller,
    form: &FormKey,
    request: &ReportRequest,
) -> Result<Scope, StatisticsRefused> {
    let (campaigns, language) = (request.campaigns.as_deref(), request.language.as_deref());
    let scope = Scope::find(app, conn, caller, form, campaigns, language).await?;
    scope.check().map(|()| scope)
}

impl Scope {
    fn form_key(&self) -> String {
        let newest = self.versions.last();
        newest.map_or_else(String::new, |it| it.form.key().to_owned())
    }

    fn title(&self) -> String {
        let newest = self.versions.last();
        let title = newest.and_then(|it| it.form.definition().title.get(&self.language));
        title.unwrap_or_default().to_owned()
    }
}

async fn figures(
    app: &App,
    scope: &Scope,
    query: &Query,
    states: &[TallyState],
    loaded: &[Loaded],
) -> Result<Statistics, StatisticsRefused> {
    if let Some(told) = FromTallies::new(query) {
        return Ok(from_loaded(query, told, loaded)?);
    }
    match count(app, scope, query, states).await {
        Ok(table) => Ok(table.protect(method()?)),
        // Tallies tell everything but the mean of numbers whose bounds differ from version to version.
        Err(StatisticsRefused::Held { .. }) => {
            let query = query.without_numbers();
            let told = FromTallies::new(&query);
            let told = told.ok_or(Failure::Internal(
                "a report asks for what tallies do not tell",
            ))?;
            Ok(from_loaded(&query, told, loaded)?)
        }
        Err(refused) => Err(refused),
    }
}

fn from_loaded<'q>(
    query: &'q Query,
    told: FromTallies<'q>,
    loaded: &[Loaded],
) -> Result<Statistics, Failure> {
    let mut table = CrossTable::new(query);
    for (version, campaign, tallies) in loaded {
        let layout = &version.tallies;
        told.add(&mut table, layout, tallies, version.version, *campaign);
    }
    Ok(table.protect(method()?))
}

/// All tallies: as they are kept, or counted now where they are not built yet.
pub(super) async fn load(
    app: &App,
    scope: &Scope,
    states: &[TallyState],
) -> Result<Vec<Loaded>, StatisticsRefused> {
    if let Some(loaded) = load_kept(app, scope, states).await? {
        return Ok(loaded);
    }
    follow(app, scope, states).await?;
    let versions = versions(&mut *app.connection().await?, app, scope).await?;
    counted(app, scope, &versions, &scope.places(app)?).await
}

/// All tallies as they are kept. None where they are not built yet.
pub(super) async fn load_kept(
    app: &App,
    scope: &Scope,
    states: &[TallyState],
) -> Result<Option<Vec<Loaded>>, StatisticsRefused> {
    if states.iter().any(|state| !state.built) {
        return Ok(None);
    }
    let mut conn = app.connection().await?;
    let versions = versions(&mut conn, app, scope).await?;
    Ok(kept(&mut conn, scope, &versions, &scope.places(app)?).await?)
}

async fn versions(
    conn: &mut AsyncPgConnection,
    app: &App,
    scope: &Scope,
) -> Result<Versions, Failure> {
    let mut versions = Versions::new();
    for version in &scope.versions {
        versions.insert(version.id, app.forms.get(conn, version.id).await?);
    }
    Ok(versions)
}

type Versions = HashMap<FormVersionId, Arc<PublishedVersion>>;
type Places<'a> = HashMap<CampaignId, (usize, &'a ServerKey)>;

async fn kept(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    versions: &Versions,
    places: &Places<'_>,
) -> Result<Option<Vec<Loaded>>, Failure> {
    let ids: Vec<FormVersionId> = versions.keys().copied().collect();
    let groupings = versions.values().flat_map(|it| it.tallies.groupings());
    let groupings: Vec<&str> = groupings.collect();
    let mut loaded: HashMap<(usize, FormVersionId), Loaded> = HashMap::new();
    for row in tallies_by(conn, &scope.ids(), &ids, &groupings).await? {
        let place = places.get(&row.campaign_id);
        let version = versions.get(&row.form_version_id);
        let (Some(version), Some((place, _))) = (version, place) else {
            continue;
        };
        let (_, _, tallies) = loaded
            .entry((*place, version.id))
            .or_insert_with(|| (Arc::clone(version), *place, version.tallies.empty()));
        if version
            .tallies
            .read(tallies, &row.grouping, &row.cells)
            .is_err()
        {
            return Ok(None);
        }
    }
    Ok(Some(loaded.into_values().collect()))
}

async fn counted(
    app: &App,
    scope: &Scope,
    versions: &Versions,
    places: &Places<'_>,
) -> Result<Vec<Loaded>, StatisticsRefused> {
    let filter = ResponsesFilter {
        versions: versions.keys().copied().collect(),
        campaigns: places.keys().copied().collect(),
    };
    let mut conn = ExclusiveConnection::new(app.pools.reading().await?);
    let connection = conn.connection().ok_or(Failure::Unavailable)?;
    begin(connection, scope).await?;
    let mut loaded: HashMap<(usize, FormVersionId), Loaded> = HashMap::new();
    let memos = versions
        .iter()
        .map(|(id, it)| (*id, ScoreMemo::new(&it.form)));
    let mut memos: HashMap<FormVersionId, ScoreMemo> = memos.collect();
    {
        let rows = stream_responses(connection, &filter, Order::Any).await?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await? {
            let place = places.get(&row.campaign_id);
            let version = versions
                .get(&row.form_version_id)
                .zip(memos.get_mut(&row.form_version_id));
            let (Some((version, scores)), Some((place, key))) = (version, place) else {
                continue;
            };
            let (version, _, tallies) = loaded
                .entry((*place, version.id))
                .or_insert_with(|| (Arc::clone(version), *place, version.tallies.empty()));
            let key = key.record_key(row.id);
            let layout = &version.tallies;
            layout
                .count(tallies, (&version.form, scores), &row.record, key)
                .map_err(|_| Failure::Internal("a record cannot be read"))?;
        }
    }
    end_snapshot(connection).await?;
    conn.give_back();
    Ok(loaded.into_values().collect())
}

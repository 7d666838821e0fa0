//! Fills a cross-table: from tallies, or by one pass over the responses.

use futures_util::TryStreamExt;

use super::scope::Scope;
use crate::app::{App, Failure};
use crate::domain::ids::FormVersionId;
use crate::domain::statistics::{
    CrossTable, FromTallies, Pass, Query, StoredResponse, TallyLayout,
};
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::responses::stream::{Order, ResponsesFilter, stream_responses};
use crate::store::responses::tallies::{TallyState, tallies_by};

/// So many responses are counted before others get their turn.
const AT_ONCE: usize = 4096;

/// The exact table of a query.
pub(super) async fn count<'q>(
    app: &App,
    scope: &'q Scope,
    query: &'q Query,
    states: &[TallyState],
) -> Result<CrossTable<'q>, Failure> {
    let built = states.iter().all(|state| state.built);
    if let Some(told) = FromTallies::new(query).filter(|_| built)
        && let Some(table) = from_tallies(app, scope, query, told).await?
    {
        return Ok(table);
    }
    pass(app, scope, query).await
}

/// None when a tally cannot be read.
async fn from_tallies<'q>(
    app: &App,
    scope: &Scope,
    query: &'q Query,
    told: FromTallies<'q>,
) -> Result<Option<CrossTable<'q>>, Failure> {
    let mut conn = app.connection().await?;
    let mut versions = Vec::new();
    for version in &scope.versions {
        let published = app.forms.get(&mut conn, version.id).await?;
        let grouping = told
            .grouping(&published.tallies, version.number)
            .map(str::to_owned);
        versions.extend(grouping.map(|grouping| (published, grouping)));
    }
    let ids: Vec<FormVersionId> = versions.iter().map(|(it, _)| it.id).collect();
    let mut groupings: Vec<&str> = versions
        .iter()
        .map(|(_, grouping)| grouping.as_str())
        .collect();
    groupings.sort_unstable();
    groupings.dedup();
    let rows = tallies_by(&mut conn, &scope.ids(), &ids, &groupings).await?;
    drop(conn);
    let mut table = CrossTable::new(query);
    for row in rows {
        let version = versions.iter().find(|(it, _)| it.id == row.form_version_id);
        let campaign = scope
            .campaigns
            .iter()
            .position(|it| it.id == row.campaign_id);
        let (Some((version, grouping)), Some(campaign)) = (version, campaign) else {
            continue;
        };
        if *grouping != row.grouping {
            continue;
        }
        let layout: &TallyLayout = &version.tallies;
        let mut tallies = layout.empty();
        if layout
            .read(&mut tallies, &row.grouping, &row.cells)
            .is_err()
        {
            return Ok(None);
        }
        told.add(&mut table, layout, &tallies, version.version, campaign);
    }
    Ok(Some(table))
}

async fn pass<'q>(
    app: &App,
    scope: &'q Scope,
    query: &'q Query,
) -> Result<CrossTable<'q>, Failure> {
    let chosen = scope
        .versions
        .iter()
        .filter(|it| query.takes_version(it.number));
    let versions: Vec<_> = chosen.map(|it| (it.id, it.number, &*it.form)).collect();
    let filter = ResponsesFilter {
        versions: versions.iter().map(|(id, ..)| *id).collect(),
        campaigns: scope.ids(),
    };
    let places = scope.places(app)?;
    let mut pass = Pass::new(query, &versions);
    let mut conn = ExclusiveConnection::new(app.pools.exports.get().await?);
    let connection = conn.connection().ok_or(Failure::Unavailable)?;
    {
        let rows = stream_responses(connection, &filter, Order::Any).await?;
        let mut rows = std::pin::pin!(rows);
        let mut counted = 0_usize;
        while let Some(row) = rows.try_next().await? {
            let Some((campaign, key)) = places.get(&row.campaign_id) else {
                continue;
            };
            let response = StoredResponse {
                campaign: *campaign,
                version: row.form_version_id,
                language: &row.language,
                week: row.week,
                record: &row.record,
            };
            pass.add(response, || key.record_key(row.id))
                .map_err(|_| Failure::Internal("a record cannot be read"))?;
            counted += 1;
            if counted.is_multiple_of(AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
    }
    conn.give_back();
    Ok(pass.finish())
}

//! Fills a cross-table: from tallies, or by one pass over the responses.
//!
//! Tallies may hold responses that were withdrawn meanwhile, and figures with them. A pass cannot: what was withdrawn is
//! gone. So there is none over a campaign whose figures hold some, or else the two would tell what these said.

use futures_util::TryStreamExt;

use super::scope::{Scope, StatisticsRefused};
use crate::app::tallies::renew_among;
use crate::app::{App, Failure};
use crate::domain::ids::{CampaignId, FormVersionId};
use crate::domain::statistics::{
    CrossTable, FromTallies, Held, Pass, Query, StoredResponse, TallyLayout,
};
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::responses::stream::{
    Order, ResponsesFilter, begin_snapshot, end_snapshot, stream_responses,
};
use crate::store::responses::tallies::{TallyState, states_of, tallies_by};

/// So many responses are counted before others get their turn.
const AT_ONCE: usize = 4096;

/// The exact table of a query.
pub(super) async fn count<'q>(
    app: &App,
    scope: &'q Scope,
    query: &'q Query,
    states: &[TallyState],
) -> Result<CrossTable<'q>, StatisticsRefused> {
    let built = states.iter().all(|state| state.built);
    if let Some(told) = FromTallies::new(query).filter(|_| built)
        && let Some(table) = from_tallies(app, scope, query, told).await?
    {
        return Ok(table);
    }
    follow(app, scope, states).await?;
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
) -> Result<CrossTable<'q>, StatisticsRefused> {
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
    let mut conn = ExclusiveConnection::new(app.pools.reading().await?);
    let connection = conn.connection().ok_or(Failure::Unavailable)?;
    begin(connection, scope).await?;
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
    end_snapshot(connection).await?;
    conn.give_back();
    Ok(pass.finish())
}

/// Starts the snapshot of a pass, in which the figures of no campaign hold what was withdrawn.
pub(super) async fn begin(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
) -> Result<(), StatisticsRefused> {
    begin_snapshot(conn).await?;
    let states = states_of(conn, &scope.ids()).await?;
    check_held(scope, &states)
}

/// Checks that the figures of no campaign hold what was withdrawn. Where it is time, they follow now, and need not wait for
/// the background task.
pub(super) async fn follow(
    app: &App,
    scope: &Scope,
    states: &[TallyState],
) -> Result<(), StatisticsRefused> {
    if check_held(scope, states).is_ok() {
        return Ok(());
    }
    let ids = scope.ids();
    renew_among(app, |campaign| ids.contains(&campaign)).await?;
    let states = states_of(&mut *app.connection().await?, &scope.ids()).await?;
    check_held(scope, &states)
}

fn check_held(scope: &Scope, states: &[TallyState]) -> Result<(), StatisticsRefused> {
    let held = states
        .iter()
        .filter_map(|it| Some((it.campaign_id, it.held()?)));
    let held: Vec<(CampaignId, Held)> = held.collect();
    let Some(until) = held.iter().map(|(_, held)| held.until()).max() else {
        return Ok(());
    };
    let campaigns = scope.campaigns.iter();
    let among = |id: CampaignId| held.iter().any(|(campaign, _)| *campaign == id);
    let campaigns = campaigns.filter(|it| among(it.id));
    Err(StatisticsRefused::Held {
        campaigns: campaigns.map(|it| it.key.to_string()).collect(),
        until,
    })
}

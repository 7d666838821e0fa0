//! Tallies: the counts that figures come from.
//!
//! A release is counted in the transaction that makes it. What is withdrawn stays counted until [`renew`] counts the
//! released responses anew, and until then nothing else is counted: so figures follow all of it at once, and do not
//! move with each person ([`crate::domain::statistics::Held`]). Nothing is kept of a withdrawn response itself.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt;

use super::form_catalog::PublishedVersion;
use super::{App, Failure};
use crate::domain::ids::{CampaignId, FormVersionId};
use crate::domain::server_key::ServerKey;
use crate::domain::statistics::{Held, ScoreMemo, Tallies};
use crate::store::AsyncPgConnection;
use crate::store::responses::delta::{Delta, ReleasedRecord};
use crate::store::responses::stream::{stream_of_campaign, versions_in_campaign};
use crate::store::responses::tallies::{
    TallyRow, TallyState, delete_tallies, note_built, note_erasure, note_release, note_unusable,
    note_withdrawal, server_key_of, states_behind, tallies_of_version, write_tallies,
};

/// A version with what was counted of it.
type Counted = (Arc<PublishedVersion>, Tallies, ScoreMemo);

/// Counts a change of the released responses. Call it in the transaction that makes the change, after it.
///
/// # Errors
///
/// When the database fails, or a record cannot be read.
pub async fn count_change(
    app: &App,
    conn: &mut AsyncPgConnection,
    delta: &Delta,
) -> Result<(), Failure> {
    let campaign = delta.campaign_id();
    let records = match delta {
        Delta::Erased { .. } => return Ok(note_erasure(conn, campaign).await?),
        Delta::Withdrawn { .. } => {
            return Ok(note_withdrawal(conn, campaign, app.now().date_naive()).await?);
        }
        Delta::Released { records, .. } => records,
    };
    let released = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let state = note_release(conn, campaign, released).await?;
    match state.built && state.held().is_none() {
        true => count(app, conn, campaign, records).await,
        // Whoever builds the tallies counts what was released until then.
        false => Ok(()),
    }
}

async fn count(
    app: &App,
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    records: &[ReleasedRecord],
) -> Result<(), Failure> {
    let mut by_version: HashMap<FormVersionId, Vec<&ReleasedRecord>> = HashMap::new();
    for record in records {
        by_version
            .entry(record.form_version_id)
            .or_default()
            .push(record);
    }
    let key = app.server_key(server_key_of(conn, campaign).await?)?;
    for (id, records) in by_version {
        let version = app.forms.get(conn, id).await?;
        let mut tallies = version.tallies.empty();
        for row in tallies_of_version(conn, campaign, id).await? {
            let read = version
                .tallies
                .read(&mut tallies, &row.grouping, &row.cells);
            if read.is_err() {
                tracing::warn!("the tallies of a campaign cannot be read; they are built anew");
                return Ok(note_unusable(conn, campaign).await?);
            }
        }
        let mut scores = ScoreMemo::new(&version.form);
        for record in records {
            add(key, &version, (&mut tallies, &mut scores), record)?;
        }
        write(conn, campaign, &version, &tallies).await?;
    }
    Ok(())
}

/// Counts the released responses of campaigns anew, where the tallies hold what was withdrawn and it is time that figures
/// follow, or where there are no tallies; returns of how many campaigns.
///
/// # Errors
///
/// When the database fails. Those that can be counted are counted nonetheless.
pub async fn renew(app: &App) -> Result<usize, Failure> {
    renew_among(app, |_| true).await
}

/// The same, of some campaigns.
///
/// # Errors
///
/// When the database fails. Those that can be counted are counted nonetheless.
pub async fn renew_among(app: &App, among: impl Fn(CampaignId) -> bool) -> Result<usize, Failure> {
    let mut conn = app.pools.exports.get().await?;
    let today = app.now().date_naive();
    let (mut renewed, mut failed) = (0, None);
    for (state, release_size) in states_behind(&mut conn).await? {
        let due = |held: Held| held.is_due(release_size, today);
        if !among(state.campaign_id) || state.built && !state.held().is_some_and(due) {
            continue;
        }
        match app
            .transact_on(&mut conn, async |tx| build(app, tx, &state).await)
            .await
        {
            Ok(done) => renewed += usize::from(done),
            // One campaign that cannot be counted must not keep the figures of others back.
            Err(failure) => failed = Some(failure),
        }
    }
    failed.map_or(Ok(renewed), Err)
}

async fn build(
    app: &App,
    conn: &mut AsyncPgConnection,
    state: &TallyState,
) -> Result<bool, Failure> {
    let campaign = state.campaign_id;
    // From here on changes of the campaign wait, and count on top of this.
    if !note_built(conn, state).await? {
        return Ok(false);
    }
    let key = app.server_key(server_key_of(conn, campaign).await?)?;
    let mut counted: HashMap<FormVersionId, Counted> = HashMap::new();
    for id in versions_in_campaign(conn, campaign).await? {
        let version = app.forms.get(conn, id).await?;
        let tallies = version.tallies.empty();
        let scores = ScoreMemo::new(&version.form);
        counted.insert(id, (version, tallies, scores));
    }
    {
        let mut records = std::pin::pin!(stream_of_campaign(conn, campaign).await?);
        while let Some(record) = records.try_next().await? {
            if let Some((version, tallies, scores)) = counted.get_mut(&record.form_version_id) {
                add(key, version, (tallies, scores), &record)?;
            }
        }
    }
    delete_tallies(conn, campaign).await?;
    for (version, tallies, _) in counted.values() {
        write(conn, campaign, version, tallies).await?;
    }
    Ok(true)
}

fn add(
    key: &ServerKey,
    version: &PublishedVersion,
    (tallies, scores): (&mut Tallies, &mut ScoreMemo),
    record: &ReleasedRecord,
) -> Result<(), Failure> {
    let key = key.record_key(record.id);
    let layout = &version.tallies;
    layout
        .count(tallies, (&version.form, scores), &record.record, key)
        .map_err(|_| Failure::Internal("a record cannot be read"))
}

async fn write(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    version: &PublishedVersion,
    tallies: &Tallies,
) -> Result<(), Failure> {
    let row = |(grouping, cells): (&str, Vec<u8>)| TallyRow {
        campaign_id: campaign,
        form_version_id: version.id,
        grouping: grouping.to_owned(),
        cells,
    };
    let rows: Vec<TallyRow> = version.tallies.write(tallies).map(row).collect();
    Ok(write_tallies(conn, &rows).await?)
}

//! Tallies: keeps the counts of released responses up to date, in the transaction that changes these.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt;

use super::form_catalog::PublishedVersion;
use super::{App, Failure};
use crate::domain::ids::{CampaignId, FormVersionId};
use crate::domain::server_key::ServerKey;
use crate::domain::statistics::{ScoreMemo, Tallies, Turn};
use crate::store::AsyncPgConnection;
use crate::store::responses::delta::{Delta, ReleasedRecord};
use crate::store::responses::stream::{stream_of_campaign, versions_in_campaign};
use crate::store::responses::tallies::{
    TallyRow, delete_tallies, note_built, note_change, note_unusable, server_key_of,
    tallies_of_version, unbuilt_campaigns, write_tallies,
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
    let state = note_change(conn, campaign).await?;
    match delta {
        Delta::Erased { .. } => Ok(delete_tallies(conn, campaign).await?),
        // Whoever builds the tallies counts what was released until then.
        _ if !state.built => Ok(()),
        Delta::Released { records, .. } => count(app, conn, campaign, records, Turn::Come).await,
        Delta::Withdrawn { record, .. } => {
            count(app, conn, campaign, std::slice::from_ref(record), Turn::Go).await
        }
    }
}

async fn count(
    app: &App,
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    records: &[ReleasedRecord],
    turn: Turn,
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
            add(key, &version, (&mut tallies, &mut scores), record, turn)?;
        }
        write(conn, campaign, &version, &tallies).await?;
    }
    Ok(())
}

/// Builds the tallies of campaigns whose responses were there before there were tallies; returns of how many.
///
/// # Errors
///
/// When the database fails. Those built before that stay.
pub async fn build_missing(app: &App) -> Result<usize, Failure> {
    let mut conn = app.pools.exports.get().await?;
    let mut built = 0;
    for campaign in unbuilt_campaigns(&mut conn).await? {
        let done = app.transact_on(&mut conn, async |tx| build(app, tx, campaign).await);
        built += usize::from(done.await?);
    }
    Ok(built)
}

async fn build(
    app: &App,
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> Result<bool, Failure> {
    // From here on changes of the campaign wait, and count on top of this.
    if !note_built(conn, campaign).await? {
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
                add(key, version, (tallies, scores), &record, Turn::Come)?;
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
    turn: Turn,
) -> Result<(), Failure> {
    let key = key.record_key(record.id);
    let layout = &version.tallies;
    layout
        .count(tallies, (&version.form, scores), &record.record, key, turn)
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

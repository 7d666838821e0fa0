//! Tallies: counts of what released responses say, kept up to date with them.
//!
//! Each change of the released responses of a campaign takes the row of the campaign in `tally_states`, after the
//! responses were moved, and keeps it until the transaction ends. So changes of one campaign are counted one after the
//! other, and no tally is written from a count that is out of date. What the cells mean is decided in
//! [`crate::domain::statistics`].

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::domain::ids::{CampaignId, FormVersionId};
use crate::domain::server_key::KeyNumber;
use crate::store::schema::{campaigns, tallies, tally_states};

/// The state of the tallies of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tally_states, check_for_backend(diesel::pg::Pg))]
pub struct TallyState {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// How many times its released responses changed.
    pub revision: i64,
    /// Whether its tallies hold every released response.
    pub built: bool,
}

/// The tally of one version in one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = tallies, check_for_backend(diesel::pg::Pg))]
pub struct TallyRow {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The version of the form.
    pub form_version_id: FormVersionId,
    /// The key of the background question by which responses are told apart; empty for all together.
    pub grouping: String,
    /// The cells.
    pub cells: Vec<u8>,
}

/// Notes that the released responses of a campaign changed. Until the transaction ends, no other one notes so.
pub async fn note_change(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<TallyState> {
    diesel::insert_into(tally_states::table)
        .values(tally_states::campaign_id.eq(campaign))
        .on_conflict(tally_states::campaign_id)
        .do_update()
        .set(tally_states::revision.eq(tally_states::revision + 1))
        .returning(TallyState::as_returning())
        .get_result(conn)
        .await
}

/// The number of the server key that a campaign is under.
pub async fn server_key_of(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<KeyNumber> {
    let number = campaigns::table
        .find(campaign)
        .select(campaigns::server_key);
    Ok(KeyNumber(number.first(conn).await?))
}

/// The states of these campaigns, by campaign. One without released responses, now and ever, has none.
pub async fn states_of(
    conn: &mut AsyncPgConnection,
    campaigns: &[CampaignId],
) -> QueryResult<Vec<TallyState>> {
    tally_states::table
        .filter(tally_states::campaign_id.eq_any(campaigns))
        .order(tally_states::campaign_id)
        .select(TallyState::as_select())
        .load(conn)
        .await
}

/// The campaigns whose tallies are to be built.
pub async fn unbuilt_campaigns(conn: &mut AsyncPgConnection) -> QueryResult<Vec<CampaignId>> {
    tally_states::table
        .filter(tally_states::built.eq(false))
        .order(tally_states::campaign_id)
        .select(tally_states::campaign_id)
        .load(conn)
        .await
}

/// Notes that the tallies of a campaign hold every released response. False when another server did it first. Until the
/// transaction ends, no change is noted.
pub async fn note_built(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<bool> {
    let unbuilt = tally_states::table
        .find(campaign)
        .filter(tally_states::built.eq(false));
    let noted = diesel::update(unbuilt)
        .set(tally_states::built.eq(true))
        .execute(conn)
        .await?;
    Ok(noted > 0)
}

/// Notes that the tallies of a campaign are of no use, so that they are built anew.
pub async fn note_unusable(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<()> {
    diesel::update(tally_states::table.find(campaign))
        .set(tally_states::built.eq(false))
        .execute(conn)
        .await?;
    Ok(())
}

/// The tallies of a campaign for one version.
pub async fn tallies_of_version(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    version: FormVersionId,
) -> QueryResult<Vec<TallyRow>> {
    tallies::table
        .filter(tallies::campaign_id.eq(campaign))
        .filter(tallies::form_version_id.eq(version))
        .select(TallyRow::as_select())
        .load(conn)
        .await
}

/// The tallies with one of these groupings, of these campaigns and versions.
pub async fn tallies_by(
    conn: &mut AsyncPgConnection,
    campaigns: &[CampaignId],
    versions: &[FormVersionId],
    groupings: &[&str],
) -> QueryResult<Vec<TallyRow>> {
    tallies::table
        .filter(tallies::campaign_id.eq_any(campaigns))
        .filter(tallies::form_version_id.eq_any(versions))
        .filter(tallies::grouping.eq_any(groupings))
        .select(TallyRow::as_select())
        .load(conn)
        .await
}

/// Writes tallies, in place of those that there are.
pub async fn write_tallies(conn: &mut AsyncPgConnection, rows: &[TallyRow]) -> QueryResult<()> {
    diesel::insert_into(tallies::table)
        .values(rows)
        .on_conflict((
            tallies::campaign_id,
            tallies::form_version_id,
            tallies::grouping,
        ))
        .do_update()
        .set(tallies::cells.eq(diesel::upsert::excluded(tallies::cells)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes the tallies of a campaign.
pub async fn delete_tallies(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<()> {
    diesel::delete(tallies::table.filter(tallies::campaign_id.eq(campaign)))
        .execute(conn)
        .await?;
    Ok(())
}

//! Tallies: counts of what responses say, so that figures need not read each.
//!
//! Each change of the released responses of a campaign takes the row of the campaign in `tally_states`, after the
//! responses were moved, and keeps it until the transaction ends. So changes of one campaign are counted one after the
//! other, and no tally is written from a count that is out of date. What the cells mean is decided in
//! [`crate::domain::statistics`], and also when withdrawn responses leave them.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::domain::ids::{CampaignId, FormVersionId};
use crate::domain::server_key::KeyNumber;
use crate::domain::statistics::Held;
use crate::store::schema::{campaigns, tallies, tally_states};

/// The state of the tallies of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tally_states, check_for_backend(diesel::pg::Pg))]
pub struct TallyState {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// How many times its figures changed.
    pub revision: i64,
    /// Whether its tallies hold all that its figures are of.
    pub built: bool,
    withdrawn: i32,
    released: i64,
    withdrawn_on: Option<NaiveDate>,
}

impl TallyState {
    /// The changes that its tallies do not show yet.
    pub fn held(&self) -> Option<Held> {
        self.withdrawn_on.map(|since| Held {
            withdrawn: self.withdrawn,
            released: self.released,
            since,
        })
    }
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

/// Nothing that is withdrawn is in the tallies.
fn nothing_held() -> (
    diesel::dsl::Eq<tally_states::withdrawn, i32>,
    diesel::dsl::Eq<tally_states::released, i64>,
    diesel::dsl::Eq<tally_states::withdrawn_on, Option<NaiveDate>>,
) {
    (
        tally_states::withdrawn.eq(0),
        tally_states::released.eq(0),
        tally_states::withdrawn_on.eq(None),
    )
}

/// Notes that so many responses of a campaign were released. Where its figures hold what was withdrawn, they do not show
/// these either. Until the transaction ends, no other change is noted.
pub async fn note_release(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    count: i64,
) -> QueryResult<TallyState> {
    let shown = diesel::dsl::case_when(tally_states::withdrawn.eq(0), 1_i64.into_sql::<BigInt>());
    let held = diesel::dsl::case_when(tally_states::withdrawn.gt(0), count.into_sql::<BigInt>());
    diesel::insert_into(tally_states::table)
        .values(tally_states::campaign_id.eq(campaign))
        .on_conflict(tally_states::campaign_id)
        .do_update()
        .set((
            tally_states::revision.eq(tally_states::revision + shown.otherwise(0)),
            tally_states::released.eq(tally_states::released + held.otherwise(0)),
        ))
        .returning(TallyState::as_returning())
        .get_result(conn)
        .await
}

/// Notes that a released response of a campaign was withdrawn on this day, and is still in its tallies.
pub async fn note_withdrawal(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    today: NaiveDate,
) -> QueryResult<()> {
    let today = Some(today).into_sql::<Nullable<Date>>();
    let first = diesel::dsl::case_when(tally_states::withdrawn.eq(0), today);
    diesel::update(tally_states::table.find(campaign))
        .set((
            tally_states::withdrawn.eq(tally_states::withdrawn + 1),
            tally_states::withdrawn_on.eq(first.otherwise(tally_states::withdrawn_on)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that all responses of a campaign were deleted, and deletes its tallies.
pub async fn note_erasure(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<()> {
    diesel::update(tally_states::table.find(campaign))
        .set((
            tally_states::revision.eq(tally_states::revision + 1),
            nothing_held(),
        ))
        .execute(conn)
        .await?;
    delete_tallies(conn, campaign).await
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

/// The states of campaigns whose tallies do not hold all released responses, or hold withdrawn ones, each with the release
/// size of the campaign.
pub async fn states_behind(conn: &mut AsyncPgConnection) -> QueryResult<Vec<(TallyState, i32)>> {
    let behind = tally_states::built
        .eq(false)
        .or(tally_states::withdrawn.gt(0));
    tally_states::table
        .inner_join(campaigns::table)
        .filter(behind)
        .order(tally_states::campaign_id)
        .select((TallyState::as_select(), campaigns::release_size))
        .load(conn)
        .await
}

/// Notes that the tallies of a campaign hold every released response and no other. False when its figures changed since
/// this state. Until the transaction ends, no change is noted.
pub async fn note_built(conn: &mut AsyncPgConnection, state: &TallyState) -> QueryResult<bool> {
    let same = tally_states::table
        .find(state.campaign_id)
        .filter(tally_states::revision.eq(state.revision));
    let noted = diesel::update(same)
        .set((
            tally_states::revision.eq(tally_states::revision + 1),
            tally_states::built.eq(true),
            nothing_held(),
        ))
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

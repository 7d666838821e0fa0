//! Invitations: single-use codes in batches. Only their keyed hashes are stored. They are redeemed in
//! [`crate::store::responses::redeem`].

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::schema::{invitation_batches, invitations};
use crate::domain::ids::{CampaignId, InvitationBatchId};

/// A batch: the invitations that were made in one call.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitation_batches, check_for_backend(diesel::pg::Pg))]
pub struct InvitationBatchRow {
    /// The id.
    pub id: InvitationBatchId,
    /// The campaign of the invitations.
    pub campaign_id: CampaignId,
    /// The label that the coordinator gave it.
    pub label: Option<String>,
    /// How many were made.
    pub issued: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the batch was revoked; none before that.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// How many invitations of a campaign were made, and how many of them were redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationTotals {
    /// Invitations made, including revoked ones.
    pub issued: i64,
    /// Invitations redeemed for a response or a pass.
    pub redeemed: i64,
}

/// The result of revoking a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The unused invitations of the batch are deleted.
    Done,
    /// The batch was revoked before.
    Already,
    /// The campaign has no such batch.
    Unknown,
}

/// Stores a batch and the hashes of its invitations, in one transaction.
///
/// The hashes are written in sorted order, so that the position of a row does not tell the position of the invitation
/// on the list that was handed out.
pub async fn insert_batch(
    conn: &mut AsyncPgConnection,
    batch: &InvitationBatchRow,
    hashes: &[Vec<u8>],
) -> QueryResult<()> {
    // Arrays instead of the query builder, which binds each value separately: there are up to 30,000.
    const INSERT: &str = "INSERT INTO invitations (hash, campaign_id, batch_id) \
                          SELECT hash, $2, $3 FROM unnest($1) AS hash ORDER BY hash";
    conn.transaction(async |conn| {
        diesel::insert_into(invitation_batches::table)
            .values(batch)
            .execute(conn)
            .await?;
        diesel::sql_query(INSERT)
            .bind::<Array<Binary>, _>(hashes)
            .bind::<SqlUuid, _>(batch.campaign_id)
            .bind::<SqlUuid, _>(batch.id)
            .execute(conn)
            .await?;
        Ok(())
    })
    .await
}

/// A page of the batches of a campaign, oldest first. The next page starts after time and id of the last batch.
pub async fn list_batches(
    conn: &mut AsyncPgConnection,
    campaign_id: CampaignId,
    after: Option<(DateTime<Utc>, InvitationBatchId)>,
    limit: i64,
) -> QueryResult<Vec<InvitationBatchRow>> {
    let query = invitation_batches::table
        .filter(invitation_batches::campaign_id.eq(campaign_id))
        .order((invitation_batches::created_at, invitation_batches::id))
        .limit(limit)
        .select(InvitationBatchRow::as_select());
    let Some((at, id)) = after else {
        return query.load(conn).await;
    };
    let later = invitation_batches::created_at.gt(at);
    let same = invitation_batches::created_at.eq(at);
    query
        .filter(later.or(same.and(invitation_batches::id.gt(id))))
        .load(conn)
        .await
}

/// The totals of a campaign. The exact number of redeemed invitations must not be shown.
pub async fn count_invitations(
    conn: &mut AsyncPgConnection,
    campaign_id: CampaignId,
) -> QueryResult<InvitationTotals> {
    let batches = invitation_batches::table.filter(invitation_batches::campaign_id.eq(campaign_id));
    let issued: Option<i64> = batches
        .select(diesel::dsl::sum(invitation_batches::issued))
        .first(conn)
        .await?;
    let redeemed = invitations::table
        .filter(invitations::batch_id.eq_any(batches.select(invitation_batches::id)))
        .filter(invitations::redeemed)
        .count()
        .get_result(conn)
        .await?;
    Ok(InvitationTotals {
        issued: issued.unwrap_or_default(),
        redeemed,
    })
}

/// Revokes a batch: its unused invitations are deleted, and are unknown from then on.
///
/// Races with redemption are safe: an invitation that is being redeemed either is redeemed first and stays, or is
/// deleted first and its redemption fails as unknown.
pub async fn revoke_batch(
    conn: &mut AsyncPgConnection,
    campaign_id: CampaignId,
    id: InvitationBatchId,
    now: DateTime<Utc>,
) -> QueryResult<Revocation> {
    // Rows are locked in the order in which responses lock what they redeem, which prevents deadlocks.
    const DELETE: &str = "WITH mine AS (SELECT hash FROM invitations WHERE batch_id = $1 AND NOT redeemed \
                          ORDER BY hash FOR UPDATE) \
                          DELETE FROM invitations i USING mine WHERE i.hash = mine.hash";
    conn.transaction(async |conn| {
        let batch = invitation_batches::table
            .filter(invitation_batches::id.eq(id))
            .filter(invitation_batches::campaign_id.eq(campaign_id));
        let revoked = diesel::update(batch.filter(invitation_batches::revoked_at.is_null()))
            .set(invitation_batches::revoked_at.eq(now))
            .execute(conn)
            .await?;
        if revoked == 0 {
            let known: i64 = batch.count().get_result(conn).await?;
            return Ok(match known {
                0 => Revocation::Unknown,
                _ => Revocation::Already,
            });
        }
        diesel::sql_query(DELETE)
            .bind::<SqlUuid, _>(id)
            .execute(conn)
            .await?;
        Ok(Revocation::Done)
    })
    .await
}

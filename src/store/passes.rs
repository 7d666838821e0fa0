//! The key pairs that sign passes, and the exchange of invitations for passes. Passes are spent in
//! [`crate::store::responses::redeem`].
//!
//! A campaign gets one key pair for its whole life. The private key is stored encrypted, and destroyed when the
//! campaign ends. The public key stays, since passes that were spent in time must still verify afterwards.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::{campaigns, invitations, pass_keys};
use crate::domain::ids::CampaignId;

/// The maximum number of campaigns that have a private key at a time. Requests name a key by one byte, which must be
/// unique among them. At half of the 256 values, a new key finds a free byte at the second try on average.
pub const MAX_PASS_KEYS: usize = 128;

/// The key pair of a campaign.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pass_keys, check_for_backend(diesel::pg::Pg))]
pub struct PassKeyRow {
    /// SHA-256 of the public key.
    pub id: Vec<u8>,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The host that the campaign's challenge names.
    pub issuer_name: String,
    /// The public key: DER of a SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// The encrypted private key; none when it was destroyed.
    pub private_key: Option<Vec<u8>>,
}

/// The state of a campaign's pass key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStatus {
    /// The campaign has a key that can sign.
    Ready,
    /// The private key was destroyed; the campaign can never issue passes again.
    Destroyed,
    /// The campaign has no key. Holds the last bytes of the ids of all keys that can sign; a new key must use another
    /// one.
    Missing(Vec<u8>),
}

/// The state of the pass key of a campaign that needs one. When the key is missing, no other transaction can add a key
/// until this one ends.
pub async fn prepare_pass_key(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<KeyStatus> {
    match find_pass_key(conn, campaign).await? {
        Some(key) if key.private_key.is_some() => return Ok(KeyStatus::Ready),
        Some(_) => return Ok(KeyStatus::Destroyed),
        None => {}
    }
    diesel::sql_query("SELECT pg_advisory_xact_lock(7303)")
        .execute(conn)
        .await?;
    let live = pass_keys::table.filter(pass_keys::private_key.is_not_null());
    let ids: Vec<Vec<u8>> = live.select(pass_keys::id).load(conn).await?;
    let taken = ids.iter().filter_map(|id| id.last().copied()).collect();
    Ok(KeyStatus::Missing(taken))
}

/// Adds the key of a campaign. Call it after [`prepare_pass_key`] in the same transaction.
pub async fn insert_pass_key(conn: &mut AsyncPgConnection, key: &PassKeyRow) -> QueryResult<usize> {
    diesel::insert_into(pass_keys::table)
        .values(key)
        .execute(conn)
        .await
}

/// The key pair of a campaign.
pub async fn find_pass_key(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<Option<PassKeyRow>> {
    pass_keys::table
        .filter(pass_keys::campaign_id.eq(campaign))
        .select(PassKeyRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The public keys of the campaigns that issue passes now or later, with the time from which they do, earliest first.
pub async fn list_pass_keys(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Vec<u8>, DateTime<Utc>)>> {
    campaigns::table
        .inner_join(pass_keys::table)
        .filter(campaigns::access.eq("pass"))
        .filter(campaigns::closed_at.is_null())
        .filter(campaigns::closes_at.gt(now))
        .order((campaigns::opens_at, campaigns::id))
        .select((pass_keys::public_key, campaigns::opens_at))
        .load(conn)
        .await
}

/// Destroys the private key of a campaign, if there is one.
pub async fn destroy_pass_key(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<usize> {
    let key = pass_keys::table
        .filter(pass_keys::campaign_id.eq(campaign))
        .filter(pass_keys::private_key.is_not_null());
    diesel::update(key)
        .set(pass_keys::private_key.eq(None::<Vec<u8>>))
        .execute(conn)
        .await
}

/// Destroys the private keys of the campaigns that have ended at this time; returns how many.
///
/// Campaigns are locked before keys, as in a change of a campaign. So a campaign whose end is being moved at this
/// moment either keeps its key, or finds it destroyed and the change is refused.
pub async fn destroy_ended_pass_keys(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    // Raw SQL: the query builder has no locking WITH.
    diesel::sql_query(
        "WITH ended AS (SELECT c.id FROM campaigns c JOIN pass_keys k ON k.campaign_id = c.id \
           WHERE k.private_key IS NOT NULL AND (c.closed_at IS NOT NULL OR c.closes_at <= $1) \
           ORDER BY c.id FOR SHARE OF c) \
         UPDATE pass_keys SET private_key = NULL FROM ended WHERE campaign_id = ended.id",
    )
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await
}

/// The result of exchanging an invitation for a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// The invitation is redeemed by this request.
    Now,
    /// The invitation was redeemed before by an identical request.
    Again,
    /// The invitation was redeemed by another request, or for a response.
    Used,
    /// There is no such invitation, or it was revoked.
    Unknown,
}

/// Redeems an invitation for a request; both are given as keyed hashes. Of two concurrent requests, one succeeds.
pub async fn exchange_invitation(
    conn: &mut AsyncPgConnection,
    invitation: &[u8; 32],
    request: &[u8; 32],
) -> QueryResult<Exchange> {
    let unused = invitations::table
        .find(&invitation[..])
        .filter(invitations::redeemed.eq(false));
    let used_up = diesel::update(unused)
        .set((
            invitations::redeemed.eq(true),
            invitations::request.eq(&request[..]),
        ))
        .execute(conn)
        .await?;
    if used_up == 1 {
        return Ok(Exchange::Now);
    }
    // A second statement, whose snapshot includes what the first one waited for.
    let before: Option<Option<Vec<u8>>> = invitations::table
        .find(&invitation[..])
        .select(invitations::request)
        .first(conn)
        .await
        .optional()?;
    Ok(match before {
        Some(Some(before)) if before == request => Exchange::Again,
        Some(_) => Exchange::Used,
        None => Exchange::Unknown,
    })
}

//! The key pairs that sign passes, and the invitations that are exchanged for a pass. Passes are spent in
//! [`crate::store::responses::redeem`].
//!
//! A campaign gets one key pair and keeps it. The private half is sealed, and destroyed when the campaign ends; the
//! public half stays, since what was sent in time is still recognised afterwards.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::{campaigns, invitations, pass_keys};
use crate::domain::ids::CampaignId;

/// The most campaigns that have a private key at a time. Requests name a key by one byte, which must be that key's
/// alone; at half of the 256, a new key finds a free one at the second try on average.
pub const MAX_PASS_KEYS: usize = 128;

/// The key pair of a campaign.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pass_keys, check_for_backend(diesel::pg::Pg))]
pub struct PassKeyRow {
    /// SHA-256 of the public half.
    pub id: Vec<u8>,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The host that its challenge names.
    pub issuer_name: String,
    /// The public half: DER of a SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// The private half, sealed; none when it was destroyed.
    pub private_key: Option<Vec<u8>>,
}

/// How it stands with the key of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStatus {
    /// It has one that can sign.
    Ready,
    /// Its private key was destroyed, so it is over for good.
    Destroyed,
    /// It has none. These are the last bytes of the ids of the keys that can sign; they are not free.
    Missing(Vec<u8>),
}

/// How it stands with the key of a campaign that is to have one. Where it is missing, nobody else may add a key until
/// the transaction ends.
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

/// Adds the key of a campaign, after [`prepare_pass_key`] in the same transaction.
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

/// The public keys of the campaigns that give passes at this time or will, with the time from which they do, the
/// earliest first.
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

/// Destroys the private key of a campaign, if it has one.
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

/// Destroys the private keys of the campaigns that are over at this time; gives how many.
///
/// Campaigns are locked before keys, as where a campaign is changed. So one that is made longer at this moment
/// either keeps its key, or finds it destroyed and is refused.
pub async fn destroy_ended_pass_keys(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    // By hand: the query builder has no locking WITH.
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

/// What became of an invitation that was to be exchanged for a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// It is used up now.
    Now,
    /// It was used up by the very same request.
    Again,
    /// It was used up by another request, or for a response.
    Used,
    /// There is no such invitation, or it was taken back.
    Unknown,
}

/// Uses up an invitation for a request, both as keyed hashes. Of two at once, one succeeds.
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
    // A statement of its own, which sees what the first one waited for.
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

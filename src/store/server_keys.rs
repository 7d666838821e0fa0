//! The server keys that a database has had: their fingerprints, and what each is for.
//!
//! Ids are derived from receipts under a server key. A server with other keys would report every response as unknown, so
//! it must not start.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use diesel::result::Error;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::schema::{campaigns, server_keys};
use crate::domain::ids::CampaignKey;
use crate::domain::server_key::{Fingerprint, KeyNumber, KeyState, KnownKey};

/// Every key that the database has had, in order.
pub async fn list_keys(conn: &mut AsyncPgConnection) -> QueryResult<Vec<KnownKey>> {
    let rows: Vec<(i16, Vec<u8>, String)> = server_keys::table
        .order(server_keys::number)
        .select((
            server_keys::number,
            server_keys::fingerprint,
            server_keys::state,
        ))
        .load(conn)
        .await?;
    let read = |(number, fingerprint, state): (i16, Vec<u8>, String)| {
        Some(KnownKey {
            number: KeyNumber(number),
            fingerprint: Fingerprint(fingerprint.try_into().ok()?),
            state: state.parse().ok()?,
        })
    };
    let unreadable = || Error::DeserializationError("a server key cannot be read".into());
    let keys = rows.into_iter().map(|row| read(row).ok_or_else(unreadable));
    keys.collect()
}

/// Makes keys known to the database: on its first start the first one becomes the current key, and otherwise one that is
/// not known becomes the next one, if there is none yet. Returns every key that is known then.
pub async fn register_keys(
    conn: &mut AsyncPgConnection,
    held: &[Fingerprint],
) -> QueryResult<Vec<KnownKey>> {
    conn.transaction(async |conn| {
        lock_keys(conn, false).await?;
        let mut known = list_keys(conn).await?;
        for fingerprint in held {
            if known.iter().any(|key| key.fingerprint == *fingerprint) {
                continue;
            }
            let state = match known.is_empty() {
                true => KeyState::Current,
                false if known.iter().any(|key| key.state == KeyState::Next) => continue,
                false => KeyState::Next,
            };
            let last = known.last().map_or(0, |key| key.number.0);
            let key = KnownKey {
                number: KeyNumber(last + 1),
                fingerprint: *fingerprint,
                state,
            };
            insert_key(conn, &key).await?;
            known.push(key);
        }
        Ok(known)
    })
    .await
}

async fn insert_key(conn: &mut AsyncPgConnection, key: &KnownKey) -> QueryResult<usize> {
    diesel::insert_into(server_keys::table)
        .values((
            server_keys::number.eq(key.number.0),
            server_keys::fingerprint.eq(&key.fingerprint.0[..]),
            server_keys::state.eq(<&str>::from(key.state)),
        ))
        .execute(conn)
        .await
}

/// The key that a new campaign is under. It stays the current one until the transaction ends.
pub async fn current_key(conn: &mut AsyncPgConnection) -> QueryResult<KeyNumber> {
    lock_keys(conn, true).await?;
    // A second statement, which sees a switch that the first one waited for.
    let current: Option<i16> = server_keys::table
        .filter(server_keys::state.eq(<&str>::from(KeyState::Current)))
        .select(server_keys::number)
        .first(conn)
        .await
        .optional()?;
    Ok(current.map_or(KeyNumber::FIRST, KeyNumber))
}

/// Waits until no other transaction changes the keys, or, if they are not shared, uses the current one.
pub async fn lock_keys(conn: &mut AsyncPgConnection, shared: bool) -> QueryResult<()> {
    let lock = match shared {
        true => "SELECT pg_advisory_xact_lock_shared(7305)",
        false => "SELECT pg_advisory_xact_lock(7305)",
    };
    diesel::sql_query(lock).execute(conn).await.map(drop)
}

/// Changes what a key is for.
pub async fn set_state(
    conn: &mut AsyncPgConnection,
    number: KeyNumber,
    state: KeyState,
) -> QueryResult<()> {
    diesel::update(server_keys::table.find(number.0))
        .set(server_keys::state.eq(<&str>::from(state)))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets a key under which nothing ever was.
pub async fn forget_key(conn: &mut AsyncPgConnection, number: KeyNumber) -> QueryResult<()> {
    diesel::delete(server_keys::table.find(number.0))
        .execute(conn)
        .await
        .map(drop)
}

/// What is under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyUse {
    /// The number of campaigns under it whose data are still here.
    pub campaigns: i64,
    /// When the last of these is erased.
    pub until: Option<DateTime<Utc>>,
}

/// What is under this key.
pub async fn key_use(conn: &mut AsyncPgConnection, number: KeyNumber) -> QueryResult<KeyUse> {
    let (campaigns, until) = campaigns::table
        .filter(campaigns::server_key.eq(number.0))
        .filter(campaigns::erased_at.is_null())
        .select((count_star(), max(campaigns::retained_until)))
        .first(conn)
        .await?;
    Ok(KeyUse { campaigns, until })
}

/// The campaigns under this key whose data are still here.
pub async fn campaigns_under(
    conn: &mut AsyncPgConnection,
    number: KeyNumber,
) -> QueryResult<Vec<CampaignKey>> {
    campaigns::table
        .filter(campaigns::server_key.eq(number.0))
        .filter(campaigns::erased_at.is_null())
        .order(campaigns::key)
        .select(campaigns::key)
        .load(conn)
        .await
}

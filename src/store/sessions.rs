//! Sessions and their refresh tokens.
//!
//! A session is the family of all refresh tokens that come from one login. A token is good once.
//! Using it again means that two hold it, and nobody can tell which one is honest, so the whole
//! session ends. Within [`REUSE_GRACE`] of the first use it does not: that is a double click, or two
//! tabs that woke up together. The second one still gets nothing, since a token must not become two.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::schema::{refresh_tokens, sessions, staff};
use super::staff::StaffRow;

/// How long a refresh token is good, and with it a session that nobody refreshes.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long after its first use a refresh token may come again without ending the session.
pub const REUSE_GRACE: TimeDelta = TimeDelta::seconds(10);
/// How long an ended session is kept, so that late reuse is still told from nonsense.
const KEPT_AFTER_END: TimeDelta = TimeDelta::days(7);

/// What became of a refresh.
#[derive(Debug)]
pub enum Refreshed {
    /// The new token is in place.
    Renewed {
        /// The session.
        session_id: Uuid,
        /// Whose it is.
        staff_id: Uuid,
    },
    /// The token is unknown, or its session is over.
    Refused,
    /// The token was used before: the session was ended.
    Reused,
}

/// Opens a session with its first refresh token, and sweeps away sessions that ended long ago.
pub async fn open(
    conn: &mut AsyncPgConnection,
    session_id: Uuid,
    staff_id: Uuid,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    conn.transaction(async |conn| {
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(now - KEPT_AFTER_END)))
            .execute(conn)
            .await?;
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(session_id),
                sessions::staff_id.eq(staff_id),
                sessions::expires_at.eq(now + REFRESH_LIFETIME),
            ))
            .execute(conn)
            .await?;
        insert_token(conn, session_id, token_hash).await
    })
    .await
}

/// Exchanges a refresh token for the next one.
pub async fn refresh(
    conn: &mut AsyncPgConnection,
    token_hash: [u8; 32],
    next_hash: [u8; 32],
    now: DateTime<Utc>,
) -> QueryResult<Refreshed> {
    conn.transaction(async |conn| {
        // Whoever comes second waits here for the row, and then finds the token used.
        let token: Option<(Uuid, Option<DateTime<Utc>>)> = refresh_tokens::table
            .find(token_hash.as_slice())
            .select((refresh_tokens::session_id, refresh_tokens::used_at))
            .for_update()
            .first(conn)
            .await
            .optional()?;
        let Some((session_id, used_at)) = token else {
            return Ok(Refreshed::Refused);
        };
        if let Some(used_at) = used_at {
            if now - used_at <= REUSE_GRACE {
                return Ok(Refreshed::Refused);
            }
            revoke(conn, session_id, now).await?;
            return Ok(Refreshed::Reused);
        }
        let Some(account) = live(conn, session_id, now).await? else {
            return Ok(Refreshed::Refused);
        };
        diesel::update(refresh_tokens::table.find(token_hash.as_slice()))
            .set(refresh_tokens::used_at.eq(now))
            .execute(conn)
            .await?;
        diesel::update(sessions::table.find(session_id))
            .set(sessions::expires_at.eq(now + REFRESH_LIFETIME))
            .execute(conn)
            .await?;
        insert_token(conn, session_id, next_hash).await?;
        Ok(Refreshed::Renewed {
            session_id,
            staff_id: account.id,
        })
    })
    .await
}

/// The account behind a session, while both are good.
pub async fn live(
    conn: &mut AsyncPgConnection,
    session_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<StaffRow>> {
    sessions::table
        .inner_join(staff::table)
        .filter(sessions::id.eq(session_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(staff::disabled.eq(false))
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Ends a session.
pub async fn revoke(
    conn: &mut AsyncPgConnection,
    session_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let open = sessions::table
        .find(session_id)
        .filter(sessions::revoked_at.is_null());
    let ended = diesel::update(open).set(sessions::revoked_at.eq(now));
    ended.execute(conn).await.map(drop)
}

/// Ends every session of an account.
pub async fn revoke_all_of(
    conn: &mut AsyncPgConnection,
    staff_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let open = sessions::table.filter(sessions::staff_id.eq(staff_id));
    let open = open.filter(sessions::revoked_at.is_null());
    let ended = diesel::update(open).set(sessions::revoked_at.eq(now));
    ended.execute(conn).await.map(drop)
}

async fn insert_token(
    conn: &mut AsyncPgConnection,
    session_id: Uuid,
    hash: [u8; 32],
) -> QueryResult<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(hash.as_slice()),
            refresh_tokens::session_id.eq(session_id),
        ))
        .execute(conn)
        .await
        .map(drop)
}

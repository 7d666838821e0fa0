//! Sessions and their refresh tokens.
//!
//! A session is the family of all refresh tokens that come from one login. Each token can be used once. A second use
//! means that two clients hold the token, and the server cannot tell which of them is honest, so the whole session
//! ends. A second use soon after the first does not end the session (see
//! [`is_reuse`](crate::domain::staff::session_policy::is_reuse)), but gets no new token either, since otherwise the
//! session would branch into two chains.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::schema::{refresh_tokens, sessions, staff};
use super::staff::StaffRow;
use crate::domain::ids::{SessionId, StaffId};
use crate::domain::staff::session_policy::{KEPT_AFTER_END, REFRESH_LIFETIME};

/// Opens a session with its first refresh token, and deletes sessions that ended long ago.
pub async fn open(
    conn: &mut AsyncPgConnection,
    session_id: SessionId,
    staff_id: StaffId,
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

/// A refresh token as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct RefreshTokenRow {
    /// The session.
    pub session_id: SessionId,
    /// When it was used; none before that.
    pub used_at: Option<DateTime<Utc>>,
}

/// The refresh token with this hash, locked. The second of two transactions waits, and then finds the token used.
pub async fn lock_token(
    conn: &mut AsyncPgConnection,
    hash: [u8; 32],
) -> QueryResult<Option<RefreshTokenRow>> {
    refresh_tokens::table
        .find(hash.as_slice())
        .select((refresh_tokens::session_id, refresh_tokens::used_at))
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Replaces a locked refresh token with the next one of its session, and extends the session.
pub async fn replace_token(
    conn: &mut AsyncPgConnection,
    session_id: SessionId,
    old_hash: [u8; 32],
    next_hash: [u8; 32],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(refresh_tokens::table.find(old_hash.as_slice()))
        .set(refresh_tokens::used_at.eq(now))
        .execute(conn)
        .await?;
    diesel::update(sessions::table.find(session_id))
        .set(sessions::expires_at.eq(now + REFRESH_LIFETIME))
        .execute(conn)
        .await?;
    insert_token(conn, session_id, next_hash).await
}

/// The account of a session, when the session is active and the account is not disabled.
pub async fn live(
    conn: &mut AsyncPgConnection,
    session_id: SessionId,
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
    session_id: SessionId,
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
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let open = sessions::table.filter(sessions::staff_id.eq(staff_id));
    let open = open.filter(sessions::revoked_at.is_null());
    let ended = diesel::update(open).set(sessions::revoked_at.eq(now));
    ended.execute(conn).await.map(drop)
}

async fn insert_token(
    conn: &mut AsyncPgConnection,
    session_id: SessionId,
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

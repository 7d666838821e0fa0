//! Sessions and their refresh tokens.
//!
//! A session is the family of all refresh tokens that come from one login. Each token can be used once. A second use
//! means that two clients hold the token, and the server cannot tell which of them is honest, so the whole session
//! ends. A second use soon after the first does not end the session (see
//! [`is_reuse`](crate::domain::staff::session_policy::is_reuse)), but gets no new token either, since otherwise the
//! session would branch into two chains.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::schema::{refresh_tokens, sessions, staff};
use super::staff::StaffRow;
use crate::domain::ids::{SessionId, StaffId};
use crate::domain::staff::session_policy::{KEPT_AFTER_END, ends_at};

/// A session to open.
pub struct NewSession {
    /// A random id.
    pub id: SessionId,
    /// The account.
    pub staff_id: StaffId,
    /// The hash of the first refresh token.
    pub token_hash: [u8; 32],
    /// How long it lasts, however often it is refreshed.
    pub lifetime: TimeDelta,
}

/// Opens a session with its first refresh token, and deletes sessions that ended long ago. Gives the time when it ends unless
/// it is refreshed.
pub async fn open(
    conn: &mut AsyncPgConnection,
    new: NewSession,
    now: DateTime<Utc>,
) -> QueryResult<DateTime<Utc>> {
    let ends_at = ends_at(now, now, new.lifetime);
    conn.transaction(async |conn| {
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(now - KEPT_AFTER_END)))
            .execute(conn)
            .await?;
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(new.id),
                sessions::staff_id.eq(new.staff_id),
                sessions::expires_at.eq(ends_at),
                sessions::opened_at.eq(now),
                sessions::last_used_on.eq(now.date_naive()),
            ))
            .execute(conn)
            .await?;
        insert_token(conn, new.id, new.token_hash).await
    })
    .await?;
    Ok(ends_at)
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

/// Replaces a locked refresh token with the next one of its session, and extends the session. Gives the time when it ends
/// now.
pub async fn replace_token(
    conn: &mut AsyncPgConnection,
    session_id: SessionId,
    old_hash: [u8; 32],
    next_hash: [u8; 32],
    lifetime: TimeDelta,
    now: DateTime<Utc>,
) -> QueryResult<DateTime<Utc>> {
    diesel::update(refresh_tokens::table.find(old_hash.as_slice()))
        .set(refresh_tokens::used_at.eq(now))
        .execute(conn)
        .await?;
    let session = sessions::table.find(session_id);
    let opened_at = session.select(sessions::opened_at).first(conn).await?;
    let ends_at = ends_at(opened_at, now, lifetime);
    diesel::update(session)
        .set((
            sessions::expires_at.eq(ends_at),
            sessions::last_used_on.eq(now.date_naive()),
        ))
        .execute(conn)
        .await?;
    insert_token(conn, session_id, next_hash).await?;
    Ok(ends_at)
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// When the person logged in.
    pub opened_at: DateTime<Utc>,
    /// The last day (UTC) on which its tokens were exchanged.
    pub last_used_on: NaiveDate,
    /// When it ends, unless it is refreshed before.
    pub expires_at: DateTime<Utc>,
}

/// The sessions of an account that have not ended, the newest first, starting after this time and id.
pub async fn list(
    conn: &mut AsyncPgConnection,
    staff_id: StaffId,
    after: Option<(DateTime<Utc>, SessionId)>,
    rows: i64,
    now: DateTime<Utc>,
) -> QueryResult<Vec<SessionRow>> {
    let mut query = sessions::table
        .filter(sessions::staff_id.eq(staff_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .select((
            sessions::id,
            sessions::opened_at,
            sessions::last_used_on,
            sessions::expires_at,
        ))
        .into_boxed();
    if let Some((opened_at, id)) = after {
        let earlier = sessions::opened_at.lt(opened_at);
        query =
            query.filter(earlier.or(sessions::opened_at.eq(opened_at).and(sessions::id.lt(id))));
    }
    query
        .order((sessions::opened_at.desc(), sessions::id.desc()))
        .limit(rows)
        .load(conn)
        .await
}

/// Ends a session of this account, if it has not ended. Whether the account has such a session.
pub async fn revoke_own(
    conn: &mut AsyncPgConnection,
    staff_id: StaffId,
    session_id: SessionId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let own = sessions::table
        .find(session_id)
        .filter(sessions::staff_id.eq(staff_id));
    let known: bool = diesel::select(diesel::dsl::exists(own))
        .get_result(conn)
        .await?;
    if known {
        revoke(conn, session_id, now).await?;
    }
    Ok(known)
}

/// Ends every session of an account but this one.
pub async fn revoke_others(
    conn: &mut AsyncPgConnection,
    staff_id: StaffId,
    kept: SessionId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let open = sessions::table
        .filter(sessions::staff_id.eq(staff_id))
        .filter(sessions::id.ne(kept))
        .filter(sessions::revoked_at.is_null());
    let ended = diesel::update(open).set(sessions::revoked_at.eq(now));
    ended.execute(conn).await.map(drop)
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

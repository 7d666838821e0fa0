//! The audit log: who looked at what. Entries can only be added; a trigger enforces this. The entries form a chain: the
//! hash of each entry covers the hash of the previous one.

use std::pin::pin;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, SmallInt};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use futures_util::{Stream, TryStreamExt};
use serde_json::Value;

use super::QueryError;
use super::schema::{audit_entries, staff};
use crate::domain::audit::{Action, Actor, AuditEvent, ChainDigest, Entry};
use crate::domain::ids::StaffId;
use crate::domain::server_key::{KeyNumber, ServerKey, ServerKeys};

/// An entry as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, check_for_backend(diesel::pg::Pg))]
pub struct AuditRow {
    /// Sequence number, from 1 on, without a gap.
    pub number: i64,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// The account that did it; none when the server itself did it.
    pub staff_id: Option<StaffId>,
    /// The word of the action.
    pub action: String,
    /// What the action was about, as JSON.
    pub details: String,
    /// The hash that links this entry to the previous one.
    pub hash: Vec<u8>,
}

impl AuditRow {
    /// The entry as the chain hashes it.
    pub fn entry(&self) -> Entry<'_> {
        Entry {
            number: self.number,
            at: self.at,
            staff_id: self.staff_id,
            action: &self.action,
            details: &self.details,
        }
    }
}

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only entries of this action.
    pub action: Option<Action>,
    /// Only entries of this time and later.
    pub from: Option<DateTime<Utc>>,
    /// Only entries before this time.
    pub to: Option<DateTime<Utc>>,
}

/// Why entries were not added.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The key that the audit is under now is not among those of this server.
    #[error("the server key of the audit is not on this server")]
    KeyAbsent,
    /// The database failed.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// The end of the chain, to which the next entry is added.
#[derive(QueryableByName)]
struct ChainEnd {
    /// The number of the server key that the audit is under now.
    #[diesel(sql_type = SmallInt)]
    key: i16,
    /// The number of the last entry; 0 when there is none.
    #[diesel(sql_type = BigInt)]
    number: i64,
    /// Its hash.
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// Adds the entries of these events, under the current one of these keys. Call it last in a transaction: it takes a lock
/// that other writers of the audit wait for until the transaction ends. The transaction must be READ COMMITTED, to see the
/// entries that others committed.
pub async fn append_events(
    conn: &mut AsyncPgConnection,
    keys: &ServerKeys,
    at: DateTime<Utc>,
    events: &[(Actor, AuditEvent)],
) -> Result<(), AppendError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut end = lock_chain(conn).await?;
    let key = keys.get(KeyNumber(end.key)).ok_or(AppendError::KeyAbsent)?;
    for (actor, event) in events {
        let details = event.details(*actor);
        add_entry(
            conn,
            &mut end,
            key,
            at,
            actor.staff_id(),
            event.action(),
            &details,
        )
        .await?;
    }
    Ok(())
}

/// Adds one entry under this key. Otherwise as [`append_events`].
pub async fn append_entry(
    conn: &mut AsyncPgConnection,
    key: &ServerKey,
    at: DateTime<Utc>,
    staff_id: Option<StaffId>,
    action: Action,
    details: &Value,
) -> QueryResult<AuditRow> {
    conn.transaction(async |conn| {
        let mut end = lock_chain(conn).await?;
        add_entry(conn, &mut end, key, at, staff_id, action, details).await
    })
    .await
}

/// Waits until nobody else adds entries, and keeps others from it until the transaction ends.
pub async fn lock_audit(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(7302)")
        .execute(conn)
        .await
        .map(drop)
}

async fn lock_chain(conn: &mut AsyncPgConnection) -> QueryResult<ChainEnd> {
    lock_audit(conn).await?;
    // A second statement, which sees what others committed meanwhile. A database that no server was started on knows no
    // key yet; its first one will have the number 1.
    diesel::sql_query(
        "SELECT coalesce((SELECT number FROM server_keys WHERE state = 'current'), 1::smallint) AS key, \
           coalesce(number, 0) AS number, coalesce(hash, '') AS hash \
         FROM (SELECT 1) AS one \
         LEFT JOIN (SELECT number, hash FROM audit_entries ORDER BY number DESC LIMIT 1) AS last ON true",
    )
    .get_result(conn)
    .await
}

async fn add_entry(
    conn: &mut AsyncPgConnection,
    end: &mut ChainEnd,
    key: &ServerKey,
    at: DateTime<Utc>,
    staff_id: Option<StaffId>,
    action: Action,
    details: &Value,
) -> QueryResult<AuditRow> {
    // Rounded as Postgres stores it, since the hash covers it.
    let at = DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at);
    let details = details.to_string();
    let entry = Entry {
        number: end.number + 1,
        at,
        staff_id,
        action: action.as_str(),
        details: &details,
    };
    let hash = entry.hash(&end.hash, key).to_vec();
    (end.number, end.hash) = (entry.number, hash.clone());
    let row = AuditRow {
        number: end.number,
        at,
        staff_id,
        action: action.as_str().to_owned(),
        details,
        hash,
    };
    diesel::insert_into(audit_entries::table)
        .values(&row)
        .execute(conn)
        .await?;
    Ok(row)
}

/// The digest of all entries.
pub async fn digest_entries(conn: &mut AsyncPgConnection) -> QueryResult<ChainDigest> {
    let mut digest = ChainDigest::default();
    let mut rows = pin!(stream_entries(conn).await?);
    while let Some(row) = rows.try_next().await? {
        digest.add(&row.entry(), &row.hash);
    }
    Ok(digest)
}

/// A page of entries with the names of the accounts that did it, newest first, starting before the entry `before`.
pub async fn list_entries(
    conn: &mut AsyncPgConnection,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(AuditRow, Option<String>)>> {
    let mut query = audit_entries::table
        .left_join(staff::table)
        .order(audit_entries::number.desc())
        .limit(limit)
        .select((AuditRow::as_select(), staff::name.nullable()))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(audit_entries::number.lt(before));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_entries::action.eq(action.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_entries::at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_entries::at.lt(to));
    }
    query.load(conn).await
}

/// How many entries there are.
pub async fn count_entries(conn: &mut AsyncPgConnection) -> QueryResult<i64> {
    audit_entries::table.count().get_result(conn).await
}

/// Streams the whole chain from its first entry on, as of the start of the query.
pub async fn stream_entries(
    conn: &mut AsyncPgConnection,
) -> QueryResult<impl Stream<Item = QueryResult<AuditRow>> + Send + use<'_>> {
    // The second sort key keeps the order defined for two rows with one number, in case somebody dropped the primary
    // key.
    let chain = audit_entries::table.order((audit_entries::number, audit_entries::hash));
    chain.select(AuditRow::as_select()).load_stream(conn).await
}

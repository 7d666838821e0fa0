//! The audit: who looked at what. It can only be added to, which a trigger sees to, and it is a chain: the hash of
//! each entry covers the hash of the one before it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit_entries;
use crate::domain::audit::{Action, Entry};
use crate::domain::privacy::server_key::ServerKey;

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, check_for_backend(diesel::pg::Pg))]
pub struct AuditRow {
    /// From 1 on, without a gap.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody, when it was the server itself.
    pub staff_id: Option<Uuid>,
    /// The word of what was done.
    pub action: String,
    /// What it was done to, as JSON.
    pub details: String,
    /// The link of the chain.
    pub hash: Vec<u8>,
}

/// Adds an entry. When this is not the transaction of its own that it seems to be, it holds up everybody else who
/// adds one until that ends.
///
/// It should be on disk before what it tells of is shown to anybody.
pub async fn append_entry(
    conn: &mut AsyncPgConnection,
    key: &ServerKey,
    at: DateTime<Utc>,
    staff_id: Option<Uuid>,
    action: Action,
    details: &Value,
) -> QueryResult<AuditRow> {
    // As Postgres keeps it, since the hash covers it.
    let at = DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at);
    conn.transaction(async |conn| {
        diesel::sql_query("SELECT pg_advisory_xact_lock(7302)")
            .execute(conn)
            .await?;
        let last: Option<(i64, Vec<u8>)> = audit_entries::table
            .order(audit_entries::number.desc())
            .select((audit_entries::number, audit_entries::hash))
            .first(conn)
            .await
            .optional()?;
        let (number, before) = last.unwrap_or_default();
        let details = details.to_string();
        let entry = Entry {
            number: number + 1,
            at,
            staff_id,
            action: action.as_str(),
            details: &details,
        };
        let hash = entry.hash(&before, key).to_vec();
        let row = AuditRow {
            number: entry.number,
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
    })
    .await
}

//! The fingerprint of the server key that a database belongs to.
//!
//! Ids are derived from receipts under the server key. A server with another key would report every response as
//! unknown, so it must not start.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::server_keys;

/// Stores the fingerprint on the first start; afterwards, tells whether it is that of the same key.
pub async fn matches(
    conn: &mut AsyncPgConnection,
    name: &str,
    fingerprint: &[u8],
) -> QueryResult<bool> {
    diesel::insert_into(server_keys::table)
        .values((
            server_keys::name.eq(name),
            server_keys::fingerprint.eq(fingerprint),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(find_fingerprint(conn, name).await?.as_deref() == Some(fingerprint))
}

/// The stored fingerprint; none before the first start of a server.
pub async fn find_fingerprint(
    conn: &mut AsyncPgConnection,
    name: &str,
) -> QueryResult<Option<Vec<u8>>> {
    server_keys::table
        .find(name)
        .select(server_keys::fingerprint)
        .first(conn)
        .await
        .optional()
}

//! Which keys this database belongs to.
//!
//! Ids are derived from receipts under the server key. A server with another key would answer
//! everybody that their response does not exist, so it must not start at all.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::server_keys;

/// Keeps the fingerprint on the first start; afterwards tells whether it is still the same key.
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

/// The fingerprint that was kept; none before the first start of a server.
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

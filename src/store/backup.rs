//! What a backup reads and a restore writes beside `pg_dump` and `pg_restore`.
//!
//! `pg_dump` writes rows in the order in which they lie in the table. For tables that grow with each response this is the
//! order in which people answered, or in which their invitations were redeemed. Such tables are copied here instead, in
//! the order of their keyed hashes, from the same snapshot.

use std::collections::BTreeMap;

use bytes::Bytes;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::{Sink, SinkExt, Stream, StreamExt, TryStreamExt, pin_mut};
use tokio_postgres::{Client, Error};

use super::pool::{DatabaseError, Purpose, Target};
use super::schema::form_versions;
use crate::domain::ids::FormVersionId;

/// The tables whose rows come and change with responses, each with the keyed hash that orders its rows.
const BY_HASH: [(&str, &str); 8] = [
    ("arrivals", "id"),
    ("responses", "id"),
    ("waiting_remarks", "id"),
    ("remarks", "id"),
    ("tombstones", "id"),
    ("test_responses", "id"),
    ("invitations", "hash"),
    ("spent_passes", "hash"),
];

/// The table of the migrations that have run. It is filled last, so that no server takes a database for whole that was
/// restored by half.
const MIGRATIONS: (&str, &str) = ("__diesel_schema_migrations", "version");

/// Why Postgres did not do it. The message is left out where it could quote a value.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be reached.
    #[error(transparent)]
    Unreachable(#[from] DatabaseError),
    /// A statement failed.
    #[error("Postgres: {0}")]
    Refused(String),
    /// The connection broke off.
    #[error("the connection to the database broke off")]
    BrokeOff,
}

impl From<Error> for BackupError {
    fn from(error: Error) -> Self {
        let Some(refused) = error.as_db_error() else {
            return Self::BrokeOff;
        };
        // The classes for wrong values and broken constraints.
        let code = refused.code().code();
        match code.starts_with("22") || code.starts_with("23") {
            true => Self::Refused(format!("a row does not fit (SQLSTATE {code})")),
            false => Self::Refused(refused.message().to_owned()),
        }
    }
}

/// One state of the database, which stays the same for as long as this value lives, whatever is written meanwhile.
pub struct Snapshot {
    client: Client,
    /// By this name other sessions see the same state.
    pub name: String,
    /// The schema with the tables, as it is written in SQL.
    pub schema: String,
    /// The major version of Postgres.
    pub major: u32,
    /// The versions of the migrations that have run, oldest first.
    pub migrations: Vec<String>,
    /// The fingerprint of the server key that the database belongs to.
    pub server_key: Option<Vec<u8>>,
    /// The fingerprints of the former server keys that earlier campaigns are under.
    pub former_server_keys: Vec<Vec<u8>>,
}

impl Snapshot {
    /// Takes a snapshot; none if this is no database of Aftercare.
    pub async fn take(target: &Target) -> Result<Option<Self>, BackupError> {
        let client = target.client(Purpose::Maintenance).await?;
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let is_ours = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL \
            AND to_regclass('server_keys') IS NOT NULL";
        if !client
            .query_one(is_ours, &[])
            .await?
            .try_get::<_, bool>(0)?
        {
            return Ok(None);
        }
        // A backup before an update has a table of keys without their states.
        let about = "SELECT pg_export_snapshot(), quote_ident(current_schema()), \
            current_setting('server_version_num')::integer / 10000, \
            ARRAY(SELECT version::text FROM __diesel_schema_migrations ORDER BY version), \
            (SELECT fingerprint FROM server_keys WHERE coalesce(to_jsonb(server_keys) ->> 'state', 'current') = 'current'), \
            ARRAY(SELECT fingerprint FROM server_keys WHERE to_jsonb(server_keys) ->> 'state' = 'former' ORDER BY 1)";
        let row = client.query_one(about, &[]).await?;
        Ok(Some(Self {
            name: row.try_get(0)?,
            schema: row.try_get(1)?,
            major: row.try_get::<_, i32>(2)?.unsigned_abs(),
            migrations: row.try_get(3)?,
            server_key: row.try_get(4)?,
            former_server_keys: row.try_get(5)?,
            client,
        }))
    }

    /// How many rows each table has.
    pub async fn rows(&self) -> Result<BTreeMap<String, u64>, BackupError> {
        count_rows(&self.client).await
    }

    /// The tables that are copied by [`Self::copy_out`], and not by `pg_dump`.
    pub async fn copied(&self) -> Result<Vec<&'static str>, BackupError> {
        let mut there = Vec::new();
        for (table, _) in BY_HASH.into_iter().chain([MIGRATIONS]) {
            let query = "SELECT to_regclass($1) IS NOT NULL";
            // A backup before an update has the tables of the older program.
            if self.client.query_one(query, &[&table]).await?.try_get(0)? {
                there.push(table);
            }
        }
        Ok(there)
    }

    /// The rows of one of these tables in the text format of COPY, in the order of their keys.
    pub async fn copy_out(
        &self,
        table: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, BackupError>> + use<>, BackupError> {
        let key = BY_HASH.into_iter().chain([MIGRATIONS]);
        let key = key.into_iter().find(|(name, _)| *name == table);
        let (table, key) = key.ok_or(BackupError::BrokeOff)?;
        let copy = format!("COPY (SELECT * FROM {table} ORDER BY {key}) TO STDOUT");
        Ok(self
            .client
            .copy_out(&copy)
            .await?
            .map_err(BackupError::from))
    }
}

/// Writes what a restore adds to what `pg_restore` does.
pub struct Restoration {
    client: Client,
}

impl Restoration {
    /// Connects.
    pub async fn begin(target: &Target) -> Result<Self, BackupError> {
        let client = target.client(Purpose::Maintenance).await?;
        Ok(Self { client })
    }

    /// What is in the database already, but for what extensions brought: a few names.
    pub async fn found(&self) -> Result<Vec<String>, BackupError> {
        let query = "SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
            AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LIMIT 3";
        let rows = self.client.query(query, &[]).await?;
        let names = rows.iter().map(|row| row.try_get(0));
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Fills a table with rows in the text format of COPY.
    pub async fn copy_in<E: From<BackupError>>(
        &self,
        table: &str,
        rows: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(), E> {
        let known = BY_HASH.into_iter().chain([MIGRATIONS]);
        let mut known = known.filter(|(name, _)| *name == table);
        let (table, _) = known
            .next()
            .ok_or_else(|| BackupError::Refused(format!("there is no table {table}")))?;
        let copy = format!("COPY {table} FROM STDIN");
        let sink = self.client.copy_in::<_, Bytes>(&copy).await;
        let sink = sink.map_err(BackupError::from)?;
        pin_mut!(sink, rows);
        while let Some(piece) = rows.next().await {
            feed(&mut sink, piece?).await?;
        }
        sink.finish().await.map_err(BackupError::from)?;
        Ok(())
    }

    /// Gathers the statistics by which Postgres plans queries.
    pub async fn analyze(&self) -> Result<(), BackupError> {
        Ok(self.client.batch_execute("ANALYZE").await?)
    }

    /// How many rows each table has.
    pub async fn rows(&self) -> Result<BTreeMap<String, u64>, BackupError> {
        count_rows(&self.client).await
    }
}

async fn feed(
    sink: &mut (impl Sink<Bytes, Error = Error> + Unpin),
    piece: Bytes,
) -> Result<(), BackupError> {
    Ok(sink.send(piece).await?)
}

/// Whether a table is filled last.
pub fn is_filled_last(table: &str) -> bool {
    table == MIGRATIONS.0
}

async fn count_rows(client: &Client) -> Result<BTreeMap<String, u64>, BackupError> {
    let tables = "SELECT c.relname::text, quote_ident(c.relname) FROM pg_class AS c \
        JOIN pg_namespace AS n ON n.oid = c.relnamespace \
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') \
        AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')";
    let mut rows = BTreeMap::new();
    for table in client.query(tables, &[]).await? {
        let (name, quoted): (String, String) = (table.try_get(0)?, table.try_get(1)?);
        let count = format!("SELECT count(*) FROM {quoted}");
        let count: i64 = client.query_one(&count, &[]).await?.try_get(0)?;
        rows.insert(name, count.unsigned_abs());
    }
    Ok(rows)
}

/// The record of a response, released or not.
#[derive(QueryableByName)]
pub struct StoredRecord {
    /// The version of the form.
    #[diesel(sql_type = SqlUuid)]
    version: uuid::Uuid,
    /// The answers.
    #[diesel(sql_type = Binary)]
    pub record: Vec<u8>,
}

impl StoredRecord {
    /// The version of the form.
    pub fn version(&self) -> FormVersionId {
        FormVersionId(self.version)
    }
}

/// Streams the records of all responses, released or not.
pub async fn stream_records(
    conn: &mut AsyncPgConnection,
) -> QueryResult<impl Stream<Item = QueryResult<StoredRecord>> + Send + use<'_>> {
    let query = "SELECT form_version_id AS version, record FROM responses \
        UNION ALL SELECT form_version_id, record FROM arrivals";
    diesel::sql_query(query).load_stream(conn).await
}

/// The ids of all versions of forms.
pub async fn version_ids(conn: &mut AsyncPgConnection) -> QueryResult<Vec<FormVersionId>> {
    form_versions::table
        .select(form_versions::id)
        .load(conn)
        .await
}

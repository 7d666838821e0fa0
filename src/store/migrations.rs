//! The migrations, embedded in the binary.
//!
//! They run on a separate connection that holds an advisory lock. When several servers start at once, one migrates, and
//! the others wait and then find nothing pending.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::pool::{DatabaseError, Purpose, Target};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The key of the advisory lock: any number that nothing else in the database uses.
const LOCK: i64 = 0x4146_5445_5243_4152;

/// Why migrations did not run.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database cannot be reached.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A statement failed.
    #[error("a migration failed: {0}")]
    Failed(String),
    /// The database has migrations that this program does not know.
    #[error(
        "the database has migrations that this program does not know ({0}): it was used by a newer version; start that one"
    )]
    Newer(String),
    /// The task was stopped.
    #[error("the migration was interrupted")]
    Interrupted,
}

/// How the schema of the database compares with the migrations of this program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Names of the migrations that have not run, oldest first.
    pub pending: Vec<String>,
    /// Versions in the database that this program does not know.
    pub unknown: Vec<String>,
}

impl MigrationStatus {
    /// Whether the schema is exactly the one that this program needs.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Compares the database with this program. Changes nothing.
pub async fn migration_status(conn: &mut AsyncPgConnection) -> QueryResult<MigrationStatus> {
    use diesel::OptionalExtension;

    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        found: bool,
    }
    // Queried by hand: the harness creates its table itself, and has not yet done so in an empty database.
    let table: Option<Found> = diesel_async::RunQueryDsl::get_result(
        diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS found"),
        conn,
    )
    .await
    .optional()?;
    let applied: Vec<Version> = if table.is_some_and(|table| table.found) {
        let query =
            "SELECT version::text AS version FROM __diesel_schema_migrations ORDER BY version";
        diesel_async::RunQueryDsl::load(diesel::sql_query(query), conn).await?
    } else {
        Vec::new()
    };
    let mut unknown: Vec<String> = applied.into_iter().map(|row| row.version).collect();
    let mut pending = Vec::new();
    for migration in all() {
        let version = migration.name().version().to_string();
        match unknown.iter().position(|applied| *applied == version) {
            Some(place) => drop(unknown.remove(place)),
            None => pending.push(migration.name().to_string()),
        }
    }
    Ok(MigrationStatus { pending, unknown })
}

/// Those of these versions that this program does not know.
pub fn unknown_among(versions: &[String]) -> Vec<String> {
    let known: Vec<String> = all()
        .iter()
        .map(|it| it.name().version().to_string())
        .collect();
    let unknown = versions.iter().filter(|version| !known.contains(version));
    unknown.cloned().collect()
}

/// Runs the pending migrations and returns their names.
pub async fn run(target: &Target) -> Result<Vec<String>, MigrationError> {
    let mut conn = target.connect(Purpose::Maintenance).await?;
    let migration_status = migration_status(&mut conn).await.map_err(failed)?;
    if !migration_status.unknown.is_empty() {
        return Err(MigrationError::Newer(migration_status.unknown.join(", ")));
    }
    locked(conn, |conn| {
        let pending = conn.pending_migrations(MIGRATIONS)?;
        conn.run_migrations(&pending)?;
        Ok(pending.iter().map(|m| m.name().to_string()).collect())
    })
    .await
}

/// Reverts the newest migration and returns its version.
pub async fn revert_last(target: &Target) -> Result<String, MigrationError> {
    let conn = target.connect(Purpose::Maintenance).await?;
    locked(conn, |conn| {
        Ok(conn.revert_last_migration(MIGRATIONS)?.to_string())
    })
    .await
}

/// Reverts every migration.
pub async fn revert_all(target: &Target) -> Result<(), MigrationError> {
    let conn = target.connect(Purpose::Maintenance).await?;
    locked(conn, |conn| {
        conn.revert_all_migrations(MIGRATIONS)?;
        Ok(())
    })
    .await
}

type Harness = AsyncConnectionWrapper<AsyncPgConnection>;

/// The harness is synchronous: it runs on a thread where blocking is allowed, whatever the kind of runtime.
async fn locked<R: Send + 'static>(
    conn: AsyncPgConnection,
    work: impl FnOnce(&mut Harness) -> diesel::migration::Result<R> + Send + 'static,
) -> Result<R, MigrationError> {
    let task = tokio::task::spawn_blocking(move || {
        let mut conn = Harness::from(conn);
        diesel::sql_query("SELECT pg_advisory_lock($1)")
            .bind::<BigInt, _>(LOCK)
            .execute(&mut conn)
            .map_err(failed)?;
        let result = work(&mut conn).map_err(failed);
        let unlocked = diesel::sql_query("SELECT pg_advisory_unlock($1)")
            .bind::<BigInt, _>(LOCK)
            .execute(&mut conn)
            .map_err(failed);
        result.and_then(|value| unlocked.map(|_| value))
    });
    task.await.map_err(|_| MigrationError::Interrupted)?
}

/// Every migration of this program, oldest first.
fn all() -> Vec<Box<dyn Migration<Pg>>> {
    let mut all = MigrationSource::<Pg>::migrations(&MIGRATIONS).unwrap_or_default();
    all.sort_unstable_by(|a, b| a.name().version().cmp(&b.name().version()));
    all
}

fn failed(error: impl std::fmt::Display) -> MigrationError {
    MigrationError::Failed(error.to_string())
}

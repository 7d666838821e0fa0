//! Readiness of the server.

use super::{App, Failure};
use crate::store::migrations::{MigrationStatus, migration_status};

/// Compares the migrations of the database with those of this program.
///
/// # Errors
///
/// When the database does not answer.
pub async fn migrations(app: &App) -> Result<MigrationStatus, Failure> {
    let mut conn = app.connection().await?;
    Ok(migration_status(&mut conn).await?)
}

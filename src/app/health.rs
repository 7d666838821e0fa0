//! Whether the server can work.

use super::{App, Failure};
use crate::store::migrations::{MigrationStatus, migration_status};

/// Asks the database which migrations it has.
///
/// # Errors
///
/// When the database does not answer.
pub async fn migrations(app: &App) -> Result<MigrationStatus, Failure> {
    let mut conn = app.connection().await?;
    Ok(migration_status(&mut conn).await?)
}

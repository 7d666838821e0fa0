//! Readiness of the server.

use std::time::Duration;

use tokio::time::timeout;

use super::{App, Failure};
use crate::store::migrations::{MigrationStatus, migration_status};

/// How long readiness waits for the database. Whoever asks wants to know soon.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Compares the migrations of the database with those of this program.
///
/// # Errors
///
/// When the database does not answer soon.
pub async fn migrations(app: &App) -> Result<MigrationStatus, Failure> {
    let status = async {
        let mut conn = app.connection().await?;
        Ok(migration_status(&mut conn).await?)
    };
    match timeout(PATIENCE, status).await {
        Ok(status) => status,
        Err(_) => Err(Failure::Unavailable),
    }
}

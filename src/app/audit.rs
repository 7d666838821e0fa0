//! The audit: listing its entries and verifying its chain.

use std::pin::pin;

use futures_util::TryStreamExt;

use super::{App, Failure, failures};
use crate::domain::audit::{ChainError, ChainVerifier, Checkpoint};
use crate::domain::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::audit::{AuditFilter, AuditRow, count_entries, list_entries, stream_entries};

/// Why the audit was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The chain is broken.
    #[error("the audit is not whole")]
    Broken(#[source] ChainError),
    /// An internal failure.
    #[error(transparent)]
    Failure(Failure),
}

failures!(VerifyError);

/// A page of entries with the names of the accounts that did it, newest first, starting before the entry `before`.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(
    app: &App,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(AuditRow, Option<String>)>, Failure> {
    let mut conn = app.connection().await?;
    Ok(list_entries(&mut conn, filter, before, limit).await?)
}

/// Verifies every entry and every link of the chain, and returns its head. `noted` is a head that was noted outside the
/// database; the chain must contain it. `progress` is called with the number of entries checked and the total number.
///
/// # Errors
///
/// When the chain is broken.
pub async fn verify(
    conn: &mut AsyncPgConnection,
    keys: &[ServerKey],
    noted: Option<Checkpoint>,
    mut progress: impl FnMut(u64, u64),
) -> Result<Checkpoint, VerifyError> {
    let all = count_entries(conn).await?.unsigned_abs();
    let mut checked = 0;
    let mut verifier = ChainVerifier::new(keys, noted);
    let mut rows = pin!(stream_entries(conn).await?);
    while let Some(row) = rows.try_next().await? {
        verifier
            .step(&row.entry(), &row.hash)
            .map_err(VerifyError::Broken)?;
        checked += 1;
        progress(checked, all);
    }
    verifier.end().map_err(VerifyError::Broken)
}

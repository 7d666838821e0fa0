//! Begins and ends the transactions of the use cases.

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};

/// Begins a transaction. Until it ends, the connection must not go back to its pool: the pool would notice only when it
/// lends it again, and the locks would stay until then.
pub async fn begin(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(conn).await
}

/// Commits a transaction.
pub async fn commit(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(conn).await
}

/// Rolls a transaction back.
pub async fn roll_back(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::rollback_transaction(conn).await
}

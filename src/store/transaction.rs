//! Transactions that are begun and ended by the use cases.

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};

/// Begins a transaction. A connection that is given back to its pool before the end is closed, so that nothing of it
/// stays.
pub async fn begin(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(conn).await
}

/// Ends a transaction, and keeps what it did.
pub async fn commit(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(conn).await
}

/// Ends a transaction, and undoes what it did.
pub async fn roll_back(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::rollback_transaction(conn).await
}

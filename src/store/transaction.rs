//! Begins and ends the transactions of the use cases.

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};

/// Begins a transaction. A connection that goes back to its pool before the end is closed, which rolls the transaction
/// back.
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

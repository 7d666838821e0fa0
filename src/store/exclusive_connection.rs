//! A connection from a pool that must not go back in the middle of a query.
//!
//! A query that is abandoned half-way keeps its connection busy until the last row was read and thrown
//! away, and the next borrower would wait for that. So this closes the connection, unless it is told
//! that all rows were read; Postgres ends the query when it finds nobody to send it to.

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Object;

/// A connection on loan, closed at the end unless it is [given back](Self::give_back).
pub struct ExclusiveConnection {
    conn: Option<Object<AsyncPgConnection>>,
}

impl ExclusiveConnection {
    /// Takes a connection over.
    pub fn new(conn: Object<AsyncPgConnection>) -> Self {
        Self { conn: Some(conn) }
    }

    /// The connection; none once it was given back.
    pub fn connection(&mut self) -> Option<&mut AsyncPgConnection> {
        self.conn.as_deref_mut()
    }

    /// Gives the connection back to its pool. Only for one whose queries were read to their end.
    pub fn give_back(mut self) {
        drop(self.conn.take());
    }
}

impl Drop for ExclusiveConnection {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            drop(Object::take(conn));
        }
    }
}

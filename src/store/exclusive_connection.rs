//! A connection that must not go back to its pool in the middle of a query.
//!
//! A query that is abandoned half-way keeps its connection busy until its last row has been read and discarded, and the
//! next borrower would wait for that. So this type closes the connection on drop, unless it is told that all rows were
//! read. Postgres ends a query when it can no longer send to the client.

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Object;

/// A connection borrowed from a pool. Dropping it closes it, unless it was [given back](Self::give_back).
pub struct ExclusiveConnection {
    conn: Option<Object<AsyncPgConnection>>,
}

impl ExclusiveConnection {
    /// Takes ownership of a connection.
    pub fn new(conn: Object<AsyncPgConnection>) -> Self {
        Self { conn: Some(conn) }
    }

    /// The connection; none after it was given back.
    pub fn connection(&mut self) -> Option<&mut AsyncPgConnection> {
        self.conn.as_deref_mut()
    }

    /// The connection itself, for a new owner. Call it only when all rows of its queries were read.
    pub fn into_inner(mut self) -> Option<Object<AsyncPgConnection>> {
        self.conn.take()
    }

    /// Gives the connection back to its pool. Call it only when all rows of its queries were read.
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

//! Transactions of use cases. Each includes its audit entries by construction.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};

use super::{App, Failure};
use crate::domain::audit::{Actor, AuditEvent};
use crate::store::AsyncPgConnection;
use crate::store::audit::append_events;
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::transaction::{begin, commit, roll_back};

/// A running transaction: the connection for functions of the store, and the events to record.
pub struct Transaction<'conn> {
    conn: &'conn mut AsyncPgConnection,
    now: DateTime<Utc>,
    events: Vec<(Actor, AuditEvent)>,
}

impl Transaction<'_> {
    /// The time at which the transaction began.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Records an event in the audit, if the transaction succeeds. The entry is written at the end of the transaction,
    /// since it blocks all other writers of the audit.
    pub fn record(&mut self, actor: Actor, event: AuditEvent) {
        self.events.push((actor, event));
    }
}

impl Deref for Transaction<'_> {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        self.conn
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.conn
    }
}

impl App {
    /// Does `work` in one transaction: all of it, its entries in the audit included, or nothing. When the caller gives up
    /// half-way, the connection is closed, so that no lock outlives the request.
    ///
    /// # Errors
    ///
    /// The error of `work`, or a failure of the database.
    pub async fn transact<R, E: From<Failure>>(
        &self,
        work: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut conn = ExclusiveConnection::new(self.connection().await?);
        let result = match conn.connection() {
            Some(conn) => self.transact_on(conn, work).await,
            None => Err(Failure::Unavailable.into()),
        };
        conn.give_back();
        result
    }

    /// Runs `work` in one transaction on this connection.
    ///
    /// # Errors
    ///
    /// The error of `work`, or a failure of the database.
    pub(super) async fn transact_on<R, E: From<Failure>>(
        &self,
        conn: &mut AsyncPgConnection,
        work: impl AsyncFnOnce(&mut Transaction<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        begin(conn).await.map_err(Failure::from)?;
        let mut tx = Transaction {
            conn,
            now: self.now(),
            events: Vec::new(),
        };
        let result = work(&mut tx).await;
        let Transaction { conn, now, events } = tx;
        let result = match result {
            Ok(result) => append_events(conn, &self.keys.server, now, &events)
                .await
                .map(|()| result)
                .map_err(|error| Failure::from(error).into()),
            Err(error) => Err(error),
        };
        match result {
            Ok(result) => {
                commit(conn).await.map_err(Failure::from)?;
                Ok(result)
            }
            Err(error) => {
                // The pool does not lend a connection again whose transaction is still open.
                let _ = roll_back(conn).await;
                Err(error)
            }
        }
    }

    /// Records an event in a transaction of its own, and returns when it is on disk.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn record(&self, actor: Actor, event: AuditEvent) -> Result<(), Failure> {
        self.transact(async |tx| {
            tx.record(actor, event);
            Ok(())
        })
        .await
    }
}

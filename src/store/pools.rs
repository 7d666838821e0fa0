//! The pools of the server: for ordinary requests, and for what reads a lot.

use std::sync::Arc;
use std::time::Duration;

use super::pool::{Connection, DatabaseError, Pool, PoolError, Purpose, Target, pool};
use super::replica::Replica;
use crate::config::DatabaseConfig;

/// The pools of the server.
#[derive(Clone)]
pub struct Pools {
    /// For ordinary requests.
    pub requests: Pool,
    /// For exports, separate so that slow downloads cannot take the connections of ordinary requests.
    pub exports: Pool,
    /// A standby for exports, if there is one.
    pub replica: Option<Arc<Replica>>,
}

impl Pools {
    /// Builds the pools without connecting. Call it on the multi-thread runtime of the program, which then drives the
    /// connections.
    pub fn new(target: &Target, config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        Ok(Self {
            requests: pool(target, Purpose::Requests, config.pool_size)?,
            exports: pool(target, Purpose::Exports, config.export_pool_size)?,
            replica: None,
        })
    }

    /// The same with a standby, from which is read what reads a lot.
    pub fn with_replica(
        self,
        replica: &Target,
        config: &DatabaseConfig,
    ) -> Result<Self, DatabaseError> {
        let pool = pool(replica, Purpose::Exports, config.export_pool_size)?;
        let patience = Duration::from_secs(config.replica_wait);
        Ok(Self {
            replica: Some(Arc::new(Replica::new(pool, patience))),
            ..self
        })
    }

    /// A connection for what reads a lot and writes nothing: to the standby, if there is one and it has caught up.
    pub async fn reading(&self) -> Result<Connection, PoolError> {
        if let Some(replica) = &self.replica
            && let Some(conn) = replica.caught_up(&self.requests).await
        {
            return Ok(conn);
        }
        self.exports.get().await
    }

    /// Pools for a command of the CLI: few connections, without time limits.
    pub fn for_commands(target: &Target) -> Result<Self, DatabaseError> {
        Ok(Self {
            requests: pool(target, Purpose::Maintenance, 2)?,
            exports: pool(target, Purpose::Maintenance, 1)?,
            replica: None,
        })
    }

    /// Closes the pools. Connections in use are closed when they are given back.
    pub fn close(&self) {
        self.requests.close();
        self.exports.close();
        if let Some(replica) = &self.replica {
            replica.pool().close();
        }
    }
}

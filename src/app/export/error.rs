//! Why an export broke off.

use super::spool::SpoolFault;
use crate::domain::disclosure::PlanFault;
use crate::domain::disclosure::k_anonymity::{SnapshotMismatch, TableFault};
use crate::domain::form::RecordFault;
use crate::formats::csv::RowFault;
use crate::formats::table::WriteFault;
use crate::store::QueryError;

/// Why an export broke off. The messages are for the log: they hold nothing that anybody answered.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error("the database failed")]
    Query(#[from] QueryError),
    /// A row is of a version or a campaign that the export was not asked for.
    #[error("a row is of an unknown version or campaign")]
    UnknownVersionOrCampaign,
    /// The record of a response cannot be read.
    #[error(transparent)]
    Record(#[from] RecordFault),
    /// A row does not fit the header.
    #[error(transparent)]
    Row(#[from] RowFault),
    /// The format has no place for the table.
    #[error(transparent)]
    Write(#[from] WriteFault),
    /// There are fewer responses than `k`, but some.
    #[error("there are too few responses")]
    TooFew,
    /// The passes did not see the same responses.
    #[error(transparent)]
    SnapshotMismatch(#[from] SnapshotMismatch),
    /// The table of combinations does not fit the responses.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The client hung up.
    #[error("the client hung up")]
    HungUp,
    /// The client took nothing for too long.
    #[error("the client took nothing for too long")]
    Stalled,
    /// Other exports fill the spool, and this client takes nothing.
    #[error("the spool of exports is full")]
    Crowded,
    /// The spool failed.
    #[error(transparent)]
    Spool(#[from] SpoolFault),
    /// The client took too long over the whole.
    #[error("the export took too long")]
    TooLong,
    /// The task that writes it ended without a result.
    #[error("the export broke off")]
    BrokenOff,
}

impl From<PlanFault> for ExportError {
    fn from(fault: PlanFault) -> Self {
        match fault {
            PlanFault::TooFew => Self::TooFew,
            PlanFault::Table(fault) => Self::Table(fault),
        }
    }
}

//! Failures that can occur in every use case.

use crate::random::NoEntropy;
use crate::store::QueryError;
use crate::store::audit::AppendError;
use crate::store::pool::PoolError;

/// An internal failure. The caller is not at fault.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The pool gave no connection.
    #[error("the pool gave no connection")]
    NoConnection(#[from] PoolError),
    /// The database does not answer.
    #[error("the database does not answer")]
    Unavailable,
    /// A server key of the database is not on this server.
    #[error("a server key of the database is not on this server")]
    KeyAbsent,
    /// The database failed.
    #[error("the database failed")]
    Query(#[from] QueryError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The server is shutting down.
    #[error("the server is stopping")]
    Stopping,
    /// A bug: a state that should be impossible. The reason holds no data.
    #[error("{0}")]
    Internal(&'static str),
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::KeyAbsent => Self::KeyAbsent,
            AppendError::Query(error) => error.into(),
        }
    }
}

/// Implements `From` for the error of a use case, for everything that converts into [`Failure`]. The error must have a
/// variant `Failure`.
macro_rules! failures {
    ($($error:ty),+) => {$(
        impl<T: Into<$crate::app::Failure>> From<T> for $error {
            fn from(failure: T) -> Self {
                Self::Failure(failure.into())
            }
        }
    )+};
}
pub(super) use failures;

/// Implements `From<OutOfReach>` for the error of a use case. The error must have a variant `OutOfReach`.
macro_rules! out_of_reach {
    ($($error:ty),+) => {$(
        impl From<$crate::domain::staff::scope::OutOfReach> for $error {
            fn from(out: $crate::domain::staff::scope::OutOfReach) -> Self {
                Self::OutOfReach(out)
            }
        }
    )+};
}
pub(super) use out_of_reach;

//! What can go wrong in every use case, whatever it is about.

use crate::random::NoEntropy;
use crate::store::QueryError;
use crate::store::pool::PoolError;

/// A failure of the machinery. Whoever asked is not at fault.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The pool gave no connection.
    #[error("the pool gave no connection")]
    NoConnection(#[from] PoolError),
    /// The database does not answer.
    #[error("the database does not answer")]
    Unavailable,
    /// The database failed.
    #[error("the database failed")]
    Query(#[from] QueryError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The server is going down.
    #[error("the server is stopping")]
    Stopping,
    /// Something that should not happen. The reason holds no data.
    #[error("{0}")]
    Internal(&'static str),
}

/// Gives the error of a use case a `From` for everything that is a [`Failure`]: it must have the variant `Failure`.
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

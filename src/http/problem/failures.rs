//! Converts internal failures to problems. Internals are not sent to clients: causes are logged by kind only.

use super::{Code, Problem};
use crate::app::Failure;
use crate::random::NoEntropy;
use crate::store::QueryError;
use crate::store::error::{FailureKind, failure_kind, places};
use crate::store::pool::PoolError;

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoConnection(error) => error.into(),
            Failure::Query(error) => error.into(),
            Failure::NoEntropy(error) => error.into(),
            Failure::KeyAbsent => {
                tracing::error!(
                    "a server key of the database is not on this server: copy the file with all of them, and restart"
                );
                Code::DatabaseUnavailable.into()
            }
            Failure::Unavailable | Failure::Stopping => Code::DatabaseUnavailable.into(),
            Failure::Internal(reason) => Self::internal(reason),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match failure_kind(&error) {
            FailureKind::Outage(reason) => {
                tracing::warn!(reason, "the database cannot do it now");
                Code::DatabaseUnavailable.into()
            }
            FailureKind::Refused => {
                let (constraint, table) = places(&error);
                tracing::error!(constraint, table, "database error");
                Code::Internal.into()
            }
            FailureKind::Misunderstood(kind) => {
                tracing::error!(kind, "query error");
                Code::Internal.into()
            }
        }
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        let reason = match error {
            PoolError::Timeout(_) => "timeout",
            PoolError::Backend(_) => "no connection",
            PoolError::Closed => "the pool is closed",
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => "the pool is misbuilt",
        };
        tracing::warn!(reason, "the pool gave no connection");
        Self::new(Code::DatabaseUnavailable)
    }
}

impl From<NoEntropy> for Problem {
    fn from(_: NoEntropy) -> Self {
        Self::internal("no random bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_message_never_reaches_the_wire() {
        let message = "duplicate key: (answer)=(secret)".to_owned();
        let kind = diesel::result::DatabaseErrorKind::Unknown;
        let error = QueryError::DatabaseError(kind, Box::new(message));
        let document = Problem::from(error).document();
        assert_eq!(document.code, Code::Internal);
        assert!(!serde_json::to_string(&document).unwrap().contains("secret"));
    }
}

//! Describes a failed query without data: the messages of the database can carry answers of respondents.

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// The kind of a failed query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The database is unreachable or cancelled the query; a retry can help.
    Outage,
    /// The database rejected the query. Names the constraint or the table, if there is one.
    Refused,
    /// Program and database disagree, on a type for instance. Holds the kind of disagreement.
    Misunderstood(&'static str),
}

/// The kind of this error.
pub fn failure_kind(error: &QueryError) -> FailureKind {
    match error {
        QueryError::DatabaseError(kind, info) if is_outage(*kind, info.message()) => {
            FailureKind::Outage
        }
        QueryError::DatabaseError(..) => FailureKind::Refused,
        QueryError::BrokenTransactionManager | QueryError::RollbackErrorOnCommit { .. } => {
            FailureKind::Outage
        }
        other => FailureKind::Misunderstood(kind_of(other)),
    }
}

/// The constraint and the table that the error of a rejected query names.
pub fn places(error: &QueryError) -> (Option<&str>, Option<&str>) {
    match error {
        QueryError::DatabaseError(_, info) => (info.constraint_name(), info.table_name()),
        _ => (None, None),
    }
}

/// The driver does not keep the SQLSTATE, so the classes 57P0x, 57014, 08xxx, 40P01 and 53100 are recognised by their
/// message texts.
fn is_outage(kind: DatabaseErrorKind, message: &str) -> bool {
    match kind {
        DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => true,
        DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ReadOnlyTransaction => true,
        _ => {
            [
            "terminating connection",
            "canceling statement",
            "the database system is",
            "deadlock detected",
            "could not extend file",
        ]
        .iter()
        .any(|words| message.starts_with(words))
            // Of a full disk. It comes last, after the name of the file.
            || message.ends_with("No space left on device")
        }
    }
}

fn kind_of(error: &QueryError) -> &'static str {
    match error {
        QueryError::NotFound => "not found",
        QueryError::SerializationError(_) => "serialization",
        QueryError::DeserializationError(_) => "deserialization",
        QueryError::QueryBuilderError(_) => "query builder",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_from_a_fault() {
        let kind = |message: &str| {
            let message = Box::new(message.to_owned());
            failure_kind(&QueryError::DatabaseError(
                DatabaseErrorKind::Unknown,
                message,
            ))
        };
        for message in [
            "terminating connection due to administrator command",
            "deadlock detected",
            "could not extend file \"base/1/2\": wrote only 4096 of 8192 bytes at block 7",
            "could not write to file \"base/pgsql_tmp/7\": No space left on device",
        ] {
            assert_eq!(kind(message), FailureKind::Outage);
        }
        assert_eq!(kind("division by zero"), FailureKind::Refused);
    }
}

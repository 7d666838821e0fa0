//! Describes a failed query without data: the messages of the database can carry answers of respondents.

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// The kind of a failed query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The database is unreachable, or cannot do it now; a retry can help. Holds the reason.
    Outage(&'static str),
    /// The database rejected the query. Names the constraint or the table, if there is one.
    Refused,
    /// Program and database disagree, on a type for instance. Holds the kind of disagreement.
    Misunderstood(&'static str),
}

/// The kind of this error.
pub fn failure_kind(error: &QueryError) -> FailureKind {
    match error {
        QueryError::DatabaseError(kind, info) => match outage(*kind, info.message()) {
            Some(reason) => FailureKind::Outage(reason),
            None => FailureKind::Refused,
        },
        QueryError::BrokenTransactionManager | QueryError::RollbackErrorOnCommit { .. } => {
            FailureKind::Outage("the transaction broke off")
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

/// What a message says when the database cannot do it now, and why. The first column is the class of the SQLSTATE.
const OUTAGES: [(&str, &str, &str); 16] = [
    ("53100", "No space left on device", "the disk is full"),
    ("53100", "Disk quota exceeded", "the disk is full"),
    // It goes on with `wrote only 4096 of 8192 bytes`, where there was some room.
    ("53100", "could not extend file", "the disk is full"),
    ("53200", "out of memory", "the database is out of memory"),
    (
        "53200",
        "out of shared memory",
        "the database is out of memory",
    ),
    (
        "53300",
        "too many clients",
        "the database has too many connections",
    ),
    (
        "53300",
        "remaining connection slots",
        "the database has too many connections",
    ),
    (
        "53300",
        "too many connections",
        "the database has too many connections",
    ),
    (
        "57P01",
        "terminating connection",
        "the database ended the connection",
    ),
    (
        "57P02",
        "crash of another server process",
        "the database ended the connection",
    ),
    (
        "57P03",
        "the database system is",
        "the database is starting or stopping",
    ),
    (
        "57014",
        "canceling statement",
        "the database cancelled the statement",
    ),
    (
        "55P03",
        "could not obtain lock",
        "another transaction holds a lock",
    ),
    ("40P01", "deadlock detected", "a deadlock"),
    (
        "25006",
        "read-only transaction",
        "the database takes no writes",
    ),
    (
        "58030",
        "could not write",
        "the database cannot write to its disk",
    ),
];

/// Why the database cannot do it now; none if it refused.
///
/// The driver does not keep the SQLSTATE, so it is recognised by the words of the message, which are English unless
/// `lc_messages` of the database says otherwise.
fn outage(kind: DatabaseErrorKind, message: &str) -> Option<&'static str> {
    match kind {
        DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
            Some("the connection is closed")
        }
        DatabaseErrorKind::SerializationFailure => Some("another transaction came first"),
        DatabaseErrorKind::ReadOnlyTransaction => Some("the database takes no writes"),
        DatabaseErrorKind::Unknown => OUTAGES
            .iter()
            .find(|(_, words, _)| message.contains(words))
            .map(|(_, _, reason)| *reason),
        _ => None,
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
        for (message, reason) in [
            (
                "terminating connection due to administrator command",
                "the database ended the connection",
            ),
            ("deadlock detected", "a deadlock"),
            (
                "could not extend file \"base/16384/16421\": No space left on device",
                "the disk is full",
            ),
            (
                "sorry, too many clients already",
                "the database has too many connections",
            ),
            (
                "canceling statement due to statement timeout",
                "the database cancelled the statement",
            ),
        ] {
            assert_eq!(kind(message), FailureKind::Outage(reason));
        }
        assert_eq!(kind("division by zero"), FailureKind::Refused);
    }
}

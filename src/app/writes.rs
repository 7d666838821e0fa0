//! Whether the database takes writes. Reading works on a full disk, so readiness cannot tell by reading.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::QueryError;
use crate::store::error::{FailureKind, failure_kind};

/// How long a failed write counts. After that, requests may come again: only they can tell whether it works now.
const COUNTS_FOR: Duration = Duration::from_secs(10);

/// The last write, if it failed.
#[derive(Debug, Default)]
pub struct Writes(Mutex<Option<Failed>>);

#[derive(Debug, Clone, Copy)]
struct Failed {
    at: Instant,
    reason: &'static str,
}

impl Writes {
    /// Notes a write that succeeded.
    pub(super) fn succeeded(&self) {
        self.set(None);
    }

    /// Notes a write that failed, unless the database refused what was written.
    pub(super) fn failed(&self, error: &QueryError) {
        if let FailureKind::Outage(reason) = failure_kind(error) {
            let at = Instant::now();
            self.set(Some(Failed { at, reason }));
        }
    }

    /// Why the last write failed, if it did so lately.
    pub fn refused(&self) -> Option<&'static str> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = last.filter(|failed| failed.at.elapsed() < COUNTS_FOR);
        lately.map(|failed| failed.reason)
    }

    fn set(&self, last: Option<Failed>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }
}

#[cfg(test)]
mod tests {
    use diesel::result::DatabaseErrorKind;

    use super::*;

    fn error(message: &str) -> QueryError {
        QueryError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn a_full_disk_counts_until_a_write_succeeds() {
        let writes = Writes::default();
        assert_eq!(writes.refused(), None);
        writes.failed(&error("could not extend file: No space left on device"));
        assert_eq!(writes.refused(), Some("the disk is full"));
        writes.succeeded();
        assert_eq!(writes.refused(), None);
    }

    #[test]
    fn what_the_database_refuses_says_nothing_of_its_disk() {
        let writes = Writes::default();
        writes.failed(&error("division by zero"));
        assert_eq!(writes.refused(), None);
    }
}

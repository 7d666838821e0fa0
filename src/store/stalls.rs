//! When Postgres last left a query unanswered.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Remembers the last time that a connection lost patience. Connections that were made before it are not lent again:
/// they lead to the same server, which may hang for good while another one has taken over.
#[derive(Debug, Default)]
pub(super) struct Stalls(Mutex<Option<Instant>>);

impl Stalls {
    /// Notes that a query was left unanswered.
    pub(super) fn note(&self) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Instant::now());
    }

    /// Whether a query was left unanswered since then.
    pub(super) fn since(&self, then: Instant) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last >= then)
    }
}

//! The only place that reads the wall clock. Everything else is given the time, so that
//! it can be tested, and so that the pure core stays pure.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Tells the time. Tests bring one that they can move.
pub trait Clock: Send + Sync {
    /// The time now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that can be shared between threads.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that may")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

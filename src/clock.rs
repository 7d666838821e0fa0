//! The only place that reads the wall clock. All other code gets the time as an argument, so that it can be tested, and
//! so that the domain stays pure.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// A source of the time. Tests use one that they can move.
pub trait Clock: Send + Sync {
    /// The present time, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that can be shared between threads.
pub type SharedClock = Arc<dyn Clock>;

/// The system clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that may")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

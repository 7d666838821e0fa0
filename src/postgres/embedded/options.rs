//! The settings of the embedded Postgres.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of the embedded Postgres.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether committed data survives a power failure (`fsync` and related settings). Off only in tests.
    pub durable: bool,
    /// The folder of the Postgres programs. They are searched for if it is absent.
    pub binaries: Option<PathBuf>,
    /// The most time for a start, including the recovery after a crash.
    pub ready_within: Duration,
    /// The time that Postgres must have run for an end to count as the first one again.
    pub healthy_after: Duration,
    /// The longest pause between two starts of a supervised Postgres.
    pub longest_pause: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durable: true,
            binaries: None,
            ready_within: Duration::from_mins(10),
            healthy_after: Duration::from_secs(10),
            longest_pause: Duration::from_secs(30),
        }
    }
}

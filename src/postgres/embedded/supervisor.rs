//! Starts Postgres again when it ends by itself: killed, out of memory, out of disk, out of sight.
//!
//! A first end is mended at once. After further ones the pauses grow, so that what cannot work does not keep the machine
//! busy and does not fill the log. They stay bounded, so that it heals alone once the cause is gone. After a healthy time
//! an end counts as the first one again.

use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::cancellation::Cancellation;
use super::error::EmbeddedError;
use super::running::{EmbeddedPostgres, Trouble};

/// Counts the starts after an end that nobody asked for, by outcome.
const RESTARTS: &str = "aftercare_postgres_restarts_total";
/// How often it is looked at.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);
/// The pause after the second end in a row. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The number of ends in a row from which on it counts as a crash loop.
const CRASH_LOOP: u32 = 5;

/// Watches a Postgres from a thread of its own. [`stop`](Self::stop) stops both.
#[derive(Debug)]
pub struct Supervisor {
    /// Dropped to tell the thread to stop.
    server: Option<Sender<()>>,
    thread: Option<JoinHandle<Result<(), EmbeddedError>>>,
}

impl Supervisor {
    /// Watches this Postgres from now on.
    #[must_use]
    pub fn watch(postgres: EmbeddedPostgres) -> Self {
        let (server, cancellation) = Cancellation::new();
        let watch = Watch {
            postgres,
            cancellation,
            ends_in_a_row: 0,
            up_since: Instant::now(),
        };
        Self {
            server: Some(server),
            thread: Some(std::thread::spawn(|| watch.run())),
        }
    }

    /// Stops Postgres and waits until it is gone. A start that is under way is called off.
    ///
    /// # Errors
    ///
    /// If Postgres still runs after an immediate shutdown.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<(), EmbeddedError> {
        self.server = None;
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        // A thread that panicked has dropped its Postgres, which stops it.
        thread.join().unwrap_or(Ok(()))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::error!(%error, "could not stop the embedded Postgres");
        }
    }
}

/// What the thread knows.
struct Watch {
    postgres: EmbeddedPostgres,
    cancellation: Cancellation,
    /// The ends and failed starts since it was last healthy.
    ends_in_a_row: u32,
    up_since: Instant,
}

impl Watch {
    /// Until the server stops. Then Postgres is stopped as well, by the one who starts it: so the two never meet.
    fn run(mut self) -> Result<(), EmbeddedError> {
        while let Ok(trouble) = self.wait_for_trouble() {
            if self.up_since.elapsed() >= self.postgres.options().healthy_after {
                self.ends_in_a_row = 0;
            }
            self.tell(&trouble);
            let down_since = Instant::now();
            if self.start_until_it_runs().is_err() {
                break;
            }
            self.up_since = Instant::now();
            let seconds = down_since.elapsed().as_secs_f64();
            tracing::info!(
                down_for_seconds = seconds,
                "the embedded Postgres runs again"
            );
        }
        self.postgres.shut_down()
    }

    /// An error means that the server stops.
    fn wait_for_trouble(&mut self) -> Result<Trouble, EmbeddedError> {
        loop {
            self.cancellation.pause(WATCH_INTERVAL)?;
            if let Some(trouble) = self.postgres.trouble() {
                return Ok(trouble);
            }
        }
    }

    /// An error means that the server stops.
    fn start_until_it_runs(&mut self) -> Result<(), EmbeddedError> {
        loop {
            let pause = pause(self.ends_in_a_row, self.postgres.options().longest_pause);
            self.cancellation.pause(pause)?;
            self.ends_in_a_row = self.ends_in_a_row.saturating_add(1);
            match self.postgres.start_again(&self.cancellation) {
                Ok(()) => {
                    count("started");
                    return Ok(());
                }
                Err(EmbeddedError::Stopping) => return Err(EmbeddedError::Stopping),
                Err(error) => {
                    count("failed");
                    self.tell_failure(&error);
                }
            }
        }
    }

    fn tell(&self, trouble: &Trouble) {
        match trouble {
            Trouble::Ended(how) => {
                let last_words = self.postgres.last_words();
                tracing::error!(
                    how,
                    last_words,
                    "the embedded Postgres ended by itself; it is started again"
                );
            }
            Trouble::SocketGone => tracing::error!(
                "the socket of the embedded Postgres was removed; Postgres is started again to make a new one"
            ),
        }
        if self.ends_in_a_row >= CRASH_LOOP {
            tracing::error!(
                ends_in_a_row = self.ends_in_a_row,
                "the embedded Postgres keeps ending: see what it said last, free disk or memory, \
                 and look at server.log in its folder"
            );
        }
    }

    fn tell_failure(&self, error: &EmbeddedError) {
        let next = pause(self.ends_in_a_row, self.postgres.options().longest_pause);
        tracing::error!(
            // As a text, which the log keeps on one line.
            error = error.to_string(),
            failures_in_a_row = self.ends_in_a_row,
            next_try_in_seconds = next.as_secs_f64(),
            "the embedded Postgres does not start; it is tried again"
        );
    }
}

/// The pause before a start, after this many others.
fn pause(before: u32, longest: Duration) -> Duration {
    match before.checked_sub(1) {
        None => Duration::ZERO,
        // The bound keeps the factor within its type.
        Some(doublings) => FIRST_PAUSE
            .saturating_mul(1 << doublings.min(16))
            .min(longest),
    }
}

fn count(outcome: &'static str) {
    metrics::counter!(RESTARTS, "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_none_to_the_longest() {
        let longest = Duration::from_secs(30);
        let pauses: Vec<_> = (0..10).map(|before| pause(before, longest)).collect();
        assert_eq!(pauses[0], Duration::ZERO);
        assert_eq!(pauses[1], FIRST_PAUSE);
        assert_eq!(pauses[4], FIRST_PAUSE * 8);
        assert_eq!(pauses[9], longest);
        assert_eq!(pause(u32::MAX, longest), longest);
    }
}

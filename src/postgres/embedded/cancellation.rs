//! Waiting that can be called off: a shutdown does not wait for a start that is under way.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::error::EmbeddedError;

/// Tells whoever waits that the server is stopping. It is told when the [`Sender`] is dropped.
#[derive(Debug, Default)]
pub(super) struct Cancellation(Option<Receiver<()>>);

impl Cancellation {
    /// With the sender whose end calls off the waiting.
    pub(super) fn new() -> (Sender<()>, Self) {
        let (sender, receiver) = channel();
        (sender, Self(Some(receiver)))
    }

    /// Nothing calls it off.
    pub(super) fn never() -> Self {
        Self(None)
    }

    /// Waits for this time.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::Stopping`], at once, when the server is stopping.
    pub(super) fn pause(&self, time: Duration) -> Result<(), EmbeddedError> {
        let Some(receiver) = &self.0 else {
            std::thread::sleep(time);
            return Ok(());
        };
        match receiver.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => Err(EmbeddedError::Stopping),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_pause_ends_at_once_when_it_is_called_off() {
        let (sender, cancellation) = Cancellation::new();
        cancellation.pause(Duration::from_millis(1)).unwrap();
        let begin = Instant::now();
        let stopping = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(sender);
        });
        let error = cancellation.pause(Duration::from_mins(1)).unwrap_err();
        assert!(matches!(error, EmbeddedError::Stopping), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(10));
        cancellation.pause(Duration::ZERO).unwrap_err();
        stopping.join().unwrap();
    }
}

//! A socket that loses patience: when Postgres owes an answer and sends nothing for too long, the connection fails.
//!
//! Postgres limits its statements itself. But a server that hangs enforces no limit, and a network that swallows packets
//! tells nobody. So each connection has a limit on our side as well, which holds for every query on it.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::stalls::Stalls;

/// How a message ends that says that Postgres waits for the next query: its tag and its length, and one byte for the
/// state of the transaction.
const READY_FOR_QUERY: [u8; 5] = [b'Z', 0, 0, 0, 5];

/// The length of that message.
const READY_LENGTH: usize = READY_FOR_QUERY.len() + 1;

/// A socket with a limit on how long Postgres may owe an answer.
pub(super) struct PatientStream<S> {
    inner: S,
    patience: Duration,
    stalls: Arc<Stalls>,
    /// Until when something must come; none while nothing is owed.
    due: Option<Instant>,
    /// Wakes the connection at `due` or before: it is set anew only when it fires.
    alarm: Option<Pin<Box<Sleep>>>,
    /// The last bytes that came.
    tail: [u8; READY_LENGTH],
}

impl<S> PatientStream<S> {
    pub(super) fn new(inner: S, patience: Duration, stalls: Arc<Stalls>) -> Self {
        Self {
            inner,
            patience,
            stalls,
            due: None,
            alarm: None,
            tail: [0; READY_LENGTH],
        }
    }

    /// Notes what came. Nothing is owed after the end of an answer.
    fn note(&mut self, bytes: &[u8]) {
        let kept = READY_LENGTH.saturating_sub(bytes.len());
        self.tail.rotate_right(kept);
        for (place, byte) in self
            .tail
            .iter_mut()
            .skip(kept)
            .zip(bytes.iter().skip(bytes.len().saturating_sub(READY_LENGTH)))
        {
            *place = *byte;
        }
        let done = self.tail.starts_with(&READY_FOR_QUERY);
        self.due = (!done).then(|| Instant::now() + self.patience);
    }

    /// Ready when Postgres owes an answer for too long.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due) = self.due else {
            return Poll::Pending;
        };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(due)));
        loop {
            ready!(alarm.as_mut().poll(cx));
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(due);
        }
    }
}

fn overdue() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "the database does not answer")
}

impl<S: AsyncRead + Unpin> AsyncRead for PatientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                let filled = buf.filled();
                self.note(filled.get(before..).unwrap_or_default());
                Poll::Ready(Ok(()))
            }
            Poll::Pending => {
                ready!(self.poll_overdue(cx));
                self.stalls.note();
                Poll::Ready(Err(overdue()))
            }
            failed => failed,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PatientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.due.is_none() {
            self.due = Some(Instant::now() + self.patience);
            // The driver reads first and writes then. Without the alarm, nothing would make it read again.
            let _ = self.poll_overdue(cx);
        }
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(12);
    const READY: &[u8] = b"Z\0\0\0\x05I";

    fn pair() -> (PatientStream<DuplexStream>, DuplexStream, Arc<Stalls>) {
        let (ours, theirs) = duplex(1024);
        let stalls = Arc::new(Stalls::default());
        (
            PatientStream::new(ours, PATIENCE, Arc::clone(&stalls)),
            theirs,
            stalls,
        )
    }

    async fn read(stream: &mut PatientStream<DuplexStream>) -> io::Result<usize> {
        stream.read(&mut [0; 64]).await
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_comes_fails_after_the_patience() {
        let (mut stream, _theirs, stalls) = pair();
        let started = Instant::now();
        stream.write_all(b"query").await.unwrap();
        let failed = read(&mut stream).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), PATIENCE.as_secs());
        assert!(stalls.since(started.into_std()));
    }

    /// As the driver does it: it reads before it writes, and is polled again only when something wakes it.
    #[tokio::test(start_paused = true)]
    async fn a_query_that_follows_the_reading_is_waited_for_no_longer() {
        let (mut stream, _theirs, _) = pair();
        let mut written = false;
        let failed = std::future::poll_fn(|cx| {
            let mut bytes = [0; 64];
            let mut buf = ReadBuf::new(&mut bytes);
            if let Poll::Ready(result) = Pin::new(&mut stream).poll_read(cx, &mut buf) {
                return Poll::Ready(result);
            }
            if !written {
                written = true;
                assert!(Pin::new(&mut stream).poll_write(cx, b"query").is_ready());
            }
            Poll::Pending
        });
        let failed = tokio::time::timeout(PATIENCE * 2, failed).await;
        assert_eq!(failed.unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_breaks_off_in_the_middle_fails_too() {
        let (mut stream, mut theirs, _) = pair();
        stream.write_all(b"query").await.unwrap();
        theirs.write_all(b"half an answer").await.unwrap();
        assert_eq!(read(&mut stream).await.unwrap(), 14);
        assert!(read(&mut stream).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_may_stay_silent() {
        let (mut stream, mut theirs, stalls) = pair();
        stream.write_all(b"query").await.unwrap();
        // The end of the answer comes in two pieces.
        theirs.write_all(&READY[..2]).await.unwrap();
        assert_eq!(read(&mut stream).await.unwrap(), 2);
        theirs.write_all(&READY[2..]).await.unwrap();
        assert_eq!(read(&mut stream).await.unwrap(), 4);
        let silent = tokio::time::timeout(PATIENCE * 100, read(&mut stream)).await;
        assert!(silent.is_err());
        assert!(!stalls.since((Instant::now() - PATIENCE * 200).into_std()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_keeps_coming_may_take_long() {
        let (mut stream, mut theirs, _) = pair();
        stream.write_all(b"query").await.unwrap();
        for _ in 0..10 {
            tokio::time::sleep(PATIENCE - Duration::from_secs(1)).await;
            theirs.write_all(b"a row").await.unwrap();
            assert_eq!(read(&mut stream).await.unwrap(), 5);
        }
        assert!(read(&mut stream).await.is_err());
    }
}

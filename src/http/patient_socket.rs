//! A client's socket that loses patience, so that nobody holds a connection by doing nothing with it.
//!
//! The framework limits the time for the head of a connection's first request, and for the silence between two. It
//! limits neither the head of a later request nor a client that does not read its reply. So each connection has these
//! limits, which grow shorter when the server is [crowded](Connections):
//!
//! | what does not move on | limit |
//! | --- | --- |
//! | the head of a request, from its first byte | [`Limits::head`] |
//! | anything, while no request is being answered | [`Limits::quiet`] |
//! | the client's reading, while there is something to read | [`Limits::reading`] |
//!
//! The body of a request has a limit where it is read.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::parser_refusal;

/// How often a connection that waits is looked at.
const TICK: Duration = Duration::from_secs(2);
/// The limit on heads and silence when the server is crowded.
const CROWDED: Duration = Duration::from_secs(2);

/// The most requests of one connection that are answered at once.
const MOST_AT_ONCE: usize = 100;
/// With so many, the connection is closed: its client goes on although it is told to wait.
const FAR_TOO_MANY: usize = 2 * MOST_AT_ONCE;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the head of a request.
    pub head: Duration,
    /// For its next request, or for the rest of what it began.
    pub quiet: Duration,
    /// For taking some of what is sent to it.
    pub reading: Duration,
}

/// The open connections of the server.
pub struct Connections {
    open: AtomicUsize,
    many: usize,
}

impl Connections {
    /// The server is crowded when this many are open.
    pub fn crowded_at(many: usize) -> Self {
        Self {
            open: AtomicUsize::new(0),
            many,
        }
    }

    fn is_crowded(&self) -> bool {
        self.open.load(Ordering::Relaxed) >= self.many
    }
}

/// The requests of one connection: how many began, and how many of them are being answered.
#[derive(Default)]
pub struct Requests {
    begun: AtomicU64,
    open: AtomicUsize,
}

/// A request that is being answered, until the last byte of the reply is handed over.
pub struct Answering(Arc<Requests>);

impl Requests {
    /// Whether more requests are being answered at once than one client needs. HTTP/1.1 has one; HTTP/2 has as many as
    /// the client likes, since the framework announces no limit.
    pub fn are_too_many(&self) -> bool {
        self.open.load(Ordering::Relaxed) > MOST_AT_ONCE
    }

    /// Notes that a request is being answered.
    pub fn begin(self: &Arc<Self>) -> Answering {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        Answering(Arc::clone(self))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A client's socket with limits on doing nothing.
pub struct PatientSocket<S> {
    inner: S,
    limits: Limits,
    connections: Arc<Connections>,
    requests: Arc<Requests>,
    /// How many requests had begun when this was last looked at.
    begun: u64,
    /// Since when no request is being answered.
    quiet: Instant,
    /// Since when the head of a request comes in.
    head: Option<Instant>,
    /// Since when the client takes nothing of what is to be written.
    full: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    refusal: Option<Refusal>,
}

/// The reply of the framework to what its parser refuses, completed, and how much of it was sent.
struct Refusal {
    /// How long the framework's own reply is.
    stands_for: usize,
    reply: Vec<u8>,
    sent: usize,
}

impl<S> PatientSocket<S> {
    /// Counts among these connections until it is dropped.
    pub fn new(inner: S, limits: Limits, connections: Arc<Connections>) -> Self {
        connections.open.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!("aftercare_http_connections").increment(1.0);
        let now = Instant::now();
        Self {
            inner,
            limits,
            connections,
            requests: Arc::default(),
            begun: 0,
            quiet: now,
            head: None,
            full: None,
            alarm: Box::pin(sleep_until(now + TICK)),
            refusal: None,
        }
    }

    /// The requests of this connection, for those who answer them.
    pub fn requests(&self) -> &Arc<Requests> {
        &self.requests
    }

    /// Brings up to date what the requests tell; gives whether one is being answered.
    fn is_answering(&mut self, now: Instant) -> bool {
        let begun = self.requests.begun.load(Ordering::Relaxed);
        let answering = self.requests.open.load(Ordering::Relaxed) > 0;
        if answering || begun != self.begun {
            (self.begun, self.quiet, self.head) = (begun, now, None);
        }
        answering
    }

    fn is_overdue(&mut self, now: Instant) -> bool {
        let since = |begin: Option<Instant>| begin.map_or(Duration::ZERO, |it| now - it);
        if since(self.full) >= self.limits.reading {
            return true;
        }
        if self.is_answering(now) {
            return false;
        }
        let crowded = self.connections.is_crowded();
        let limit = |limit: Duration| if crowded { limit.min(CROWDED) } else { limit };
        since(self.head) >= limit(self.limits.head) || now - self.quiet >= limit(self.limits.quiet)
    }

    /// Ready when the connection did nothing for too long. Otherwise it is looked at again after a while.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.alarm.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if self.is_overdue(now) {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(now + TICK);
        }
        Poll::Pending
    }
}

impl<S> Drop for PatientSocket<S> {
    fn drop(&mut self) {
        self.connections.open.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("aftercare_http_connections").decrement(1.0);
    }
}

impl<S: AsyncWrite + Unpin> PatientSocket<S> {
    /// Writes the bytes, or the completed refusal in their place. The framework offers the same bytes until they are
    /// taken.
    fn poll_write_whole(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.refusal.is_none() {
            self.refusal = parser_refusal::completed(bytes).map(|reply| Refusal {
                stands_for: bytes.len(),
                reply,
                sent: 0,
            });
        }
        let inner = Pin::new(&mut self.inner);
        let Some(refusal) = &mut self.refusal else {
            return inner.poll_write(cx, bytes);
        };
        let rest = refusal.reply.get(refusal.sent..).unwrap_or_default();
        refusal.sent += ready!(inner.poll_write(cx, rest))?;
        if refusal.sent < refusal.reply.len() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let stands_for = refusal.stands_for;
        self.refusal = None;
        Poll::Ready(Ok(stands_for))
    }
}

fn overdue() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "the client does nothing")
}

impl<S: AsyncRead + Unpin> AsyncRead for PatientSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.requests.open.load(Ordering::Relaxed) > FAR_TOO_MANY {
            return Poll::Ready(Err(io::Error::other("the client does not wait")));
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                let now = Instant::now();
                if !self.is_answering(now) {
                    self.head.get_or_insert(now);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => self.poll_overdue(cx).map(|()| Err(overdue())),
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PatientSocket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.poll_write_whole(cx, bytes) {
            Poll::Pending => {
                self.full.get_or_insert_with(Instant::now);
                self.poll_overdue(cx).map(|()| Err(overdue()))
            }
            written => {
                self.full = None;
                written
            }
        }
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
    use tokio::time::{sleep, timeout};

    use super::*;

    const LIMITS: Limits = Limits {
        head: Duration::from_secs(10),
        quiet: Duration::from_secs(80),
        reading: Duration::from_secs(30),
    };

    fn pair(many: usize) -> (PatientSocket<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(64);
        let connections = Arc::new(Connections::crowded_at(many));
        (PatientSocket::new(ours, LIMITS, connections), theirs)
    }

    /// After how long reading fails.
    async fn fails_after(socket: &mut PatientSocket<DuplexStream>) -> u64 {
        let started = Instant::now();
        while socket.read(&mut [0; 8]).await.is_ok() {}
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_head_has_as_little_time_as_the_first() {
        let (mut socket, mut client) = pair(100);
        client.write_all(b"GET one").await.unwrap();
        assert_eq!(socket.read(&mut [0; 8]).await.unwrap(), 7);
        drop(socket.requests().begin());
        client.write_all(b"G").await.unwrap();
        assert!((10..=12).contains(&fails_after(&mut socket).await));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_comes_byte_by_byte_has_no_more_time() {
        let (mut socket, mut client) = pair(100);
        tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        assert!((10..=13).contains(&fails_after(&mut socket).await));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_has_a_limit_which_is_short_when_there_is_a_crowd() {
        let (mut socket, _client) = pair(100);
        assert!((80..=82).contains(&fails_after(&mut socket).await));
        let (mut socket, _client) = pair(1);
        assert!((2..=4).contains(&fails_after(&mut socket).await));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_being_answered_is_waited_for() {
        let (mut socket, mut client) = pair(1);
        client.write_all(b"GET").await.unwrap();
        assert_eq!(socket.read(&mut [0; 8]).await.unwrap(), 3);
        let answering = socket.requests().begin();
        let waiting = timeout(Duration::from_secs(1000), fails_after(&mut socket));
        assert!(waiting.await.is_err());
        drop(answering);
        assert!(fails_after(&mut socket).await <= 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_cut_and_one_that_reads_a_little_is_not() {
        let (mut socket, mut client) = pair(100);
        let _answering = socket.requests().begin();
        let started = Instant::now();
        let reading = tokio::spawn(async move {
            for _ in 0..5 {
                sleep(Duration::from_secs(20)).await;
                client.read_exact(&mut [0; 8]).await.unwrap();
            }
            client
        });
        assert!(socket.write_all(&[0; 1024]).await.is_err());
        assert!((130..=132).contains(&started.elapsed().as_secs()));
        drop(reading.await.unwrap());
    }
}

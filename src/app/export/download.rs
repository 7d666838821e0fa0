//! The transport of an export, from a task that writes it to the body of the reply.
//!
//! The task reads rows, writes them into pieces of the file and sends these on as fast as Postgres gives them. The first
//! few that the client has not taken yet wait in memory, further ones in the [spool](super::spool). So a file takes no more
//! memory for its rows, and a slow client holds no connection to the database. Only when the spool is full does
//! the task wait for the client.
//!
//! What an export will give is reported before its first row is written: [`start`] gives the report, and nothing is
//! sent until [`Started::download`] is called. So the export can be recorded in between.
//!
//! | what happens | what follows |
//! | --- | --- |
//! | a fault before the first piece | [`start`] or [`Started::download`] fails, and the client gets a problem |
//! | a fault later on | the body fails, so the transfer breaks off: never a short file that looks whole |
//! | the client hangs up | the task ends and its connection is closed |
//! | the client takes nothing for [`Limits::stall`], or not everything within [`Limits::total`] | the task ends, what is spooled is thrown away, and the body fails |

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::error::ExportError;
use super::spool::{Spool, SpoolFault, SpooledFile, SpooledPiece};
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;

/// The most pieces that wait in memory for the client.
const IN_MEMORY: u64 = 2;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the next piece.
    pub stall: Duration,
    /// For everything. Postgres has a limit of its own on the pool of exports; this one holds for a client that
    /// takes a little now and then.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(30),
            total: Duration::from_secs(30 * 60),
        }
    }
}

enum Piece {
    Bytes(Bytes),
    Spooled(SpooledPiece),
    Failed(ExportError),
    /// Without this at its end, an export is not whole.
    End,
}

/// What comes of an export, in its order. It holds only what says where a piece is, so its length needs no bound.
struct Pieces {
    pieces: UnboundedReceiver<Piece>,
    /// Tells how many were taken.
    taken: watch::Sender<u64>,
}

/// An export whose report is known, and of which nothing is sent yet.
pub struct Started<R> {
    report: R,
    permission: oneshot::Sender<()>,
    pieces: Pieces,
}

/// An export on its way: a stream of pieces that fails unless it is whole.
pub struct Download(BoxStream<'static, Result<Bytes, ExportError>>);

/// What an export does, on a connection of its own.
pub trait ExportJob: Send + 'static {
    /// What is known of it before its first row is written.
    type Report: Send + 'static;

    /// Looks at what there is, [reports](ExportSink::report) it, and writes the rows; gives their number.
    fn run(
        self,
        conn: &mut AsyncPgConnection,
        sink: &mut ExportSink<Self::Report>,
    ) -> impl Future<Output = Result<u64, ExportError>> + Send;
}

/// Starts an export, up to its report.
///
/// # Errors
///
/// What went wrong until then.
pub async fn start<J: ExportJob>(
    connection: ExclusiveConnection,
    job: J,
    spool: &Spool,
    limits: Limits,
) -> Result<Started<J::Report>, ExportError> {
    let (sender, pieces) = mpsc::unbounded_channel();
    let (taken, taken_by_client) = watch::channel(0);
    let (report, reported) = oneshot::channel();
    let (permission, permitted) = oneshot::channel();
    let sink = ExportSink {
        limits,
        begun: Instant::now(),
        sender,
        sent: 0,
        taken: taken_by_client,
        spooled: spool.open(),
        gate: Some((report, permitted)),
    };
    let mut pieces = Pieces { pieces, taken };
    tokio::spawn(run(connection, job, sink));
    if let Ok(report) = reported.await {
        return Ok(Started {
            report,
            permission,
            pieces,
        });
    }
    match pieces.pieces.recv().await {
        Some(Piece::Failed(error)) => Err(error),
        _ => Err(ExportError::BrokenOff),
    }
}

impl<R> Started<R> {
    /// What is known of the export.
    pub fn report(&self) -> &R {
        &self.report
    }

    /// Lets the rows be written, and waits for the first piece.
    ///
    /// # Errors
    ///
    /// What went wrong before there was anything to send.
    pub async fn download(self) -> Result<Download, ExportError> {
        let Self {
            permission,
            mut pieces,
            ..
        } = self;
        // When nobody listens, the failure waits in the channel.
        let _ = permission.send(());
        match pieces.pieces.recv().await {
            Some(Piece::Failed(error)) => Err(error),
            None => Err(ExportError::BrokenOff),
            Some(first) => Ok(Download::new(first, pieces)),
        }
    }
}

impl Download {
    fn new(first: Piece, pieces: Pieces) -> Self {
        let rest = stream::try_unfold((Some(first), pieces), |(first, mut pieces)| async move {
            let bytes = pieces.next(first).await?;
            Ok(bytes.map(|bytes| (bytes, (None, pieces))))
        });
        Self(rest.boxed())
    }
}

impl Pieces {
    /// The bytes of the next piece, which is this one if there is one; none at the end.
    async fn next(&mut self, piece: Option<Piece>) -> Result<Option<Bytes>, ExportError> {
        let piece = match piece {
            Some(piece) => Some(piece),
            None => self.pieces.recv().await,
        };
        let bytes = match piece {
            Some(Piece::Bytes(bytes)) => bytes,
            Some(Piece::Spooled(piece)) => piece.read().await.map_err(unread)?.into(),
            Some(Piece::End) => return Ok(None),
            // The reason is in the log already, in words that are known to hold no data.
            Some(Piece::Failed(_)) | None => return Err(ExportError::BrokenOff),
        };
        self.taken.send_modify(|taken| *taken += 1);
        Ok(Some(bytes))
    }
}

fn unread(fault: SpoolFault) -> ExportError {
    tracing::warn!(reason = %fault, "a spooled piece of an export cannot be read");
    ExportError::BrokenOff
}

impl Stream for Download {
    type Item = Result<Bytes, ExportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

/// Where a job sends its report and its pieces.
pub struct ExportSink<R> {
    limits: Limits,
    begun: Instant,
    sender: UnboundedSender<Piece>,
    sent: u64,
    taken: watch::Receiver<u64>,
    spooled: SpooledFile,
    /// Where the report goes, and where the permission to write comes from.
    gate: Option<(oneshot::Sender<R>, oneshot::Receiver<()>)>,
}

impl<R> ExportSink<R> {
    /// Reports what is known of the export, and waits until its rows may be written.
    ///
    /// # Errors
    ///
    /// When the client hung up.
    pub async fn report(&mut self, report: R) -> Result<(), ExportError> {
        metrics::histogram!("aftercare_export_masking_seconds").record(self.begun.elapsed());
        let (reporting, permitted) = self.gate.take().ok_or(ExportError::BrokenOff)?;
        reporting.send(report).map_err(|_| ExportError::HungUp)?;
        permitted.await.map_err(|_| ExportError::HungUp)
    }

    /// Sends a piece of the file.
    ///
    /// # Errors
    ///
    /// When the client hung up, or when the spool fails or stays full.
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), ExportError> {
        let waiting = self.sent - *self.taken.borrow();
        let piece = if waiting < IN_MEMORY {
            Piece::Bytes(bytes.into())
        } else {
            self.make_room(bytes.len()).await?;
            Piece::Spooled(self.spooled.keep(bytes).await?)
        };
        self.sent += 1;
        self.pass(piece)
    }

    /// Waits until the spool has room for a piece of this length. It gets some as well when the client has taken all of
    /// this export, so whoever keeps up needs little room.
    async fn make_room(&mut self, length: usize) -> Result<(), ExportError> {
        loop {
            if *self.taken.borrow_and_update() == self.sent {
                self.spooled.clear();
            }
            let wait = async {
                tokio::select! {
                    biased;
                    room = self.spooled.make_room(length) => room.map(|()| true).map_err(ExportError::from),
                    changed = self.taken.changed() => changed.map(|()| false).map_err(|_| ExportError::HungUp),
                }
            };
            match timeout(self.limits.stall, wait).await {
                Ok(Ok(true)) => return Ok(()),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(ExportError::Crowded),
            }
        }
    }

    /// Waits until the client has taken everything.
    async fn drain(&mut self) -> Result<(), ExportError> {
        while *self.taken.borrow_and_update() < self.sent {
            match timeout(self.limits.stall, self.taken.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(ExportError::HungUp),
                Err(_) => return Err(ExportError::Stalled),
            }
        }
        Ok(())
    }

    fn pass(&self, piece: Piece) -> Result<(), ExportError> {
        self.sender.send(piece).map_err(|_| ExportError::HungUp)
    }
}

async fn run<J: ExportJob>(
    mut connection: ExclusiveConnection,
    job: J,
    mut sink: ExportSink<J::Report>,
) {
    let (begun, deadline) = (sink.begun, sink.begun + sink.limits.total);
    let sender = sink.sender.clone();
    let work = timeout_at(deadline, write(&mut connection, job, &mut sink));
    let outcome = tokio::select! {
        outcome = work => outcome.unwrap_or(Err(ExportError::TooLong)),
        // While Postgres sorts, only this tells that the client is gone.
        () = sender.closed() => Err(ExportError::HungUp),
    };
    metrics::histogram!("aftercare_export_seconds").record(begun.elapsed());
    match outcome {
        Ok(rows) => {
            tracing::debug!(rows, "exported");
            connection.give_back();
            let _ = sink.pass(Piece::End);
            let taken = timeout_at(deadline, sink.drain()).await;
            if let Err(error) = taken.unwrap_or(Err(ExportError::TooLong)) {
                tracing::warn!(reason = %error, "an export broke off");
            }
        }
        Err(error) => {
            drop(connection);
            match error {
                ExportError::TooFew => tracing::debug!("an export was refused"),
                _ => tracing::warn!(reason = %error, "an export broke off"),
            }
            // When nobody listens any more, nobody needs to know.
            let _ = sink.pass(Piece::Failed(error));
        }
    }
    sink.spooled.clear();
}

async fn write<J: ExportJob>(
    connection: &mut ExclusiveConnection,
    job: J,
    sink: &mut ExportSink<J::Report>,
) -> Result<u64, ExportError> {
    let conn = connection.connection().ok_or(ExportError::BrokenOff)?;
    job.run(conn, sink).await
}

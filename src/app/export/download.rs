//! From Postgres to the client, row by row.
//!
//! A task of its own reads rows, writes them into pieces of CSV and hands these through a short channel to the
//! body of the answer. When the client does not take them, the channel is full, the task stops reading, and
//! Postgres waits: memory does not grow with the number of rows.
//!
//! What an export will give is known, and reported, before its first row is written: [`prepare`] gives the report, and
//! nothing is sent until [`Prepared::start`] is called. So it can be recorded in between.
//!
//! | what happens | what follows |
//! | --- | --- |
//! | a fault before the first piece | [`prepare`] or [`Prepared::start`] fails, and the client gets a problem |
//! | a fault later on | the body fails, so the transfer breaks off: never a short file that looks whole |
//! | the client hangs up | the task ends and its connection is closed |
//! | the client takes nothing for [`Limits::stall`], or not everything within [`Limits::total`] | the same, and the body fails |

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::domain::disclosure::k_anonymity::{SnapshotMismatch, TableFault};
use crate::formats::wide::WideFault;
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;

/// Pieces that wait for the client at most.
const PIECES: usize = 2;

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
            stall: Duration::from_secs(60),
            total: Duration::from_secs(30 * 60),
        }
    }
}

/// Why an export broke off. The messages are for the log: they hold nothing that anybody answered.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error("the database failed")]
    Query(#[from] diesel::result::Error),
    /// A row cannot be written.
    #[error(transparent)]
    Row(#[from] WideFault),
    /// There are fewer responses than `k`, but some.
    #[error("there are too few responses")]
    TooFew,
    /// The passes did not see the same responses.
    #[error(transparent)]
    SnapshotMismatch(#[from] SnapshotMismatch),
    /// The table of combinations does not fit the responses.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The client hung up.
    #[error("the client hung up")]
    HungUp,
    /// The client took nothing for too long.
    #[error("the client took nothing for too long")]
    Stalled,
    /// The client took too long over the whole.
    #[error("the export took too long")]
    TooLong,
    /// The task that writes it ended without a word.
    #[error("the export broke off")]
    BrokenOff,
}

enum Piece {
    Bytes(Bytes),
    Failed(ExportError),
    /// Without this at its end, an export is not whole.
    End,
}

/// An export of which is known what it takes away, and of which nothing is sent yet.
pub struct Prepared<R> {
    report: R,
    permission: oneshot::Sender<()>,
    pieces: Receiver<Piece>,
}

/// An export under sink: a stream of pieces that fails unless it is whole.
pub struct Download {
    first: Option<Piece>,
    pieces: Receiver<Piece>,
    over: bool,
}

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

/// Begins an export, up to its report.
///
/// # Errors
///
/// What went wrong until then.
pub async fn prepare<W: ExportJob>(
    lease: ExclusiveConnection,
    work: W,
    limits: Limits,
) -> Result<Prepared<W::Report>, ExportError> {
    let (sender, mut pieces) = mpsc::channel(PIECES);
    let (report, reported) = oneshot::channel();
    let (permission, permitted) = oneshot::channel();
    let sink = ExportSink {
        limits,
        sender,
        gate: Some((report, permitted)),
    };
    tokio::spawn(run(lease, work, sink));
    if let Ok(report) = reported.await {
        return Ok(Prepared {
            report,
            permission,
            pieces,
        });
    }
    match pieces.recv().await {
        Some(Piece::Failed(error)) => Err(error),
        _ => Err(ExportError::BrokenOff),
    }
}

impl<R> Prepared<R> {
    /// What is known of the export.
    pub fn report(&self) -> &R {
        &self.report
    }

    /// Lets the rows be written, and waits for the first piece.
    ///
    /// # Errors
    ///
    /// What went wrong before there was anything to send.
    pub async fn start(self) -> Result<Download, ExportError> {
        let Self {
            permission,
            mut pieces,
            ..
        } = self;
        // When nobody listens, the failure waits in the channel.
        let _ = permission.send(());
        match pieces.recv().await {
            Some(Piece::Failed(error)) => Err(error),
            None => Err(ExportError::BrokenOff),
            first => Ok(Download {
                first,
                pieces,
                over: false,
            }),
        }
    }
}

impl Stream for Download {
    type Item = Result<Bytes, ExportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let piece = match self.first.take() {
            Some(piece) => Some(piece),
            None => std::task::ready!(self.pieces.poll_recv(cx)),
        };
        self.over = !matches!(piece, Some(Piece::Bytes(_)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => None,
            // The reason is in the log already, in words that are known to hold no data.
            Some(Piece::Failed(_)) | None => Some(Err(ExportError::BrokenOff)),
        })
    }
}

/// The sink to the client.
pub struct ExportSink<R> {
    limits: Limits,
    sender: Sender<Piece>,
    /// Where the report goes, and where the permission comes from.
    gate: Option<(oneshot::Sender<R>, oneshot::Receiver<()>)>,
}

impl<R> ExportSink<R> {
    /// Reports what is known of the export, and waits until its rows may be written.
    ///
    /// # Errors
    ///
    /// When nobody wants them any more.
    pub async fn report(&mut self, report: R) -> Result<(), ExportError> {
        let (reporting, permitted) = self.gate.take().ok_or(ExportError::BrokenOff)?;
        reporting.send(report).map_err(|_| ExportError::HungUp)?;
        permitted.await.map_err(|_| ExportError::HungUp)
    }

    /// Sends a piece of the file, when the client has taken the ones before.
    ///
    /// # Errors
    ///
    /// When it does not, or is gone.
    pub async fn send(&self, bytes: Vec<u8>) -> Result<(), ExportError> {
        self.pass(Piece::Bytes(bytes.into())).await
    }

    async fn pass(&self, piece: Piece) -> Result<(), ExportError> {
        match timeout(self.limits.stall, self.sender.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ExportError::HungUp),
            Err(_) => Err(ExportError::Stalled),
        }
    }
}

async fn run<W: ExportJob>(
    mut lease: ExclusiveConnection,
    work: W,
    mut sink: ExportSink<W::Report>,
) {
    let (limits, sender) = (sink.limits, sink.sender.clone());
    let work = timeout(limits.total, write(&mut lease, work, &mut sink));
    let outcome = tokio::select! {
        outcome = work => outcome.unwrap_or(Err(ExportError::TooLong)),
        // While Postgres sorts, only this tells that nobody waits any more.
        () = sender.closed() => Err(ExportError::HungUp),
    };
    let last = match outcome {
        Ok(rows) => {
            tracing::debug!(rows, "exported");
            lease.give_back();
            Piece::End
        }
        Err(error) => {
            drop(lease);
            match error {
                ExportError::TooFew => tracing::debug!("an export was refused"),
                _ => tracing::warn!(reason = %error, "an export broke off"),
            }
            Piece::Failed(error)
        }
    };
    // A client that stalled takes this no sooner than the rest; then the closed channel tells it.
    let _ = sink.pass(last).await;
}

async fn write<W: ExportJob>(
    lease: &mut ExclusiveConnection,
    work: W,
    sink: &mut ExportSink<W::Report>,
) -> Result<u64, ExportError> {
    let conn = lease.connection().ok_or(ExportError::BrokenOff)?;
    work.run(conn, sink).await
}

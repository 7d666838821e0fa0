//! The transport of an export, from a task that writes it to the body of the reply.
//!
//! The task reads rows, writes them into pieces of the file and sends these through a short channel. When the client does
//! not take them, the channel is full, the task stops reading, and Postgres waits: memory does not grow with the number
//! of rows.
//!
//! What an export will give is reported before its first row is written: [`start`] gives the report, and nothing is
//! sent until [`Started::download`] is called. So the export can be recorded in between.
//!
//! | what happens | what follows |
//! | --- | --- |
//! | a fault before the first piece | [`start`] or [`Started::download`] fails, and the client gets a problem |
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

use super::error::ExportError;
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;

/// The most pieces that wait for the client.
const MAX_PIECES: usize = 2;

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

enum Piece {
    Bytes(Bytes),
    Failed(ExportError),
    /// Without this at its end, an export is not whole.
    End,
}

/// An export whose report is known, and of which nothing is sent yet.
pub struct Started<R> {
    report: R,
    permission: oneshot::Sender<()>,
    pieces: Receiver<Piece>,
}

/// An export on its way: a stream of pieces that fails unless it is whole.
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

/// Starts an export, up to its report.
///
/// # Errors
///
/// What went wrong until then.
pub async fn start<J: ExportJob>(
    connection: ExclusiveConnection,
    job: J,
    limits: Limits,
) -> Result<Started<J::Report>, ExportError> {
    let (sender, mut pieces) = mpsc::channel(MAX_PIECES);
    let (report, reported) = oneshot::channel();
    let (permission, permitted) = oneshot::channel();
    let sink = ExportSink {
        limits,
        sender,
        gate: Some((report, permitted)),
    };
    tokio::spawn(run(connection, job, sink));
    if let Ok(report) = reported.await {
        return Ok(Started {
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

/// Where a job sends its report and its pieces.
pub struct ExportSink<R> {
    limits: Limits,
    sender: Sender<Piece>,
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
        let (reporting, permitted) = self.gate.take().ok_or(ExportError::BrokenOff)?;
        reporting.send(report).map_err(|_| ExportError::HungUp)?;
        permitted.await.map_err(|_| ExportError::HungUp)
    }

    /// Sends a piece of the file, when the client has taken the ones before.
    ///
    /// # Errors
    ///
    /// When the client does not take them, or hung up.
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

async fn run<J: ExportJob>(
    mut connection: ExclusiveConnection,
    job: J,
    mut sink: ExportSink<J::Report>,
) {
    let (limits, sender) = (sink.limits, sink.sender.clone());
    let work = timeout(limits.total, write(&mut connection, job, &mut sink));
    let outcome = tokio::select! {
        outcome = work => outcome.unwrap_or(Err(ExportError::TooLong)),
        // While Postgres sorts, only this tells that the client is gone.
        () = sender.closed() => Err(ExportError::HungUp),
    };
    let last = match outcome {
        Ok(rows) => {
            tracing::debug!(rows, "exported");
            connection.give_back();
            Piece::End
        }
        Err(error) => {
            drop(connection);
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

async fn write<J: ExportJob>(
    connection: &mut ExclusiveConnection,
    job: J,
    sink: &mut ExportSink<J::Report>,
) -> Result<u64, ExportError> {
    let conn = connection.connection().ok_or(ExportError::BrokenOff)?;
    job.run(conn, sink).await
}

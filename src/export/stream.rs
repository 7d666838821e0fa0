//! From Postgres to the client, row by row.
//!
//! A task of its own reads rows, writes them into pieces of CSV and hands these through a short channel to the
//! body of the answer. When the client does not take them, the channel is full, the task stops reading, and
//! Postgres waits: memory does not grow with the number of rows.
//!
//! | what happens | what follows |
//! | --- | --- |
//! | a fault before the first piece | [`start`] fails, and the client gets a problem |
//! | a fault later on | the body fails, so the transfer breaks off: never a short file that looks whole |
//! | the client hangs up | the task ends and its connection is closed |
//! | the client takes nothing for [`Limits::stall`], or not everything within [`Limits::total`] | the same, and the body fails |

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::timeout;
use uuid::Uuid;

use super::csv::{CsvOptions, Sheet};
use super::wide::{Wide, WideFault};
use crate::domain::codebook::Columns;
use crate::domain::form::Form;
use crate::store::lease::Lease;
use crate::store::responses_export::{ResponsesFilter, stream_responses};

/// Pieces that wait for the client at most.
const PIECES: usize = 2;

/// Everything that the export of a form's responses needs to know.
pub struct ResponsesExport {
    /// The versions: id, number, form.
    pub versions: Vec<(Uuid, i32, Form)>,
    /// The keys of the campaigns.
    pub campaigns: HashMap<Uuid, String>,
    /// Which responses.
    pub filter: ResponsesFilter,
    /// How they are written.
    pub options: CsvOptions,
}

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

/// An export under way: a stream of pieces that fails unless it is whole.
pub struct Download {
    first: Option<Piece>,
    pieces: Receiver<Piece>,
    over: bool,
}

/// Starts an export, and waits for its first piece.
///
/// # Errors
///
/// What went wrong before there was anything to send.
pub async fn start(
    lease: Lease,
    export: ResponsesExport,
    limits: Limits,
) -> Result<Download, ExportError> {
    let (sender, mut pieces) = mpsc::channel(PIECES);
    tokio::spawn(run(lease, export, limits, sender));
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

async fn run(mut lease: Lease, export: ResponsesExport, limits: Limits, sender: Sender<Piece>) {
    let work = timeout(limits.total, write(&mut lease, &export, limits, &sender));
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
            tracing::warn!(reason = %error, "an export broke off");
            Piece::Failed(error)
        }
    };
    // A client that stalled takes this no sooner than the rest; then the closed channel tells it.
    let _ = timeout(limits.stall, sender.send(last)).await;
}

async fn write(
    lease: &mut Lease,
    export: &ResponsesExport,
    limits: Limits,
    sender: &Sender<Piece>,
) -> Result<u64, ExportError> {
    let versions = export.versions.iter();
    let forms: Vec<_> = versions.map(|(_, number, form)| (*number, form)).collect();
    let columns = Columns::of(&forms);
    let ids = export.versions.iter().map(|(id, number, _)| (*id, *number));
    let mut wide = Wide::new(&columns, ids, &export.campaigns);
    let mut sheet = Sheet::new(export.options);
    wide.header(&mut sheet)?;
    let conn = lease.connection().ok_or(ExportError::BrokenOff)?;
    let mut rows = pin!(stream_responses(conn, &export.filter).await?);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        wide.row(&row, &mut sheet)?;
        count += 1;
        if sheet.is_full() {
            send(sheet.take(), limits, sender).await?;
        }
    }
    send(sheet.take(), limits, sender).await?;
    Ok(count)
}

async fn send(piece: Vec<u8>, limits: Limits, sender: &Sender<Piece>) -> Result<(), ExportError> {
    match timeout(limits.stall, sender.send(Piece::Bytes(piece.into()))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(ExportError::HungUp),
        Err(_) => Err(ExportError::Stalled),
    }
}

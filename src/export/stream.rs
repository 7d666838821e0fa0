//! From Postgres to the client, row by row.
//!
//! A task of its own reads rows, writes them into pieces of CSV and hands these through a short channel to the
//! body of the answer. When the client does not take them, the channel is full, the task stops reading, and
//! Postgres waits: memory does not grow with the number of rows, but for the table of combinations that the masking needs.
//!
//! It goes through the rows several times, within one snapshot (see [`super::passes`]). What is to be masked is decided, and
//! reported, before the first row is written: [`prepare`] gives the report, and nothing is sent until
//! [`Prepared::start`] is called.
//!
//! | what happens | what follows |
//! | --- | --- |
//! | a fault before the first piece | [`prepare`] or [`Prepared::start`] fails, and the client gets a problem |
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
use tokio::sync::oneshot;
use tokio::time::timeout;
use uuid::Uuid;

use super::csv::{CsvOptions, Sheet};
use super::passes::{count, diversity, draw, plan, salt};
use super::read::Reader;
use super::report::Report;
use super::wide::{Wide, WideFault};
use crate::domain::codebook::{Columns, Combinations, Giveaways, QuasiIdentifiers};
use crate::domain::form::Form;
use crate::domain::privacy::k_anonymity::{Drift, Masker, TableFault};
use crate::domain::privacy::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::lease::Lease;
use crate::store::responses_export::{
    Order, ResponsesFilter, begin_snapshot, end_snapshot, stream_responses,
};

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
    /// The least number of responses that share their quasi-identifiers.
    pub k: u32,
    /// The keys of the questions whose diversity is reported.
    pub sensitive: Vec<String>,
    /// From which the order of the rows follows, and who of several with the same answers is masked.
    pub key: ServerKey,
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
    /// There are fewer responses than `k`, but some.
    #[error("there are too few responses")]
    TooFew,
    /// The passes did not see the same responses.
    #[error(transparent)]
    Drift(#[from] Drift),
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
    Report(Box<Report>),
    Bytes(Bytes),
    Failed(ExportError),
    /// Without this at its end, an export is not whole.
    End,
}

/// An export of which is known what it takes away, and of which nothing is sent yet.
pub struct Prepared {
    report: Report,
    permission: oneshot::Sender<()>,
    pieces: Receiver<Piece>,
}

/// An export under way: a stream of pieces that fails unless it is whole.
pub struct Download {
    first: Option<Piece>,
    pieces: Receiver<Piece>,
    over: bool,
}

/// Counts the responses of an export and plans what to mask.
///
/// # Errors
///
/// With too few responses, and when something goes wrong.
pub async fn prepare(
    lease: Lease,
    export: ResponsesExport,
    limits: Limits,
) -> Result<Prepared, ExportError> {
    let (sender, mut pieces) = mpsc::channel(PIECES);
    let (permission, permitted) = oneshot::channel();
    let way = Way { limits, sender };
    tokio::spawn(run(lease, export, way, permitted));
    match pieces.recv().await {
        Some(Piece::Report(report)) => Ok(Prepared {
            report: *report,
            permission,
            pieces,
        }),
        Some(Piece::Failed(error)) => Err(error),
        _ => Err(ExportError::BrokenOff),
    }
}

impl Prepared {
    /// What the export takes away.
    pub fn report(&self) -> &Report {
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
            Some(Piece::Report(_) | Piece::Failed(_)) | None => Some(Err(ExportError::BrokenOff)),
        })
    }
}

/// The way to the client.
struct Way {
    limits: Limits,
    sender: Sender<Piece>,
}

impl Way {
    async fn send(&self, piece: Piece) -> Result<(), ExportError> {
        match timeout(self.limits.stall, self.sender.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ExportError::HungUp),
            Err(_) => Err(ExportError::Stalled),
        }
    }
}

async fn run(
    mut lease: Lease,
    export: ResponsesExport,
    way: Way,
    permitted: oneshot::Receiver<()>,
) {
    let work = timeout(way.limits.total, work(&mut lease, &export, &way, permitted));
    let outcome = tokio::select! {
        outcome = work => outcome.unwrap_or(Err(ExportError::TooLong)),
        // While Postgres sorts, only this tells that nobody waits any more.
        () = way.sender.closed() => Err(ExportError::HungUp),
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
    let _ = way.send(last).await;
}

/// All passes; gives the number of rows.
async fn work(
    lease: &mut Lease,
    export: &ResponsesExport,
    way: &Way,
    permitted: oneshot::Receiver<()>,
) -> Result<u64, ExportError> {
    let versions = export.versions.iter();
    let forms: Vec<_> = versions.map(|(_, number, form)| (*number, form)).collect();
    let columns = Columns::of(&forms);
    let quasi = QuasiIdentifiers::of(&columns);
    let giveaways = Giveaways::of(&columns, &quasi);
    let ids = export.versions.iter().map(|(id, number, _)| (*id, *number));
    let reader = Reader::new(&columns, &quasi, &giveaways, ids);

    let conn = lease.connection().ok_or(ExportError::BrokenOff)?;
    begin_snapshot(conn).await?;
    let counted = count(conn, &export.filter, &reader, &quasi).await?;
    let salt = salt(&export.key, counted.digest, export, &columns);
    let (masking, mut combinations) = plan(counted, export.k, quasi.weights(&giveaways)).await?;
    if !masking.has_enough_records() {
        return Err(ExportError::TooFew);
    }
    let mut report = Report::of(
        export.k,
        &masking,
        &columns,
        &quasi,
        &giveaways,
        &combinations,
    );
    if !export.sensitive.is_empty() {
        let masker = (masking.clone().into_masker(), &mut combinations);
        report.diversity = diversity(conn, export, (&reader, &columns), masker, &salt).await?;
    }
    way.send(Piece::Report(Box::new(report))).await?;
    permitted.await.map_err(|_| ExportError::HungUp)?;

    let mut last = Last {
        export,
        reader: &reader,
        combinations: &mut combinations,
        wide: Wide::new(&columns, &export.campaigns),
        order: Order::Shuffled(&salt),
    };
    let rows = last.write(conn, masking.into_masker(), way).await?;
    end_snapshot(conn).await?;
    Ok(rows)
}

/// The last pass, which writes.
struct Last<'a> {
    export: &'a ResponsesExport,
    reader: &'a Reader<'a>,
    combinations: &'a mut Combinations,
    wide: Wide<'a>,
    order: Order<'a>,
}

impl Last<'_> {
    async fn write(
        &mut self,
        conn: &mut AsyncPgConnection,
        mut masker: Masker,
        way: &Way,
    ) -> Result<u64, ExportError> {
        let mut sheet = Sheet::new(self.export.options);
        self.wide.header(&mut sheet)?;
        let mut rows = pin!(stream_responses(conn, &self.export.filter, self.order).await?);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            let response = self.reader.read(&row)?;
            let codes = response.codes(self.combinations);
            let masked = masker.mask(codes, || draw(&self.export.key, row.id));
            self.wide.row(&response, masked.cells, &mut sheet)?;
            count += 1;
            if sheet.is_full() {
                way.send(Piece::Bytes(sheet.take().into())).await?;
            }
        }
        // Before the last piece: a file that is not what was planned must not look whole.
        masker.finish()?;
        way.send(Piece::Bytes(sheet.take().into())).await?;
        Ok(count)
    }
}

//! The export of a form's responses.
//!
//! It goes through the rows several times, within one snapshot (see [`super::passes`]). What is to be masked is decided, and
//! reported, before the first row is written. Memory does not grow with the number of rows, but for the table of combinations
//! that the masking needs.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use uuid::Uuid;

use super::csv::{CsvOptions, Sheet};
pub use super::download::{Download, ExportError, Limits, Prepared, prepare};
use super::download::{Way, Work};
use super::masking::{count, diversity, draw, plan, salt};
use super::read::Reader;
use super::report::Report;
use super::wide::Wide;
use crate::domain::codebook::{Columns, Combinations, Giveaways, QuasiIdentifiers};
use crate::domain::form::Form;
use crate::domain::privacy::k_anonymity::{MaskedCells, Masker};
use crate::domain::privacy::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::responses_export::{
    Order, ResponsesFilter, begin_snapshot, end_snapshot, stream_responses,
};

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
    /// What is masked in every row: leading columns and background questions by name.
    pub without: Vec<String>,
    /// From which the order of the rows follows, and who of several with the same answers is masked.
    pub key: ServerKey,
    /// How they are written.
    pub options: CsvOptions,
}

impl Work for ResponsesExport {
    type Report = Report;

    async fn run(
        self,
        conn: &mut AsyncPgConnection,
        way: &mut Way<Report>,
    ) -> Result<u64, ExportError> {
        work(conn, &self, way).await
    }
}

/// All passes; gives the number of rows.
async fn work(
    conn: &mut AsyncPgConnection,
    export: &ResponsesExport,
    way: &mut Way<Report>,
) -> Result<u64, ExportError> {
    let versions = export.versions.iter();
    let forms: Vec<_> = versions.map(|(_, number, form)| (*number, form)).collect();
    let columns = Columns::of(&forms);
    let quasi = QuasiIdentifiers::of(&columns);
    let giveaways = Giveaways::of(&columns, &quasi);
    let ids = export.versions.iter().map(|(id, number, _)| (*id, *number));
    let reader = Reader::new(&columns, &quasi, &giveaways, ids);

    begin_snapshot(conn).await?;
    let left_out = export.without.iter().map(|name| quasi.named(name));
    let left_out = left_out.fold(MaskedCells::NONE, MaskedCells::and);
    let counted = count(conn, &export.filter, &reader, (&quasi, left_out)).await?;
    let salt = salt(&export.key, counted.digest, export, &columns);
    let (masking, mut combinations) = plan(counted, export.k, quasi.weights(&giveaways)).await?;
    if !masking.has_enough_records() {
        return Err(ExportError::TooFew);
    }
    let mut report = Report::of(
        (export.k, left_out),
        &masking,
        &columns,
        &quasi,
        &giveaways,
        &combinations,
    );
    if !export.sensitive.is_empty() {
        let masker = (masking.clone().into_masker(), &mut combinations, left_out);
        report.diversity = diversity(conn, export, (&reader, &columns), masker, &salt).await?;
    }
    way.report(report).await?;

    let mut last = Last {
        export,
        reader: &reader,
        combinations: &mut combinations,
        left_out,
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
    left_out: MaskedCells,
    wide: Wide<'a>,
    order: Order<'a>,
}

impl Last<'_> {
    async fn write(
        &mut self,
        conn: &mut AsyncPgConnection,
        mut masker: Masker,
        way: &Way<Report>,
    ) -> Result<u64, ExportError> {
        let mut sheet = Sheet::new(self.export.options);
        self.wide.header(&mut sheet)?;
        let mut rows = pin!(stream_responses(conn, &self.export.filter, self.order).await?);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            let response = self.reader.read(&row)?;
            let codes = response.codes(self.combinations);
            let masked = masker.mask(codes, || draw(&self.export.key, row.id));
            let cells = masked.cells.and(self.left_out);
            self.wide.row(&response, cells, &mut sheet)?;
            count += 1;
            if sheet.is_full() {
                way.send(sheet.take()).await?;
            }
        }
        // Before the last piece: a file that is not what was planned must not look whole.
        masker.finish()?;
        way.send(sheet.take()).await?;
        Ok(count)
    }
}

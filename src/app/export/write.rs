//! The export of a form's responses.
//!
//! It goes through the rows several times, within one snapshot (see [`crate::app::export::suppress`]). What is to be masked is decided, and
//! reported, before the first row is written. Memory does not grow with the number of rows, but for the table of combinations
//! that the masking needs.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use uuid::Uuid;

pub use super::download::{Download, ExportError, Limits, Prepared, prepare};
use super::download::{ExportJob, ExportSink};
use super::read::Reader;
use super::report::{Report, ReportBuilder};
use super::selection::{Decision, Selection};
use super::suppress::{TwoStageSuppressor, count, measure, plan, salt};
use crate::domain::codebook::Columns;
use crate::domain::disclosure::{KeyEncoder, QuasiIdentifiers, SecondarySuppression};
use crate::domain::form::Form;
use crate::domain::server_key::ServerKey;
use crate::formats::csv::{CsvOptions, CsvWriter};
use crate::formats::wide::Wide;
use crate::store::AsyncPgConnection;
use crate::store::responses::stream::{
    Order, ResponsesFilter, begin_snapshot, end_snapshot, stream_responses,
};

/// Everything that the export of a form's responses needs to know.
pub struct ResponsesExport {
    /// The versions: id, number, form.
    pub versions: Vec<(Uuid, i32, Form)>,
    /// The keys of the campaigns.
    pub campaigns: HashMap<Uuid, String>,
    /// All responses that are masked together.
    pub filter: ResponsesFilter,
    /// Which of them are in the file.
    pub selection: Selection,
    /// The least number of responses that share their quasi-identifiers, in every file of them.
    pub least_k: u32,
    /// The same in this file: so many or more.
    pub k: u32,
    /// The keys of the questions whose diversity is reported.
    pub sensitive: Vec<String>,
    /// From which the order of the rows follows, and who of several with the same answers is masked.
    pub key: ServerKey,
    /// How they are written.
    pub options: CsvOptions,
}

impl ExportJob for ResponsesExport {
    type Report = Report;

    async fn run(
        self,
        conn: &mut AsyncPgConnection,
        sink: &mut ExportSink<Report>,
    ) -> Result<u64, ExportError> {
        work(conn, &self, sink).await
    }
}

/// All passes; gives the number of rows.
async fn work(
    conn: &mut AsyncPgConnection,
    export: &ResponsesExport,
    sink: &mut ExportSink<Report>,
) -> Result<u64, ExportError> {
    let versions = export.versions.iter();
    let forms: Vec<_> = versions.map(|(_, number, form)| (*number, form)).collect();
    let columns = Columns::of(&forms);
    let quasi = QuasiIdentifiers::of(&columns);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let ids = export.versions.iter().map(|(id, number, _)| (*id, *number));
    let reader = Reader::new(&columns, &quasi, &secondary, ids);

    begin_snapshot(conn).await?;
    let counted = count(conn, &export.filter, &reader, &quasi).await?;
    let salt = salt(&export.key, counted.digest, export, &columns);
    let ks = (export.least_k, export.k);
    let (stages, mut combinations) = plan(counted, ks, quasi.weights(&secondary)).await?;
    let tally = (ReportBuilder::new(export.k, &columns, &quasi), &salt);
    let masked = (stages.clone(), &mut combinations);
    let report = measure(conn, export, (&reader, &columns), masked, tally).await?;
    sink.report(report).await?;

    let mut last = Last {
        export,
        reader: &reader,
        combinations: &mut combinations,
        wide: Wide::new(&columns, &export.campaigns),
        order: Order::Shuffled(&salt),
    };
    let rows = last.write(conn, stages, sink).await?;
    end_snapshot(conn).await?;
    Ok(rows)
}

/// The last pass, which writes.
struct Last<'a> {
    export: &'a ResponsesExport,
    reader: &'a Reader<'a>,
    combinations: &'a mut KeyEncoder,
    wide: Wide<'a>,
    order: Order<'a>,
}

impl Last<'_> {
    async fn write(
        &mut self,
        conn: &mut AsyncPgConnection,
        mut stages: TwoStageSuppressor,
        sink: &ExportSink<Report>,
    ) -> Result<u64, ExportError> {
        let mut sheet = CsvWriter::new(self.export.options);
        self.wide.header(&mut sheet)?;
        let mut rows = pin!(stream_responses(conn, &self.export.filter, self.order).await?);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            let response = self.reader.read(&row)?;
            let codes = response.codes(self.combinations);
            let masked = stages.mask(codes, &self.export.key, row.id);
            if self.export.selection.decide(&row, masked.cells) != Decision::Include {
                continue;
            }
            self.wide.row(&response, masked.cells, &mut sheet)?;
            count += 1;
            if sheet.is_full() {
                sink.send(sheet.take()).await?;
            }
        }
        // Before the last piece: a file that is not what was planned must not look whole.
        stages.finish()?;
        sink.send(sheet.take()).await?;
        Ok(count)
    }
}

//! The masking of an export: the passes over the responses that come before the one that writes, within one snapshot
//! of the database.
//!
//! 1. [`count`] counts the combinations of quasi-identifiers, of all responses to the form.
//! 2. [`plan`] decides what to mask, without a look at any response.
//! 3. [`measure`] goes through the rows as they will be written, for the figures of the file.
//! 4. The last pass writes: [`crate::app::export::write`].

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::read::Reader;
use super::report::{Report, ReportBuilder};
use super::selection::Decision;
use super::write::{ExportError, ResponsesExport};
use crate::domain::codebook::{Columns, MetadataColumn};
use crate::domain::disclosure::Diversity;
use crate::domain::disclosure::k_anonymity::{
    Dictionary, FrequencyTable, Masked, QiSet, SnapshotMismatch, SuppressionPlan, Suppressor,
};
use crate::domain::disclosure::{KeyEncoder, QuasiIdentifiers};
use crate::domain::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::responses::stream::{Order, ResponsesFilter, stream_responses};

/// Plans that are made at once. A plan takes a core and some memory, and goes on when nobody waits for it any more.
static PLANNING: Semaphore = Semaphore::const_new(2);

/// What the first pass brings.
pub struct Counted {
    /// How many responses have each combination.
    pub table: FrequencyTable,
    /// The codes in it.
    pub combinations: KeyEncoder,
    /// The sum of the ids, which are keyed hashes: equal for equal sets of responses, in whatever order they came.
    pub digest: u128,
}

/// The first pass.
pub async fn count(
    conn: &mut AsyncPgConnection,
    filter: &ResponsesFilter,
    reader: &Reader<'_>,
    quasi: &QuasiIdentifiers,
) -> Result<Counted, ExportError> {
    let mut counted = Counted {
        table: FrequencyTable::new(quasi.count())?,
        combinations: KeyEncoder::new(quasi),
        digest: 0,
    };
    let mut rows = pin!(stream_responses(conn, filter, Order::Any).await?);
    while let Some(row) = rows.try_next().await? {
        let response = reader.read(&row)?;
        let codes = response.codes(&mut counted.combinations);
        counted.table.add(codes)?;
        counted.digest = counted.digest.wrapping_add(row.id.as_u128());
    }
    Ok(counted)
}

/// Plans what to mask, on a thread that may be busy for a while. The codes are sealed afterwards.
///
/// The first stage masks for `least`, and is the same for every file of these responses. A `k` above that is reached by
/// masking the masked table again: so whatever is shown under one `k` is shown under the least as well, and to see both
/// is to see no more.
pub async fn plan(
    counted: Counted,
    (least, k): (u32, u32),
    weights: Vec<u32>,
) -> Result<(TwoStageSuppressor, KeyEncoder), ExportError> {
    let Counted {
        mut table,
        mut combinations,
        ..
    } = counted;
    let permit = PLANNING.acquire().await;
    let work = move || {
        let _permit = permit;
        combinations.seal(&mut table);
        let first = table.mask_weighted(least, &weights)?;
        let second = if k > least {
            Some(masked_table(&first)?.mask_weighted(k, &weights)?)
        } else {
            None
        };
        let enough = second
            .as_ref()
            .is_none_or(SuppressionPlan::has_enough_records);
        if !first.has_enough_records() || !enough {
            return Err(ExportError::TooFew);
        }
        Ok((TwoStageSuppressor::of(first, second), combinations))
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ExportError::BrokenOff)?
}

/// The code of a cell that the first stage masked: an answer like any other to the second.
const MASKED: u32 = u32::MAX - 1;

/// How many responses show each combination after the first stage.
fn masked_table(masking: &SuppressionPlan) -> Result<FrequencyTable, ExportError> {
    let mut table = FrequencyTable::new(masking.columns())?;
    for (combination, cells, records) in masking.shares() {
        table.add_many(&after(combination, cells), records)?;
    }
    Ok(table)
}

/// A combination as it is shown when these cells are masked.
fn after(combination: &[u32], cells: QiSet) -> Vec<u32> {
    let code = |(column, code): (usize, &u32)| {
        if cells.contains(column) {
            MASKED
        } else {
            *code
        }
    };
    combination.iter().enumerate().map(code).collect()
}

/// What masks the responses one after the other, in one stage or two.
#[derive(Clone)]
pub struct TwoStageSuppressor {
    first: Suppressor,
    second: Option<Suppressor>,
}

impl TwoStageSuppressor {
    fn of(first: SuppressionPlan, second: Option<SuppressionPlan>) -> Self {
        Self {
            first: Suppressor::new(first),
            second: second.map(Suppressor::new),
        }
    }

    /// What to mask of the next response.
    pub fn mask(&mut self, combination: &[u32], key: &ServerKey, id: Uuid) -> Masked {
        let first = self.first.mask(combination, || draw(key, b"mask", id));
        let Some(second) = &mut self.second else {
            return first;
        };
        let shown = after(combination, first.cells);
        let second = second.mask(&shown, || draw(key, b"mask again", id));
        Masked {
            cells: first.cells.union(second.cells),
            class: second.class,
        }
    }

    /// Checks that all responses came that were counted.
    ///
    /// # Errors
    ///
    /// When not.
    pub fn finish(self) -> Result<(), SnapshotMismatch> {
        self.first.finish()?;
        self.second.map_or(Ok(()), Suppressor::finish)
    }
}

/// What the order of the rows follows from: the set of responses, and the columns.
///
/// The same responses are in the same order in every file, and masked alike, so that two files say no more than one. When there
/// is one response more or less the order is another one by chance.
pub fn salt(
    key: &ServerKey,
    digest: u128,
    export: &ResponsesExport,
    columns: &Columns<'_>,
) -> [u8; 32] {
    let names: Vec<&str> = columns.names().collect();
    let versions = export.filter.versions.iter();
    let versions: Vec<u8> = versions.flat_map(|id| id.into_bytes()).collect();
    key.hash(&[
        b"export-order",
        &digest.to_be_bytes(),
        &export.least_k.to_be_bytes(),
        names.join(",").as_bytes(),
        &versions,
    ])
}

/// The secret draw of a response, by which the masker decide among those with the same combination.
fn draw(key: &ServerKey, stage: &[u8], id: Uuid) -> u64 {
    let hash = key.hash(&[stage, id.as_bytes()]);
    hash.iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The figures of a file. Rows come in the order of the last pass, so that every response is masked as it will be there.
pub async fn measure(
    conn: &mut AsyncPgConnection,
    export: &ResponsesExport,
    (reader, columns): (&Reader<'_>, &Columns<'_>),
    (mut stages, combinations): (TwoStageSuppressor, &mut KeyEncoder),
    (mut tally, salt): (ReportBuilder<'_>, &[u8; 32]),
) -> Result<Report, ExportError> {
    let mut questions: Vec<(Vec<usize>, Dictionary)> = export
        .sensitive
        .iter()
        .map(|key| (columns_of(columns, key), Dictionary::default()))
        .collect();
    let mut diversity = Diversity::new(export.sensitive.clone());
    let order = Order::Shuffled(salt);
    let mut rows = pin!(stream_responses(conn, &export.filter, order).await?);
    while let Some(row) = rows.try_next().await? {
        let response = reader.read(&row)?;
        let codes = response.codes(combinations);
        let masked = stages.mask(codes, &export.key, row.id);
        match export.selection.decide(&row, masked.cells) {
            Decision::Exclude => continue,
            Decision::Undetermined => {
                tally.withhold();
                continue;
            }
            Decision::Include => tally.add(&response, masked.cells, masked.class),
        }
        let shown: Vec<_> = questions
            .iter_mut()
            .map(|(columns, dictionary)| response.shown(columns, masked.cells, dictionary))
            .collect();
        if let Some(class) = masked.class {
            diversity.add(class, &shown);
        }
    }
    stages.finish()?;
    Ok(tally.finish(diversity.report()))
}

/// The columns of a question, all its codings and options, counted with the leading ones.
fn columns_of(columns: &Columns<'_>, key: &str) -> Vec<usize> {
    (MetadataColumn::ALL.len()..)
        .zip(columns.as_slice())
        .filter(|(_, column)| column.question() == Some(key))
        .map(|(place, _)| place)
        .collect()
}

//! The passes over the responses of an export, within one snapshot of the database.
//!
//! 1. [`count`] counts the combinations of quasi-identifiers.
//! 2. [`plan`] decides what to mask, without a look at any response.
//! 3. [`diversity`] looks at the answers within each class, when it is asked for.
//! 4. The last one writes: [`super::stream`].

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::read::Reader;
use super::stream::{ExportError, ResponsesExport};
use crate::domain::codebook::{Columns, Combinations, Leading, QuasiIdentifiers};
use crate::domain::privacy::k_anonymity::{
    Dictionary, Diversity, GroupTable, MaskedCells, Masker, Masking, QuestionDiversity,
};
use crate::domain::privacy::server_key::ServerKey;
use crate::store::AsyncPgConnection;
use crate::store::responses_export::{Order, ResponsesFilter, stream_responses};

/// Plans that are made at once. A plan takes a core and some memory, and goes on when nobody waits for it any more.
static PLANNING: Semaphore = Semaphore::const_new(2);

/// What the first pass brings.
pub struct Counted {
    /// How many responses have each combination.
    pub table: GroupTable,
    /// The codes in it.
    pub combinations: Combinations,
    /// The sum of the ids, which are keyed hashes: equal for equal sets of responses, in whatever order they came.
    pub digest: u128,
}

/// The first pass.
pub async fn count(
    conn: &mut AsyncPgConnection,
    filter: &ResponsesFilter,
    reader: &Reader<'_>,
    (quasi, left_out): (&QuasiIdentifiers, MaskedCells),
) -> Result<Counted, ExportError> {
    let mut counted = Counted {
        table: GroupTable::new(quasi.count())?,
        combinations: Combinations::new(quasi, left_out),
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
pub async fn plan(
    counted: Counted,
    k: u32,
    weights: Vec<u32>,
) -> Result<(Masking, Combinations), ExportError> {
    let Counted {
        mut table,
        mut combinations,
        ..
    } = counted;
    let permit = PLANNING.acquire().await;
    let work = move || {
        let _permit = permit;
        combinations.seal(&mut table);
        Ok((table.mask_weighted(k, &weights)?, combinations))
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ExportError::BrokenOff)?
}

/// What the order of the rows follows from: the set of responses and all that the masking depends on.
///
/// The same export over the same responses is the same file, so repeating it gives nothing more. When anything is different the
/// order is another one by chance, so that two files cannot be laid side by side row by row.
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
        &export.k.to_be_bytes(),
        names.join(",").as_bytes(),
        &versions,
        export.without.join(",").as_bytes(),
    ])
}

/// The secret draw of a response, by which the masker chooses among those with the same combination.
pub fn draw(key: &ServerKey, id: Uuid) -> u64 {
    let hash = key.hash(&[b"mask", id.as_bytes()]);
    hash.iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// How different the answers to sensitive questions are within the classes. Rows come in the order of the last pass,
/// so that every response has the class that it will have there.
pub async fn diversity(
    conn: &mut AsyncPgConnection,
    export: &ResponsesExport,
    (reader, columns): (&Reader<'_>, &Columns<'_>),
    (mut masker, combinations, left_out): (Masker, &mut Combinations, MaskedCells),
    salt: &[u8; 32],
) -> Result<Vec<QuestionDiversity>, ExportError> {
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
        let masked = masker.mask(codes, || draw(&export.key, row.id));
        let hidden = masked.cells.and(left_out);
        let shown: Vec<_> = questions
            .iter_mut()
            .map(|(columns, dictionary)| response.shown(columns, hidden, dictionary))
            .collect();
        if let Some(class) = masked.class {
            diversity.add(class, &shown);
        }
    }
    masker.finish()?;
    Ok(diversity.report())
}

/// The columns of a question, all its codings and options, counted with the leading ones.
fn columns_of(columns: &Columns<'_>, key: &str) -> Vec<usize> {
    (Leading::ALL.len()..)
        .zip(columns.as_slice())
        .filter(|(_, column)| column.question() == Some(key))
        .map(|(place, _)| place)
        .collect()
}

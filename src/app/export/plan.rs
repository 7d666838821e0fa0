//! The first pass counts the combinations of quasi-identifiers; what to suppress follows from the counts alone.

use tokio::sync::Semaphore;

use super::error::ExportError;
use super::rows::Rows;
use crate::domain::disclosure::k_anonymity::FrequencyTable;
use crate::domain::disclosure::{KeyEncoder, QuasiIdentifiers, Thresholds, TwoStageSuppressor};

/// Plans that are made at once. A plan takes a core and some memory, and goes on when nobody waits for it any more.
static PLANNING: Semaphore = Semaphore::const_new(2);

/// What the first pass brings.
pub struct Counted {
    table: FrequencyTable,
    encoder: KeyEncoder,
    /// The sum of the ids, which are keyed hashes: equal for equal sets of responses, in whatever order they came.
    pub digest: u128,
}

/// What suppresses the rows of the later passes.
pub struct PlannedSuppression {
    /// Suppresses the cells of each row.
    pub suppressor: TwoStageSuppressor,
    /// Encodes the quasi-identifiers of each row; sealed.
    pub encoder: KeyEncoder,
}

/// Counts all rows.
pub async fn count(mut rows: Rows<'_>, quasi: &QuasiIdentifiers) -> Result<Counted, ExportError> {
    let mut counted = Counted {
        table: FrequencyTable::new(quasi.count())?,
        encoder: KeyEncoder::new(quasi),
        digest: 0,
    };
    while let Some(row) = rows.next().await? {
        let key = row.key(quasi, &mut counted.encoder);
        counted.table.add(key)?;
        counted.digest = counted.digest.wrapping_add(row.id().0.as_u128());
    }
    Ok(counted)
}

/// Plans what to suppress, on a thread that may be busy for a while.
pub async fn plan(
    counted: Counted,
    thresholds: Thresholds,
    weights: Vec<u32>,
) -> Result<PlannedSuppression, ExportError> {
    let permit = PLANNING.acquire().await;
    let work = move || {
        let _permit = permit;
        let Counted {
            mut table,
            mut encoder,
            ..
        } = counted;
        encoder.seal(&mut table);
        let suppressor = TwoStageSuppressor::plan(table, thresholds, &weights)?;
        Ok(PlannedSuppression {
            suppressor,
            encoder,
        })
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ExportError::BrokenOff)?
}

//! The masked table of a campaign: what each of its responses shows, worked out before the first row is written.
//!
//! A first pass counts the combinations of quasi-identifiers; what to show follows from the counts alone. A second pass, in
//! the order of the file, gives each response its class. What comes of it is small, so it is [kept](super::cache) as long as the
//! responses of the campaign do not change: further files are written in one pass.

use std::collections::BTreeMap;

use tokio::sync::Semaphore;

use super::error::ExportError;
use super::masked_table::{Class, MaskedTable};
use super::rows::Rows;
use super::selection::Shown;
use super::tables::Tables;
use crate::domain::campaign::privacy_settings::UNMASKED;
use crate::domain::disclosure::k_anonymity::{ClassId, FrequencyTable, QiSet};
use crate::domain::disclosure::{KeyEncoder, ShownClass, Thresholds, TwoStageSuppressor, Weights};
use crate::domain::server_key::ServerKey;

/// Plans that are made at once. A plan takes a core and some memory, and goes on when nobody waits for it any more.
static PLANNING: Semaphore = Semaphore::const_new(2);

/// What the first pass brings.
pub struct Counted {
    table: FrequencyTable,
    encoder: KeyEncoder,
    /// The responses.
    pub records: u64,
    /// The sum of the ids, which are keyed hashes: equal for equal sets of responses, in whatever order they came.
    pub digest: u128,
}

/// Counts all rows, which show nothing of what is left out.
pub async fn count(
    mut rows: Rows<'_>,
    tables: &Tables<'_>,
    left_out: QiSet,
) -> Result<Counted, ExportError> {
    let mut counted = Counted {
        table: FrequencyTable::new(tables.quasi.count())?,
        encoder: KeyEncoder::new(tables.levels.clone()).leaving_out(left_out),
        records: 0,
        digest: 0,
    };
    while let Some(row) = rows.next().await? {
        let key = row.key(tables, &mut counted.encoder);
        counted.table.add(key)?;
        counted.records += 1;
        counted.digest = counted.digest.wrapping_add(row.id().0.as_u128());
    }
    Ok(counted)
}

/// What shows the responses to the second pass.
pub struct Plan {
    suppressor: TwoStageSuppressor,
    encoder: KeyEncoder,
    /// Whether responses may stand alone.
    unmasked: bool,
}

/// Plans what to show, on a thread that may be busy for a while.
pub async fn plan(
    counted: Counted,
    thresholds: Thresholds,
    weights: Weights,
) -> Result<Plan, ExportError> {
    let permit = PLANNING.acquire().await;
    let work = move || {
        let _permit = permit;
        let Counted {
            mut table,
            mut encoder,
            ..
        } = counted;
        encoder.seal(&mut table);
        let hierarchies = encoder.hierarchies(&weights);
        let suppressor = TwoStageSuppressor::plan(table, thresholds, &hierarchies)?;
        Ok(Plan {
            suppressor,
            encoder,
            unmasked: thresholds.k == UNMASKED,
        })
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ExportError::BrokenOff)?
}

/// Gives each response its class. The rows come in the order of the file, which follows from the salt.
pub async fn assign(
    mut rows: Rows<'_>,
    mut plan: Plan,
    key: &ServerKey,
    tables: &Tables<'_>,
    (salt, digest): ([u8; 32], u128),
) -> Result<MaskedTable, ExportError> {
    let (mut assigned, mut counts) = (Vec::new(), BTreeMap::new());
    let mut shown: BTreeMap<u32, Shown> = BTreeMap::new();
    let all = plan.suppressor.classes().iter();
    let classes: Vec<ShownClass> = all
        .map(|codes| ShownClass::new(codes, &plan.encoder))
        .map(|class| match plan.unmasked {
            true => class.unmasked(),
            false => class,
        })
        .collect();
    while let Some(row) = rows.next().await? {
        let codes = row.key(tables, &mut plan.encoder);
        let decided = plan.suppressor.suppress(codes, key, row.id());
        // One that the plan does not know is in no class; that is said at the end.
        let ClassId(class) = decided.class.unwrap_or(ClassId(u32::MAX));
        assigned.push(class);
        *counts.entry((class, row.version())).or_default() += 1;
        let found = usize::try_from(class).ok().and_then(|it| classes.get(it));
        if let Some(found) = found {
            shown
                .entry(class)
                .or_insert_with(|| row.shown(tables, found, &plan.encoder));
        }
    }
    plan.suppressor.finish()?;
    let classes = (0..).zip(classes).map(|(number, class)| Class {
        class,
        shown: shown.remove(&number).unwrap_or_default(),
    });
    Ok(MaskedTable {
        salt,
        digest,
        counts,
        classes: classes.collect(),
        encoder: plan.encoder,
        assigned,
    })
}

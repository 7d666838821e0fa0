//! Masked tables that are kept, so that a second file of the same responses is not planned again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::error::ExportError;
use super::masked_table::MaskedTable;
use crate::domain::disclosure::Thresholds;
use crate::domain::ids::{CampaignId, FormVersionId};
use crate::store::responses::tallies::TallyState;

/// About how many bytes all of them take together. One that takes more is not kept.
const MOST_BYTES: usize = 32 << 20;

/// Everything that a masked table depends on. A campaign never changes its server key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanKey {
    /// The campaign.
    pub campaign: CampaignId,
    /// The state of its released responses, which changes with each of them.
    pub state: TallyState,
    /// How many responses are alike.
    pub thresholds: Thresholds,
    /// The keys of the questions that it leaves out.
    pub left_out: BTreeSet<String>,
    /// The weights that it chooses.
    pub weights: BTreeMap<String, u8>,
    /// The versions of the form, from which columns and levels follow.
    pub versions: Vec<FormVersionId>,
    /// Whether answers are told coarser.
    pub with_levels: bool,
}

type Making = Arc<OnceCell<Arc<MaskedTable>>>;

/// Masked tables, the latest used last.
#[derive(Default)]
pub struct PlanCache(Mutex<VecDeque<(PlanKey, Making)>>);

impl PlanCache {
    /// The table that is kept for this key, or else what is made now. Whoever asks while it is being made waits for it.
    ///
    /// # Errors
    ///
    /// Those of making it; then nothing is kept.
    pub async fn get_or_make(
        &self,
        key: PlanKey,
        make: impl Future<Output = Result<MaskedTable, ExportError>>,
    ) -> Result<Arc<MaskedTable>, ExportError> {
        let making = self.entry(key);
        let made = making
            .get_or_try_init(|| async { make.await.map(Arc::new) })
            .await;
        let made = made.map(Arc::clone);
        self.trim();
        made
    }

    /// How many tables are kept.
    pub fn count(&self) -> usize {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .filter(|(_, making)| making.initialized())
            .count()
    }

    fn entry(&self, key: PlanKey) -> Making {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a campaign that changed, what was kept is of no use any more.
        kept.retain(|(other, _)| other.campaign != key.campaign || other.state == key.state);
        let found = kept.iter().position(|(other, _)| *other == key);
        let entry = found.and_then(|place| kept.remove(place));
        let entry = entry.unwrap_or_else(|| (key, Making::default()));
        let making = Arc::clone(&entry.1);
        kept.push_back(entry);
        making
    }

    /// Forgets what could not be made, and the longest unused as long as all take too much.
    fn trim(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        let mut keep: Vec<bool> = Vec::with_capacity(kept.len());
        for (_, making) in kept.iter().rev() {
            let fits = match making.get() {
                Some(table) => {
                    let fits = bytes + table.bytes() <= MOST_BYTES;
                    bytes += if fits { table.bytes() } else { 0 };
                    fits
                }
                None => Arc::strong_count(making) > 1,
            };
            keep.push(fits);
        }
        let mut keep = keep.into_iter().rev();
        kept.retain(|_| keep.next().unwrap_or_default());
    }
}

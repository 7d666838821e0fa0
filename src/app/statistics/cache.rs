//! Statistics that were computed, kept until figures change.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::{CampaignId, FormKey, FormVersionId};
use crate::domain::statistics::{Asked, Statistics};
use crate::store::responses::tallies::TallyState;

/// The most statistics that are kept.
const MOST: usize = 256;

/// Statistics with more groups are not kept.
const MOST_GROUPS: usize = 1000;

/// The most queries of a day that are known to be recorded; further ones are recorded each time.
const MOST_RECORDED: usize = 10_000;

/// What statistics depend on, but for the responses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    pub form: FormKey,
    pub asked: Asked,
    pub language: String,
    pub campaigns: Vec<CampaignId>,
    pub versions: Vec<FormVersionId>,
}

/// What was computed, for which figures of each campaign.
type Kept = (Vec<(CampaignId, i64)>, Arc<Statistics>);

/// Statistics that were computed, and the queries that were recorded today.
#[derive(Default)]
pub struct StatisticsCache {
    kept: Mutex<HashMap<CacheKey, Kept>>,
    recorded: Mutex<(NaiveDate, HashSet<String>)>,
}

impl StatisticsCache {
    /// What is kept for this key, if figures have not changed since.
    pub fn find(&self, key: &CacheKey, states: &[TallyState]) -> Option<Arc<Statistics>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, statistics) = kept.get(key)?;
        (*then == revisions(states)).then(|| Arc::clone(statistics))
    }

    /// Keeps statistics that were computed in these states, or later.
    pub fn keep(&self, key: CacheKey, states: &[TallyState], statistics: &Arc<Statistics>) {
        if statistics.groups.len() > MOST_GROUPS {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (revisions(states), Arc::clone(statistics)));
    }

    /// Whether this was not recorded today. From now on it counts as recorded.
    pub fn is_new_today(&self, query: String, now: DateTime<Utc>) -> bool {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, queries) = &mut *recorded;
        if *day != now.date_naive() {
            *day = now.date_naive();
            queries.clear();
        }
        if queries.contains(&query) {
            return false;
        }
        if queries.len() < MOST_RECORDED {
            queries.insert(query);
        }
        true
    }
}

/// What figures of these campaigns depend on. A withdrawal does not change it: figures follow later.
fn revisions(states: &[TallyState]) -> Vec<(CampaignId, i64)> {
    let revision = |state: &TallyState| (state.campaign_id, state.revision);
    states.iter().map(revision).collect()
}

//! The campaign and the version that responses name.
//!
//! They are read for each request, but a response is checked by what was read at most a second ago where there is such:
//! it is stored only while the campaign is still of the same revision, and else checked once more by what is read now. So
//! an answer takes one round trip to the database, and is as good as if the campaign had been read for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;

use super::single_flight::SingleFlight;
use super::tasks::Tasks;
use super::{App, Failure};
use crate::domain::campaign::Campaign;
use crate::domain::ids::CampaignKey;
use crate::store::campaigns::{CampaignAndVersion, find_campaign_and_version};
use crate::store::forms::FormVersionRef;
use crate::store::pool::Pool;

/// How long what was read is tried.
const KEPT: TimeDelta = TimeDelta::seconds(1);

/// A campaign, and the number of a version of its form.
pub type VersionName = (CampaignKey, i32);

/// Campaigns with a version of their form, as responses name them.
pub struct NamedVersions {
    lookups: SingleFlight<VersionName, CampaignAndVersion>,
    recent: Mutex<HashMap<VersionName, Recent>>,
}

struct Recent {
    read: DateTime<Utc>,
    campaign: Arc<Campaign>,
    version: FormVersionRef,
}

impl NamedVersions {
    /// Starts the look-ups on the current runtime.
    pub fn start(pool: &Pool, tasks: &Tasks) -> Self {
        let lookups = SingleFlight::start(pool, tasks, |conn, (campaign, version)| {
            find_campaign_and_version(conn, campaign, *version).boxed()
        });
        Self {
            lookups,
            recent: Mutex::default(),
        }
    }

    /// What this name stood for at most a second ago, if it was looked up. The campaign may have changed since.
    pub fn recent(
        &self,
        name: &VersionName,
        now: DateTime<Utc>,
    ) -> Option<(Arc<Campaign>, FormVersionRef)> {
        let recent = self.lock();
        let known = recent.get(name)?;
        // A clock that was put back makes nothing recent.
        let is_recent = known.read <= now && now - known.read < KEPT;
        is_recent.then(|| (known.campaign.clone(), known.version.clone()))
    }

    /// Has the next responses read their campaign and version, since one of these changed here.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn remember(&self, name: VersionName, read: DateTime<Utc>, found: &CampaignAndVersion) {
        if let Some((campaign, Some(version))) = found {
            let (campaign, version) = (campaign.clone(), version.clone());
            let known = Recent {
                read,
                campaign,
                version,
            };
            self.lock().insert(name, known);
        }
    }

    /// A poisoned lock is safe to use: a thread that panicked has not changed the map.
    fn lock(&self) -> MutexGuard<'_, HashMap<VersionName, Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// What this name stands for now. Concurrent requests share one query.
    pub(super) async fn named_version(
        &self,
        name: VersionName,
    ) -> Result<CampaignAndVersion, Failure> {
        let read = self.now();
        let found = match self.named_versions.lookups.find(name.clone()).await {
            Some(found) => found,
            // The shared query failed without a reason; this one returns the reason.
            None => {
                let mut conn = self.connection().await?;
                find_campaign_and_version(&mut conn, &name.0, name.1).await?
            }
        };
        self.named_versions.remember(name, read, &found);
        Ok(found)
    }
}

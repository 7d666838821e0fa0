//! Published versions of forms, cached in memory. Their content never changes, so the cache needs no invalidation. Which
//! version is the newest does change, so that is asked again each second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{App, Failure};
use crate::domain::form::Form;
use crate::domain::ids::{FormKey, FormVersionId};
use crate::domain::statistics::TallyLayout;
use crate::store::AsyncPgConnection;
use crate::store::forms::{FormVersionRow, find_version_ref, get_version};

/// How long the newest version of a form is taken for the newest one. Clients and caches may do so for a minute.
const NEWEST_KEPT: Duration = Duration::from_secs(1);

/// A version that was read and checked.
#[derive(Debug)]
pub struct PublishedVersion {
    /// The id.
    pub id: FormVersionId,
    /// The number.
    pub version: i32,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The form.
    pub form: Arc<Form>,
    /// The order of the cells in its tallies.
    pub tallies: TallyLayout,
}

/// All versions read so far.
#[derive(Default)]
pub struct FormCatalog {
    by_id: Mutex<HashMap<FormVersionId, Arc<PublishedVersion>>>,
    /// By form key and number. This pair identifies a version permanently, too.
    by_number: Mutex<HashMap<(FormKey, i32), Arc<PublishedVersion>>>,
    newest: Mutex<HashMap<FormKey, Newest>>,
}

/// The newest version of a form, and when the database was last asked for it.
struct Newest {
    version: Arc<PublishedVersion>,
    asked: Instant,
}

impl FormCatalog {
    /// The version with this id, from memory or, if it is not there, from the database.
    ///
    /// # Errors
    ///
    /// When the database fails, or this program cannot read the version.
    pub async fn get(
        &self,
        conn: &mut AsyncPgConnection,
        id: FormVersionId,
    ) -> Result<Arc<PublishedVersion>, Failure> {
        match self.known(id) {
            Some(known) => Ok(known),
            None => self.remember(get_version(conn, id).await?),
        }
    }

    /// The version of this row, from memory or, if it is not there, checked now.
    ///
    /// # Errors
    ///
    /// When this program cannot read the version.
    pub fn remember(&self, row: FormVersionRow) -> Result<Arc<PublishedVersion>, Failure> {
        if let Some(known) = self.known(row.id) {
            return Ok(known);
        }
        let form = row
            .form()
            .map_err(|_| Failure::Internal("a version cannot be read by this program"))?;
        let published = Arc::new(PublishedVersion {
            id: row.id,
            version: row.version,
            published_at: row.published_at,
            tallies: TallyLayout::of(&form),
            form: Arc::new(form),
        });
        if let Ok(key) = published.form.key().parse() {
            lock(&self.by_number).insert((key, published.version), published.clone());
        }
        lock(&self.by_id).insert(row.id, published.clone());
        Ok(published)
    }

    /// The version with this id, if it is in memory.
    pub fn known(&self, id: FormVersionId) -> Option<Arc<PublishedVersion>> {
        lock(&self.by_id).get(&id).cloned()
    }

    /// The version with this number of the form with this key, if it is in memory.
    pub fn known_by_number(&self, name: &(FormKey, i32)) -> Option<Arc<PublishedVersion>> {
        lock(&self.by_number).get(name).cloned()
    }

    /// The newest version of a form as it was last known, and whether somebody is to ask again. Only the first who is told
    /// so asks; the others take what is known meanwhile.
    fn newest(&self, form: &FormKey) -> Option<(Arc<PublishedVersion>, bool)> {
        let mut newest = lock(&self.newest);
        let known = newest.get_mut(form)?;
        let is_due = known.asked.elapsed() >= NEWEST_KEPT;
        if is_due {
            known.asked = Instant::now();
        }
        Some((known.version.clone(), is_due))
    }

    /// Has the next request ask for the newest version of a form, since it changed here.
    pub fn forget_newest(&self, form: &FormKey) {
        lock(&self.newest).remove(form);
    }
}

impl App {
    /// The published version with this id.
    ///
    /// # Errors
    ///
    /// When the database fails, or this program cannot read the version.
    pub(super) async fn version(
        &self,
        id: FormVersionId,
    ) -> Result<Arc<PublishedVersion>, Failure> {
        match self.forms.known(id) {
            Some(known) => Ok(known),
            None => self.forms.get(&mut *self.connection().await?, id).await,
        }
    }

    /// The newest version in use of the form with this key, as it was at most a second ago. While the database fails, it is
    /// the one that was known last: a form can be read although nothing can be stored.
    pub(super) async fn newest_version(
        &self,
        form: &FormKey,
    ) -> Result<Option<Arc<PublishedVersion>>, Failure> {
        match self.forms.newest(form) {
            Some((known, false)) => Ok(Some(known)),
            Some((known, true)) => Ok(self.ask_for_newest(form).await.unwrap_or(Some(known))),
            None => self.ask_for_newest(form).await,
        }
    }

    async fn ask_for_newest(
        &self,
        form: &FormKey,
    ) -> Result<Option<Arc<PublishedVersion>>, Failure> {
        let asked = Instant::now();
        let mut conn = self.connection().await?;
        let Some(found) = find_version_ref(&mut conn, form, None).await? else {
            self.forms.forget_newest(form);
            return Ok(None);
        };
        let version = self.forms.get(&mut conn, found.id).await?;
        let newest = Newest {
            version: version.clone(),
            asked,
        };
        lock(&self.forms.newest).insert(form.clone(), newest);
        Ok(Some(version))
    }
}

/// A poisoned lock is safe to use: a thread that panicked has not changed the map.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

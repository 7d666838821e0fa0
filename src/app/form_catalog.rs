//! Published versions of forms, cached in memory. Their content never changes, so the cache needs no invalidation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::{App, Failure};
use crate::domain::form::Form;
use crate::domain::ids::{FormKey, FormVersionId};
use crate::domain::statistics::TallyLayout;
use crate::store::AsyncPgConnection;
use crate::store::forms::{FormVersionRef, FormVersionRow, find_version_ref, get_version};

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

    /// The newest version in use of the form with this key. Concurrent requests share one query.
    pub(super) async fn newest_version(
        &self,
        form: &FormKey,
    ) -> Result<Option<FormVersionRef>, Failure> {
        match self.newest.find(form.clone()).await {
            Some(found) => Ok(found),
            // The shared query failed without a reason; this one returns the reason.
            None => Ok(find_version_ref(&mut *self.connection().await?, form, None).await?),
        }
    }
}

/// A poisoned lock is safe to use: a thread that panicked has not changed the map.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Published versions in memory. Their content never changes, so nothing here grows stale.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web::{Bytes, block};
use brotli::enc::BrotliEncoderParams;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::form::{Form, FormDefinition};
use crate::http::extract::language::Languages;
use crate::http::problem::Problem;
use crate::store::AsyncPgConnection;
use crate::store::forms::get_version;

/// A published version of a form. It never changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormVersionView {
    /// The form's key.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// The number of the version; a response names it.
    #[schema(example = 1)]
    pub version: i32,
    /// SHA-256 over content and record layout, in hexadecimal.
    #[schema(example = "9f2b8c0d1e3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4")]
    pub digest: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// What it asks, in all languages or in the one asked for.
    pub definition: FormDefinition,
}

/// A version that was read and checked.
pub struct Published {
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub version: i32,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The form.
    pub form: Form,
    /// By language; none holds all languages.
    bodies: Mutex<HashMap<Option<String>, Arc<Encoded>>>,
}

/// One body in every encoding in which it is sent, made once.
pub struct Encoded {
    /// As it is.
    pub plain: Bytes,
    /// With gzip.
    pub gzip: Bytes,
    /// With Brotli.
    pub brotli: Bytes,
}

/// All versions read so far.
#[derive(Default)]
pub struct PublishedVersions {
    by_id: Mutex<HashMap<Uuid, Arc<Published>>>,
    /// By the key of the form and the number, which stand for the same version for ever too.
    by_number: Mutex<HashMap<(String, i32), Arc<Published>>>,
}

impl PublishedVersions {
    /// The version with this id, from memory or else from the database.
    ///
    /// # Errors
    ///
    /// When the database fails, or this program cannot read the version.
    pub async fn get(
        &self,
        conn: &mut AsyncPgConnection,
        id: Uuid,
    ) -> Result<Arc<Published>, Problem> {
        if let Some(published) = self.known(id) {
            return Ok(published);
        }
        let row = get_version(conn, id).await?;
        let form = row
            .form()
            .map_err(|error| Problem::internal(&error.to_string()))?;
        let published = Arc::new(Published {
            id,
            version: row.version,
            published_at: row.published_at,
            form,
            bodies: Mutex::default(),
        });
        let name = (published.form.key().to_owned(), published.version);
        lock(&self.by_number).insert(name, published.clone());
        lock(&self.by_id).insert(id, published.clone());
        Ok(published)
    }

    /// The version with this id, if it was read before.
    pub fn known(&self, id: Uuid) -> Option<Arc<Published>> {
        lock(&self.by_id).get(&id).cloned()
    }

    /// The version with this number of the form with this key, if it was read before.
    pub fn known_by_number(&self, name: &(String, i32)) -> Option<Arc<Published>> {
        lock(&self.by_number).get(name).cloned()
    }
}

impl Published {
    /// What goes on the wire.
    pub fn view(&self, languages: Languages<'_>) -> FormVersionView {
        let definition = self.form.definition();
        FormVersionView {
            form: self.form.key().to_owned(),
            version: self.version,
            digest: self.form.digest().to_string(),
            published_at: self.published_at,
            definition: match languages {
                Languages::All => definition.clone(),
                Languages::One(language) => definition.in_language(language),
            },
        }
    }

    /// The body in these languages, compressed once and kept.
    ///
    /// # Errors
    ///
    /// When it cannot be made, which does not happen.
    pub async fn body(&self, languages: Languages<'_>) -> Result<Arc<Encoded>, Problem> {
        let key = match languages {
            Languages::All => None,
            Languages::One(language) => Some(language.to_owned()),
        };
        let known = lock(&self.bodies).get(&key).cloned();
        if let Some(body) = known {
            return Ok(body);
        }
        let view = self.view(languages);
        // The best compression takes a while, so it is kept off the threads that serve requests.
        let encoded = block(move || encode(&view)).await.ok().and_then(Result::ok);
        let encoded = encoded.ok_or_else(|| Problem::internal("a form cannot be encoded"))?;
        let encoded = Arc::new(encoded);
        lock(&self.bodies).insert(key, encoded.clone());
        Ok(encoded)
    }
}

fn encode(view: &FormVersionView) -> std::io::Result<Encoded> {
    let plain = serde_json::to_vec(view)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&plain)?;
    let mut brotli = Vec::new();
    let best = BrotliEncoderParams {
        quality: 11,
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut plain.as_slice(), &mut brotli, &best)?;
    Ok(Encoded {
        gzip: gzip.finish()?.into(),
        brotli: brotli.into(),
        plain: plain.into(),
    })
}

/// A thread that panicked left the map as it was.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

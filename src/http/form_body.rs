//! A form version as sent to clients. Its bytes never change, so each language is made once and cached.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::form_catalog::PublishedVersion;
use crate::domain::form::FormDefinition;
use crate::domain::ids::FormVersionId;
use crate::formats::fhir::{self, Published};
use crate::http::extract::language::Languages;
use crate::http::problem::Problem;
use crate::http::reply::encoded_body::EncodedBody;

/// A published version of a form. It never changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormVersionView {
    /// The form's key.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// The number of the version; a response must name it.
    #[schema(example = 1)]
    pub version: i32,
    /// SHA-256 over content and record layout, in hexadecimal.
    #[schema(example = "9f2b8c0d1e3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4")]
    pub digest: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The definition, in all languages or in the requested one.
    pub definition: FormDefinition,
    /// The lowest and the highest number that each score can come to, by its key. Scores of scores are computed with them.
    #[schema(example = json!({"eating": [0.0, 100.0]}))]
    pub score_ranges: BTreeMap<String, [f64; 2]>,
}

impl FormVersionView {
    /// The version with its texts in these languages.
    pub fn of(published: &PublishedVersion, languages: Languages<'_>) -> Self {
        let definition = published.form.definition();
        Self {
            form: published.form.key().to_owned(),
            version: published.version,
            digest: published.form.digest().to_string(),
            published_at: published.published_at,
            definition: match languages {
                Languages::All => definition.clone(),
                Languages::One(language) => definition.in_language(language),
            },
            score_ranges: published.form.score_ranges(),
        }
    }
}

/// How a version is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Representation {
    /// As a [`FormVersionView`].
    Version,
    /// As a Questionnaire of FHIR. It has all languages; the one that is asked for is that of its elements.
    Questionnaire,
}

/// Cache of bodies, by version, language and representation. No language stands for all languages.
#[derive(Default)]
pub struct FormBodies(Mutex<HashMap<BodyKey, Arc<EncodedBody>>>);

type BodyKey = (FormVersionId, Option<String>, Representation);

impl FormBodies {
    /// The body of a version in these languages.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub fn get(
        &self,
        published: &PublishedVersion,
        languages: Languages<'_>,
        representation: Representation,
    ) -> Result<Arc<EncodedBody>, Problem> {
        let language = match languages {
            Languages::All => None,
            Languages::One(language) => Some(language),
        };
        let key = (published.id, language.map(str::to_owned), representation);
        if let Some(known) = self.lock().get(&key).cloned() {
            return Ok(known);
        }
        let (json, media_type) = match representation {
            Representation::Version => (
                serde_json::to_vec(&FormVersionView::of(published, languages)),
                "application/json",
            ),
            Representation::Questionnaire => (
                serde_json::to_vec(&questionnaire(published, language)),
                fhir::MEDIA_TYPE,
            ),
        };
        let json = json.map_err(|_| Problem::internal("a form cannot be encoded"))?;
        let made = || Arc::new(EncodedBody::new(json).with_media_type(media_type));
        Ok(self.lock().entry(key).or_insert_with(made).clone())
    }

    /// A poisoned lock is safe to use: a thread that panicked has not changed the map.
    fn lock(&self) -> MutexGuard<'_, HashMap<BodyKey, Arc<EncodedBody>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn questionnaire(published: &PublishedVersion, language: Option<&str>) -> serde_json::Value {
    let date = published
        .published_at
        .to_rfc3339_opts(SecondsFormat::Secs, true);
    let known = Published {
        version: Some(published.version),
        date: Some(&date),
        language,
    };
    fhir::write(&published.form, known).resource
}

//! Publishing: a checked form becomes the next version, with its SQL view.

use chrono::{DateTime, Utc};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::sql_view::view_of;
use super::{FormVersionRow, versions_of};
use crate::domain::form::{Form, recoded_without_consent};
use crate::store::schema::form_versions;

/// Why a form was not published.
#[derive(Debug)]
pub enum PublishError {
    /// The newest version has the very same content.
    Unchanged(i32),
    /// These questions are recoded under their old keys, and the author did not consent.
    Recoded(Vec<String>),
    /// An earlier version cannot be read.
    Unreadable(super::UnreadableVersion),
    /// The database.
    Query(diesel::result::Error),
}

impl From<diesel::result::Error> for PublishError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error)
    }
}

/// Publishes `form` as the next version of the form `form_id`, which the caller has locked.
///
/// `consent` names the questions that may be recoded. Call it in a transaction: the view and the
/// version come together or not at all.
///
/// # Errors
///
/// When nothing changed, when consent is missing, or when the database fails.
pub async fn publish_version(
    conn: &mut AsyncPgConnection,
    form_id: Uuid,
    form: &Form,
    consent: &[String],
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<FormVersionRow, PublishError> {
    let earlier = versions_of(conn, form_id).await?;
    let newest = earlier.last();
    if let Some(newest) = newest
        && newest.digest == form.digest().as_bytes()
        && newest.retired_at.is_none()
    {
        return Err(PublishError::Unchanged(newest.version));
    }
    let forms: Result<Vec<Form>, _> = earlier.iter().map(FormVersionRow::form).collect();
    let forms = forms.map_err(PublishError::Unreadable)?;
    let recoded = recoded_without_consent(&forms, form, consent);
    if !recoded.is_empty() {
        return Err(PublishError::Recoded(recoded));
    }
    let row = FormVersionRow {
        id,
        form_id,
        version: newest.map_or(1, |newest| newest.version + 1),
        definition: serde_json::to_value(form.definition()).map_err(serialization)?,
        layout: serde_json::to_value(form.layout()).map_err(serialization)?,
        digest: form.digest().as_bytes().to_vec(),
        published_at: now,
        retired_at: None,
        accepts_until: None,
    };
    diesel::insert_into(form_versions::table)
        .values(&row)
        .execute(conn)
        .await?;
    // A statement of data definition takes no bound values; this one is made of checked words only.
    let (_, view) = view_of(form, row.version, row.id);
    diesel::sql_query(view).execute(conn).await?;
    Ok(row)
}

fn serialization(error: serde_json::Error) -> diesel::result::Error {
    diesel::result::Error::SerializationError(Box::new(error))
}
